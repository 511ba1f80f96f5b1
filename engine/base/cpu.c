// SPDX-License-Identifier: ISC
// What the processor offers. Any thread.
#include "cpu.h"

uint32_t pond_cpu_flags(void) {
  uint32_t flags = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    flags |= 1U;
  }
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {
    flags |= 2U;
  }
#elif defined(__aarch64__)
  flags |= 4U;
#endif
  return flags;
}
