// SPDX-License-Identifier: ISC
// Indices of three buffers, by which a writer thread hands its newest whole
// value to a reader thread; neither ever waits for the other. Either end may
// be the audio thread.
#ifndef POND_RT_TRIPLE_H
#define POND_RT_TRIPLE_H

#include "pond/attributes.h"
#include "rt_atomic.h"

#include <stdbool.h>

enum { POND_TRIPLE_FRESH = 4, POND_TRIPLE_INDEX = 3 };

/// Each of 0, 1, 2 is in exactly one of the three members.
typedef struct {
  _Alignas(POND_CACHE_LINE) PondAtomicU32 middle;  ///< index, and FRESH if new
  _Alignas(POND_CACHE_LINE) uint32_t back;         ///< the writer's alone
  _Alignas(POND_CACHE_LINE) uint32_t front;        ///< the reader's alone
} PondTriple;

/// Before the second thread sees it.
static inline void pond_triple_init(PondTriple* triple) {
  triple->back = 0;
  triple->front = 2;
  POND_STORE(&triple->middle, 1, POND_RELAXED);
}

/// The buffer to fill, 0 to 2. It is the writer's until it publishes. Writer.
static inline uint32_t pond_triple_back(const PondTriple* triple)
    POND_NONBLOCKING {
  return triple->back;
}

/// Makes the buffer that was filled the newest one. Writer.
static inline void pond_triple_publish(PondTriple* triple) POND_NONBLOCKING {
  uint32_t filled = triple->back | POND_TRIPLE_FRESH;
  // Partner: the exchange in pond_triple_update(). Release: the buffer is full
  // before it is seen. Acquire: the reader has left the one that comes back.
  uint32_t old = POND_EXCHANGE(&triple->middle, filled, POND_ACQ_REL);
  triple->back = old & POND_TRIPLE_INDEX;
}

/// Moves to the newest value; false if there is none newer. Reader.
static inline bool pond_triple_update(PondTriple* triple) POND_NONBLOCKING {
  // A look that costs no exclusive line; only we clear FRESH.
  if (!(POND_LOAD(&triple->middle, POND_RELAXED) & POND_TRIPLE_FRESH)) {
    return false;
  }
  // Partner: the exchange in pond_triple_publish(). Acquire: the buffer is
  // full before it is read. Release: we have left the one that goes back.
  uint32_t newest = POND_EXCHANGE(&triple->middle, triple->front, POND_ACQ_REL);
  triple->front = newest & POND_TRIPLE_INDEX;
  return true;
}

/// The buffer to read, 0 to 2, the same until pond_triple_update(). It holds
/// nothing before the first update. Reader.
static inline uint32_t pond_triple_front(const PondTriple* triple)
    POND_NONBLOCKING {
  return triple->front;
}

#endif
