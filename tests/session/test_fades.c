// SPDX-License-Identifier: ISC
// How the stream moves from one thing to the next: ramps, swaps, mute; frame by
// frame, and without a click.
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

enum { UNITS = 20, AT = 123, K = 10 };  // K: ten milliseconds at 1 kHz

static PondModel* a;      ///< classic
static PondModel* b;      ///< other readouts of a
static PondModel* other;  ///< other reservoirs

static int make_models(void** unused) {
  (void)unused;
  a = graph_model(GRAPH_CLASSIC, 1, UNITS, 1);
  b = graph_other_readouts(a, 2, 1, 0.0);
  other = graph_model(GRAPH_DEEP, 1, UNITS, 3);
  return 0;
}

static int free_models(void** unused) {
  (void)unused;
  pond_model_free(a);
  pond_model_free(b);
  pond_model_free(other);
  return 0;
}

static float weight(uint32_t k, uint32_t n) {
  const float t = (float)k / (float)n;
  return t * t * (3.0f - 2.0f * t);
}

static float mixed(float g, float y1, float y0) {
  return fmaf(g, y1, (1.0f - g) * y0);
}

static void parameter_ramps_from_its_frame_on(void** unused) {
  (void)unused;
  Rig* before = rig_plain(a);
  Rig* rig = rig_start(a, NULL);
  RIG_MUST(
      pond_session_set_param(rig->session, POND_PARAM_MIX, 0.0f, AT, &error));
  rig_run(rig, RIG_FRAMES, 50);
  RIG_SAME(rig->out[0], before->out[0], 0, AT);
  for (uint32_t i = AT; i < RIG_FRAMES; ++i) {
    const float mix = i - AT < K ? mixed(weight(i - AT, K), 0.0f, 1.0f) : 0.0f;
    const float out = mixed(mix, before->out[0][i], rig->in[0][i]);
    assert_memory_equal(&rig->out[0][i], &out, sizeof(out));
  }
  rig_stop(before);
  rig_stop(rig);
}

static void parameter_before_the_first_frame_jumps(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  RIG_MUST(
      pond_session_set_param(rig->session, POND_PARAM_MIX, 0.0f, 0, &error));
  rig_run(rig, RIG_FRAMES, 64);
  RIG_SAME(rig->out[0], rig->in[0], 1, RIG_FRAMES);
  rig_stop(rig);
}

static void readout_swap_keeps_the_state_and_fades(void** unused) {
  (void)unused;
  Rig* run_a = rig_plain(a);
  Rig* run_b = rig_plain(b);
  Rig* rig = rig_start(a, NULL);
  RIG_MUST(pond_session_post(rig->session, b, 0, &error));  // replaces unread a
  RIG_MUST(pond_session_post(rig->session, a, 0, &error));
  rig_run(rig, 10, 10);
  RIG_MUST(pond_session_post(rig->session, b, AT, &error));
  rig_run(rig, RIG_FRAMES, 77);
  RIG_SAME(rig->out[0], run_a->out[0], 0, AT);
  for (uint32_t i = AT; i < AT + K; ++i) {
    const float y =
        mixed(weight(i - AT, K), run_b->out[0][i], run_a->out[0][i]);
    assert_memory_equal(&rig->out[0][i], &y, sizeof(y));
  }
  RIG_SAME(rig->out[0], run_b->out[0], AT + K, RIG_FRAMES);
  assert_int_equal(rig->session->n_held, 1);
  rig_stop(run_a);
  rig_stop(run_b);
  rig_stop(rig);
}

// A stream of `model` alone whose first frame hears input frame AT.
static Rig* shifted(PondModel* model) {
  Rig* rig = rig_start(model, NULL);
  memmove(rig->in[0], rig->in[0] + AT, (RIG_FRAMES - AT) * sizeof(float));
  rig_run(rig, RIG_FRAMES - AT, 64);
  return rig;
}

static void model_swap_runs_both_and_fades(void** unused) {
  (void)unused;
  Rig* run_a = rig_plain(a);
  Rig* run_other = shifted(other);
  Rig* rig = rig_start(a, NULL);
  rig_run(rig, 10, 10);
  RIG_MUST(pond_session_post(rig->session, other, AT, &error));
  rig_run(rig, RIG_FRAMES, 33);
  RIG_SAME(rig->out[0], run_a->out[0], 0, AT);
  for (uint32_t i = AT; i < AT + K; ++i) {
    const float y =
        mixed(weight(i - AT, K), run_other->out[0][i - AT], run_a->out[0][i]);
    assert_memory_equal(&rig->out[0][i], &y, sizeof(y));
  }
  RIG_SAME(rig->out[0] + AT, run_other->out[0], K, RIG_FRAMES - AT);
  assert_int_equal(rig->session->n_held, 1);
  rig_stop(run_a);
  rig_stop(run_other);
  rig_stop(rig);
}

