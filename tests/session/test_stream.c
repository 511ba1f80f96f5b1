// SPDX-License-Identifier: ISC
// What the stream does, frame by frame: free run, missing samples, hostile
// input, guard, tap, snapshots.
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
#include "record.h"
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

static void free_run_feeds_the_output_of_horizon_frames_ago(void** unused) {
  (void)unused;
  enum { H = 7 };
  PondModel* model = graph_other_readouts(a, 9, H, 0.0);
  Rig* rig = rig_start(model, NULL);
  RIG_MUST(pond_session_set_mode(rig->session, POND_MODE_GENERATE, 0, &error));
  rig_run(rig, RIG_FRAMES, 41);
  // The same by hand: what came out H frames ago goes in as the signal.
  Rig* hand = rig_start(model, NULL);
  for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
    hand->in[0][i] = i < H ? 0.0f : hand->out[0][i - H];
    rig_run(hand, i + 1, 1);
  }
  RIG_SAME(rig->out[0], hand->out[0], 0, RIG_FRAMES);
  assert_int_equal(rig->session->stream->state.stats.n_missing, 0);
  rig_stop(rig);
  rig_stop(hand);
  pond_model_free(model);
}

static void gains_scale_what_they_name(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  Rig* hand = rig_start(a, NULL);
  RIG_MUST(pond_session_set_mode(rig->session, POND_MODE_GENERATE, 0, &error));
  RIG_MUST(pond_session_set_param(rig->session, POND_PARAM_FEEDBACK_GAIN, 0.5f,
                                  0, &error));
  RIG_MUST(pond_session_set_param(rig->session, POND_PARAM_OUTPUT_GAIN, 2.0f, 0,
                                  &error));
  RIG_MUST(pond_session_set_param(hand->session, POND_PARAM_INPUT_GAIN, 0.5f, 0,
                                  &error));
  rig_run(rig, RIG_FRAMES, 41);
  for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
    hand->in[0][i] = i < 1 ? 0.0f : hand->out[0][i - 1];
    rig_run(hand, i + 1, 1);
  }
  for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
    hand->out[0][i] *= 2.0f;
  }
  RIG_SAME(rig->out[0], hand->out[0], 0, RIG_FRAMES);
  rig_stop(rig);
  rig_stop(hand);
}

static void normaliser_scales_in_and_is_undone_at_the_output(void** unused) {
  (void)unused;
  PondModel* model = graph_normalised(a);
  Rig* rig = rig_start(model, NULL);
  Rig* hand = rig_start(a, NULL);
  for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
    hand->in[0][i] = (rig->in[0][i] - 0.1f) / 0.5f;
  }
  rig_run(rig, RIG_FRAMES, 64);
  rig_run(hand, RIG_FRAMES, 9);
  for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
    hand->out[0][i] = fmaf(hand->out[0][i], 1.25f, 0.1f);
  }
  RIG_SAME(rig->out[0], hand->out[0], 0, RIG_FRAMES);
  rig_stop(rig);
  rig_stop(hand);
  pond_model_free(model);
}

static void teacher_mode_hears_the_target(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  Rig* hand = rig_start(a, NULL);
  rig->n_target = 1;
  for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
    rig->target[0][i] = 0.3f * sinf(0.3f * (float)i);
    hand->in[0][i] = rig->target[0][i];
  }
  RIG_MUST(pond_session_set_mode(rig->session, POND_MODE_TEACHER, 0, &error));
  rig_run(rig, RIG_FRAMES, 100);
  rig_run(hand, RIG_FRAMES, 100);
  RIG_SAME(rig->out[0], hand->out[0], 0, RIG_FRAMES);
  rig_stop(rig);
  rig_stop(hand);
}

static void missing_sample_follows_the_policy(void** unused) {
  (void)unused;
  for (int policy = POND_MISSING_HOLD; policy <= POND_MISSING_PREDICT;
       ++policy) {
    const PondSessionConfig config = {.missing = (PondMissing)policy};
    Rig* rig = rig_start(a, &config);
    Rig* hand = rig_start(a, NULL);
    uint32_t n = 0;
    for (uint32_t i = 50; i < RIG_FRAMES; i += 37) {
      rig->in[0][i] = i % 2 ? NAN : -INFINITY;
      n += 1;
    }
    for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
      if (!isfinite(rig->in[0][i])) {
        const float fill[] = {rig->in[0][i - 1], 0.0f, hand->out[0][i - 1]};
        hand->in[0][i] = fill[policy];
      }
      rig_run(hand, i + 1, 1);
    }
    rig_run(rig, RIG_FRAMES, 64);
    RIG_SAME(rig->out[0], hand->out[0], 0, RIG_FRAMES);
    assert_int_equal(rig->session->stream->state.stats.n_missing, n);
    rig_stop(rig);
    rig_stop(hand);
  }
}

