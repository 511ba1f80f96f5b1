// SPDX-License-Identifier: ISC
// Ridge regression against plain Gaussian elimination, and its refusals.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// cmocka wants the headers above first.
#include <cmocka.h>

#include "random.h"
#include "ridge.h"

enum { MAX_F = 48, MAX_O = 3, MAX_ROWS = 700 };

// A small data set; x row-major.
typedef struct {
  uint32_t n, f, o;
  bool no_bias;
  float x[MAX_ROWS * MAX_F];
  double y[MAX_ROWS * MAX_O];
} Data;

static double normal(PondRandom* random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) {
    sum += pond_random_unit(random);
  }
  return sum;
}

// y = w'x + 3 + noise; features share a common part, have offsets and scales.
static void fill(Data* data, uint32_t n, uint32_t f, uint32_t o, double noise,
                 uint64_t seed) {
  PondRandom random = pond_random_init(seed, "ridge test");
  double w[MAX_F * MAX_O];
  for (uint32_t i = 0; i < f * o; ++i) {
    w[i] = normal(&random);
  }
  data->n = n;
  data->f = f;
  data->o = o;
  data->no_bias = false;
  for (uint32_t r = 0; r < n; ++r) {
    const double common = normal(&random);
    for (uint32_t j = 0; j < f; ++j) {
      const double scale = pow(10, (double)(j % 5) - 2);
      const double x = scale * (normal(&random) + 0.5 * common + j % 3);
      data->x[r * f + j] = (float)x;
    }
    for (uint32_t k = 0; k < o; ++k) {
      double y = 3 + noise * normal(&random);
      for (uint32_t j = 0; j < f; ++j) {
        y += w[k * f + j] * (double)data->x[r * f + j];
      }
      data->y[r * o + k] = y;
    }
  }
}

// Takes the units of the features away.
static void unit_scale(Data* data) {
  for (uint32_t i = 0; i < data->n * data->f; ++i) {
    data->x[i] /= powf(10, (float)(i % data->f % 5) - 2);
  }
}

static PondRidge* ridge_of(const Data* data, uint32_t n_folds,
                           uint32_t chunk_rows) {
  const PondRidgeShape shape = {data->f, data->o, n_folds, chunk_rows,
                                data->no_bias};
  PondRidge* ridge = NULL;
  assert_int_equal(pond_ridge_new(&shape, &ridge, NULL), POND_OK);
  for (uint32_t r = 0; r < data->n; ++r) {
    const uint32_t fold = n_folds ? r * n_folds / data->n : 0;
    assert_true(pond_ridge_add(ridge, fold, data->x + r * data->f,
                               data->y + r * data->o));
  }
  assert_int_equal(pond_ridge_row_count(ridge), data->n);
  return ridge;
}

// Solves A v = b by elimination with row pivots, in long double.
static void eliminate(long double* a, long double* b, uint32_t n, uint32_t o) {
  for (uint32_t k = 0; k < n; ++k) {
    uint32_t pivot = k;
    for (uint32_t i = k + 1; i < n; ++i) {
      pivot = fabsl(a[i * n + k]) > fabsl(a[pivot * n + k]) ? i : pivot;
    }
    for (uint32_t j = 0; j < n; ++j) {
      const long double t = a[k * n + j];
      a[k * n + j] = a[pivot * n + j];
      a[pivot * n + j] = t;
    }
    for (uint32_t j = 0; j < o; ++j) {
      const long double t = b[k * o + j];
      b[k * o + j] = b[pivot * o + j];
      b[pivot * o + j] = t;
    }
    for (uint32_t i = 0; i < n; ++i) {
      const long double q = i == k ? 0 : a[i * n + k] / a[k * n + k];
      for (uint32_t j = k; j < n && i != k; ++j) {
        a[i * n + j] -= q * a[k * n + j];
      }
      for (uint32_t j = 0; j < o && i != k; ++j) {
        b[i * o + j] -= q * b[k * o + j];
      }
    }
  }
  for (uint32_t i = 0; i < n * o; ++i) {
    b[i] /= a[(i / o) * n + i / o];
  }
}

