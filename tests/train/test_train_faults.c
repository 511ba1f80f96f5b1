// SPDX-License-Identifier: ISC
// Training on bad data, with bad settings, cancelled, without memory: an error
// or finite weights, never anything else.
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

#include "failing_alloc.h"
#include "train_support.h"

enum { ROWS = 300, UNITS = 20 };

static float u[ROWS * 2];
static float target[ROWS * 2];

static PondModel* model;

static int make_model(void** state) {
  (void)state;
  model = model_of("classic",
                   "reservoir_size=20 feedback_size=1 output_size=1 "
                   "leak_rate=0.8 bias_scaling=0.3",
                   1);
  return 0;
}

static int free_model(void** state) {
  (void)state;
  pond_model_free(model);
  return 0;
}

static MemoryRows rows_of(uint32_t n, bool has_target) {
  const MemoryRows rows = {.in = u,
                           .target = has_target ? target : NULL,
                           .n_in = 1,
                           .n_target = 1,
                           .n = n};
  return rows;
}

/// One kind of bad data.
typedef struct {
  const char* name;
  float in;      ///< constant input; NaN: noise
  float scale;   ///< of noise
  float target;  ///< constant target; HUGE_VALF: noise
  uint32_t n;
} Data;

static void make_data(const Data* data) {
  series_noise(u, ROWS, 1);
  series_noise(target, ROWS, 2);
  for (uint32_t t = 0; t < ROWS; ++t) {
    u[t] = isnan(data->in) ? data->scale * u[t] : data->in;
    target[t] =
        data->target == HUGE_VALF ? data->scale * target[t] : data->target;
  }
}

static const Data TABLE[] = {
    {"zero targets", NAN, 1, 0, ROWS},
    {"constant targets", NAN, 1, -3.5F, ROWS},
    {"huge constant targets", NAN, 1, 3e38F, ROWS},
    {"NaN targets", NAN, 1, NAN, ROWS},
    {"constant input", 0.7F, 1, HUGE_VALF, ROWS},
    {"zero input", 0, 1, HUGE_VALF, ROWS},
    {"NaN input", NAN, NAN, HUGE_VALF, ROWS},
    {"infinite input", INFINITY, 1, HUGE_VALF, ROWS},
    {"silence", 0, 1, 0, ROWS},
    {"large", NAN, 1e10F, HUGE_VALF, ROWS},
    {"huge", NAN, 1e30F, HUGE_VALF, ROWS},
    {"at the edge", NAN, 3.4e38F, HUGE_VALF, ROWS},
    {"tiny", NAN, 1e-30F, HUGE_VALF, ROWS},
    {"subnormal", NAN, 1e-41F, HUGE_VALF, ROWS},
    {"fewer frames than units", NAN, 1, HUGE_VALF, UNITS},
    {"as many frames as features", NAN, 1, HUGE_VALF, UNITS + 1},
    {"one frame more", NAN, 1, HUGE_VALF, UNITS + 2},
    {"two frames", NAN, 1, HUGE_VALF, 2},
    {"one frame", NAN, 1, HUGE_VALF, 1},
    {"no frame", NAN, 1, HUGE_VALF, 0}};

static bool is_expected(PondStatus status) {
  return status == POND_STATUS_SINGULAR || status == POND_STATUS_NOT_FINITE ||
         status == POND_STATUS_BAD_ARG;
}

