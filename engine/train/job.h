// SPDX-License-Identifier: ISC
// Long work that its owner runs on a thread of his choice. Progress and cancel
// may be touched by any thread, all else by the one that runs the job.
#ifndef POND_TRAIN_JOB_H
#define POND_TRAIN_JOB_H

#include "pond/train.h"

/// What a job does.
typedef struct {
  PondStatus (*run)(PondJob* job, void* context, PondError* error);
  void (*free)(void* context);
} PondJobWork;

/// `context` belongs to the job on success.
PondStatus pond_job_new(const PondJobWork* work, void* context, PondJob** job,
                        PondError* error);
/// Reports the share done; never falls.
void pond_job_set_progress(PondJob* job, double share);
bool pond_job_is_cancelled(const PondJob* job);
/// Hands over the result; `model` belongs to the job from here.
void pond_job_publish(PondJob* job, PondModel* model,
                      const PondFitReport* report);

#endif
