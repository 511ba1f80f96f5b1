// SPDX-License-Identifier: ISC
// The engine's only allocations. Control side.
#include "alloc.h"

#include <stdlib.h>
#include <string.h>

static size_t align_up(size_t size) {
  return (size + (POND_ALIGNMENT - 1)) & ~(size_t)(POND_ALIGNMENT - 1);
}

void* pond_memory_new(size_t count, size_t size) {
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes) ||
      bytes > SIZE_MAX - POND_ALIGNMENT) {
    return NULL;
  }
  bytes = bytes ? align_up(bytes) : POND_ALIGNMENT;
  void* memory = aligned_alloc(POND_ALIGNMENT, bytes);
  if (memory) {
    memset(memory, 0, bytes);
  }
  return memory;
}

char* pond_memory_text(const char* text) {
  const size_t size = strlen(text) + 1;
  char* copy = (char*)pond_memory_new(size, 1);
  if (copy) {
    memcpy(copy, text, size);
  }
  return copy;
}

void pond_memory_free(void* memory) { free(memory); }

size_t pond_plan_add(PondPlan* plan, size_t count, size_t size) {
  size_t bytes = 0;
  const size_t offset = plan->size;
  if (plan->overflow || __builtin_mul_overflow(count, size, &bytes) ||
      bytes > SIZE_MAX - POND_ALIGNMENT - offset) {
    plan->overflow = true;
    return 0;
  }
  plan->size = align_up(offset + bytes);
  return offset;
}

void* pond_plan_new(const PondPlan* plan) {
  return plan->overflow ? NULL : pond_memory_new(plan->size, 1);
}
