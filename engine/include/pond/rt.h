// SPDX-License-Identifier: ISC
// What an audio thread may call. Nothing here allocates, locks or waits.
#ifndef POND_RT_H
#define POND_RT_H

#include "pond/types.h"

POND_BEGIN_DECLS

/// Channels of one callback. Any pointer in `in` or `target` may be NULL (the
/// channel is missing); `out[c]` may be the same buffer as `in[c]`.
typedef struct {
  const float* const* in;      ///< n_in channels of n_frames samples
  const float* const* target;  ///< n_target channels, for training and teaching
  float* const* out;           ///< n_out channels, NULL ones are skipped
  uint32_t n_frames;           ///< any length, 0 included
  uint32_t n_in;
  uint32_t n_target;
  uint32_t n_out;
} PondBlock;

/// Counters since the stream began. Read with pond_session_stats().
typedef struct {
  uint64_t frame;  ///< index of the next frame
  uint64_t n_blocks;
  uint64_t n_swaps;        ///< programs that became current
  uint64_t n_events;       ///< events applied
  uint64_t n_late_events;  ///< applied after the frame they asked for
  uint64_t n_missing;      ///< incoming samples that were not finite
  uint64_t n_resets;       ///< reservoirs set to zero, not being finite
  uint64_t n_not_finite;   ///< other values replaced by their last good one
  uint64_t n_guard_trips;
  uint64_t n_tap_drops;  ///< frames that the tap could not hold
} PondStats;

/// Runs one block: reads `in` and `target`, writes `out`. Without a program,
/// or while a channel has none, `out` is silence. Audio thread only.
POND_API void pond_stream_run(PondStream* stream,
                              const PondBlock* block) POND_NONBLOCKING;

/// Sets a live parameter from inside the audio thread, from the next frame on,
/// with the usual ramp. POND_STATUS_BAD_ARG for an unknown parameter or a
/// value that is not finite; POND_STATUS_BUSY when too many events wait.
POND_API PondStatus pond_stream_set_param(PondStream* stream, PondParam param,
                                          float value) POND_NONBLOCKING;

/// Index of the next frame. Audio thread only.
POND_API uint64_t pond_stream_frame(const PondStream* stream) POND_NONBLOCKING;

POND_END_DECLS

#endif
