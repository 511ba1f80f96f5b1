// SPDX-License-Identifier: ISC
// The canonical arithmetic: elementwise functions whose bits are the same on
// every processor and from every compiler. Any thread.
//
// Only correctly rounded operations are used (add, sub, mul, div, fma), compare
// and select, and integer operations on the bits. Build with -ffp-contract=off
// (CUDA: -fmad=false). No function branches on its data. NaN goes in and comes
// out as NaN, with bits that are not specified.
#ifndef POND_ARITH_H
#define POND_ARITH_H

#include "pond/attributes.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0
#error "float must be evaluated as float (on 32-bit x86: -mfpmath=sse -msse2)"
#endif

#if defined(__CUDACC__)
#define POND_ARITH static inline __host__ __device__
#else
#define POND_ARITH static inline
#endif

/// States smaller than this become +0.
#define POND_SNAP_BELOW 0x1p-96f

POND_ARITH uint32_t pond_bits(float x) POND_NONBLOCKING {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

POND_ARITH float pond_from_bits(uint32_t bits) POND_NONBLOCKING {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

POND_ARITH float pond_fma(float a, float b, float c) POND_NONBLOCKING {
#if defined(__CUDA_ARCH__)
  return __fmaf_rn(a, b, c);
#else
  return fmaf(a, b, c);
#endif
}

/// `yes ? a : b`, by masks. The empty asm hides from the compiler that the mask
/// is a condition; clang would make a branch of it.
POND_ARITH float pond_pick(bool yes, float a, float b) POND_NONBLOCKING {
  uint32_t mask = 0U - (uint32_t)yes;
#if defined(__GNUC__) && !defined(__CUDA_ARCH__)
  __asm__("" : "+r"(mask));
#endif
  return pond_from_bits((pond_bits(a) & mask) | (pond_bits(b) & ~mask));
}

POND_ARITH float pond_abs(float x) POND_NONBLOCKING {
  return pond_from_bits(pond_bits(x) & 0x7fffffffU);
}

/// Neither infinite nor NaN.
POND_ARITH bool pond_finite(float x) POND_NONBLOCKING {
  return (pond_bits(x) & 0x7f800000U) != 0x7f800000U;
}

/// A state: what is below 2^-96 in magnitude, -0 included, becomes +0.
POND_ARITH float pond_snap(float x) POND_NONBLOCKING {
  return pond_pick(pond_abs(x) < POND_SNAP_BELOW, 0.0f, x);
}

/// An input: subnormals and -0 become +0.
POND_ARITH float pond_flush_input(float x) POND_NONBLOCKING {
  return pond_pick((pond_bits(x) & 0x7f800000U) == 0U, 0.0f, x);
}

/// `x > 0 ? x : +0`; so NaN gives +0.
POND_ARITH float pond_relu(float x) POND_NONBLOCKING {
  return pond_pick(x > 0.0f, x, 0.0f);
}

/// The state after one step: `x` before, `z = f(p)`, leak rate `a` and
/// `q = 1 - a`. No leak from a = 1 on.
POND_ARITH float pond_leak(float x, float z, float a,
                           float q) POND_NONBLOCKING {
  return pond_pick(a >= 1.0f, z, pond_fma(a, z, q * x));
}

/// Weight of the new in step k of a fade of K steps, 0 <= k <= K, K > 0:
/// t^2 (3 - 2t), t = k / K.
POND_ARITH float pond_ease(uint32_t k, uint32_t K) POND_NONBLOCKING {
  const float t = (float)k / (float)K;
  return (t * t) * (3.0f - 2.0f * t);
}

/// exp(t) = s (1 + p), s a power of two, |p| < 0.42. For |t| < 88.
typedef struct {
  float s;
  float p;
} PondExp;

/// n = round(t / ln 2), r = t - n ln 2 with ln 2 in two parts, and p = expm1(r)
/// by the minimax polynomial of (expm1(r) - r) / r^2 on +-1.002 ln(2) / 2 with
/// single-precision coefficients.
POND_ARITH PondExp pond_exp_parts(float t) POND_NONBLOCKING {
  const float shift = 0x1.8p23f;
  const float j = pond_fma(t, 0x1.715476p0f, shift);
  const float n = j - shift;
  float r = pond_fma(n, -0x1.62e4p-1f, t);
  r = pond_fma(n, -0x1.7f7d1cp-20f, r);
  float c = 0x1.a2d472p-13f;
  c = pond_fma(c, r, 0x1.6d30b6p-10f);
  c = pond_fma(c, r, 0x1.110fc4p-7f);
  c = pond_fma(c, r, 0x1.5555p-5f);
  c = pond_fma(c, r, 0x1.555556p-3f);
  c = pond_fma(c, r, 0x1p-1f);
  PondExp e;
  e.p = pond_fma(r * r, c, r);
  e.s = pond_from_bits((pond_bits(j) << 23) + 0x3f800000U);
  return e;
}

/// tanh: odd, monotone, |y| <= 1, at most 1.91 ulp. With e = exp(-2|x|) it is
/// 1 - 2e / (1 + e) above 1 and (1 - e) / (1 + e) below.
POND_ARITH float pond_tanh(float x) POND_NONBLOCKING {
  float y = pond_abs(x);
  y = pond_pick(y > 9.5f, 9.5f, y);
  const PondExp e = pond_exp_parts(-2.0f * y);
  const bool big = y > 1.0f;
  const float s2 = 2.0f * e.s;
  const float d = pond_fma(e.p, e.s, e.s + 1.0f);
  const float w =
      pond_fma(e.p, pond_pick(big, s2, -e.s), pond_pick(big, s2, 1.0f - e.s)) /
      d;
  const float z = pond_pick(big, 1.0f - w, w);
  return pond_from_bits(pond_bits(z) | (pond_bits(x) & 0x80000000U));
}

/// Logistic sigmoid 1 / (1 + exp(-x)): monotone, 0 <= y <= 1, at most 1.69 ulp;
/// +0 below -87.3, where the result would be subnormal.
POND_ARITH float pond_sigmoid(float x) POND_NONBLOCKING {
  float t = -x;
  t = pond_pick(t > 88.0f, 88.0f, t);
  t = pond_pick(t < -24.0f, -24.0f, t);
  const PondExp e = pond_exp_parts(t);
  // 1 + s (1 + p): where s + 1 would round, the 1 is added to p as 1 / s
  const bool big = e.s >= 0x1p24f;
  const float inverse_s = pond_from_bits(0x7f000000U - pond_bits(e.s));
  const float p = pond_pick(big, e.p + inverse_s, e.p);
  const float y = 1.0f / pond_fma(p, e.s, pond_pick(big, e.s, e.s + 1.0f));
  return pond_pick(x < -87.3f, 0.0f, y);
}

#endif
