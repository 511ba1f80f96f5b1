// SPDX-License-Identifier: ISC
// The stream between two frames, as plain data: copying it is cloning it. Its
// programs' states are float arrays that travel beside it in a snapshot.
#ifndef POND_RT_STREAM_STATE_H
#define POND_RT_STREAM_STATE_H

#include "pond/rt.h"
#include "ramp.h"

enum {
  POND_MAX_PENDING = 64,  ///< events that wait for their frame
  POND_EVENTS_PER_BLOCK = POND_MAX_PENDING
};

/// What changes a stream. All carry the frame of their effect.
typedef enum {
  POND_EVENT_PARAM,  ///< param, value
  POND_EVENT_MODE,   ///< param is the PondMode
  POND_EVENT_RESET,  ///< reservoirs to zero
  POND_EVENT_PANIC,  ///< param 1 mutes, 0 lets come back
  POND_EVENT_TAP,    ///< param 1 starts the tap, 0 ends it
  // Only in the journal and the tap:
  POND_EVENT_SWAP,  ///< program id took over
  POND_EVENT_GUARD  ///< param 1 the output guard faded out, 0 back in
} PondEventKind;

typedef struct {
  uint64_t at_frame;  ///< wanted; once applied: the frame of its effect
  uint64_t id;        ///< of a program
  uint32_t kind;
  uint32_t param;
  float value;
  uint32_t late;  ///< once applied: 1 if at_frame had passed
} PondEvent;

/// How the output moves from an old program to the current one.
typedef enum {
  POND_FADE_NONE,
  POND_FADE_READOUT,  ///< one graph; readouts are mixed at their nodes
  POND_FADE_MODEL,    ///< both graphs run; outputs are mixed
  POND_FADE_DRY       ///< old to dry, then dry to new; one graph at a time
} PondFadeKind;

/// Roles of the programs that a stream may hold.
enum { POND_ROLE_CURRENT, POND_ROLE_OLD, POND_ROLE_NEXT, POND_ROLE_COUNT };

typedef struct {
  uint64_t frame;  ///< of the next frame; all else is as it stands before it
  uint64_t program[POND_ROLE_COUNT];  ///< ids; 0: none
  uint64_t next_at_frame;
  PondStats stats;  ///< stats.frame is `frame`
  PondRamp params[POND_PARAM_COUNT];
  uint32_t mode;
  uint32_t mode_before;
  PondRamp mode_mix;  ///< 0 mode_before, 1 mode
  uint32_t fade_kind;
  uint32_t fade_k;
  PondRamp mute;         ///< 1 audible
  PondRamp guard;        ///< 1 the output, 0 dry
  double guard_sum;      ///< squares of this guard window so far
  uint32_t guard_count;  ///< frames of it
  uint32_t guard_calm;   ///< quiet windows in a row since it tripped
  uint32_t guard_tripped;
  uint32_t missing;  ///< PondMissing
  // Lengths in frames, from seconds and rate_hz, at least 1.
  double rate_hz;
  uint32_t fade_frames;
  uint32_t ramp_frames;
  uint32_t mute_frames;
  uint32_t guard_frames;
  uint32_t n_pending;
  PondEvent pending[POND_MAX_PENDING];  ///< by frame, then by arrival
} PondStreamState;

/// A copy of the stream at one instant: `state`, then the state arrays of the
/// programs by role, one after another, in `floats`.
typedef struct {
  PondStreamState state;
  uint32_t n_floats[POND_ROLE_COUNT];
  uint32_t capacity;  ///< floats that fit
  uint32_t whole;     ///< 0: it did not fit, `floats` mean nothing
  float* floats;
} PondSnapshot;

#endif
