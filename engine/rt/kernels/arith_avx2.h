// SPDX-License-Identifier: ISC
// arith/arith.h, eight values at a time: the same operations in the same order,
// so the same bits. Audio thread; include only where AVX2 and FMA are on.
#ifndef POND_RT_KERNELS_ARITH_AVX2_H
#define POND_RT_KERNELS_ARITH_AVX2_H

#include "arith.h"

#include <immintrin.h>

#define POND_AVX2 static inline __attribute__((always_inline))

POND_AVX2 __m256 pond8_bits(uint32_t bits) POND_NONBLOCKING {
  return _mm256_castsi256_ps(_mm256_set1_epi32((int)bits));
}

POND_AVX2 __m256 pond8_abs(__m256 x) POND_NONBLOCKING {
  return _mm256_and_ps(x, pond8_bits(0x7fffffffU));
}

/// `yes ? a : b`; `yes` is all ones or all zeros in each lane.
POND_AVX2 __m256 pond8_pick(__m256 yes, __m256 a, __m256 b) POND_NONBLOCKING {
  return _mm256_blendv_ps(b, a, yes);
}

/// `limit < x ? limit : x`, so that NaN stays: what the instruction does.
POND_AVX2 __m256 pond8_at_most(float limit, __m256 x) POND_NONBLOCKING {
  return _mm256_min_ps(_mm256_set1_ps(limit), x);
}

/// `limit > x ? limit : x`.
POND_AVX2 __m256 pond8_at_least(float limit, __m256 x) POND_NONBLOCKING {
  return _mm256_max_ps(_mm256_set1_ps(limit), x);
}

POND_AVX2 __m256 pond8_snap(__m256 x) POND_NONBLOCKING {
  const __m256 tiny =
      _mm256_cmp_ps(pond8_abs(x), _mm256_set1_ps(POND_SNAP_BELOW), _CMP_LT_OQ);
  return _mm256_andnot_ps(tiny, x);
}

POND_AVX2 __m256 pond8_relu(__m256 x) POND_NONBLOCKING {
  const __m256 positive = _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_GT_OQ);
  return _mm256_and_ps(positive, x);
}

typedef struct {
  __m256 s;
  __m256 p;
} PondExp8;

POND_AVX2 PondExp8 pond8_exp_parts(__m256 t) POND_NONBLOCKING {
  const __m256 shift = _mm256_set1_ps(0x1.8p23f);
  const __m256 j = _mm256_fmadd_ps(t, _mm256_set1_ps(0x1.715476p0f), shift);
  const __m256 n = _mm256_sub_ps(j, shift);
  __m256 r = _mm256_fmadd_ps(n, _mm256_set1_ps(-0x1.62e4p-1f), t);
  r = _mm256_fmadd_ps(n, _mm256_set1_ps(-0x1.7f7d1cp-20f), r);
  __m256 c = _mm256_set1_ps(0x1.a2d472p-13f);
  c = _mm256_fmadd_ps(c, r, _mm256_set1_ps(0x1.6d30b6p-10f));
  c = _mm256_fmadd_ps(c, r, _mm256_set1_ps(0x1.110fc4p-7f));
  c = _mm256_fmadd_ps(c, r, _mm256_set1_ps(0x1.5555p-5f));
  c = _mm256_fmadd_ps(c, r, _mm256_set1_ps(0x1.555556p-3f));
  c = _mm256_fmadd_ps(c, r, _mm256_set1_ps(0x1p-1f));
  PondExp8 e;
  e.p = _mm256_fmadd_ps(_mm256_mul_ps(r, r), c, r);
  e.s = _mm256_castsi256_ps(
      _mm256_add_epi32(_mm256_slli_epi32(_mm256_castps_si256(j), 23),
                       _mm256_set1_epi32(0x3f800000)));
  return e;
}

POND_AVX2 __m256 pond8_tanh(__m256 x) POND_NONBLOCKING {
  const __m256 one = _mm256_set1_ps(1.0f);
  const __m256 y = pond8_at_most(9.5f, pond8_abs(x));
  const PondExp8 e = pond8_exp_parts(_mm256_mul_ps(_mm256_set1_ps(-2.0f), y));
  const __m256 big = _mm256_cmp_ps(y, one, _CMP_GT_OQ);
  const __m256 s2 = _mm256_add_ps(e.s, e.s);
  const __m256 minus_s = _mm256_xor_ps(e.s, pond8_bits(0x80000000U));
  const __m256 d = _mm256_fmadd_ps(e.p, e.s, _mm256_add_ps(e.s, one));
  const __m256 top =
      _mm256_fmadd_ps(e.p, pond8_pick(big, s2, minus_s),
                      pond8_pick(big, s2, _mm256_sub_ps(one, e.s)));
  const __m256 w = _mm256_div_ps(top, d);
  const __m256 z = pond8_pick(big, _mm256_sub_ps(one, w), w);
  return _mm256_or_ps(z, _mm256_and_ps(x, pond8_bits(0x80000000U)));
}

POND_AVX2 __m256 pond8_sigmoid(__m256 x) POND_NONBLOCKING {
  const __m256 one = _mm256_set1_ps(1.0f);
  __m256 t = _mm256_xor_ps(x, pond8_bits(0x80000000U));
  t = pond8_at_least(-24.0f, pond8_at_most(88.0f, t));
  const PondExp8 e = pond8_exp_parts(t);
  const __m256 big = _mm256_cmp_ps(e.s, _mm256_set1_ps(0x1p24f), _CMP_GE_OQ);
  const __m256 inverse_s = _mm256_castsi256_ps(_mm256_sub_epi32(
      _mm256_set1_epi32(0x7f000000), _mm256_castps_si256(e.s)));
  const __m256 p = pond8_pick(big, _mm256_add_ps(e.p, inverse_s), e.p);
  const __m256 d =
      _mm256_fmadd_ps(p, e.s, pond8_pick(big, e.s, _mm256_add_ps(e.s, one)));
  const __m256 low = _mm256_cmp_ps(x, _mm256_set1_ps(-87.3f), _CMP_LT_OQ);
  return _mm256_andnot_ps(low, _mm256_div_ps(one, d));
}

#endif
