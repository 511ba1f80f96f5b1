# SPDX-License-Identifier: ISC
# clang-format and clang-tidy as tests, one of the latter for each folder.
find_program(POND_CLANG_FORMAT NAMES clang-format-22 clang-format-21
  clang-format-20)
find_program(POND_CLANG_TIDY NAMES clang-tidy-22 clang-tidy-21 clang-tidy-20)

if(POND_CLANG_FORMAT)
  house_check(lint.format lint_format.sh "${root}" "${POND_CLANG_FORMAT}")
else()
  pond_skip(lint.format "no clang-format of version 20 or later")
endif()

if(POND_CLANG_TIDY AND POND_CLANG_FORMAT)
  set(linters "${POND_CLANG_FORMAT}" "${POND_CLANG_TIDY}")
endif()
file(GLOB_RECURSE sources RELATIVE "${root}" CONFIGURE_DEPENDS
  "${root}/engine/*.c" "${root}/host/*.c" "${root}/bench/*.c"
  "${root}/plugin/*.c" "${root}/tests/*.c")
set(folders)
foreach(source IN LISTS sources)
  string(REGEX MATCH "^(engine|tests)/[^/]+|^[^/]+" folder "${source}")
  list(APPEND folders "${folder}")
endforeach()
list(REMOVE_DUPLICATES folders)
foreach(folder IN LISTS folders)
  string(REPLACE "/" "." name "${folder}")
  if(POND_CLANG_TIDY)
    house_check(lint.tidy.${name} lint_tidy.sh "${root}" "${CMAKE_BINARY_DIR}"
      "${POND_CLANG_TIDY}" "${folder}")
  else()
    pond_skip(lint.tidy.${name} "no clang-tidy of version 20 or later")
  endif()
endforeach()