static void dear_model_fades_through_dry(void** unused) {
  (void)unused;
  Rig* run_a = rig_plain(a);
  const PondSessionConfig config = {.max_load = 1e-12};  // nothing fits
  Rig* rig = rig_start(a, &config);
  rig_run(rig, 10, 10);
  RIG_MUST(pond_session_post(rig->session, other, AT, &error));
  rig_run(rig, AT + K, 1);
  const float dry = rig->in[0][AT + K - 1];
  const float g = 1.0f - weight(K - 1, K);
  const float y = mixed(g, run_a->out[0][AT + K - 1], dry);
  assert_memory_equal(&rig->out[0][AT + K - 1], &y, sizeof(y));
  rig_run(rig, AT + K + 1, 1);
  assert_float_equal(rig->out[0][AT + K], rig->in[0][AT + K], 1e-6f);
  rig_run(rig, RIG_FRAMES, 64);
  assert_int_equal(rig->session->stream->state.fade_kind, POND_FADE_NONE);
  rig_stop(run_a);
  rig_stop(rig);
}

// Largest second difference of y in [from, to).
static float bend(const float* y, uint32_t from, uint32_t to) {
  float most = 0.0f;
  for (uint32_t i = from; i < to; ++i) {
    const float d = fabsf(y[i + 1] - 2.0f * y[i] + y[i - 1]);
    most = d > most ? d : most;
  }
  return most;
}

static float peak(const float* y) {
  float most = 0.0f;
  for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
    most = fabsf(y[i]) > most ? fabsf(y[i]) : most;
  }
  return most;
}

// `model` with a readout of `gain` times the draws, and an offset.
static PondModel* scaled(const PondModel* model, float gain, float offset) {
  enum { FEATURES = UNITS + 1 };
  const PondParameter weights =
      pond_model_parameter(model, pond_model_parameter_count(model) - 2);
  float w[FEATURES];
  assert_int_equal(weights.shape[1], FEATURES);
  for (uint32_t i = 0; i < FEATURES; ++i) {
    w[i] = gain * weights.data[i];
  }
  const PondFit fit = {.horizon = 1};
  PondModel* made = NULL;
  RIG_MUST(pond_model_with_readout(
      model, &(const PondReadoutFit){0, w, &offset, &fit}, &made, &error));
  return made;
}

static void swap_does_not_click_and_a_hard_one_does(void** unused) {
  (void)unused;
  enum { LONG = 480 };  // as 10 ms at 48 kHz
  const float share = 1e-4f;
  const PondSessionConfig config = {.fade_seconds =
                                        (double)LONG / (double)RIG_RATE};
  PondModel* one = scaled(a, 20.0f, 0.0f);
  PondModel* two = scaled(a, 22.0f, 0.05f);
  Rig* run_one = rig_plain(one);
  Rig* run_two = rig_plain(two);
  Rig* rig = rig_start(one, &config);
  rig_run(rig, 10, 10);
  RIG_MUST(pond_session_post(rig->session, two, AT, &error));
  rig_run(rig, RIG_FRAMES, 64);
  const float still_one = bend(run_one->out[0], AT, AT + LONG);
  const float still_two = bend(run_two->out[0], AT, AT + LONG);
  const float limit = (still_one > still_two ? still_one : still_two) +
                      share * peak(run_two->out[0]);
  const float soft = bend(rig->out[0], AT - 1, AT + LONG + 1);
  memcpy(rig->out[0] + AT, run_two->out[0] + AT, LONG * sizeof(float));
  const float hard = bend(rig->out[0], AT - 1, AT + LONG + 1);
  print_message("second difference: faded %g, hard %g, limit %g\n",
                (double)soft, (double)hard, (double)limit);
  assert_true(soft <= limit);
  assert_true(hard > limit);
  rig_stop(run_one);
  rig_stop(run_two);
  rig_stop(rig);
  pond_model_free(one);
  pond_model_free(two);
}

static void panic_mutes_within_a_millisecond_and_comes_back(void** unused) {
  (void)unused;
  Rig* run_a = rig_plain(a);
  Rig* rig = rig_start(a, NULL);
  rig_run(rig, AT, 64);
  RIG_MUST(pond_session_panic(rig->session, true, &error));
  rig_run(rig, AT + 50, 64);
  for (uint32_t i = AT + 1; i < AT + 50; ++i) {  // one frame is a millisecond
    assert_true(rig->out[0][i] == 0.0f);
  }
  RIG_MUST(pond_session_panic(rig->session, false, &error));
  rig_run(rig, RIG_FRAMES, 64);
  RIG_SAME(rig->out[0], run_a->out[0], AT + 52, RIG_FRAMES);
  rig_stop(run_a);
  rig_stop(rig);
}

// Mixing a value with itself may round its last bit.
static void assert_near(const Rig* rig, const Rig* wanted) {
  for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
    assert_float_equal(rig->out[0][i], wanted->out[0][i], 1e-6f);
  }
}

