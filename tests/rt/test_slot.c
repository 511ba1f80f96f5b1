// SPDX-License-Identifier: ISC
// The slot that control asks the audio thread to fill, both ends in one thread.
#include "slot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void an_idle_slot_is_neither_asked_nor_filled(void** state) {
  (void)state;
  PondSlot slot;
  pond_slot_init(&slot);
  assert_false(pond_slot_asked(&slot));
  assert_false(pond_slot_filled(&slot));
}

static void one_ask_at_a_time(void** state) {
  (void)state;
  PondSlot slot;
  pond_slot_init(&slot);
  assert_true(pond_slot_ask(&slot));
  assert_false(pond_slot_ask(&slot));
  assert_true(pond_slot_asked(&slot));
  pond_slot_fill(&slot);
  assert_false(pond_slot_ask(&slot));
  assert_false(pond_slot_asked(&slot));
  assert_true(pond_slot_filled(&slot));
}

static void a_cleared_slot_can_be_asked_again(void** state) {
  (void)state;
  PondSlot slot;
  pond_slot_init(&slot);
  for (int i = 0; i < 3; i++) {
    assert_true(pond_slot_ask(&slot));
    pond_slot_fill(&slot);
    pond_slot_clear(&slot);
    assert_false(pond_slot_filled(&slot));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_idle_slot_is_neither_asked_nor_filled),
      cmocka_unit_test(one_ask_at_a_time),
      cmocka_unit_test(a_cleared_slot_can_be_asked_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
