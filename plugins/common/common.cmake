# plugin_common(outage) in the CMakeLists.txt of a plugin makes the target plugin_outage of the folder
# of that name: once in the whole build, and for itself where the plugin is built alone.
set(PLUGIN_COMMON "${CMAKE_CURRENT_LIST_DIR}")

function(plugin_common part)
  if(NOT TARGET plugin_${part})
    add_subdirectory("${PLUGIN_COMMON}/${part}" "${CMAKE_BINARY_DIR}/plugin-common/${part}")
  endif()
endfunction()

# plugin_common_library(outage outage.cpp) in the folder of the part itself.
function(plugin_common_library part)
  add_library(plugin_${part} STATIC ${ARGN})
  target_compile_features(plugin_${part} PUBLIC cxx_std_20)
  set_target_properties(plugin_${part} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(plugin_${part} PUBLIC "${PLUGIN_COMMON}/..")
  if(TARGET sluice_warnings)
    target_link_libraries(plugin_${part} PRIVATE sluice_warnings)
  endif()
endfunction()
