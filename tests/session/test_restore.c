// SPDX-License-Identifier: ISC
// A stream state that does not fit is refused by name; and every allocation of
// a session made to fail leaves nothing behind and the stream untouched.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing_alloc.h"
#include "graphs.h"
#include "pond/checkpoint.h"
#include "rig.h"
#include "session_core.h"

enum { UNITS = 12, IN_FADE = 125 };

static PondModel* a;
static PondModel* other;

static int make_models(void** unused) {
  (void)unused;
  a = graph_model(GRAPH_CLASSIC, 1, UNITS, 1);
  other = graph_model(GRAPH_DEEP, 1, UNITS, 3);
  return 0;
}

static int free_models(void** unused) {
  (void)unused;
  pond_model_free(a);
  pond_model_free(other);
  return 0;
}

// The snapshot of a rig in the middle of a model fade, with another model and
// an event waiting.
static PondTree* busy_tree(void) {
  PondTree* tree = NULL;
  Rig* rig = rig_start(a, NULL);
  rig_run(rig, 10, 10);
  RIG_MUST(pond_session_post(rig->session, other, 120, &error));
  rig_run(rig, IN_FADE, 5);
  RIG_MUST(pond_session_post(rig->session, a, 500, &error));
  RIG_MUST(
      pond_session_set_param(rig->session, POND_PARAM_MIX, 0.5f, 400, &error));
  RIG_MUST(pond_session_snapshot(rig->session, 0, &error));
  rig_run(rig, IN_FADE, 1);
  RIG_MUST(pond_tree_new(&tree, &error));
  RIG_MUST(pond_session_to_tree(rig->session, tree, &error));
  rig_stop(rig);
  return tree;
}

// A copy of `tree` without tensor `without`, and with `from` replaced by `to`
// in the stream's metadata.
static PondTree* changed(const PondTree* tree, const char* without,
                         const char* from, const char* to) {
  PondTree* copy = NULL;
  char text[16384];
  RIG_MUST(pond_tree_new(&copy, &error));
  for (uint32_t i = 0; i < pond_tree_count(tree); ++i) {
    const PondTensor* tensor = pond_tree_at(tree, i);
    if (!without || strcmp(tensor->name, without) != 0) {
      RIG_MUST(pond_tree_add(copy, tensor, &error));
    }
  }
  for (uint32_t i = 0; i < pond_tree_meta_count(tree); ++i) {
    const char* value = NULL;
    const char* key = pond_tree_meta_at(tree, i, &value);
    const char* at = from ? strstr(value, from) : NULL;
    if (at) {
      (void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - value), value,
                     to, at + strlen(from));
      value = text;
    }
    RIG_MUST(pond_tree_set_meta(copy, key, value, &error));
  }
  return copy;
}

static void expect_refusal(const PondTree* tree, const char* word) {
  Rig* rig = rig_start(NULL, NULL);
  PondError why = {.status = POND_OK};
  const PondStatus status = pond_session_restore(rig->session, tree, &why);
  if (!status || !strstr(why.text, word)) {
    fail_msg("\"%s\", expected to name \"%s\"", status ? why.text : "taken",
             word);
  }
  // Nothing of it has stuck: a good model still starts.
  RIG_MUST(pond_session_post(rig->session, a, 0, &error));
  rig_run(rig, 100, 10);
  assert_int_equal(rig->session->stream->state.stats.n_swaps, 1);
  rig_stop(rig);
}

