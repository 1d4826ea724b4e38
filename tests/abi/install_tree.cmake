# A third party builds a plugin from the installed SDK, outside this tree. Run as:
#   cmake -DSDK=<sdk> -DPROJECT=<third_party/cpp> -DSCRATCH=<folder> -DNM=nm -DEXPORTS=<exports.cmake>
#         -DC_COMPILER=gcc -DCXX_COMPILER=g++ -P install_tree.cmake
cmake_minimum_required(VERSION 3.25)
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(NOTICE "${said}")
    message(FATAL_ERROR "failed: ${command}")
  endif()
endfunction()

file(REMOVE_RECURSE "${SCRATCH}")
set(compilers "-DCMAKE_C_COMPILER=${C_COMPILER}" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}")
run("${CMAKE_COMMAND}" -S "${SDK}" -B "${SCRATCH}/sdk" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}")
run("${CMAKE_COMMAND}" --install "${SCRATCH}/sdk" --prefix "${SCRATCH}/prefix")
# A copy, so that nothing is found by its place in this repository.
file(COPY "${PROJECT}/" DESTINATION "${SCRATCH}/source")
run("${CMAKE_COMMAND}" -S "${SCRATCH}/source" -B "${SCRATCH}/build" "-DCMAKE_PREFIX_PATH=${SCRATCH}/prefix"
    ${compilers})
run("${CMAKE_COMMAND}" --build "${SCRATCH}/build")
file(GLOB built "${SCRATCH}/build/*.so")
list(LENGTH built count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "the build made ${count} plugins, not 1: ${built}")
endif()
run("${CMAKE_COMMAND}" "-DNM=${NM}" "-DPLUGINS=${SCRATCH}/build" -P "${EXPORTS}")
