// SPDX-License-Identifier: ISC
// Measuring a fitted model on the rows it learned from and on the held-out
// ones. The job's thread.
#include <math.h>

#include "alloc.h"
#include "errors.h"
#include "metrics.h"
#include "ridge_run.h"

/// Sums per output channel.
typedef struct {
  uint32_t n_out;
  PondErrorSum* train;
  PondErrorSum* holdout;
  PondErrorSum* persistence;  ///< held-out rows; trained ones if there is none
} Sums;

static void add(PondErrorSum* sums, const double* prediction,
                const double* target, uint32_t n) {
  for (uint32_t c = 0; c < n; ++c) {
    pond_error_add(&sums[c], prediction[c], target[c]);
  }
}

// True if the input has a channel for each of the output's.
static bool persists(const PondModel* model) {
  const uint32_t n_out = pond_model_out_size(model);
  return n_out == pond_model_in_size(model) ||
         n_out == pond_model_feedback_size(model);
}

static void judge_row(PondRidgeRun* run, const Sums* sums,
                      const PondHarvestRow* row) {
  const bool held_out = row->row >= run->cut;
  PondErrorSum* sum = held_out ? sums->holdout : sums->train;
  add(sum, row->output, row->target, sums->n_out);
  run->report.n_held_out += held_out ? 1U : 0U;
  if (persists(run->model) && (held_out || run->cut == run->n_rows)) {
    add(sums->persistence, row->input, row->target, sums->n_out);
  }
}

static PondStatus judge_rows(PondRidgeRun* run, PondHarvest* harvest,
                             const Sums* sums, uint64_t* n_seen,
                             PondError* error) {
  bool more = true;
  PondHarvestRow row = {.row = 0};
  while (more) {
    const double share = (double)row.row / (double)run->n_rows;
    PondStatus status = pond_ridge_tick(run, share, error);
    if (!status) {
      status = pond_harvest_next(harvest, &row, &more, error);
    }
    if (status) {
      return status;
    }
    if (more && row.row >= run->first_row) {
      *n_seen += 1;
      if (!row.missing) {
        judge_row(run, sums, &row);
      }
    }
  }
  return POND_OK;
}

static void report(PondRidgeRun* run, const Sums* sums, uint64_t n_seen) {
  PondFitReport* r = &run->report;
  const uint64_t n_used = r->n_trained + r->n_held_out;
  r->n_skipped = n_seen > n_used ? n_seen - n_used : 0;
  r->train_nrmse = pond_error_nrmse(sums->train, sums->n_out);
  r->holdout_nrmse = pond_error_nrmse(sums->holdout, sums->n_out);
  r->holdout_mse = pond_error_mse(sums->holdout, sums->n_out);
  r->persistence_nrmse = pond_error_nrmse(sums->persistence, sums->n_out);
}

static PondStatus judge_with(PondRidgeRun* run, const Sums* sums,
                             PondError* error) {
  PondHarvest* harvest = NULL;
  uint64_t n_seen = 0;
  PondStatus status =
      pond_harvest_new(run->model, &run->setup, &harvest, error);
  if (!status) {
    status = judge_rows(run, harvest, sums, &n_seen, error);
  }
  if (!status) {
    report(run, sums, n_seen);
  }
  pond_harvest_free(harvest);
  return status;
}

PondStatus pond_ridge_judge(PondRidgeRun* run, PondError* error) {
  Sums sums = {.n_out = pond_model_out_size(run->model)};
  PondErrorSum* block =
      (PondErrorSum*)pond_memory_new(3 * (size_t)sums.n_out, sizeof(*block));
  if (!block) {
    return pond_error_memory(error, "error sums");
  }
  sums.train = block;
  sums.holdout = block + sums.n_out;
  sums.persistence = block + 2 * (size_t)sums.n_out;
  const PondStatus status = judge_with(run, &sums, error);
  pond_memory_free(block);
  return status;
}
