// SPDX-License-Identifier: ISC
// The mailbox, both ends in one thread.
#include "mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void an_empty_mailbox_gives_nothing(void** state) {
  (void)state;
  PondMailbox box;
  pond_mailbox_init(&box);
  assert_null(pond_mailbox_take(&box));
  assert_null(pond_mailbox_withdraw(&box));
  assert_null(pond_mailbox_reclaim(&box));
  assert_true(pond_mailbox_can_return(&box));
}

static void mail_is_taken_once(void** state) {
  (void)state;
  PondMailbox box;
  int a;
  pond_mailbox_init(&box);
  assert_null(pond_mailbox_post(&box, &a));
  assert_ptr_equal(pond_mailbox_take(&box), &a);
  assert_null(pond_mailbox_take(&box));
  assert_null(pond_mailbox_withdraw(&box));
}

static void a_newer_post_gives_the_unread_one_back(void** state) {
  (void)state;
  PondMailbox box;
  int a;
  int b;
  pond_mailbox_init(&box);
  assert_null(pond_mailbox_post(&box, &a));
  assert_ptr_equal(pond_mailbox_post(&box, &b), &a);
  assert_ptr_equal(pond_mailbox_take(&box), &b);
}

static void withdrawn_mail_is_not_taken(void** state) {
  (void)state;
  PondMailbox box;
  int a;
  pond_mailbox_init(&box);
  assert_null(pond_mailbox_post(&box, &a));
  assert_ptr_equal(pond_mailbox_withdraw(&box), &a);
  assert_null(pond_mailbox_take(&box));
}

static void return_slot_is_full_until_reclaimed(void** state) {
  (void)state;
  PondMailbox box;
  int a;
  pond_mailbox_init(&box);
  pond_mailbox_return(&box, &a);
  assert_false(pond_mailbox_can_return(&box));
  assert_ptr_equal(pond_mailbox_reclaim(&box), &a);
  assert_true(pond_mailbox_can_return(&box));
  assert_null(pond_mailbox_reclaim(&box));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_mailbox_gives_nothing),
      cmocka_unit_test(mail_is_taken_once),
      cmocka_unit_test(a_newer_post_gives_the_unread_one_back),
      cmocka_unit_test(withdrawn_mail_is_not_taken),
      cmocka_unit_test(return_slot_is_full_until_reclaimed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
