// SPDX-License-Identifier: ISC
// A linear predictor to be measured against: least squares over the last
// values of one channel. Control thread.
#ifndef HOST_LINEAR_H
#define HOST_LINEAR_H

#include "pond/types.h"

enum { HOST_MOST_TAPS = 512 };

/// u[t + horizon] is predicted as bias + sum of taps[k] u[t - k].
typedef struct {
  uint32_t n_taps;
  uint32_t horizon;
  double bias;
  double taps[HOST_MOST_TAPS];
} HostLinear;

/// Fits taps and bias to u[0] .. u[n - 1] by the normal equations, with a ridge
/// of 1e-9 of their trace for rounding; the caller has set n_taps and horizon.
/// SINGULAR if they have no solution.
PondStatus host_linear_fit(const float* u, size_t n, HostLinear* linear,
                           PondError* error);
/// The prediction made at u[t]; t is at least n_taps - 1.
double host_linear_predict(const HostLinear* linear, const float* u, size_t t);

#endif
