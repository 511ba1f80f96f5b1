// SPDX-License-Identifier: ISC
// Small data sets for the ridge tests. Test support.
#ifndef POND_TESTS_RIDGE_DATA_H
#define POND_TESTS_RIDGE_DATA_H

#include "ridge.h"

enum { MAX_F = 48, MAX_O = 3, MAX_ROWS = 700 };

/// A small data set; x row-major.
typedef struct {
  uint32_t n, f, o;
  bool no_bias;
  float x[MAX_ROWS * MAX_F];
  double y[MAX_ROWS * MAX_O];
} Data;

/// y = w'x + 3 + noise; features share a common part, have offsets and scales.
void fill(Data* data, uint32_t n, uint32_t f, uint32_t o, uint64_t seed);
/// Takes the units of the features away.
void unit_scale(Data* data);
/// All rows, in contiguous folds.
PondRidge* ridge_of(const Data* data, uint32_t n_folds, uint32_t chunk_rows);
/// Sum of the square errors of rows from..to.
double direct_error(const Data* d, uint32_t from, uint32_t to,
                    const PondRidgeFit* fit);
/// Sum of (y - mean)^2 of one output.
double spread(const Data* d);

#endif
