// SPDX-License-Identifier: ISC
// The seam between the hand-over patterns and C11 atomics: every access to
// memory that two threads share goes through it, so that tests can put another
// memory model underneath. Both threads.
#ifndef POND_RT_ATOMIC_H
#define POND_RT_ATOMIC_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// Shared indices stand this far apart, so that no two threads write one line.
enum { POND_CACHE_LINE = 64 };

// A test that explores executions names its own header here; it defines the
// same types and macros.
#ifdef POND_ATOMIC_SEAM
#include POND_ATOMIC_SEAM
#else

#include <stdatomic.h>

typedef _Atomic(uint32_t) PondAtomicU32;
typedef _Atomic(uint64_t) PondAtomicU64;
typedef _Atomic(size_t) PondAtomicSize;
typedef _Atomic(void*) PondAtomicPointer;

// Orders. There is no fence and no sequential consistency here: fences are
// invisible to ThreadSanitizer, and no pattern needs more than these.
#define POND_RELAXED memory_order_relaxed
#define POND_ACQUIRE memory_order_acquire
#define POND_RELEASE memory_order_release
#define POND_ACQ_REL memory_order_acq_rel

#define POND_LOAD(object, order) atomic_load_explicit(object, order)
#define POND_STORE(object, value, order) \
  atomic_store_explicit(object, value, order)
#define POND_EXCHANGE(object, value, order) \
  atomic_exchange_explicit(object, value, order)

// Plain copies into and out of memory that another thread reads or writes at
// other times; an acquire or release beside them keeps the times apart.
#define POND_SHARE_WRITE(shared, from, n_bytes) memcpy(shared, from, n_bytes)
#define POND_SHARE_READ(to, shared, n_bytes) memcpy(to, shared, n_bytes)

#endif

#endif
