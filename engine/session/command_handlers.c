// SPDX-License-Identifier: ISC
// What the commands do: each a thin call of the session. Control side.
#include <math.h>
#include <string.h>

#include "commands.h"
#include "pond/engine.h"
#include "session_core.h"

static const PondOption AT_FRAME = {"at", 0.0, 0x1p53};
static const PondOption LOG10_ALPHA = {"log10_alpha", -300.0, 300.0};
static const PondOption HORIZON = {"horizon", 0.0, POND_MAX_HORIZON};
static const PondOption WASHOUT = {"washout", 0.0, UINT32_MAX};

static PondStatus at_frame(const PondCall* call, uint64_t* frame,
                           PondError* error) {
  double value = 0.0;
  const PondStatus status = pond_call_number(call, &AT_FRAME, &value, error);
  *frame = (uint64_t)value;
  return status;
}

PondStatus pond_do_version(const PondCall* call, PondError* error) {
  (void)error;
  pond_call_answer(call, "si", POND_VERSION, (int64_t)POND_NUMERICS);
  return POND_OK;
}

PondStatus pond_do_help(const PondCall* call, PondError* error) {
  (void)error;
  const char* prefix = pond_call_option(call, "prefix");
  for (uint32_t i = 0; i < pond_command_count(); ++i) {
    const PondCommandInfo* info = pond_command_info(i);
    if (!prefix || strncmp(info->name, prefix, strlen(prefix)) == 0) {
      pond_call_answer(call, "sss", info->name, info->usage, info->doc);
    }
  }
  return POND_OK;
}

PondStatus pond_do_status(const PondCall* call, PondError* error) {
  (void)error;
  PondStats stats;
  pond_session_stats(call->session, &stats);
  const struct {
    const char* name;
    uint64_t value;
  } rows[] = {{"frame", stats.frame},
              {"blocks", stats.n_blocks},
              {"swaps", stats.n_swaps},
              {"events", stats.n_events},
              {"late_events", stats.n_late_events},
              {"missing", stats.n_missing},
              {"resets", stats.n_resets},
              {"not_finite", stats.n_not_finite},
              {"guard_trips", stats.n_guard_trips},
              {"tap_drops", stats.n_tap_drops},
              {"recorded", pond_session_recorded(call->session)}};
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
    pond_call_answer(call, "si", rows[i].name, (int64_t)rows[i].value);
  }
  pond_session_lock(call->session);
  const PondMode mode = call->session->mode;
  pond_session_unlock(call->session);
  pond_call_answer(call, "ss", "mode", pond_mode_name(mode));
  return POND_OK;
}

PondStatus pond_do_mode(const PondCall* call, PondError* error) {
  uint64_t frame = 0;
  const PondStatus status = at_frame(call, &frame, error);
  if (status) {
    return status;
  }
  for (uint32_t mode = 0; pond_mode_name((PondMode)mode); ++mode) {
    if (strcmp(call->args[0].value.s, pond_mode_name((PondMode)mode)) == 0) {
      return pond_session_set_mode(call->session, (PondMode)mode, frame, error);
    }
  }
  return pond_error(error, POND_STATUS_BAD_ARG,
                    "mode \"%s\": allowed are predict, generate, teacher",
                    call->args[0].value.s);
}

PondStatus pond_do_panic(const PondCall* call, PondError* error) {
  return pond_session_panic(call->session, call->args[0].value.i != 0, error);
}

static PondStatus find_param(const PondCall* call, const PondParamInfo** info,
                             PondError* error) {
  *info = pond_param_find(call->args[0].value.s);
  return *info ? POND_OK
               : pond_error(error, POND_STATUS_NOT_FOUND,
                            "no live parameter is called \"%s\": param/list "
                            "names them",
                            call->args[0].value.s);
}

PondStatus pond_do_param_set(const PondCall* call, PondError* error) {
  const PondParamInfo* info = NULL;
  uint64_t frame = 0;
  PondStatus status = find_param(call, &info, error);
  if (!status) {
    status = at_frame(call, &frame, error);
  }
  if (status) {
    return status;
  }
  const PondArg* arg = &call->args[1];
  const double value = arg->type == 'i' ? (double)arg->value.i : arg->value.f;
  return pond_session_set_param(call->session, info->param, (float)value, frame,
                                error);
}

