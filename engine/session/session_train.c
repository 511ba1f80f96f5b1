// SPDX-License-Identifier: ISC
// Training on the recording while the stream goes on: the job is made here,
// run by its owner, its result posted here. Control side.
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "record.h"
#include "session_core.h"

/// What a job reads: the recording as it stood when the job was made.
typedef struct {
  const PondRecording* recording;
  uint64_t n_rows;
  uint64_t next;
} Reader;

static PondStatus read_rows(void* context, PondRowBlock* block,
                            PondError* error) {
  Reader* reader = (Reader*)context;
  const PondRecording* recording = reader->recording;
  const size_t n_in = recording->n_in;
  const size_t n_target = recording->n_target;
  (void)error;
  while (block->n < block->n_max && reader->next < reader->n_rows) {
    const float* row = pond_recording_row(recording, reader->next++);
    memcpy(block->in + block->n * n_in, row, n_in * sizeof(float));
    if (block->target) {
      memcpy(block->target + block->n * n_target, row + n_in,
             n_target * sizeof(float));
    }
    block->n += 1;
  }
  return POND_OK;
}

static PondStatus rewind_rows(void* context, PondError* error) {
  (void)error;
  ((Reader*)context)->next = 0;
  return POND_OK;
}

static PondStatus check(const PondSession* session, PondError* error) {
  const PondRecording* recording = session->recording;
  if (session->job) {
    return pond_error(error, POND_STATUS_BUSY,
                      "a training job is under way: wait for it, or cancel it");
  }
  if (!session->newest || pond_model_readout_count(session->newest) == 0) {
    return pond_error(error, POND_STATUS_NOT_FOUND,
                      "no model with a readout is there to train");
  }
  if (!recording || recording->n_rows == 0) {
    return pond_error(error, POND_STATUS_NOT_FOUND,
                      "nothing is recorded: record first");
  }
  // Same reservoirs are the same graph: a post was rebased onto it.
  if (!recording->model ||
      pond_model_graph(recording->model) != pond_model_graph(session->newest)) {
    return pond_error(error, POND_STATUS_MISMATCH,
                      "the recording was made with another model: record "
                      "again");
  }
  return POND_OK;
}

static PondStatus make_job(PondSession* session, const PondRidgeConfig* config,
                           PondError* error) {
  PondRecording* recording = session->recording;
  Reader* reader = (Reader*)pond_memory_new(1, sizeof(*reader));
  if (!reader) {
    return pond_error_memory(error, "a training job");
  }
  reader->recording = recording;
  reader->n_rows = recording->n_rows;
  const bool has_target =
      recording->n_target == pond_model_out_size(session->newest);
  const PondRows rows = {.read = read_rows,
                         .rewind = rewind_rows,
                         .context = reader,
                         .n_rows = reader->n_rows,
                         .has_target = has_target,
                         .effective = true};
  PondRidgeConfig full = *config;
  full.kernel = session->config.kernel;
  full.state = recording->state;
  full.leak = recording->leak;
  full.rate_hz = session->config.rate_hz;
  full.normalise = false;  // the reservoir already runs on this scaling
  const PondStatus status =
      pond_ridge_job_new(session->newest, &rows, &full, &session->job, error);
  if (status) {
    pond_memory_free(reader);
  } else {
    session->job_reader = reader;
  }
  return status;
}

PondStatus pond_session_train(PondSession* session,
                              const PondRidgeConfig* config, PondError* error) {
  pond_session_lock(session);
  pond_recording_service(session);
  PondStatus status = check(session, error);
  if (!status) {
    status = make_job(session, config, error);
    session->job_given = false;
  }
  pond_session_unlock(session);
  return status;
}

PondJob* pond_session_next_job(PondSession* session) {
  pond_session_lock(session);
  PondJob* job = session->job_given ? NULL : session->job;
  session->job_given = session->job != NULL;
  pond_session_unlock(session);
  return job;
}

static void drop_job(PondSession* session) {
  pond_job_free(session->job);
  session->job = NULL;
  pond_memory_free(session->job_reader);
  session->job_reader = NULL;
  session->job_given = false;
}

static void post_result(PondSession* session) {
  PondFitReport report;
  PondError error;
  PondModel* model = pond_job_take_model(session->job, &report);
  PondModel* before = pond_model_ref(session->newest);
  if (pond_session_post_locked(session, model, 0, false, &error)) {
    pond_session_tell(session, "error", 0,
                      "the fitted model was not posted: %s", error.text);
    pond_model_free(before);
  } else {
    pond_model_free(session->undo);
    session->undo = before;
    pond_session_tell(session, "train", 0,
                      "fitted on %" PRIu64 " frames, alpha %g, NRMSE %g",
                      report.n_trained, report.alpha, report.train_nrmse);
  }
  pond_model_free(model);
}

void pond_session_finish_job(PondSession* session) {
  PondError error;
  if (!session->job || !pond_job_is_done(session->job)) {
    return;
  }
  // A fade or an unread post may still be in the way of the result.
  if (pond_job_status(session->job, &error)) {
    pond_session_tell(session, "error", 0, "training: %s", error.text);
  } else {
    pond_session_reclaim(session);
    if (session->posted_id != session->applied_id) {
      return;
    }
    post_result(session);
  }
  drop_job(session);
}

PondStatus pond_session_undo(PondSession* session, PondError* error) {
  pond_session_lock(session);
  PondStatus status = POND_OK;
  if (!session->undo) {
    status = pond_error(error, POND_STATUS_NOT_FOUND,
                        "there is no training to undo");
  } else {
    PondModel* model = session->undo;
    status = pond_session_post_locked(session, model, 0, false, error);
    if (!status) {
      session->undo = NULL;
      pond_model_free(model);
    }
  }
  pond_session_unlock(session);
  return status;
}
