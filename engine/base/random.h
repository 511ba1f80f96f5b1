// SPDX-License-Identifier: ISC
// Our seeded generator: counter-based, the same draws on every machine.
// Control side.
#ifndef POND_BASE_RANDOM_H
#define POND_BASE_RANDOM_H

#include <stdint.h>

/// A stream of draws. The k-th draw is a function of (key, k) alone: SplitMix64
/// (Steele, Lea, Flood, OOPSLA 2014) at position k.
typedef struct {
  uint64_t key;
  uint64_t counter;
} PondRandom;

/// A generator for `seed` and a named purpose ("ReservoirLayer_1.weight_hh"),
/// so that adding one matrix does not change another.
PondRandom pond_random_init(uint64_t seed, const char* purpose);
uint64_t pond_random_bits(PondRandom* random);
/// Uniform in [0, 1), 53 bits.
double pond_random_unit(PondRandom* random);
/// Uniform in [-1, 1).
double pond_random_signed(PondRandom* random);
/// Uniform in 0 .. n - 1, without bias; n > 0.
uint64_t pond_random_below(PondRandom* random, uint64_t n);

#endif
