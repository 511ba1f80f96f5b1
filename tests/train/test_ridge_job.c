// SPDX-License-Identifier: ISC
// The ridge job: which row meets which frame, what counts, what is refused.
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
#include "ridge.h"
#include "train_support.h"

enum { MAX_ROWS = 2000 };

static float u[MAX_ROWS * 3];
static float target[MAX_ROWS * 3];

static const char SMALL[] =
    "reservoir_size=20 feedback_size=1 output_size=1 leak_rate=0.8 "
    "feedback_scaling=0.5 bias_scaling=0.3";

static MemoryRows rows_of(uint32_t n, bool has_target) {
  const MemoryRows rows = {.in = u,
                           .target = has_target ? target : NULL,
                           .n_in = 1,
                           .n_target = 1,
                           .n = n};
  return rows;
}

static PondModel* must_fit(PondModel* model, MemoryRows* rows,
                           const PondRidgeConfig* config,
                           PondFitReport* report) {
  PondError error;
  PondModel* fitted = fit(model, rows, config, report, &error);
  if (!fitted) {
    fail_msg("%s", error.text);
  }
  assert_true(all_finite(fitted));
  return fitted;
}

// A copy of the input `delay` frames ago as target, learned at `horizon`: the
// weight of the input itself, and the error.
static double copy_task(int delay, uint32_t horizon, double* nrmse) {
  const uint32_t n = 1000;
  series_noise(u, n, 1);
  for (int t = 0; t < (int)n; ++t) {
    const int from = t - delay;
    target[t] = from >= 0 && from < (int)n ? u[from] : 0;
  }
  MemoryRows rows = rows_of(n, true);
  const PondRidgeConfig config = {
      .alpha = 1e-6, .washout = 20, .horizon = horizon};
  PondFitReport report;
  PondModel* model = model_of("classic", "reservoir_size=3", 5);
  PondModel* fitted = must_fit(model, &rows, &config, &report);
  const double w =
      (double)parameter_of(fitted, "CGReadoutLayer_1.weight").data[0];
  assert_int_equal(report.n_trained, n - 20 - horizon);
  assert_int_equal(pond_model_fit(fitted)->horizon, horizon);
  pond_model_free(model);
  pond_model_free(fitted);
  *nrmse = report.train_nrmse;
  return w;
}

static void a_target_meets_the_frame_of_its_horizon(void** state) {
  (void)state;
  static const uint32_t HORIZONS[] = {0, 1, 2, 7, 300};
  for (int i = 0; i < 5; ++i) {
    for (int off = -2; off <= 2; ++off) {
      double nrmse = 0;
      const double w = copy_task((int)HORIZONS[i] + off, HORIZONS[i], &nrmse);
      const bool exact = fabs(w - 1) < 1e-3 && nrmse < 1e-3;
      if (exact != (off == 0)) {
        fail_msg("horizon %u, off by %d: weight %g, error %g", HORIZONS[i], off,
                 w, nrmse);
      }
    }
  }
}

// Noise that repeats itself every `period` frames.
static double period_error(uint32_t period, uint32_t horizon) {
  series_noise(u, period, 2);
  for (uint32_t t = period; t < 1000; ++t) {
    u[t] = u[t - period];
  }
  MemoryRows rows = rows_of(1000, false);
  const PondRidgeConfig config = {
      .alpha = 1e-6, .washout = 20, .horizon = horizon};
  PondFitReport report;
  PondModel* model = model_of("classic", "reservoir_size=3", 5);
  PondModel* fitted = must_fit(model, &rows, &config, &report);
  const double w =
      (double)parameter_of(fitted, "CGReadoutLayer_1.weight").data[0];
  pond_model_free(model);
  pond_model_free(fitted);
  return fabs(w - 1) + report.train_nrmse;
}

static void without_a_target_a_frame_meets_the_input_to_come(void** state) {
  (void)state;
  for (uint32_t period = 40; period < 44; ++period) {
    for (int off = -1; off <= 1; ++off) {
      const double error = period_error(period, period + (uint32_t)off);
      if ((error < 1e-3) != (off == 0)) {
        fail_msg("period %u, horizon off by %d: %g", period, off, error);
      }
    }
  }
}

