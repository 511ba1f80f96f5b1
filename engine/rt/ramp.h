// SPDX-License-Identifier: ISC
// Fades and ramps on integer positions (docs/numerics.md). Audio thread.
#ifndef POND_RT_RAMP_H
#define POND_RT_RAMP_H

#include <stdint.h>

#include "arith.h"
#include "pond/attributes.h"

/// A value on its way: frame k of `length`; k >= length: it is there.
typedef struct {
  float from;
  float to;
  uint32_t k;
  uint32_t length;
} PondRamp;

/// g * new + (1 - g) * old, in the one order that the contract names.
static inline float pond_mix(float g, float new_value,
                             float old_value) POND_NONBLOCKING;
static inline float pond_mix(float g, float new_value, float old_value) {
  return pond_fma(g, new_value, (1.0f - g) * old_value);
}

static inline float pond_ramp_value(const PondRamp* ramp) POND_NONBLOCKING;
static inline float pond_ramp_value(const PondRamp* ramp) {
  return ramp->k >= ramp->length
             ? ramp->to
             : pond_mix(pond_ease(ramp->k, ramp->length), ramp->to, ramp->from);
}

/// The value of this frame; moves on to the next.
static inline float pond_ramp_next(PondRamp* ramp) POND_NONBLOCKING;
static inline float pond_ramp_next(PondRamp* ramp) {
  if (ramp->k >= ramp->length) {
    return ramp->to;
  }
  const float value = pond_ramp_value(ramp);
  ramp->k += 1;
  return value;
}

/// Starts towards `to` from wherever it is; length 0 jumps.
static inline void pond_ramp_start(PondRamp* ramp, float to,
                                   uint32_t length) POND_NONBLOCKING;
static inline void pond_ramp_start(PondRamp* ramp, float to, uint32_t length) {
  ramp->from = pond_ramp_value(ramp);
  ramp->to = to;
  ramp->k = 0;
  ramp->length = length;
}

#endif
