// SPDX-License-Identifier: ISC
// The demo's children: one streams and is killed, the next resumes from the
// file on another kernel and block size. Main thread.
#include "demo.h"
#include "demo_shared.h"
#include "interrupt.h"
#include "model_file.h"
#include "report.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// NOLINTNEXTLINE(readability-redundant-declaration): POSIX leaves it to us
extern char** environ;

enum { FIRST_BLOCK = 16, SECOND_BLOCK = 5 };
static const double g_most_speed = 30.0;
static const double g_most_load = 0.75;  // of the paced frame period

// Microseconds that a frame takes: the best of some short blocks.
static PondStatus measure(const HostDemo* demo, PondKernelId kernel,
                          double* frame_us, PondError* error) {
  enum { N = 32, N_BLOCKS = 16 };
  float samples[N] = {0};
  const float* in = samples;
  float* out = samples;
  PondBlock block = {
      .in = &in, .out = &out, .n_frames = N, .n_in = 1, .n_out = 1};
  PondSession* session = NULL;
  PondSessionConfig config = {.rate_hz = demo->ecg.rate_hz, .kernel = kernel};
  PondStatus status = pond_session_new(&config, &session, error);
  if (!status) {
    status = pond_session_post(session, demo->model, 0, error);
  }
  *frame_us = 1e9;
  for (int i = 0; !status && i < N_BLOCKS; i++) {
    uint64_t begin = host_clock_now();
    pond_stream_run(pond_session_stream(session), &block);
    double us = (double)(host_clock_now() - begin) * 1e-3 / (double)N;
    if (us < *frame_us) {
      *frame_us = us;
    }
  }
  pond_session_free(session);
  return status;
}

static PondStatus choose_speed(const HostDemo* demo, HostDemoPart* part,
                               PondError* error) {
  double frame_us;
  PondStatus status = measure(demo, part->kernel, &frame_us, error);
  double period_us = 1e6 / demo->ecg.rate_hz;
  double most = g_most_load * period_us / frame_us;
  part->speed = most < g_most_speed ? most : g_most_speed;
  if (part->speed < 1) {
    part->speed = 1;
  }
  return status;
}

// The best kernel, then another: the best of the rest.
static void choose_kernels(HostDemo* demo) {
  PondKernelId best = pond_kernel_best();
  PondKernelId other = POND_KERNEL_SCALAR;
  for (PondKernelId k = POND_KERNEL_SCALAR; pond_kernel_name(k); k++) {
    if (k != best && pond_kernel_available(k)) {
      other = k;
    }
  }
  demo->parts[0].kernel = best;
  demo->parts[0].n_block = FIRST_BLOCK;
  demo->parts[1].kernel = other;
  demo->parts[1].n_block = SECOND_BLOCK;
}

static PondStatus spawn(const HostDemo* demo, const HostDemoPart* part,
                        const char* shared, pid_t* child, PondError* error) {
  char block[16], speed[32];
  snprintf(block, sizeof block, "%u", part->n_block);
  snprintf(speed, sizeof speed, "%.6g", part->speed);
  const char* const argv[] = {"echopond",
                              "demo-stream",
                              demo->state,
                              "-i",
                              demo->input,
                              "--shared",
                              shared,
                              "--block",
                              block,
                              "--kernel",
                              pond_kernel_name(part->kernel),
                              "--speed",
                              speed,
                              NULL};
  int fault = posix_spawn(child, "/proc/self/exe", NULL, NULL,
                          (char* const*)argv, environ);
  return fault
             ? host_error_system(error, "/proc/self/exe", "cannot start", fault)
             : POND_OK;
}

static PondStatus bad_end(int how, PondError* error) {
  if (WIFSIGNALED(how)) {
    return host_error(error, POND_STATUS_IO,
                      "the streaming process ended by signal %d",
                      WTERMSIG(how));
  }
  return host_error(error, POND_STATUS_IO,
                    "the streaming process ended with exit status %d",
                    WEXITSTATUS(how));
}

// True when the child is due to be killed: far enough, and a state is saved.
static bool is_due(const HostShared* shared, uint64_t kill_at) {
  uint64_t frame =
      atomic_load(&shared->first_frame) + atomic_load(&shared->counts.n_rows);
  return frame >= kill_at && atomic_load(&shared->n_saves) > 0;
}

