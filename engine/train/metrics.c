// SPDX-License-Identifier: ISC
// Error measures. Control side.
#include "metrics.h"

#include <math.h>

void pond_moments_add(PondMoments* moments, double value) {
  const double before = value - moments->mean;
  moments->n += 1;
  moments->mean += before / (double)moments->n;
  moments->spread += before * (value - moments->mean);
}

void pond_error_add(PondErrorSum* sum, double prediction, double target) {
  const double error = prediction - target;
  pond_moments_add(&sum->target, target);
  sum->square_error += error * error;
  sum->square += target * target;
}

double pond_error_nrmse(const PondErrorSum* sums, size_t n_channels) {
  double square_error = 0;
  double spread = 0;
  for (size_t c = 0; c < n_channels; ++c) {
    square_error += sums[c].square_error;
    spread += sums[c].target.spread;
  }
  return spread > 0 ? sqrt(square_error / spread) : (double)NAN;
}

double pond_error_mse(const PondErrorSum* sums, size_t n_channels) {
  double square_error = 0;
  uint64_t n = 0;
  for (size_t c = 0; c < n_channels; ++c) {
    square_error += sums[c].square_error;
    n += sums[c].target.n;
  }
  return n ? square_error / (double)n : (double)NAN;
}

double pond_error_power(const PondErrorSum* sums, size_t n_channels) {
  double square = 0;
  uint64_t n = 0;
  for (size_t c = 0; c < n_channels; ++c) {
    square += sums[c].square;
    n += sums[c].target.n;
  }
  return n ? square / (double)n : 0.0;
}

double pond_nrmse(const float* prediction, const float* target, size_t n) {
  PondErrorSum sum = {0};
  for (size_t i = 0; i < n; ++i) {
    pond_error_add(&sum, (double)prediction[i], (double)target[i]);
  }
  return pond_error_nrmse(&sum, 1);
}
