// SPDX-License-Identifier: ISC
// A stream driven by a clock: a real-time thread takes rows from memory, block
// by block, at absolute deadlines.
#include "driver_clock.h"

#include "report.h"

#include <errno.h>
#include <sched.h>
#include <time.h>

enum { PRIORITY = 70 };
static const uint64_t g_second_ns = 1000000000;

uint64_t host_clock_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * g_second_ns + (uint64_t)now.tv_nsec;
}

static void sleep_until(uint64_t deadline_ns) {
  struct timespec until = {.tv_sec = (time_t)(deadline_ns / g_second_ns),
                           .tv_nsec = (long)(deadline_ns % g_second_ns)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ==
         EINTR) {
  }
}

// Relaxed: each counter stands for itself, and this thread alone writes them.
static void count(HostClockCounts* counts, uint64_t ns, bool is_late) {
  atomic_fetch_add_explicit(&counts->n_blocks, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&counts->total_ns, ns, memory_order_relaxed);
  if (is_late) {
    atomic_fetch_add_explicit(&counts->n_late, 1, memory_order_relaxed);
  }
  if (ns > atomic_load_explicit(&counts->worst_ns, memory_order_relaxed)) {
    atomic_store_explicit(&counts->worst_ns, ns, memory_order_relaxed);
  }
}

static void run_block(HostClock* clock, uint64_t row, uint32_t n,
                      uint64_t deadline_ns) {
  const HostClockConfig* config = &clock->config;
  PondBlock block = {.in = (const float* const*)clock->in.channels,
                     .out = clock->out.channels,
                     .n_frames = n,
                     .n_in = config->n_in,
                     .n_out = config->n_out};
  host_planes_split(&clock->in, config->rows_in + row * config->n_in, n);
  uint64_t begin = host_clock_now();
  pond_stream_run(config->stream, &block);
  uint64_t end = host_clock_now();
  host_planes_join(&clock->out, config->rows_out + row * config->n_out, n);
  // Release: who reads the number (acquire) may read the rows before it.
  atomic_store_explicit(&config->counts->n_rows, row + n, memory_order_release);
  count(config->counts, end - begin, end > deadline_ns);
}

// A block starts when its last row has come, and is due one block later.
static void* run_rows(void* context) {
  HostClock* clock = context;
  const HostClockConfig* config = &clock->config;
  double row_ns = (double)g_second_ns / config->frames_per_second;
  uint64_t start = host_clock_now();
  for (uint64_t row = 0; row < config->n_rows;) {
    uint64_t left = config->n_rows - row;
    uint32_t n = left < config->n_block ? (uint32_t)left : config->n_block;
    uint64_t due = start + (uint64_t)((double)(row + n) * row_ns);
    sleep_until(due);
    run_block(clock, row, n, due + (uint64_t)((double)n * row_ns));
    row += n;
  }
  // Partner: host_clock_has_ended().
  atomic_store_explicit(&clock->ended, true, memory_order_release);
  return NULL;
}

static bool start_realtime(HostClock* clock) {
  pthread_attr_t attr;
  struct sched_param param = {.sched_priority = PRIORITY};
  if (pthread_attr_init(&attr)) {
    return false;
  }
  bool is_started =
      !pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED) &&
      !pthread_attr_setschedpolicy(&attr, SCHED_FIFO) &&
      !pthread_attr_setschedparam(&attr, &param) &&
      !pthread_create(&clock->thread, &attr, run_rows, clock);
  pthread_attr_destroy(&attr);
  return is_started;
}

PondStatus host_clock_start(HostClock* clock, const HostClockConfig* config,
                            PondError* error) {
  *clock = (HostClock){.config = *config};
  atomic_init(&clock->ended, false);
  PondStatus status =
      host_planes_init(&clock->in, config->n_in, config->n_block, error);
  if (!status) {
    status =
        host_planes_init(&clock->out, config->n_out, config->n_block, error);
  }
  if (!status) {
    clock->is_realtime = start_realtime(clock);
    if (!clock->is_realtime &&
        pthread_create(&clock->thread, NULL, run_rows, clock)) {
      status = host_error(error, POND_STATUS_NO_MEM, "no thread for a stream");
    }
  }
  if (status) {
    host_planes_free(&clock->in);
    host_planes_free(&clock->out);
  }
  return status;
}

bool host_clock_has_ended(const HostClock* clock) {
  return atomic_load_explicit(&clock->ended, memory_order_acquire);
}

void host_clock_join(HostClock* clock) {
  pthread_join(clock->thread, NULL);
  host_planes_free(&clock->in);
  host_planes_free(&clock->out);
}