static void horizon_is_one_where_none_is_given(void** state) {
  (void)state;
  series_noise(u, 200, 3);
  MemoryRows rows = rows_of(200, false);
  const PondRidgeConfig none = {.alpha = 1e-6};
  const PondRidgeConfig one = {.alpha = 1e-6, .horizon = 1};
  PondModel* model = model_of("classic", SMALL, 5);
  PondModel* a = must_fit(model, &rows, &none, NULL);
  PondModel* b = must_fit(model, &rows, &one, NULL);
  assert_int_equal(pond_model_fit(a)->horizon, 1);
  assert_true(same_weights(a, b));
  pond_model_free(model);
  pond_model_free(a);
  pond_model_free(b);
}

// A target that a reservoir can learn well, but not exactly.
static void learnable_target(uint32_t n) {
  series_noise(u, n, 4);
  for (uint32_t t = 0; t < n; ++t) {
    const float before = t ? u[t - 1] : 0;
    target[t] = 0.5F * u[t] - before * u[t] + 0.3F * before + 2;
  }
}

// The readout that ridge.h gives at alpha 1e-4 and washout 50; returns the rows
// used.
static uint64_t fit_by_hand(const PondModel* model, MemoryRows* memory,
                            uint32_t horizon, float* weights) {
  const PondRidgeShape shape = {.n_features = 21, .n_outputs = 1};
  const PondHarvestSetup setup = {.rows = memory_rows(memory),
                                  .horizon = horizon};
  PondRidge* ridge = NULL;
  PondHarvest* harvest = NULL;
  PondHarvestRow row = {.row = 0};
  PondRidgeFit found;
  bool more = true;
  assert_int_equal(pond_ridge_new(&shape, &ridge, NULL), POND_OK);
  assert_int_equal(pond_harvest_new(model, &setup, &harvest, NULL), POND_OK);
  const PondGraph* graph = pond_model_graph(model);
  const PondNode* features =
      &graph->nodes[graph->nodes[graph->output].inputs[0]];
  while (more) {
    assert_int_equal(pond_harvest_next(harvest, &row, &more, NULL), POND_OK);
    if (more && row.frame >= 50 && !row.missing) {
      assert_true(
          pond_ridge_add(ridge, 0, row.vector + features->out, row.target));
    }
  }
  assert_int_equal(pond_ridge_solve(ridge, 1e-4, &found, NULL), POND_OK);
  for (int i = 0; i < 21; ++i) {
    weights[i] = (float)found.weights[i];
  }
  weights[21] = (float)found.bias[0];
  const uint64_t n = pond_ridge_row_count(ridge);
  pond_harvest_free(harvest);
  pond_ridge_free(ridge);
  return n;
}

static void assert_readout(const PondModel* model, const float* weights) {
  const PondParameter w = parameter_of(model, "CGReadoutLayer_1.weight");
  const PondParameter b = parameter_of(model, "CGReadoutLayer_1.bias");
  assert_int_equal(w.shape[1], 21);
  for (int i = 0; i < 21; ++i) {
    if (w.data[i] != weights[i]) {
      fail_msg("weight %d is %.9g, by hand %.9g", i, (double)w.data[i],
               (double)weights[i]);
    }
  }
  assert_true(b.data[0] == weights[21]);
}

