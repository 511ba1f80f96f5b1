// SPDX-License-Identifier: ISC
// Comparing floats by their bits, as every promise here does. Test support.
#ifndef POND_TESTS_SAME_BITS_H
#define POND_TESTS_SAME_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline bool same_bits(const void* a, const void* b, size_t size_bytes) {
  return memcmp(a, b, size_bytes) == 0;
}

#endif
