// SPDX-License-Identifier: ISC
// The header of a .npy file, read strictly and printed. Control thread.
#ifndef HOST_NPY_HEADER_H
#define HOST_NPY_HEADER_H

#include "bytes.h"

enum { HOST_NPY_HEADER_BYTES = 128 };  // what we write: a multiple of 64

typedef struct {
  uint64_t n_rows;
  uint64_t n_columns;   ///< 1 for one dimension
  uint32_t item_bytes;  ///< 4 or 8
} HostNpyHeader;

/// Reads over the header of `bytes`; errors name the file and what it has.
PondStatus host_npy_header_read(HostBytes* bytes, HostNpyHeader* header,
                                PondError* error);
/// Version 1.0, '<f4', C order; one dimension for one channel.
void host_npy_header_print(char text[HOST_NPY_HEADER_BYTES], uint64_t n_rows,
                           uint32_t n_columns);
/// Likewise for any shape that fits.
void host_npy_header_print_shape(char text[HOST_NPY_HEADER_BYTES],
                                 const char* descr, uint32_t n_dims,
                                 const uint64_t* shape);

#endif
