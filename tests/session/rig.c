// SPDX-License-Identifier: ISC
// A session with its input and output at hand. Test support.
#include "rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

Rig* rig_start(PondModel* model, const PondSessionConfig* config) {
  PondError error;
  PondSessionConfig full = config ? *config : (PondSessionConfig){0};
  full.rate_hz = RIG_RATE;
  Rig* rig = (Rig*)calloc(1, sizeof(*rig));
  rig->n_channels = model ? pond_model_in_size(model) : 1;
  for (uint32_t i = 0; i < RIG_FRAMES; ++i) {
    rig->in[0][i] = 0.6f * sinf(0.05f * (float)i);
    rig->in[1][i] = 0.4f * sinf(0.11f * (float)i + 1.0f);
  }
  if (pond_session_new(&full, &rig->session, &error) ||
      (model && pond_session_post(rig->session, model, 0, &error))) {
    (void)fprintf(stderr, "rig: %s\n", error.text);
    abort();
  }
  return rig;
}

static void run_block(Rig* rig, uint32_t n) {
  const float* in[RIG_CHANNELS];
  const float* target[RIG_CHANNELS];
  float* out[RIG_CHANNELS];
  for (uint32_t c = 0; c < RIG_CHANNELS; ++c) {
    in[c] = rig->in[c] + rig->frame;
    target[c] = rig->target[c] + rig->frame;
    out[c] = rig->out[c] + rig->frame;
  }
  const PondBlock block = {.in = in,
                           .target = target,
                           .out = out,
                           .n_frames = n,
                           .n_in = rig->n_channels,
                           .n_target = rig->n_target,
                           .n_out = rig->n_channels};
  pond_stream_run(pond_session_stream(rig->session), &block);
  rig->frame += n;
}

void rig_run(Rig* rig, uint64_t end, uint32_t block) {
  pond_session_service(rig->session);
  if (rig->frame == end) {
    run_block(rig, 0);
  }
  while (rig->frame < end) {
    const uint64_t left = end - rig->frame;
    run_block(rig, left < block ? (uint32_t)left : block);
    pond_session_service(rig->session);
  }
}

Rig* rig_plain(PondModel* model) {
  Rig* rig = rig_start(model, NULL);
  rig_run(rig, RIG_FRAMES, 64);
  return rig;
}

void rig_stop(Rig* rig) {
  pond_session_free(rig->session);
  free(rig);
}
