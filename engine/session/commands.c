// SPDX-License-Identifier: ISC
// The command table: name, typed arguments, one line of help, handler. Every
// front end speaks through it. Control side.
#include <jansson.h>
#include <string.h>

#include "commands.h"
#include "errors.h"

static const PondCommand COMMANDS[] = {
    {{"version", "", "", "program and numerics contract"}, pond_do_version},
    {{"help", "", "[prefix=TEXT]", "all commands, a line each"}, pond_do_help},
    {{"status", "", "", "frame, mode, model and counters"}, pond_do_status},
    {{"mode", "s", "predict|generate|teacher [at=FRAME]",
      "what drives the feedback input"},
     pond_do_mode},
    {{"panic", "i", "0|1", "mutes the output within a millisecond"},
     pond_do_panic},
    {{"param/set", "sf", "NAME VALUE [at=FRAME]", "sets a live parameter"},
     pond_do_param_set},
    {{"param/get", "s", "NAME", "value asked for last"}, pond_do_param_get},
    {{"param/list", "", "", "all live parameters with their ranges"},
     pond_do_param_list},
    {{"state/reset", "", "[at=FRAME]", "all reservoirs to zero"},
     pond_do_state_reset},
    {{"state/hash", "", "", "frame and hash of the last snapshot"},
     pond_do_state_hash},
    {{"model/info", "", "", "sizes of the model posted last"},
     pond_do_model_info},
    {{"record/start", "", "", "records what drives the model, for training"},
     pond_do_record_start},
    {{"record/stop", "", "", "stops recording and keeps what is there"},
     pond_do_record_stop},
    {{"train/start", "", "[log10_alpha=X|alpha=auto] [horizon=K] [washout=N]",
      "fits the readouts to the recording"},
     pond_do_train_start},
    {{"train/cancel", "", "", "stops a training job"}, pond_do_train_cancel},
    {{"train/undo", "", "", "brings the readout before the training back"},
     pond_do_train_undo}};

enum { N_COMMANDS = sizeof(COMMANDS) / sizeof(COMMANDS[0]) };

uint32_t pond_command_count(void) { return N_COMMANDS; }

const PondCommandInfo* pond_command_info(uint32_t index) {
  return index < N_COMMANDS ? &COMMANDS[index].info : NULL;
}

const char* pond_call_option(const PondCall* call, const char* key) {
  const size_t n = strlen(key);
  for (uint32_t i = call->n_fixed; i < call->n_args; ++i) {
    const char* text = call->args[i].value.s;
    if (strncmp(text, key, n) == 0 && text[n] == '=') {
      return text + n + 1;
    }
  }
  return NULL;
}

PondStatus pond_call_number(const PondCall* call, const PondOption* option,
                            double* value, PondError* error) {
  const char* text = pond_call_option(call, option->key);
  if (!text) {
    return POND_OK;
  }
  // jansson reads numbers the same in every locale.
  json_t* json = json_loads(text, JSON_DECODE_ANY, NULL);
  const bool is_number = json_is_number(json);
  const double number = json_number_value(json);
  json_decref(json);
  if (!is_number || !(number >= option->min && number <= option->max)) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "%s: %s=%s, allowed is a number from %g to %g",
                      call->command->info.name, option->key, text, option->min,
                      option->max);
  }
  *value = number;
  return POND_OK;
}

void pond_call_answer(const PondCall* call, const char* types, ...) {
  enum { MAX_VALUES = 8 };
  PondArg values[MAX_VALUES];
  uint32_t n = 0;
  va_list args;
  va_start(args, types);
  for (; types[n] && n < MAX_VALUES; ++n) {
    values[n].type = types[n];
    switch (types[n]) {
      case 's': values[n].value.s = va_arg(args, const char*); break;
      case 'i': values[n].value.i = va_arg(args, int64_t); break;
      default: values[n].value.f = va_arg(args, double); break;
    }
  }
  va_end(args);
  if (call->reply) {
    call->reply(call->context, values, n);
  }
}

static const PondCommand* find(const char* name) {
  for (uint32_t i = 0; i < N_COMMANDS; ++i) {
    if (strcmp(COMMANDS[i].info.name, name) == 0) {
      return &COMMANDS[i];
    }
  }
  return NULL;
}

static bool fits(char wanted, const PondArg* arg) {
  return arg->type == wanted || (wanted == 'f' && arg->type == 'i');
}

// A key of `text` ("at=5") has to stand in the usage line ("[at=FRAME]").
static bool is_option_of(const PondCommandInfo* info, const char* text) {
  const char* equals = strchr(text, '=');
  const size_t n = equals ? (size_t)(equals - text) + 1 : 0;
  for (const char* at = info->usage; n > 1 && *at; ++at) {
    if ((*at == '[' || *at == '|') && strncmp(at + 1, text, n) == 0) {
      return true;
    }
  }
  return false;
}

static PondStatus check_args(const PondCall* call, PondError* error) {
  const PondCommandInfo* info = &call->command->info;
  bool good = call->n_args >= call->n_fixed;
  for (uint32_t i = 0; i < call->n_args && good; ++i) {
    const PondArg* arg = &call->args[i];
    good = i < call->n_fixed
               ? fits(info->types[i], arg)
               : arg->type == 's' && is_option_of(info, arg->value.s);
  }
  return good ? POND_OK
              : pond_error(error, POND_STATUS_BAD_ARG, "usage: %s %s",
                           info->name, info->usage);
}

PondStatus pond_session_command(PondSession* session,
                                const PondCommandLine* line, PondError* error) {
  const PondCommand* command = find(line->name);
  if (!command) {
    return pond_error(error, POND_STATUS_NOT_FOUND,
                      "unknown command \"%s\": help lists them all",
                      line->name);
  }
  const PondCall call = {.session = session,
                         .command = command,
                         .args = line->args,
                         .n_args = line->n_args,
                         .n_fixed = (uint32_t)strlen(command->info.types),
                         .reply = line->reply,
                         .context = line->context};
  const PondStatus status = check_args(&call, error);
  return status ? status : command->run(&call, error);
}
