// SPDX-License-Identifier: ISC
// The content hash of our files. Control side, no state.
#include "safetensors.h"

#include <string.h>
#define XXH_STATIC_LINKING_ONLY  // the state's size, to keep it on the stack
#include <xxhash.h>

void pond_st_hash(const PondStParts* parts, size_t hash_at,
                  char digits[POND_HASH_DIGITS]) {
  static const char hex[] = "0123456789abcdef";
  char zeros[POND_HASH_DIGITS];
  const size_t rest = hash_at + POND_HASH_DIGITS;
  XXH128_canonical_t sum;
  XXH3_state_t state;
  memset(zeros, '0', sizeof(zeros));
  XXH3_INITSTATE(&state);
  (void)XXH3_128bits_reset(&state);
  (void)XXH3_128bits_update(&state, parts->header, hash_at);
  (void)XXH3_128bits_update(&state, zeros, sizeof(zeros));
  (void)XXH3_128bits_update(&state, parts->header + rest,
                            parts->header_bytes - rest);
  (void)XXH3_128bits_update(&state, parts->data, parts->data_bytes);
  XXH128_canonicalFromHash(&sum, XXH3_128bits_digest(&state));
  for (size_t i = 0; i < sizeof(sum.digest); ++i) {
    digits[2 * i] = hex[sum.digest[i] >> 4];
    digits[2 * i + 1] = hex[sum.digest[i] & 15];
  }
}
