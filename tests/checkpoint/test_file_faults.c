// SPDX-License-Identifier: ISC
// Saving and loading while the n-th system call fails, for every n; a full
// disk; the n-th allocation. One thread.
#include "failing_alloc.h"
#include "faulty_ops.h"
#include "scratch.h"
#include "small_disk.h"
#include "tree_tools.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// Larger than one chunk of the reading back.
enum { OLD_SIZE = 5000, NEW_SIZE = 40000 };

typedef struct {
  char folder[SCRATCH_PATH];
  char path[SCRATCH_PATH];
  uint8_t old[OLD_SIZE];
  uint8_t new[NEW_SIZE];
} Files;

static const struct {
  FaultKind kind;
  int code;
} kinds[] = {{FAULT_ERROR, -EIO},    {FAULT_ERROR, -ENOSPC},
             {FAULT_ERROR, -EDQUOT}, {FAULT_ERROR, -EINTR},
             {FAULT_ERROR, -EACCES}, {FAULT_SHORT, 0},
             {FAULT_ZERO, 0}};
enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static int make_files(void** state) {
  Files* files = (Files*)calloc(1, sizeof(*files));
  if (!files || !scratch_make(files->folder)) {
    free(files);
    return -1;
  }
  scratch_path(files->folder, "model", files->path);
  memset(files->old, 'o', sizeof(files->old));
  for (size_t i = 0; i < sizeof(files->new); ++i) {
    files->new[i] = (uint8_t)(i * 7);
  }
  *state = files;
  return 0;
}

static int remove_files(void** state) {
  Files* files = (Files*)*state;
  scratch_remove(files->folder);
  free(files);
  return 0;
}

static PondStatus save_new(Files* files, Faults* faults, PondError* error) {
  const PondFileOps ops = faulty_ops(faults);
  return pond_file_write_with(&ops, files->path, files->new, NEW_SIZE, error);
}

static void put_old(Files* files) {
  PondError error = {0};
  if (pond_file_write(files->path, files->old, OLD_SIZE, &error)) {
    fail_msg("%s", error.text);
  }
}

// What must hold after a save in which one call failed.
static void judge(const Files* files, const Faults* faults, bool has_old,
                  PondStatus status, const PondError* error) {
  const bool is_new = scratch_has(files->path, files->new, NEW_SIZE) != 0;
  const bool is_old = has_old
                          ? scratch_has(files->path, files->old, OLD_SIZE) != 0
                          : access(files->path, F_OK) != 0;
  const bool said = status && strstr(error->text, "is saved, but") != NULL;
  if (!(status ? (said ? is_new : is_old) : is_new)) {
    fail_msg("call %u (%s) failed with %d: status %d, old %d, new %d, \"%s\"",
             faults->nth, faults->last, faults->code, status, is_old, is_new,
             error->text);
  }
  if (status && !strstr(error->text, files->path)) {
    fail_msg("\"%s\" does not name %s", error->text, files->path);
  }
  assert_int_equal(faults->open, 0);
}

// Every call of one save fails once; returns how many there were.
static uint32_t fail_each(Files* files, bool has_old, size_t kind,
                          uint32_t* errors) {
  uint32_t nth = 1;
  for (bool more = true; more; ++nth) {
    Faults faults = {
        .kind = kinds[kind].kind, .code = kinds[kind].code, .nth = nth};
    PondError error = {0};
    if (has_old) {
      put_old(files);
    } else {
      (void)remove(files->path);
    }
    const PondStatus status = save_new(files, &faults, &error);
    judge(files, &faults, has_old, status, &error);
    *errors += status != POND_OK;
    more = faults.calls >= nth;
    // A temporary that could not be removed goes with the next save.
    Faults none = {0};
    assert_int_equal(save_new(files, &none, NULL), POND_OK);
    assert_int_equal(scratch_count(files->folder), 1);
  }
  return nth - 2;
}

static void old_file_is_whole_whichever_call_fails(void** state) {
  Files* files = (Files*)*state;
  uint32_t cases = 0;
  uint32_t errors = 0;
  for (size_t kind = 0; kind < N_KINDS; ++kind) {
    cases += fail_each(files, true, kind, &errors);
    cases += fail_each(files, false, kind, &errors);
  }
  print_message("%u failing calls, %u of them errors\n", cases, errors);
  assert_true(cases >= 200);
  assert_true(errors >= 80);
}