static void subnormal_input_is_zero(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  Rig* hand = rig_start(a, NULL);
  for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
    rig->in[0][i] = i % 2 ? 1e-40f : -0.0f;
    hand->in[0][i] = 0.0f;
  }
  rig_run(rig, RIG_FRAMES, 64);
  rig_run(hand, RIG_FRAMES, 64);
  RIG_SAME(rig->out[0], hand->out[0], 0, RIG_FRAMES);
  rig_stop(rig);
  rig_stop(hand);
}

static void assert_state_finite(const Rig* rig) {
  const PondProgram* program = rig->session->stream->current;
  for (uint32_t i = 0; i < program->n_state; ++i) {
    assert_true(isfinite(program->state[i]));
  }
}

static void hostile_input_leaves_all_finite(void** unused) {
  (void)unused;
  static const float hostile[] = {NAN,    INFINITY, -INFINITY, 1e30f, -3e38f,
                                  1e-42f, 0.0f,     1.0f,      -1.0f, 3e38f};
  uint64_t resets = 0;
  for (int graph = 0; graph < GRAPH_COUNT; ++graph) {
    PondModel* model = graph_model(graph, 1, UNITS, 5);
    Rig* rig = rig_start(model, NULL);
    RIG_MUST(pond_session_set_param(rig->session, POND_PARAM_INPUT_GAIN, 100.0f,
                                    300, &error));
    for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
      rig->in[0][i] = hostile[(i / 3 + i) % 10];
      rig->in[1][i] = hostile[i % 10];
    }
    rig_run(rig, RIG_FRAMES, 64);
    for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
      assert_true(isfinite(rig->out[0][i]));
    }
    assert_state_finite(rig);
    const PondStats* stats = &rig->session->stream->state.stats;
    assert_true(stats->n_missing >= RIG_FRAMES / 4);
    resets += stats->n_resets + stats->n_not_finite;
    rig_stop(rig);
    pond_model_free(model);
  }
  assert_true(resets > 0);
}

// A kernel that lets what is not finite through.
static bool careless_step(const PondReservoirOp* op, float leak, float* v,
                          float* scratch) POND_NONBLOCKING;
static bool careless_step(const PondReservoirOp* op, float leak, float* v,
                          float* scratch) {
  (void)leak;
  scratch[0] = 0.5f;
  v[op->n_feedback] = v[0] > 100.0f ? INFINITY : scratch[0];
  return true;
}

static void planted_kernel_without_a_check_is_seen(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  rig_run(rig, 10, 10);
  PondProgram* program = rig->session->stream->current;
  PondKernels careless = *program->kernels;
  careless.reservoir = careless_step;
  program->kernels = &careless;
  rig->in[0][50] = 1e30f;
  rig_run(rig, 51, 10);
  bool finite = true;
  for (uint32_t i = 0; i < program->n_state; ++i) {
    finite = finite && isfinite(program->state[i]);
  }
  assert_false(finite);  // what hostile_input_leaves_all_finite looks for
  rig_stop(rig);
}

static void guard_limits_and_fades_a_diverging_free_run(void** unused) {
  (void)unused;
  const float ceiling = 0.5f;
  PondModel* model = graph_other_readouts(a, 11, 1, 1e-4);
  Rig* rig = rig_start(model, NULL);
  memset(rig->in, 0, sizeof(rig->in));
  RIG_MUST(pond_session_set_param(rig->session, POND_PARAM_CEILING, ceiling, 0,
                                  &error));
  RIG_MUST(pond_session_set_param(rig->session, POND_PARAM_FEEDBACK_GAIN, 4.0f,
                                  0, &error));
  rig_run(rig, 100, 10);
  for (uint32_t i = 100; i < 400; ++i) {
    rig->in[0][i] = 1e6f;  // drives the output far above what was learned
  }
  rig_run(rig, RIG_FRAMES, 64);
  for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
    assert_true(fabsf(rig->out[0][i]) <= ceiling);
  }
  const PondStats* stats = &rig->session->stream->state.stats;
  assert_true(stats->n_guard_trips >= 1);
  rig_stop(rig);
  pond_model_free(model);
}

