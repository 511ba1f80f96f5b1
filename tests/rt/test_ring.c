// SPDX-License-Identifier: ISC
// The byte ring, both ends in one thread.
#include "ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SIZE = 16 };

static void whole_capacity_is_usable(void** state) {
  (void)state;
  unsigned char memory[SIZE];
  unsigned char bytes[SIZE] = {7};
  unsigned char back[SIZE];
  PondRing ring;
  pond_ring_init(&ring, memory, SIZE);
  assert_int_equal(pond_ring_write_space(&ring), SIZE);
  assert_int_equal(pond_ring_read_space(&ring), 0);
  assert_true(pond_ring_write(&ring, bytes, SIZE, NULL, 0));
  assert_int_equal(pond_ring_write_space(&ring), 0);
  assert_int_equal(pond_ring_read_space(&ring), SIZE);
  assert_true(pond_ring_read(&ring, back, SIZE));
  assert_memory_equal(back, bytes, SIZE);
}

static void write_without_room_changes_nothing(void** state) {
  (void)state;
  unsigned char memory[SIZE];
  unsigned char bytes[SIZE] = {0};
  PondRing ring;
  pond_ring_init(&ring, memory, SIZE);
  assert_true(pond_ring_write(&ring, bytes, 6, NULL, 0));
  assert_false(pond_ring_write(&ring, bytes, 11, NULL, 0));
  assert_false(pond_ring_write(&ring, bytes, 5, bytes, 6));
  assert_false(pond_ring_write(&ring, bytes, SIZE_MAX, bytes, 2));
  assert_false(pond_ring_write(&ring, bytes, 2, bytes, SIZE_MAX));
  assert_int_equal(pond_ring_read_space(&ring), 6);
  assert_true(pond_ring_write(&ring, bytes, 5, bytes, 5));
}

static void read_of_too_much_changes_nothing(void** state) {
  (void)state;
  unsigned char memory[SIZE];
  unsigned char bytes[SIZE] = {1, 2, 3};
  unsigned char back[SIZE] = {9};
  PondRing ring;
  pond_ring_init(&ring, memory, SIZE);
  assert_true(pond_ring_write(&ring, bytes, 3, NULL, 0));
  assert_false(pond_ring_read(&ring, back, 4));
  assert_false(pond_ring_peek(&ring, back, 4));
  assert_int_equal(back[0], 9);
  assert_int_equal(pond_ring_read_space(&ring), 3);
}

static void peek_leaves_the_bytes(void** state) {
  (void)state;
  unsigned char memory[SIZE];
  unsigned char bytes[3] = {1, 2, 3};
  unsigned char back[3] = {0};
  PondRing ring;
  pond_ring_init(&ring, memory, SIZE);
  assert_true(pond_ring_write(&ring, bytes, 1, bytes + 1, 2));
  assert_true(pond_ring_peek(&ring, back, 3));
  assert_memory_equal(back, bytes, 3);
  assert_int_equal(pond_ring_read_space(&ring), 3);
}

static void empty_writes_and_reads_succeed(void** state) {
  (void)state;
  unsigned char memory[SIZE];
  PondRing ring;
  pond_ring_init(&ring, memory, SIZE);
  assert_true(pond_ring_write(&ring, NULL, 0, NULL, 0));
  assert_true(pond_ring_peek(&ring, NULL, 0));
  assert_true(pond_ring_read(&ring, NULL, 0));
}

// Heads of 1 to 5 and bodies of 0 to 10 bytes, so that both parts meet the end
// of the memory at every offset; the indices wrap past SIZE_MAX on the way.
static void bytes_keep_their_order_around_every_wrap(void** state) {
  (void)state;
  unsigned char memory[SIZE];
  unsigned char bytes[SIZE];
  unsigned char back[SIZE];
  PondRing ring;
  pond_ring_init(&ring, memory, SIZE);
  size_t start = SIZE_MAX - 100;
  POND_STORE(&ring.written, start, POND_RELAXED);
  POND_STORE(&ring.consumed, start, POND_RELAXED);
  unsigned char next_in = 0;
  unsigned char next_out = 0;
  uint32_t moved = 0;
  for (uint32_t i = 0; i < 1000; i++) {
    uint32_t n_head = 1 + i % 5;
    uint32_t n_body = i % 11;
    for (uint32_t j = 0; j < n_head + n_body; j++) {
      bytes[j] = next_in++;
    }
    assert_true(pond_ring_write(&ring, bytes, n_head, bytes + n_head, n_body));
    assert_true(pond_ring_read(&ring, back, n_head + n_body));
    for (uint32_t j = 0; j < n_head + n_body; j++) {
      assert_int_equal(back[j], next_out++);
    }
    moved += n_head + n_body;
  }
  assert_in_range(moved, 7000, 9000);
  assert_int_equal(pond_ring_write_space(&ring), SIZE);
}

static void indices_stand_on_lines_of_their_own(void** state) {
  (void)state;
  assert_true(offsetof(PondRing, written) >= POND_CACHE_LINE);
  assert_true(offsetof(PondRing, consumed) - offsetof(PondRing, written) >=
              POND_CACHE_LINE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_capacity_is_usable),
      cmocka_unit_test(write_without_room_changes_nothing),
      cmocka_unit_test(read_of_too_much_changes_nothing),
      cmocka_unit_test(peek_leaves_the_bytes),
      cmocka_unit_test(empty_writes_and_reads_succeed),
      cmocka_unit_test(bytes_keep_their_order_around_every_wrap),
      cmocka_unit_test(indices_stand_on_lines_of_their_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
