// SPDX-License-Identifier: ISC
// The options of echopond run. Main thread.
#ifndef HOST_RUN_SETTINGS_H
#define HOST_RUN_SETTINGS_H

#include "options.h"

enum { HOST_MOST_SET_PARAMS = 32 };

typedef struct {
  const char* model;
  const char* input;
  const char* output;
  const char* format;
  const char* save_state;
  const char* replay;
  const char* journal;
  bool load_states;
  bool has_mode;
  bool has_missing;
  uint64_t start;
  uint64_t n_frames;
  uint64_t n_block;
  double rate_hz;  ///< 0: not given
  PondKernelId kernel;
  PondMode mode;
  PondMissing missing;
  PondParam params[HOST_MOST_SET_PARAMS];
  float values[HOST_MOST_SET_PARAMS];
  uint32_t n_params;
} HostRunSettings;

extern const HostCommandLine host_run_line;

#endif