static void swap_in_free_run_goes_on_from_the_same_past(void** unused) {
  (void)unused;
  enum { H = 7 };
  PondModel* one = graph_other_readouts(a, 9, H, 0.0);
  PondModel* same = graph_other_readouts(a, 9, H, 0.0);
  Rig* still = rig_start(one, NULL);
  Rig* rig = rig_start(one, NULL);
  RIG_MUST(
      pond_session_set_mode(still->session, POND_MODE_GENERATE, 60, &error));
  RIG_MUST(pond_session_set_mode(rig->session, POND_MODE_GENERATE, 60, &error));
  rig_run(still, RIG_FRAMES, 64);
  rig_run(rig, 100, 10);
  RIG_MUST(pond_session_post(rig->session, same, AT, &error));
  rig_run(rig, RIG_FRAMES, 64);
  assert_int_equal(rig->session->stream->state.stats.n_swaps, 2);
  assert_near(rig, still);
  rig_stop(still);
  rig_stop(rig);
  pond_model_free(one);
  pond_model_free(same);
}

static void swap_remembers_the_last_good_input(void** unused) {
  (void)unused;
  PondModel* same = graph_other_readouts(a, 2, 1, 0.0);
  Rig* still = rig_start(b, NULL);
  Rig* rig = rig_start(b, NULL);
  still->in[0][AT] = NAN;
  rig->in[0][AT] = NAN;
  rig_run(still, RIG_FRAMES, 64);
  rig_run(rig, 100, 10);
  RIG_MUST(pond_session_post(rig->session, same, AT, &error));
  rig_run(rig, RIG_FRAMES, 64);
  assert_near(rig, still);
  rig_stop(still);
  rig_stop(rig);
  pond_model_free(same);
}

// While models fade in free run, both hear the mixed output. By hand: each
// alone, hearing what came out of the mix the frame before.
static void model_fade_in_free_run_feeds_back_the_mix(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  Rig* hand_a = rig_start(a, NULL);
  Rig* hand_b = rig_start(other, NULL);
  float last = 0.0f;
  RIG_MUST(pond_session_set_mode(rig->session, POND_MODE_GENERATE, 0, &error));
  rig_run(rig, 10, 10);
  RIG_MUST(pond_session_post(rig->session, other, AT, &error));
  rig_run(rig, AT + 2 * K, 7);
  for (uint32_t i = 0; i < AT + 2 * K; ++i) {
    const uint32_t j = i - AT;  // of the new model
    hand_a->in[0][i] = last;
    rig_run(hand_a, i + 1, 1);
    float y = hand_a->out[0][i];
    if (i >= AT) {
      hand_b->in[0][j] = last;
      rig_run(hand_b, j + 1, 1);
      y = j < K ? mixed(weight(j, K), hand_b->out[0][j], y) : hand_b->out[0][j];
    }
    assert_true(same_bits(&rig->out[0][i], &y, sizeof(y)));
    last = y;
  }
  rig_stop(rig);
  rig_stop(hand_a);
  rig_stop(hand_b);
}

static void note_mode(void* context, const PondNotice* notice) {
  if (strcmp(notice->kind, "mode") == 0) {
    *(uint64_t*)context = notice->frame;
  }
}

static void mode_waits_for_the_fade_of_the_one_before(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  uint64_t frame = 0;
  pond_session_on_notice(rig->session, note_mode, &frame);
  RIG_MUST(pond_session_set_mode(rig->session, POND_MODE_GENERATE, AT, &error));
  RIG_MUST(
      pond_session_set_mode(rig->session, POND_MODE_PREDICT, AT + 3, &error));
  rig_run(rig, RIG_FRAMES, 64);
  assert_int_equal(frame, AT + K);
  assert_int_equal(rig->session->stream->state.stats.n_late_events, 1);
  rig_stop(rig);
}

static void stream_without_a_model_is_silent(void** unused) {
  (void)unused;
  Rig* rig = rig_start(NULL, NULL);
  rig->out[0][5] = 1.0f;
  rig_run(rig, 100, 10);
  assert_true(rig->out[0][5] == 0.0f);
  RIG_MUST(pond_session_post(rig->session, a, 0, &error));
  rig_run(rig, RIG_FRAMES, 10);
  assert_true(rig->out[0][100] == 0.0f);  // it fades in from silence
  assert_true(rig->out[0][200] != 0.0f);
  rig_stop(rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parameter_ramps_from_its_frame_on),
      cmocka_unit_test(parameter_before_the_first_frame_jumps),
      cmocka_unit_test(readout_swap_keeps_the_state_and_fades),
      cmocka_unit_test(model_swap_runs_both_and_fades),
      cmocka_unit_test(dear_model_fades_through_dry),
      cmocka_unit_test(swap_does_not_click_and_a_hard_one_does),
      cmocka_unit_test(panic_mutes_within_a_millisecond_and_comes_back),
      cmocka_unit_test(swap_in_free_run_goes_on_from_the_same_past),
      cmocka_unit_test(swap_remembers_the_last_good_input),
      cmocka_unit_test(model_fade_in_free_run_feeds_back_the_mix),
      cmocka_unit_test(mode_waits_for_the_fade_of_the_one_before),
      cmocka_unit_test(stream_without_a_model_is_silent),
  };
  return cmocka_run_group_tests(tests, make_models, free_models);
}
