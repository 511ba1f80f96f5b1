// SPDX-License-Identifier: ISC
// arith/arith.h, sixteen values at a time in two vectors, step by step side by
// side so that neither waits for the other: the same operations in the same
// order, so the same bits. Audio thread; only where AVX2 and FMA are on.
#ifndef POND_RT_KERNELS_ARITH_AVX2_H
#define POND_RT_KERNELS_ARITH_AVX2_H

#include "arith.h"

#include <immintrin.h>

#define POND_AVX2 static inline __attribute__((always_inline))

typedef struct {
  __m256 v[2];
} Pond16;

POND_AVX2 Pond16 pond16_set(float x) POND_NONBLOCKING {
  const Pond16 r = {{_mm256_set1_ps(x), _mm256_set1_ps(x)}};
  return r;
}

POND_AVX2 Pond16 pond16_set_bits(uint32_t bits) POND_NONBLOCKING {
  return pond16_set(pond_from_bits(bits));
}

// r = op(a, b), each vector.
#define POND16_BINARY(name, op)                                  \
  POND_AVX2 Pond16 name(Pond16 a, Pond16 b) POND_NONBLOCKING {   \
    const Pond16 r = {{op(a.v[0], b.v[0]), op(a.v[1], b.v[1])}}; \
    return r;                                                    \
  }
#define POND16_LESS(a, b) _mm256_cmp_ps(a, b, _CMP_LT_OQ)
#define POND16_AND_NOT(a, b) _mm256_andnot_ps(b, a)

POND16_BINARY(pond16_add, _mm256_add_ps)
POND16_BINARY(pond16_sub, _mm256_sub_ps)
POND16_BINARY(pond16_mul, _mm256_mul_ps)
POND16_BINARY(pond16_div, _mm256_div_ps)
POND16_BINARY(pond16_and, _mm256_and_ps)
POND16_BINARY(pond16_or, _mm256_or_ps)
POND16_BINARY(pond16_xor, _mm256_xor_ps)
POND16_BINARY(pond16_and_not, POND16_AND_NOT)  ///< a & ~b
POND16_BINARY(pond16_less, POND16_LESS)        ///< ones where a < b
/// `a < b ? a : b`: what the instruction does, so NaN in `b` stays.
POND16_BINARY(pond16_at_most, _mm256_min_ps)
/// `a > b ? a : b` likewise.
POND16_BINARY(pond16_at_least, _mm256_max_ps)

POND_AVX2 Pond16 pond16_fma(Pond16 a, Pond16 b, Pond16 c) POND_NONBLOCKING {
  const Pond16 r = {{_mm256_fmadd_ps(a.v[0], b.v[0], c.v[0]),
                     _mm256_fmadd_ps(a.v[1], b.v[1], c.v[1])}};
  return r;
}

/// `yes ? a : b`; `yes` is all ones or all zeros in each lane.
POND_AVX2 Pond16 pond16_pick(Pond16 yes, Pond16 a, Pond16 b) POND_NONBLOCKING {
  const Pond16 r = {{_mm256_blendv_ps(b.v[0], a.v[0], yes.v[0]),
                     _mm256_blendv_ps(b.v[1], a.v[1], yes.v[1])}};
  return r;
}

POND_AVX2 __m256 pond8_int_sub(__m256 a, __m256 b) POND_NONBLOCKING {
  return _mm256_castsi256_ps(
      _mm256_sub_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b)));
}
POND16_BINARY(pond16_int_sub, pond8_int_sub)

// (bits(j) << 23) + 0x3f800000
POND_AVX2 __m256 pond8_power(__m256 j) POND_NONBLOCKING {
  const __m256i n = _mm256_slli_epi32(_mm256_castps_si256(j), 23);
  return _mm256_castsi256_ps(
      _mm256_add_epi32(n, _mm256_set1_epi32(0x3f800000)));
}

POND_AVX2 Pond16 pond16_power(Pond16 j) POND_NONBLOCKING {
  const Pond16 r = {{pond8_power(j.v[0]), pond8_power(j.v[1])}};
  return r;
}

