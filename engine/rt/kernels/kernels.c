// SPDX-License-Identifier: ISC
// Choosing kernels and packing weights for them. Control side.
#include "kernels.h"

#include "kernels_table.h"

#include <string.h>

static const PondKernels* avx2_kernels(uint32_t cpu_flags) {
#if defined(__x86_64__)
  if (cpu_flags & POND_CPU_AVX2_FMA) {
    return &pond_kernels_avx2;
  }
#endif
  (void)cpu_flags;
  return NULL;
}

const PondKernels* pond_kernels_get(PondKernelId id, uint32_t cpu_flags) {
  const PondKernels* avx2 = avx2_kernels(cpu_flags);
  switch (id) {
    case POND_KERNEL_AUTO: return avx2 ? avx2 : &pond_kernels_scalar;
    case POND_KERNEL_SCALAR: return &pond_kernels_scalar;
    case POND_KERNEL_AVX2: return avx2;
    case POND_KERNEL_AVX512:
    case POND_KERNEL_NEON: return NULL;
  }
  return NULL;
}

size_t pond_dense_size(uint32_t rows, uint32_t cols) {
  if (rows == 0 || cols == 0 || rows > UINT32_MAX - POND_PANEL_ROWS) {
    return 0;
  }
  const size_t padded =
      ((size_t)rows + POND_PANEL_ROWS - 1) / POND_PANEL_ROWS * POND_PANEL_ROWS;
  if (padded > SIZE_MAX / sizeof(float) / cols) {
    return 0;
  }
  return padded * cols;
}

// Weight of one row in column `c`, the three blocks side by side.
typedef struct {
  const float* w_fb;
  const float* w;
  const float* w_in;
  uint32_t n_fb;
  uint32_t n_rows;
  uint32_t n_in;
} Blocks;

static float block_weight(const Blocks* blocks, uint32_t row, uint32_t c) {
  if (c < blocks->n_fb) {
    return blocks->w_fb[(size_t)row * blocks->n_fb + c];
  }
  c -= blocks->n_fb;
  if (c < blocks->n_rows) {
    return blocks->w[(size_t)row * blocks->n_rows + c];
  }
  c -= blocks->n_rows;
  return blocks->w_in[(size_t)row * blocks->n_in + c];
}

// NOLINTNEXTLINE(readability-function-size): three blocks, each with its width
void pond_dense_pack(const float* w_fb, uint32_t n_fb, const float* w,
                     uint32_t rows, const float* w_in, uint32_t n_in,
                     uint32_t group_rows, float* panels, PondDense* dense) {
  const Blocks blocks = {w_fb, w, w_in, n_fb, rows, n_in};
  dense->panels = panels;
  dense->rows = rows;
  dense->rows_padded =
      (rows + POND_PANEL_ROWS - 1) / POND_PANEL_ROWS * POND_PANEL_ROWS;
  dense->cols = n_fb + rows + n_in;
  dense->group_rows = group_rows;
  for (uint32_t first = 0; first < dense->rows_padded; first += group_rows) {
    const uint32_t height = pond_dense_rows(dense, first).height;
    for (uint32_t c = 0; c < dense->cols; c++) {
      for (uint32_t i = first; i < first + height; i++) {
        *panels++ = i < rows ? block_weight(&blocks, i, c) : 0.0f;
      }
    }
  }
}

void pond_readout_pack(const float* w, uint32_t rows, uint32_t cols,
                       float* packed) {
  const uint32_t pad =
      (POND_READOUT_LANES - cols % POND_READOUT_LANES) % POND_READOUT_LANES;
  for (uint32_t i = 0; i < rows; i++) {
    memcpy(packed, w + (size_t)i * cols, cols * sizeof *packed);
    memset(packed + cols, 0, pad * sizeof *packed);
    packed += cols + pad;
  }
}