// The reference: the bias as one more feature, without penalty. v is
// (f + 1) x o, its last row the bias.
static void reference(const Data* d, double alpha, long double* v) {
  static long double a[(MAX_F + 1) * (MAX_F + 1)];
  const uint32_t n = d->f + 1;
  const long double one = d->no_bias ? 0 : 1;
  memset(a, 0, sizeof(a));
  memset(v, 0, sizeof(*v) * n * d->o);
  for (uint32_t r = 0; r < d->n; ++r) {
    for (uint32_t i = 0; i < n; ++i) {
      const long double xi = i < d->f ? d->x[r * d->f + i] : one;
      for (uint32_t j = 0; j < n; ++j) {
        a[i * n + j] += xi * (j < d->f ? d->x[r * d->f + j] : one);
      }
      for (uint32_t k = 0; k < d->o; ++k) {
        v[i * d->o + k] += xi * (long double)d->y[r * d->o + k];
      }
    }
  }
  for (uint32_t i = 0; i < d->f; ++i) {
    a[i * n + i] += alpha;
  }
  a[n * n - 1] += d->no_bias ? 1 : 0;
  eliminate(a, v, n, d->o);
}

static double worst_difference(const Data* d, const PondRidgeFit* fit,
                               const long double* v) {
  double worst = 0;
  for (uint32_t k = 0; k < d->o; ++k) {
    double largest = 0;
    for (uint32_t j = 0; j <= d->f; ++j) {
      largest = fmax(largest, fabs((double)v[j * d->o + k]));
    }
    for (uint32_t j = 0; j <= d->f; ++j) {
      const double w = j < d->f ? fit->weights[k * d->f + j] : fit->bias[k];
      const double off = fabs(w - (double)v[j * d->o + k]) / largest;
      worst = fmax(worst, off);
    }
  }
  return worst;
}

static void ridge_agrees_with_gaussian_elimination(void** state) {
  (void)state;
  static Data data;
  static const double ALPHAS[] = {0, 1e-8, 1e-3, 1, 1e4};
  static const uint32_t FEATURES[] = {1, 2, 7, 16, 33, MAX_F};
  static const uint32_t ROWS[] = {60, 256, 257, MAX_ROWS};
  long double v[(MAX_F + 1) * MAX_O];
  double worst = 0;
  int n_checked = 0;
  for (int c = 0; c < 5 * 6 * 4; ++c) {
    fill(&data, ROWS[c % 4], FEATURES[c / 4 % 6], 1 + (uint32_t)c % MAX_O, 0.1,
         (uint64_t)c);
    data.no_bias = c % 5 == 0;
    const double alpha = ALPHAS[c / 24];
    PondRidge* ridge = ridge_of(&data, c % 2 ? 5 : 1, 0);
    PondRidgeFit fit;
    assert_int_equal(pond_ridge_solve(ridge, alpha, &fit, NULL), POND_OK);
    reference(&data, alpha, v);
    worst = fmax(worst, worst_difference(&data, &fit, v));
    n_checked += 1;
    pond_ridge_free(ridge);
  }
  print_message("%d systems, worst difference %.3g\n", n_checked, worst);
  assert_true(worst < 1e-6);
  assert_int_equal(n_checked, 120);
}

static void chunk_size_does_not_change_the_weights(void** state) {
  (void)state;
  static Data data;
  fill(&data, 699, 30, 2, 0.1, 7);
  unit_scale(&data);
  static const uint32_t CHUNKS[] = {1, 3, 64, 100, 699, 5000};
  PondRidge* whole = ridge_of(&data, 1, 256);
  PondRidgeFit expected;
  assert_int_equal(pond_ridge_solve(whole, 1e-2, &expected, NULL), POND_OK);
  double worst = 0;
  for (size_t c = 0; c < sizeof(CHUNKS) / sizeof(*CHUNKS); ++c) {
    PondRidge* ridge = ridge_of(&data, 1, CHUNKS[c]);
    PondRidgeFit fit;
    assert_int_equal(pond_ridge_solve(ridge, 1e-2, &fit, NULL), POND_OK);
    double largest = 0;
    double off = 0;
    for (uint32_t i = 0; i < data.f * data.o; ++i) {
      largest = fmax(largest, fabs(expected.weights[i]));
      off = fmax(off, fabs(fit.weights[i] - expected.weights[i]));
    }
    worst = fmax(worst, off / largest);
    pond_ridge_free(ridge);
  }
  pond_ridge_free(whole);
  print_message("worst change, relative to the largest weight, %.3g\n", worst);
  assert_true(worst < 1e-12);
}