static void leak_override_is_that_leak(void** unused) {
  (void)unused;
  PondDesc* desc = NULL;
  PondModel* leaky = NULL;
  PondModel* full = NULL;
  RIG_MUST(pond_desc_premade("headless", &desc, &error));
  RIG_MUST(pond_desc_set(desc, "reservoir_size", "8", &error));
  RIG_MUST(pond_desc_set(desc, "feedback_size", "1", &error));
  RIG_MUST(pond_model_new(desc, 1, &full, &error));
  RIG_MUST(pond_desc_set(desc, "leak_rate", "0.25", &error));
  RIG_MUST(pond_model_new(desc, 1, &leaky, &error));
  Rig* one = rig_start(full, NULL);
  Rig* two = rig_start(leaky, NULL);
  RIG_MUST(
      pond_session_set_param(one->session, POND_PARAM_LEAK, 0.25f, 0, &error));
  rig_run(one, RIG_FRAMES, 64);
  rig_run(two, RIG_FRAMES, 64);
  RIG_SAME(one->out[0], two->out[0], 0, RIG_FRAMES);
  rig_stop(one);
  rig_stop(two);
  pond_model_free(full);
  pond_model_free(leaky);
  pond_desc_free(desc);
}

static void tap_recomputes_to_the_same_state(void** unused) {
  (void)unused;
  for (int graph = 0; graph < GRAPH_COUNT; ++graph) {
    PondModel* model = graph_model(graph, 1, UNITS, 21);
    Rig* rig = rig_start(model, NULL);
    rig->in[0][400] = NAN;
    RIG_MUST(pond_session_set_param(rig->session, POND_PARAM_INPUT_GAIN, 0.5f,
                                    300, &error));
    RIG_MUST(
        pond_session_set_mode(rig->session, POND_MODE_GENERATE, 600, &error));
    rig_run(rig, AT, 64);
    RIG_MUST(pond_session_record(rig->session, true, &error));
    rig_run(rig, RIG_FRAMES, 64);
    const PondRecording* recording = rig->session->recording;
    assert_int_equal(recording->n_rows, RIG_FRAMES - AT);
    PondProgram* program = NULL;
    RIG_MUST(pond_program_new(model, POND_KERNEL_SCALAR, &program, &error));
    memcpy(program->state, recording->state,
           recording->n_state * sizeof(float));
    PondStepCounts counts = {0, 0};
    for (uint64_t i = 0; i < recording->n_rows; ++i) {
      pond_program_step(program, pond_recording_row(recording, i), 0.0f, NULL,
                        &counts);
    }
    const PondProgram* live = rig->session->stream->current;
    assert_memory_equal(program->state, live->state,
                        program->graph->n_vector * sizeof(float));
    pond_program_free(program);
    rig_stop(rig);
    pond_model_free(model);
  }
}

static void dropped_rows_are_counted_and_recording_starts_anew(void** unused) {
  (void)unused;
  const PondSessionConfig config = {.tap_bytes = 4096};
  Rig* rig = rig_start(a, &config);
  RIG_MUST(pond_session_record(rig->session, true, &error));
  rig_run(rig, 500, 500);  // nobody empties the tap meanwhile
  assert_true(rig->session->stream->state.stats.n_tap_drops > 300);
  rig_run(rig, RIG_FRAMES, 10);
  const PondRecording* recording = rig->session->recording;
  assert_int_equal(recording->n_rows, RIG_FRAMES - recording->first_frame);
  assert_true(recording->first_frame >= 500);
  rig_stop(rig);
}

static void snapshot_is_of_exactly_its_frame(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  uint64_t frame = 0;
  rig_run(rig, 10, 10);
  RIG_MUST(pond_session_snapshot(rig->session, 77, &error));
  assert_false(pond_session_snapshot_ready(rig->session, &frame));
  rig_run(rig, 200, 190);
  assert_true(pond_session_snapshot_ready(rig->session, &frame));
  assert_int_equal(frame, 77);
  const uint64_t hash = pond_session_state_hash(rig->session);
  Rig* again = rig_start(a, NULL);
  rig_run(again, 77, 7);
  RIG_MUST(pond_session_snapshot(again->session, 0, &error));
  rig_run(again, 77, 1);
  assert_true(pond_session_snapshot_ready(again->session, &frame));
  assert_true(pond_session_state_hash(again->session) == hash);
  rig_stop(rig);
  rig_stop(again);
}

