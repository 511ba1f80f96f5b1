// SPDX-License-Identifier: ISC
// ThreadSanitizer over a stream that plays while it is worked on: an audio
// thread, a control thread that posts, sends, snapshots, saves and trains, a
// second one that asks and sets through the command table, and one that runs
// the jobs. No race; what is planted is found. A find makes the exit status 66.
// The kernel is the scalar one: the sanitizer does not see wide loads.
#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "planted.h"
#include "session_core.h"
#include "test_folder.h"

enum { FOUND = 66, MESSAGE_BYTES = 1 << 16, PATH_BYTES = 256 };

static Load load;
static atomic_bool stop;
static atomic_uint n_jobs;
static uint64_t n_blocks;  // the audio thread's until it is joined

static void* play(void* unused) {
  while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
    const PondBlock block = load_next_block(&load);
    pond_stream_run(pond_session_stream(load.session), &block);
    n_blocks++;
  }
  return unused;
}

static void* work(void* unused) {
  while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
    PondError error;
    PondJob* job = pond_session_next_job(load.session);
    if (job != NULL && pond_job_run(job, &error) == POND_OK) {
      (void)atomic_fetch_add_explicit(&n_jobs, 1, memory_order_relaxed);
    }
    (void)sched_yield();
  }
  return unused;
}

static void ignore(void* context, const PondArg* values, uint32_t n) {
  (void)context;
  (void)values;
  (void)n;
}

// Every command that needs no argument, and a parameter, by turns.
static void* ask(void* unused) {
  for (uint32_t i = 0; !atomic_load_explicit(&stop, memory_order_relaxed);
       i++) {
    PondError error;
    PondStats stats;
    const PondCommandInfo* info = pond_command_info(i % pond_command_count());
    if (info->types[0] == '\0' && strcmp(info->name, "quit") != 0) {
      (void)!pond_session_command(
          load.session,
          &(const PondCommandLine){info->name, NULL, 0, ignore, NULL}, &error);
    }
    (void)!pond_session_set_param(load.session, POND_PARAM_MIX,
                                  (float)(i % 9) / 9.0f, 0, &error);
    pond_session_stats(load.session, &stats);
    pond_model_free(pond_session_model(load.session));
    (void)sched_yield();
  }
  return unused;
}

/// What the control thread wants to have seen before it stops.
typedef struct {
  uint64_t n_swaps;
  uint64_t n_snapshots;
  uint64_t n_saves;
  uint64_t n_jobs;
  uint64_t n_blocks;
} Seen;

static bool seen_enough(const Seen* seen) {
  return seen->n_swaps >= 60 && seen->n_snapshots >= 60 && seen->n_saves >= 5 &&
         seen->n_jobs >= 3 && seen->n_blocks >= 5000;
}

static void look(Seen* seen) {
  PondStats stats;
  pond_session_stats(load.session, &stats);
  seen->n_swaps = stats.n_swaps;
  seen->n_blocks = stats.n_blocks;
  seen->n_snapshots = load.counts.n_snapshots;
  seen->n_jobs = atomic_load_explicit(&n_jobs, memory_order_relaxed);
}

static void train(uint32_t round) {
  PondError error;
  const PondRidgeConfig config = {.alpha = 1e-3, .washout = 10, .horizon = 1};
  if (round % 40 == 0 && pond_session_recorded(load.session) > 500) {
    (void)!pond_session_train(load.session, &config, &error);
  }
}

static void control(const char* folder, Seen* seen) {
  enum { ROUNDS = 1000000 };
  char path[PATH_BYTES];
  PondError error;
  (void)snprintf(path, sizeof path, "%s/save.safetensors", folder);
  for (uint32_t round = 0; round < ROUNDS && !seen_enough(seen); round++) {
    load_control(&load);
    train(round);
    if (round % 50 == 0 && pond_session_snapshot_ready(load.session, NULL)) {
      seen->n_saves += pond_session_save(load.session, path, &error) == POND_OK;
    }
    look(seen);
    (void)sched_yield();
  }
}

// The folder and the files in it.
static void remove_folder(const char* folder) {
  char path[4 * PATH_BYTES];
  DIR* files = opendir(folder);
  struct dirent* file = NULL;
  while (files != NULL && (file = readdir(files)) != NULL) {
    (void)snprintf(path, sizeof path, "%s/%s", folder, file->d_name);
    (void)unlink(path);
  }
  if (files != NULL) {
    (void)closedir(files);
  }
  (void)rmdir(folder);
}

static void with_all_threads(const char* folder, Seen* seen) {
  void* (*const calls[])(void*) = {play, work, ask};
  pthread_t threads[3];
  for (int i = 0; i < 3; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, calls[i], NULL), 0);
  }
  control(folder, seen);
  atomic_store_explicit(&stop, true, memory_order_relaxed);
  for (int i = 0; i < 3; i++) {
    (void)pthread_join(threads[i], NULL);
  }
}