static double direct_error(const Data* d, uint32_t from, uint32_t to,
                           const PondRidgeFit* fit) {
  double sum = 0;
  for (uint32_t r = from; r < to; ++r) {
    for (uint32_t k = 0; k < d->o; ++k) {
      double e = d->y[r * d->o + k] - fit->bias[k];
      for (uint32_t j = 0; j < d->f; ++j) {
        e -= fit->weights[k * d->f + j] * (double)d->x[r * d->f + j];
      }
      sum += e * e;
    }
  }
  return sum;
}

static void fold_error_needs_no_second_pass(void** state) {
  (void)state;
  static Data data;
  fill(&data, 500, 20, 2, 0.3, 11);
  PondRidge* ridge = ridge_of(&data, 5, 64);
  static const double ALPHAS[] = {0, 1e-3, 10, 1e5};
  for (int i = 0; i < 4; ++i) {
    PondRidgeFit fit;
    assert_int_equal(pond_ridge_solve(ridge, ALPHAS[i], &fit, NULL), POND_OK);
    for (uint32_t fold = 0; fold < 5; ++fold) {
      const double direct =
          direct_error(&data, fold * 100, fold * 100 + 100, &fit);
      const double found = pond_ridge_fold_error(ridge, fold, &fit);
      if (!(fabs(found - direct) < 1e-7 * direct)) {
        fail_msg("alpha %g fold %u: %.12g, directly %.12g", ALPHAS[i], fold,
                 found, direct);
      }
    }
  }
  pond_ridge_free(ridge);
}

// Sum of (y - mean)^2 of one output.
static double spread(const Data* d) {
  double mean = 0;
  for (uint32_t r = 0; r < d->n; ++r) {
    mean += d->y[r] / d->n;
  }
  double sum = 0;
  for (uint32_t r = 0; r < d->n; ++r) {
    sum += (d->y[r] - mean) * (d->y[r] - mean);
  }
  return sum;
}

// Noisy rows, hardly more than features: alpha matters.
static void noisy_rows(Data* train, Data* test, uint64_t seed) {
  static Data all;
  fill(&all, MAX_ROWS, 40, 1, 0, seed);
  PondRandom random = pond_random_init(seed, "noise");
  unit_scale(&all);
  for (uint32_t r = 0; r < all.n; ++r) {
    all.y[r] = all.x[r * all.f] - 0.5 * (double)all.x[r * all.f + 1] +
               2 * normal(&random);
  }
  *train = all;
  train->n = 90;
  *test = all;
  test->n = 600;
  memcpy(test->x, all.x + 100 * all.f, 600 * all.f * sizeof(float));
  memcpy(test->y, all.y + 100, 600 * sizeof(double));
}

static double test_error(PondRidge* ridge, const Data* test, double alpha) {
  PondRidgeFit fit;
  assert_int_equal(pond_ridge_solve(ridge, alpha, &fit, NULL), POND_OK);
  return sqrt(direct_error(test, 0, test->n, &fit) / test->n);
}

static void chosen_alpha_is_near_the_best(void** state) {
  (void)state;
  static Data train, test;
  double mean_ratio = 0;
  double mean_tiny = 0;
  for (uint64_t seed = 0; seed < 10; ++seed) {
    noisy_rows(&train, &test, seed);
    PondRidge* ridge = ridge_of(&train, 5, 0);
    PondRidgeScan scan;
    assert_int_equal(pond_ridge_choose(ridge, NULL, NULL, &scan, NULL),
                     POND_OK);
    double best = HUGE_VAL;
    for (int i = -60; i <= 60; ++i) {
      best = fmin(best, test_error(ridge, &test, pow(10, i / 10.0)));
    }
    const double chosen = test_error(ridge, &test, scan.alpha[scan.best]);
    mean_ratio += chosen / best / 10;
    mean_tiny += test_error(ridge, &test, 1e-6) / best / 10;
    pond_ridge_free(ridge);
  }
  print_message(
      "error with the chosen alpha / best %.4f, with a tiny one %.4f\n",
      mean_ratio, mean_tiny);
  assert_true(mean_ratio < 1.05);
  assert_true(mean_tiny > 1.1);
}

static void set_feature(Data* d, uint32_t j, float value) {
  for (uint32_t r = 0; r < d->n; ++r) {
    d->x[r * d->f + j] = value;
  }
}

static void set_target(Data* d, double value) {
  for (uint32_t i = 0; i < d->n * d->o; ++i) {
    d->y[i] = value;
  }
}

