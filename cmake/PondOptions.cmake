# SPDX-License-Identifier: ISC
# What can be left out, each with one line that says so.
option(POND_WERROR "Warnings are errors" ON)
option(POND_LINT "Register clang-format and clang-tidy as tests" OFF)
option(POND_VALGRIND "Run the quick tests a second time under valgrind" OFF)
option(POND_FUZZ "Build the fuzzers; needs clang" OFF)
set(POND_FUZZ_SECONDS 10 CACHE STRING "How long a fuzzer runs as a test")
option(POND_WITH_CUDA "GPU streams and training" OFF)
option(POND_WITH_JACK "The JACK client" OFF)
option(POND_WITH_LV2 "The LV2 plugin" OFF)

foreach(part CUDA JACK LV2)
  if(POND_WITH_${part})
    message(WARNING "${part}: asked for, but it is not part of this version")
  else()
    message(STATUS "left out: ${part} (not part of this version yet)")
  endif()
endforeach()

# The trees that the linters and the house tests look at.
set(POND_HOUSE_TESTS "${PROJECT_SOURCE_DIR}/tests/house")
