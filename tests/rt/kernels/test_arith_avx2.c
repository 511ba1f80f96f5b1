// SPDX-License-Identifier: ISC
// The AVX2 arithmetic equals the canonical one bit for bit, over a sample of
// floats, or with the argument `all` over every one. Tests only.
#include "arith_avx2.h"
#include "cpu.h"
#include "kernels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static uint32_t stride = 997;  // a prime; 1 with `all`

typedef struct {
  const char* name;
  float (*scalar)(float x);
  Pond16 (*wide)(Pond16 x);
} Pair;

static float scalar_tanh(float x) { return pond_tanh(x); }
static float scalar_sigmoid(float x) { return pond_sigmoid(x); }
static float scalar_relu(float x) { return pond_relu(x); }
static float scalar_snap(float x) { return pond_snap(x); }
static float scalar_faulty(float x) { return tanhf(x); }
static Pond16 wide_tanh(Pond16 x) { return pond16_tanh(x); }
static Pond16 wide_sigmoid(Pond16 x) { return pond16_sigmoid(x); }
static Pond16 wide_relu(Pond16 x) { return pond16_relu(x); }
static Pond16 wide_snap(Pond16 x) { return pond16_snap(x); }

// The k-th float of the sample is at lane k mod 16; NaN equals NaN.
static uint64_t count_different(const Pair* pair, uint64_t* n_compared) {
  uint64_t n_different = 0;
  for (uint64_t first = 0; first <= UINT32_MAX; first += 16U * stride) {
    float x[16];
    float y[16];
    for (uint32_t i = 0; i < 16; i++) {
      x[i] = pond_from_bits((uint32_t)(first + i * stride));
    }
    const Pond16 in = {{_mm256_loadu_ps(x), _mm256_loadu_ps(x + 8)}};
    const Pond16 out = pair->wide(in);
    _mm256_storeu_ps(y, out.v[0]);
    _mm256_storeu_ps(y + 8, out.v[1]);
    for (uint32_t i = 0; i < 16; i++, (*n_compared)++) {
      const float z = pair->scalar(x[i]);
      const bool same =
          pond_bits(y[i]) == pond_bits(z) || (isnan(y[i]) && isnan(z));
      n_different += !same;
    }
  }
  return n_different;
}

static void wide_functions_equal_the_canonical_ones(void** state) {
  (void)state;
  static const Pair pairs[] = {{"tanh", scalar_tanh, wide_tanh},
                               {"sigmoid", scalar_sigmoid, wide_sigmoid},
                               {"relu", scalar_relu, wide_relu},
                               {"snap", scalar_snap, wide_snap}};
  for (uint32_t i = 0; i < 4; i++) {
    uint64_t n_compared = 0;
    const uint64_t n_different = count_different(&pairs[i], &n_compared);
    printf("  %s: %llu compared, %llu differ\n", pairs[i].name,
           (unsigned long long)n_compared, (unsigned long long)n_different);
    assert_int_equal(n_different, 0);
    assert_true(n_compared > 4000000);
  }
}

static void another_tanh_is_noticed(void** state) {
  (void)state;
  const Pair faulty = {"tanhf", scalar_faulty, wide_tanh};
  uint64_t n_compared = 0;
  assert_true(count_different(&faulty, &n_compared) > 1000);
}

int main(int argc, char** argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wide_functions_equal_the_canonical_ones),
      cmocka_unit_test(another_tanh_is_noticed),
  };
  if (!(pond_cpu_flags() & POND_CPU_AVX2_FMA)) {
    printf("test_arith_avx2: skipped, no AVX2 and FMA here\n");
    return 77;
  }
  if (argc > 1 && strcmp(argv[1], "all") == 0) {
    stride = 1;
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
