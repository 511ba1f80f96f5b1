// SPDX-License-Identifier: ISC
// The ridge job on models of several kinds: scaling, readouts, states, kernels.
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
#include "pond/session.h"
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

// A target that a reservoir can learn well, but not exactly.
static void learnable_target(uint32_t n) {
  series_noise(u, n, 4);
  for (uint32_t t = 0; t < n; ++t) {
    const float before = t ? u[t - 1] : 0;
    target[t] = 0.5F * u[t] - before * u[t] + 0.3F * before + 2;
  }
}

static void normalising_takes_units_away(void** state) {
  (void)state;
  PondModel* model =
      model_of("classic", "reservoir_size=30 feedback_size=3 output_size=3", 5);
  series_lorenz(u, 600);
  static float plain[1800];
  memcpy(plain, u, sizeof(plain));
  double nrmse[2];
  for (int pass = 0; pass < 2; ++pass) {
    for (uint32_t i = 0; i < 1800; ++i) {
      u[i] = pass ? 1000 * plain[i] + 5e4F : plain[i];
    }
    MemoryRows rows = rows_of(600, false);
    rows.n_in = 3;
    const PondRidgeConfig config = {
        .alpha = 1e-3, .washout = 50, .holdout = 1.0 / 6, .normalise = true};
    PondFitReport report;
    PondModel* fitted = must_fit(model, &rows, &config, &report);
    nrmse[pass] = report.holdout_nrmse;
    const PondNormaliser s = pond_model_normaliser(fitted);
    for (uint32_t c = 0; c < 3; ++c) {
      double mean = 0;
      double square = 0;
      for (uint32_t t = 0; t < 500; ++t) {
        mean += (double)u[3 * t + c] / 500;
      }
      for (uint32_t t = 0; t < 500; ++t) {
        square += pow((double)u[3 * t + c] - mean, 2) / 500;
      }
      assert_true(s.in_offset[c] == (float)mean);
      assert_true(fabs((double)s.in_scale[c] / sqrt(square) - 1) < 1e-6);
      assert_true(s.out_offset[c] == s.in_offset[c]);
      assert_true(s.out_scale[c] == s.in_scale[c]);
    }
    pond_model_free(fitted);
  }
  print_message("NRMSE %.6g, in other units %.6g\n", nrmse[0], nrmse[1]);
  assert_true(nrmse[0] < 0.1);
  assert_true(fabs(nrmse[1] / nrmse[0] - 1) < 0.05);
  pond_model_free(model);
}

static void a_constant_channel_keeps_scale_one(void** state) {
  (void)state;
  PondModel* model =
      model_of("classic", "reservoir_size=20 feedback_size=2 output_size=1", 5);
  series_noise(u, 800, 6);
  for (uint32_t t = 0; t < 400; ++t) {
    u[2 * t + 1] = 0.1F;
    target[t] = 7;
  }
  MemoryRows rows = rows_of(400, true);
  rows.n_in = 2;
  const PondRidgeConfig config = {.alpha = 1e-6, .normalise = true};
  PondFitReport report;
  PondModel* fitted = must_fit(model, &rows, &config, &report);
  const PondNormaliser s = pond_model_normaliser(fitted);
  assert_true(s.in_offset[1] == 0.1F && s.in_scale[1] == 1);
  assert_true(s.out_offset[0] == 7 && s.out_scale[0] == 1);
  assert_true(isnan(report.train_nrmse));
  pond_model_free(model);
  pond_model_free(fitted);
}

static const char CHAIN[] =
    "{\"format\":\"echopond-model\",\"version\":1,\"output\":\"Y\",\"nodes\":["
    "{\"name\":\"input\",\"kind\":\"input\",\"size\":1},"
    "{\"name\":\"A\",\"kind\":\"reservoir\",\"size\":20,\"feedback\":\"input\"}"
    ","
    "{\"name\":\"R\",\"kind\":\"readout\",\"input\":\"A\",\"size\":%d},"
    "{\"name\":\"B\",\"kind\":\"reservoir\",\"size\":20,\"feedback\":\"R\"},"
    "{\"name\":\"C\",\"kind\":\"concat\",\"inputs\":[\"A\",\"B\"]},"
    "{\"name\":\"Y\",\"kind\":\"readout\",\"input\":\"C\",\"size\":1}]}";

static PondModel* chain(int size) {
  char text[2048];
  (void)snprintf(text, sizeof(text), CHAIN, size);
  return model_of_json(text, 3);
}