static void bad_data_gives_an_error_or_finite_weights(void** state) {
  (void)state;
  static const PondRidgeConfig CONFIGS[] = {
      {.alpha = 0},     {.alpha = 1e-30}, {.alpha = 1e-8},
      {.alpha = 1},     {.alpha = 1e300}, {.alpha_auto = true},
      {.holdout = 0.3}, {.horizon = 5},   {.alpha_auto = true, .holdout = 0.5},
  };
  enum { N_DATA = sizeof(TABLE) / sizeof(*TABLE), N_CONFIGS = 9 };
  int n_fitted = 0;
  int n_refused = 0;
  for (int c = 0; c < N_DATA * N_CONFIGS * 4; ++c) {
    const Data* data = &TABLE[c % N_DATA];
    PondRidgeConfig config = CONFIGS[c / N_DATA % N_CONFIGS];
    make_data(data);
    MemoryRows rows = rows_of(data->n, c / N_DATA / N_CONFIGS % 2);
    config.normalise = c / N_DATA / N_CONFIGS / 2;
    PondError error = {POND_OK, ""};
    PondFitReport report = {.alpha = -1};
    PondModel* fitted = fit(model, &rows, &config, &report, &error);
    if (fitted) {
      assert_true(all_finite(fitted));
      assert_true(isfinite(report.alpha) && report.rcond > 0);
      assert_true(report.n_trained > 0);
      n_fitted += 1;
      pond_model_free(fitted);
    } else {
      if (!is_expected(error.status) || !error.text[0]) {
        fail_msg("%s: %s, %s", data->name, pond_status_text(error.status),
                 error.text);
      }
      assert_true(report.alpha == -1);
      n_refused += 1;
    }
  }
  print_message("%d fitted, %d refused\n", n_fitted, n_refused);
  assert_true(n_fitted >= 300 && n_refused >= 100);
}

static void an_error_names_cause_and_remedy(void** state) {
  (void)state;
  static const struct {
    int data;
    PondRidgeConfig config;
    PondStatus status;
    const char* words[3];
  } CASES[] = {
      {14,
       {.alpha = 0},
       POND_STATUS_SINGULAR,
       {"alpha 0", "condition", "larger alpha"}},
      {4,
       {.alpha = 0},
       POND_STATUS_SINGULAR,
       {"alpha 0", "constant or dependent", "larger alpha"}},
      {3, {.alpha = 1}, POND_STATUS_BAD_ARG, {"no row", "300", "target"}},
      {0,
       {.washout = 300},
       POND_STATUS_BAD_ARG,
       {"300 rows", "washout", "smaller washout"}},
      {0,
       {.alpha = 1, .horizon = 400},
       POND_STATUS_BAD_ARG,
       {"too few rows", "400", "more rows"}}};
  for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); ++i) {
    const Data* data = &TABLE[CASES[i].data];
    make_data(data);
    MemoryRows rows = rows_of(data->n, true);
    PondError error = {POND_OK, ""};
    assert_null(fit(model, &rows, &CASES[i].config, NULL, &error));
    for (int w = 0; w < 3; ++w) {
      if (error.status != CASES[i].status ||
          !strstr(error.text, CASES[i].words[w])) {
        fail_msg("%s: %s lacks \"%s\"", pond_status_text(error.status),
                 error.text, CASES[i].words[w]);
      }
    }
  }
}

static void assert_refused(PondModel* which, const PondRows* rows,
                           const PondRidgeConfig* config, PondStatus expected,
                           const char* word) {
  PondError error = {POND_OK, ""};
  PondJob* job = NULL;
  const PondStatus status =
      pond_ridge_job_new(which, rows, config, &job, &error);
  if (status != expected || job || !strstr(error.text, word)) {
    fail_msg("%s: \"%s\" lacks \"%s\"", pond_status_text(status), error.text,
             word);
  }
}

static void bad_settings_are_refused_by_name(void** state) {
  (void)state;
  MemoryRows memory = rows_of(ROWS, true);
  PondRows rows = memory_rows(&memory);
  static const struct {
    PondRidgeConfig config;
    const char* word;
  } BAD[] = {{{.alpha = -1e-9}, "alpha"},
             {{.alpha = NAN}, "alpha"},
             {{.alpha = INFINITY}, "alpha"},
             {{.horizon = POND_MAX_HORIZON + 1}, "horizon"},
             {{.holdout = 1}, "holdout"},
             {{.holdout = -0.1}, "holdout"},
             {{.holdout = NAN}, "holdout"},
             {{.rate_hz = -1}, "rate_hz"},
             {{.rate_hz = INFINITY}, "rate_hz"},
             {{.leak = -0.1F}, "leak"},
             {{.leak = NAN}, "leak"}};
  for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); ++i) {
    assert_refused(model, &rows, &BAD[i].config, POND_STATUS_BAD_ARG,
                   BAD[i].word);
  }
  const PondRidgeConfig plain = {.alpha = 1};
  const PondRidgeConfig normalise = {.alpha = 1, .normalise = true};
  rows.effective = true;
  assert_refused(model, &rows, &normalise, POND_STATUS_BAD_ARG, "normalise");
  PondModel* headless =
      model_of("headless", "reservoir_size=5 feedback_size=1", 1);
  assert_refused(headless, &rows, &plain, POND_STATUS_BAD_ARG, "no readout");
  PondModel* wide =
      model_of("classic", "reservoir_size=5 feedback_size=2 output_size=3", 1);
  rows.has_target = false;
  assert_refused(wide, &rows, &plain, POND_STATUS_MISMATCH, "3 outputs");
  pond_model_free(headless);
  pond_model_free(wide);
}

