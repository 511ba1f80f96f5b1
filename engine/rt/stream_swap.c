// SPDX-License-Identifier: ISC
// Swaps: the program that waits takes over, the old one fades out and goes
// back. Audio thread.
#include "stream.h"

// The delays of both programs hold outputs by frame modulo their horizons.
static void carry_delay(const PondStream* stream, const PondProgram* from,
                        PondProgram* to) POND_NONBLOCKING;
static void carry_delay(const PondStream* stream, const PondProgram* from,
                        PondProgram* to) {
  const uint32_t n_out = to->graph->n_out;
  if (from->graph->n_out != n_out) {
    return;
  }
  const uint32_t n = from->horizon < to->horizon ? from->horizon : to->horizon;
  for (uint32_t back = 1; back <= n && back <= stream->state.frame; ++back) {
    const uint64_t frame = stream->state.frame - back;
    memcpy(pond_program_delay(to) + (frame % to->horizon) * n_out,
           pond_program_delay(from) + (frame % from->horizon) * n_out,
           n_out * sizeof(float));
  }
}

// What the channels heard and said last goes on, where channels agree.
static void carry_ports(const PondProgram* from,
                        PondProgram* to) POND_NONBLOCKING;
static void carry_ports(const PondProgram* from, PondProgram* to) {
  if (from->graph->n_in == to->graph->n_in) {
    memcpy(pond_program_last_good(to), pond_program_last_good(from),
           to->graph->n_in * sizeof(float));
  }
  if (from->graph->n_out == to->graph->n_out) {
    memcpy(pond_program_last_out(to), pond_program_last_out(from),
           to->graph->n_out * sizeof(float));
  }
}

static PondFadeKind kind_of_swap(const PondProgram* from,
                                 const PondProgram* to) POND_NONBLOCKING;
static PondFadeKind kind_of_swap(const PondProgram* from,
                                 const PondProgram* to) {
  if (!from) {
    return POND_FADE_MODEL;
  }
  if (from->graph == to->graph && !to->has_state) {
    return POND_FADE_READOUT;
  }
  return to->via_dry ? POND_FADE_DRY : POND_FADE_MODEL;
}

// True if a readout feeds another node: then other readouts mean other states.
static bool readout_drives(const PondGraph* graph) POND_NONBLOCKING;
static bool readout_drives(const PondGraph* graph) {
  for (uint32_t n = 0; n < graph->n_nodes; ++n) {
    const PondNode* node = &graph->nodes[n];
    for (uint32_t i = 0; i < node->n_inputs; ++i) {
      if (graph->nodes[node->inputs[i]].kind == POND_NODE_READOUT) {
        return true;
      }
    }
  }
  return false;
}

static void start_swap(PondStream* stream) POND_NONBLOCKING;
static void start_swap(PondStream* stream) {
  PondStreamState* state = &stream->state;
  PondProgram* from = stream->current;
  PondProgram* to = stream->next;
  const PondFadeKind kind = kind_of_swap(from, to);
  if (kind == POND_FADE_READOUT) {
    memcpy(to->state, from->state, to->graph->n_vector * sizeof(float));
  }
  if (from) {
    carry_ports(from, to);
    carry_delay(stream, from, to);
  }
  stream->old = from;
  stream->current = to;
  stream->next = NULL;
  state->program[POND_ROLE_OLD] = from ? from->id : 0;
  state->program[POND_ROLE_CURRENT] = to->id;
  state->program[POND_ROLE_NEXT] = 0;
  // A first program before the first frame has nothing to fade from.
  state->fade_kind = from || state->frame > 0 ? kind : POND_FADE_NONE;
  state->fade_k = 0;
  state->guard_sum = 0.0;
  state->guard_count = 0;
  if (kind != POND_FADE_READOUT || readout_drives(to->graph)) {
    stream->tap_lost = stream->tap_on;
  }
}

void pond_stream_swap_due(PondStream* stream) {
  PondStreamState* state = &stream->state;
  if (!stream->next || state->next_at_frame > state->frame || stream->old ||
      state->fade_kind != POND_FADE_NONE ||
      stream->n_retired >= POND_MAX_RETIRED) {
    return;
  }
  const PondEvent event = {.at_frame = state->frame,
                           .id = stream->next->id,
                           .kind = POND_EVENT_SWAP,
                           .param = stream->next->via_dry ? 1U : 0U,
                           .late = state->next_at_frame < state->frame};
  if (!pond_stream_note(stream, &event)) {
    return;
  }
  state->stats.n_swaps += 1;
  start_swap(stream);
}

static void end_fade(PondStream* stream) POND_NONBLOCKING;
static void end_fade(PondStream* stream) {
  PondStreamState* state = &stream->state;
  if (stream->old) {
    stream->retired[stream->n_retired++] = stream->old;
  }
  stream->old = NULL;
  state->program[POND_ROLE_OLD] = 0;
  state->fade_kind = POND_FADE_NONE;
  state->fade_k = 0;
  if (stream->next) {
    stream->due = state->frame;
  }
}

void pond_stream_fade_advance(PondStream* stream) {
  PondStreamState* state = &stream->state;
  if (state->fade_kind == POND_FADE_NONE) {
    return;
  }
  state->fade_k += 1;
  if (state->fade_kind == POND_FADE_DRY &&
      state->fade_k == state->fade_frames) {
    stream->tap_lost = stream->tap_on;
  }
  const uint32_t length = state->fade_kind == POND_FADE_DRY
                              ? 2 * state->fade_frames
                              : state->fade_frames;
  if (state->fade_k >= length) {
    end_fade(stream);
  }
}

void pond_stream_retire(PondStream* stream) {
  while (stream->n_retired > 0 && pond_mailbox_can_return(&stream->mailbox)) {
    stream->n_retired -= 1;
    pond_mailbox_return(&stream->mailbox, stream->retired[stream->n_retired]);
  }
}
