// SPDX-License-Identifier: ISC
// A random reservoir or readout, its packings, and frames to drive it with.
// Tests only.
#ifndef KERNEL_CASE_H
#define KERNEL_CASE_H

#include "kernels.h"
#include "random.h"

enum { GUARD = 16 };  ///< floats on either side that nobody may touch

/// What the values of a case look like.
typedef enum {
  FLAVOUR_PLAIN,
  FLAVOUR_ZEROS,        ///< many +0 and -0
  FLAVOUR_TINY,         ///< many subnormals and values about 2^-96
  FLAVOUR_HUGE,         ///< some between 1e30 and the largest float
  FLAVOUR_NOT_FINITE,   ///< NaN and Inf in inputs and starting states
  FLAVOUR_BAD_WEIGHTS,  ///< NaN and Inf in weights or biases too
  FLAVOUR_COUNT
} Flavour;

typedef struct {
  uint32_t rows;
  uint32_t n_fb;
  uint32_t n_in;
  Flavour flavour;
  PondActivation activation;
  float leak;
  float* w_fb;  ///< row-major; NULL without columns
  float* w;
  float* w_in;
  float* bias;  ///< padded
} ReservoirCase;

/// 64-byte aligned, zeroed, never NULL.
float* case_floats(size_t n);
/// One value of a flavour, plain ones in -scale .. scale.
float case_value(PondRandom* random, Flavour flavour, float scale);

void reservoir_case_init(ReservoirCase* c, PondRandom* random, uint32_t rows,
                         Flavour flavour);
void reservoir_case_free(ReservoirCase* c);
uint32_t reservoir_case_cols(const ReservoirCase* c);
/// Packs; free the result's w.panels.
PondReservoirOp reservoir_case_pack(const ReservoirCase* c,
                                    uint32_t group_rows);

/// A random readout; free w and bias. `plain` is row-major.
PondReadoutOp readout_case(PondRandom* random, uint32_t rows, uint32_t cols,
                           Flavour flavour, float** plain);

/// Section 5.1 by row-major loops, from the unpacked weights. `parity` 1 is a
/// planted fault: even and odd columns trade chains.
bool reference_step(const ReservoirCase* c, float leak, float* v,
                    uint32_t parity);
/// Section 5.2 likewise.
void reference_readout(const PondReadoutOp* op, const float* plain,
                       const float* v, float* y);
/// Bits equal, or both NaN.
bool same_value(float a, float b);

#endif
