// SPDX-License-Identifier: ISC
// The floating-point environment of the audio thread: round to nearest, no
// flush to zero. Entered at the start of a block, left at its end.
#ifndef POND_RT_FPU_H
#define POND_RT_FPU_H

#include <stdint.h>

#include "pond/attributes.h"

#if defined(__x86_64__)
#include <xmmintrin.h>

/// Sets ours and returns the host's.
static inline uint64_t pond_fpu_enter(void) POND_NONBLOCKING;
static inline uint64_t pond_fpu_enter(void) {
  // All exceptions masked, nearest, FTZ and DAZ off: the state at power on.
  enum { DEFAULT_MXCSR = 0x1F80 };
  const uint64_t host = _mm_getcsr();
  _mm_setcsr(DEFAULT_MXCSR);
  return host;
}

static inline void pond_fpu_leave(uint64_t host) POND_NONBLOCKING;
static inline void pond_fpu_leave(uint64_t host) {
  _mm_setcsr((unsigned int)host);
}

#elif defined(__aarch64__)

static inline uint64_t pond_fpu_enter(void) {
  uint64_t host = 0;
  __asm__ volatile("mrs %0, fpcr" : "=r"(host));
  __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0));
  return host;
}

static inline void pond_fpu_leave(uint64_t host) {
  __asm__ volatile("msr fpcr, %0" : : "r"(host));
}

#else

static inline uint64_t pond_fpu_enter(void) { return 0; }
static inline void pond_fpu_leave(uint64_t host) { (void)host; }

#endif

#endif
