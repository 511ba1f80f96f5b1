// SPDX-License-Identifier: ISC
// From sums to weights: centring and Cholesky. Control side.
#include <float.h>
#include <math.h>
#include <string.h>

#include "blas.h"
#include "errors.h"
#include "ridge.h"
#include "ridge_state.h"

static void add_into(double* sum, const double* x, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    sum[i] += x[i];
  }
}

static void add_fold(PondRidge* r, const PondFold* fold) {
  const size_t f = r->n_features;
  const size_t o = r->n_outputs;
  r->n += fold->n;
  add_into(r->gram, fold->gram, f * f);
  add_into(r->cross, fold->cross, f * o);
  add_into(r->mean_x, fold->sum_x, f);
  add_into(r->mean_y, fold->sum_y, o);
  add_into(r->square_y, fold->square_y, o);
}

static void clear_system(PondRidge* r) {
  const size_t f = r->n_features;
  const size_t o = r->n_outputs;
  r->n = 0;
  memset(r->gram, 0, f * f * sizeof(double));
  memset(r->cross, 0, f * o * sizeof(double));
  memset(r->mean_x, 0, f * sizeof(double));
  memset(r->mean_y, 0, o * sizeof(double));
  memset(r->square_y, 0, o * sizeof(double));
}

// Sums to centred sums: S = sum x x' - n m m'. mean_x, mean_y come in as sums.
static void centre_system(PondRidge* r) {
  const size_t f = r->n_features;
  const double n = (double)r->n;
  for (size_t j = 0; j < f; ++j) {
    const double mean = r->mean_x[j] / n;
    for (size_t i = j; i < f; ++i) {
      r->gram[j * f + i] -= r->mean_x[i] * mean;
    }
  }
  for (size_t o = 0; o < r->n_outputs; ++o) {
    const double mean = r->mean_y[o] / n;
    for (size_t i = 0; i < f; ++i) {
      r->cross[o * f + i] -= r->mean_x[i] * mean;
    }
    r->square_y[o] -= r->mean_y[o] * mean;
    r->mean_y[o] = mean;
  }
  for (size_t i = 0; i < f; ++i) {
    r->mean_x[i] /= n;
  }
}

void pond_ridge_gather(PondRidge* r, uint32_t left_out) {
  pond_ridge_flush(r);
  clear_system(r);
  for (uint32_t i = 0; i < r->n_folds; ++i) {
    if (i != left_out) {
      add_fold(r, &r->folds[i]);
    }
  }
  if (r->no_bias) {
    memset(r->mean_x, 0, r->n_features * sizeof(double));
    memset(r->mean_y, 0, r->n_outputs * sizeof(double));
  } else if (r->n > 0) {
    centre_system(r);
  }
}

// Copies gram + alpha I, scaled by powers of two (exact) to a diagonal between
// 1/2 and 2: the condition is then the problem's, not the units'.
static bool scale_system(PondRidge* r, double alpha,
                         PondRidgeVerdict* verdict) {
  const size_t f = r->n_features;
  for (size_t j = 0; j < f; ++j) {
    const double diagonal = r->gram[j * f + j] + alpha;
    if (!(diagonal > 0) || !isfinite(diagonal)) {
      *verdict = (PondRidgeVerdict){POND_STATUS_SINGULAR, (uint32_t)j, 0};
      return false;
    }
    r->scale[j] = ldexp(1.0, -(int)lrint(0.5 * log2(diagonal)));
  }
  for (size_t j = 0; j < f; ++j) {
    for (size_t i = j; i < f; ++i) {
      const double added = i == j ? alpha : 0.0;
      r->factor[j * f + i] =
          (r->gram[j * f + i] + added) * r->scale[i] * r->scale[j];
    }
  }
  return true;
}

// Least rcond that is accepted. Below it the Gram matrix is its own rounding:
// without a penalty that reaches about F ulp.
static double rcond_floor(const PondRidge* r, double alpha) {
  return alpha > 0 ? DBL_EPSILON : DBL_EPSILON * (double)r->n_features;
}

static bool factor_system(PondRidge* r, double alpha,
                          PondRidgeVerdict* verdict) {
  const int f = (int)r->n_features;
  int info = 0;
  const double norm = dlansy_("1", "L", &f, r->factor, &f, r->work, 1, 1);
  dpotrf_("L", &f, r->factor, &f, &info, 1);
  if (info != 0) {
    *verdict =
        (PondRidgeVerdict){POND_STATUS_SINGULAR, (uint32_t)(info - 1), 0};
    return false;
  }
  dpocon_("L", &f, r->factor, &f, &norm, &verdict->rcond, r->work, r->i_work,
          &info, 1);
  if (!(verdict->rcond >= rcond_floor(r, alpha))) {
    verdict->status = POND_STATUS_SINGULAR;
    return false;
  }
  return true;
}

