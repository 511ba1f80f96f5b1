// SPDX-License-Identifier: ISC
// Jobs: run once, watched and cancelled from another thread.
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// cmocka wants the headers above first.
#include <cmocka.h>

#include "random.h"
#include "train_support.h"

enum { ROWS = 300 };

static float u[ROWS];
static float target[ROWS];

static PondModel* model;

static int make_model(void** state) {
  (void)state;
  model = model_of("classic",
                   "reservoir_size=20 feedback_size=1 output_size=1 "
                   "leak_rate=0.8 bias_scaling=0.3",
                   1);
  series_noise(u, ROWS, 1);
  series_noise(target, ROWS, 2);
  return 0;
}

static int free_model(void** state) {
  (void)state;
  pond_model_free(model);
  return 0;
}

static MemoryRows rows_of(void) {
  const MemoryRows rows = {
      .in = u, .target = target, .n_in = 1, .n_target = 1, .n = ROWS};
  return rows;
}

static void a_job_runs_once(void** state) {
  (void)state;
  MemoryRows memory = rows_of();
  const PondRows rows = memory_rows(&memory);
  const PondRidgeConfig config = {.alpha = 1};
  PondJob* job = NULL;
  assert_int_equal(pond_ridge_job_new(model, &rows, &config, &job, NULL),
                   POND_OK);
  assert_true(pond_job_progress(job) == 0);
  assert_false(pond_job_is_done(job));
  assert_null(pond_job_take_model(job, NULL));
  assert_int_equal(pond_job_run(job, NULL), POND_OK);
  assert_int_equal(pond_job_run(job, NULL), POND_STATUS_BAD_ARG);
  // A result that nobody takes is freed with the job.
  pond_job_free(job);
  pond_job_free(NULL);
}

static void a_job_cancelled_before_it_runs_has_no_result(void** state) {
  (void)state;
  MemoryRows memory = rows_of();
  const PondRows rows = memory_rows(&memory);
  const PondRidgeConfig config = {.alpha = 1};
  PondJob* job = NULL;
  PondError error;
  assert_int_equal(pond_ridge_job_new(model, &rows, &config, &job, NULL),
                   POND_OK);
  pond_job_cancel(job);
  assert_int_equal(pond_job_run(job, &error), POND_STATUS_CANCELLED);
  assert_int_equal(error.status, POND_STATUS_CANCELLED);
  assert_true(pond_job_progress(job) < 1);
  assert_null(pond_job_take_model(job, NULL));
  pond_job_free(job);
}

/// A job on its own thread.
typedef struct {
  PondJob* job;
  PondStatus status;
} Runner;

static void* run_job(void* context) {
  Runner* runner = (Runner*)context;
  runner->status = pond_job_run(runner->job, NULL);
  return NULL;
}

// Cancels from another thread once the progress has passed `share`.
static PondStatus cancel_at(double share) {
  MemoryRows memory = rows_of();
  const PondRows rows = memory_rows(&memory);
  const PondRidgeConfig config = {.alpha_auto = true};
  Runner runner = {NULL, POND_OK};
  pthread_t thread;
  double before = 0;
  assert_int_equal(pond_ridge_job_new(model, &rows, &config, &runner.job, NULL),
                   POND_OK);
  assert_int_equal(pthread_create(&thread, NULL, run_job, &runner), 0);
  while (before < share && !pond_job_is_done(runner.job)) {
    const double now = pond_job_progress(runner.job);
    assert_true(now >= before && now <= 1);
    before = now;
  }
  pond_job_cancel(runner.job);
  assert_int_equal(pthread_join(thread, NULL), 0);
  PondModel* result = pond_job_take_model(runner.job, NULL);
  assert_true((runner.status == POND_OK) == (result != NULL));
  assert_int_equal(pond_job_status(runner.job, NULL), runner.status);
  pond_model_free(result);
  pond_job_free(runner.job);
  return runner.status;
}

static void another_thread_may_cancel_at_any_time(void** state) {
  (void)state;
  PondRandom random = pond_random_init(1, "cancel");
  int n_cancelled = 0;
  int n_fitted = 0;
  for (int i = 0; i < 60; ++i) {
    const PondStatus status = cancel_at(pond_random_unit(&random));
    assert_true(status == POND_OK || status == POND_STATUS_CANCELLED);
    n_cancelled += status == POND_STATUS_CANCELLED;
    n_fitted += status == POND_OK;
  }
  n_cancelled += cancel_at(0) == POND_STATUS_CANCELLED;
  n_fitted += cancel_at(2) == POND_OK;
  print_message("%d cancelled, %d came through\n", n_cancelled, n_fitted);
  assert_true(n_fitted >= 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_job_runs_once),
      cmocka_unit_test(a_job_cancelled_before_it_runs_has_no_result),
      cmocka_unit_test(another_thread_may_cancel_at_any_time),
  };
  return cmocka_run_group_tests(tests, make_model, free_model);
}
