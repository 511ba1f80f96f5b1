// SPDX-License-Identifier: ISC
// Ridge regression on singular, constant, extreme and missing data.
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

#include "ridge_data.h"

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
    fill(&d, 300, 20, 1, seed);
    set_feature(&d, 3, 0.1F * (float)seed);
    assert_singular(&d, "a constant feature");
    fill(&d, 300, 20, 1, seed);
    copy_feature(&d, 2, 9, 1);
    assert_singular(&d, "a feature twice");
    fill(&d, 300, 20, 1, seed);
    copy_feature(&d, 2, 9, -4);
    assert_singular(&d, "a multiple of a feature");
    fill(&d, 15, 20, 1, seed);
    assert_singular(&d, "fewer rows than features");
    fill(&d, 20, 20, 1, seed);
    assert_singular(&d, "as many rows as features");
    fill(&d, 1, 20, 1, seed);
    assert_singular(&d, "one row");
    n += 6;
  }
  assert_int_equal(n, 120);
}

static void singular_systems_have_weights_with_a_penalty(void** state) {
  (void)state;
  static Data d;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    fill(&d, 300, 20, 1, seed);
    set_feature(&d, 3, 5);
    copy_feature(&d, 2, 9, 1);
    assert_int_equal(outcome(&d, 1e-6, NULL), POND_OK);
    fill(&d, 15, 20, 2, seed);
    assert_int_equal(outcome(&d, 1e-6, NULL), POND_OK);
    fill(&d, 1, 20, 1, seed);
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
    fill(&d, 200, 20, 1, (uint64_t)c);
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
    fill(&d, 300, 12, 2, 5);
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
  fill(&d, 300, 12, 1, 5);
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
  fill(&d, 300, 12, 2, 5);
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
    fill(&d, 200, 10, 1, (uint64_t)c);
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
  fill(&d, 200, 10, 1, 1);
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
    fill(&d, c == 4 ? 3 : 100, 10, 1, 1);
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

// The best of the scan is singular on all rows: the next larger one is taken.
static void a_singular_best_gives_way_to_a_larger_alpha(void** state) {
  (void)state;
  static Data d;
  fill(&d, 200, 10, 1, 1);
  copy_feature(&d, 0, 1, 1);
  PondRidge* ridge = ridge_of(&d, 5, 0);
  PondRidgeScan scan;
  PondRidgeFit fit;
  assert_int_equal(pond_ridge_choose(ridge, NULL, NULL, &scan, NULL), POND_OK);
  for (uint32_t i = 12; i < POND_RIDGE_GRID; ++i) {
    scan.alpha[i] = 1e-30;
  }
  scan.best = 15;
  assert_int_equal(pond_ridge_solve_best(ridge, &scan, &fit, NULL), POND_OK);
  assert_true(fit.alpha == scan.alpha[11]);
  scan.best = 3;
  assert_int_equal(pond_ridge_solve_best(ridge, &scan, &fit, NULL), POND_OK);
  assert_true(fit.alpha == scan.alpha[3]);
  pond_ridge_free(ridge);
}

int main(void) {
  const struct CMUnitTest tests[] = {
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
      cmocka_unit_test(a_singular_best_gives_way_to_a_larger_alpha),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