PondStatus pond_do_param_get(const PondCall* call, PondError* error) {
  const PondParamInfo* info = NULL;
  const PondStatus status = find_param(call, &info, error);
  if (!status) {
    pond_session_lock(call->session);
    const double value = (double)call->session->params[info->param];
    pond_session_unlock(call->session);
    pond_call_answer(call, "sf", info->name, value);
  }
  return status;
}

PondStatus pond_do_param_list(const PondCall* call, PondError* error) {
  (void)error;
  for (uint32_t i = 0; i < pond_param_count(); ++i) {
    const PondParamInfo* info = pond_param_info(i);
    pond_call_answer(call, "sfffs", info->name, (double)info->min,
                     (double)info->max, (double)info->initial, info->doc);
  }
  return POND_OK;
}

PondStatus pond_do_state_reset(const PondCall* call, PondError* error) {
  uint64_t frame = 0;
  const PondStatus status = at_frame(call, &frame, error);
  return status ? status : pond_session_reset(call->session, frame, error);
}

PondStatus pond_do_state_hash(const PondCall* call, PondError* error) {
  enum { DIGITS = 17 };
  uint64_t frame = 0;
  if (!pond_session_snapshot_ready(call->session, &frame)) {
    const PondStatus status = pond_session_snapshot(call->session, 0, error);
    return status ? status
                  : pond_error(error, POND_STATUS_BUSY,
                               "a snapshot was asked for: ask again after the "
                               "next block");
  }
  char text[DIGITS];
  (void)snprintf(text, sizeof(text), "%016llx",
                 (unsigned long long)pond_session_state_hash(call->session));
  pond_call_answer(call, "is", (int64_t)frame, text);
  return POND_OK;
}

PondStatus pond_do_model_info(const PondCall* call, PondError* error) {
  PondModel* model = pond_session_model(call->session);
  if (!model) {
    return pond_error(error, POND_STATUS_NOT_FOUND, "no model is loaded");
  }
  pond_call_answer(call, "si", "in", (int64_t)pond_model_in_size(model));
  pond_call_answer(call, "si", "out", (int64_t)pond_model_out_size(model));
  pond_call_answer(call, "si", "horizon",
                   (int64_t)pond_model_fit(model)->horizon);
  pond_model_free(model);
  return POND_OK;
}

PondStatus pond_do_record_start(const PondCall* call, PondError* error) {
  return pond_session_record(call->session, true, error);
}

PondStatus pond_do_record_stop(const PondCall* call, PondError* error) {
  return pond_session_record(call->session, false, error);
}

static PondStatus read_ridge(const PondCall* call, PondRidgeConfig* config,
                             PondError* error) {
  const double torch_rc_alpha = -6.0;
  const char* alpha = pond_call_option(call, "alpha");
  double log10_alpha = torch_rc_alpha;
  double horizon = 1.0;
  double washout = 0.0;
  if (alpha && strcmp(alpha, "auto") != 0) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "alpha=%s: give alpha=auto, or log10_alpha=X", alpha);
  }
  PondStatus status = pond_call_number(call, &LOG10_ALPHA, &log10_alpha, error);
  if (!status) {
    status = pond_call_number(call, &HORIZON, &horizon, error);
  }
  if (!status) {
    status = pond_call_number(call, &WASHOUT, &washout, error);
  }
  config->alpha_auto = alpha != NULL;
  config->alpha = pow(10.0, log10_alpha);
  config->horizon = (uint32_t)horizon;
  config->washout = (uint32_t)washout;
  return status;
}

PondStatus pond_do_train_start(const PondCall* call, PondError* error) {
  PondRidgeConfig config;
  memset(&config, 0, sizeof(config));
  const PondStatus status = read_ridge(call, &config, error);
  return status ? status : pond_session_train(call->session, &config, error);
}

PondStatus pond_do_train_cancel(const PondCall* call, PondError* error) {
  pond_session_lock(call->session);
  PondJob* job = call->session->job;
  if (job) {
    pond_job_cancel(job);
  }
  pond_session_unlock(call->session);
  return job ? POND_OK
             : pond_error(error, POND_STATUS_NOT_FOUND, "no training runs");
}

PondStatus pond_do_train_undo(const PondCall* call, PondError* error) {
  return pond_session_undo(call->session, error);
}
