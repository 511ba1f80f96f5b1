// SPDX-License-Identifier: ISC
// The triple buffer's indices, both ends in one thread.
#include "triple.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void nothing_is_newer_before_the_first_publish(void** state) {
  (void)state;
  PondTriple triple;
  pond_triple_init(&triple);
  assert_false(pond_triple_update(&triple));
}

static void reader_gets_the_newest_value_once(void** state) {
  (void)state;
  PondTriple triple;
  int values[3] = {0};
  pond_triple_init(&triple);
  for (int value = 1; value <= 3; value++) {
    values[pond_triple_back(&triple)] = value;
    pond_triple_publish(&triple);
  }
  assert_true(pond_triple_update(&triple));
  assert_int_equal(values[pond_triple_front(&triple)], 3);
  assert_false(pond_triple_update(&triple));
  assert_int_equal(values[pond_triple_front(&triple)], 3);
}

// Every pattern of 12 publishes and updates.
static void the_three_indices_stay_a_permutation(void** state) {
  (void)state;
  enum { STEPS = 12 };
  uint32_t n_updates = 0;
  for (uint32_t pattern = 0; pattern < 1u << STEPS; pattern++) {
    PondTriple triple;
    pond_triple_init(&triple);
    for (uint32_t i = 0; i < STEPS; i++) {
      if (pattern >> i & 1) {
        pond_triple_publish(&triple);
      } else {
        n_updates += pond_triple_update(&triple);
      }
      uint32_t middle = POND_LOAD(&triple.middle, POND_RELAXED);
      uint32_t all = 1u << pond_triple_back(&triple) |
                     1u << pond_triple_front(&triple) |
                     1u << (middle & POND_TRIPLE_INDEX);
      assert_int_equal(all, 7);
    }
  }
  assert_true(n_updates >= 10000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_is_newer_before_the_first_publish),
      cmocka_unit_test(reader_gets_the_newest_value_once),
      cmocka_unit_test(the_three_indices_stay_a_permutation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
