// SPDX-License-Identifier: ISC
// Training: rows in, a model with fitted readouts out. Control side: the owner
// of the job chooses the thread. BLAS is called from that one thread only.
#ifndef POND_TRAIN_H
#define POND_TRAIN_H

#include "pond/types.h"

POND_BEGIN_DECLS

/// Room for rows, to be filled from the front.
typedef struct {
  float* in;      ///< n_max x in_size
  float* target;  ///< n_max x out_size; NULL when there is no target source
  uint32_t n_max;
  uint32_t n;  ///< rows filled; 0 at the end
} PondRowBlock;

/// Where training rows come from. Both calls come from the thread that runs
/// the job.
typedef struct {
  /// Fills up to `n_max` rows and sets `n`. Values may be NaN: such samples are
  /// missing.
  PondStatus (*read)(void* context, PondRowBlock* block, PondError* error);
  /// Back to row 0, for a second pass.
  PondStatus (*rewind)(void* context, PondError* error);
  void* context;
  uint64_t n_rows;  ///< total; rows past it are not read. 0: unknown, one more
                    ///< pass counts them
  bool effective;   ///< `in` is what drove a graph: already scaled
  bool has_target;  ///< false: the target is the input `horizon` frames on
} PondRows;

/// All-zero means default.
typedef struct {
  double alpha;      ///< ridge penalty on the raw Gram; used if !alpha_auto
  bool alpha_auto;   ///< choose alpha by contiguous folds
  bool normalise;    ///< learn an offset and scale per channel first
  uint32_t horizon;  ///< frames from input to target; without a target source
                     ///< 0 means 1
  uint32_t washout;  ///< frames driven but not learned from
  double holdout;    ///< fraction of the rows, at the end, only measured on
  double rate_hz;    ///< noted in the model; 0 unknown
  PondKernelId kernel;
  float leak;          ///< live override of all leak rates; 0: none
  const float* state;  ///< where harvesting starts (see session), copied;
                       ///< NULL: zero
} PondRidgeConfig;

/// What a fit reached, by a last run of the fitted model over all rows, in the
/// port's units. NRMSE: root of (square error / target variance), both summed
/// over the channels; NaN where the targets don't vary. With several readouts
/// alpha, rcond and n_trained are those of the last one.
typedef struct {
  double alpha;
  uint64_t n_trained;  ///< rows in the Gram
  uint64_t n_held_out;
  uint64_t n_skipped;  ///< rows after the washout whose target misses a sample
  double train_nrmse;
  double holdout_nrmse;      ///< NaN without held-out rows
  double holdout_mse;        ///< NaN likewise
  double persistence_nrmse;  ///< the input of the frame as prediction, on the
                             ///< held-out rows, without them on the trained
                             ///< ones; NaN where sizes do not fit
  double rcond;  ///< reciprocal condition of the solved matrix, scaled to a
                 ///< diagonal near 1
} PondFitReport;

/// A job that fits every readout of `model` (kept alive by the job) by ridge,
/// in the order of the graph, one pass each, so that later ones see earlier
/// ones fitted. A readout that is the output, or of its size, learns the whole
/// target; one that is a part of a concatenated output learns its channels.
/// Without a target source the outputs must be as many as the inputs, or as the
/// first input node has. Held-out rows are in no Gram matrix and no scale.
/// `rows` is copied; its context must outlive the job. Makes no job for
/// settings or models that cannot work: POND_STATUS_BAD_ARG,
/// POND_STATUS_MISMATCH. Status of the run: POND_STATUS_SINGULAR,
/// POND_STATUS_NOT_FINITE, POND_STATUS_BAD_ARG (too few rows),
/// POND_STATUS_CANCELLED, whatever `read` returned. Never yields a model with
/// weights that are not finite.
POND_API POND_NODISCARD PondStatus pond_ridge_job_new(
    PondModel* model, const PondRows* rows, const PondRidgeConfig* config,
    PondJob** job, PondError* error);

/// Runs the whole job on this thread. Call once.
POND_API POND_NODISCARD PondStatus pond_job_run(PondJob* job, PondError* error);
/// True once pond_job_run() has returned. Any thread; what the job did is then
/// visible to the caller.
POND_API bool pond_job_is_done(const PondJob* job);
/// What pond_job_run() returned, and its error. Only when done.
POND_API PondStatus pond_job_status(const PondJob* job, PondError* error);
/// 0 to 1. Any thread.
POND_API double pond_job_progress(const PondJob* job);
/// Asks a running job to stop soon; it answers POND_STATUS_CANCELLED. Any
/// thread.
POND_API void pond_job_cancel(PondJob* job);
/// The fitted model, owned by the caller, once pond_job_run() returned POND_OK;
/// NULL before, and after it was taken. `report` may be NULL.
POND_API PondModel* pond_job_take_model(PondJob* job, PondFitReport* report);
POND_API void pond_job_free(PondJob* job);

/// Root mean square error over the deviation of `target`, of n values each; NaN
/// where the target does not vary.
POND_API double pond_nrmse(const float* prediction, const float* target,
                           size_t n);

POND_END_DECLS

#endif
