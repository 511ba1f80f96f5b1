// SPDX-License-Identifier: ISC
// Learning an offset and a scale per channel. The job's thread.
#include <float.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "arith.h"
#include "errors.h"
#include "metrics.h"
#include "ridge_run.h"

/// What is learned, in one block: n_in, then n_out channels.
typedef struct {
  uint32_t n_in;
  uint32_t n_out;
  PondMoments* moments;
  float* offset;
  float* scale;
} Scales;

static void add_samples(PondMoments* moments, const float* values, uint32_t n) {
  for (uint32_t c = 0; c < n; ++c) {
    if (pond_finite(values[c])) {
      pond_moments_add(&moments[c], (double)values[c]);
    }
  }
}

static PondStatus read_moments(PondRidgeRun* run, PondRowReader* reader,
                               const Scales* scales, PondError* error) {
  const float* in = NULL;
  const float* target = NULL;
  while (reader->n_read < run->cut) {
    const double share = (double)reader->n_read / (double)run->cut;
    PondStatus status = pond_ridge_tick(run, share, error);
    if (!status) {
      status = pond_rows_next(reader, &in, &target, error);
    }
    if (status || !in) {
      return status;
    }
    add_samples(scales->moments, in, scales->n_in);
    if (target) {
      add_samples(scales->moments + scales->n_in, target, scales->n_out);
    }
  }
  return POND_OK;
}

// A constant channel, or one without a sample, has scale 1.
static void set_scales(Scales* scales) {
  for (uint32_t c = 0; c < scales->n_in + scales->n_out; ++c) {
    const PondMoments* moments = &scales->moments[c];
    const double n = moments->n ? (double)moments->n : 1.0;
    const double deviation = sqrt(moments->spread / n);
    scales->offset[c] = (float)moments->mean;
    scales->scale[c] = deviation >= (double)FLT_MIN ? (float)deviation : 1.0F;
  }
}

static PondStatus learn(PondRidgeRun* run, Scales* scales, PondError* error) {
  PondRowReader reader;
  PondStatus status = pond_rows_open(&reader, &run->setup.rows, scales->n_in,
                                     scales->n_out, error);
  if (status) {
    return status;
  }
  status = read_moments(run, &reader, scales, error);
  pond_rows_close(&reader);
  if (!status && !run->setup.rows.has_target) {
    // The target is the input: harvest.c pairs channel with channel.
    memcpy(scales->moments + scales->n_in, scales->moments,
           scales->n_out * sizeof(PondMoments));
  }
  set_scales(scales);
  return status;
}

static PondStatus apply(PondRidgeRun* run, const Scales* scales,
                        PondError* error) {
  const PondNormaliser normaliser = {scales->offset, scales->scale,
                                     scales->offset + scales->n_in,
                                     scales->scale + scales->n_in};
  PondModel* scaled = NULL;
  const PondStatus status =
      pond_model_with_normaliser(run->model, &normaliser, &scaled, error);
  if (!status) {
    pond_model_free(run->model);
    run->model = scaled;
  }
  return status;
}

PondStatus pond_ridge_scale(PondRidgeRun* run, PondError* error) {
  Scales scales = {.n_in = pond_model_in_size(run->model),
                   .n_out = pond_model_out_size(run->model)};
  const size_t n = (size_t)scales.n_in + scales.n_out;
  PondPlan plan = {0, false};
  const size_t moments = pond_plan_add(&plan, n, sizeof(PondMoments));
  const size_t offset = pond_plan_add(&plan, n, sizeof(float));
  const size_t scale = pond_plan_add(&plan, n, sizeof(float));
  char* block = (char*)pond_plan_new(&plan);
  if (!block) {
    return pond_error_memory(error, "offsets and scales");
  }
  scales.moments = (PondMoments*)(void*)(block + moments);
  scales.offset = (float*)(void*)(block + offset);
  scales.scale = (float*)(void*)(block + scale);
  PondStatus status = learn(run, &scales, error);
  if (!status) {
    status = apply(run, &scales, error);
  }
  pond_memory_free(block);
  return status;
}
