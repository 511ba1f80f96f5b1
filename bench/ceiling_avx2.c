// SPDX-License-Identifier: ISC
// The streaming ceiling with AVX2 and FMA. Benchmarks only.
#include "ceiling.h"

#include <immintrin.h>

static inline __attribute__((always_inline)) float stream(const float* w,
                                                          size_t n,
                                                          const size_t width) {
  const __m256 half = _mm256_set1_ps(0.5f);
  __m256 a[16];
  for (size_t k = 0; k < width; k++) {
    a[k] = _mm256_setzero_ps();
  }
  for (size_t i = 0; i < n; i += 8 * width) {
    for (size_t k = 0; k < width; k++) {
      a[k] = _mm256_fmadd_ps(_mm256_load_ps(w + i + 8 * k), half, a[k]);
    }
  }
  for (size_t k = 1; k < width; k++) {
    a[0] = _mm256_add_ps(a[0], a[k]);
  }
  float sums[8];
  _mm256_storeu_ps(sums, a[0]);
  return sums[0] + sums[3] + sums[7];
}

static float stream4(const float* w, size_t n) { return stream(w, n, 4); }
static float stream8(const float* w, size_t n) { return stream(w, n, 8); }
static float stream16(const float* w, size_t n) { return stream(w, n, 16); }

CeilingLoop* const ceiling_loops_avx2[CEILING_LOOPS] = {stream4, stream8,
                                                        stream16};
