// SPDX-License-Identifier: ISC
// Element types of tensors, and sizes of shapes. Control side, no state.
#ifndef POND_CHECKPOINT_DTYPES_H
#define POND_CHECKPOINT_DTYPES_H

#include "pond/checkpoint.h"

enum { POND_MAX_TENSORS = 4096, POND_MAX_META = 4096 };

/// One spelling of the safetensors format. Several are POND_DTYPE_OTHER.
typedef struct {
  const char* name;
  PondDtype dtype;
  uint32_t bits;
} PondDtypeRow;

/// NULL for an unknown name.
const PondDtypeRow* pond_dtype_find(const char* name);

/// Bytes of `shape` with elements of `bits`. False when the product of the
/// dimensions that are not 0 overflows (a 0 does not excuse the others), or
/// when it is no whole number of bytes.
bool pond_shape_bytes(const uint64_t* shape, uint32_t n_dims, uint32_t bits,
                      uint64_t* size_bytes);

#endif
