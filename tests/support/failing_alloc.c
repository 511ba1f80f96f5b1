// SPDX-License-Identifier: ISC
// Makes the n-th allocation of a test program fail: the linker's --wrap turns
// every allocation in the program and its archives into a call here. One
// thread.
#include "failing_alloc.h"

#include <errno.h>
#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>

// The linker's names, under names that are ours to use.
#define LINKED(name) __asm__(#name)
void* real_malloc(size_t size) LINKED(__real_malloc);
void* real_calloc(size_t count, size_t size) LINKED(__real_calloc);
void* real_realloc(void* memory, size_t size) LINKED(__real_realloc);
void* real_aligned_alloc(size_t alignment, size_t size)
    LINKED(__real_aligned_alloc);
int real_posix_memalign(void** memory, size_t alignment, size_t size)
    LINKED(__real_posix_memalign);
void real_free(void* memory) LINKED(__real_free);

void* wrap_malloc(size_t size) LINKED(__wrap_malloc);
void* wrap_calloc(size_t count, size_t size) LINKED(__wrap_calloc);
void* wrap_realloc(void* memory, size_t size) LINKED(__wrap_realloc);
void* wrap_aligned_alloc(size_t alignment, size_t size)
    LINKED(__wrap_aligned_alloc);
int wrap_posix_memalign(void** memory, size_t alignment, size_t size)
    LINKED(__wrap_posix_memalign);
void wrap_free(void* memory) LINKED(__wrap_free);

static struct {
  uint64_t fail_at;
  uint64_t count;
  int64_t alive;
  bool hit;
} state;

static bool fails(void) {
  state.count += 1;
  if (state.count != state.fail_at) {
    return false;
  }
  state.hit = true;
  return true;
}

static void* counted(void* memory) {
  state.alive += memory ? 1 : 0;
  return memory;
}

void* wrap_malloc(size_t size) {
  return fails() ? NULL : counted(real_malloc(size));
}

void* wrap_calloc(size_t count, size_t size) {
  return fails() ? NULL : counted(real_calloc(count, size));
}

void* wrap_realloc(void* memory, size_t size) {
  if (fails()) {
    return NULL;
  }
  void* moved = real_realloc(memory, size);
  state.alive += !memory && moved ? 1 : 0;
  return moved;
}

void* wrap_aligned_alloc(size_t alignment, size_t size) {
  return fails() ? NULL : counted(real_aligned_alloc(alignment, size));
}

int wrap_posix_memalign(void** memory, size_t alignment, size_t size) {
  if (fails()) {
    return ENOMEM;
  }
  const int error = real_posix_memalign(memory, alignment, size);
  state.alive += error ? 0 : 1;
  return error;
}

void wrap_free(void* memory) {
  state.alive -= memory ? 1 : 0;
  real_free(memory);
}

// jansson is a shared library, which the linker's wrap does not reach.
void failing_alloc_jansson(bool on) {
  json_set_alloc_funcs(on ? wrap_malloc : real_malloc,
                       on ? wrap_free : real_free);
}

void failing_alloc_arm(uint64_t n) {
  state.fail_at = n;
  state.count = 0;
  state.alive = 0;
  state.hit = false;
}

void failing_alloc_disarm(void) { state.fail_at = 0; }

uint64_t failing_alloc_count(void) { return state.count; }

bool failing_alloc_hit(void) { return state.hit; }

int64_t failing_alloc_alive(void) { return state.alive; }

uint64_t failing_alloc_each(void (*act)(void* context),
                            void (*judge)(void* context, bool failed,
                                          int64_t alive),
                            void* context) {
  for (uint64_t n = 1;; ++n) {
    failing_alloc_arm(n);
    act(context);
    failing_alloc_disarm();
    const bool hit = failing_alloc_hit();
    judge(context, hit, failing_alloc_alive());
    if (!hit) {
      return n - 1;
    }
  }
}