static void a_stream_at_work_has_no_race(void** state) {
  (void)state;
  char folder[PATH_BYTES];
  char journal[2 * PATH_BYTES];
  PondError error;
  Seen seen = {0};
  (void)snprintf(folder, sizeof folder, "%s/pond_race_XXXXXX", test_folder());
  assert_non_null(mkdtemp(folder));
  (void)snprintf(journal, sizeof journal, "%s/journal", folder);
  load_start(&load, POND_KERNEL_SCALAR, 24, 32);
  assert_int_equal(pond_session_journal_open(load.session, journal, &error), 0);
  with_all_threads(folder, &seen);
  (void)!pond_session_journal_close(load.session, &error);
  load_stop(&load);
  (void)snprintf(journal, sizeof journal, "%s/journal.d", folder);
  remove_folder(journal);
  remove_folder(folder);
  print_message(
      "%llu blocks, %llu swaps, %llu snapshots, %llu saves, %llu trainings\n",
      (unsigned long long)n_blocks, (unsigned long long)seen.n_swaps,
      (unsigned long long)seen.n_snapshots, (unsigned long long)seen.n_saves,
      (unsigned long long)seen.n_jobs);
  assert_true(seen_enough(&seen));
}

// ---- What is planted: each a plain access that nothing orders.
static uint32_t n_steps;
static volatile uint64_t sink;

static void count_step(void) { n_steps++; }
static void peek_counter(void) { sink = n_steps; }
static void peek_frame(void) {
  sink = pond_stream_frame(pond_session_stream(load.session));
}
static void peek_state(void) {
  float* x = load.session->held[0].program->state;
  sink = x[0] > 0.0f;
}
static void write_sealed(void) {
  const PondReadoutOp* readout = load.session->held[0].program->readouts;
  float* w = (float*)(uintptr_t)readout->w;
  w[0] = 0.5f;
}
static void write_slot(void) { load.session->stream->slot_frame = 0; }
static void peek_ring(void) {
  const PondRing* ring = &load.session->stream->journal;
  for (size_t i = 0; i < ring->mask; i += sizeof(PondEvent)) {
    sink = ring->memory[i];
  }
}
static void peek_published(void) {
  for (int i = 0; i < 3; i++) {
    sink = load.session->stream->published[i].state.frame;
  }
}

/// A planted race: what control does while the audio thread plays.
typedef struct {
  const char* name;
  void (*act)(void);
} Planted;

static const Planted planted[] = {
    {"counter", peek_counter},     {"frame", peek_frame},
    {"state", peek_state},         {"sealed", write_sealed},
    {"slot_request", write_slot},  {"ring_memory", peek_ring},
    {"published", peek_published},
};
enum { N_PLANTED = sizeof planted / sizeof planted[0] };

static int run_planted(const Planted* race) {
  enum { ROUNDS = 300 };
  pthread_t audio;
  load_start(&load, POND_KERNEL_SCALAR, 8, 16);
  planted_in_kernel(&load, count_step);
  (void)pthread_create(&audio, NULL, play, NULL);
  for (int i = 0; i < ROUNDS; i++) {
    PondError error;
    if (!load.asked || pond_session_snapshot_ready(load.session, NULL)) {
      load.asked = pond_session_snapshot(load.session, 0, &error) == POND_OK;
    }
    race->act();
    (void)!pond_session_set_param(load.session, POND_PARAM_MIX, 0.5f, 0,
                                  &error);
    (void)sched_yield();
  }
  atomic_store_explicit(&stop, true, memory_order_relaxed);
  (void)pthread_join(audio, NULL);
  return 0;
}

static void each_planted_race_is_found(void** state) {
  (void)state;
  static char output[MESSAGE_BYTES];
  uint32_t n_found = 0;
  for (uint32_t i = 0; i < N_PLANTED; i++) {
    const int status = planted_run(planted[i].name, output, sizeof output);
    const bool found = status == FOUND && strstr(output, "data race") != NULL &&
                       strstr(output, "pond_stream_run") != NULL;
    print_message("%s: %s\n", planted[i].name, found ? "found" : "MISSED");
    n_found += found;
  }
  assert_int_equal(n_found, N_PLANTED);
}

int main(int argc, char** argv) {
  for (uint32_t i = 0; argc == 2 && i < N_PLANTED; i++) {
    if (strcmp(argv[1], planted[i].name) == 0) {
      return run_planted(&planted[i]);
    }
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_planted_race_is_found),
      cmocka_unit_test(a_stream_at_work_has_no_race),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
