# SPDX-License-Identifier: ISC
# Toolchain file: the newest clang that checks function effects (20 or later),
# where there is one; else, or if CC says otherwise, what CMake would take.
if(NOT DEFINED ENV{CC})
  find_program(POND_CLANG NAMES clang-22 clang-21 clang-20)
  if(POND_CLANG)
    set(CMAKE_C_COMPILER "${POND_CLANG}")
    get_filename_component(pond_clang_name "${POND_CLANG}" NAME)
    string(REPLACE "clang" "clang++" pond_clangxx_name "${pond_clang_name}")
    find_program(POND_CLANGXX NAMES ${pond_clangxx_name})
    if(POND_CLANGXX AND NOT DEFINED ENV{CXX})
      set(CMAKE_CXX_COMPILER "${POND_CLANGXX}")
    endif()
  endif()
endif()
