// SPDX-License-Identifier: ISC
// The streaming ceiling in plain C. Benchmarks only.
#include "ceiling.h"

#include <math.h>

static inline float stream(const float* w, size_t n, size_t width) {
  float a[16] = {0};
  for (size_t i = 0; i < n; i += width) {
    for (size_t k = 0; k < width; k++) {
      a[k] = fmaf(w[i + k], 0.5f, a[k]);
    }
  }
  for (size_t k = 1; k < width; k++) {
    a[0] += a[k];
  }
  return a[0];
}

static float stream4(const float* w, size_t n) { return stream(w, n, 4); }
static float stream8(const float* w, size_t n) { return stream(w, n, 8); }
static float stream16(const float* w, size_t n) { return stream(w, n, 16); }

CeilingLoop* const ceiling_loops_scalar[CEILING_LOOPS] = {stream4, stream8,
                                                          stream16};

CeilingLoop* const* ceiling_loops(PondKernelId id) {
#if defined(__x86_64__)
  if (id == POND_KERNEL_AVX2) {
    return ceiling_loops_avx2;
  }
#endif
  (void)id;
  return ceiling_loops_scalar;
}
