// SPDX-License-Identifier: ISC
// Memory, errors, random numbers; and that the failing allocator, which other
// tests lean on, sees a leak.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alloc.h"
#include "errors.h"
#include "failing_alloc.h"
#include "random.h"

static void memory_is_zeroed_and_aligned_or_refused(void** unused) {
  (void)unused;
  for (size_t n = 0; n < 300; n += 7) {
    unsigned char* memory = (unsigned char*)pond_memory_new(n, 3);
    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % POND_ALIGNMENT, 0);
    for (size_t i = 0; i < 3 * n; ++i) {
      assert_int_equal(memory[i], 0);
    }
    pond_memory_free(memory);
  }
  assert_null(pond_memory_new(SIZE_MAX, 2));
  assert_null(pond_memory_new(SIZE_MAX / 2 + 1, 2));
  assert_null(pond_memory_new(SIZE_MAX - 1, 1));
}

static void plan_keeps_arrays_apart_and_overflow_sticks(void** unused) {
  (void)unused;
  PondPlan plan = {0, false};
  const size_t a = pond_plan_add(&plan, 3, sizeof(float));
  const size_t b = pond_plan_add(&plan, 0, 8);
  const size_t c = pond_plan_add(&plan, 100, 1);
  assert_int_equal(a, 0);
  assert_true(b >= 3 * sizeof(float) && b % POND_ALIGNMENT == 0);
  assert_true(c >= b && plan.size >= c + 100);
  (void)pond_plan_add(&plan, SIZE_MAX / 4, 8);
  assert_true(plan.overflow);
  (void)pond_plan_add(&plan, 1, 1);
  assert_null(pond_plan_new(&plan));
}

static void every_status_has_its_text(void** unused) {
  (void)unused;
  for (int s = POND_OK; s <= POND_STATUS_UNSUPPORTED; ++s) {
    for (int t = POND_OK; t < s; ++t) {
      assert_string_not_equal(pond_status_text((PondStatus)s),
                              pond_status_text((PondStatus)t));
    }
  }
  PondError error;
  assert_int_equal(pond_error(&error, POND_STATUS_IO, "%s %d", "disk", 5),
                   POND_STATUS_IO);
  assert_string_equal(error.text, "disk 5");
  assert_int_equal(pond_error(NULL, POND_STATUS_BUSY, "x"), POND_STATUS_BUSY);
}

// The draws are part of what a seed means: they may never change.
static void draws_are_the_same_for_ever(void** unused) {
  (void)unused;
  PondRandom random = pond_random_init(7, "draws");
  uint64_t sum = 0;
  for (int i = 0; i < 1000; ++i) {
    sum = sum * 31 + pond_random_bits(&random);
  }
  print_message("sum of the draws: 0x%llx\n", (unsigned long long)sum);
  assert_true(sum == 0x4368cdff724747e3U);
}

static void draws_keep_their_ranges(void** unused) {
  (void)unused;
  PondRandom random = pond_random_init(1, "ranges");
  uint32_t counts[7] = {0};
  double mean = 0.0;
  for (int i = 0; i < 70000; ++i) {
    const double x = pond_random_signed(&random);
    assert_true(x >= -1.0 && x < 1.0);
    mean += x / 70000.0;
    const uint64_t k = pond_random_below(&random, 7);
    assert_true(k < 7);
    counts[k] += 1;
  }
  assert_true(mean > -0.02 && mean < 0.02);
  for (int k = 0; k < 7; ++k) {
    assert_in_range(counts[k], 9500, 10500);
  }
}

typedef struct {
  void* lost;
  int n_seen;
} Leaks;

static void leak(void* context) {
  Leaks* leaks = (Leaks*)context;
  void* first = pond_memory_new(1, 8);
  void* second = pond_memory_new(1, 8);
  // As a careless path would: the first is lost when the second fails.
  if (!second) {
    leaks->lost = first;
    return;
  }
  pond_memory_free(first);
  pond_memory_free(second);
}

static void judge_leak(void* context, bool failed, int64_t alive) {
  Leaks* leaks = (Leaks*)context;
  (void)failed;
  if (alive != 0) {
    pond_memory_free(leaks->lost);
    leaks->lost = NULL;
    leaks->n_seen += 1;
  }
}

static void planted_leak_is_seen(void** unused) {
  (void)unused;
  Leaks leaks = {NULL, 0};
  assert_int_equal(failing_alloc_each(leak, judge_leak, &leaks), 2);
  assert_int_equal(leaks.n_seen, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(memory_is_zeroed_and_aligned_or_refused),
      cmocka_unit_test(plan_keeps_arrays_apart_and_overflow_sticks),
      cmocka_unit_test(every_status_has_its_text),
      cmocka_unit_test(draws_are_the_same_for_ever),
      cmocka_unit_test(draws_keep_their_ranges),
      cmocka_unit_test(planted_leak_is_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
