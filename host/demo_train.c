// SPDX-License-Identifier: ISC
// The demo's model: trained on the first part of the recording, then run
// through all of it without a break as the reference. Main thread.
#include "demo.h"
#include "driver_clock.h"
#include "fit_job.h"
#include "linear.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODEL_SEED = 1, BLOCK = 1024, WASHOUT = 360 };

typedef struct {
  const float* rows;
  uint64_t n_rows;
  uint64_t next;
} Part;

static PondStatus read_part(void* context, PondRowBlock* block,
                            PondError* error) {
  Part* part = context;
  uint64_t left = part->n_rows - part->next;
  (void)error;
  block->n = left < block->n_max ? (uint32_t)left : block->n_max;
  memcpy(block->in, part->rows + part->next, block->n * sizeof *block->in);
  part->next += block->n;
  return POND_OK;
}

static PondStatus rewind_part(void* context, PondError* error) {
  (void)error;
  ((Part*)context)->next = 0;
  return POND_OK;
}

static PondStatus load(HostDemo* demo, PondError* error) {
  HostReader* reader;
  PondStatus status =
      host_preset_path("data/ecg_mitbih208_360hz.wav", demo->input, error);
  if (status) {
    return status;
  }
  HostSource source = {demo->input, NULL, 1, "the demo"};
  status = host_reader_new(&source, &reader, error);
  if (status) {
    return status;
  }
  status = host_rows_load(reader, &demo->ecg, error);
  host_reader_free(reader);
  demo->split = demo->ecg.n_rows * 3 / 5;
  return status;
}

static PondStatus fit(HostDemo* demo, PondModel* model, PondError* error) {
  PondJob* job = NULL;
  Part part = {.rows = demo->ecg.data, .n_rows = demo->split};
  PondRows rows = {.read = read_part,
                   .rewind = rewind_part,
                   .context = &part,
                   .n_rows = demo->split};
  PondRidgeConfig config = {.alpha = 1e-6,
                            .normalise = true,
                            .horizon = HOST_DEMO_HORIZON,
                            .washout = WASHOUT,
                            .rate_hz = demo->ecg.rate_hz};
  PondStatus status = pond_ridge_job_new(model, &rows, &config, &job, error);
  if (!status) {
    status = host_fit_run(job, error);
  }
  if (!status) {
    demo->model = pond_job_take_model(job, NULL);
  }
  pond_job_free(job);
  return status;
}

PondStatus host_demo_train(HostDemo* demo, PondError* error) {
  PondDesc* desc = NULL;
  PondModel* model = NULL;
  PondStatus status = load(demo, error);
  if (!status) {
    status = host_desc_find("ecg", &desc, error);
  }
  if (!status) {
    status = pond_model_new(desc, MODEL_SEED, &model, error);
  }
  uint64_t begin = host_clock_now();
  if (!status) {
    status = fit(demo, model, error);
  }
  demo->train_seconds = (double)(host_clock_now() - begin) * 1e-9;
  pond_model_free(model);
  pond_desc_free(desc);
  return status;
}

// Frames `from` to `to`, as fast as they go.
static void run_frames(const HostDemo* demo, PondSession* session,
                       uint64_t from, uint64_t to) {
  while (from < to) {
    uint32_t n = to - from < BLOCK ? (uint32_t)(to - from) : BLOCK;
    const float* in = demo->ecg.data + from;
    float* out = demo->reference + from;
    PondBlock block = {
        .in = &in, .out = &out, .n_frames = n, .n_in = 1, .n_out = 1};
    pond_stream_run(pond_session_stream(session), &block);
    pond_session_service(session);
    from += n;
  }
}

PondStatus host_demo_reference(HostDemo* demo, PondError* error) {
  PondSession* session = NULL;
  PondSessionConfig config = {.rate_hz = demo->ecg.rate_hz};
  demo->reference = calloc(demo->ecg.n_rows, sizeof(float));
  if (!demo->reference) {
    return host_error_memory(error, "the reference");
  }
  PondStatus status = pond_session_new(&config, &session, error);
  if (!status) {
    status = pond_session_post(session, demo->model, 0, error);
  }
  if (!status) {
    run_frames(demo, session, 0, demo->split);
    status = host_drive_save(session, demo->state, error);
  }
  if (!status) {
    run_frames(demo, session, demo->split, demo->ecg.n_rows);
  }
  pond_session_free(session);
  return status;
}

PondStatus host_demo_linear(HostDemo* demo, PondError* error) {
  HostLinear* linear = calloc(1, sizeof *linear);
  demo->linear = calloc(demo->ecg.n_rows, sizeof(float));
  if (!linear || !demo->linear) {
    free(linear);
    return host_error_memory(error, "the linear predictor");
  }
  linear->n_taps = HOST_DEMO_TAPS;
  linear->horizon = HOST_DEMO_HORIZON;
  PondStatus status =
      host_linear_fit(demo->ecg.data, demo->split, linear, error);
  for (uint64_t t = demo->split; !status && t < demo->ecg.n_rows; t++) {
    demo->linear[t] = (float)host_linear_predict(linear, demo->ecg.data, t);
  }
  free(linear);
  return status;
}
