// SPDX-License-Identifier: ISC
// A stream in a process of its own, killed at any instant after a saved state:
// this process goes on from the file, with the bits of the run that was never
// stopped. As "test_killed_stream child ..." this program is the one that is
// killed.
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "graphs.h"
#include "plan.h"
#include "pond/engine.h"
#include "same_bits.h"
#include "test_folder.h"

enum { KILLS = 30, FRAMES = 4000, PATH = 160 };

extern char** environ;
static const char* program;

static void saved_path(char* path, const char* folder, uint64_t frame) {
  (void)snprintf(path, PATH, "%s/%llu", folder, (unsigned long long)frame);
}

static Plan make_plan(uint64_t seed, Signal* signal) {
  *signal = signal_lorenz(FRAMES);
  return plan_make(seed, (int)(seed % GRAPH_COUNT), signal, FRAMES);
}

// Saves the run's state; the file's name says how many events went before.
static void save(PlanRun* run, const char* path) {
  PondError error;
  char next_event[16];
  PondTree* tree = plan_snapshot(run);
  (void)snprintf(next_event, sizeof(next_event), "%u", run->next_event);
  if (pond_tree_set_meta(tree, "test.next_event", next_event, &error) ||
      pond_tree_save(tree, path, &error)) {
    (void)fprintf(stderr, "child: %s\n", error.text);
    exit(3);
  }
  pond_tree_free(tree);
}

// The child: run and save for ever; the parent ends it.
static int be_killed(uint64_t seed, const char* path) {
  Signal signal;
  const Plan plan = make_plan(seed, &signal);
  float* out = (float*)calloc((size_t)FRAMES * plan.n_out, sizeof(float));
  uint64_t draws = seed + 99;
  for (;;) {
    PlanRun run = plan_start(&plan, (PlanHow){POND_KERNEL_AUTO, seed, 100});
    while (run.frame < FRAMES) {
      const uint64_t end = run.frame + 1 + plan_below(&draws, 200);
      plan_run(&run, end < FRAMES ? end : FRAMES, out);
      save(&run, path);
    }
    plan_stop(&run);
  }
  return 0;
}

static pid_t spawn_child(uint64_t seed, const char* path) {
  char text[24];
  pid_t child = 0;
  (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)seed);
  char* const args[] = {(char*)(uintptr_t)program, (char*)(uintptr_t)"child",
                        text, (char*)(uintptr_t)path, NULL};
  assert_int_equal(posix_spawn(&child, program, NULL, NULL, args, environ), 0);
  return child;
}

// Waits for the first file, then a random while, then kills.
static void kill_at_random(pid_t child, const char* path, uint64_t* draws) {
  struct timespec nap = {0, 200000};
  int status = 0;
  for (int i = 0; access(path, R_OK) != 0; ++i) {
    assert_int_equal(waitpid(child, &status, WNOHANG), 0);
    assert_true(i < 100000);
    nanosleep(&nap, NULL);
  }
  nap.tv_nsec = (long)plan_below(draws, 8000000);
  nanosleep(&nap, NULL);
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

// Goes on from the file to the end and compares with `whole`; returns the frame
// it began at.
static uint64_t resume(const Plan* plan, const char* path, const float* whole) {
  PondError error;
  PondTree* tree = NULL;
  float* out = (float*)calloc((size_t)FRAMES * plan->n_out, sizeof(float));
  if (pond_tree_load(path, NULL, &tree, &error)) {
    fail_msg("%s", error.text);
  }
  const char* next_event = pond_tree_meta(tree, "test.next_event");
  assert_non_null(next_event);
  PlanRun run = plan_resume(plan, tree, (uint32_t)strtoul(next_event, NULL, 10),
                            (PlanHow){POND_KERNEL_SCALAR, plan->seed + 5, 777});
  const uint64_t from = run.frame;
  plan_run(&run, FRAMES, out);
  const size_t at = (size_t)from * plan->n_out;
  const size_t n = (size_t)FRAMES * plan->n_out - at;
  if (!same_bits(out + at, whole + at, n * sizeof(float))) {
    fail_msg("seed %llu, resumed at frame %llu: other bits",
             (unsigned long long)plan->seed, (unsigned long long)from);
  }
  plan_stop(&run);
  pond_tree_free(tree);
  free(out);
  return from;
}

static void killed_stream_goes_on_in_another_process(void** unused) {
  (void)unused;
  char path[PATH];
  uint64_t draws = 17;
  uint64_t different = 0;
  uint64_t last = 0;
  saved_path(path, test_folder(), (uint64_t)getpid());
  for (uint64_t seed = 1; seed <= KILLS; ++seed) {
    Signal signal;
    Plan plan = make_plan(seed, &signal);
    float* whole = (float*)calloc((size_t)FRAMES * plan.n_out, sizeof(float));
    PlanRun run = plan_start(&plan, (PlanHow){POND_KERNEL_SCALAR, 3, 64});
    plan_run(&run, FRAMES, whole);
    plan_stop(&run);
    (void)unlink(path);
    kill_at_random(spawn_child(seed, path), path, &draws);
    const uint64_t from = resume(&plan, path, whole);
    different += from != last;
    last = from;
    free(whole);
    plan_free(&plan);
    signal_free(&signal);
  }
  (void)unlink(path);
  print_message("%d kills, %llu times at another frame than before\n", KILLS,
                (unsigned long long)different);
  assert_true(different >= KILLS / 2);
}

int main(int argc, char** argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(killed_stream_goes_on_in_another_process),
  };
  program = argv[0];
  if (argc == 4 && strcmp(argv[1], "child") == 0) {
    return be_killed(strtoull(argv[2], NULL, 10), argv[3]);
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
