# A new author's way, in a folder outside of this repository: install the SDK, `sluice new`, build,
# test, verify, check the pipeline. Run as:
#   cmake -DKIND=transform -DSDK=<sdk> -DSLUICE=<program> -DPLUGINS=<folder> -DC_COMPILER=gcc
#         -DCXX_COMPILER=g++ -DLAUNCHER=ccache -P template.cmake
cmake_minimum_required(VERSION 3.25)
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(NOTICE "${said}")
    message(FATAL_ERROR "failed: ${command}")
  endif()
  set(said "${said}" PARENT_SCOPE)
endfunction()

set(temporary "$ENV{TMPDIR}")
if(NOT temporary)
  set(temporary /tmp)
endif()
# The same folder each time, so that a compiler cache knows it; another one for each build tree.
string(SHA256 tree "${SLUICE}")
string(SUBSTRING "${tree}" 0 12 tree)
set(folder "${temporary}/sluice-kit-${tree}-${KIND}")
file(REMOVE_RECURSE "${folder}")
file(MAKE_DIRECTORY "${folder}")
run("${CMAKE_COMMAND}" -S "${SDK}" -B "${folder}/sdk" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}")
run("${CMAKE_COMMAND}" --install "${folder}/sdk" --prefix "${folder}/prefix")

run("${SLUICE}" new ${KIND} my-${KIND} --into "${folder}" --templates "${folder}/prefix/share/sluice/templates")
set(project "${folder}/my-${KIND}")
execute_process(COMMAND "${SLUICE}" new ${KIND} my-${KIND} --into "${folder}" RESULT_VARIABLE again ERROR_VARIABLE said)
if(NOT again EQUAL 2 OR NOT said MATCHES "exists already; nothing was changed")
  message(FATAL_ERROR "sluice new took a folder that exists: ${said}")
endif()
file(GLOB_RECURSE files "${project}/*")
foreach(file IN LISTS files)
  file(READ "${file}" text)
  if("${file}${text}" MATCHES "[Tt][Ee][Mm][Pp][Ll][Aa][Tt][Ee][_-]?[Nn][Aa][Mm][Ee]")
    message(FATAL_ERROR "${file} still has the template's name")
  endif()
endforeach()

# Without debug information, which names the folder and so would miss the cache.
set(launchers)
if(LAUNCHER)
  set(launchers "-DCMAKE_C_COMPILER_LAUNCHER=${LAUNCHER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}")
endif()
set(warnings "-O1 -Wall -Wextra -Wpedantic -Wshadow -Werror")
run("${CMAKE_COMMAND}" -S "${project}" -B "${project}/build" "-DCMAKE_PREFIX_PATH=${folder}/prefix" -DCMAKE_BUILD_TYPE=None
    "-DCMAKE_C_FLAGS=${warnings}" "-DCMAKE_CXX_FLAGS=${warnings} -Wconversion" "-DSLUICE=${SLUICE}"
    "-DCMAKE_C_COMPILER=${C_COMPILER}" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}" ${launchers})
run("${CMAKE_COMMAND}" --build "${project}/build")
run("${CMAKE_CTEST_COMMAND}" --test-dir "${project}/build" --output-on-failure)
if(NOT said MATCHES "100% tests passed, 0 tests failed out of 2")
  message(FATAL_ERROR "the unit test and the verification are not both there:\n${said}")
endif()
set(ENV{SLUICE_PLUGIN_PATH} "${project}/build:${PLUGINS}")
run("${SLUICE}" check "${project}/pipeline.yaml")
file(REMOVE_RECURSE "${folder}")
