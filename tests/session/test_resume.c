// SPDX-License-Identifier: ISC
// The promise: a stream that was cut, saved to a file and resumed gives the
// bits of the one that was not, for any cut, block size and kernel.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "graphs.h"
#include "plan.h"
#include "pond/engine.h"
#include "same_bits.h"
#include "session_core.h"
#include "test_folder.h"

enum { CASES = 250, FRAMES = 1200 };

/// Where the cuts fell.
typedef struct {
  uint32_t cuts, fade, ramp, generate, delay, pending, waiting, inside;
  uint32_t by_graph[GRAPH_COUNT];
  uint32_t by_signal[3];
  uint32_t other_kernel;
  uint64_t blocks;
} Mix;

static void count_cut(const PlanRun* run, Mix* mix) {
  const PondStreamState* state = &run->session->stream->state;
  bool ramp = state->mode_mix.k < state->mode_mix.length ||
              state->mute.k < state->mute.length ||
              state->guard.k < state->guard.length;
  for (uint32_t i = 0; i < POND_PARAM_COUNT; ++i) {
    ramp |= state->params[i].k < state->params[i].length;
  }
  const bool fade = state->fade_kind != POND_FADE_NONE;
  const bool generate = state->mode == POND_MODE_GENERATE;
  const bool delay = generate && run->session->stream->current->horizon > 1;
  mix->cuts += 1;
  mix->fade += fade;
  mix->ramp += ramp;
  mix->generate += generate;
  mix->delay += delay;
  mix->pending += state->n_pending > 0;
  mix->waiting += state->program[POND_ROLE_NEXT] != 0;
  mix->inside += fade || ramp || generate;
}

// Odd starting states: -0, subnormal, saturated, by turns.
static void make_odd(PondTree* tree) {
  static const float odd[] = {-0.0f, 1e-40f, 1.0f, -1.0f, -1e-42f, 0.0f};
  for (uint32_t t = 0; t < pond_tree_count(tree); ++t) {
    const PondTensor* tensor = pond_tree_at(tree, t);
    if (strncmp(tensor->name, "reservoir_states/", 17) == 0) {
      float* values = (float*)(uintptr_t)tensor->data;
      for (size_t i = 0; i < tensor->size_bytes / sizeof(float); ++i) {
        values[i] = odd[i % 6];
      }
    }
  }
}

static PondTree* odd_start(const Plan* plan) {
  PlanRun run = plan_start(plan, (PlanHow){POND_KERNEL_SCALAR, 1, 1});
  PondTree* tree = plan_snapshot(&run);
  plan_stop(&run);
  make_odd(tree);
  return tree;
}

// Through a file, as a real resume.
static PondTree* through_file(PondTree* tree, const char* path) {
  PondError error;
  PondTree* read = NULL;
  if (pond_tree_save(tree, path, &error) ||
      pond_tree_load(path, NULL, &read, &error)) {
    fail_msg("%s", error.text);
  }
  pond_tree_free(tree);
  return read;
}

static PondKernelId draw_kernel(uint64_t* seed) {
  const PondKernelId kernel =
      plan_below(seed, 2) ? POND_KERNEL_SCALAR : pond_kernel_best();
  return kernel;
}

// Cuts fall near events more often than elsewhere: within the next fade.
static uint64_t draw_cut(const Plan* plan, uint64_t after, uint64_t* seed) {
  const PlanEvent* event = &plan->events[plan_below(seed, plan->n_events)];
  const uint32_t fade = (uint32_t)(0.01 * plan->signal->rate_hz) + 2;
  uint64_t cut = plan_below(seed, 4) ? event->frame + plan_below(seed, fade)
                                     : plan_below(seed, plan->n_frames);
  return cut <= after || cut >= plan->n_frames ? after + 1 : cut;
}

// Index of the first value from `from` on whose bits differ; n if none.
static size_t first_difference(const float* a, const float* b, size_t from,
                               size_t n) {
  size_t i = from;
  while (i < n && same_bits(&a[i], &b[i], sizeof(float))) {
    i += 1;
  }
  return i;
}

static void compare(const Plan* plan, const float* a, const float* b,
                    const char* what) {
  const size_t n = (size_t)plan->n_frames * plan->n_out;
  const size_t i = first_difference(a, b, 0, n);
  if (i < n) {
    fail_msg("seed %llu: %s differs at frame %zu: %.9g and %.9g",
             (unsigned long long)plan->seed, what, i / plan->n_out,
             (double)a[i], (double)b[i]);
  }
}

static PlanRun resume_anyhow(const Plan* plan, const PondTree* tree,
                             uint32_t next_event, PondKernelId kernel,
                             uint64_t* seed) {
  const uint64_t blocks = plan_draw(seed);
  const uint32_t max_block = 1U << plan_below(seed, 14);
  return plan_resume(plan, tree, next_event,
                     (PlanHow){kernel, blocks, max_block});
}

static void run_cut(const Plan* plan, const PondTree* start, uint64_t seed,
                    float* out, Mix* mix) {
  char path[128];
  (void)snprintf(path, sizeof(path), "%s/pond_resume_%d.safetensors",
                 test_folder(), (int)getpid());
  const uint32_t n_cuts = 1 + plan_below(&seed, 3);
  PondKernelId kernel = draw_kernel(&seed);
  PlanRun run = resume_anyhow(plan, start, 0, kernel, &seed);
  for (uint32_t i = 0; i < n_cuts && run.frame + 2 < plan->n_frames; ++i) {
    plan_run(&run, draw_cut(plan, run.frame, &seed), out);
    count_cut(&run, mix);
    PondTree* tree = through_file(plan_snapshot(&run), path);
    const uint32_t next_event = run.next_event;
    mix->blocks += run.n_blocks;
    plan_stop(&run);
    const PondKernelId other = draw_kernel(&seed);
    mix->other_kernel += other != kernel;
    kernel = other;
    run = resume_anyhow(plan, tree, next_event, kernel, &seed);
    pond_tree_free(tree);
  }
  plan_run(&run, plan->n_frames, out);
  mix->blocks += run.n_blocks;
  plan_stop(&run);
  (void)unlink(path);
}

