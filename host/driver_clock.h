// SPDX-License-Identifier: ISC
// A stream driven by a clock: a real-time thread takes rows from memory, block
// by block, at absolute deadlines.
#ifndef HOST_DRIVER_CLOCK_H
#define HOST_DRIVER_CLOCK_H

#include "driver_offline.h"

#include "pond/rt.h"

#include <pthread.h>
#include <stdatomic.h>

/// What the real-time thread tells; another process may read it too.
typedef struct {
  _Atomic uint64_t n_rows;  ///< done, their output written
  _Atomic uint64_t n_blocks;
  _Atomic uint64_t n_late;    ///< blocks that ended after their deadline
  _Atomic uint64_t total_ns;  ///< inside pond_stream_run()
  _Atomic uint64_t worst_ns;  ///< of one block
} HostClockCounts;

typedef struct {
  PondStream* stream;
  const float* rows_in;  ///< n_rows x n_in, interleaved
  float* rows_out;       ///< n_rows x n_out
  uint64_t n_rows;
  uint32_t n_in;
  uint32_t n_out;
  uint32_t n_block;
  double frames_per_second;  ///< of the wall clock
  HostClockCounts* counts;
} HostClockConfig;

typedef struct {
  HostClockConfig config;
  HostPlanes in;
  HostPlanes out;
  pthread_t thread;
  atomic_bool ended;
  bool is_realtime;  ///< runs under SCHED_FIFO
} HostClock;

/// Starts the thread, under SCHED_FIFO where that is allowed. `clock` must stay
/// in place until host_clock_join().
PondStatus host_clock_start(HostClock* clock, const HostClockConfig* config,
                            PondError* error);
/// True when all rows are done. Any thread.
bool host_clock_has_ended(const HostClock* clock);
/// Waits for the end and frees.
void host_clock_join(HostClock* clock);

/// Nanoseconds of the monotonic clock.
uint64_t host_clock_now(void);

#endif
