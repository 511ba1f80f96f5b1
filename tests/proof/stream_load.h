// SPDX-License-Identifier: ISC
// A stream under all that a session can do to it: swaps of readouts and of
// models, events, modes, snapshots, recording. Test support; a control side
// and an audio side, which may be one thread or two.
#ifndef PROOF_STREAM_LOAD_H
#define PROOF_STREAM_LOAD_H

#include "pond/model.h"
#include "pond/session.h"

enum { LOAD_CHANNELS = 2, LOAD_MAX_BLOCK = 256 };

/// What was done; control side only.
typedef struct {
  uint64_t n_posts;
  uint64_t n_events;
  uint64_t n_snapshots;
  uint64_t n_busy;  ///< calls that the session put off
} LoadCounts;

typedef struct {
  PondSession* session;
  PondModel* models[3];  ///< 0, 1: the same reservoirs; 2: others
  LoadCounts counts;
  uint64_t step;        ///< of the control side
  bool asked;           ///< a snapshot is under way
  uint64_t audio_seed;  ///< of the audio side, as all below
  uint32_t max_block;
  float signal[LOAD_CHANNELS][LOAD_MAX_BLOCK];
  float output[LOAD_CHANNELS][LOAD_MAX_BLOCK];
  const float* in[LOAD_CHANNELS];
  const float* target[LOAD_CHANNELS];
  float* out[LOAD_CHANNELS];
} Load;

/// Starts with models of `units` and the first one posted; blocks of at most
/// `max_block` frames. Aborts if it cannot.
void load_start(Load* load, PondKernelId kernel, uint32_t units,
                uint32_t max_block);
void load_stop(Load* load);

/// Control side: serves the session, then does the next thing.
void load_control(Load* load);

/// Audio side: the next block, of random length, with signal, and now and then
/// a missing channel or sample, or an odd value.
PondBlock load_next_block(Load* load);

#endif
