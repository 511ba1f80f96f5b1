# SPDX-License-Identifier: ISC
# The serial OpenBLAS, its static archive first: it shares its soname with the
# threaded one, which starts threads when loaded. Target: PondBlas.
find_library(PONDBLAS_ARCHIVE NAMES libopenblas.a PATH_SUFFIXES openblas-serial)
find_library(PONDBLAS_GFORTRAN NAMES gfortran
  HINTS ${CMAKE_C_IMPLICIT_LINK_DIRECTORIES})
if(NOT PONDBLAS_GFORTRAN)
  execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=libgfortran.so.5
    OUTPUT_VARIABLE PONDBLAS_GFORTRAN OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PondBlas REQUIRED_VARS PONDBLAS_ARCHIVE)
if(PondBlas_FOUND AND NOT TARGET PondBlas)
  add_library(PondBlas INTERFACE IMPORTED)
  target_link_libraries(PondBlas INTERFACE "${PONDBLAS_ARCHIVE}"
    "${PONDBLAS_GFORTRAN}" m pthread)
endif()
