// SPDX-License-Identifier: ISC
// Copies of the whole state: at an exact frame when asked, and the newest at a
// block's end. Audio thread.
#include "stream.h"

static void program_of_role(const PondStream* stream, uint32_t role,
                            const PondProgram** program) POND_NONBLOCKING;
static void program_of_role(const PondStream* stream, uint32_t role,
                            const PondProgram** program) {
  switch (role) {
    case POND_ROLE_CURRENT: *program = stream->current; break;
    case POND_ROLE_OLD:
      // While readouts fade the one graph's state is the current program's.
      *program =
          stream->state.fade_kind == POND_FADE_READOUT ? NULL : stream->old;
      break;
    default: *program = stream->next; break;
  }
}

static void copy_state(const PondStream* stream,
                       PondSnapshot* to) POND_NONBLOCKING;
static void copy_state(const PondStream* stream, PondSnapshot* to) {
  to->state = stream->state;
  to->whole = 1;
  uint32_t used = 0;
  for (uint32_t role = 0; role < POND_ROLE_COUNT; ++role) {
    const PondProgram* program = NULL;
    program_of_role(stream, role, &program);
    to->n_floats[role] = program ? program->n_state : 0;
    if (!program) {
      continue;
    }
    if (program->n_state > to->capacity - used) {
      to->whole = 0;
      continue;
    }
    memcpy(to->floats + used, program->state, program->n_state * sizeof(float));
    used += program->n_state;
  }
}

void pond_stream_snapshot_due(PondStream* stream) {
  if (pond_slot_asked(&stream->slot) &&
      stream->slot_frame <= stream->state.frame) {
    copy_state(stream, stream->slot_snapshot);
    pond_slot_fill(&stream->slot);
  }
}

void pond_stream_publish_counters(PondStream* stream) {
  uint64_t values[POND_N_COUNTERS];
  memcpy(values, &stream->state.stats, sizeof(values));
  for (uint32_t i = 0; i < POND_N_COUNTERS; ++i) {
    // Partner: pond_stream_stats(); each counter stands for itself.
    atomic_store_explicit(&stream->counters[i], values[i],
                          memory_order_relaxed);
  }
}

void pond_stream_publish(PondStream* stream, uint32_t n_frames) {
  enum { PUBLISH_EVERY = 64 };
  stream->state.stats.n_blocks += 1;
  pond_stream_publish_counters(stream);
  stream->since_published +=
      n_frames < PUBLISH_EVERY ? n_frames : PUBLISH_EVERY;
  if (stream->since_published >= PUBLISH_EVERY) {
    stream->since_published = 0;
    copy_state(stream, &stream->published[pond_triple_back(&stream->triple)]);
    pond_triple_publish(&stream->triple);
  }
}
