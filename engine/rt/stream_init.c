// SPDX-License-Identifier: ISC
// Making a stream in the caller's memory, and putting it where a snapshot
// stood. Control side, while no audio thread runs it.
#include "stream.h"

enum { ALIGNMENT = 64 };

/// Offsets of the parts of a stream's memory.
typedef struct {
  size_t events, journal, tap, states, size;
  bool overflow;
} Parts;

static size_t part(Parts* parts, size_t size_bytes) {
  const size_t offset = parts->size;
  size_t end = 0;
  if (size_bytes > SIZE_MAX - ALIGNMENT ||
      __builtin_add_overflow(
          offset, (size_bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1),
          &end)) {
    parts->overflow = true;
    return 0;
  }
  parts->size = end;
  return offset;
}

enum { EVENTS_BYTES = 4096 };

static Parts plan(const PondStreamSizes* sizes) {
  Parts parts = {0};
  (void)part(&parts, sizeof(PondStream));
  parts.events = part(&parts, EVENTS_BYTES);
  parts.journal = part(&parts, sizes->journal_bytes);
  parts.tap = part(&parts, sizes->tap_bytes);
  parts.states = part(&parts, 3 * (size_t)sizes->state_floats * sizeof(float));
  return parts;
}

size_t pond_stream_size(const PondStreamSizes* sizes) {
  const Parts parts = plan(sizes);
  return parts.overflow ? 0 : parts.size;
}

PondStream* pond_stream_init(void* memory, const PondStreamSizes* sizes,
                             const PondStreamState* state) {
  PondStream* stream = (PondStream*)memory;
  unsigned char* bytes = (unsigned char*)memory;
  const Parts parts = plan(sizes);
  stream->state = *state;
  pond_mailbox_init(&stream->mailbox);
  pond_ring_init(&stream->events, bytes + parts.events, EVENTS_BYTES);
  pond_ring_init(&stream->journal, bytes + parts.journal, sizes->journal_bytes);
  pond_ring_init(&stream->tap, bytes + parts.tap, sizes->tap_bytes);
  pond_slot_init(&stream->slot);
  pond_triple_init(&stream->triple);
  for (uint32_t i = 0; i < 3; ++i) {
    stream->published[i].capacity = sizes->state_floats;
    stream->published[i].floats =
        (float*)(void*)(bytes + parts.states) + (size_t)i * sizes->state_floats;
  }
  return stream;
}

void pond_stream_restore(PondStream* stream, const PondStreamState* state,
                         PondProgram* const programs[POND_ROLE_COUNT]) {
  stream->state = *state;
  stream->current = programs[POND_ROLE_CURRENT];
  stream->old = programs[POND_ROLE_OLD];
  stream->next = programs[POND_ROLE_NEXT];
  stream->due = 0;
  stream->tap_on = 0;
  stream->tap_lost = 0;
  stream->since_published = 0;
  pond_stream_publish_counters(stream);
}

void pond_stream_stats(const PondStream* stream, PondStats* stats) {
  uint64_t values[POND_N_COUNTERS];
  for (uint32_t i = 0; i < POND_N_COUNTERS; ++i) {
    // Partner: pond_stream_publish_counters() in stream_snapshot.c.
    values[i] =
        atomic_load_explicit(&stream->counters[i], memory_order_relaxed);
  }
  memcpy(stats, values, sizeof(*stats));
}
