// SPDX-License-Identifier: ISC
// Element types of tensors, and sizes of shapes. Control side, no state.
// Names and widths: huggingface/safetensors, safetensors/src/tensor.rs, Dtype.
#include "dtypes.h"

#include <string.h>

static const PondDtypeRow rows[] = {
    {"F32", POND_DTYPE_F32, 32},          {"F64", POND_DTYPE_F64, 64},
    {"F16", POND_DTYPE_F16, 16},          {"BF16", POND_DTYPE_BF16, 16},
    {"I64", POND_DTYPE_I64, 64},          {"I32", POND_DTYPE_I32, 32},
    {"I16", POND_DTYPE_I16, 16},          {"I8", POND_DTYPE_I8, 8},
    {"U64", POND_DTYPE_U64, 64},          {"U32", POND_DTYPE_U32, 32},
    {"U16", POND_DTYPE_U16, 16},          {"U8", POND_DTYPE_U8, 8},
    {"BOOL", POND_DTYPE_BOOL, 8},         {"C64", POND_DTYPE_C64, 64},
    {"F8_E5M2", POND_DTYPE_OTHER, 8},     {"F8_E4M3", POND_DTYPE_OTHER, 8},
    {"F8_E8M0", POND_DTYPE_OTHER, 8},     {"F8_E4M3FNUZ", POND_DTYPE_OTHER, 8},
    {"F8_E5M2FNUZ", POND_DTYPE_OTHER, 8}, {"F6_E2M3", POND_DTYPE_OTHER, 6},
    {"F6_E3M2", POND_DTYPE_OTHER, 6},     {"F4", POND_DTYPE_OTHER, 4},
};

const PondDtypeRow* pond_dtype_find(const char* name) {
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
    if (strcmp(rows[i].name, name) == 0) {
      return &rows[i];
    }
  }
  return NULL;
}

const char* pond_dtype_name(PondDtype dtype, uint32_t* size_bytes) {
  uint32_t size = 0;
  const char* name = "OTHER";
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
    if (rows[i].dtype == dtype && dtype != POND_DTYPE_OTHER) {
      size = rows[i].bits / 8;
      name = rows[i].name;
    }
  }
  if (size_bytes) {
    *size_bytes = size;
  }
  return name;
}

bool pond_shape_bytes(const uint64_t* shape, uint32_t n_dims, uint32_t bits,
                      uint64_t* size_bytes) {
  uint64_t product = bits;
  bool empty = false;
  for (uint32_t i = 0; i < n_dims; ++i) {
    empty = empty || shape[i] == 0;
    if (shape[i] && __builtin_mul_overflow(product, shape[i], &product)) {
      return false;
    }
  }
  product = empty ? 0 : product;
  *size_bytes = product / 8;
  return product % 8 == 0;
}
