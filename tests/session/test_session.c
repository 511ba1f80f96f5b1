// SPDX-License-Identifier: ISC
// What the session refuses and why; commands; training beside the stream.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graphs.h"
#include "rig.h"
#include "session_core.h"

enum { UNITS = 20 };

#define REFUSED(call, wanted, word)                                        \
  do {                                                                     \
    PondError error = {.status = POND_OK};                                 \
    const PondStatus got_ = (call);                                        \
    if (got_ != (wanted) || error.status != (wanted) ||                    \
        !strstr(error.text, word))                                         \
      fail_msg("%s: %s, \"%s\", no \"%s\"", #call, pond_status_text(got_), \
               error.text, word);                                          \
  } while (0)

static PondModel* a;
static PondModel* headless;

static int make_models(void** unused) {
  (void)unused;
  PondDesc* desc = NULL;
  a = graph_model(GRAPH_CLASSIC, 1, UNITS, 1);
  RIG_MUST(pond_desc_premade("headless", &desc, &error));
  RIG_MUST(pond_desc_set(desc, "reservoir_size", "9", &error));
  RIG_MUST(pond_desc_set(desc, "feedback_size", "1", &error));
  RIG_MUST(pond_model_new(desc, 1, &headless, &error));
  pond_desc_free(desc);
  return 0;
}

static int free_models(void** unused) {
  (void)unused;
  pond_model_free(a);
  pond_model_free(headless);
  return 0;
}

static void wrong_configuration_is_refused(void** unused) {
  (void)unused;
  static const PondSessionConfig wrong[] = {
      {.rate_hz = 0.0},
      {.rate_hz = -1.0},
      {.rate_hz = 1e10},
      {.rate_hz = (double)NAN},
      {.rate_hz = 1.0, .missing = (PondMissing)7},
      {.rate_hz = 1.0, .fade_seconds = -1.0}};
  static const char* const words[] = {"rate_hz", "rate_hz", "rate_hz",
                                      "rate_hz", "missing", "fade_seconds"};
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); ++i) {
    PondSession* session = NULL;
    REFUSED(pond_session_new(&wrong[i], &session, &error), POND_STATUS_BAD_ARG,
            words[i]);
    assert_null(session);
  }
}

static void parameter_out_of_range_is_refused_by_name(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  for (uint32_t i = 0; i < pond_param_count(); ++i) {
    const PondParamInfo* info = pond_param_info(i);
    assert_ptr_equal(pond_param_find(info->name), info);
    assert_true(info->initial >= info->min && info->initial <= info->max);
    const float wrong[] = {info->max * 1.01f, info->min - 1.0f, NAN, INFINITY};
    for (int w = 0; w < 4; ++w) {
      REFUSED(pond_session_set_param(rig->session, info->param, wrong[w], 0,
                                     &error),
              POND_STATUS_BAD_ARG, info->name);
    }
  }
  REFUSED(pond_session_set_param(rig->session, (PondParam)99, 0.0f, 0, &error),
          POND_STATUS_BAD_ARG, "99");
  assert_null(pond_param_find("volume"));
  rig_stop(rig);
}

static void too_many_events_are_refused_until_some_apply(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  for (int i = 0; i < POND_MAX_PENDING; ++i) {
    RIG_MUST(pond_session_reset(rig->session, 500, &error));
  }
  REFUSED(pond_session_reset(rig->session, 0, &error), POND_STATUS_BUSY,
          "events wait");
  rig_run(rig, 501, 64);
  RIG_MUST(pond_session_reset(rig->session, 0, &error));
  assert_int_equal(rig->session->stream->state.stats.n_events,
                   POND_MAX_PENDING);
  rig_stop(rig);
}

static void free_run_needs_an_output_that_fits(void** unused) {
  (void)unused;
  Rig* rig = rig_start(headless, NULL);
  REFUSED(pond_session_set_mode(rig->session, POND_MODE_GENERATE, 0, &error),
          POND_STATUS_MISMATCH, "(9)");
  REFUSED(pond_session_set_mode(rig->session, (PondMode)5, 0, &error),
          POND_STATUS_BAD_ARG, "predict, generate or teacher");
  rig_stop(rig);
  rig = rig_start(a, NULL);
  RIG_MUST(pond_session_set_mode(rig->session, POND_MODE_GENERATE, 0, &error));
  REFUSED(pond_session_post(rig->session, headless, 0, &error),
          POND_STATUS_MISMATCH, "mode predict first");
  rig_stop(rig);
}