// Waits for the child; kills it at frame `kill_at` (UINT64_MAX: not at all).
static PondStatus watch(pid_t child, const HostShared* shared, uint64_t kill_at,
                        PondError* error) {
  const struct timespec step = {.tv_nsec = 500000};
  int how = 0;
  pid_t ended;
  bool killed = false;
  while ((ended = waitpid(child, &how, WNOHANG)) == 0) {
    if (host_interrupted() || (!killed && is_due(shared, kill_at))) {
      kill(child, SIGKILL);
      killed = true;
    }
    nanosleep(&step, NULL);
  }
  if (host_interrupted()) {
    return host_error(error, POND_STATUS_CANCELLED, "stopped by a signal");
  }
  bool is_good = kill_at == UINT64_MAX
                     ? WIFEXITED(how) && WEXITSTATUS(how) == 0
                     : WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL;
  return ended == child && is_good ? POND_OK : bad_end(how, error);
}

static PondStatus take_results(const HostDemo* demo, HostShared* shared,
                               HostDemoPart* part, PondError* error) {
  uint64_t n_rows = atomic_load(&shared->counts.n_rows);
  part->first = atomic_load(&shared->first_frame);
  part->end = part->first + n_rows;
  part->n_saves = atomic_load(&shared->n_saves);
  part->is_realtime = atomic_load(&shared->is_realtime);
  part->mean_us = (double)atomic_load(&shared->counts.total_ns) * 1e-3 /
                  (double)(n_rows ? n_rows : 1);
  part->worst_us = (double)atomic_load(&shared->counts.worst_ns) * 1e-3;
  part->rows = malloc(demo->ecg.n_rows * sizeof(float));
  if (!part->rows) {
    return host_error_memory(error, "the streamed output");
  }
  memcpy(part->rows, host_shared_rows(shared),
         demo->ecg.n_rows * sizeof(float));
  return POND_OK;
}

static PondStatus stream_part(HostDemo* demo, int index, uint64_t kill_at,
                              PondError* error) {
  char path[HOST_PATH_SIZE + 16];
  HostShared* shared = NULL;
  HostDemoPart* part = &demo->parts[index];
  pid_t child;
  snprintf(path, sizeof path, "%s/out%d", demo->work, index + 1);
  PondStatus status = choose_speed(demo, part, error);
  if (!status) {
    status = host_shared_create(path, demo->ecg.n_rows, &shared, error);
  }
  if (!status) {
    status = spawn(demo, part, path, &child, error);
  }
  if (!status) {
    status = watch(child, shared, kill_at, error);
  }
  if (!status) {
    status = take_results(demo, shared, part, error);
  }
  host_shared_free(shared, demo->ecg.n_rows);
  return status;
}

// SplitMix64 of the seed: Steele, Lea, Flood, OOPSLA 2014.
static uint64_t draw(uint64_t seed) {
  uint64_t z = seed + 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

PondStatus host_demo_stream_parts(HostDemo* demo, PondError* error) {
  uint64_t n = demo->ecg.n_rows - demo->split;
  // Somewhere in the middle half.
  demo->kill_at = demo->split + n / 4 + draw(demo->seed) % (n / 2);
  choose_kernels(demo);
  PondStatus status = stream_part(demo, 0, demo->kill_at, error);
  return status ? status : stream_part(demo, 1, UINT64_MAX, error);
}

static uint64_t count_bits(const float* a, const float* b, uint64_t n) {
  uint64_t count = 0;
  for (uint64_t i = 0; i < n; i++) {
    uint32_t x, y;
    memcpy(&x, &a[i], sizeof x);
    memcpy(&y, &b[i], sizeof y);
    count += (uint64_t)__builtin_popcount(x ^ y);
  }
  return count;
}

uint64_t host_demo_differing_bits(const HostDemo* demo, uint64_t* n_frames) {
  uint64_t count = 0;
  *n_frames = 0;
  for (int i = 0; i < 2; i++) {
    const HostDemoPart* part = &demo->parts[i];
    count += count_bits(part->rows + part->first, demo->reference + part->first,
                        part->end - part->first);
    *n_frames += part->end - part->first;
  }
  return count;
}

float host_demo_output(const HostDemo* demo, uint64_t frame) {
  return demo->parts[frame >= demo->parts[0].end].rows[frame];
}
