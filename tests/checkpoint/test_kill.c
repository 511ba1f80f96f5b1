// SPDX-License-Identifier: ISC
// A writer killed at random instants: the file is the last acknowledged version
// or the one after it, whole. Starts processes; one thread.
#include "pond/checkpoint.h"
#include "scratch.h"
#include "tree_tools.h"

#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { CI_KILLS = 200, TENSOR_BYTES = 400000 };

// The working of one loop of kills.
typedef struct {
  char folder[SCRATCH_PATH];
  char path[SCRATCH_PATH];
  const char* mode;
  uint64_t random;
  uint32_t acknowledged;  // the last version that a writer said it had saved
  uint64_t save_ns;       // the shortest time that a save took
  uint32_t kills, newer, temporaries, damaged;
} Loop;

// SplitMix64 (Steele, Lea, Flood 2014): which instants, from a fixed seed.
static uint64_t next_random(Loop* loop) {
  uint64_t z = loop->random += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

static pid_t start_writer(const Loop* loop, int* acks) {
  int ends[2] = {-1, -1};
  char first[16];
  pid_t child = -1;
  posix_spawn_file_actions_t actions;
  (void)snprintf(first, sizeof(first), "%u", loop->acknowledged + 1);
  const char* const arguments[] = {"kill_writer", loop->path, first, loop->mode,
                                   NULL};
  char* const environment[] = {NULL};
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
  (void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  (void)posix_spawn_file_actions_addclose(&actions, ends[0]);
  (void)posix_spawn_file_actions_addclose(&actions, ends[1]);
  assert_int_equal(posix_spawn(&child, POND_KILL_WRITER, &actions, NULL,
                               (char* const*)arguments, environment),
                   0);
  (void)posix_spawn_file_actions_destroy(&actions);
  (void)close(ends[1]);
  *acks = ends[0];
  return child;
}

// Takes one message: a save begins, or is acknowledged; false at the writer's
// end.
static bool take_message(Loop* loop, int acks) {
  uint32_t number = 0;
  if (read(acks, &number, sizeof(number)) != (ssize_t)sizeof(number)) {
    return false;
  }
  assert_int_equal(number / 2, loop->acknowledged + 1);
  loop->acknowledged += number % 2;
  return true;
}

static uint64_t now_ns(void) {
  struct timespec time = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

// An instant after 0 to 3 whole saves and the beginning of another: up to 1.5
// times as long as the shortest of them took.
static void await_instant(Loop* loop, int acks) {
  const uint64_t n_saves = next_random(loop) % 4;
  assert_true(take_message(loop, acks));
  uint64_t begin = now_ns();
  for (uint64_t i = 0; i < n_saves; ++i) {
    assert_true(take_message(loop, acks));
    const uint64_t took = now_ns() - begin;
    loop->save_ns = took < loop->save_ns ? took : loop->save_ns;
    assert_true(take_message(loop, acks));
    begin = now_ns();
  }
  const uint64_t wait = next_random(loop) % (loop->save_ns * 3 / 2 + 1);
  while (now_ns() - begin < wait) {
  }
}

static void kill_once(Loop* loop) {
  int acks = -1;
  int status = 0;
  const pid_t child = start_writer(loop, &acks);
  await_instant(loop, acks);
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  while (take_message(loop, acks)) {
  }
  (void)close(acks);
  ++loop->kills;
}

// The version that the file holds; 0: none, or no whole one.
static uint32_t version_of(const Loop* loop, uint32_t low, uint32_t high) {
  PondTree* tree = NULL;
  uint32_t found = 0;
  if (pond_tree_load(loop->path, NULL, &tree, NULL)) {
    return 0;
  }
  for (uint32_t i = low; i <= high && !found; ++i) {
    PondTree* version = seeded_tree(i, TENSOR_BYTES);
    assert_non_null(version);
    found = same_tree(tree, version) ? i : 0;
    pond_tree_free(version);
  }
  pond_tree_free(tree);
  return found;
}

static void judge(Loop* loop) {
  const uint32_t acknowledged = loop->acknowledged;
  const uint32_t found =
      version_of(loop, acknowledged ? acknowledged : 1, acknowledged + 1);
  const bool absent = access(loop->path, F_OK) != 0;
  const uint32_t count = scratch_count(loop->folder);
  loop->temporaries += count > !absent;
  loop->damaged += !found && !(absent && !acknowledged);
  loop->newer += found > acknowledged;
  // What was saved but not acknowledged counts for the next writer.
  loop->acknowledged = found > acknowledged ? found : acknowledged;
  assert_true(count <= 2);
}

static void start_loop(Loop* loop, const char* mode) {
  memset(loop, 0, sizeof(*loop));
  loop->mode = mode;
  loop->random = 20;
  loop->save_ns = 20000000;
  assert_true(scratch_make(loop->folder));
  scratch_path(loop->folder, "model", loop->path);
}

static uint32_t kills_wanted(void) {
  const char* text = getenv("POND_LONG_KILLS");
  const unsigned long kills = text ? strtoul(text, NULL, 10) : 0;
  const uint32_t usual = getenv("POND_QUICK") ? CI_KILLS / 10 : CI_KILLS;
  return kills ? (uint32_t)kills : usual;
}

static void a_killed_writer_leaves_a_whole_file(void** state) {
  (void)state;
  Loop loop;
  start_loop(&loop, "whole");
  // Few instants leave a temporary file: go on until one has been seen.
  const uint32_t wanted = kills_wanted();
  for (uint32_t i = 0; i < wanted || (loop.temporaries == 0 && i < 20 * wanted);
       ++i) {
    kill_once(&loop);
    judge(&loop);
    if (loop.damaged) {
      fail_msg("kill %u: the file is neither version %u nor the next",
               loop.kills, loop.acknowledged);
    }
  }
  print_message(
      "%u kills in %u versions: %u newer than acknowledged, %u "
      "temporaries, swept by the next save\n",
      loop.kills, loop.acknowledged, loop.newer, loop.temporaries);
  PondTree* tree = small_tree();
  assert_int_equal(pond_tree_save(tree, loop.path, NULL), POND_OK);
  pond_tree_free(tree);
  assert_int_equal(scratch_count(loop.folder), 1);
  assert_true(loop.temporaries >= 1);
  assert_true(loop.acknowledged >= loop.kills / 2);
  scratch_remove(loop.folder);
}

static void a_writer_in_place_does_not_survive_this(void** state) {
  (void)state;
  Loop loop;
  start_loop(&loop, "part");
  while (!loop.damaged && loop.kills < 10 * CI_KILLS) {
    kill_once(&loop);
    judge(&loop);
  }
  print_message("damaged by kill %u\n", loop.kills);
  assert_true(loop.damaged);
  scratch_remove(loop.folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_killed_writer_leaves_a_whole_file),
      cmocka_unit_test(a_writer_in_place_does_not_survive_this),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