static void later_readouts_see_earlier_ones_fitted(void** state) {
  (void)state;
  learnable_target(600);
  MemoryRows rows = rows_of(600, true);
  const PondRidgeConfig config = {.alpha = 1e-6, .washout = 50};
  PondModel* model = chain(1);
  PondModel* fitted = must_fit(model, &rows, &config, NULL);
  // Fitting again from the fitted one changes nothing, if the second readout
  // saw the first as it is now.
  PondModel* again = must_fit(fitted, &rows, &config, NULL);
  assert_true(same_weights(fitted, again));
  assert_true(parameter_of(fitted, "R.weight").data[0] != 0);
  pond_model_free(model);
  pond_model_free(fitted);
  pond_model_free(again);
}

static void readouts_side_by_side_learn_their_own_channels(void** state) {
  (void)state;
  PondModel* model = model_of_json(
      "{\"format\":\"echopond-model\",\"version\":1,\"output\":\"Y\","
      "\"nodes\":[{\"name\":\"input\",\"kind\":\"input\",\"size\":1},"
      "{\"name\":\"A\",\"kind\":\"reservoir\",\"size\":20,"
      "\"feedback\":\"input\"},"
      "{\"name\":\"P\",\"kind\":\"readout\",\"input\":\"A\",\"size\":2},"
      "{\"name\":\"Q\",\"kind\":\"readout\",\"input\":\"A\",\"size\":1},"
      "{\"name\":\"Y\",\"kind\":\"concat\",\"inputs\":[\"P\",\"Q\"]}]}",
      3);
  series_noise(u, 500, 1);
  for (uint32_t t = 0; t < 500; ++t) {
    for (uint32_t c = 0; c < 3; ++c) {
      target[3 * t + c] = (float)(c + 1) * u[t] + 10 * (float)c;
    }
  }
  MemoryRows rows = rows_of(500, true);
  rows.n_target = 3;
  const PondRidgeConfig config = {
      .alpha = 1e-8, .washout = 50, .normalise = true};
  PondFitReport report;
  PondModel* fitted = must_fit(model, &rows, &config, &report);
  print_message("three channels: %.3g\n", report.train_nrmse);
  assert_true(report.train_nrmse < 0.1);
  const float* p = parameter_of(fitted, "P.weight").data;
  const float* q = parameter_of(fitted, "Q.weight").data;
  for (int i = 0; i < 20; ++i) {
    // Normalised, all three are the same task.
    assert_true(fabsf(p[i] - q[i]) < 1e-2F && fabsf(p[20 + i] - q[i]) < 1e-2F);
  }
  pond_model_free(model);
  pond_model_free(fitted);
}

static void a_readout_without_bias_gets_none(void** state) {
  (void)state;
  learnable_target(500);
  MemoryRows rows = rows_of(500, true);
  char settings[256];
  (void)snprintf(settings, sizeof(settings), "%s readout_bias=false", SMALL);
  PondModel* model = model_of("classic", settings, 5);
  const PondRidgeConfig config = {.alpha = 1e-6, .washout = 50};
  PondFitReport report;
  PondModel* fitted = must_fit(model, &rows, &config, &report);
  assert_int_equal(pond_model_parameter_count(fitted),
                   pond_model_parameter_count(model));
  // The reservoir's own bias makes up for it.
  print_message("without a bias: %.3g\n", report.train_nrmse);
  assert_true(report.train_nrmse < 0.5);
  pond_model_free(model);
  pond_model_free(fitted);
}

static void automatic_alpha_is_near_the_best(void** state) {
  (void)state;
  PondModel* model = model_of(
      "classic", "reservoir_size=100 feedback_size=1 output_size=1", 5);
  series_mackey_glass(u, 1500, 3);
  static float noise[1500];
  series_noise(noise, 1500, 9);
  for (uint32_t t = 0; t < 1500; ++t) {
    u[t] += 0.1F * noise[t];
  }
  MemoryRows rows = rows_of(1500, false);
  PondRidgeConfig config = {.washout = 50, .holdout = 0.6, .horizon = 4};
  PondFitReport report;
  double best = HUGE_VAL;
  double worst = 0;
  for (int i = -20; i <= 8; ++i) {
    config.alpha = pow(10, i / 2.0);
    PondModel* fitted = must_fit(model, &rows, &config, &report);
    best = fmin(best, report.holdout_nrmse);
    worst = fmax(worst, report.holdout_nrmse);
    pond_model_free(fitted);
  }
  config.alpha_auto = true;
  PondModel* fitted = must_fit(model, &rows, &config, &report);
  print_message("auto: alpha %.3g, error %.4g; fine scan %.4g to %.4g\n",
                report.alpha, report.holdout_nrmse, best, worst);
  assert_true(report.holdout_nrmse < 1.05 * best);
  assert_true(worst > 1.2 * best);
  pond_model_free(fitted);
  pond_model_free(model);
}