static void washout_drives_but_does_not_count(void** state) {
  (void)state;
  learnable_target(600);
  PondModel* model = model_of("classic", SMALL, 5);
  for (uint32_t horizon = 0; horizon < 5; horizon += 2) {
    learnable_target(600);
    MemoryRows rows = rows_of(600, true);
    float weights[22];
    const uint64_t n = fit_by_hand(model, &rows, horizon, weights);
    for (uint32_t t = 0; t < 50 + horizon; ++t) {
      target[t] = 1e6F;
    }
    const PondRidgeConfig config = {
        .alpha = 1e-4, .washout = 50, .horizon = horizon};
    PondFitReport report;
    PondModel* fitted = must_fit(model, &rows, &config, &report);
    assert_int_equal(report.n_trained, 600 - 50 - horizon);
    assert_int_equal(n, report.n_trained);
    assert_int_equal(report.n_skipped, 0);
    assert_readout(fitted, weights);
    pond_model_free(fitted);
    // One frame less of washout, and the spoilt target is noticed.
    const PondRidgeConfig less = {
        .alpha = 1e-4, .washout = 49, .horizon = horizon};
    fitted = must_fit(model, &rows, &less, &report);
    const float w = parameter_of(fitted, "CGReadoutLayer_1.weight").data[0];
    assert_true(w != weights[0]);
    pond_model_free(fitted);
  }
  pond_model_free(model);
}

static void missing_targets_are_skipped_and_counted(void** state) {
  (void)state;
  learnable_target(600);
  uint64_t n_missing = 0;
  for (uint32_t t = 60; t < 600; t += 7) {
    target[t] = t % 2 ? NAN : INFINITY;
    n_missing += 1;
  }
  MemoryRows rows = rows_of(600, true);
  PondModel* model = model_of("classic", SMALL, 5);
  float weights[22];
  const uint64_t n = fit_by_hand(model, &rows, 0, weights);
  const PondRidgeConfig config = {.alpha = 1e-4, .washout = 50};
  PondFitReport report;
  PondModel* fitted = must_fit(model, &rows, &config, &report);
  assert_int_equal(report.n_trained, n);
  assert_int_equal(report.n_skipped, n_missing);
  assert_int_equal(report.n_trained + report.n_skipped, 550);
  assert_readout(fitted, weights);
  assert_true(report.train_nrmse < 0.5);
  pond_model_free(model);
  pond_model_free(fitted);
}

static void missing_inputs_are_held_and_are_no_targets(void** state) {
  (void)state;
  series_mackey_glass(u, 600, 1);
  PondModel* model = model_of("classic", SMALL, 5);
  PondFitReport report;
  const PondRidgeConfig config = {.alpha = 1e-4, .washout = 50};
  for (uint32_t t = 100; t < 600; t += 50) {
    u[t] = NAN;
  }
  MemoryRows rows = rows_of(600, false);
  PondModel* holes = must_fit(model, &rows, &config, &report);
  assert_int_equal(report.n_skipped, 10);
  assert_int_equal(report.n_trained, 600 - 51 - 10);
  // The same, with the last good value written down.
  for (uint32_t t = 100; t < 600; t += 50) {
    target[t] = NAN;
  }
  for (uint32_t t = 0; t < 600; ++t) {
    target[t] = u[t];
    u[t] = isnan(u[t]) ? u[t - 1] : u[t];
  }
  MemoryRows filled = rows_of(600, true);
  const PondRidgeConfig same = {.alpha = 1e-4, .washout = 50, .horizon = 1};
  PondModel* held = must_fit(model, &filled, &same, NULL);
  assert_true(same_weights(holes, held));
  pond_model_free(model);
  pond_model_free(holes);
  pond_model_free(held);
}

// The errors of rows 750 on at horizon 3, from their definitions.
static void assert_tail_errors(const PondModel* fitted, MemoryRows* rows,
                               const PondFitReport* report) {
  const PondHarvestSetup setup = {.rows = memory_rows(rows), .horizon = 3};
  PondHarvest* harvest = NULL;
  PondHarvestRow row = {.row = 0};
  static float predicted[250], true_value[250], last[250];
  bool more = true;
  double mse = 0;
  assert_int_equal(pond_harvest_new(fitted, &setup, &harvest, NULL), POND_OK);
  while (more) {
    assert_int_equal(pond_harvest_next(harvest, &row, &more, NULL), POND_OK);
    if (more && row.row >= 750) {
      predicted[row.row - 750] = (float)row.output[0];
      true_value[row.row - 750] = u[row.row];
      last[row.row - 750] = u[row.row - 3];
      mse += pow(row.output[0] - (double)u[row.row], 2) / 250;
    }
  }
  pond_harvest_free(harvest);
  const double nrmse = pond_nrmse(predicted, true_value, 250);
  const double persistence = pond_nrmse(last, true_value, 250);
  print_message("held out %.4g, persistence %.4g, training %.4g\n",
                report->holdout_nrmse, report->persistence_nrmse,
                report->train_nrmse);
  assert_true(fabs(report->holdout_nrmse - nrmse) < 1e-9 * nrmse);
  assert_true(fabs(report->holdout_mse - mse) < 1e-9 * mse);
  assert_true(fabs(report->persistence_nrmse - persistence) < 1e-9);
  assert_true(report->holdout_nrmse < 0.3 * persistence);
}

