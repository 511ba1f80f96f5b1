// SPDX-License-Identifier: ISC
// What a command's handler gets, and the handlers. Control side.
#ifndef POND_SESSION_COMMANDS_H
#define POND_SESSION_COMMANDS_H

#include <stdarg.h>

#include "pond/session.h"

typedef struct PondCommand PondCommand;

/// One call of a command; arguments have been checked against its types.
typedef struct {
  PondSession* session;
  const PondCommand* command;
  const PondArg* args;
  uint32_t n_args;
  uint32_t n_fixed;  ///< positional ones; "key=value" texts follow
  PondReply* reply;
  void* context;
} PondCall;

typedef PondStatus PondDo(const PondCall* call, PondError* error);

struct PondCommand {
  PondCommandInfo info;
  PondDo* run;
};

/// Text behind "key=" among the options; NULL without.
const char* pond_call_option(const PondCall* call, const char* key);
/// A number behind "key=", and its range.
typedef struct {
  const char* key;
  double min;
  double max;
} PondOption;

/// The number of `option`; `value` stays as it is without.
PondStatus pond_call_number(const PondCall* call, const PondOption* option,
                            double* value, PondError* error);
/// Answers one line: types 's' const char*, 'i' int64_t, 'f' double.
void pond_call_answer(const PondCall* call, const char* types, ...);

PondDo pond_do_version;
PondDo pond_do_help;
PondDo pond_do_status;
PondDo pond_do_mode;
PondDo pond_do_panic;
PondDo pond_do_param_set;
PondDo pond_do_param_get;
PondDo pond_do_param_list;
PondDo pond_do_state_reset;
PondDo pond_do_state_hash;
PondDo pond_do_model_info;
PondDo pond_do_record_start;
PondDo pond_do_record_stop;
PondDo pond_do_train_start;
PondDo pond_do_train_cancel;
PondDo pond_do_train_undo;

#endif
