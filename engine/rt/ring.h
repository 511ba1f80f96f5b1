// SPDX-License-Identifier: ISC
// A ring of bytes from one producer thread to one consumer thread. Either end
// may be the audio thread: nothing here waits, and every call is bounded by
// the bytes it moves.
#ifndef POND_RT_RING_H
#define POND_RT_RING_H

#include "pond/attributes.h"
#include "rt_atomic.h"

#include <stdbool.h>

/// Indices count bytes since the beginning and never go back; they wrap with
/// size_t, which a capacity that is a power of two survives.
typedef struct {
  unsigned char* memory;  ///< the caller's; constant after init, like mask
  size_t mask;
  _Alignas(POND_CACHE_LINE) PondAtomicSize written;   ///< producer stores it
  _Alignas(POND_CACHE_LINE) PondAtomicSize consumed;  ///< consumer stores it
} PondRing;

/// `size_bytes` is a power of two, all of it is usable. The caller keeps
/// `memory` alive and frees it. Before the second thread sees the ring.
static inline void pond_ring_init(PondRing* ring, void* memory,
                                  size_t size_bytes) {
  ring->memory = memory;
  ring->mask = size_bytes - 1;
  POND_STORE(&ring->written, 0, POND_RELAXED);
  POND_STORE(&ring->consumed, 0, POND_RELAXED);
}

/// Bytes that may be written; more may come free at any time. Producer.
static inline size_t pond_ring_write_space(const PondRing* ring)
    POND_NONBLOCKING {
  // Our own index; nobody else stores it.
  size_t written = POND_LOAD(&ring->written, POND_RELAXED);
  // Partner: the release in pond_ring_read(). What the consumer copied out
  // was read before these bytes are written again.
  size_t consumed = POND_LOAD(&ring->consumed, POND_ACQUIRE);
  return ring->mask + 1 - (written - consumed);
}

/// Bytes that may be read; more may come at any time. Consumer.
static inline size_t pond_ring_read_space(const PondRing* ring)
    POND_NONBLOCKING {
  // Our own index; nobody else stores it.
  size_t consumed = POND_LOAD(&ring->consumed, POND_RELAXED);
  // Partner: the release in pond_ring_write(). What the producer copied in is
  // there before it is read.
  size_t written = POND_LOAD(&ring->written, POND_ACQUIRE);
  return written - consumed;
}

// Copies to index `at`, around the end where it must. Producer.
static inline void pond_ring_put(PondRing* ring, size_t at, const void* bytes,
                                 size_t n_bytes) POND_NONBLOCKING {
  if (n_bytes == 0) {
    return;
  }
  size_t start = at & ring->mask;
  size_t to_end = ring->mask + 1 - start;
  size_t n_first = n_bytes < to_end ? n_bytes : to_end;
  POND_SHARE_WRITE(ring->memory + start, bytes, n_first);
  if (n_first < n_bytes) {
    POND_SHARE_WRITE(ring->memory, (const unsigned char*)bytes + n_first,
                     n_bytes - n_first);
  }
}

/// Writes `head`, then `body` (may be NULL when empty), and publishes both at
/// once; or, without room for both, nothing. Producer.
static inline bool pond_ring_write(PondRing* ring, const void* head,
                                   size_t n_head, const void* body,
                                   size_t n_body) POND_NONBLOCKING {
  size_t space = pond_ring_write_space(ring);
  if (n_head > space || n_body > space - n_head) {
    return false;
  }
  // Our own index; nobody else stores it.
  size_t written = POND_LOAD(&ring->written, POND_RELAXED);
  pond_ring_put(ring, written, head, n_head);
  pond_ring_put(ring, written + n_head, body, n_body);
  // Partner: the acquire in pond_ring_read_space().
  POND_STORE(&ring->written, written + n_head + n_body, POND_RELEASE);
  return true;
}

/// Copies the next `n_bytes` and leaves them in the ring; false, and nothing,
/// if fewer are there. Consumer.
static inline bool pond_ring_peek(const PondRing* ring, void* bytes,
                                  size_t n_bytes) POND_NONBLOCKING {
  if (n_bytes > pond_ring_read_space(ring)) {
    return false;
  }
  if (n_bytes == 0) {
    return true;
  }
  // Our own index; nobody else stores it.
  size_t start = POND_LOAD(&ring->consumed, POND_RELAXED) & ring->mask;
  size_t to_end = ring->mask + 1 - start;
  size_t n_first = n_bytes < to_end ? n_bytes : to_end;
  POND_SHARE_READ(bytes, ring->memory + start, n_first);
  if (n_first < n_bytes) {
    POND_SHARE_READ((unsigned char*)bytes + n_first, ring->memory,
                    n_bytes - n_first);
  }
  return true;
}

/// Takes the next `n_bytes` out; false, and nothing, if fewer are there.
/// Consumer.
static inline bool pond_ring_read(PondRing* ring, void* bytes,
                                  size_t n_bytes) POND_NONBLOCKING {
  if (!pond_ring_peek(ring, bytes, n_bytes)) {
    return false;
  }
  // Our own index; nobody else stores it.
  size_t consumed = POND_LOAD(&ring->consumed, POND_RELAXED);
  // Partner: the acquire in pond_ring_write_space().
  POND_STORE(&ring->consumed, consumed + n_bytes, POND_RELEASE);
  return true;
}

#endif
