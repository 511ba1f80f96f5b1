# SPDX-License-Identifier: ISC
# How tests are registered. Each carries its room (the folder's name) as a
# label; `slow` ones run once, in the release build; `proof` ones show that the
# audio thread keeps its promises. Exit status 77 means skipped.
if(POND_VALGRIND)
  find_program(POND_VALGRIND_PROGRAM NAMES valgrind)
endif()

# pond_label(NAME [LABEL...]): the room's label and those given.
function(pond_label name)
  get_filename_component(room "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
  set_tests_properties(${name} PROPERTIES LABELS "${room};${ARGN}"
    SKIP_RETURN_CODE 77)
endfunction()

# pond_skip(NAME REASON [LABEL...]): a test that this build cannot run.
function(pond_skip name reason)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "skipped: ${reason}")
  pond_label(${name} ${ARGN})
  set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped: ")
endfunction()

# The same program once more under valgrind, unless it is slow. POND_QUICK=1
# tells it that a tenth of its random cases will do.
function(pond_test_memory name)
  if(POND_VALGRIND_PROGRAM)
    add_test(NAME valgrind.${name} COMMAND ${POND_VALGRIND_PROGRAM}
      --quiet --error-exitcode=99 --leak-check=full --track-origins=no
      --errors-for-leak-kinds=definite,indirect $<TARGET_FILE:${name}>)
    pond_label(valgrind.${name} valgrind)
    set_tests_properties(valgrind.${name} PROPERTIES
      ENVIRONMENT POND_QUICK=1)
  else()
    pond_skip(valgrind.${name} "valgrind is not installed" valgrind)
  endif()
endfunction()

# pond_test(NAME SOURCES ... [SEES ...] [LINKS ...] [LABELS ...] [TIMEOUT s]
# [NO_VALGRIND]): a cmocka program; SEES names folders of the engine whose
# internals it tests.
function(pond_test name)
  cmake_parse_arguments(ARG "NO_VALGRIND" "TIMEOUT" "SOURCES;SEES;LINKS;LABELS"
    ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE
    "${PROJECT_SOURCE_DIR}/engine/include" "${PROJECT_SOURCE_DIR}/tests/support")
  foreach(seen IN LISTS ARG_SEES)
    target_include_directories(${name} PRIVATE
      "${PROJECT_SOURCE_DIR}/engine/${seen}")
  endforeach()
  target_link_libraries(${name} PRIVATE pond_flags echopond_static
    PkgConfig::CMOCKA ${ARG_LINKS})
  add_test(NAME ${name} COMMAND ${name})
  pond_label(${name} ${ARG_LABELS})
  if(ARG_TIMEOUT)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  endif()
  if(POND_VALGRIND AND NOT POND_SANITIZE AND NOT ARG_NO_VALGRIND AND
     NOT "slow" IN_LIST ARG_LABELS)
    pond_test_memory(${name})
  endif()
endfunction()

# pond_fuzzer(NAME SOURCES ... [SEES ...] [CORPUS folder] [OPTIONS ...]): a
# libFuzzer program, which as a test runs POND_FUZZ_SECONDS from a fixed seed.
# Nothing without POND_FUZZ; with it, target `fuzzers` builds them all.
if(POND_FUZZ)
  add_custom_target(fuzzers)
endif()
function(pond_fuzzer name)
  cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;SEES;OPTIONS" ${ARGN})
  if(NOT POND_FUZZ)
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE
    "${PROJECT_SOURCE_DIR}/engine/include" "${PROJECT_SOURCE_DIR}/tests/support")
  foreach(seen IN LISTS ARG_SEES)
    target_include_directories(${name} PRIVATE
      "${PROJECT_SOURCE_DIR}/engine/${seen}")
  endforeach()
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzzers ${name})
  target_link_libraries(${name} PRIVATE pond_flags echopond_static)
  set(found "${CMAKE_CURRENT_BINARY_DIR}/${name}.corpus")
  file(MAKE_DIRECTORY "${found}")
  add_test(NAME ${name} COMMAND ${name} -seed=1 -timeout=5 -rss_limit_mb=2048
    -max_total_time=${POND_FUZZ_SECONDS} ${ARG_OPTIONS} "${found}"
    ${ARG_CORPUS})
  pond_label(${name} fuzz)
endfunction()
