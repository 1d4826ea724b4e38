# The libraries of this folder, for a plugin beside it: in the whole build made once, alone made here.
if(NOT TARGET plugin_outage)
  add_subdirectory("${CMAKE_CURRENT_LIST_DIR}" "${CMAKE_BINARY_DIR}/plugin-common")
endif()
