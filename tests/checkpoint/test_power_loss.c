// SPDX-License-Identifier: ISC
// Every legal crash state of saves, on a disk in memory: the file is old or new
// and whole. Every sync left out is caught. One thread.
#include "fake_disk.h"
#include "tree_tools.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Saves of one file, one after the other; version 0 is "not there".
enum { N_SAVES = 3 };

typedef PondStatus WriteFile(const PondFileOps* ops, const char* path,
                             const void* bytes, size_t size, PondError* error);

typedef struct {
  const char* path;
  size_t block;
  size_t longest_write;
  size_t sizes[N_SAVES];  // of the tensor of each version
  uint32_t skip_sync, fail_sync;
  bool retry_sync;
  WriteFile* write;
} Plan;

typedef struct {
  PondTree* trees[N_SAVES + 1];
  uint8_t* bytes[N_SAVES + 1];
  size_t sizes[N_SAVES + 1];
  uint32_t low, high;  // versions that are right now
  uint64_t states;
  uint64_t seen[N_SAVES + 1];
  uint64_t wrong;  // another version, or no whole one
  uint64_t torn;   // of these, what the reader refused
  uint32_t n_syncs, n_errors;
} Judge;

static void judge_state(void* context, const uint8_t* bytes, size_t size) {
  Judge* judge = (Judge*)context;
  for (uint32_t i = judge->low; i <= judge->high; ++i) {
    const bool same = bytes ? i > 0 && size == judge->sizes[i] &&
                                  memcmp(bytes, judge->bytes[i], size) == 0
                            : i == 0;
    if (same) {
      ++judge->seen[i];
      return;
    }
  }
  ++judge->wrong;
  // A state that the syncs must prevent: the reader at least sees the damage.
  PondTree* tree = NULL;
  if (bytes && pond_safetensors_decode(bytes, size, NULL, &tree, NULL)) {
    ++judge->torn;
  } else if (bytes) {
    bool known = false;
    for (uint32_t i = 1; i <= N_SAVES; ++i) {
      known = known || same_tree(tree, judge->trees[i]);
    }
    assert_true(known);
    pond_tree_free(tree);
  }
}

static void make_versions(const Plan* plan, Judge* judge) {
  for (uint32_t i = 1; i <= N_SAVES; ++i) {
    judge->trees[i] = seeded_tree(i, plan->sizes[i - 1]);
    assert_non_null(judge->trees[i]);
    assert_int_equal(pond_safetensors_encode(judge->trees[i], &judge->bytes[i],
                                             &judge->sizes[i], NULL),
                     POND_OK);
  }
}

static void free_versions(Judge* judge) {
  for (uint32_t i = 1; i <= N_SAVES; ++i) {
    pond_tree_free(judge->trees[i]);
    free(judge->bytes[i]);
  }
}

// One save, and every crash in it. A save that failed may be either version
// from now on; one that succeeded is acknowledged.
static void save_and_crash(const Plan* plan, Disk* disk, uint32_t version,
                           Judge* judge) {
  const PondFileOps ops = disk_ops(disk);
  const uint32_t before = disk->n_events;
  PondError error = {0};
  const PondStatus status = plan->write(&ops, plan->path, judge->bytes[version],
                                        judge->sizes[version], &error);
  DiskCrash crash = {.disk = disk,
                     .path = plan->path,
                     .block = plan->block,
                     .hear = judge_state,
                     .context = judge};
  judge->high = version;
  for (crash.n_events = before; crash.n_events < disk->n_events;
       ++crash.n_events) {
    judge->states += disk_crash(&crash);
  }
  judge->n_errors += status != POND_OK;
  judge->low = status ? judge->low : version;
  judge->states += disk_crash(&crash);
}

static Judge run_plan(const Plan* plan) {
  Judge judge = {0};
  Disk* disk = disk_new(plan->longest_write);
  assert_non_null(disk);
  disk->skip_sync = plan->skip_sync;
  disk->fail_sync = plan->fail_sync;
  disk->retry_sync = plan->retry_sync;
  make_versions(plan, &judge);
  for (uint32_t i = 1; i <= N_SAVES; ++i) {
    save_and_crash(plan, disk, i, &judge);
  }
  judge.n_syncs = disk->n_syncs;
  free_versions(&judge);
  disk_free(disk);
  return judge;
}

