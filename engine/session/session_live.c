// SPDX-License-Identifier: ISC
// Live parameters, mode, reset and panic: checked, then sent to the audio
// thread as events. Control side.
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "session_core.h"

static const PondParamInfo PARAMS[POND_PARAM_COUNT] = {
    {"input_gain", POND_PARAM_INPUT_GAIN, -100.0f, 100.0f, 1.0f, true,
     "gain of the incoming signal"},
    {"output_gain", POND_PARAM_OUTPUT_GAIN, -100.0f, 100.0f, 1.0f, true,
     "gain of the output"},
    {"mix", POND_PARAM_MIX, 0.0f, 1.0f, 1.0f, true,
     "0 the dry input, 1 the prediction"},
    {"feedback_gain", POND_PARAM_FEEDBACK_GAIN, -4.0f, 4.0f, 1.0f, true,
     "gain of the prediction that free run feeds back"},
    {"leak", POND_PARAM_LEAK, 0.0f, 1.0f, 0.0f, false,
     "leak rate of all reservoirs; 0 leaves each its own"},
    {"ceiling", POND_PARAM_CEILING, 0.0f, 1000.0f, 0.0f, false,
     "highest output of the guard, linear; 0 turns the guard off"}};

uint32_t pond_param_count(void) { return POND_PARAM_COUNT; }

const PondParamInfo* pond_param_info(uint32_t index) {
  return index < POND_PARAM_COUNT ? &PARAMS[index] : NULL;
}

const PondParamInfo* pond_param_find(const char* name) {
  for (uint32_t i = 0; i < POND_PARAM_COUNT; ++i) {
    if (strcmp(PARAMS[i].name, name) == 0) {
      return &PARAMS[i];
    }
  }
  return NULL;
}

const char* pond_mode_name(PondMode mode) {
  switch (mode) {
    case POND_MODE_PREDICT: return "predict";
    case POND_MODE_GENERATE: return "generate";
    case POND_MODE_TEACHER: return "teacher";
  }
  return NULL;
}

PondStatus pond_session_send(PondSession* session, const PondEvent* event,
                             PondError* error) {
  if (session->n_waiting >= POND_MAX_PENDING ||
      !pond_ring_write(&session->stream->events, event, sizeof(*event), NULL,
                       0)) {
    return pond_error(error, POND_STATUS_BUSY,
                      "%d events wait for their frames already: let the stream "
                      "run on, or send fewer ahead",
                      POND_MAX_PENDING);
  }
  session->n_waiting += 1;
  return POND_OK;
}

PondStatus pond_session_set_param_locked(PondSession* session, PondParam param,
                                         float value, uint64_t at_frame,
                                         PondError* error) {
  const PondParamInfo* info = pond_param_info((uint32_t)param);
  if (!info) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "no live parameter has number %d", (int)param);
  }
  if (!isfinite(value) || value < info->min || value > info->max) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "%s is %g: allowed are %g to %g", info->name,
                      (double)value, (double)info->min, (double)info->max);
  }
  const PondEvent event = {.at_frame = at_frame,
                           .kind = POND_EVENT_PARAM,
                           .param = (uint32_t)param,
                           .value = value};
  const PondStatus status = pond_session_send(session, &event, error);
  if (!status) {
    session->params[param] = value;
  }
  return status;
}

PondStatus pond_session_set_mode_locked(PondSession* session, PondMode mode,
                                        uint64_t at_frame, PondError* error) {
  const PondModel* model = session->newest;
  if ((uint32_t)mode > POND_MODE_TEACHER) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "mode is %d: predict, generate or teacher", (int)mode);
  }
  if (mode == POND_MODE_GENERATE && model &&
      pond_model_out_size(model) != pond_model_feedback_size(model)) {
    return pond_error(
        error, POND_STATUS_MISMATCH,
        "free run feeds the output (%" PRIu32
        ") into the feedback input (%" PRIu32 "), which are of different sizes",
        pond_model_out_size(model), pond_model_feedback_size(model));
  }
  const PondEvent event = {
      .at_frame = at_frame, .kind = POND_EVENT_MODE, .param = (uint32_t)mode};
  const PondStatus status = pond_session_send(session, &event, error);
  if (!status) {
    session->mode = mode;
  }
  return status;
}

PondStatus pond_session_set_param(PondSession* session, PondParam param,
                                  float value, uint64_t at_frame,
                                  PondError* error) {
  pond_session_lock(session);
  const PondStatus status =
      pond_session_set_param_locked(session, param, value, at_frame, error);
  pond_session_unlock(session);
  return status;
}

PondStatus pond_session_set_mode(PondSession* session, PondMode mode,
                                 uint64_t at_frame, PondError* error) {
  pond_session_lock(session);
  const PondStatus status =
      pond_session_set_mode_locked(session, mode, at_frame, error);
  pond_session_unlock(session);
  return status;
}

static PondStatus send_plain(PondSession* session, uint32_t kind,
                             uint32_t param, uint64_t at_frame,
                             PondError* error) {
  const PondEvent event = {.at_frame = at_frame, .kind = kind, .param = param};
  pond_session_lock(session);
  const PondStatus status = pond_session_send(session, &event, error);
  pond_session_unlock(session);
  return status;
}

PondStatus pond_session_reset(PondSession* session, uint64_t at_frame,
                              PondError* error) {
  return send_plain(session, POND_EVENT_RESET, 0, at_frame, error);
}

PondStatus pond_session_panic(PondSession* session, bool on, PondError* error) {
  return send_plain(session, POND_EVENT_PANIC, on ? 1U : 0U, 0, error);
}