static void any_kernel_and_any_piece_give_the_same_weights(void** state) {
  (void)state;
  learnable_target(700);
  PondModel* model = model_of("classic", SMALL, 5);
  PondRidgeConfig config = {.alpha = 1e-6, .washout = 50};
  MemoryRows rows = rows_of(700, true);
  PondModel* first = must_fit(model, &rows, &config, NULL);
  static const uint32_t PIECES[] = {1, 7, 255, 256, 257};
  for (int i = 0; i < 5; ++i) {
    rows.piece = PIECES[i];
    config.kernel = i % 2 ? POND_KERNEL_SCALAR : POND_KERNEL_AUTO;
    PondModel* other = must_fit(model, &rows, &config, NULL);
    assert_true(same_weights(first, other));
    pond_model_free(other);
  }
  pond_model_free(first);
  pond_model_free(model);
}

static void rows_need_not_be_counted_beforehand(void** state) {
  (void)state;
  learnable_target(700);
  PondModel* model = model_of("classic", SMALL, 5);
  const PondRidgeConfig config = {
      .alpha_auto = true, .washout = 50, .holdout = 0.2};
  MemoryRows rows = rows_of(700, true);
  PondFitReport report, counted;
  PondModel* first = must_fit(model, &rows, &config, &report);
  PondRows unknown = memory_rows(&rows);
  unknown.n_rows = 0;
  PondJob* job = NULL;
  assert_int_equal(pond_ridge_job_new(model, &unknown, &config, &job, NULL),
                   POND_OK);
  assert_int_equal(pond_job_run(job, NULL), POND_OK);
  PondModel* second = pond_job_take_model(job, &counted);
  assert_true(same_weights(first, second));
  assert_memory_equal(&report, &counted, sizeof(report));
  pond_job_free(job);
  pond_model_free(first);
  pond_model_free(second);
  pond_model_free(model);
}

// The stream itself, block by block, on the fitted model.
static void run_stream(PondModel* fitted, float* out) {
  const PondSessionConfig session_config = {.rate_hz = 1000};
  PondSession* session = NULL;
  assert_int_equal(pond_session_new(&session_config, &session, NULL), POND_OK);
  assert_int_equal(pond_session_post(session, fitted, 0, NULL), POND_OK);
  assert_int_equal(pond_session_set_param(session, POND_PARAM_MIX, 1, 0, NULL),
                   POND_OK);
  assert_int_equal(
      pond_session_set_param(session, POND_PARAM_CEILING, 0, 0, NULL), POND_OK);
  for (uint32_t t = 0; t < 700; t += 70) {
    const float* in[] = {u + t};
    float* to[] = {out + t};
    const PondBlock block = {
        .in = in, .out = to, .n_frames = 70, .n_in = 1, .n_out = 1};
    pond_stream_run(pond_session_stream(session), &block);
  }
  pond_session_free(session);
}

// The same outputs: the features that were learned from are those that will be
// met.
static void harvest_drives_as_the_stream_does(void** state) {
  (void)state;
  series_mackey_glass(u, 700, 1);
  PondModel* model = model_of("classic", SMALL, 5);
  const PondRidgeConfig config = {
      .alpha = 1e-6, .washout = 50, .normalise = true};
  MemoryRows rows = rows_of(700, false);
  PondModel* fitted = must_fit(model, &rows, &config, NULL);
  u[100] = NAN;
  u[101] = INFINITY;
  u[200] = 1e-40F;
  u[201] = -0.0F;
  u[300] = 1e30F;
  static float out[700];
  run_stream(fitted, out);
  const PondHarvestSetup setup = {.rows = memory_rows(&rows), .horizon = 0};
  PondHarvest* harvest = NULL;
  PondHarvestRow row = {.row = 0};
  bool more = true;
  uint32_t n = 0;
  assert_int_equal(pond_harvest_new(fitted, &setup, &harvest, NULL), POND_OK);
  while (more) {
    assert_int_equal(pond_harvest_next(harvest, &row, &more, NULL), POND_OK);
    if (more && (row.frame == 200 || row.frame == 201)) {
      assert_true(row.input[0] == 0 && !signbit(row.input[0]));
    }
    // The output guard may act on what follows the huge sample.
    if (more && row.frame < 300) {
      if ((float)row.output[0] != out[row.frame]) {
        fail_msg("frame %d: %.9g, the stream has %.9g", (int)row.frame,
                 row.output[0], (double)out[row.frame]);
      }
      n += 1;
    }
  }
  assert_int_equal(n, 300);
  pond_harvest_free(harvest);
  pond_model_free(model);
  pond_model_free(fitted);
}

