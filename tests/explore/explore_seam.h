// SPDX-License-Identifier: ISC
// What engine/rt/rt_atomic.h becomes under the explorer: every access is a
// call that the explorer may order, answer with a stale value, or find racing.
#ifndef EXPLORE_SEAM_H
#define EXPLORE_SEAM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The explorer runs on no audio thread.
#if defined(__clang__)
#if __has_warning("-Wfunction-effects")
#pragma clang diagnostic ignored "-Wfunction-effects"
#endif
#endif

typedef uint32_t PondAtomicU32;
typedef uint64_t PondAtomicU64;
typedef size_t PondAtomicSize;
typedef void* PondAtomicPointer;

/// Bits, so that ACQ_REL is both.
typedef enum {
  POND_RELAXED = 0,
  POND_ACQUIRE = 1,
  POND_RELEASE = 2,
  POND_ACQ_REL = 3
} ExploreOrder;

/// One place in the source that names an order.
typedef struct {
  const char* file;
  int line;
} ExplorePlace;

uint64_t explore_load(const void* object, ExploreOrder order,
                      ExplorePlace place);
void explore_store(void* object, uint64_t value, ExploreOrder order,
                   ExplorePlace place);
uint64_t explore_exchange(void* object, uint64_t value, ExploreOrder order,
                          ExplorePlace place);
void explore_share_write(void* shared, const void* from, size_t n_bytes);
void explore_share_read(void* to, const void* shared, size_t n_bytes);

static inline void* explore_pointer(uint64_t value) {
  void* pointer = NULL;
  memcpy(&pointer, &value, sizeof pointer);
  return pointer;
}
static inline uint32_t explore_u32(uint64_t value) { return (uint32_t)value; }
static inline uint64_t explore_u64(uint64_t value) { return value; }

#define EXPLORE_HERE ((ExplorePlace){__FILE__, __LINE__})
#define EXPLORE_AS(object, value) \
  _Generic(*(object),             \
      void*: explore_pointer,     \
      uint32_t: explore_u32,      \
      default: explore_u64)(value)

#define POND_LOAD(object, order) \
  EXPLORE_AS(object, explore_load((const void*)(object), order, EXPLORE_HERE))
#define POND_STORE(object, value, order) \
  explore_store((void*)(object), (uintptr_t)(value), order, EXPLORE_HERE)
#define POND_EXCHANGE(object, value, order)                                \
  EXPLORE_AS(object, explore_exchange((void*)(object), (uintptr_t)(value), \
                                      order, EXPLORE_HERE))
#define POND_SHARE_WRITE(shared, from, n_bytes) \
  explore_share_write(shared, from, n_bytes)
#define POND_SHARE_READ(to, shared, n_bytes) \
  explore_share_read(to, shared, n_bytes)

#endif
