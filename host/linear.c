// SPDX-License-Identifier: ISC
// A linear predictor to be measured against: least squares over the last
// values of one channel. Control thread.
#include "linear.h"

#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Sums for the normal equations of n_taps values and a constant 1.
typedef struct {
  uint32_t n;     ///< unknowns
  double* gram;   ///< n x n, lower half
  double* cross;  ///< n
} Equations;

// Features of frame t: u[t], u[t - 1], ..., 1.
static void add_frame(const Equations* e, const float* u, size_t t,
                      double target) {
  uint32_t n_taps = e->n - 1;
  for (uint32_t i = 0; i < n_taps; i++) {
    double value = (double)u[t - i];
    double* row = e->gram + (size_t)i * e->n;
    for (uint32_t j = 0; j <= i; j++) {
      row[j] += value * (double)u[t - j];
    }
    e->cross[i] += value * target;
  }
  double* last = e->gram + (size_t)n_taps * e->n;
  for (uint32_t j = 0; j < n_taps; j++) {
    last[j] += (double)u[t - j];
  }
  last[n_taps] += 1;
  e->cross[n_taps] += target;
}

static void add_ridge(const Equations* e) {
  double trace = 0;
  for (uint32_t i = 0; i < e->n; i++) {
    trace += e->gram[(size_t)i * e->n + i];
  }
  for (uint32_t i = 0; i < e->n; i++) {
    e->gram[(size_t)i * e->n + i] += 1e-9 * trace / e->n;
  }
}

// Cholesky in place: Golub and Van Loan, Matrix Computations, 4.2.5.
static bool factor(const Equations* e) {
  for (uint32_t i = 0; i < e->n; i++) {
    double* row = e->gram + (size_t)i * e->n;
    for (uint32_t j = 0; j <= i; j++) {
      const double* other = e->gram + (size_t)j * e->n;
      double sum = row[j];
      for (uint32_t k = 0; k < j; k++) {
        sum -= row[k] * other[k];
      }
      if (i == j && !(sum > 0)) {
        return false;
      }
      row[j] = i == j ? sqrt(sum) : sum / other[j];
    }
  }
  return true;
}

static void solve(const Equations* e) {
  for (uint32_t i = 0; i < e->n; i++) {
    const double* row = e->gram + (size_t)i * e->n;
    for (uint32_t k = 0; k < i; k++) {
      e->cross[i] -= row[k] * e->cross[k];
    }
    e->cross[i] /= row[i];
  }
  for (uint32_t i = e->n; i-- > 0;) {
    for (uint32_t k = i + 1; k < e->n; k++) {
      e->cross[i] -= e->gram[(size_t)k * e->n + i] * e->cross[k];
    }
    e->cross[i] /= e->gram[(size_t)i * e->n + i];
  }
}

PondStatus host_linear_fit(const float* u, size_t n, HostLinear* linear,
                           PondError* error) {
  const uint32_t n_taps = linear->n_taps;
  const uint32_t horizon = linear->horizon;
  Equations e = {.n = n_taps + 1};
  if (!n_taps || n_taps > HOST_MOST_TAPS || n < horizon ||
      n - horizon < 2 * (size_t)n_taps) {
    return host_error(error, POND_STATUS_BAD_ARG,
                      "%zu values are too few for %u taps", n, n_taps);
  }
  e.gram = calloc((size_t)e.n * e.n + e.n, sizeof *e.gram);
  if (!e.gram) {
    return host_error_memory(error, "the linear predictor");
  }
  e.cross = e.gram + (size_t)e.n * e.n;
  for (size_t t = n_taps - 1; t + horizon < n; t++) {
    add_frame(&e, u, t, (double)u[t + horizon]);
  }
  add_ridge(&e);
  bool is_solved = factor(&e);
  if (is_solved) {
    solve(&e);
    memcpy(linear->taps, e.cross, n_taps * sizeof *e.cross);
    linear->bias = e.cross[n_taps];
  }
  free(e.gram);
  if (!is_solved) {
    return host_error(error, POND_STATUS_SINGULAR,
                      "the linear predictor's equations have no solution");
  }
  return POND_OK;
}

double host_linear_predict(const HostLinear* linear, const float* u, size_t t) {
  double sum = linear->bias;
  for (uint32_t k = 0; k < linear->n_taps; k++) {
    sum += linear->taps[k] * (double)u[t - k];
  }
  return sum;
}
