// SPDX-License-Identifier: ISC
// The block loop: what happens in a frame, and in which order. Audio thread.
#include "stream.h"

#include <string.h>

#include "fpu.h"

// Without a program the ports are silent.
static void silence(const PondBlock* block, uint32_t i) POND_NONBLOCKING;
static void silence(const PondBlock* block, uint32_t i) {
  for (uint32_t c = 0; c < block->n_out; ++c) {
    if (block->out[c]) {
      block->out[c][i] = 0.0f;
    }
  }
}

// While a model fade runs both programs step.
static void step_old(PondStream* stream, const PondStreamBlock* now, float leak,
                     PondStepCounts* counts) POND_NONBLOCKING;
static void step_old(PondStream* stream, const PondStreamBlock* now, float leak,
                     PondStepCounts* counts) {
  if (stream->state.fade_kind == POND_FADE_MODEL && stream->old) {
    pond_stream_input(stream, stream->old, now, stream->u[1], stream->dry[1]);
    pond_program_step(stream->old, stream->u[1], leak, NULL, counts);
  }
}

static PondReadoutFade readout_fade(const PondStream* stream) POND_NONBLOCKING;
static PondReadoutFade readout_fade(const PondStream* stream) {
  const PondStreamState* state = &stream->state;
  PondReadoutFade fade = {NULL, 1.0f};
  if (state->fade_kind == POND_FADE_READOUT) {
    fade.old = stream->old->readouts;
    fade.g = pond_ease(state->fade_k, state->fade_frames);
  }
  return fade;
}

static void step(PondStream* stream, const PondBlock* block,
                 uint32_t i) POND_NONBLOCKING;
static void step(PondStream* stream, const PondBlock* block, uint32_t i) {
  PondStreamState* state = &stream->state;
  const PondStreamBlock now = {
      block, i, pond_ramp_next(&state->params[POND_PARAM_INPUT_GAIN]),
      pond_ramp_next(&state->params[POND_PARAM_FEEDBACK_GAIN]),
      pond_ramp_next(&state->mode_mix)};
  const float leak = state->params[POND_PARAM_LEAK].to;
  const PondReadoutFade fade = readout_fade(stream);
  PondProgram* program = pond_stream_active(stream);
  PondStepCounts counts = {0, 0};
  step_old(stream, &now, leak, &counts);
  pond_stream_input(stream, program, &now, stream->u[0], stream->dry[0]);
  pond_program_step(program, stream->u[0], leak, &fade, &counts);
  state->stats.n_resets += counts.n_resets;
  state->stats.n_not_finite += counts.n_not_finite;
}

static void run_frame(PondStream* stream, const PondBlock* block,
                      uint32_t i) POND_NONBLOCKING;
static void run_frame(PondStream* stream, const PondBlock* block, uint32_t i) {
  PondStreamState* state = &stream->state;
  if (state->frame >= stream->due) {
    pond_stream_snapshot_due(stream);
    pond_stream_apply_due(stream);
  }
  if (stream->current) {
    if (stream->tap_on) {
      pond_stream_tap_state(stream);
    }
    step(stream, block, i);
    if (stream->tap_on) {
      pond_stream_tap_row(stream, block, i);
    }
    pond_stream_outputs(stream);
    pond_stream_ports(stream, block, i);
    pond_stream_fade_advance(stream);
  } else {
    silence(block, i);
  }
  state->frame += 1;
  state->stats.frame = state->frame;
}

void pond_stream_run(PondStream* stream, const PondBlock* block) {
  const uint64_t host = pond_fpu_enter();
  pond_stream_retire(stream);
  pond_stream_receive(stream);
  for (uint32_t i = 0; i < block->n_frames; ++i) {
    run_frame(stream, block, i);
  }
  // A snapshot of the next frame needs no frame after it.
  pond_stream_snapshot_due(stream);
  pond_stream_publish(stream, block->n_frames);
  pond_fpu_leave(host);
}

uint64_t pond_stream_frame(const PondStream* stream) {
  return stream->state.frame;
}