static void making_parents_fails_cleanly_at_each_call(void** state) {
  Files* files = (Files*)*state;
  char above[SCRATCH_PATH];
  uint32_t cases = 0;
  scratch_path(files->folder, "a/b/c/model", files->path);
  scratch_path(files->folder, "a", above);
  for (size_t kind = 0; kind < N_KINDS; ++kind) {
    bool more = true;
    for (uint32_t nth = 1; more; ++nth) {
      Faults faults = {
          .kind = kinds[kind].kind, .code = kinds[kind].code, .nth = nth};
      PondError error = {0};
      scratch_remove(above);
      const PondStatus status = save_new(files, &faults, &error);
      judge(files, &faults, false, status, &error);
      more = faults.calls >= nth;
      cases += more;
    }
  }
  print_message("%u failing calls\n", cases);
  assert_true(cases >= 150);
}

static void own_stale_temporaries_go_with_the_next_save(void** state) {
  Files* files = (Files*)*state;
  put_old(files);
  // As a process of this number left them that was killed: in a container the
  // next one often has the same number.
  char temp[POND_TEMP_SIZE];
  char path[SCRATCH_PATH];
  for (uint32_t i = 0; i < 5; ++i) {
    pond_file_temp_name("model", pond_file_ops.process_id(NULL), i, temp);
    const int file =
        open(scratch_path(files->folder, temp, path), O_WRONLY | O_CREAT, 0644);
    assert_true(file >= 0);
    assert_int_equal(close(file), 0);
  }
  assert_int_equal(scratch_count(files->folder), 6);
  put_old(files);
  assert_int_equal(scratch_count(files->folder), 1);
}

static void loading_fails_cleanly_at_each_call(void** state) {
  Files* files = (Files*)*state;
  uint32_t cases = 0;
  put_old(files);
  for (size_t kind = 0; kind < N_KINDS; ++kind) {
    bool more = true;
    for (uint32_t nth = 1; more; ++nth) {
      Faults faults = {
          .kind = kinds[kind].kind, .code = kinds[kind].code, .nth = nth};
      const PondFileOps ops = faulty_ops(&faults);
      PondError error = {0};
      uint8_t* bytes = NULL;
      size_t size = 0;
      const PondFileRequest request = {.path = files->path,
                                       .max_bytes = 1 << 20};
      const PondStatus status =
          pond_file_read_with(&ops, &request, &bytes, &size, &error);
      if (status) {
        assert_null(bytes);
        assert_non_null(strstr(error.text, files->path));
      } else {
        assert_int_equal(size, OLD_SIZE);
        assert_memory_equal(bytes, files->old, OLD_SIZE);
      }
      assert_int_equal(faults.open, 0);
      free(bytes);
      more = faults.calls >= nth;
      cases += more;
    }
  }
  assert_true(cases >= 7 * 4);
}

// A disk that changes one byte of what is written.
static int64_t write_damaged(void* context, int file, const void* bytes,
                             size_t size) {
  uint8_t* copy = (uint8_t*)malloc(size);
  assert_non_null(copy);
  memcpy(copy, bytes, size);
  copy[*(const size_t*)context % size] ^= 1;
  const int64_t count = pond_file_ops.write(NULL, file, copy, size);
  free(copy);
  return count;
}

static void a_write_that_reads_back_differently_is_an_error(void** state) {
  Files* files = (Files*)*state;
  put_old(files);
  for (size_t at = 0; at < NEW_SIZE; at += 1009) {
    PondFileOps ops = pond_file_ops;
    PondError error = {0};
    ops.context = &at;
    ops.write = write_damaged;
    assert_int_equal(
        pond_file_write_with(&ops, files->path, files->new, NEW_SIZE, &error),
        POND_STATUS_IO);
    assert_non_null(strstr(error.text, "reads back other"));
    assert_true(scratch_has(files->path, files->old, OLD_SIZE));
    assert_int_equal(scratch_count(files->folder), 1);
  }
}

