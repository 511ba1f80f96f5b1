// SPDX-License-Identifier: ISC
// The canonical arithmetic against double references. With the argument `all`
// tanh and sigmoid are checked over every float (minutes). Tests only.
#include "arith.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint32_t stride = 1009;  // a prime; 1 with `all`

// The float at place `k` of all floats in ascending order, -Inf at
// -0x7f800000, Inf at 0x7f800000.
static float float_at(int64_t k) {
  return pond_from_bits(k < 0 ? 0x80000000U | (uint32_t)-k : (uint32_t)k);
}

// |y - t| in units of the last place of t.
static double ulps(float y, double t) {
  int exponent;
  (void)frexp(t, &exponent);
  const int lowest = FLT_MIN_EXP;
  return fabs((double)y - t) /
         ldexp(1.0, (exponent < lowest ? lowest : exponent) - FLT_MANT_DIG);
}

typedef struct {
  double worst;
  float worst_at;
  float last;
  uint64_t n_checked;
  uint64_t n_falls;
} Survey;

static void survey(Survey* s, float x, float y, double t) {
  const double error = ulps(y, t);
  if (error > s->worst) {
    s->worst = error;
    s->worst_at = x;
  }
  s->n_falls += y < s->last;
  s->last = y;
  s->n_checked++;
}

static void print_survey(const char* name, const Survey* s) {
  printf("  %s: %llu floats, at most %.4f ulp (at %a), %llu falls\n", name,
         (unsigned long long)s->n_checked, s->worst, (double)s->worst_at,
         (unsigned long long)s->n_falls);
}

typedef void Check(Survey* s, float x);

static void sweep_range(Survey* s, Check* check, int64_t from, int64_t to,
                        int64_t step) {
  s->last = -INFINITY;
  for (int64_t k = from; k <= to; k += step) {
    check(s, float_at(k));
  }
}

// Each `stride`-th float; then all near the edges of binades and near the
// places where a recipe switches.
static void sweep(Survey* s, Check* check, const float* switches, size_t n) {
  const int64_t end = 0x7f800000;
  sweep_range(s, check, -end, end, stride);
  for (int64_t edge = -end; edge <= end && stride > 1; edge += 0x800000) {
    const int64_t from = edge - 64 < -end ? -end : edge - 64;
    const int64_t to = edge + 64 > end ? end : edge + 64;
    sweep_range(s, check, from, to, 1);
  }
  for (size_t i = 0; i < n && stride > 1; i++) {
    const int64_t at = (int64_t)pond_bits(switches[i]);
    sweep_range(s, check, at - 4000, at + 4000, 1);
    sweep_range(s, check, -at - 4000, -at + 4000, 1);
  }
}

static void check_tanh(Survey* s, float x) {
  const float y = pond_tanh(x);
  if (pond_bits(pond_tanh(-x)) != (pond_bits(y) ^ 0x80000000U)) {
    fail_msg("not odd at %a", (double)x);
  }
  if (!(fabsf(y) <= 1.0f)) {
    fail_msg("tanh(%a) = %a", (double)x, (double)y);
  }
  survey(s, x, y, tanh((double)x));
}

static void check_sigmoid(Survey* s, float x) {
  const float y = pond_sigmoid(x);
  if (!(y >= 0.0f && y <= 1.0f)) {
    fail_msg("sigmoid(%a) = %a", (double)x, (double)y);
  }
  const double t = 1.0 / (1.0 + exp(-(double)x));
  survey(s, x, y, x < -87.3f ? (double)y : t);
}

static void tanh_is_odd_monotone_and_within_two_ulp(void** state) {
  (void)state;
  static const float switches[] = {1.0f, 9.5f};
  Survey s = {0};
  sweep(&s, check_tanh, switches, 2);
  print_survey("tanh", &s);
  assert_true(s.n_checked > 4000000);
  assert_int_equal(s.n_falls, 0);
  assert_true(s.worst < 1.91);
}

static void sigmoid_is_monotone_and_within_two_ulp(void** state) {
  (void)state;
  static const float switches[] = {87.3f, 88.0f, 24.0f, 16.635532f};
  Survey s = {0};
  sweep(&s, check_sigmoid, switches, 4);
  print_survey("sigmoid", &s);
  assert_true(s.n_checked > 4000000);
  assert_int_equal(s.n_falls, 0);
  assert_true(s.worst < 2.0);
}

static void known_values_are_exact(void** state) {
  (void)state;
  assert_int_equal(pond_bits(pond_tanh(0.0f)), 0);
  assert_int_equal(pond_bits(pond_tanh(-0.0f)), 0x80000000U);
  assert_int_equal(pond_bits(pond_tanh(0x1p-149f)), 1);
  assert_true(pond_tanh(INFINITY) == 1.0f && pond_tanh(-30.0f) == -1.0f);
  assert_true(isnan(pond_tanh(NAN)) && isnan(pond_sigmoid(NAN)));
  assert_true(pond_sigmoid(0.0f) == 0.5f && pond_sigmoid(-0.0f) == 0.5f);
  assert_true(pond_sigmoid(INFINITY) == 1.0f);
  assert_int_equal(pond_bits(pond_sigmoid(-INFINITY)), 0);
  assert_int_equal(pond_bits(pond_sigmoid(-90.0f)), 0);
}

