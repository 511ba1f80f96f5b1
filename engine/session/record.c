// SPDX-License-Identifier: ISC
// Recording from the tap. Control side, mutex held.
#include "record.h"

#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "pond/model.h"
#include "session_core.h"

enum { MAX_BODY_FLOATS = 2 * POND_MAX_CHANNELS };

static uint32_t row_floats(const PondRecording* recording) {
  return recording->n_in + recording->n_target;
}

static uint32_t rows_per_chunk(const PondRecording* recording) {
  return POND_CHUNK_FLOATS / row_floats(recording);
}

const float* pond_recording_row(const PondRecording* recording,
                                uint64_t index) {
  const uint32_t per_chunk = rows_per_chunk(recording);
  return recording->chunks[index / per_chunk] +
         (index % per_chunk) * row_floats(recording);
}

static void clear(PondRecording* recording) {
  for (uint32_t i = 0; i < recording->n_chunks; ++i) {
    pond_memory_free(recording->chunks[i]);
  }
  recording->n_chunks = 0;
  recording->n_rows = 0;
  recording->full = false;
  pond_memory_free(recording->state);
  recording->state = NULL;
  pond_model_free(recording->model);
  recording->model = NULL;
}

void pond_recording_free(PondRecording* recording) {
  if (recording) {
    clear(recording);
    pond_memory_free((void*)recording->chunks);
    pond_memory_free(recording);
  }
}

static PondStatus make(PondSession* session, PondError* error) {
  PondRecording* recording =
      (PondRecording*)pond_memory_new(1, sizeof(*recording));
  if (!recording) {
    return pond_error_memory(error, "a recording");
  }
  const size_t max =
      session->config.record_bytes / (POND_CHUNK_FLOATS * sizeof(float));
  recording->max_chunks = max < 1 ? 1 : (uint32_t)max;
  recording->chunks =
      (float**)pond_memory_new(recording->max_chunks, sizeof(float*));
  if (!recording->chunks) {
    pond_recording_free(recording);
    return pond_error_memory(error, "a recording");
  }
  session->recording = recording;
  return POND_OK;
}

static PondStatus record_locked(PondSession* session, bool on,
                                PondError* error) {
  if (on && session->job) {
    return pond_error(error, POND_STATUS_BUSY,
                      "a training job reads the recording: wait for it, or "
                      "cancel it");
  }
  if (!session->recording) {
    const PondStatus status = make(session, error);
    if (status) {
      return status;
    }
  }
  const PondEvent event = {.kind = POND_EVENT_TAP, .param = on ? 1U : 0U};
  const PondStatus status = pond_session_send(session, &event, error);
  if (!status && on) {
    clear(session->recording);
  }
  if (!status) {
    session->recording->on = on;
  }
  return status;
}

PondStatus pond_session_record(PondSession* session, bool on,
                               PondError* error) {
  pond_session_lock(session);
  const PondStatus status = record_locked(session, on, error);
  pond_session_unlock(session);
  return status;
}

uint64_t pond_session_recorded(PondSession* session) {
  pond_session_lock(session);
  const uint64_t n = session->recording ? session->recording->n_rows : 0;
  pond_session_unlock(session);
  return n;
}

static void skip(PondRing* ring, uint32_t size_bytes) {
  unsigned char rest[256];
  while (size_bytes > 0) {
    const uint32_t n =
        size_bytes < sizeof(rest) ? size_bytes : (uint32_t)sizeof(rest);
    (void)pond_ring_read(ring, rest, n);
    size_bytes -= n;
  }
}

// A new whole state: rows before it do not lead to those after it.
static void take_state(PondSession* session, const PondTapHead* head) {
  PondRecording* recording = session->recording;
  PondRing* tap = &session->stream->tap;
  if (!recording || !recording->on || session->job) {
    skip(tap, head->size_bytes);
    return;
  }
  if (recording->n_rows > 0) {
    pond_session_tell(session, "record", head->frame,
                      "the recording starts anew at frame %" PRIu64
                      ": the stream's state was changed, or the tap dropped "
                      "frames",
                      head->frame);
  }
  clear(recording);
  recording->state = (float*)pond_memory_new(head->size_bytes, 1);
  if (!recording->state) {
    skip(tap, head->size_bytes);
    return;
  }
  (void)pond_ring_read(tap, recording->state, head->size_bytes);
  recording->n_state = head->size_bytes / (uint32_t)sizeof(float);
  recording->leak = head->leak;
  const PondHeld* held = pond_session_held(session, head->program);
  recording->model = held ? pond_model_ref(held->model) : NULL;
  recording->first_frame = head->frame;
}

static float* next_row(PondSession* session) {
  PondRecording* recording = session->recording;
  const uint64_t chunk = recording->n_rows / rows_per_chunk(recording);
  if (chunk >= recording->n_chunks) {
    float* memory =
        recording->n_chunks < recording->max_chunks
            ? (float*)pond_memory_new(POND_CHUNK_FLOATS, sizeof(float))
            : NULL;
    if (!memory) {
      recording->full = true;
      pond_session_tell(session, "record", recording->n_rows,
                        "the recording is full with %" PRIu64
                        " frames: what follows is not recorded",
                        recording->n_rows);
      return NULL;
    }
    recording->chunks[recording->n_chunks++] = memory;
  }
  return (float*)(uintptr_t)pond_recording_row(recording, recording->n_rows);
}

static void take_row(PondSession* session, const PondTapHead* head) {
  PondRecording* recording = session->recording;
  PondRing* tap = &session->stream->tap;
  float row[MAX_BODY_FLOATS];
  (void)pond_ring_read(tap, row, head->size_bytes);
  if (!recording || !recording->on || recording->full || !recording->state) {
    return;
  }
  if (recording->n_rows == 0) {
    recording->n_in = head->n_in;
    recording->n_target = head->n_target;
  }
  if (head->n_in != recording->n_in || head->n_target != recording->n_target) {
    return;
  }
  float* to = next_row(session);
  if (to) {
    memcpy(to, row, head->size_bytes);
    recording->n_rows += 1;
  }
}

void pond_recording_service(PondSession* session) {
  PondRing* tap = &session->stream->tap;
  PondTapHead head;
  while (pond_ring_read(tap, &head, sizeof(head))) {
    switch (head.kind) {
      case POND_TAP_STATE: take_state(session, &head); break;
      case POND_TAP_ROW: take_row(session, &head); break;
      default: skip(tap, head.size_bytes); break;
    }
  }
}
