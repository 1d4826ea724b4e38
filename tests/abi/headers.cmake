# Every header compiles alone, twice in a row, as every language standard it promises. Run as:
#   cmake -DCOMPILER=gcc -DLANGUAGE=c -DSTANDARD=c11 -DINCLUDE=<sdk/include> -DPATTERN=abi/*.h
#         -DSCRATCH=<folder> -P headers.cmake
cmake_minimum_required(VERSION 3.25)
file(GLOB headers RELATIVE "${INCLUDE}" "${INCLUDE}/sluice/${PATTERN}")
if(NOT headers)
  message(FATAL_ERROR "no header matches ${INCLUDE}/sluice/${PATTERN}")
endif()
file(MAKE_DIRECTORY "${SCRATCH}")
foreach(header IN LISTS headers)
  string(MAKE_C_IDENTIFIER "${header}" name)
  set(source "${SCRATCH}/${name}.${LANGUAGE}")
  # A declaration, because an empty translation unit is not pedantic C.
  file(WRITE "${source}" "#include <${header}>\n#include <${header}>\nint sluice_test_anchor;\n")
  execute_process(
    COMMAND "${COMPILER}" -std=${STANDARD} -Wall -Wextra -Wpedantic -Werror -fsyntax-only
            -I "${INCLUDE}" "${source}"
    RESULT_VARIABLE result ERROR_VARIABLE said)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${header} does not compile alone as ${STANDARD}:\n${said}")
  endif()
endforeach()