static void post_waits_for_the_one_before(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  rig_run(rig, 10, 10);
  RIG_MUST(pond_session_post(rig->session, headless, 100, &error));
  REFUSED(pond_session_post(rig->session, a, 200, &error), POND_STATUS_BUSY,
          "posted before");
  RIG_MUST(pond_session_post(rig->session, a, 50, &error));  // unread: replaced
  rig_run(rig, 20, 10);
  REFUSED(pond_session_post(rig->session, headless, 0, &error),
          POND_STATUS_BUSY, "posted before");
  rig_run(rig, 90, 10);
  RIG_MUST(pond_session_post(rig->session, headless, 0, &error));
  rig_run(rig, 200, 10);
  assert_int_equal(rig->session->stream->state.stats.n_swaps, 3);
  assert_int_equal(rig->session->n_held, 1);
  rig_stop(rig);
}

/// Collects answers as text.
typedef struct {
  char text[8192];
  size_t used;
  uint32_t lines;
} Answers;

static void collect(void* context, const PondArg* values, uint32_t n) {
  Answers* answers = (Answers*)context;
  for (uint32_t i = 0; i < n; ++i) {
    const PondArg* v = &values[i];
    char* at = answers->text + answers->used;
    const size_t left = sizeof(answers->text) - answers->used;
    const int used = v->type == 's' ? snprintf(at, left, "%s ", v->value.s)
                     : v->type == 'i'
                         ? snprintf(at, left, "%lld ", (long long)v->value.i)
                         : snprintf(at, left, "%g ", v->value.f);
    answers->used += (size_t)used;
  }
  answers->lines += 1;
}

static void help_lists_every_command_once(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  Answers answers = {.used = 0};
  RIG_MUST(pond_session_command(
      rig->session,
      &(const PondCommandLine){"help", NULL, 0, collect, &answers}, &error));
  assert_int_equal(answers.lines, pond_command_count());
  assert_true(pond_command_count() >= 16);
  for (uint32_t i = 0; i < pond_command_count(); ++i) {
    const PondCommandInfo* info = pond_command_info(i);
    assert_non_null(strstr(answers.text, info->name));
    assert_true(strlen(info->doc) > 10);
    for (uint32_t j = 0; j < i; ++j) {
      assert_string_not_equal(info->name, pond_command_info(j)->name);
    }
  }
  rig_stop(rig);
}

static PondArg text(const char* s) {
  const PondArg arg = {.type = 's', .value.s = s};
  return arg;
}

static void wrong_commands_answer_their_usage(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  const PondArg number = {.type = 'f', .value.f = 1.0};
  const PondArg wrong_option[] = {text("predict"), text("when=5")};
  const PondArg wrong_value[] = {text("predict"), text("at=soon")};
  const PondArg wrong_range[] = {text("predict"), text("at=-1")};
  REFUSED(
      pond_session_command(
          rig->session,
          &(const PondCommandLine){"nonsense", NULL, 0, NULL, NULL}, &error),
      POND_STATUS_NOT_FOUND, "nonsense");
  REFUSED(pond_session_command(
              rig->session,
              &(const PondCommandLine){"mode", NULL, 0, NULL, NULL}, &error),
          POND_STATUS_BAD_ARG, "usage: mode predict|generate|teacher");
  REFUSED(pond_session_command(
              rig->session,
              &(const PondCommandLine){"mode", &number, 1, NULL, NULL}, &error),
          POND_STATUS_BAD_ARG, "usage");
  REFUSED(pond_session_command(
              rig->session,
              &(const PondCommandLine){"mode", wrong_option, 2, NULL, NULL},
              &error),
          POND_STATUS_BAD_ARG, "usage");
  REFUSED(
      pond_session_command(
          rig->session,
          &(const PondCommandLine){"mode", wrong_value, 2, NULL, NULL}, &error),
      POND_STATUS_BAD_ARG, "at=soon");
  REFUSED(
      pond_session_command(
          rig->session,
          &(const PondCommandLine){"mode", wrong_range, 2, NULL, NULL}, &error),
      POND_STATUS_BAD_ARG, "at=-1");
  rig_stop(rig);
}

static void command_with_a_frame_takes_effect_there(void** unused) {
  (void)unused;
  Rig* one = rig_start(a, NULL);
  Rig* two = rig_start(a, NULL);
  const PondArg args[] = {
      text("mix"), {.type = 'i', .value.i = 0}, text("at=321")};
  RIG_MUST(pond_session_command(
      one->session, &(const PondCommandLine){"param/set", args, 3, NULL, NULL},
      &error));
  RIG_MUST(
      pond_session_set_param(two->session, POND_PARAM_MIX, 0.0f, 321, &error));
  rig_run(one, RIG_FRAMES, 64);
  rig_run(two, RIG_FRAMES, 3);
  RIG_SAME(one->out[0], two->out[0], 0, RIG_FRAMES);
  Answers answers = {.used = 0};
  RIG_MUST(pond_session_command(
      one->session,
      &(const PondCommandLine){"param/get", args, 1, collect, &answers},
      &error));
  assert_string_equal(answers.text, "mix 0 ");
  rig_stop(one);
  rig_stop(two);
}

