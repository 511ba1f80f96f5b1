// SPDX-License-Identifier: ISC
// The memory model under the explorer: locations with their modification
// orders, what each thread has seen, and happens-before.
#ifndef EXPLORE_MEMORY_H
#define EXPLORE_MEMORY_H

#include "explore.h"

enum {
  MEMORY_MAX_LOCATIONS = 8,
  MEMORY_MAX_MESSAGES = 32,
  MEMORY_MAX_BYTES = 128,
  MEMORY_THREADS = EXPLORE_MAX_THREADS + 1,  ///< the last is setup and check
  MEMORY_SETUP = EXPLORE_MAX_THREADS
};

/// What is known of the past: for each location the newest message seen (its
/// index), and of each thread the last epoch that happens before.
typedef struct {
  uint8_t seen[MEMORY_MAX_LOCATIONS];
  uint32_t clock[MEMORY_THREADS];
} MemoryView;

/// Forgets everything: a new execution begins.
void memory_reset(void);
/// A thread knows what setup knows (start), or the other way round (join).
void memory_start(int thread);
void memory_join(int thread);

/// Index of the atomic object, noted at its first access.
int memory_location(const void* object);

/// How many messages a load or an exchange may read, and the places a store
/// may take; then one of them, 0 being the newest.
uint32_t memory_load_count(int thread, int location);
uint64_t memory_load(int thread, int location, ExploreOrder order,
                     uint32_t choice);
uint32_t memory_store_count(int thread, int location);
void memory_store(int thread, int location, uint64_t value, ExploreOrder order,
                  uint32_t choice);
uint32_t memory_exchange_count(int thread, int location);
uint64_t memory_exchange(int thread, int location, uint64_t value,
                         ExploreOrder order, uint32_t choice);

/// Plain memory. False: a data race, or memory that was not named.
void memory_name(const void* memory, size_t n_bytes);
bool memory_plain(int thread, const void* memory, size_t n_bytes, bool write);

#endif
