# SPDX-License-Identifier: ISC
# Flags that every target of ours has.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

add_library(pond_flags INTERFACE)
# Symbols are bound when loaded: the first call of one on the audio thread must
# not go through the lazy resolver.
target_link_options(pond_flags INTERFACE -Wl,-z,now)
target_compile_options(pond_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes
  -Wmissing-prototypes -Wvla -ffp-contract=off -fno-fast-math)
if(POND_WERROR)
  target_compile_options(pond_flags INTERFACE -Werror)
endif()
target_compile_definitions(pond_flags INTERFACE _POSIX_C_SOURCE=200809L)

# clang 20 and later check at compile time that what is marked
# POND_NONBLOCKING neither allocates, locks nor waits.
set(POND_FUNCTION_EFFECTS OFF)
if(CMAKE_C_COMPILER_ID STREQUAL "Clang" AND
   CMAKE_C_COMPILER_VERSION VERSION_GREATER_EQUAL 20)
  set(POND_FUNCTION_EFFECTS ON)
  target_compile_options(pond_flags INTERFACE -Wfunction-effects)
endif()

# "address,undefined", "thread" or "realtime"; each in a build of its own
set(POND_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")
if(POND_SANITIZE MATCHES "realtime" AND NOT POND_FUNCTION_EFFECTS)
  message(FATAL_ERROR "POND_SANITIZE=realtime needs clang 20 or later; "
    "this is ${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}. "
    "Install clang-22 or set CC.")
endif()
if(POND_FUZZ AND NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "POND_FUZZ needs clang; this is ${CMAKE_C_COMPILER_ID}.")
endif()
if(POND_SANITIZE)
  target_compile_options(pond_flags INTERFACE -fsanitize=${POND_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all -g)
  target_link_options(pond_flags INTERFACE -fsanitize=${POND_SANITIZE})
endif()
if(POND_FUZZ)
  target_compile_options(pond_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