static void training_goes_on_from_a_given_state(void** state) {
  (void)state;
  learnable_target(900);
  PondModel* model = model_of("classic", SMALL, 5);
  MemoryRows whole = rows_of(900, true);
  const PondRidgeConfig config = {.alpha = 1e-6, .washout = 300};
  PondModel* first = must_fit(model, &whole, &config, NULL);
  // The state after 300 rows, by harvesting them.
  MemoryRows head = rows_of(300, true);
  const PondHarvestSetup setup = {.rows = memory_rows(&head)};
  PondHarvest* harvest = NULL;
  PondHarvestRow row = {.row = 0};
  bool more = true;
  const size_t n = pond_harvest_state_count(pond_model_graph(model));
  float* at = (float*)calloc(n, sizeof(float));
  assert_int_equal(pond_harvest_new(model, &setup, &harvest, NULL), POND_OK);
  while (more) {
    assert_int_equal(pond_harvest_next(harvest, &row, &more, NULL), POND_OK);
    memcpy(at, row.vector, n * sizeof(float));
  }
  pond_harvest_free(harvest);
  MemoryRows tail = {.in = u + 300,
                     .target = target + 300,
                     .n_in = 1,
                     .n_target = 1,
                     .n = 600};
  const PondRidgeConfig resumed = {.alpha = 1e-6, .state = at};
  PondModel* second = must_fit(model, &tail, &resumed, NULL);
  const PondRidgeConfig cold = {.alpha = 1e-6};
  PondModel* third = must_fit(model, &tail, &cold, NULL);
  assert_true(same_weights(first, second));
  assert_false(same_weights(first, third));
  free(at);
  pond_model_free(first);
  pond_model_free(second);
  pond_model_free(third);
  pond_model_free(model);
}

static void effective_rows_are_not_scaled_again(void** state) {
  (void)state;
  series_mackey_glass(u, 600, 1);
  PondModel* drawn = model_of("classic", SMALL, 5);
  PondModel* model = NULL;
  static const float OFFSET[] = {0.25F};
  static const float SCALE[] = {0.5F};
  const PondNormaliser scaling = {OFFSET, SCALE, OFFSET, SCALE};
  assert_int_equal(pond_model_with_normaliser(drawn, &scaling, &model, NULL),
                   POND_OK);
  MemoryRows rows = rows_of(600, false);
  const PondRidgeConfig config = {.alpha = 1e-6, .washout = 50};
  PondFitReport report, again;
  PondModel* first = must_fit(model, &rows, &config, &report);
  for (uint32_t t = 0; t < 600; ++t) {
    u[t] = (u[t] - OFFSET[0]) / SCALE[0];
  }
  PondRows effective = memory_rows(&rows);
  effective.effective = true;
  PondJob* job = NULL;
  assert_int_equal(pond_ridge_job_new(model, &effective, &config, &job, NULL),
                   POND_OK);
  assert_int_equal(pond_job_run(job, NULL), POND_OK);
  PondModel* second = pond_job_take_model(job, &again);
  // Scaling there and back rounds.
  const float* a = parameter_of(first, "CGReadoutLayer_1.weight").data;
  const float* b = parameter_of(second, "CGReadoutLayer_1.weight").data;
  assert_true(fabsf(a[0] - b[0]) < 1e-3F * fabsf(a[0]));
  assert_true(fabs(report.train_nrmse / again.train_nrmse - 1) < 1e-3);
  pond_job_free(job);
  pond_model_free(first);
  pond_model_free(second);
  pond_model_free(drawn);
  pond_model_free(model);
}

static void a_leak_override_is_trained_under(void** state) {
  (void)state;
  learnable_target(400);
  PondModel* model = model_of("classic", SMALL, 5);
  PondModel* slow = model_of("classic",
                             "reservoir_size=20 feedback_size=1 output_size=1 "
                             "leak_rate=0.3 feedback_scaling=0.5 "
                             "bias_scaling=0.3",
                             5);
  MemoryRows rows = rows_of(400, true);
  const PondRidgeConfig own = {.alpha = 1e-6};
  const PondRidgeConfig override = {.alpha = 1e-6, .leak = 0.3F};
  PondModel* a = must_fit(slow, &rows, &own, NULL);
  PondModel* b = must_fit(model, &rows, &override, NULL);
  assert_true(same_weights(a, b));
  pond_model_free(a);
  pond_model_free(b);
  pond_model_free(model);
  pond_model_free(slow);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(normalising_takes_units_away),
      cmocka_unit_test(a_constant_channel_keeps_scale_one),
      cmocka_unit_test(later_readouts_see_earlier_ones_fitted),
      cmocka_unit_test(readouts_side_by_side_learn_their_own_channels),
      cmocka_unit_test(a_readout_without_bias_gets_none),
      cmocka_unit_test(automatic_alpha_is_near_the_best),
      cmocka_unit_test(any_kernel_and_any_piece_give_the_same_weights),
      cmocka_unit_test(rows_need_not_be_counted_beforehand),
      cmocka_unit_test(harvest_drives_as_the_stream_does),
      cmocka_unit_test(training_goes_on_from_a_given_state),
      cmocka_unit_test(effective_rows_are_not_scaled_again),
      cmocka_unit_test(a_leak_override_is_trained_under),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