static void whole_state_is_restored(void** unused) {
  (void)unused;
  PondTree* tree = busy_tree();
  PondTree* again = NULL;
  Rig* rig = rig_start(NULL, NULL);
  RIG_MUST(pond_session_restore(rig->session, tree, &error));
  rig->frame = IN_FADE;
  RIG_MUST(pond_session_snapshot(rig->session, 0, &error));
  rig_run(rig, IN_FADE, 1);
  RIG_MUST(pond_tree_new(&again, &error));
  RIG_MUST(pond_session_to_tree(rig->session, again, &error));
  assert_int_equal(pond_tree_count(again), pond_tree_count(tree));
  for (uint32_t i = 0; i < pond_tree_count(tree); ++i) {
    const PondTensor* one = pond_tree_at(tree, i);
    const PondTensor* two = pond_tree_find(again, one->name);
    assert_non_null(two);
    assert_int_equal(one->size_bytes, two->size_bytes);
    assert_memory_equal(one->data, two->data, one->size_bytes);
  }
  const PondStreamState* state = &rig->session->stream->state;
  assert_int_equal(state->fade_kind, POND_FADE_MODEL);
  assert_int_equal(state->n_pending, 1);
  assert_int_not_equal(state->program[POND_ROLE_NEXT], 0);
  pond_tree_free(tree);
  pond_tree_free(again);
  rig_stop(rig);
}

static const char* const WITHOUT[] = {"reservoir_states/A",
                                      "node_values/input",
                                      "stream/delay",
                                      "stream/last_good",
                                      "old/reservoir_states/A",
                                      "next/stream/last_out",
                                      "A.weight_hh",
                                      "old/Y.weight"};
static const char* const EDITS[][3] = {
    {"\"mode\":0", "\"mode\":9", "mode"},
    {"\"mode\":0", "\"mode\":0.5", "mode"},
    {"\"fade_kind\":2", "\"fade_kind\":0", "fade"},
    {"\"fade_kind\":2", "\"fade_kind\":1", "fade"},
    {"\"fade_kind\":2", "\"fade_kind\":77", "fade_kind"},
    {"\"frame\":125", "\"frame\":-1", "frame"},
    {"\"frame\":125", "\"frame\":1e3", "frame"},
    {"\"guard_frames\":10", "\"guard_frames\":0", "guard_frames"},
    {"\"fade_frames\":10", "\"fade_frames\":0", "fade_frames"},
    {"\"k\":0", "\"k\":\"x\"", "params"},
    {"\"kind\":0", "\"kind\":50", "pending"},
    {"\"at\":400", "\"at\":-5", "pending"},
    {"\"programs\":[", "\"programs\":[7,", "programs"},
    {"\"programs\":[2,1,3]", "\"programs\":[2,2,3]", "twice"},
    {"\"programs\":[2,1,3]", "\"programs\":[0,1,3]", "fade"},
    {"\"missing\":0", "\"missing\":3", "missing"},
    {"\"mute\":{", "\"loud\":{", "mute"},
    {"{\"frame\"", "{\"frame\":1,\"frame\"", "duplicate"}};

static void state_that_does_not_fit_is_refused_by_name(void** unused) {
  (void)unused;
  PondTree* tree = busy_tree();
  for (size_t i = 0; i < sizeof(WITHOUT) / sizeof(WITHOUT[0]); ++i) {
    PondTree* bad = changed(tree, WITHOUT[i], NULL, NULL);
    expect_refusal(bad, WITHOUT[i]);
    pond_tree_free(bad);
  }
  for (size_t i = 0; i < sizeof(EDITS) / sizeof(EDITS[0]); ++i) {
    PondTree* bad = changed(tree, NULL, EDITS[i][0], EDITS[i][1]);
    expect_refusal(bad, EDITS[i][2]);
    pond_tree_free(bad);
  }
  PondTree* bare = changed(tree, NULL, NULL, NULL);
  RIG_MUST(pond_tree_set_meta(bare, "pond.stream", NULL, &error));
  expect_refusal(bare, "no stream state");
  pond_tree_free(bare);
  pond_tree_free(tree);
}

static void state_that_is_not_finite_is_refused(void** unused) {
  (void)unused;
  static const char* const names[] = {"reservoir_states/A", "stream/delay",
                                      "node_values/Y", "stream/last_good"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
    PondTree* tree = busy_tree();
    float* values = (float*)(uintptr_t)pond_tree_find(tree, names[i])->data;
    values[0] = i % 2 ? NAN : INFINITY;
    expect_refusal(tree, names[i]);
    pond_tree_free(tree);
  }
}

