// SPDX-License-Identifier: ISC
// Jobs: work, progress, cancel, result. See job.h for the threads.
#include "job.h"

#include <assert.h>
#include <stdatomic.h>

#include "alloc.h"
#include "errors.h"
#include "pond/model.h"

// Progress is kept in units of 2^-30, so that its atomic is lock-free.
static const double PROGRESS_UNITS = 0x1p30;

struct PondJob {
  PondJobWork work;
  void* context;
  _Atomic uint32_t progress;
  atomic_bool cancelled;
  bool ran;
  atomic_bool done;  // what follows is the runner's until then
  PondStatus status;
  PondError error;
  PondModel* model;
  PondFitReport report;
};

PondStatus pond_job_new(const PondJobWork* work, void* context, PondJob** job,
                        PondError* error) {
  PondJob* j = (PondJob*)pond_memory_new(1, sizeof(PondJob));
  if (!j) {
    return pond_error_memory(error, "a job");
  }
  j->work = *work;
  j->context = context;
  atomic_init(&j->progress, 0);
  atomic_init(&j->cancelled, false);
  atomic_init(&j->done, false);
  *job = j;
  return POND_OK;
}

PondStatus pond_job_run(PondJob* job, PondError* error) {
  if (job->ran) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "the job has run: make a new one");
  }
  job->ran = true;
  job->status = job->work.run(job, job->context, &job->error);
  assert((job->status == POND_OK) == (job->model != NULL));
  if (job->status == POND_OK) {
    pond_job_set_progress(job, 1.0);
  } else if (error) {
    *error = job->error;
  }
  // Release: pairs with the acquire in pond_job_is_done().
  const PondStatus status = job->status;
  atomic_store_explicit(&job->done, true, memory_order_release);
  return status;
}

// Acquire: pairs with the release in pond_job_run(); result, status and error
// are visible after it.
bool pond_job_is_done(const PondJob* job) {
  return atomic_load_explicit(&job->done, memory_order_acquire);
}

PondStatus pond_job_status(const PondJob* job, PondError* error) {
  if (job->status != POND_OK && error) {
    *error = job->error;
  }
  return job->status;
}

// Relaxed: a number to show, nothing is read after it. Only the runner writes.
void pond_job_set_progress(PondJob* job, double share) {
  const uint32_t units = (uint32_t)(share * PROGRESS_UNITS);
  if (units > atomic_load_explicit(&job->progress, memory_order_relaxed)) {
    atomic_store_explicit(&job->progress, units, memory_order_relaxed);
  }
}

double pond_job_progress(const PondJob* job) {
  return atomic_load_explicit(&job->progress, memory_order_relaxed) /
         PROGRESS_UNITS;
}

// Relaxed: the flag carries no data.
void pond_job_cancel(PondJob* job) {
  atomic_store_explicit(&job->cancelled, true, memory_order_relaxed);
}

bool pond_job_is_cancelled(const PondJob* job) {
  return atomic_load_explicit(&job->cancelled, memory_order_relaxed);
}

void pond_job_publish(PondJob* job, PondModel* model,
                      const PondFitReport* report) {
  assert(!job->model);
  job->model = model;
  job->report = *report;
}

PondModel* pond_job_take_model(PondJob* job, PondFitReport* report) {
  PondModel* model = job->model;
  if (model && report) {
    *report = job->report;
  }
  job->model = NULL;
  return model;
}

void pond_job_free(PondJob* job) {
  if (job) {
    job->work.free(job->context);
    pond_model_free(job->model);
    pond_memory_free(job);
  }
}
