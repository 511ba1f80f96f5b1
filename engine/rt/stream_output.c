// SPDX-License-Identifier: ISC
// From the graph's output to the ports: port units, model fade, delay, dry mix,
// gain, output guard, mute. Audio thread.
#include "stream.h"

// Output of `program` in the port's units; one that is not finite is replaced
// by that of the frame before, which the delay still holds.
static void unscale(PondStream* stream, const PondProgram* program,
                    float* y) POND_NONBLOCKING;
static void unscale(PondStream* stream, const PondProgram* program, float* y) {
  const PondScaling* scaling = &program->scaling;
  const float* output = pond_program_output(program);
  const uint32_t n_out = program->graph->n_out;
  const uint64_t before =
      (stream->state.frame + program->horizon - 1) % program->horizon;
  const float* last = pond_program_delay(program) + before * n_out;
  for (uint32_t c = 0; c < n_out; ++c) {
    const float value =
        pond_fma(output[c], scaling->out_scale[c], scaling->out_offset[c]);
    const bool finite = pond_finite(value);
    y[c] = pond_pick(finite, value, last[c]);
    stream->state.stats.n_not_finite += (uint64_t)!finite;
  }
}

static void remember(const PondStream* stream, PondProgram* program,
                     const float* y) POND_NONBLOCKING;
static void remember(const PondStream* stream, PondProgram* program,
                     const float* y) {
  const uint32_t n_out = program->graph->n_out;
  const uint64_t slot = stream->state.frame % program->horizon;
  memcpy(pond_program_delay(program) + slot * n_out, y, n_out * sizeof(float));
}

// Both outputs become the mixed one, each in the channels that it has.
static void mix_models(PondStream* stream) POND_NONBLOCKING;
static void mix_models(PondStream* stream) {
  const PondStreamState* state = &stream->state;
  const float g = pond_ease(state->fade_k, state->fade_frames);
  const uint32_t n_new = stream->current->graph->n_out;
  const uint32_t n_old = stream->old ? stream->old->graph->n_out : 0;
  const uint32_t n = n_new > n_old ? n_new : n_old;
  for (uint32_t c = 0; c < n; ++c) {
    const float y_new = c < n_new ? stream->y[0][c] : 0.0f;
    const float y_old = c < n_old ? stream->y[1][c] : 0.0f;
    const float y = pond_mix(g, y_new, y_old);
    stream->y[0][c] = y;
    stream->y[1][c] = y;
  }
}

void pond_stream_outputs(PondStream* stream) {
  PondProgram* active = pond_stream_active(stream);
  unscale(stream, active, stream->y[0]);
  if (stream->state.fade_kind == POND_FADE_MODEL) {
    if (stream->old) {
      unscale(stream, stream->old, stream->y[1]);
    }
    mix_models(stream);
    if (stream->old) {
      remember(stream, stream->old, stream->y[1]);
    }
  }
  remember(stream, active, stream->y[0]);
}

static void trip(PondStream* stream, bool on) POND_NONBLOCKING;
static void trip(PondStream* stream, bool on) {
  PondStreamState* state = &stream->state;
  state->guard_tripped = on ? 1U : 0U;
  state->guard_calm = 0;
  state->stats.n_guard_trips += on ? 1U : 0U;
  pond_ramp_start(&state->guard, on ? 0.0f : 1.0f, state->fade_frames);
  const PondEvent event = {.at_frame = state->frame,
                           .kind = POND_EVENT_GUARD,
                           .param = on ? 1U : 0U};
  (void)pond_stream_note(stream, &event);
}

// Trips when a window's power exceeds four times the learned one; comes back
// after ten windows in a row below twice that.
static void judge_window(PondStream* stream, double power,
                         double learned) POND_NONBLOCKING;
static void judge_window(PondStream* stream, double power, double learned) {
  const double loud = 4.0;
  const double calm = 2.0;
  enum { CALM_WINDOWS = 10 };
  PondStreamState* state = &stream->state;
  if (power > loud * learned) {
    state->guard_calm = 0;
    if (!state->guard_tripped) {
      trip(stream, true);
    }
  } else if (state->guard_tripped) {
    state->guard_calm = power <= calm * learned ? state->guard_calm + 1 : 0;
    if (state->guard_calm >= CALM_WINDOWS) {
      trip(stream, false);
    }
  }
}

static void watch_power(PondStream* stream) POND_NONBLOCKING;
static void watch_power(PondStream* stream) {
  PondStreamState* state = &stream->state;
  const PondProgram* program = pond_stream_active(stream);
  const uint32_t n_out = program->graph->n_out;
  for (uint32_t c = 0; c < n_out; ++c) {
    const double y = (double)stream->y[0][c];
    state->guard_sum += y * y;
  }
  state->guard_count += 1;
  if (state->guard_count < state->guard_frames) {
    return;
  }
  const double power =
      state->guard_sum / ((double)state->guard_count * (double)n_out);
  state->guard_sum = 0.0;
  state->guard_count = 0;
  if (program->out_power > 0.0) {
    judge_window(stream, power, program->out_power);
  }
}

// Linear up to three quarters of the ceiling, then a tanh that ends at it.
static float soft_ceiling(float value, float ceiling) POND_NONBLOCKING;
static float soft_ceiling(float value, float ceiling) {
  const float knee = 0.75f * ceiling;
  const float room = ceiling - knee;
  const float size = pond_abs(value);
  const float over = pond_relu(size - knee);
  const float soft = pond_fma(room, pond_tanh(over / room), knee);
  const float limited = pond_pick(size > knee, soft, size);
  return pond_pick(value < 0.0f, -limited, limited);
}

// Weight of the output against dry in a fade that goes through dry.
static float dry_fade(const PondStreamState* state) POND_NONBLOCKING;
static float dry_fade(const PondStreamState* state) {
  if (state->fade_kind != POND_FADE_DRY) {
    return 1.0f;
  }
  return state->fade_k < state->fade_frames
             ? 1.0f - pond_ease(state->fade_k, state->fade_frames)
             : pond_ease(state->fade_k - state->fade_frames,
                         state->fade_frames);
}

void pond_stream_ports(PondStream* stream, const PondBlock* block, uint32_t i) {
  PondStreamState* state = &stream->state;
  const PondProgram* program = pond_stream_active(stream);
  const float mix = pond_ramp_next(&state->params[POND_PARAM_MIX]);
  const float gain = pond_ramp_next(&state->params[POND_PARAM_OUTPUT_GAIN]);
  const float ceiling = state->params[POND_PARAM_CEILING].to;
  const float wet = pond_ramp_next(&state->guard) * dry_fade(state);
  const float audible = pond_ramp_next(&state->mute);
  float* last = pond_program_last_out(program);
  for (uint32_t c = 0; c < program->graph->n_out; ++c) {
    const float dry = c < program->graph->n_in ? stream->dry[0][c] : 0.0f;
    float out = pond_mix(mix * wet, stream->y[0][c], dry) * gain;
    out = ceiling > 0.0f ? soft_ceiling(out, ceiling) : out;
    out *= audible;
    const bool finite = pond_finite(out);
    state->stats.n_not_finite += (uint64_t)!finite;
    last[c] = pond_pick(finite, out, last[c]);
    if (c < block->n_out && block->out[c]) {
      block->out[c][i] = last[c];
    }
  }
  for (uint32_t c = program->graph->n_out; c < block->n_out; ++c) {
    if (block->out[c]) {
      block->out[c][i] = 0.0f;
    }
  }
  if (ceiling > 0.0f) {
    watch_power(stream);
  }
}