static float error_power(const Rig* rig, uint32_t from) {
  float sum = 0.0f;
  for (uint32_t i = from; i + 1 < RIG_FRAMES; ++i) {
    const float e = rig->out[0][i] - rig->in[0][i + 1];
    sum += e * e;
  }
  return sum / (float)(RIG_FRAMES - from);
}

static void run_job(PondSession* session) {
  PondJob* job = pond_session_next_job(session);
  const PondRidgeConfig config = {.alpha = 1.0, .horizon = 1};
  assert_non_null(job);
  // It is given once, also when more training is asked for meanwhile.
  REFUSED(pond_session_train(session, &config, &error), POND_STATUS_BUSY,
          "under way");
  assert_null(pond_session_next_job(session));
  RIG_MUST(pond_job_run(job, &error));
}

static void training_beside_the_stream_fits_and_undoes(void** unused) {
  (void)unused;
  Rig* untrained = rig_start(a, NULL);
  Rig* rig = rig_start(a, NULL);
  const PondRidgeConfig config = {.alpha = 1e-9, .horizon = 1, .washout = 50};
  rig_run(untrained, RIG_FRAMES, 64);
  REFUSED(pond_session_train(rig->session, &config, &error),
          POND_STATUS_NOT_FOUND, "record first");
  RIG_MUST(pond_session_record(rig->session, true, &error));
  rig_run(rig, 600, 64);
  RIG_MUST(pond_session_record(rig->session, false, &error));
  RIG_MUST(pond_session_train(rig->session, &config, &error));
  REFUSED(pond_session_train(rig->session, &config, &error), POND_STATUS_BUSY,
          "under way");
  rig_run(rig, 610, 10);  // the stream goes on while nobody runs the job
  run_job(rig->session);
  rig_run(rig, RIG_FRAMES, 16);
  RIG_SAME(rig->out[0], untrained->out[0], 0, 610);
  const float power = error_power(rig, 640);
  if (!(power < 1e-6f)) {
    fail_msg("mean square error %g after training", (double)power);
  }
  assert_true(error_power(untrained, 640) > 1e-3f);
  RIG_MUST(pond_session_undo(rig->session, &error));
  REFUSED(pond_session_undo(rig->session, &error), POND_STATUS_NOT_FOUND,
          "undo");
  rig->frame = 0;  // again from the first input: only the readout counts here
  rig_run(rig, 100, 10);
  assert_int_equal(rig->session->stream->state.stats.n_swaps, 3);
  rig_stop(untrained);
  rig_stop(rig);
}

static void cancelled_training_leaves_the_model(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  const PondRidgeConfig config = {.alpha = 1e-9, .horizon = 1};
  PondError why;
  RIG_MUST(pond_session_record(rig->session, true, &error));
  rig_run(rig, 600, 64);
  RIG_MUST(pond_session_train(rig->session, &config, &error));
  RIG_MUST(pond_session_command(
      rig->session,
      &(const PondCommandLine){"train/cancel", NULL, 0, NULL, NULL}, &error));
  PondJob* job = pond_session_next_job(rig->session);
  assert_int_equal(pond_job_run(job, &why), POND_STATUS_CANCELLED);
  rig_run(rig, RIG_FRAMES, 64);
  assert_int_equal(rig->session->stream->state.stats.n_swaps, 1);
  assert_null(rig->session->job);
  rig_stop(rig);
}

static void hopeless_training_never_publishes(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  const PondRidgeConfig config = {.alpha = 0.0, .horizon = 1};
  PondError why;
  memset(rig->in, 0, sizeof(rig->in));  // all features are constant
  RIG_MUST(pond_session_record(rig->session, true, &error));
  rig_run(rig, 600, 64);
  RIG_MUST(pond_session_train(rig->session, &config, &error));
  PondJob* job = pond_session_next_job(rig->session);
  const PondStatus status = pond_job_run(job, &why);
  rig_run(rig, RIG_FRAMES, 64);
  assert_int_equal(rig->session->stream->state.stats.n_swaps,
                   status == POND_OK ? 2 : 1);
  for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
    assert_true(isfinite(rig->out[0][i]));
  }
  rig_stop(rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wrong_configuration_is_refused),
      cmocka_unit_test(parameter_out_of_range_is_refused_by_name),
      cmocka_unit_test(too_many_events_are_refused_until_some_apply),
      cmocka_unit_test(free_run_needs_an_output_that_fits),
      cmocka_unit_test(post_waits_for_the_one_before),
      cmocka_unit_test(help_lists_every_command_once),
      cmocka_unit_test(wrong_commands_answer_their_usage),
      cmocka_unit_test(command_with_a_frame_takes_effect_there),
      cmocka_unit_test(training_beside_the_stream_fits_and_undoes),
      cmocka_unit_test(cancelled_training_leaves_the_model),
      cmocka_unit_test(hopeless_training_never_publishes),
  };
  return cmocka_run_group_tests(tests, make_models, free_models);
}