static void a_source_that_fails_ends_the_job(void** state) {
  (void)state;
  make_data(&TABLE[0]);
  const PondRidgeConfig config = {
      .alpha = 1, .normalise = true, .holdout = 0.2};
  uint64_t n = 0;
  for (bool fitted = false; !fitted;) {
    MemoryRows rows = rows_of(ROWS, true);
    rows.piece = 50;
    rows.fail_at = ++n;
    PondError error = {POND_OK, ""};
    PondModel* result = fit(model, &rows, &config, NULL, &error);
    fitted = result != NULL;
    if (!fitted) {
      assert_int_equal(error.status, POND_STATUS_IO);
      assert_string_equal(error.text, "planted");
    }
    pond_model_free(result);
  }
  print_message("%d calls failed\n", (int)n - 1);
  assert_true(n > 15);
}

static void cancelled_at_any_call_there_is_no_result(void** state) {
  (void)state;
  make_data(&TABLE[0]);
  series_noise(target, ROWS, 3);
  const PondRidgeConfig config = {
      .alpha_auto = true, .normalise = true, .holdout = 0.2};
  uint64_t n = 0;
  for (bool fitted = false; !fitted;) {
    MemoryRows rows = rows_of(ROWS, true);
    rows.piece = 50;
    rows.cancel_at = ++n;
    PondError error = {POND_OK, ""};
    failing_alloc_arm(0);
    PondModel* result = fit(model, &rows, &config, NULL, &error);
    fitted = result != NULL;
    if (!fitted) {
      assert_int_equal(error.status, POND_STATUS_CANCELLED);
    }
    pond_model_free(result);
    assert_int_equal(failing_alloc_alive(), 0);
  }
  print_message("cancelled at %d calls\n", (int)n - 1);
  assert_true(n > 15);
}

static void fit_once(void* context) {
  MemoryRows rows = rows_of(ROWS, true);
  PondError error = {POND_OK, ""};
  PondModel* result =
      fit(model, &rows, (const PondRidgeConfig*)context, NULL, &error);
  assert_true(result || error.status == POND_STATUS_NO_MEM);
  assert_true(result || strstr(error.text, "memory"));
  pond_model_free(result);
}

static void judge_leak(void* context, bool failed, int64_t alive) {
  (void)context;
  (void)failed;
  assert_int_equal(alive, 0);
}

static void any_allocation_may_fail(void** state) {
  (void)state;
  series_noise(u, ROWS, 1);
  series_noise(target, ROWS, 2);
  static float begin[4096];
  PondRidgeConfig config = {
      .alpha_auto = true, .normalise = true, .holdout = 0.2, .state = begin};
  fit_once(&config);  // OpenBLAS takes its buffer, once and for all
  const uint64_t n = failing_alloc_each(fit_once, judge_leak, &config);
  print_message("%d allocations failed\n", (int)n);
  assert_true(n >= 15);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bad_data_gives_an_error_or_finite_weights),
      cmocka_unit_test(an_error_names_cause_and_remedy),
      cmocka_unit_test(bad_settings_are_refused_by_name),
      cmocka_unit_test(a_source_that_fails_ends_the_job),
      cmocka_unit_test(cancelled_at_any_call_there_is_no_result),
      cmocka_unit_test(any_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, make_model, free_model);
}
