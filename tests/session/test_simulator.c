// SPDX-License-Identifier: ISC
// The whole system from seeds: whatever happens, the output is finite, an
// acknowledged save is never lost, and the journal replays to the same bits.
// echopond's only test that takes its number of seeds from the environment:
// POND_SEEDS, and POND_FIRST_SEED to repeat one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "test_folder.h"
#include "world.h"

enum { SEEDS = 2000 };

static uint64_t from_environment(const char* name, uint64_t otherwise) {
  const char* text = getenv(name);
  return text ? strtoull(text, NULL, 10) : otherwise;
}

static void whole_system_keeps_its_promises(void** unused) {
  (void)unused;
  WorldCounts counts = {0};
  char folder[64];
  (void)snprintf(folder, sizeof(folder), "%s/pond_world_%d", test_folder(),
                 (int)getpid());
  const uint64_t seeds = from_environment("POND_SEEDS", SEEDS);
  const uint64_t first = from_environment("POND_FIRST_SEED", 1);
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    world_run(seed, folder, &counts);
  }
  (void)remove(folder);
  print_message(
      "%llu seeds, %llu frames in %llu blocks, %llu commands (%llu refused), "
      "%llu posts, %llu jobs (%llu fits, %llu cancelled), %llu saves (%llu "
      "failed), %llu crashes, %llu missing samples, %llu frames replayed\n",
      (unsigned long long)counts.seeds, (unsigned long long)counts.frames,
      (unsigned long long)counts.blocks, (unsigned long long)counts.commands,
      (unsigned long long)counts.refused, (unsigned long long)counts.posts,
      (unsigned long long)counts.jobs, (unsigned long long)counts.fits,
      (unsigned long long)counts.cancelled, (unsigned long long)counts.saves,
      (unsigned long long)counts.failed_saves,
      (unsigned long long)counts.crashes, (unsigned long long)counts.missing,
      (unsigned long long)counts.replayed);
  assert_int_equal(counts.seeds, seeds);
  if (seeds >= 100) {
    assert_true(counts.blocks >= 10 * seeds);
    assert_true(counts.fits >= seeds / 20);
    assert_true(counts.saves >= seeds && counts.failed_saves >= seeds / 10);
    assert_true(counts.crashes >= seeds / 4);
  }
}

static void planted_loss_of_an_event_is_seen(void** unused) {
  (void)unused;
  enum { PLANTED = 40 };
  WorldCounts counts = {0};
  char folder[64];
  uint32_t seen = 0;
  (void)snprintf(folder, sizeof(folder), "%s/pond_lost_%d", test_folder(),
                 (int)getpid());
  for (uint64_t seed = 1; seed <= PLANTED; ++seed) {
    seen += world_run_planted(seed, folder, &counts);
  }
  (void)remove(folder);
  print_message("%u of %d lost events seen\n", seen, PLANTED);
  assert_true(seen >= PLANTED / 2);  // many change nothing that is heard
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_system_keeps_its_promises),
      cmocka_unit_test(planted_loss_of_an_event_is_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
