// SPDX-License-Identifier: ISC
// The session: made, served, freed. Control side; calls may come from several
// threads.
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "alloc.h"
#include "session_core.h"

void pond_session_lock(PondSession* session) {
  pthread_mutex_lock(&session->mutex);
}

void pond_session_unlock(PondSession* session) {
  pthread_mutex_unlock(&session->mutex);
}

static uint32_t frames_of(double seconds, double rate_hz) {
  const double frames = floor(seconds * rate_hz + 0.5);
  return frames < 1.0 ? 1U : frames > 1e9 ? 1000000000U : (uint32_t)frames;
}

static size_t power_of_two(size_t wanted, size_t least) {
  size_t size = least;
  while (size < wanted && size <= SIZE_MAX / 2) {
    size *= 2;
  }
  return size;
}

static PondStatus check(const PondSessionConfig* config, PondError* error) {
  if (!(config->rate_hz > 0.0 && config->rate_hz <= 1e9)) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "rate_hz is %g: give the frames per second, above 0 and "
                      "at most 1e9",
                      config->rate_hz);
  }
  if ((uint32_t)config->missing > POND_MISSING_PREDICT) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "missing is %d: hold, zero or predict",
                      (int)config->missing);
  }
  if (!(config->fade_seconds >= 0.0) || !(config->ramp_seconds >= 0.0)) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "fade_seconds and ramp_seconds may not be negative");
  }
  return POND_OK;
}

static void with_defaults(PondSessionConfig* config) {
  const size_t kib = 1024;
  const double ten_ms = 0.010;
  config->fade_seconds =
      config->fade_seconds > 0.0 ? config->fade_seconds : ten_ms;
  config->ramp_seconds =
      config->ramp_seconds > 0.0 ? config->ramp_seconds : ten_ms;
  const size_t tap = config->tap_bytes ? config->tap_bytes : kib * kib;
  config->tap_bytes = power_of_two(tap, 4 * kib);
  const size_t state = config->state_bytes ? config->state_bytes : 256 * kib;
  config->state_bytes = state < UINT32_MAX ? state : UINT32_MAX;
  config->record_bytes =
      config->record_bytes ? config->record_bytes : 256 * kib * kib;
}

static PondRamp settled(float value) {
  const PondRamp ramp = {value, value, 0, 0};
  return ramp;
}

static PondStreamState first_state(const PondSessionConfig* config) {
  const double mute_seconds = 0.001;
  const double guard_seconds = 0.010;
  PondStreamState state;
  memset(&state, 0, sizeof(state));
  for (uint32_t i = 0; i < pond_param_count(); ++i) {
    const PondParamInfo* info = pond_param_info(i);
    state.params[info->param] = settled(info->initial);
  }
  state.mode_mix = settled(1.0f);
  state.mute = settled(1.0f);
  state.guard = settled(1.0f);
  state.missing = (uint32_t)config->missing;
  state.rate_hz = config->rate_hz;
  state.fade_frames = frames_of(config->fade_seconds, config->rate_hz);
  state.ramp_frames = frames_of(config->ramp_seconds, config->rate_hz);
  state.mute_frames = frames_of(mute_seconds, config->rate_hz);
  state.guard_frames = frames_of(guard_seconds, config->rate_hz);
  return state;
}

static PondStatus make_stream(PondSession* session, PondError* error) {
  const PondStreamSizes sizes = {
      .tap_bytes = session->config.tap_bytes,
      .journal_bytes = POND_JOURNAL_BYTES,
      .state_floats = (uint32_t)(session->config.state_bytes / sizeof(float))};
  session->memory = pond_memory_new(pond_stream_size(&sizes), 1);
  if (!session->memory) {
    return pond_error_memory(error, "a stream");
  }
  const PondStreamState state = first_state(&session->config);
  session->stream = pond_stream_init(session->memory, &sizes, &state);
  return POND_OK;
}

PondStatus pond_session_new(const PondSessionConfig* config,
                            PondSession** session, PondError* error) {
  PondStatus status = check(config, error);
  if (status) {
    return status;
  }
  PondSession* made = (PondSession*)pond_memory_new(1, sizeof(*made));
  if (!made) {
    return pond_error_memory(error, "a session");
  }
  made->config = *config;
  with_defaults(&made->config);
  made->next_id = 1;
  for (uint32_t i = 0; i < pond_param_count(); ++i) {
    made->params[pond_param_info(i)->param] = pond_param_info(i)->initial;
  }
  status = make_stream(made, error);
  if (status) {
    pond_memory_free(made);
    return status;
  }
  pthread_mutex_init(&made->mutex, NULL);
  *session = made;
  return POND_OK;
}

void pond_session_free(PondSession* session) {
  if (!session) {
    return;
  }
  pond_session_service(session);  // the last events belong into the journal
  pond_job_free(session->job);
  pond_memory_free(session->job_reader);
  pond_recording_free(session->recording);
  pond_replay_free(session->replay);
  if (session->journal) {
    (void)fclose(session->journal);
  }
  pond_memory_free(session->journal_path);
  pond_session_release_all(session);
  pond_model_free(session->newest);
  pond_model_free(session->undo);
  pond_memory_free(session->snapshot.floats);
  pond_memory_free(session->memory);
  pthread_mutex_destroy(&session->mutex);
  pond_memory_free(session);
}

PondStream* pond_session_stream(PondSession* session) {
  return session->stream;
}

void pond_session_on_notice(PondSession* session, PondOnNotice* call,
                            void* context) {
  pond_session_lock(session);
  session->notice = call;
  session->notice_context = context;
  pond_session_unlock(session);
}

void pond_session_tell(PondSession* session, const char* kind, uint64_t frame,
                       const char* format, ...) {
  if (!session->notice) {
    return;
  }
  char text[POND_ERROR_TEXT_SIZE];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  const PondNotice notice = {kind, frame, text};
  session->notice(session->notice_context, &notice);
}

PondStatus pond_session_post(PondSession* session, PondModel* model,
                             uint64_t at_frame, PondError* error) {
  pond_session_lock(session);
  const PondStatus status =
      pond_session_post_locked(session, model, at_frame, false, error);
  pond_session_unlock(session);
  return status;
}

PondModel* pond_session_model(PondSession* session) {
  pond_session_lock(session);
  PondModel* model = session->newest ? pond_model_ref(session->newest) : NULL;
  pond_session_unlock(session);
  return model;
}

void pond_session_stats(PondSession* session, PondStats* stats) {
  pond_stream_stats(session->stream, stats);
}

// Applied events come back through the journal ring.
static void take_applied(PondSession* session) {
  PondEvent event;
  while (pond_ring_read(&session->stream->journal, &event, sizeof(event))) {
    if (event.kind == POND_EVENT_SWAP) {
      session->applied_id = event.id;
    } else if (event.kind != POND_EVENT_GUARD && session->n_waiting > 0) {
      session->n_waiting -= 1;
    }
    pond_journal_event(session, &event);
  }
}

void pond_session_service_locked(PondSession* session) {
  take_applied(session);
  pond_recording_service(session);
  pond_session_finish_job(session);
  pond_session_reclaim(session);
}

void pond_session_service(PondSession* session) {
  pond_session_lock(session);
  pond_session_service_locked(session);
  pond_session_unlock(session);
}