static void newest_published_state_is_taken_without_a_block(void** unused) {
  (void)unused;
  Rig* rig = rig_start(a, NULL);
  uint64_t frame = 0;
  PondError why;
  assert_int_equal(pond_session_snapshot_newest(rig->session, &why),
                   POND_STATUS_BUSY);
  rig_run(rig, 500, 100);
  RIG_MUST(pond_session_snapshot_newest(rig->session, &error));
  assert_true(pond_session_snapshot_ready(rig->session, &frame));
  assert_int_equal(frame, 500);
  const uint64_t hash = pond_session_state_hash(rig->session);
  RIG_MUST(pond_session_snapshot(rig->session, 0, &error));
  rig_run(rig, 500, 1);
  assert_true(pond_session_state_hash(rig->session) == hash);
  rig_stop(rig);
}

static void ports_may_be_shared_missing_or_too_many(void** unused) {
  (void)unused;
  Rig* run_a = rig_plain(a);
  Rig* rig = rig_start(a, NULL);
  float spare[64] = {1.0f};
  for (uint32_t at = 0; at + 50 <= RIG_FRAMES; at += 50) {
    const float* in[] = {rig->in[0] + at, NULL};
    float* out[] = {rig->in[0] + at, spare, NULL};
    const PondBlock block = {
        .in = in, .out = out, .n_frames = 50, .n_in = 2, .n_out = 3};
    pond_stream_run(pond_session_stream(rig->session), &block);
    assert_true(spare[0] == 0.0f && spare[49] == 0.0f);
  }
  RIG_SAME(rig->in[0], run_a->out[0], 0, RIG_FRAMES);
  rig_stop(run_a);
  rig_stop(rig);
}

// Restores a fresh stream whose frame counter stands at `frame`.
static void set_frame(Rig* rig, uint64_t frame) {
  PondStream* stream = rig->session->stream;
  stream->state.frame = frame;
  stream->state.stats.frame = frame;
  stream->state.next_at_frame = frame;
}

static void counters_may_start_near_any_power_of_two(void** unused) {
  (void)unused;
  static const uint64_t starts[] = {1U << 20U, (1ULL << 31U) - 300,
                                    (1ULL << 32U) - 301, (1ULL << 53U) - 302};
  Rig* first = NULL;
  PondModel* model = graph_other_readouts(a, 9, 7, 0.0);
  for (uint32_t s = 0; s < 4; ++s) {
    Rig* rig = rig_start(model, NULL);
    set_frame(rig, starts[s]);
    RIG_MUST(pond_session_set_mode(rig->session, POND_MODE_GENERATE,
                                   starts[s] + 200, &error));
    rig_run(rig, 250, 25);
    RIG_MUST(pond_session_post(rig->session, b, starts[s] + 310, &error));
    rig_run(rig, RIG_FRAMES, 64);
    assert_true(rig->session->stream->state.frame == starts[s] + RIG_FRAMES);
    assert_int_equal(rig->session->stream->state.stats.n_swaps, 2);
    if (first) {
      RIG_SAME(rig->out[0], first->out[0], 0, RIG_FRAMES);
      rig_stop(rig);
    } else {
      first = rig;
    }
  }
  rig_stop(first);
  pond_model_free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(free_run_feeds_the_output_of_horizon_frames_ago),
      cmocka_unit_test(gains_scale_what_they_name),
      cmocka_unit_test(normaliser_scales_in_and_is_undone_at_the_output),
      cmocka_unit_test(teacher_mode_hears_the_target),
      cmocka_unit_test(missing_sample_follows_the_policy),
      cmocka_unit_test(subnormal_input_is_zero),
      cmocka_unit_test(hostile_input_leaves_all_finite),
      cmocka_unit_test(planted_kernel_without_a_check_is_seen),
      cmocka_unit_test(guard_limits_and_fades_a_diverging_free_run),
      cmocka_unit_test(leak_override_is_that_leak),
      cmocka_unit_test(tap_recomputes_to_the_same_state),
      cmocka_unit_test(dropped_rows_are_counted_and_recording_starts_anew),
      cmocka_unit_test(snapshot_is_of_exactly_its_frame),
      cmocka_unit_test(newest_published_state_is_taken_without_a_block),
      cmocka_unit_test(ports_may_be_shared_missing_or_too_many),
      cmocka_unit_test(counters_may_start_near_any_power_of_two),
  };
  return cmocka_run_group_tests(tests, make_models, free_models);
}
