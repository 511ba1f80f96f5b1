// SPDX-License-Identifier: ISC
// One run of a ridge job, for ridge_job.c, ridge_scale.c, ridge_fit.c and
// ridge_judge.c. The job's thread.
#ifndef POND_TRAIN_RIDGE_RUN_H
#define POND_TRAIN_RIDGE_RUN_H

#include "harvest.h"
#include "job.h"

typedef struct {
  PondJob* job;
  PondRidgeConfig config;
  PondHarvestSetup setup;
  PondModel* model;    ///< as far as it is fitted; the run owns a share
  uint64_t n_rows;     ///< of the source
  uint64_t first_row;  ///< whose target counts: after washout and horizon
  uint64_t cut;        ///< first held-out row
  PondFitReport report;
  // Progress: stages follow each other, each `span` long.
  double base;
  double span;
} PondRidgeRun;

/// Reports the share done of this stage; CANCELLED if that was asked for.
PondStatus pond_ridge_tick(PondRidgeRun* run, double share, PondError* error);

/// Learns offsets and scales from the rows before `cut`: run->model becomes one
/// that is scaled so.
PondStatus pond_ridge_scale(PondRidgeRun* run, PondError* error);
/// Fits readout `index`: run->model becomes one that has it. Sets alpha, rcond,
/// n_trained of the report.
PondStatus pond_ridge_fit(PondRidgeRun* run, uint32_t index, PondError* error);
/// Runs the fitted model over all rows: sets the errors of the report,
/// n_held_out and n_skipped.
PondStatus pond_ridge_judge(PondRidgeRun* run, PondError* error);
/// MISMATCH if nothing says what readout `index` should learn: it must be the
/// output, a part of it, or of its size. Else the output's channel that its
/// first one learns.
PondStatus pond_ridge_find_target(const PondModel* model, uint32_t index,
                                  uint32_t* first_channel, PondError* error);

#endif
