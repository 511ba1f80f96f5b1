// SPDX-License-Identifier: ISC
// Inside the room: what each instruction set's file provides, and how a packed
// matrix is walked.
#ifndef POND_RT_KERNELS_TABLE_H
#define POND_RT_KERNELS_TABLE_H

#include "kernels.h"

extern const PondKernels pond_kernels_scalar;
#if defined(__x86_64__)
extern const PondKernels pond_kernels_avx2;
#endif

/// Some rows of a group: row `first + k`, column `c` stands at
/// weights[c * height + k].
typedef struct {
  const float* weights;
  uint32_t height;  ///< rows of the whole group
} PondGroupRows;

/// The rows from `first` on, a multiple of POND_PANEL_ROWS.
static inline PondGroupRows pond_dense_rows(const PondDense* w,
                                            uint32_t first) POND_NONBLOCKING {
  const uint32_t start = first - first % w->group_rows;
  const uint32_t left = w->rows_padded - start;
  PondGroupRows rows;
  rows.height = left < w->group_rows ? left : w->group_rows;
  rows.weights = w->panels + (size_t)start * w->cols + (first - start);
  return rows;
}

#endif
