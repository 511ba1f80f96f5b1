// SPDX-License-Identifier: ISC
// The arithmetic that costs time: one table of functions per instruction set,
// all with the same bits. Packing is control side; the functions in the table
// run on the audio thread.
#ifndef POND_RT_KERNELS_H
#define POND_RT_KERNELS_H

#include "pond/types.h"

enum {
  POND_PANEL_ROWS = 16,  ///< rows of a panel; row counts are padded to it
  POND_MAX_GROUP_ROWS = 128,
  POND_READOUT_LANES = 16
};

/// A dense matrix in panels. Rows are cut into groups of `group_rows` (the last
/// one shorter); a group stores column after column, each column `group height`
/// floats. Rows past `rows` are zero. 64-byte aligned.
typedef struct {
  const float* panels;
  uint32_t rows;
  uint32_t rows_padded;  ///< to a multiple of POND_PANEL_ROWS
  uint32_t cols;         ///< feedback, reservoir, driving, in this order
  uint32_t group_rows;   ///< a multiple of POND_PANEL_ROWS
} PondDense;

/// One reservoir: p = W v + b, z = f(p), leak, snap.
typedef struct {
  PondDense w;
  const float* bias;  ///< rows_padded floats, zeros without a bias
  PondActivation activation;
  uint32_t n_feedback;
  uint32_t n_driving;
} PondReservoirOp;

/// One readout: y = W v + b in sixteen lanes.
typedef struct {
  const float* w;     ///< rows x stride, zero past `cols`, 64-byte aligned
  const float* bias;  ///< rows floats, zeros without a bias
  uint32_t rows;
  uint32_t cols;
  uint32_t stride;  ///< cols padded to POND_READOUT_LANES
} PondReadoutOp;

/// Steps one reservoir in place. `v` is [feedback | state | driving], the
/// state is replaced; `scratch` has 2 * rows_padded floats, 64-byte aligned.
/// `leak` > 0; 1 and above is no leak. False: something was not finite and the
/// whole state was set to +0. Needs no alignment of `v`.
typedef bool PondReservoirStep(const PondReservoirOp* op, float leak, float* v,
                               float* scratch) POND_NONBLOCKING;
/// y[rows] = W v[cols] + bias. No check of the result.
typedef void PondReadoutStep(const PondReadoutOp* op, const float* v,
                             float* y) POND_NONBLOCKING;

typedef struct {
  PondKernelId id;
  uint32_t group_rows;  ///< the packing that suits this one best; others work
  PondReservoirStep* reservoir;
  PondReadoutStep* readout;
} PondKernels;

/// What the processor offers, found out by base/cpu.h.
enum { POND_CPU_AVX2_FMA = 1, POND_CPU_AVX512 = 2, POND_CPU_NEON = 4 };

/// The table for `id`; NULL if this build lacks it or `cpu_flags` do.
/// POND_KERNEL_AUTO is the widest one available.
const PondKernels* pond_kernels_get(PondKernelId id, uint32_t cpu_flags);

/// Floats that pond_dense_pack() writes; 0 on overflow.
size_t pond_dense_size(uint32_t rows, uint32_t cols);
/// Packs [w_fb (rows x n_fb) | w (rows x rows) | w_in (rows x n_in)], each
/// row-major or NULL when it has no columns, into `panels`, and describes it.
void pond_dense_pack(const float* w_fb, uint32_t n_fb, const float* w,
                     uint32_t rows, const float* w_in, uint32_t n_in,
                     uint32_t group_rows, float* panels, PondDense* dense);
/// Packs row-major weights (rows x cols) into rows x stride.
void pond_readout_pack(const float* w, uint32_t rows, uint32_t cols,
                       float* packed);

#endif
