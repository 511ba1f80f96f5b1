// SPDX-License-Identifier: ISC
// Explores the hand-over patterns as shipped: every execution is right, every
// order they name is needed, and wrong uses are found.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocols.h"

static const ExploreProgram* const right[] = {&protocol_ring, &protocol_mailbox,
                                              &protocol_triple, &protocol_slot,
                                              &protocol_marker};
static const ExploreProgram* const wrong[] = {
    &misuse_two_producers,    &misuse_return_when_full,
    &misuse_use_after_return, &misuse_write_after_publish,
    &misuse_clear_under_way,  &misuse_marker_before_row};
static const char* const headers[] = {"ring.h", "mailbox.h", "triple.h",
                                      "slot.h"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
static uint64_t reached[COUNT(right)];  // sites, by program
static const ExploreMutant no_mutant = {-1, POND_RELAXED};

static void every_execution_is_right(void** state) {
  (void)state;
  uint64_t n_all = 0;
  for (size_t i = 0; i < COUNT(right); i++) {
    ExploreResult result = explore_run(right[i], no_mutant, true);
    printf("%-10s %8llu executions, %llu redundant\n", right[i]->name,
           (unsigned long long)result.n_executions,
           (unsigned long long)result.n_redundant);
    if (result.failed) {
      fail_msg("%s: %s", right[i]->name, result.failure);
    }
    assert_true(result.n_executions >= 100);
    n_all += result.n_executions;
    reached[i] = result.sites;
  }
  printf("%llu executions in all, 0 errors\n", (unsigned long long)n_all);
}

// Full and empty rings, answered and unanswered asks, with and without marker
// and restart: else the bounds are too small to mean anything.
static void the_bounds_reach_every_case(void** state) {
  (void)state;
  ExploreResult result = explore_run(&protocol_ring, no_mutant, true);
  assert_int_equal(result.outcomes, 0x7e);
  result = explore_run(&protocol_slot, no_mutant, true);
  assert_int_equal(result.outcomes, 0xf);
  result = explore_run(&protocol_marker, no_mutant, true);
  assert_int_equal(result.outcomes, 0xf);
}

// How many programs reach `site` when nothing is weakened.
static uint32_t n_reaching(int site) {
  uint32_t count = 0;
  for (size_t i = 0; i < COUNT(right); i++) {
    count += reached[i] >> site & 1;
  }
  return count;
}

// How many programs fail under `mutant`; says which.
static uint32_t n_catching(ExploreMutant mutant) {
  const ExploreSite* site = explore_site(mutant.site);
  const char* file = strrchr(site->place.file, '/');
  printf("%s:%d %s %s -> %s:", file != NULL ? file + 1 : site->place.file,
         site->place.line, site->kind, explore_order_name(site->order),
         explore_order_name(mutant.order));
  uint32_t count = 0;
  for (size_t i = 0; i < COUNT(right); i++) {
    if (!(reached[i] >> mutant.site & 1)) {
      continue;
    }
    ExploreResult result = explore_run(right[i], mutant, true);
    printf(" %s %s;", right[i]->name,
           result.failed ? result.failure : "SURVIVED");
    count += result.failed;
  }
  printf("\n");
  return count;
}

// By every program that reaches it, so that each program's bounds are wide
// enough.
static void every_weakened_order_is_caught(void** state) {
  (void)state;
  uint32_t n_mutants = 0;
  uint32_t n_caught = 0;
  for (int site = 0; site < explore_site_count(); site++) {
    ExploreOrder full = explore_site(site)->order;
    for (int weaker = 0; weaker < (int)full; weaker++) {
      if ((weaker & (int)full) == weaker) {
        uint32_t count =
            n_catching((ExploreMutant){site, (ExploreOrder)weaker});
        n_caught += count > 0 && count == n_reaching(site);
        n_mutants++;
      }
    }
  }
  printf("%u of %u mutants caught\n", n_caught, n_mutants);
  assert_true(n_mutants >= 18);
  assert_int_equal(n_caught, n_mutants);
}

static void every_wrong_use_is_caught(void** state) {
  (void)state;
  for (size_t i = 0; i < COUNT(wrong); i++) {
    ExploreResult result = explore_run(wrong[i], no_mutant, true);
    printf("%s: %s\n", wrong[i]->name,
           result.failed ? result.failure : "MISSED");
    assert_true(result.failed);
  }
}

static uint32_t count_in(const char* text, const char* word) {
  uint32_t count = 0;
  for (text = strstr(text, word); text != NULL; text = strstr(text + 1, word)) {
    count++;
  }
  return count;
}

static uint32_t sites_of(const char* header) {
  uint32_t count = 0;
  for (int site = 0; site < explore_site_count(); site++) {
    const char* file = explore_site(site)->place.file;
    size_t length = strlen(file);
    size_t tail = strlen(header);
    count += length > tail && file[length - tail - 1] == '/' &&
             strcmp(file + length - tail, header) == 0;
  }
  return count;
}

// What the headers share goes through the seam, and all of it was explored.
static void every_atomic_access_was_explored(void** state) {
  (void)state;
  static char text[1 << 16];
  for (size_t i = 0; i < COUNT(headers); i++) {
    snprintf(text, sizeof text, "%s/%s", EXPLORE_HEADERS, headers[i]);
    FILE* file = fopen(text, "r");
    if (file == NULL) {
      fail_msg("cannot read %s", text);
      return;
    }
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    uint32_t written = count_in(text, "POND_LOAD(") +
                       count_in(text, "POND_STORE(") +
                       count_in(text, "POND_EXCHANGE(");
    printf("%s: %u of %u accesses explored\n", headers[i], sites_of(headers[i]),
           written);
    assert_true(written >= 3);
    assert_int_equal(sites_of(headers[i]), written);
    assert_int_equal(count_in(text, "atomic_") + count_in(text, "memcpy"), 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_execution_is_right),
      cmocka_unit_test(the_bounds_reach_every_case),
      cmocka_unit_test(every_weakened_order_is_caught),
      cmocka_unit_test(every_wrong_use_is_caught),
      cmocka_unit_test(every_atomic_access_was_explored),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
