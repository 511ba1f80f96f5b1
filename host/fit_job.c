// SPDX-License-Identifier: ISC
// A training job on a thread of its own, with progress and Ctrl-C. Main
// thread.
#include "fit_job.h"

#include "interrupt.h"
#include "report.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  PondJob* job;
  PondStatus status;
  PondError error;
} Work;

static void* run_job(void* context) {
  Work* work = context;
  work->status = pond_job_run(work->job, &work->error);
  return NULL;
}

// Waits for the thread a tenth of a second at a time.
static bool has_ended(pthread_t thread) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 100000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  return pthread_timedjoin_np(thread, NULL, &until) == 0;
}

PondStatus host_fit_run(PondJob* job, PondError* error) {
  Work work = {.job = job};
  pthread_t thread;
  bool shown = isatty(STDERR_FILENO);
  if (pthread_create(&thread, NULL, run_job, &work)) {
    return host_error(error, POND_STATUS_NO_MEM, "no thread for the training");
  }
  while (!has_ended(thread)) {
    if (host_interrupted()) {
      pond_job_cancel(job);
    }
    if (shown) {
      fprintf(stderr, "\rtraining %3.0f %%", 100.0 * pond_job_progress(job));
    }
  }
  if (shown) {
    fprintf(stderr, "\r              \r");
  }
  if (work.status == POND_STATUS_CANCELLED || host_interrupted()) {
    return host_error(error, POND_STATUS_CANCELLED,
                      "stopped by a signal; nothing was written");
  }
  if (work.status) {
    memcpy(error, &work.error, sizeof *error);
  }
  return work.status;
}
