// SPDX-License-Identifier: ISC
// The audio thread's half of a stream: what it owns, what it shares. The
// session makes it in memory of its own and talks to it through the exchanges.
#ifndef POND_RT_STREAM_H
#define POND_RT_STREAM_H

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "mailbox.h"
#include "pond/rt.h"
#include "program.h"
#include "ring.h"
#include "slot.h"
#include "stream_state.h"
#include "triple.h"

enum {
  POND_MAX_RETIRED = 2,
  POND_N_COUNTERS = sizeof(PondStats) / sizeof(uint64_t)
};

/// Sizes of a stream's memory; powers of two for the rings.
typedef struct {
  size_t tap_bytes;
  size_t journal_bytes;
  uint32_t state_floats;  ///< of each published snapshot
} PondStreamSizes;

/// Kinds of records in the tap.
typedef enum {
  POND_TAP_ROW,    ///< n_in + n_target floats: effective input, target
  POND_TAP_STATE,  ///< the current program's state before `frame`
  POND_TAP_EVENT   ///< a PondEvent that was applied at `frame`
} PondTapKind;

/// Head of a record in the tap; `size_bytes` of body follow.
typedef struct {
  uint64_t frame;
  uint64_t program;  ///< id of the current one
  uint32_t kind;
  uint32_t size_bytes;
  uint32_t n_in;
  uint32_t n_target;  ///< 0: the block had no target
  float leak;         ///< override in force; 0 none
  uint32_t reserved;
} PondTapHead;

struct PondStream {
  // Audio thread only.
  PondStreamState state;
  PondProgram* current;
  PondProgram* old;   ///< while a fade runs
  PondProgram* next;  ///< taken, waiting for its frame
  PondProgram* retired[POND_MAX_RETIRED];
  uint32_t n_retired;
  uint32_t tap_on;
  uint32_t tap_lost;  ///< rows were dropped: a state marker is due
  uint32_t since_published;
  uint64_t due;  ///< first frame at which something must be looked at
  float u[2][POND_MAX_CHANNELS];     ///< effective inputs: current, old
  float y[2][POND_MAX_CHANNELS];     ///< outputs in the port's units
  float dry[2][POND_MAX_CHANNELS];   ///< sanitised inputs
  float row[2 * POND_MAX_CHANNELS];  ///< of the tap
  // Shared, each by its own protocol.
  PondMailbox mailbox;          ///< programs in and displaced ones out
  PondRing events;              ///< control to audio
  PondRing journal;             ///< applied events, audio to control
  PondRing tap;                 ///< audio to control
  PondSlot slot;                ///< exact snapshot
  uint64_t slot_frame;          ///< written before asking
  PondSnapshot* slot_snapshot;  ///< the control side's memory
  PondTriple triple;            ///< newest whole state
  PondSnapshot published[3];
  _Atomic uint64_t counters[POND_N_COUNTERS];
};

/// Bytes that a stream of these sizes needs; 0 on overflow. Control side.
size_t pond_stream_size(const PondStreamSizes* sizes);
/// Makes a stream at frame 0 without a program in `memory` (zeroed, 64-byte
/// aligned). Control side; no audio thread runs it.
PondStream* pond_stream_init(void* memory, const PondStreamSizes* sizes,
                             const PondStreamState* state);
/// Puts `state` and programs in place, as a snapshot had them. Control side; no
/// audio thread runs it. Programs' state arrays are already filled.
void pond_stream_restore(PondStream* stream, const PondStreamState* state,
                         PondProgram* const programs[POND_ROLE_COUNT]);
/// Counters as of the last block's end. Any thread.
void pond_stream_stats(const PondStream* stream, PondStats* stats);

/// The program that is heard: the old one in the first half of a fade through
/// dry, else the current one.
static inline PondProgram* pond_stream_active(const PondStream* stream)
    POND_NONBLOCKING;
static inline PondProgram* pond_stream_active(const PondStream* stream) {
  const PondStreamState* state = &stream->state;
  return state->fade_kind == POND_FADE_DRY && state->fade_k < state->fade_frames
             ? stream->old
             : stream->current;
}

// The parts of a frame and of a block, each in a file of its own.

/// Takes events and mail that wait, orders events by frame. (stream_events.c)
void pond_stream_receive(PondStream* stream) POND_NONBLOCKING;
/// Puts one event among the pending; false: there are too many.
bool pond_stream_push(PondStream* stream, PondEvent event) POND_NONBLOCKING;
/// Applies what is due before the coming frame and finds the next due frame.
void pond_stream_apply_due(PondStream* stream) POND_NONBLOCKING;
/// Writes an applied event into journal and tap; false: no room, not now.
bool pond_stream_note(PondStream* stream,
                      const PondEvent* event) POND_NONBLOCKING;

/// Starts `next` if it is due and nothing hinders. (stream_swap.c)
void pond_stream_swap_due(PondStream* stream) POND_NONBLOCKING;
/// Moves a running fade on by one frame and ends it.
void pond_stream_fade_advance(PondStream* stream) POND_NONBLOCKING;
/// Gives back what was displaced, as far as there is room.
void pond_stream_retire(PondStream* stream) POND_NONBLOCKING;

/// What all programs share in one frame.
typedef struct {
  const PondBlock* block;
  uint32_t i;  ///< frame of the block
  float gain;
  float feedback_gain;
  float mode_mix;
} PondStreamBlock;

/// Effective input of the frame for `program` into `u`, and the sanitised
/// signal into `dry`; POND_MAX_CHANNELS each. (stream_input.c)
void pond_stream_input(PondStream* stream, PondProgram* program,
                       const PondStreamBlock* now, float* u,
                       float* dry) POND_NONBLOCKING;

/// Program outputs of this frame, mixed while a fade runs, into stream->y[0],
/// and into the delays. (stream_output.c)
void pond_stream_outputs(PondStream* stream) POND_NONBLOCKING;
/// From stream->y[0] to the ports: mix, gain, guard, mute.
void pond_stream_ports(PondStream* stream, const PondBlock* block,
                       uint32_t i) POND_NONBLOCKING;

/// The state before this frame into the tap, when one is due. (stream_tap.c)
void pond_stream_tap_state(PondStream* stream) POND_NONBLOCKING;
/// One row into the tap.
void pond_stream_tap_row(PondStream* stream, const PondBlock* block,
                         uint32_t i) POND_NONBLOCKING;
/// Fills the asked snapshot if its frame has come. (stream_snapshot.c)
void pond_stream_snapshot_due(PondStream* stream) POND_NONBLOCKING;
/// Publishes the counters.
void pond_stream_publish_counters(PondStream* stream) POND_NONBLOCKING;
/// Publishes newest state and counters at a block's end.
void pond_stream_publish(PondStream* stream,
                         uint32_t n_frames) POND_NONBLOCKING;

#endif
