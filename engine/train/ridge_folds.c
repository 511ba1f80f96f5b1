// SPDX-License-Identifier: ISC
// The choice of alpha by contiguous folds. Control side.
#include <math.h>

#include "blas.h"
#include "errors.h"
#include "ridge.h"
#include "ridge_state.h"

static const double GRID_TOP = 1e3;
// Square of half an ulp of a float near 1: what rounding a weight costs.
static const double FLOAT_ROUNDING = 0x1p-48;
// No float output is nearer to its target than this, relative to it.
static const double LEAST_NRMSE = 0x1p-24;

// Sum of (y - tm - w'(x - xm))^2 over a fold for output `o`, where b = tm -
// w'xm; values shifted. `product` holds G w.
static double output_error(const PondRidge* r, const PondFold* fold,
                           const double* w, double b, size_t o) {
  const size_t f = r->n_features;
  const double n = (double)fold->n;
  const double sum_y = fold->sum_y[o];
  const double energy = fold->square_y[o] - 2 * b * sum_y + n * b * b;
  const double mixed = pond_ridge_dot(w, fold->cross + o * f, f) -
                       b * pond_ridge_dot(w, fold->sum_x, f);
  const double explained = pond_ridge_dot(w, r->product + o * f, f);
  return fmax(energy - 2 * mixed + explained, 0);
}

double pond_ridge_fold_error(PondRidge* r, uint32_t index,
                             const PondRidgeFit* fit) {
  pond_ridge_flush(r);
  const PondFold* fold = &r->folds[index];
  const int f = (int)r->n_features;
  const int n_outputs = (int)r->n_outputs;
  const double one = 1.0;
  const double zero = 0.0;
  dsymm_("L", "L", &f, &n_outputs, &one, fold->gram, &f, fit->weights, &f,
         &zero, r->product, &f, 1, 1);
  double sum = 0;
  for (size_t o = 0; o < r->n_outputs; ++o) {
    const double* w = fit->weights + o * r->n_features;
    // The bias as the shifted values see it.
    const double b = fit->bias[o] +
                     pond_ridge_dot(w, r->shift_x, r->n_features) -
                     r->shift_y[o];
    sum += output_error(r, fold, w, b, o);
  }
  return sum;
}

// What the weights' own rounding to float adds to the square error of a fold.
static double rounding_error(const PondRidge* r, const PondFold* fold) {
  const size_t f = r->n_features;
  double sum = 0;
  for (size_t j = 0; j < f; ++j) {
    const double shift = r->shift_x[j];
    const double square = fold->gram[j * f + j] + 2 * shift * fold->sum_x[j] +
                          shift * shift * (double)fold->n;
    for (size_t o = 0; o < r->n_outputs; ++o) {
      const double w = r->weights[o * f + j];
      sum += w * w * square;
    }
  }
  return FLOAT_ROUNDING * sum;
}

// Variance of the targets of all rows, summed over outputs; 1 if there is none.
static double target_variance(const PondRidge* r) {
  double sum = 0;
  for (size_t o = 0; o < r->n_outputs; ++o) {
    sum += r->square_y[o];
  }
  return sum > 0 ? sum / (double)r->n : 1.0;
}

static double fold_nrmse(PondRidge* r, uint32_t index, double alpha,
                         double variance) {
  if (pond_ridge_solve_system(r, alpha).status != POND_OK) {
    return (double)INFINITY;
  }
  const PondFold* fold = &r->folds[index];
  const PondRidgeFit fit = {r->weights, r->bias, alpha, 0};
  const double square =
      pond_ridge_fold_error(r, index, &fit) + rounding_error(r, fold);
  return sqrt(square / (double)fold->n / variance);
}

static uint32_t used_fold_count(const PondRidge* r) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < r->n_folds; ++i) {
    n += r->folds[i].n > 0;
  }
  return n;
}

static void start_scan(const PondRidge* r, PondRidgeScan* scan) {
  const double mean = pond_ridge_mean_diagonal(r);
  double alpha = GRID_TOP * (mean > 0 ? mean : 1.0);
  scan->best = 0;
  for (uint32_t i = 0; i < POND_RIDGE_GRID; ++i) {
    scan->alpha[i] = alpha;
    scan->nrmse[i] = 0;
    alpha /= 10;
  }
}

// From sums of logarithms to geometric means. Ties go to the larger alpha.
static void finish_scan(PondRidgeScan* scan, uint32_t n_used) {
  for (uint32_t i = 0; i < POND_RIDGE_GRID; ++i) {
    scan->nrmse[i] = exp(scan->nrmse[i] / n_used);
    if (scan->nrmse[i] < scan->nrmse[scan->best]) {
      scan->best = i;
    }
  }
}

static PondStatus scan_folds(PondRidge* r, double variance, PondRidgeTick* tick,
                             void* context, PondRidgeScan* scan) {
  const double n_steps = (double)(r->n_folds * POND_RIDGE_GRID);
  for (uint32_t fold = 0; fold < r->n_folds; ++fold) {
    if (r->folds[fold].n == 0) {
      continue;
    }
    pond_ridge_gather(r, fold);
    for (uint32_t i = 0; i < POND_RIDGE_GRID; ++i) {
      if (tick && tick(context, (fold * POND_RIDGE_GRID + i) / n_steps)) {
        return POND_STATUS_CANCELLED;
      }
      const double nrmse = fold_nrmse(r, fold, scan->alpha[i], variance);
      scan->nrmse[i] += log(fmax(nrmse, LEAST_NRMSE));
    }
  }
  return POND_OK;
}

PondStatus pond_ridge_choose(PondRidge* r, PondRidgeTick* tick, void* context,
                             PondRidgeScan* scan, PondError* error) {
  pond_ridge_gather(r, r->n_folds);
  const uint32_t n_used = used_fold_count(r);
  if (n_used < 2) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "alpha auto needs rows in at least 2 folds, has %llu "
                      "rows in %u: give alpha, or more rows",
                      (unsigned long long)r->n, n_used);
  }
  PondRidgeScan result;
  start_scan(r, &result);
  if (scan_folds(r, target_variance(r), tick, context, &result) != POND_OK) {
    return pond_error(error, POND_STATUS_CANCELLED,
                      "cancelled while choosing alpha");
  }
  finish_scan(&result, n_used);
  *scan = result;
  return POND_OK;
}

PondStatus pond_ridge_solve_best(PondRidge* r, const PondRidgeScan* scan,
                                 PondRidgeFit* fit, PondError* error) {
  // All rows may be singular where four fifths of them were not, by a hair.
  uint32_t i = scan->best;
  PondStatus status = pond_ridge_solve(r, scan->alpha[i], fit, error);
  while (status == POND_STATUS_SINGULAR && i > 0) {
    i -= 1;
    status = pond_ridge_solve(r, scan->alpha[i], fit, error);
  }
  return status;
}