POND_AVX2 Pond16 pond16_abs(Pond16 x) POND_NONBLOCKING {
  return pond16_and(x, pond16_set_bits(0x7fffffffU));
}

POND_AVX2 Pond16 pond16_snap(Pond16 x) POND_NONBLOCKING {
  return pond16_and_not(
      x, pond16_less(pond16_abs(x), pond16_set(POND_SNAP_BELOW)));
}

POND_AVX2 Pond16 pond16_relu(Pond16 x) POND_NONBLOCKING {
  return pond16_and(x, pond16_less(pond16_set(0.0f), x));
}

typedef struct {
  Pond16 s;
  Pond16 p;
} PondExp16;

POND_AVX2 PondExp16 pond16_exp_parts(Pond16 t) POND_NONBLOCKING {
  const Pond16 shift = pond16_set(0x1.8p23f);
  const Pond16 j = pond16_fma(t, pond16_set(0x1.715476p0f), shift);
  const Pond16 n = pond16_sub(j, shift);
  Pond16 r = pond16_fma(n, pond16_set(-0x1.62e4p-1f), t);
  r = pond16_fma(n, pond16_set(-0x1.7f7d1cp-20f), r);
  Pond16 c = pond16_set(0x1.a2d472p-13f);
  c = pond16_fma(c, r, pond16_set(0x1.6d30b6p-10f));
  c = pond16_fma(c, r, pond16_set(0x1.110fc4p-7f));
  c = pond16_fma(c, r, pond16_set(0x1.5555p-5f));
  c = pond16_fma(c, r, pond16_set(0x1.555556p-3f));
  c = pond16_fma(c, r, pond16_set(0x1p-1f));
  PondExp16 e;
  e.p = pond16_fma(pond16_mul(r, r), c, r);
  e.s = pond16_power(j);
  return e;
}

POND_AVX2 Pond16 pond16_tanh(Pond16 x) POND_NONBLOCKING {
  const Pond16 one = pond16_set(1.0f);
  const Pond16 sign = pond16_set_bits(0x80000000U);
  const Pond16 y = pond16_at_most(pond16_set(9.5f), pond16_abs(x));
  const PondExp16 e = pond16_exp_parts(pond16_mul(pond16_set(-2.0f), y));
  const Pond16 big = pond16_less(one, y);
  const Pond16 s2 = pond16_add(e.s, e.s);
  const Pond16 d = pond16_fma(e.p, e.s, pond16_add(e.s, one));
  const Pond16 top =
      pond16_fma(e.p, pond16_pick(big, s2, pond16_xor(e.s, sign)),
                 pond16_pick(big, s2, pond16_sub(one, e.s)));
  const Pond16 w = pond16_div(top, d);
  const Pond16 z = pond16_pick(big, pond16_sub(one, w), w);
  return pond16_or(z, pond16_and(x, sign));
}

POND_AVX2 Pond16 pond16_sigmoid(Pond16 x) POND_NONBLOCKING {
  const Pond16 one = pond16_set(1.0f);
  Pond16 t = pond16_xor(x, pond16_set_bits(0x80000000U));
  t = pond16_at_most(pond16_set(88.0f), t);
  t = pond16_at_least(pond16_set(-24.0f), t);
  const PondExp16 e = pond16_exp_parts(t);
  // s is a power of two: no other lies between 2^23 and 2^24
  const Pond16 big = pond16_less(pond16_set(0x1p23f), e.s);
  const Pond16 inverse_s = pond16_int_sub(pond16_set_bits(0x7f000000U), e.s);
  const Pond16 p = pond16_pick(big, pond16_add(e.p, inverse_s), e.p);
  const Pond16 d =
      pond16_fma(p, e.s, pond16_pick(big, e.s, pond16_add(e.s, one)));
  const Pond16 low = pond16_less(x, pond16_set(-87.3f));
  return pond16_and_not(pond16_div(one, d), low);
}

#endif
