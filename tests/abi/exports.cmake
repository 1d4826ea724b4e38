# Every plugin exports its entry and nothing else. Run as:
#   cmake -DNM=nm -DPLUGINS=<folder with *.so> -P exports.cmake
cmake_minimum_required(VERSION 3.25)
file(GLOB plugins "${PLUGINS}/*.so")
if(NOT plugins)
  message(NOTICE "no plugin is built in ${PLUGINS}")  # ctest reads this as: skipped
  return()
endif()
foreach(plugin IN LISTS plugins)
  execute_process(COMMAND "${NM}" --dynamic --defined-only --format=posix "${plugin}"
                  OUTPUT_VARIABLE symbols OUTPUT_STRIP_TRAILING_WHITESPACE
                  COMMAND_ERROR_IS_FATAL ANY)
  if(NOT symbols MATCHES "^sluice_plugin_entry_v1 T [^\n]*$")
    message(NOTICE "${symbols}")
    message(FATAL_ERROR "${plugin} must export sluice_plugin_entry_v1 and nothing else")
  endif()
endforeach()
