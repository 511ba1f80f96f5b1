// SPDX-License-Identifier: ISC
// The explorer itself, against programs whose possible outcomes are known:
// what C11 allows must be reached, what it forbids must not. The names are the
// usual ones (Alglave, Maranget, Tautschnig, "Herding cats", TOPLAS 36(2);
// RC11 for load buffering).
#include "explore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static PondAtomicU32 x, y;
static uint32_t data, r[4];
static ExploreOrder strong_load, strong_store;

static void setup(void) {
  POND_STORE(&x, 0, POND_RELAXED);
  POND_STORE(&y, 0, POND_RELAXED);
  explore_memory(&data, sizeof data);
  explore_write(&data, 0);
  r[0] = r[1] = r[2] = r[3] = 0;
}

// The outcome is the number r[0] r[1] r[2] r[3] in binary, first digit lowest.
static void check(void) {
  explore_outcome(r[0] | r[1] << 1 | r[2] << 2 | r[3] << 3);
}

static ExploreResult outcomes_of(void (*a)(void), void (*b)(void),
                                 void (*c)(void), void (*d)(void)) {
  ExploreProgram program = {"litmus", setup, {a, b, c, d}, check};
  ExploreMutant none = {-1, POND_RELAXED};
  ExploreResult all = explore_run(&program, none, false);
  ExploreResult fewer = explore_run(&program, none, true);
  assert_int_equal(fewer.outcomes, all.outcomes);
  assert_int_equal(fewer.failed, all.failed);
  assert_true(fewer.n_executions <= all.n_executions);
  return fewer;
}

static void x_then_y(void) {
  POND_STORE(&x, 1, POND_RELAXED);
  POND_STORE(&y, 1, strong_store);
}
static void read_y_then_x(void) {
  r[0] = POND_LOAD(&y, strong_load);
  r[1] = POND_LOAD(&x, POND_RELAXED);
}

static void message_passing_needs_both_orders(void** state) {
  (void)state;
  enum { SEEN_WITHOUT_DATA = 1 << 1 };
  for (int orders = 0; orders < 4; orders++) {
    strong_store = orders & 1 ? POND_RELEASE : POND_RELAXED;
    strong_load = orders & 2 ? POND_ACQUIRE : POND_RELAXED;
    uint64_t reached =
        outcomes_of(x_then_y, read_y_then_x, NULL, NULL).outcomes;
    assert_int_equal(reached & ~(uint64_t)SEEN_WITHOUT_DATA, 0xd);
    assert_int_equal((reached & SEEN_WITHOUT_DATA) != 0, orders != 3);
  }
}

static void store_x_load_y(void) {
  POND_STORE(&x, 1, POND_RELEASE);
  r[0] = POND_LOAD(&y, POND_ACQUIRE);
}
static void store_y_load_x(void) {
  POND_STORE(&y, 1, POND_RELEASE);
  r[1] = POND_LOAD(&x, POND_ACQUIRE);
}

static void store_buffering_reads_both_stale(void** state) {
  (void)state;
  ExploreResult result =
      outcomes_of(store_x_load_y, store_y_load_x, NULL, NULL);
  assert_int_equal(result.outcomes, 0xf);
}

static void load_y_store_x(void) {
  r[0] = POND_LOAD(&y, POND_RELAXED);
  POND_STORE(&x, 1, POND_RELAXED);
}
static void load_x_store_y(void) {
  r[1] = POND_LOAD(&x, POND_RELAXED);
  POND_STORE(&y, 1, POND_RELAXED);
}

static void load_buffering_is_outside_the_model(void** state) {
  (void)state;
  ExploreResult result =
      outcomes_of(load_y_store_x, load_x_store_y, NULL, NULL);
  assert_int_equal(result.outcomes, 0x7);
}

static void store_one(void) { POND_STORE(&x, 1, POND_RELAXED); }
static void load_twice(void) {
  r[0] = POND_LOAD(&x, POND_RELAXED);
  r[1] = POND_LOAD(&x, POND_RELAXED);
}

static void a_location_never_goes_back(void** state) {
  (void)state;
  ExploreResult result = outcomes_of(store_one, load_twice, NULL, NULL);
  assert_int_equal(result.outcomes, 1 << 0 | 1 << 2 | 1 << 3);
}

static void store_x1_y2(void) {
  POND_STORE(&x, 1, POND_RELAXED);
  POND_STORE(&y, 2, POND_RELAXED);
}
static void store_y1_x2(void) {
  POND_STORE(&y, 1, POND_RELAXED);
  POND_STORE(&x, 2, POND_RELAXED);
}
// What setup and check see is the end of each modification order.
static void check_2_2w(void) {
  r[0] = POND_LOAD(&x, POND_RELAXED) == 1;
  r[1] = POND_LOAD(&y, POND_RELAXED) == 1;
  check();
}

static void stores_need_not_follow_the_interleaving(void** state) {
  (void)state;
  ExploreProgram program = {
      "2+2W", setup, {store_x1_y2, store_y1_x2}, check_2_2w};
  ExploreResult result =
      explore_run(&program, (ExploreMutant){-1, POND_RELAXED}, true);
  assert_int_equal(result.outcomes, 0xf);
}