// The same bits from every compiler, level and processor: FNV-1a of results.
static void results_have_the_bits_written_down(void** state) {
  (void)state;
  uint64_t hash = 0xcbf29ce484222325U;
  for (uint32_t k = 0; k < 400000; k++) {
    const float x = pond_from_bits(k * 10007U);
    if (!isfinite(x)) {
      continue;
    }
    const uint32_t bits[3] = {pond_bits(pond_tanh(x)),
                              pond_bits(pond_sigmoid(x)),
                              pond_bits(pond_ease(k, 400000))};
    for (uint32_t i = 0; i < 3; i++) {
      hash = (hash ^ bits[i]) * 0x100000001b3U;
    }
  }
  printf("  hash %016llx\n", (unsigned long long)hash);
  assert_true(hash == 0xa19480efbadb5f94U);
}

static void small_states_become_plus_zero(void** state) {
  (void)state;
  static const float small[] = {-0.0f, 0x1p-149f, -0x1.fffffep-97f, 0.0f};
  for (uint32_t i = 0; i < 4; i++) {
    assert_int_equal(pond_bits(pond_snap(small[i])), 0);
  }
  assert_true(pond_snap(0x1p-96f) == 0x1p-96f);
  assert_true(pond_snap(-0x1p-96f) == -0x1p-96f);
  assert_true(isnan(pond_snap(NAN)) && isinf(pond_snap(-INFINITY)));
}

static void subnormal_inputs_become_plus_zero(void** state) {
  (void)state;
  assert_int_equal(pond_bits(pond_flush_input(-0x1p-149f)), 0);
  assert_int_equal(pond_bits(pond_flush_input(0x1.fffffcp-127f)), 0);
  assert_int_equal(pond_bits(pond_flush_input(-0.0f)), 0);
  assert_true(pond_flush_input(-FLT_MIN) == -FLT_MIN);
  assert_true(isnan(pond_flush_input(NAN)));
}

static void only_numbers_are_finite(void** state) {
  (void)state;
  assert_true(pond_finite(0.0f) && pond_finite(-FLT_MAX));
  assert_true(pond_finite(-0x1p-149f));
  assert_false(pond_finite(INFINITY) || pond_finite(-INFINITY));
  assert_false(pond_finite(NAN) || pond_finite(pond_from_bits(0xff800001U)));
}

static void relu_takes_what_is_above_zero(void** state) {
  (void)state;
  assert_true(pond_relu(2.5f) == 2.5f);
  assert_int_equal(pond_bits(pond_relu(-0.0f)), 0);
  assert_int_equal(pond_bits(pond_relu(-3.0f)), 0);
  assert_int_equal(pond_bits(pond_relu(NAN)), 0);
}

static void a_leak_of_one_forgets_the_state(void** state) {
  (void)state;
  assert_true(pond_leak(NAN, 0.5f, 1.0f, 0.0f) == 0.5f);
  assert_true(pond_leak(7.0f, 0.5f, 1.5f, -0.5f) == 0.5f);
  assert_true(pond_leak(1.0f, 0.0f, 0.25f, 0.75f) == 0.75f);
  assert_true(pond_leak(1.0f, 0.5f, 0.25f, 0.75f) == 0.875f);
}

static void a_fade_goes_from_zero_to_one(void** state) {
  (void)state;
  static const uint32_t lengths[] = {1, 2, 3, 480, 44100};
  for (uint32_t i = 0; i < 5; i++) {
    assert_true(pond_ease(0, lengths[i]) == 0.0f);
    assert_true(pond_ease(lengths[i], lengths[i]) == 1.0f);
    for (uint32_t k = 1; k <= lengths[i]; k++) {
      const double t = (double)k / lengths[i];
      const float g = pond_ease(k, lengths[i]);
      assert_true(fabs((double)g - t * t * (3.0 - 2.0 * t)) < 4e-7);
    }
  }
  assert_true(pond_ease(1, 2) == 0.5f);
}

int main(int argc, char** argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tanh_is_odd_monotone_and_within_two_ulp),
      cmocka_unit_test(sigmoid_is_monotone_and_within_two_ulp),
      cmocka_unit_test(known_values_are_exact),
      cmocka_unit_test(results_have_the_bits_written_down),
      cmocka_unit_test(small_states_become_plus_zero),
      cmocka_unit_test(subnormal_inputs_become_plus_zero),
      cmocka_unit_test(only_numbers_are_finite),
      cmocka_unit_test(relu_takes_what_is_above_zero),
      cmocka_unit_test(a_leak_of_one_forgets_the_state),
      cmocka_unit_test(a_fade_goes_from_zero_to_one),
  };
  if (argc > 1 && strcmp(argv[1], "all") == 0) {
    stride = 1;
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
