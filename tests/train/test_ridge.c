// SPDX-License-Identifier: ISC
// Ridge regression against plain Gaussian elimination; the choice of alpha.
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
#include "ridge_data.h"

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
    fill(&data, ROWS[c % 4], FEATURES[c / 4 % 6], 1 + (uint32_t)c % MAX_O,
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
  fill(&data, 699, 30, 2, 7);
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

static void fold_error_needs_no_second_pass(void** state) {
  (void)state;
  static Data data;
  fill(&data, 500, 20, 2, 11);
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

// Noisy rows, hardly more than features: alpha matters.
static void noisy_rows(Data* train, Data* test, uint64_t seed) {
  static Data all;
  fill(&all, MAX_ROWS, 40, 1, seed);
  PondRandom random = pond_random_init(seed, "noise");
  unit_scale(&all);
  for (uint32_t r = 0; r < all.n; ++r) {
    all.y[r] = all.x[r * all.f] - 0.5 * (double)all.x[r * all.f + 1] +
               3 * pond_random_signed(&random);
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ridge_agrees_with_gaussian_elimination),
      cmocka_unit_test(chunk_size_does_not_change_the_weights),
      cmocka_unit_test(fold_error_needs_no_second_pass),
      cmocka_unit_test(chosen_alpha_is_near_the_best),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