static void release_x(void) { POND_STORE(&x, 1, POND_RELEASE); }
static void release_y(void) { POND_STORE(&y, 1, POND_RELEASE); }
static void read_x_y(void) {
  r[0] = POND_LOAD(&x, POND_ACQUIRE);
  r[1] = POND_LOAD(&y, POND_ACQUIRE);
}
static void read_y_x(void) {
  r[2] = POND_LOAD(&y, POND_ACQUIRE);
  r[3] = POND_LOAD(&x, POND_ACQUIRE);
}

static void two_readers_disagree_on_independent_stores(void** state) {
  (void)state;
  ExploreResult result = outcomes_of(release_x, release_y, read_x_y, read_y_x);
  assert_true(result.outcomes & 1 << 5);
  assert_int_equal(result.outcomes, 0xffff);
}

static void pass_x_to_y(void) {
  r[0] = POND_LOAD(&x, POND_ACQUIRE);
  POND_STORE(&y, r[0], POND_RELEASE);
}
static void write_and_release_x(void) {
  explore_write(&data, 1);
  POND_STORE(&x, 1, POND_RELEASE);
}
static void read_if_y(void) {
  r[1] = POND_LOAD(&y, POND_ACQUIRE);
  r[2] = r[1] ? explore_read(&data) : 0;
}

static void happens_before_is_transitive(void** state) {
  (void)state;
  ExploreResult result =
      outcomes_of(write_and_release_x, pass_x_to_y, read_if_y, NULL);
  assert_false(result.failed);
  assert_int_equal(result.outcomes, 1 << 0 | 1 << 1 | 1 << 7);
}

static void exchange_first(void) { r[0] = POND_EXCHANGE(&x, 1, POND_RELAXED); }
static void exchange_second(void) { r[1] = POND_EXCHANGE(&x, 1, POND_RELAXED); }

static void one_exchange_reads_the_other(void** state) {
  (void)state;
  ExploreResult result =
      outcomes_of(exchange_first, exchange_second, NULL, NULL);
  assert_int_equal(result.outcomes, 1 << 1 | 1 << 2);
}

static void relaxed_store(void) { POND_STORE(&x, 2, POND_RELAXED); }
static void read_if_x_is_two(void) {
  r[0] = POND_LOAD(&x, POND_ACQUIRE) == 2;
  r[1] = r[0] ? POND_LOAD(&y, POND_RELAXED) : 1;
}
static void y_then_release_x(void) {
  POND_STORE(&y, 1, POND_RELAXED);
  POND_STORE(&x, 1, POND_RELEASE);
}

// The exchange may also come before the release: then y is unknown. What tells
// is who read whom, so the exchange notes it.
static void noted_exchange(void) { r[2] = POND_EXCHANGE(&x, 2, POND_RELAXED); }

static void an_exchange_continues_a_release_sequence(void** state) {
  (void)state;
  ExploreResult result =
      outcomes_of(y_then_release_x, noted_exchange, read_if_x_is_two, NULL);
  assert_true(result.outcomes & 1 << 7);
  assert_true(result.outcomes & 1 << 1);
  assert_false(result.outcomes & 1 << 5);
  result = outcomes_of(y_then_release_x, relaxed_store, read_if_x_is_two, NULL);
  assert_true(result.outcomes & 1 << 1);
}

static void plain_write(void) { explore_write(&data, 1); }
static void plain_read(void) { r[0] = explore_read(&data); }
static void read_if_x(void) {
  if (POND_LOAD(&x, strong_load)) {
    explore_read(&data);
  }
}
static void write_then_x(void) {
  explore_write(&data, 1);
  POND_STORE(&x, 1, strong_store);
}
static void write_if_x(void) {
  if (POND_LOAD(&x, strong_load)) {
    explore_write(&data, 2);
  }
}
static void read_then_x(void) {
  explore_read(&data);
  POND_STORE(&x, 1, strong_store);
}

static void unordered_plain_accesses_are_a_race(void** state) {
  (void)state;
  assert_true(outcomes_of(plain_write, plain_write, NULL, NULL).failed);
  assert_true(outcomes_of(plain_write, plain_read, NULL, NULL).failed);
  assert_true(outcomes_of(plain_read, plain_write, NULL, NULL).failed);
  assert_false(outcomes_of(plain_read, plain_read, NULL, NULL).failed);
  for (int orders = 0; orders < 4; orders++) {
    strong_store = orders & 1 ? POND_RELEASE : POND_RELAXED;
    strong_load = orders & 2 ? POND_ACQUIRE : POND_RELAXED;
    bool racy = orders != 3;
    assert_int_equal(outcomes_of(write_then_x, read_if_x, NULL, NULL).failed,
                     racy);
    assert_int_equal(outcomes_of(read_then_x, write_if_x, NULL, NULL).failed,
                     racy);
  }
}

static void independent_threads_run_once(void** state) {
  (void)state;
  ExploreResult result = outcomes_of(release_x, release_y, NULL, NULL);
  assert_int_equal(result.n_executions, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(message_passing_needs_both_orders),
      cmocka_unit_test(store_buffering_reads_both_stale),
      cmocka_unit_test(load_buffering_is_outside_the_model),
      cmocka_unit_test(a_location_never_goes_back),
      cmocka_unit_test(stores_need_not_follow_the_interleaving),
      cmocka_unit_test(two_readers_disagree_on_independent_stores),
      cmocka_unit_test(happens_before_is_transitive),
      cmocka_unit_test(one_exchange_reads_the_other),
      cmocka_unit_test(an_exchange_continues_a_release_sequence),
      cmocka_unit_test(unordered_plain_accesses_are_a_race),
      cmocka_unit_test(independent_threads_run_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