static void copy_feature(Data* d, uint32_t from, uint32_t to, float factor) {
  for (uint32_t r = 0; r < d->n; ++r) {
    d->x[r * d->f + to] = factor * d->x[r * d->f + from];
  }
}

// Solves, checks that what comes out is finite, and frees.
static PondStatus outcome(const Data* d, double alpha, PondError* error) {
  PondRidge* ridge = ridge_of(d, 5, 0);
  PondRidgeFit fit = {0};
  const PondStatus status = pond_ridge_solve(ridge, alpha, &fit, error);
  if (status == POND_OK) {
    for (uint32_t i = 0; i < d->f * d->o; ++i) {
      assert_true(isfinite(fit.weights[i]));
    }
    for (uint32_t i = 0; i < d->o; ++i) {
      assert_true(isfinite(fit.bias[i]));
    }
    assert_true(isfinite(fit.rcond) && fit.rcond > 0);
  } else {
    assert_null(fit.weights);
  }
  pond_ridge_free(ridge);
  return status;
}

static void assert_singular(const Data* d, const char* what) {
  PondError error = {POND_OK, ""};
  const PondStatus status = outcome(d, 0, &error);
  if (status != POND_STATUS_SINGULAR || !strstr(error.text, "alpha 0") ||
      !strstr(error.text, "condition") || !strstr(error.text, "larger alpha")) {
    fail_msg("%s: %s, %s", what, pond_status_text(status), error.text);
  }
}

static void singular_systems_are_refused_without_a_penalty(void** state) {
  (void)state;
  static Data d;
  int n = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    fill(&d, 300, 20, 1, 0.1, seed);
    set_feature(&d, 3, 0.1F * (float)seed);
    assert_singular(&d, "a constant feature");
    fill(&d, 300, 20, 1, 0.1, seed);
    copy_feature(&d, 2, 9, 1);
    assert_singular(&d, "a feature twice");
    fill(&d, 300, 20, 1, 0.1, seed);
    copy_feature(&d, 2, 9, -4);
    assert_singular(&d, "a multiple of a feature");
    fill(&d, 15, 20, 1, 0.1, seed);
    assert_singular(&d, "fewer rows than features");
    fill(&d, 20, 20, 1, 0.1, seed);
    assert_singular(&d, "as many rows as features");
    fill(&d, 1, 20, 1, 0.1, seed);
    assert_singular(&d, "one row");
    n += 6;
  }
  assert_int_equal(n, 120);
}

static void singular_systems_have_weights_with_a_penalty(void** state) {
  (void)state;
  static Data d;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    fill(&d, 300, 20, 1, 0.1, seed);
    set_feature(&d, 3, 5);
    copy_feature(&d, 2, 9, 1);
    assert_int_equal(outcome(&d, 1e-6, NULL), POND_OK);
    fill(&d, 15, 20, 2, 0.1, seed);
    assert_int_equal(outcome(&d, 1e-6, NULL), POND_OK);
    fill(&d, 1, 20, 1, 0.1, seed);
    assert_int_equal(outcome(&d, 1e-6, NULL), POND_OK);
  }
}

// Whatever the penalty, weights that come out predict at least as well as the
// mean does; else they are refused.
static void a_penalty_below_rounding_gives_no_garbage(void** state) {
  (void)state;
  static Data d;
  int n_ok = 0;
  int n_refused = 0;
  for (int c = 0; c < 300; ++c) {
    fill(&d, 200, 20, 1, 0.1, (uint64_t)c);
    copy_feature(&d, 4, 14, 1);
    copy_feature(&d, 3, 13, 3);
    const double alpha = pow(10, -c / 10.0);
    PondRidge* ridge = ridge_of(&d, 1, 0);
    PondRidgeFit fit;
    if (pond_ridge_solve(ridge, alpha, &fit, NULL) == POND_OK) {
      const double error = sqrt(direct_error(&d, 0, d.n, &fit) / spread(&d));
      if (!(error < 1)) {
        fail_msg("alpha %g: error %g, rcond %g", alpha, error, fit.rcond);
      }
      n_ok += 1;
    } else {
      n_refused += 1;
    }
    pond_ridge_free(ridge);
  }
  print_message("%d solved, %d refused\n", n_ok, n_refused);
  assert_true(n_ok >= 80);
  assert_true(n_refused >= 80);
}

