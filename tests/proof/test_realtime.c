// SPDX-License-Identifier: ISC
// RealtimeSanitizer over the stream: nothing that pond_stream_run() does, with
// reservoirs small and large, calls what may block; what is planted inside it
// is found. A find ends the program with status 43.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "planted.h"

enum { FOUND = 43, MESSAGE_BYTES = 1 << 14 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t locked = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static void* memory;
static int null_file;
static char byte;

static void plant_malloc(void) { memory = malloc(16); }
static void plant_calloc(void) { memory = calloc(4, 4); }
static void plant_realloc(void) {
  void* larger = realloc(memory, 64);
  memory = larger;
}
static void plant_aligned_alloc(void) { memory = aligned_alloc(64, 64); }
static void plant_free(void) { free(memory); }
static void plant_lock(void) { (void)pthread_mutex_lock(&mutex); }
static void plant_unlock(void) { (void)pthread_mutex_unlock(&locked); }
static void plant_signal(void) { (void)pthread_cond_signal(&condition); }
static void plant_puts(void) { (void)puts("planted"); }
static void plant_printf(void) {
  (void)printf("%s %d\n", "planted", 1);  // its buffer is malloc's
}
static void plant_nanosleep(void) {
  const struct timespec short_time = {0, 1};
  (void)nanosleep(&short_time, NULL);
}
static void plant_open(void) { null_file = open("/dev/null", O_RDWR); }
static void plant_close(void) { (void)close(null_file); }
static void plant_read(void) { (void)!read(null_file, &byte, 1); }
static void plant_write(void) { (void)!write(null_file, &byte, 1); }
static void plant_yield(void) { (void)sched_yield(); }
static void plant_mmap(void) {
  memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void* nothing(void* argument) { return argument; }
static void plant_thread(void) {
  pthread_t thread;
  (void)pthread_create(&thread, NULL, nothing, NULL);
}

/// A planted fault, and the function that the report must name.
typedef struct {
  const char* name;
  const char* reported;
  void (*act)(void);
} Planted;

static const Planted planted[] = {
    {"malloc", "`malloc`", plant_malloc},
    {"calloc", "`calloc`", plant_calloc},
    {"realloc", "`realloc`", plant_realloc},
    {"aligned_alloc", "`aligned_alloc`", plant_aligned_alloc},
    {"free", "`free`", plant_free},
    {"pthread_mutex_lock", "`pthread_mutex_lock`", plant_lock},
    {"pthread_mutex_unlock", "`pthread_mutex_unlock`", plant_unlock},
    {"pthread_cond_signal", "`pthread_cond_signal`", plant_signal},
    {"puts", "`puts`", plant_puts},
    {"printf", "`malloc`", plant_printf},
    {"nanosleep", "`nanosleep`", plant_nanosleep},
    {"open", "`open`", plant_open},
    {"close", "`close`", plant_close},
    {"read", "`read`", plant_read},
    {"write", "`write`", plant_write},
    {"sched_yield", "`sched_yield`", plant_yield},
    {"mmap", "`mmap`", plant_mmap},
    {"pthread_create", "`pthread_create`", plant_thread},
};
enum { N_PLANTED = sizeof planted / sizeof planted[0] };

static void run_blocks(Load* load, uint32_t n_blocks) {
  for (uint32_t i = 0; i < n_blocks; i++) {
    load_control(load);
    const PondBlock block = load_next_block(load);
    pond_stream_run(pond_session_stream(load->session), &block);
  }
}

// In a process of its own: one block with a fault in its kernel.
static int run_planted(const Planted* fault) {
  static Load load;
  memory = malloc(16);
  null_file = open("/dev/null", O_RDWR);
  (void)pthread_mutex_lock(&locked);
  load_start(&load, POND_KERNEL_AUTO, 8, 16);
  planted_in_kernel(&load, fault->act);
  for (int i = 0; i < 3; i++) {
    PondBlock block = load_next_block(&load);
    block.n_frames = 2;
    pond_stream_run(pond_session_stream(load.session), &block);
  }
  load_stop(&load);
  return 0;
}

static void each_planted_fault_is_found(void** state) {
  (void)state;
  static char output[MESSAGE_BYTES];
  uint32_t n_found = 0;
  for (uint32_t i = 0; i < N_PLANTED; i++) {
    const int status = planted_run(planted[i].name, output, sizeof output);
    const bool named = strstr(output, "RealtimeSanitizer") != NULL &&
                       strstr(output, planted[i].reported) != NULL &&
                       strstr(output, "pond_stream_run") != NULL;
    print_message("%s: %s\n", planted[i].name,
                  status == FOUND && named ? "found" : "MISSED");
    n_found += status == FOUND && named;
  }
  print_message("%u of %d found\n", n_found, (int)N_PLANTED);
  assert_int_equal(n_found, N_PLANTED);
}

// `n_blocks` of at most `max_block` frames, everything a session can do
// between them. RealtimeSanitizer ends the program if it finds anything.
static void run_clean(uint32_t units, uint32_t n_blocks, uint32_t max_block) {
  static Load load;
  PondStats stats;
  load_start(&load, POND_KERNEL_AUTO, units, max_block);
  run_blocks(&load, n_blocks);
  pond_session_stats(load.session, &stats);
  print_message(
      "N %u: %llu blocks, %llu frames, %llu swaps, %llu events, %llu "
      "snapshots\n",
      units, (unsigned long long)stats.n_blocks,
      (unsigned long long)stats.frame, (unsigned long long)stats.n_swaps,
      (unsigned long long)stats.n_events,
      (unsigned long long)load.counts.n_snapshots);
  assert_int_equal(stats.n_blocks, n_blocks);
  assert_true(stats.n_swaps >= n_blocks / 40);
  assert_true(stats.n_events >= n_blocks / 4);
  assert_true(load.counts.n_snapshots >= n_blocks / 20);
  load_stop(&load);
}

static void stream_of_64_units_never_blocks(void** state) {
  (void)state;
  run_clean(64, 4000, 64);
}

static void stream_of_500_units_never_blocks(void** state) {
  (void)state;
  run_clean(500, 800, 48);
}

static void stream_of_4000_units_never_blocks(void** state) {
  (void)state;
  run_clean(4000, 80, 24);
}

int main(int argc, char** argv) {
  for (uint32_t i = 0; argc == 2 && i < N_PLANTED; i++) {
    if (strcmp(argv[1], planted[i].name) == 0) {
      return run_planted(&planted[i]);
    }
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_planted_fault_is_found),
      cmocka_unit_test(stream_of_64_units_never_blocks),
      cmocka_unit_test(stream_of_500_units_never_blocks),
      cmocka_unit_test(stream_of_4000_units_never_blocks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
