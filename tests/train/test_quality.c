// SPDX-License-Identifier: ISC
// What trained models reach on known series, against figures of others.
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

#include "harvest.h"
#include "metrics.h"
#include "train_support.h"

enum { MAX_N = 12000, MAX_SEEDS = 64 };

// Seeds of each figure: few, unless POND_SEEDS says otherwise.
static uint64_t seed_count(void) {
  const char* text = getenv("POND_SEEDS");
  const uint64_t n = text ? strtoull(text, NULL, 10) : 0;
  return n && n < MAX_SEEDS ? n : 3;
}

static int by_value(const void* a, const void* b) {
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static double median(double* values, uint64_t n) {
  qsort(values, n, sizeof(*values), by_value);
  print_message("  from %.4g to %.4g\n", values[0], values[n - 1]);
  return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

// NRMSE of a fitted model on rows from..to, driven through all before.
static double measure(const PondModel* model, MemoryRows* memory, uint64_t from,
                      uint64_t to) {
  const PondHarvestSetup setup = {.rows = memory_rows(memory),
                                  .horizon = pond_model_fit(model)->horizon};
  PondErrorSum sums[8];
  PondHarvest* harvest = NULL;
  PondHarvestRow row = {.row = 0};
  bool more = true;
  memset(sums, 0, sizeof(sums));
  const uint32_t n_out = pond_model_out_size(model);
  assert_int_equal(pond_harvest_new(model, &setup, &harvest, NULL), POND_OK);
  while (more && row.row + 1 < to) {
    assert_int_equal(pond_harvest_next(harvest, &row, &more, NULL), POND_OK);
    for (uint32_t c = 0; c < n_out && more && row.row >= from; ++c) {
      pond_error_add(&sums[c], row.output[c], row.target[c]);
    }
  }
  assert_int_equal(sums[0].target.n, to - from);
  pond_harvest_free(harvest);
  return pond_error_nrmse(sums, n_out);
}

/// Rows that are trained on (the first) and measured on.
typedef struct {
  uint64_t n_train, from, to;
} Span;

static double reach(PondModel* model, const MemoryRows* all,
                    const PondRidgeConfig* config, Span span,
                    PondFitReport* report) {
  PondError error;
  MemoryRows head = *all;
  MemoryRows whole = *all;
  head.n = span.n_train;
  PondModel* fitted = fit(model, &head, config, report, &error);
  if (!fitted) {
    fail_msg("%s", error.text);
  }
  const double nrmse = measure(fitted, &whole, span.from, span.to);
  pond_model_free(model);
  pond_model_free(fitted);
  return nrmse;
}

// Others, from their own Mackey-Glass series: exact ridge 9.7e-4, ReservoirPy
// 8.9e-4, 100 steps of CG 4.5e-3.
static void mackey_glass_one_step(void** state) {
  (void)state;
  static float x[6000];
  double reached[MAX_SEEDS];
  const PondRidgeConfig config = {.alpha = 1e-8, .washout = 100};
  PondFitReport report;
  for (uint64_t seed = 0; seed < seed_count(); ++seed) {
    series_mackey_glass(x, 6000, seed);
    const MemoryRows rows = {.in = x, .n_in = 1, .n = 6000};
    PondModel* model = model_of(
        "classic",
        "reservoir_size=300 feedback_size=1 output_size=1 leak_rate=0.3 "
        "spectral_radius=1.25 feedback_scaling=0.5 bias_scaling=0.5",
        seed);
    reached[seed] =
        reach(model, &rows, &config, (Span){2100, 4000, 6000}, &report);
    print_message("Mackey-Glass seed %d: %.3g, training %.3g, rcond %.2g\n",
                  (int)seed, reached[seed], report.train_nrmse, report.rcond);
  }
  const double m = median(reached, seed_count());
  print_message("Mackey-Glass N 300: one-step NRMSE %.3g\n", m);
  assert_true(m < 1.5e-3);
}

// The first fold still has the start in its states: it must not decide alone.
static void automatic_alpha_on_mackey_glass(void** state) {
  (void)state;
  static float x[6000];
  double reached[MAX_SEEDS];
  const PondRidgeConfig config = {.alpha_auto = true, .washout = 50};
  PondFitReport report;
  for (uint64_t seed = 0; seed < seed_count(); ++seed) {
    series_mackey_glass(x, 6000, seed);
    const MemoryRows rows = {.in = x, .n_in = 1, .n = 6000};
    PondModel* model = model_of(
        "classic",
        "reservoir_size=300 feedback_size=1 output_size=1 leak_rate=0.3 "
        "spectral_radius=1.25 feedback_scaling=0.5 bias_scaling=0.5",
        seed);
    reached[seed] =
        reach(model, &rows, &config, (Span){2100, 4000, 6000}, &report);
    print_message("Mackey-Glass seed %d: %.3g, alpha %.2g, rcond %.2g\n",
                  (int)seed, reached[seed], report.alpha, report.rcond);
  }
  const double m = median(reached, seed_count());
  print_message("Mackey-Glass N 300, automatic alpha: NRMSE %.3g\n", m);
  assert_true(m < 1e-3);
}

// Others: exact ridge 0.102, ReservoirPy 0.104, 100 steps of CG 0.306.
static void narma10(void** state) {
  (void)state;
  static float u[6200], y[6200];
  double reached[MAX_SEEDS];
  const PondRidgeConfig config = {.alpha = 1e-9, .washout = 200};
  PondFitReport report;
  for (uint64_t seed = 0; seed < seed_count(); ++seed) {
    series_narma10(u, y, 6200, seed);
    const MemoryRows rows = {
        .in = u, .target = y, .n_in = 1, .n_target = 1, .n = 6200};
    PondModel* model =
        model_of("classic",
                 "reservoir_size=400 feedback_size=1 output_size=1 leak_rate=1 "
                 "spectral_radius=0.95 feedback_scaling=0.05 bias_scaling=0.2",
                 seed);
    reached[seed] =
        reach(model, &rows, &config, (Span){4200, 4200, 6200}, &report);
    print_message("NARMA-10 seed %d: %.3g, training %.3g, rcond %.2g\n",
                  (int)seed, reached[seed], report.train_nrmse, report.rcond);
  }
  const double m = median(reached, seed_count());
  print_message("NARMA-10 N 400: NRMSE %.3g\n", m);
  assert_true(m < 0.13);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mackey_glass_one_step),
      cmocka_unit_test(automatic_alpha_on_mackey_glass),
      cmocka_unit_test(narma10),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
