// SPDX-License-Identifier: ISC
// Running error of a prediction against its target, in double. Control side.
#ifndef POND_TRAIN_METRICS_H
#define POND_TRAIN_METRICS_H

#include "pond/train.h"

/// Mean and spread, after Welford 1962; all-zero is empty.
typedef struct {
  uint64_t n;
  double mean;
  double spread;  ///< sum of (value - mean)^2
} PondMoments;

void pond_moments_add(PondMoments* moments, double value);

/// One channel; all-zero is empty.
typedef struct {
  PondMoments target;
  double square_error;  ///< sum of (prediction - target)^2
  double square;        ///< sum of target^2
} PondErrorSum;

void pond_error_add(PondErrorSum* sum, double prediction, double target);
/// Of several channels: square errors and variances are summed over them. NaN
/// without values or where the targets don't vary.
double pond_error_nrmse(const PondErrorSum* sums, size_t n_channels);
/// Mean over all values of all channels; NaN without values.
double pond_error_mse(const PondErrorSum* sums, size_t n_channels);
/// Mean square of the targets; 0 without values.
double pond_error_power(const PondErrorSum* sums, size_t n_channels);

#endif
