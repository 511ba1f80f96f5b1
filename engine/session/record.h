// SPDX-License-Identifier: ISC
// A recording: the tap's rows since a whole state, in chunks that never move,
// so that a job may read them while more come. Control side.
#ifndef POND_SESSION_RECORD_H
#define POND_SESSION_RECORD_H

#include "pond/session.h"

enum { POND_CHUNK_FLOATS = 1 << 16 };

struct PondRecording {
  bool on;
  bool full;
  float* state;  ///< n_state floats: where the first row starts
  uint32_t n_state;
  float leak;        ///< override in force
  PondModel* model;  ///< whose state and rows they are, one reference; NULL
                     ///< if it was gone before the state was read
  uint64_t first_frame;
  uint32_t n_in;
  uint32_t n_target;
  float** chunks;
  uint32_t n_chunks;  ///< allocated
  uint32_t max_chunks;
  uint64_t n_rows;
};

/// Row `index`: n_in effective inputs, then n_target targets.
const float* pond_recording_row(const struct PondRecording* recording,
                                uint64_t index);

#endif
