// SPDX-License-Identifier: ISC
// A session on one or two channels with its input and output at hand. Test
// support for this folder.
#ifndef POND_TESTS_RIG_H
#define POND_TESTS_RIG_H

#include "pond/model.h"
#include "pond/session.h"
#include "same_bits.h"

enum { RIG_FRAMES = 1000, RIG_CHANNELS = 2, RIG_RATE = 1000 };

typedef struct {
  PondSession* session;
  uint32_t n_channels;
  uint32_t n_target;  ///< channels of `target` that the stream gets, first 0
  uint64_t frame;
  float in[RIG_CHANNELS][RIG_FRAMES];
  float target[RIG_CHANNELS][RIG_FRAMES];
  float out[RIG_CHANNELS][RIG_FRAMES];
} Rig;

/// Two slow sines as input, zero targets; `model` (kept by the caller) takes
/// over at frame 0; fades and ramps take ten frames. Free with rig_stop().
Rig* rig_start(PondModel* model, const PondSessionConfig* config);
/// Runs to `end` in blocks of at most `block`, serving the session in between.
void rig_run(Rig* rig, uint64_t end, uint32_t block);
/// The run of one model over all frames, without any event.
Rig* rig_plain(PondModel* model);
void rig_stop(Rig* rig);

/// Fails the test unless `call` succeeded.
#define RIG_MUST(call)                       \
  do {                                       \
    PondError error;                         \
    if (call)                                \
      fail_msg("%s: %s", #call, error.text); \
  } while (0)

/// Fails unless both runs have the same bits in [from, to) of channel 0.
#define RIG_SAME(a, b, from, to)                                  \
  do {                                                            \
    for (uint32_t i_ = (from); i_ < (uint32_t)(to); ++i_) {       \
      if (!same_bits(&(a)[i_], &(b)[i_], sizeof(float)))          \
        fail_msg("frame %u: %.9g, not %.9g", i_, (double)(a)[i_], \
                 (double)(b)[i_]);                                \
    }                                                             \
  } while (0)

#endif