static void state_of_another_numerics_is_refused(void** unused) {
  (void)unused;
  PondTree* tree = busy_tree();
  RIG_MUST(pond_tree_set_meta(tree, "pond.numerics", "99", &error));
  expect_refusal(tree, "numerics contract 99");
  pond_tree_free(tree);
}

// Everything a session does that allocates, from new to free.
static void live(void* context) {
  PondError error;
  PondSession* session = NULL;
  PondTree* tree = NULL;
  float in[32] = {0.25f};
  float out[32];
  const float* ins[] = {in};
  float* outs[] = {out};
  const PondBlock block = {
      .in = ins, .out = outs, .n_frames = 32, .n_in = 1, .n_out = 1};
  const PondSessionConfig config = {.rate_hz = 1000.0, .tap_bytes = 65536};
  const PondRidgeConfig ridge = {.alpha = 1e-3, .horizon = 1};
  bool good = !pond_session_new(&config, &session, &error);
  good = good && !pond_session_post(session, a, 0, &error);
  good = good && !pond_session_record(session, true, &error);
  for (int i = 0; i < 4 && session; ++i) {
    pond_stream_run(pond_session_stream(session), &block);
    for (int k = 0; k < 32; ++k) {  // whatever failed, the stream is right
      if (!isfinite(out[k])) {
        *(bool*)context = true;
      }
    }
    pond_session_service(session);
    if (good && i == 1) {
      good = !pond_session_post(session, other, 0, &error);
    }
  }
  good = good && !pond_session_train(session, &ridge, &error);
  PondJob* job = session ? pond_session_next_job(session) : NULL;
  good = good && job && !pond_job_run(job, &error);
  good = good && !pond_session_snapshot(session, 0, &error);
  if (session) {
    pond_stream_run(pond_session_stream(session), &block);
    pond_session_service(session);
  }
  if (good && !pond_tree_new(&tree, &error)) {
    (void)!pond_session_to_tree(session, tree, &error);
  }
  pond_session_free(session);
  pond_tree_free(tree);
}

static void restore(void* context) {
  PondError error;
  PondSession* session = NULL;
  const PondSessionConfig config = {.rate_hz = 1000.0, .tap_bytes = 65536};
  if (!pond_session_new(&config, &session, &error)) {
    (void)!pond_session_restore(session, (const PondTree*)context, &error);
  }
  pond_session_free(session);
}

// jansson's text is freed here but allocated where it does not count.
static void judge_restore(void* context, bool failed, int64_t alive) {
  (void)context;
  (void)failed;
  if (alive > 0) {
    fail_msg("allocation %llu failed: %lld are left",
             (unsigned long long)failing_alloc_count(), (long long)alive);
  }
}

static void judge(void* context, bool failed, int64_t alive) {
  (void)failed;
  assert_false(*(bool*)context);
  if (alive != 0) {
    fail_msg("allocation %llu failed: %lld are left",
             (unsigned long long)failing_alloc_count(), (long long)alive);
  }
}

static void every_allocation_may_fail(void** unused) {
  (void)unused;
  bool wrong = false;
  failing_alloc_jansson(true);
  const uint64_t n = failing_alloc_each(live, judge, &wrong);
  failing_alloc_jansson(false);
  print_message("%llu allocations made to fail\n", (unsigned long long)n);
  assert_true(n >= 100);
}

static void every_allocation_of_a_restore_may_fail(void** unused) {
  (void)unused;
  PondTree* tree = busy_tree();
  const uint64_t n = failing_alloc_each(restore, judge_restore, tree);
  print_message("%llu allocations made to fail\n", (unsigned long long)n);
  assert_true(n >= 20);
  pond_tree_free(tree);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_state_is_restored),
      cmocka_unit_test(state_that_does_not_fit_is_refused_by_name),
      cmocka_unit_test(state_that_is_not_finite_is_refused),
      cmocka_unit_test(state_of_another_numerics_is_refused),
      cmocka_unit_test(every_allocation_may_fail),
      cmocka_unit_test(every_allocation_of_a_restore_may_fail),
  };
  return cmocka_run_group_tests(tests, make_models, free_models);
}
