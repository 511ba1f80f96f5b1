// SPDX-License-Identifier: ISC
// Events: taken in, kept in the order of their frames, applied at their frame,
// noted in the journal. Audio thread.
#include "stream.h"

bool pond_stream_push(PondStream* stream, PondEvent event) {
  PondStreamState* state = &stream->state;
  if (state->n_pending >= POND_MAX_PENDING) {
    return false;
  }
  if (event.at_frame < state->frame) {
    event.late = event.at_frame != 0;
    event.at_frame = state->frame;
  }
  uint32_t at = state->n_pending;
  while (at > 0 && state->pending[at - 1].at_frame > event.at_frame) {
    state->pending[at] = state->pending[at - 1];
    at -= 1;
  }
  state->pending[at] = event;
  state->n_pending += 1;
  if (event.at_frame < stream->due) {
    stream->due = event.at_frame;
  }
  return true;
}

void pond_stream_receive(PondStream* stream) {
  PondStreamState* state = &stream->state;
  // The request is read first: what was posted before it is then seen too.
  if (pond_slot_asked(&stream->slot)) {
    stream->due = state->frame;
  }
  if (!stream->next) {
    stream->next = (PondProgram*)pond_mailbox_take(&stream->mailbox);
    if (stream->next) {
      state->program[POND_ROLE_NEXT] = stream->next->id;
      state->next_at_frame = stream->next->at_frame > state->frame
                                 ? stream->next->at_frame
                                 : state->frame;
      stream->due = state->frame;
    }
  }
  PondEvent event;
  for (uint32_t i = 0; i < POND_EVENTS_PER_BLOCK; ++i) {
    if (state->n_pending >= POND_MAX_PENDING ||
        !pond_ring_read(&stream->events, &event, sizeof(event))) {
      return;
    }
    (void)pond_stream_push(stream, event);
  }
}

// At frame 0 nothing has been heard: changes need no ramp.
static uint32_t ramp_length(const PondStreamState* state,
                            uint32_t length) POND_NONBLOCKING;
static uint32_t ramp_length(const PondStreamState* state, uint32_t length) {
  return state->frame == 0 ? 0 : length;
}

static void apply_param(PondStreamState* state,
                        const PondEvent* event) POND_NONBLOCKING;
static void apply_param(PondStreamState* state, const PondEvent* event) {
  const bool jumps =
      event->param == POND_PARAM_LEAK || event->param == POND_PARAM_CEILING;
  pond_ramp_start(&state->params[event->param], event->value,
                  jumps ? 0 : ramp_length(state, state->ramp_frames));
}

static void apply_mode(PondStreamState* state,
                       const PondEvent* event) POND_NONBLOCKING;
static void apply_mode(PondStreamState* state, const PondEvent* event) {
  state->mode_before = state->mode;
  state->mode = event->param;
  state->mode_mix.to = 0.0f;
  state->mode_mix.length = 0;
  pond_ramp_start(&state->mode_mix, 1.0f,
                  ramp_length(state, state->fade_frames));
}

static void apply_reset(PondStream* stream) POND_NONBLOCKING;
static void apply_reset(PondStream* stream) {
  if (stream->current) {
    pond_program_reset(stream->current);
  }
  if (stream->state.fade_kind != POND_FADE_READOUT && stream->old) {
    pond_program_reset(stream->old);
  }
}

static void apply(PondStream* stream, const PondEvent* event) POND_NONBLOCKING;
static void apply(PondStream* stream, const PondEvent* event) {
  PondStreamState* state = &stream->state;
  switch (event->kind) {
    case POND_EVENT_PARAM:
      apply_param(state, event);
      if (event->param == POND_PARAM_LEAK) {
        stream->tap_lost = stream->tap_on;
      }
      break;
    case POND_EVENT_MODE: apply_mode(state, event); break;
    case POND_EVENT_RESET:
      apply_reset(stream);
      stream->tap_lost = stream->tap_on;
      break;
    case POND_EVENT_PANIC:
      pond_ramp_start(&state->mute, event->param ? 0.0f : 1.0f,
                      ramp_length(state, state->mute_frames));
      break;
    case POND_EVENT_TAP:
      stream->tap_on = event->param;
      stream->tap_lost = event->param;
      break;
    default: break;
  }
}

// A mode waits for the end of the mode fade before it: three sources at once
// would need three weights.
static bool must_wait(const PondStreamState* state,
                      const PondEvent* event) POND_NONBLOCKING;
static bool must_wait(const PondStreamState* state, const PondEvent* event) {
  return event->kind == POND_EVENT_MODE &&
         state->mode_mix.k < state->mode_mix.length;
}

bool pond_stream_note(PondStream* stream, const PondEvent* event) {
  if (!pond_ring_write(&stream->journal, event, sizeof(*event), NULL, 0)) {
    return false;
  }
  if (stream->tap_on) {
    const PondTapHead head = {.frame = stream->state.frame,
                              .program = stream->state.program[0],
                              .kind = POND_TAP_EVENT,
                              .size_bytes = sizeof(*event)};
    if (!pond_ring_write(&stream->tap, &head, sizeof(head), event,
                         sizeof(*event))) {
      stream->tap_lost = 1;
    }
  }
  return true;
}

// Applies pending event `at` and closes its gap; false: it has to wait.
static bool apply_pending(PondStream* stream, uint32_t at) POND_NONBLOCKING;
static bool apply_pending(PondStream* stream, uint32_t at) {
  PondStreamState* state = &stream->state;
  PondEvent event = state->pending[at];
  if (must_wait(state, &event)) {
    return false;
  }
  event.late |= event.at_frame < state->frame;
  event.at_frame = state->frame;
  if (!pond_stream_note(stream, &event)) {
    return false;
  }
  apply(stream, &event);
  state->stats.n_events += 1;
  state->stats.n_late_events += event.late;
  state->n_pending -= 1;
  for (uint32_t i = at; i < state->n_pending; ++i) {
    state->pending[i] = state->pending[i + 1];
  }
  return true;
}

// The earliest frame at which anything waits.
static uint64_t next_due(const PondStream* stream) POND_NONBLOCKING;
static uint64_t next_due(const PondStream* stream) {
  const PondStreamState* state = &stream->state;
  uint64_t due = UINT64_MAX;
  if (state->n_pending > 0) {
    due = state->pending[0].at_frame;
  }
  if (stream->next && state->next_at_frame < due) {
    due = state->next_at_frame;
  }
  if (pond_slot_asked(&stream->slot) && stream->slot_frame < due) {
    due = stream->slot_frame;
  }
  return due;
}

void pond_stream_apply_due(PondStream* stream) {
  PondStreamState* state = &stream->state;
  uint32_t at = 0;
  while (at < state->n_pending && state->pending[at].at_frame <= state->frame) {
    // One that waits holds back none but its own kind: they keep their order,
    // since the same condition makes them wait too.
    if (!apply_pending(stream, at)) {
      at += 1;
    }
  }
  pond_stream_swap_due(stream);
  stream->due = next_due(stream);
}

PondStatus pond_stream_set_param(PondStream* stream, PondParam param,
                                 float value) {
  if ((uint32_t)param >= POND_PARAM_COUNT || !pond_finite(value)) {
    return POND_STATUS_BAD_ARG;
  }
  const PondEvent event = {.at_frame = 0,
                           .kind = POND_EVENT_PARAM,
                           .param = (uint32_t)param,
                           .value = value};
  return pond_stream_push(stream, event) ? POND_OK : POND_STATUS_BUSY;
}