static void scale_rows(const PondRidge* r, double* columns) {
  for (size_t o = 0; o < r->n_outputs; ++o) {
    for (size_t j = 0; j < r->n_features; ++j) {
      columns[o * r->n_features + j] *= r->scale[j];
    }
  }
}

double pond_ridge_dot(const double* a, const double* b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

// bias = mean y - mean x' w, in the unshifted values.
static void set_bias(PondRidge* r) {
  for (size_t o = 0; o < r->n_outputs; ++o) {
    const double* w = r->weights + o * r->n_features;
    const double mean = r->shift_y[o] + r->mean_y[o];
    r->bias[o] = mean - pond_ridge_dot(w, r->mean_x, r->n_features) -
                 pond_ridge_dot(w, r->shift_x, r->n_features);
  }
}

// At the minimum 0 <= w'c <= sum of (y - mean)^2. Weights that are rounding
// noise break this by far.
static bool weights_make_sense(const PondRidge* r) {
  for (size_t o = 0; o < r->n_outputs; ++o) {
    const size_t at = o * r->n_features;
    const double gain =
        pond_ridge_dot(r->weights + at, r->cross + at, r->n_features);
    const double slack = 1e-3 * fabs(r->square_y[o]);
    if (!(gain >= -slack && gain <= fabs(r->square_y[o]) + slack)) {
      return false;
    }
  }
  return true;
}

static bool weights_are_finite(const PondRidge* r) {
  double probe = 0;
  for (size_t i = 0; i < (size_t)r->n_features * r->n_outputs; ++i) {
    probe += r->weights[i] * 0.0;
  }
  for (size_t o = 0; o < r->n_outputs; ++o) {
    probe += r->bias[o] * 0.0;
  }
  return probe == 0;
}

static void solve_scaled(PondRidge* r) {
  const int f = (int)r->n_features;
  const int o = (int)r->n_outputs;
  int info = 0;
  memcpy(r->weights, r->cross,
         (size_t)r->n_features * r->n_outputs * sizeof(double));
  scale_rows(r, r->weights);
  dpotrs_("L", &f, &o, r->factor, &f, r->weights, &f, &info, 1);
  scale_rows(r, r->weights);
}

PondRidgeVerdict pond_ridge_solve_system(PondRidge* r, double alpha) {
  PondRidgeVerdict verdict = {POND_OK, r->n_features, 0};
  // Centring takes one from the rank.
  if (alpha == 0 && r->n < r->n_features + (r->no_bias ? 0U : 1U)) {
    verdict.status = POND_STATUS_SINGULAR;
    return verdict;
  }
  if (!scale_system(r, alpha, &verdict) || !factor_system(r, alpha, &verdict)) {
    return verdict;
  }
  solve_scaled(r);
  set_bias(r);
  if (!weights_are_finite(r)) {
    verdict.status = POND_STATUS_NOT_FINITE;
  } else if (!weights_make_sense(r)) {
    verdict.status = POND_STATUS_SINGULAR;
  }
  return verdict;
}

double pond_ridge_mean_diagonal(const PondRidge* r) {
  const size_t f = r->n_features;
  double trace = 0;
  for (size_t j = 0; j < f; ++j) {
    trace += r->gram[j * f + j];
  }
  return trace / (double)f;
}

static PondStatus report_verdict(const PondRidge* r, double alpha,
                                 const PondRidgeVerdict* verdict,
                                 PondError* error) {
  if (verdict->status == POND_STATUS_NOT_FINITE) {
    return pond_error(error, POND_STATUS_NOT_FINITE,
                      "the fitted weights are not finite at alpha %g: targets "
                      "or features are too large; normalise the data",
                      alpha);
  }
  const double remedy = 1e-8 * pond_ridge_mean_diagonal(r);
  return pond_error(
      error, POND_STATUS_SINGULAR,
      "the ridge equations have no unique solution: alpha %g, reciprocal "
      "condition %.3g, %llu rows for %u features%s; give a larger alpha (try "
      "%.1g), or auto, or more rows",
      alpha, verdict->rcond, (unsigned long long)r->n, r->n_features,
      verdict->feature < r->n_features ? ", some constant or dependent" : "",
      remedy > 0 ? remedy : 1e-6);
}

PondStatus pond_ridge_solve(PondRidge* r, double alpha, PondRidgeFit* fit,
                            PondError* error) {
  if (!(alpha >= 0) || !isfinite(alpha)) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "alpha is %g: it must be 0 or more, and finite", alpha);
  }
  pond_ridge_gather(r, r->n_folds);
  if (r->n == 0) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "no row to learn from: every row was skipped");
  }
  const PondRidgeVerdict verdict = pond_ridge_solve_system(r, alpha);
  if (verdict.status != POND_OK) {
    return report_verdict(r, alpha, &verdict, error);
  }
  *fit = (PondRidgeFit){r->weights, r->bias, alpha, verdict.rcond};
  return POND_OK;
}