static void one_case(uint64_t seed, int graph, const Signal* signal, Mix* mix) {
  Plan plan = plan_make(seed, graph, signal, FRAMES);
  const size_t n = (size_t)plan.n_frames * plan.n_out;
  float* whole = (float*)calloc(n, sizeof(float));
  float* cut = (float*)calloc(n, sizeof(float));
  PondTree* start = odd_start(&plan);
  PlanRun run =
      plan_resume(&plan, start, 0, (PlanHow){POND_KERNEL_SCALAR, 7, 64});
  plan_run(&run, plan.n_frames, whole);
  plan_stop(&run);
  run_cut(&plan, start, seed ^ 0x5555, cut, mix);
  compare(&plan, whole, cut, "the resumed stream");
  pond_tree_free(start);
  free(whole);
  free(cut);
  plan_free(&plan);
}

static void print_mix(const Mix* mix) {
  print_message(
      "%u cuts: %u in a fade, %u in a ramp, %u in free run (%u with a delay), "
      "%u with events waiting, %u with a model waiting; %u inside any; %u to "
      "another kernel; %llu blocks\n",
      mix->cuts, mix->fade, mix->ramp, mix->generate, mix->delay, mix->pending,
      mix->waiting, mix->inside, mix->other_kernel,
      (unsigned long long)mix->blocks);
}

static Signal signals[3];

static void resumed_stream_has_the_same_bits(void** unused) {
  (void)unused;
  Mix mix = {0};
  for (uint32_t i = 0; i < CASES; ++i) {
    const int graph = (int)(i % GRAPH_COUNT);
    const uint32_t s = i / GRAPH_COUNT % 3;
    if (!signals[s].data) {
      continue;
    }
    one_case(1000 + i, graph, &signals[s], &mix);
    mix.by_graph[graph] += 1;
    mix.by_signal[s] += 1;
  }
  print_mix(&mix);
  assert_true(mix.cuts >= 200);
  assert_true(3 * mix.inside >= mix.cuts);
  assert_true(mix.fade >= 20 && mix.ramp >= 20);
  assert_true(mix.generate >= 20 && mix.delay >= 10);
  assert_true(mix.pending >= 20 && mix.waiting >= 5);
  for (int g = 0; g < GRAPH_COUNT; ++g) {
    assert_true(mix.by_graph[g] >= 20);
  }
}

// One bit of one unit's state, lost between save and load.
static void lose_a_bit(PondTree* tree) {
  for (uint32_t t = 0; t < pond_tree_count(tree); ++t) {
    const PondTensor* tensor = pond_tree_at(tree, t);
    if (strncmp(tensor->name, "reservoir_states/", 17) == 0) {
      uint32_t bits = 0;
      unsigned char* first = (unsigned char*)(uintptr_t)tensor->data;
      memcpy(&bits, first, sizeof(bits));
      bits ^= 1U << 12U;
      memcpy(first, &bits, sizeof(bits));
      return;
    }
  }
}

static void planted_loss_of_a_bit_is_seen(void** unused) {
  (void)unused;
  uint32_t seen = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Plan plan = plan_make(seed, GRAPH_CLASSIC, &signals[2], FRAMES);
    const size_t n = (size_t)plan.n_frames * plan.n_out;
    float* whole = (float*)calloc(n, sizeof(float));
    float* cut = (float*)calloc(n, sizeof(float));
    PlanRun run = plan_start(&plan, (PlanHow){POND_KERNEL_SCALAR, 7, 64});
    plan_run(&run, plan.n_frames, whole);
    plan_stop(&run);
    run = plan_start(&plan, (PlanHow){POND_KERNEL_SCALAR, 7, 64});
    plan_run(&run, 30, cut);
    PondTree* tree = plan_snapshot(&run);
    const uint32_t next_event = run.next_event;
    plan_stop(&run);
    lose_a_bit(tree);
    run = plan_resume(&plan, tree, next_event,
                      (PlanHow){POND_KERNEL_SCALAR, 9, 64});
    plan_run(&run, plan.n_frames, cut);
    plan_stop(&run);
    seen += first_difference(whole, cut, 30 * plan.n_out, n) < n;
    pond_tree_free(tree);
    free(whole);
    free(cut);
    plan_free(&plan);
  }
  print_message("%u of 20 lost bits seen\n", seen);
  assert_true(seen >= 15);  // a reset or a mute may hide it
}

static int load_signals(void** unused) {
  (void)unused;
  signals[0] = signal_from_wav(POND_TEST_ECG, 2000, FRAMES);
  signals[1] =
      signal_from_wav("/usr/share/sounds/alsa/Front_Center.wav", 20000, FRAMES);
  signals[2] = signal_lorenz(FRAMES);
  if (!signals[0].data || signals[0].n_frames < FRAMES) {
    print_message("cannot read %s\n", POND_TEST_ECG);
    return 1;
  }
  if (!signals[1].data) {
    print_message(
        "skipped: speech (install alsa-utils for Front_Center.wav)\n");
  }
  return 0;
}

static int free_signals(void** unused) {
  (void)unused;
  for (int i = 0; i < 3; ++i) {
    signal_free(&signals[i]);
  }
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(resumed_stream_has_the_same_bits),
      cmocka_unit_test(planted_loss_of_a_bit_is_seen),
  };
  return cmocka_run_group_tests(tests, load_signals, free_signals);
}