// Small files torn at 512 bytes, larger ones at 4096; existing and new folders.
static const Plan plans[] = {
    {.path = "model",
     .block = 512,
     .longest_write = 4096,
     .sizes = {1500, 1100, 1500},
     .write = pond_file_write_with},
    {.path = "model",
     .block = 512,
     .longest_write = 700,
     .sizes = {900, 1500, 300},
     .write = pond_file_write_with},
    {.path = "a/b/model",
     .block = 512,
     .longest_write = 4096,
     .sizes = {300, 900, 900},
     .write = pond_file_write_with},
    {.path = "model",
     .block = 4096,
     .longest_write = 5000,
     .sizes = {9000, 13000, 6000},
     .write = pond_file_write_with},
    {.path = "a/model",
     .block = 4096,
     .longest_write = 20000,
     .sizes = {13000, 9000, 14000},
     .write = pond_file_write_with},
};
enum { N_PLANS = sizeof(plans) / sizeof(plans[0]) };

static void every_crash_leaves_a_whole_version(void** state) {
  (void)state;
  uint64_t states = 0;
  for (size_t i = 0; i < N_PLANS; ++i) {
    const Judge judge = run_plan(&plans[i]);
    if (judge.wrong || judge.n_errors) {
      fail_msg("plan %zu: %llu of %llu states are wrong, %u errors", i,
               (unsigned long long)judge.wrong,
               (unsigned long long)judge.states, judge.n_errors);
    }
    for (uint32_t k = 0; k <= N_SAVES; ++k) {
      assert_true(judge.seen[k] >= 2);
    }
    states += judge.states;
  }
  print_message("%llu crash states, all old or new\n",
                (unsigned long long)states);
  assert_true(states >= 200);
}

static void every_sync_left_out_is_caught(void** state) {
  (void)state;
  uint32_t caught = 0;
  uint64_t states = 0;
  uint64_t torn = 0;
  for (size_t i = 0; i < N_PLANS; ++i) {
    const uint32_t n_syncs = run_plan(&plans[i]).n_syncs;
    for (uint32_t k = 1; k <= n_syncs; ++k) {
      Plan plan = plans[i];
      plan.skip_sync = k;
      const Judge judge = run_plan(&plan);
      if (!judge.wrong) {
        fail_msg("plan %zu goes well without sync %u of %u", i, k, n_syncs);
      }
      ++caught;
      states += judge.states;
      torn += judge.torn;
    }
  }
  print_message(
      "%u missing syncs caught, %llu states, %llu of them torn and "
      "refused\n",
      caught, (unsigned long long)states, (unsigned long long)torn);
  assert_true(caught >= 33);
  assert_true(torn >= 1000);
}

static void a_failed_sync_costs_no_version(void** state) {
  (void)state;
  uint32_t errors = 0;
  for (size_t i = 0; i < N_PLANS; ++i) {
    const uint32_t n_syncs = run_plan(&plans[i]).n_syncs;
    for (uint32_t k = 1; k <= n_syncs; ++k) {
      Plan plan = plans[i];
      plan.fail_sync = k;
      const Judge judge = run_plan(&plan);
      if (judge.wrong || judge.n_errors != 1) {
        fail_msg("plan %zu, sync %u failed: %llu states wrong, %u errors", i, k,
                 (unsigned long long)judge.wrong, judge.n_errors);
      }
      ++errors;
    }
  }
  assert_true(errors >= 33);
}

static void a_sync_tried_again_is_caught(void** state) {
  (void)state;
  Plan plan = plans[0];
  plan.retry_sync = true;
  plan.fail_sync = 3;  // the first of the second save: its file's
  assert_true(run_plan(&plan).wrong > 0);
}

// What must not be done: the old file is opened and overwritten.
static PondStatus write_in_place(const PondFileOps* ops, const char* path,
                                 const void* bytes, size_t size,
                                 PondError* error) {
  (void)error;
  const int folder = ops->open(ops->context, POND_NO_FOLDER, ".", 0, 0);
  const int file =
      ops->open(ops->context, folder, path, O_RDWR | O_CREAT, 0644);
  size_t done = 0;
  while (done < size) {
    done += (size_t)ops->write(ops->context, file, (const char*)bytes + done,
                               size - done);
  }
  (void)ops->sync(ops->context, file);
  (void)ops->sync(ops->context, folder);
  (void)ops->close(ops->context, file);
  (void)ops->close(ops->context, folder);
  return POND_OK;
}

static void a_writer_in_place_is_caught(void** state) {
  (void)state;
  Plan plan = plans[0];
  plan.write = write_in_place;
  const Judge judge = run_plan(&plan);
  assert_true(judge.wrong > 0);
  assert_true(judge.torn > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_crash_leaves_a_whole_version),
      cmocka_unit_test(every_sync_left_out_is_caught),
      cmocka_unit_test(a_failed_sync_costs_no_version),
      cmocka_unit_test(a_sync_tried_again_is_caught),
      cmocka_unit_test(a_writer_in_place_is_caught),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