static void constant_targets_give_a_bias_alone(void** state) {
  (void)state;
  static const double VALUES[] = {0, 1, -3.25, 1e30, 1e-40};
  static const double ALPHAS[] = {0, 1e-6, 1};
  static Data d;
  for (int i = 0; i < 15; ++i) {
    fill(&d, 300, 12, 2, 0.1, 5);
    set_target(&d, VALUES[i % 5]);
    PondRidge* ridge = ridge_of(&d, 1, 0);
    PondRidgeFit fit;
    assert_int_equal(pond_ridge_solve(ridge, ALPHAS[i / 5], &fit, NULL),
                     POND_OK);
    for (uint32_t j = 0; j < d.f * d.o; ++j) {
      assert_true(fit.weights[j] == 0);
    }
    assert_true(fit.bias[0] == VALUES[i % 5] && fit.bias[1] == VALUES[i % 5]);
    pond_ridge_free(ridge);
  }
}

static void constant_features_get_no_weight(void** state) {
  (void)state;
  static Data d;
  fill(&d, 300, 12, 1, 0.1, 5);
  set_feature(&d, 4, 0.1F);
  set_feature(&d, 5, -1e6F);
  PondRidge* ridge = ridge_of(&d, 1, 0);
  PondRidgeFit fit;
  assert_int_equal(pond_ridge_solve(ridge, 1e-6, &fit, NULL), POND_OK);
  assert_true(fit.weights[4] == 0 && fit.weights[5] == 0);
  pond_ridge_free(ridge);
}

static void rows_that_are_not_finite_are_left_out(void** state) {
  (void)state;
  static Data d;
  fill(&d, 300, 12, 2, 0.1, 5);
  PondRidge* plain = ridge_of(&d, 1, 0);
  PondRidge* ridge = ridge_of(&d, 1, 0);
  float x[12] = {0};
  double y[2] = {0};
  x[11] = NAN;
  assert_false(pond_ridge_add(ridge, 0, x, y));
  x[11] = -INFINITY;
  assert_false(pond_ridge_add(ridge, 0, x, y));
  x[11] = 1;
  y[1] = (double)NAN;
  assert_false(pond_ridge_add(ridge, 0, x, y));
  assert_int_equal(pond_ridge_row_count(ridge), 300);
  PondRidgeFit a, b;
  assert_int_equal(pond_ridge_solve(plain, 1e-6, &a, NULL), POND_OK);
  assert_int_equal(pond_ridge_solve(ridge, 1e-6, &b, NULL), POND_OK);
  assert_memory_equal(a.weights, b.weights, 24 * sizeof(double));
  pond_ridge_free(plain);
  pond_ridge_free(ridge);
}

static void extreme_values_give_finite_weights_or_a_status(void** state) {
  (void)state;
  static const float SCALES[] = {1e-38F, 1e-20F, 1e20F, 3e37F};
  static Data d;
  int n_ok = 0;
  for (int c = 0; c < 4 * 4 * 3; ++c) {
    fill(&d, 200, 10, 1, 0.1, (uint64_t)c);
    for (uint32_t i = 0; i < d.n * d.f; ++i) {
      d.x[i] = fmaxf(fminf(d.x[i], 9), -9) * SCALES[c % 4];
    }
    for (uint32_t i = 0; i < d.n; ++i) {
      d.y[i] = (double)((float)d.y[i] / 1e4F * SCALES[c / 4 % 4]);
    }
    const double alpha = c / 16 == 0 ? 0 : c / 16 == 1 ? 1e-6 : 1e6;
    const PondStatus status = outcome(&d, alpha, NULL);
    assert_true(status == POND_OK || status == POND_STATUS_SINGULAR ||
                status == POND_STATUS_NOT_FINITE);
    n_ok += status == POND_OK;
  }
  print_message("%d of 48 solved\n", n_ok);
  assert_true(n_ok >= 32);
}

