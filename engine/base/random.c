// SPDX-License-Identifier: ISC
// Counter-based random numbers. Control side.
#include "random.h"

// The golden gamma and the finaliser's constants of SplitMix64.
static const uint64_t GAMMA = 0x9e3779b97f4a7c15U;

static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

PondRandom pond_random_init(uint64_t seed, const char* purpose) {
  uint64_t key = mix(seed + GAMMA);
  for (const char* c = purpose; *c; ++c) {
    key = mix((key ^ (uint64_t)(unsigned char)*c) + GAMMA);
  }
  const PondRandom random = {key, 0};
  return random;
}

uint64_t pond_random_bits(PondRandom* random) {
  random->counter += 1;
  return mix(random->key + random->counter * GAMMA);
}

double pond_random_unit(PondRandom* random) {
  return (double)(pond_random_bits(random) >> 11U) * 0x1p-53;
}

double pond_random_signed(PondRandom* random) {
  return 2.0 * pond_random_unit(random) - 1.0;
}

uint64_t pond_random_below(PondRandom* random, uint64_t n) {
  // Refuse the incomplete last run of n values, so that all are as likely.
  const uint64_t limit = UINT64_MAX - UINT64_MAX % n;
  uint64_t bits = pond_random_bits(random);
  while (bits >= limit) {
    bits = pond_random_bits(random);
  }
  return bits % n;
}
