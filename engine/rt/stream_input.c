// SPDX-License-Identifier: ISC
// What drives the graph in a frame: the sanitised, scaled signal, the
// prediction of `horizon` frames ago, or the target. Audio thread.
#include <math.h>

#include "stream.h"

/// One frame's view of the block for one program.
typedef struct {
  const PondStream* stream;
  const PondProgram* program;
  const PondBlock* block;
  uint32_t i;
  float gain;
  float feedback_gain;
} Frame;

static float sample(const float* const* channels, uint32_t n, uint32_t c,
                    uint32_t i) POND_NONBLOCKING;
static float sample(const float* const* channels, uint32_t n, uint32_t c,
                    uint32_t i) {
  return c < n && channels[c] ? channels[c][i] : NAN;
}

static bool feeds_back(const PondProgram* program) POND_NONBLOCKING;
static bool feeds_back(const PondProgram* program) {
  return program->graph->n_out == program->graph->n_feedback;
}

// Output of `horizon` frames ago, in the port's units.
static float predicted(const Frame* frame, uint32_t c) POND_NONBLOCKING;
static float predicted(const Frame* frame, uint32_t c) {
  const PondProgram* program = frame->program;
  const uint64_t slot = frame->stream->state.frame % program->horizon;
  return pond_program_delay(program)[slot * program->graph->n_out + c];
}

static float fill_missing(const Frame* frame, uint32_t c) POND_NONBLOCKING;
static float fill_missing(const Frame* frame, uint32_t c) {
  const PondProgram* program = frame->program;
  switch (frame->stream->state.missing) {
    case POND_MISSING_ZERO: return 0.0f;
    case POND_MISSING_PREDICT:
      if (c < program->graph->n_feedback && feeds_back(program)) {
        return predicted(frame, c);
      }
      break;
    default: break;
  }
  return pond_program_last_good(program)[c];
}

// Feedback channel `c` as `mode` has it; `x` is the sanitised signal.
static float source(const Frame* frame, uint32_t mode, uint32_t c,
                    float x) POND_NONBLOCKING;
static float source(const Frame* frame, uint32_t mode, uint32_t c, float x) {
  const PondBlock* block = frame->block;
  if (mode == POND_MODE_GENERATE && feeds_back(frame->program)) {
    return pond_program_scale(frame->program, c,
                              frame->feedback_gain * predicted(frame, c));
  }
  if (mode == POND_MODE_TEACHER &&
      block->n_target == frame->program->graph->n_feedback) {
    const float target = sample(block->target, block->n_target, c, frame->i);
    return pond_program_scale(
        frame->program, c,
        pond_pick(pond_finite(target), target, frame->gain * x));
  }
  return pond_program_scale(frame->program, c, frame->gain * x);
}

// True if the incoming signal of channel `c` has a say in this frame.
static bool is_heard(const Frame* frame, uint32_t c,
                     float mode_mix) POND_NONBLOCKING;
static bool is_heard(const Frame* frame, uint32_t c, float mode_mix) {
  const PondStreamState* state = &frame->stream->state;
  return c >= frame->program->graph->n_feedback ||
         state->mode != POND_MODE_GENERATE ||
         (mode_mix < 1.0f && state->mode_before != POND_MODE_GENERATE);
}

void pond_stream_input(PondStream* stream, PondProgram* program,
                       const PondStreamBlock* now, float* u, float* dry) {
  PondStreamState* state = &stream->state;
  const Frame frame = {stream, program,   now->block,
                       now->i, now->gain, now->feedback_gain};
  float* last_good = pond_program_last_good(program);
  for (uint32_t c = 0; c < program->graph->n_in; ++c) {
    const float raw = sample(now->block->in, now->block->n_in, c, now->i);
    // Both are computed: a missing sample costs what a good one does.
    const bool good = pond_finite(raw);
    const float x =
        pond_pick(good, pond_flush_input(raw), fill_missing(&frame, c));
    last_good[c] = pond_pick(good, x, last_good[c]);
    state->stats.n_missing +=
        (uint64_t)!good & (uint64_t)is_heard(&frame, c, now->mode_mix);
    dry[c] = x;
    if (c >= program->graph->n_feedback) {
      u[c] = pond_program_scale(program, c, now->gain * x);
      continue;
    }
    u[c] = source(&frame, state->mode, c, x);
    if (now->mode_mix < 1.0f) {
      u[c] = pond_mix(now->mode_mix, u[c],
                      source(&frame, state->mode_before, c, x));
    }
  }
}