static void bad_arguments_are_refused_by_name(void** state) {
  (void)state;
  PondError error;
  PondRidge* ridge = NULL;
  const PondRidgeShape none = {0, 1, 1, 0, false};
  assert_int_equal(pond_ridge_new(&none, &ridge, &error), POND_STATUS_BAD_ARG);
  const PondRidgeShape huge = {POND_MAX_UNITS, POND_MAX_UNITS, 64, 0, false};
  assert_int_equal(pond_ridge_new(&huge, &ridge, &error), POND_STATUS_LIMIT);
  const PondRidgeShape folds = {1, 1, 65, 0, false};
  assert_int_equal(pond_ridge_new(&folds, &ridge, &error), POND_STATUS_BAD_ARG);
  assert_null(ridge);
  const PondRidgeShape shape = {3, 1, 5, 0, false};
  assert_int_equal(pond_ridge_new(&shape, &ridge, &error), POND_OK);
  PondRidgeFit fit;
  static const double BAD[] = {-1, (double)NAN, (double)INFINITY};
  for (int i = 0; i < 3; ++i) {
    assert_int_equal(pond_ridge_solve(ridge, BAD[i], &fit, &error),
                     POND_STATUS_BAD_ARG);
    assert_non_null(strstr(error.text, "alpha"));
  }
  assert_int_equal(pond_ridge_solve(ridge, 1, &fit, &error),
                   POND_STATUS_BAD_ARG);
  assert_non_null(strstr(error.text, "no row"));
  PondRidgeScan scan;
  assert_int_equal(pond_ridge_choose(ridge, NULL, NULL, &scan, &error),
                   POND_STATUS_BAD_ARG);
  assert_non_null(strstr(error.text, "2 folds"));
  pond_ridge_free(ridge);
  pond_ridge_free(NULL);
}

typedef struct {
  int n_calls, stop_at;
  double last;
} Ticks;

static bool tick(void* context, double share) {
  Ticks* ticks = context;
  assert_true(share >= ticks->last && share <= 1);
  ticks->last = share;
  return ticks->n_calls++ == ticks->stop_at;
}

static void choosing_reports_progress_and_stops(void** state) {
  (void)state;
  static Data d;
  fill(&d, 200, 10, 1, 0.1, 1);
  PondRidge* ridge = ridge_of(&d, 5, 0);
  PondRidgeScan scan;
  Ticks ticks = {0, -1, 0};
  assert_int_equal(pond_ridge_choose(ridge, tick, &ticks, &scan, NULL),
                   POND_OK);
  assert_int_equal(ticks.n_calls, 5 * POND_RIDGE_GRID);
  for (int stop = 0; stop < 5 * POND_RIDGE_GRID; stop += 7) {
    ticks = (Ticks){0, stop, 0};
    assert_int_equal(pond_ridge_choose(ridge, tick, &ticks, &scan, NULL),
                     POND_STATUS_CANCELLED);
    assert_int_equal(ticks.n_calls, stop + 1);
  }
  pond_ridge_free(ridge);
}

static void degenerate_data_never_breaks_the_choice(void** state) {
  (void)state;
  static Data d;
  for (int c = 0; c < 5; ++c) {
    fill(&d, c == 4 ? 3 : 100, 10, 1, 0.1, 1);
    for (uint32_t j = 0; j < d.f && c == 0; ++j) {
      set_feature(&d, j, 2);
    }
    if (c == 1) {
      set_target(&d, 0);
    }
    if (c == 2) {
      copy_feature(&d, 0, 1, 1);
    }
    PondRidge* ridge = ridge_of(&d, 5, 0);
    PondRidgeScan scan;
    assert_int_equal(pond_ridge_choose(ridge, NULL, NULL, &scan, NULL),
                     POND_OK);
    const double alpha = scan.alpha[scan.best];
    assert_true(isfinite(scan.nrmse[scan.best]) && alpha > 0);
    PondRidgeFit fit;
    assert_int_equal(pond_ridge_solve(ridge, alpha, &fit, NULL), POND_OK);
    pond_ridge_free(ridge);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ridge_agrees_with_gaussian_elimination),
      cmocka_unit_test(chunk_size_does_not_change_the_weights),
      cmocka_unit_test(fold_error_needs_no_second_pass),
      cmocka_unit_test(chosen_alpha_is_near_the_best),
      cmocka_unit_test(singular_systems_are_refused_without_a_penalty),
      cmocka_unit_test(singular_systems_have_weights_with_a_penalty),
      cmocka_unit_test(a_penalty_below_rounding_gives_no_garbage),
      cmocka_unit_test(constant_targets_give_a_bias_alone),
      cmocka_unit_test(constant_features_get_no_weight),
      cmocka_unit_test(rows_that_are_not_finite_are_left_out),
      cmocka_unit_test(extreme_values_give_finite_weights_or_a_status),
      cmocka_unit_test(bad_arguments_are_refused_by_name),
      cmocka_unit_test(choosing_reports_progress_and_stops),
      cmocka_unit_test(degenerate_data_never_breaks_the_choice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
