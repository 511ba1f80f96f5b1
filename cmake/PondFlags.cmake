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
target_compile_options(pond_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Werror -Wstrict-prototypes
  -Wmissing-prototypes -Wvla -ffp-contract=off -fno-fast-math)
target_compile_definitions(pond_flags INTERFACE _POSIX_C_SOURCE=200809L)
if(CMAKE_C_COMPILER_ID STREQUAL "Clang" AND
   CMAKE_C_COMPILER_VERSION VERSION_GREATER_EQUAL 20)
  target_compile_options(pond_flags INTERFACE -Wfunction-effects)
endif()

# address, thread or realtime; each in a build of its own
set(POND_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")
if(POND_SANITIZE)
  target_compile_options(pond_flags INTERFACE -fsanitize=${POND_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all -g)
  target_link_options(pond_flags INTERFACE -fsanitize=${POND_SANITIZE})
endif()