static void held_out_rows_are_only_measured_on(void** state) {
  (void)state;
  PondModel* model = model_of("classic", SMALL, 5);
  series_mackey_glass(u, 1000, 1);
  MemoryRows rows = rows_of(1000, false);
  const PondRidgeConfig config = {
      .alpha = 1e-6, .washout = 50, .holdout = 0.25, .horizon = 3};
  PondFitReport report;
  PondModel* fitted = must_fit(model, &rows, &config, &report);
  assert_int_equal(report.n_trained, 750 - 53);
  assert_int_equal(report.n_held_out, 250);
  MemoryRows head = rows_of(750, false);
  PondModel* alone = must_fit(model, &head, &config, NULL);
  const PondRidgeConfig no_tail = {.alpha = 1e-6, .washout = 50, .horizon = 3};
  PondModel* without = must_fit(model, &head, &no_tail, NULL);
  assert_true(same_weights(fitted, without));
  assert_false(same_weights(fitted, alone));
  assert_tail_errors(fitted, &rows, &report);
  pond_model_free(model);
  pond_model_free(alone);
  pond_model_free(without);
  pond_model_free(fitted);
}

static void no_held_out_rows_have_no_error(void** state) {
  (void)state;
  learnable_target(300);
  MemoryRows rows = rows_of(300, true);
  PondModel* model = model_of("classic", SMALL, 5);
  const PondRidgeConfig config = {.alpha = 1e-6, .washout = 50};
  PondFitReport report;
  PondModel* fitted = must_fit(model, &rows, &config, &report);
  assert_int_equal(report.n_held_out, 0);
  assert_true(isnan(report.holdout_nrmse) && isnan(report.holdout_mse));
  assert_true(report.train_nrmse < 0.5);
  pond_model_free(model);
  pond_model_free(fitted);
}

static void what_was_learned_is_noted_in_the_model(void** state) {
  (void)state;
  learnable_target(300);
  MemoryRows rows = rows_of(300, true);
  PondModel* model = model_of("classic", SMALL, 5);
  const PondRidgeConfig config = {.alpha = 1e-6, .washout = 50, .rate_hz = 360};
  PondModel* fitted = must_fit(model, &rows, &config, NULL);
  double power = 0;
  for (uint32_t t = 50; t < 300; ++t) {
    power += pow((double)target[t], 2) / 250;
  }
  const PondFit* learned = pond_model_fit(fitted);
  assert_true(learned->rate_hz == 360 && learned->horizon == 0);
  assert_true(fabs(learned->out_power - power) < 1e-12 * power);
  pond_model_free(model);
  pond_model_free(fitted);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_target_meets_the_frame_of_its_horizon),
      cmocka_unit_test(without_a_target_a_frame_meets_the_input_to_come),
      cmocka_unit_test(horizon_is_one_where_none_is_given),
      cmocka_unit_test(washout_drives_but_does_not_count),
      cmocka_unit_test(missing_targets_are_skipped_and_counted),
      cmocka_unit_test(missing_inputs_are_held_and_are_no_targets),
      cmocka_unit_test(held_out_rows_are_only_measured_on),
      cmocka_unit_test(no_held_out_rows_have_no_error),
      cmocka_unit_test(what_was_learned_is_noted_in_the_model),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