static void a_sync_that_fails_is_not_tried_again(void** state) {
  Files* files = (Files*)*state;
  put_old(files);
  Faults count = {0};
  assert_int_equal(save_new(files, &count, NULL), POND_OK);
  uint32_t syncs = 0;
  for (uint32_t nth = 1; nth <= count.calls; ++nth) {
    Faults faults = {.kind = FAULT_ERROR, .code = -EIO, .nth = nth};
    PondError error = {0};
    put_old(files);
    const PondStatus status = save_new(files, &faults, &error);
    if (strcmp(faults.last, "sync") == 0) {
      ++syncs;
      assert_int_equal(status, POND_STATUS_IO);
    }
  }
  assert_int_equal(syncs, 2);
}

static int64_t write_nothing(void* context, int file, const void* bytes,
                             size_t size) {
  (void)context;
  (void)file;
  (void)bytes;
  (void)size;
  return 0;
}

static void a_write_that_gets_nowhere_ends(void** state) {
  Files* files = (Files*)*state;
  PondFileOps ops = pond_file_ops;
  PondError error = {0};
  ops.write = write_nothing;
  assert_int_equal(
      pond_file_write_with(&ops, files->path, files->new, NEW_SIZE, &error),
      POND_STATUS_IO);
  assert_int_equal(scratch_count(files->folder), 0);
}

// Another whole save of the same file, just before the rename of this one.
static int rename_after_another_save(void* context, int folder,
                                     const char* from, const char* to) {
  put_old((Files*)context);
  assert_int_equal(scratch_count(((Files*)context)->folder), 2);
  return pond_file_ops.rename(NULL, folder, from, to);
}

static void two_saves_at_once_do_not_disturb_each_other(void** state) {
  Files* files = (Files*)*state;
  PondFileOps ops = pond_file_ops;
  PondError error = {0};
  ops.context = files;
  ops.rename = rename_after_another_save;
  if (pond_file_write_with(&ops, files->path, files->new, NEW_SIZE, &error)) {
    fail_msg("%s", error.text);
  }
  assert_true(scratch_has(files->path, files->new, NEW_SIZE));
  assert_int_equal(scratch_count(files->folder), 1);
}

static void a_full_disk_leaves_the_old_file(void** state) {
  Files* files = (Files*)*state;
  const SmallDiskResult result = small_disk_run(files->folder);
  if (result == SMALL_DISK_NONE) {
    print_message(
        "skipped: a_full_disk_leaves_the_old_file needs root and a "
        "mount namespace\n");
    skip();
  }
  assert_int_equal(result, SMALL_DISK_RIGHT);
}

// The whole way of a tree, undone again.
static void save_and_load(void* context) {
  const char* path = ((const Files*)context)->path;
  PondTree* tree = small_tree();
  PondTree* back = NULL;
  if (tree && pond_tree_save(tree, path, NULL) == POND_OK &&
      pond_tree_load(path, NULL, &back, NULL) == POND_OK) {
    assert_true(same_tree(tree, back));
    assert_int_equal(pond_tree_set_meta(back, "desc", NULL, NULL), POND_OK);
  }
  pond_tree_free(back);
  pond_tree_free(tree);
}

static void hear(void* context, bool failed, int64_t alive) {
  (void)failed;
  const Files* files = (const Files*)context;
  failing_alloc_disarm();
  assert_int_equal(alive, 0);
  PondTree* tree = NULL;
  PondError error = {0};
  if (pond_tree_load(files->path, NULL, &tree, &error)) {
    fail_msg("%s", error.text);
  }
  pond_tree_free(tree);
  assert_int_equal(scratch_count(files->folder), 1);
}

static void every_allocation_may_fail(void** state) {
  Files* files = (Files*)*state;
  save_and_load(files);
  const uint64_t failed = failing_alloc_each(save_and_load, hear, files);
  print_message("%llu failing allocations\n", (unsigned long long)failed);
  assert_true(failed >= 30);
}

#define CASE(name) \
  cmocka_unit_test_setup_teardown(name, make_files, remove_files)

int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(old_file_is_whole_whichever_call_fails),
      CASE(making_parents_fails_cleanly_at_each_call),
      CASE(own_stale_temporaries_go_with_the_next_save),
      CASE(loading_fails_cleanly_at_each_call),
      CASE(a_write_that_reads_back_differently_is_an_error),
      CASE(a_sync_that_fails_is_not_tried_again),
      CASE(a_write_that_gets_nowhere_ends),
      CASE(two_saves_at_once_do_not_disturb_each_other),
      CASE(a_full_disk_leaves_the_old_file),
      CASE(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
