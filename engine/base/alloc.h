// SPDX-License-Identifier: ISC
// The engine's only allocations: zeroed, 64-byte aligned, overflow-checked.
// Control side.
#ifndef POND_BASE_ALLOC_H
#define POND_BASE_ALLOC_H

#include "pond/types.h"

enum { POND_ALIGNMENT = 64 };

/// `count` elements of `size` bytes, zeroed; NULL if too large or no memory.
/// Never NULL otherwise, not even for 0 bytes.
void* pond_memory_new(size_t count, size_t size);
/// A copy of `text`; NULL if no memory.
char* pond_memory_text(const char* text);
void pond_memory_free(void* memory);

/// A plan for one block that holds several arrays: add them all, allocate
/// `size` bytes once, place each at its offset. Overflow sticks.
typedef struct {
  size_t size;
  bool overflow;
} PondPlan;

/// Offset of `count` elements of `size` bytes, 64-byte aligned.
size_t pond_plan_add(PondPlan* plan, size_t count, size_t size);
/// The planned block, zeroed; NULL on overflow or no memory.
void* pond_plan_new(const PondPlan* plan);

#endif
