// SPDX-License-Identifier: ISC
// Files on the real file system: saving, loading, what is refused. One thread.
#include "file_ops.h"
#include "pond/checkpoint.h"
#include "scratch.h"
#include "tree_tools.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[SCRATCH_PATH];

static int make_folder(void** state) {
  (void)state;
  return scratch_make(folder) ? 0 : -1;
}

static int remove_folder(void** state) {
  (void)state;
  scratch_remove(folder);
  return 0;
}

static void must(PondStatus status, const PondError* error) {
  if (status) {
    fail_msg("%s", error->text);
  }
}

static void expect(PondStatus got, PondStatus want, const PondError* error,
                   const char* text) {
  if (got != want || !strstr(error->text, text)) {
    fail_msg("status %d, \"%s\" lacks \"%s\"", got, error->text, text);
  }
}

static void put_file(const char* path, const char* text) {
  const size_t size = strlen(text);
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  assert_true(file >= 0);
  assert_int_equal(write(file, text, size), size);
  assert_int_equal(close(file), 0);
}

static void tree_comes_back_from_a_file(void** state) {
  (void)state;
  char path[SCRATCH_PATH];
  PondError error = {0};
  PondTree* back = NULL;
  scratch_path(folder, "model.safetensors", path);
  for (uint32_t seed = 0; seed < 3; ++seed) {
    PondTree* tree = seeded_tree(seed, seed * (size_t)100000);
    assert_non_null(tree);
    must(pond_tree_save(tree, path, &error), &error);
    must(pond_tree_load(path, NULL, &back, &error), &error);
    assert_true(same_tree(tree, back));
    pond_tree_free(tree);
    pond_tree_free(back);
  }
  assert_int_equal(scratch_count(folder), 1);
}

static void files_of_all_sizes_are_written_whole(void** state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 4095, 4096, 16384, 16385, 300001};
  char path[SCRATCH_PATH];
  char bytes[300001];
  PondError error = {0};
  scratch_path(folder, "bytes", path);
  for (size_t i = 0; i < sizeof(bytes); ++i) {
    bytes[i] = (char)(i * 31);
  }
  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); ++i) {
    must(pond_file_write(path, bytes, sizes[i], &error), &error);
    assert_true(scratch_has(path, bytes, sizes[i]));
  }
}

static void parents_are_made(void** state) {
  (void)state;
  static const char* const names[] = {"a/b/c/file", "a//b///d/file", ".e/file",
                                      "./f/../g/file", "a/b/c/file"};
  char path[SCRATCH_PATH];
  PondError error = {0};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
    scratch_path(folder, names[i], path);
    must(pond_file_write(path, names[i], strlen(names[i]), &error), &error);
    assert_true(scratch_has(path, names[i], strlen(names[i])));
  }
}

static void relative_paths_mean_the_current_folder(void** state) {
  (void)state;
  static const char* const names[] = {"file", "./file", "x/y/file", ".x/file",
                                      "x/../z/file"};
  char before[SCRATCH_PATH];
  char path[SCRATCH_PATH];
  PondError error = {0};
  assert_non_null(getcwd(before, sizeof(before)));
  assert_int_equal(chdir(folder), 0);
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
    must(pond_file_write(names[i], names[i], strlen(names[i]), &error), &error);
    scratch_path(folder, names[i], path);
    assert_true(scratch_has(path, names[i], strlen(names[i])));
  }
  assert_int_equal(chdir(before), 0);
}

static void paths_that_name_no_file_are_refused(void** state) {
  (void)state;
  static const char* const names[] = {"", "/", "a/", ".", "..", "a/.", "a/.."};
  char path[SCRATCH_PATH];
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
    PondError error = {0};
    scratch_path(folder, names[i], path);
    expect(
        pond_file_write(names[i][0] == 'a' ? path : names[i], "x", 1, &error),
        POND_STATUS_BAD_ARG, &error, "names no file");
  }
  PondError error = {0};
  put_file(scratch_path(folder, "plain", path), "x");
  scratch_path(folder, "plain/file", path);
  expect(pond_file_write(path, "x", 1, &error), POND_STATUS_IO, &error,
         "no folder");
}

static void what_is_no_regular_file_is_not_replaced(void** state) {
  (void)state;
  char path[SCRATCH_PATH];
  char target[SCRATCH_PATH];
  PondError error = {0};
  put_file(scratch_path(folder, "target", target), "kept");
  assert_int_equal(symlink("target", scratch_path(folder, "link", path)), 0);
  expect(pond_file_write(path, "x", 1, &error), POND_STATUS_BAD_ARG, &error,
         "symbolic link");
  assert_true(scratch_has(target, "kept", 4));
  assert_int_equal(mkfifo(scratch_path(folder, "fifo", path), 0600), 0);
  expect(pond_file_write(path, "x", 1, &error), POND_STATUS_BAD_ARG, &error,
         "a FIFO");
  assert_int_equal(mkdir(scratch_path(folder, "folder", path), 0700), 0);
  expect(pond_file_write(path, "x", 1, &error), POND_STATUS_BAD_ARG, &error,
         "a folder");
  assert_int_equal(scratch_count(folder), 4);
}

static uint32_t mode_of(const char* path) {
  struct stat status = {0};
  assert_int_equal(stat(path, &status), 0);
  return status.st_mode & 07777;
}

static void mode_is_the_old_files_or_follows_the_umask(void** state) {
  (void)state;
  char path[SCRATCH_PATH];
  PondError error = {0};
  const mode_t before = umask(027);
  scratch_path(folder, "file", path);
  must(pond_file_write(path, "1", 1, &error), &error);
  assert_int_equal(mode_of(path), 0640);
  static const mode_t modes[] = {0600, 0666, 0444, 0755, 0400};
  for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); ++i) {
    assert_int_equal(chmod(path, modes[i]), 0);
    must(pond_file_write(path, "2", 1, &error), &error);
    assert_int_equal(mode_of(path), modes[i]);
  }
  (void)umask(before);
}

static void names_as_long_as_the_system_allows_are_written(void** state) {
  (void)state;
  char name[256] = {0};
  char path[SCRATCH_PATH];
  PondError error = {0};
  for (size_t size = 195; size <= 255; ++size) {
    memset(name, 'n', size);
    scratch_path(folder, name, path);
    must(pond_file_write(path, "x", 1, &error), &error);
  }
  assert_int_equal(scratch_count(folder), 61);
}

// A process that has ended: its number is nobody's for now.
static int64_t dead_process(void) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(0);
  }
  assert_true(child > 0);
  assert_int_equal(waitpid(child, NULL, 0), child);
  return child;
}

static void stale_temporaries_are_swept_and_others_left(void** state) {
  (void)state;
  char temp[POND_TEMP_SIZE];
  char path[SCRATCH_PATH];
  PondError error = {0};
  const int64_t dead = dead_process();
  static const char* const others[] = {
      ".file.tmp.x.0",     ".file.tmp.12",   ".other.tmp.1.0",
      "file.tmp.1.0",      ".file.tmp.01.0", ".file.tmp..0",
      ".file.tmp.1.",      ".file2.tmp.1.0", ".file.tmp.1.0.bak",
      ".file.tmp.1.0.2.3", ".x.file.tmp.1.0"};
  const uint32_t n_others = sizeof(others) / sizeof(others[0]);
  for (uint32_t i = 0; i < n_others; ++i) {
    put_file(scratch_path(folder, others[i], path), "other");
  }
  for (uint32_t i = 0; i < 3; ++i) {
    pond_file_temp_name("file", i ? dead : getpid(), i, temp);
    put_file(scratch_path(folder, temp, path), "stale");
  }
  // One that a living writer holds: with this process's number, and locked.
  pond_file_temp_name("file", getpid(), 7, temp);
  put_file(scratch_path(folder, temp, path), "held");
  const int held = open(path, O_RDONLY);
  assert_true(held >= 0);
  assert_int_equal(flock(held, LOCK_EX), 0);
  assert_int_equal(scratch_count(folder), n_others + 4);
  scratch_path(folder, "file", path);
  must(pond_file_write(path, "new", 3, &error), &error);
  assert_int_equal(scratch_count(folder), n_others + 2);
  assert_int_equal(close(held), 0);
  must(pond_file_write(path, "new", 3, &error), &error);
  assert_int_equal(scratch_count(folder), n_others + 1);
}

// Someone who may write into the folder cannot lead a save elsewhere.
static void planted_temporaries_are_not_written_through(void** state) {
  (void)state;
  char temp[POND_TEMP_SIZE];
  char path[SCRATCH_PATH];
  char victim[SCRATCH_PATH];
  PondError error = {0};
  put_file(scratch_path(folder, "victim", victim), "kept");
  pond_file_temp_name("file", getpid(), 0, temp);
  assert_int_equal(symlink("victim", scratch_path(folder, temp, path)), 0);
  pond_file_temp_name("file", getpid(), 1, temp);
  assert_int_equal(mkdir(scratch_path(folder, temp, path), 0700), 0);
  pond_file_temp_name("file", getpid(), 2, temp);
  assert_int_equal(mkfifo(scratch_path(folder, temp, path), 0600), 0);
  scratch_path(folder, "file", path);
  must(pond_file_write(path, "new", 3, &error), &error);
  assert_true(scratch_has(path, "new", 3));
  assert_true(scratch_has(victim, "kept", 4));
  assert_int_equal(scratch_count(folder), 5);
}

static void reading_refuses_what_is_no_model_by_name(void** state) {
  (void)state;
  char path[SCRATCH_PATH];
  PondTree* tree = NULL;
  PondError error = {0};
  scratch_path(folder, "nothing", path);
  expect(pond_tree_load(path, NULL, &tree, &error), POND_STATUS_NOT_FOUND,
         &error, "file not found: ");
  assert_non_null(strstr(error.text, path));
  expect(pond_tree_load(folder, NULL, &tree, &error), POND_STATUS_BAD_ARG,
         &error, "is a folder");
  assert_int_equal(mkfifo(scratch_path(folder, "fifo", path), 0600), 0);
  expect(pond_tree_load(path, NULL, &tree, &error), POND_STATUS_BAD_ARG, &error,
         "is a FIFO");
  expect(pond_tree_load("/dev/null", NULL, &tree, &error), POND_STATUS_BAD_ARG,
         &error, "/dev/null is a device");
  put_file(scratch_path(folder, "empty", path), "");
  expect(pond_tree_load(path, NULL, &tree, &error), POND_STATUS_BAD_FORMAT,
         &error, "is empty");
  put_file(scratch_path(folder, "a.safetensors", path), "PK\3\4zip of torch");
  expect(pond_tree_load(path, NULL, &tree, &error), POND_STATUS_UNSUPPORTED,
         &error, "PyTorch .pt");
  assert_non_null(strstr(error.text, path));
  put_file(scratch_path(folder, "b", path), "abc");
  expect(pond_tree_load(path, NULL, &tree, &error), POND_STATUS_BAD_FORMAT,
         &error, "b: byte 0: 3 bytes are too few");
  assert_null(tree);
}

static void size_limits_are_checked_before_reading(void** state) {
  (void)state;
  char path[SCRATCH_PATH];
  PondTree* tree = NULL;
  PondError error = {0};
  const PondLimits limits = {.max_file_bytes = 100};
  put_file(scratch_path(folder, "huge", path), "x");
  assert_int_equal(truncate(path, (off_t)8 << 30), 0);
  expect(pond_tree_load(path, NULL, &tree, &error), POND_STATUS_LIMIT, &error,
         "8589934592 bytes, more than the 4294967296");
  // Just below the limit, and refused by its first bytes alone.
  assert_int_equal(truncate(path, ((off_t)4 << 30) - 1), 0);
  expect(pond_tree_load(path, NULL, &tree, &error), POND_STATUS_BAD_FORMAT,
         &error, "begin with '{'");
  assert_int_equal(truncate(path, 101), 0);
  expect(pond_tree_load(path, &limits, &tree, &error), POND_STATUS_LIMIT,
         &error, "101 bytes, more than the 100");
}

static void files_are_read_as_text_with_a_zero_after(void** state) {
  (void)state;
  char path[SCRATCH_PATH];
  uint8_t* bytes = NULL;
  size_t size = 0;
  PondError error = {0};
  put_file(scratch_path(folder, "text", path), "hello");
  must(pond_file_read(path, 5, &bytes, &size, &error), &error);
  assert_int_equal(size, 5);
  assert_string_equal((const char*)bytes, "hello");
  free(bytes);
  expect(pond_file_read(path, 4, &bytes, &size, &error), POND_STATUS_LIMIT,
         &error, path);
}

#define CASE(name) \
  cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(tree_comes_back_from_a_file),
      CASE(files_of_all_sizes_are_written_whole),
      CASE(parents_are_made),
      CASE(relative_paths_mean_the_current_folder),
      CASE(paths_that_name_no_file_are_refused),
      CASE(what_is_no_regular_file_is_not_replaced),
      CASE(mode_is_the_old_files_or_follows_the_umask),
      CASE(names_as_long_as_the_system_allows_are_written),
      CASE(stale_temporaries_are_swept_and_others_left),
      CASE(planted_temporaries_are_not_written_through),
      CASE(reading_refuses_what_is_no_model_by_name),
      CASE(size_limits_are_checked_before_reading),
      CASE(files_are_read_as_text_with_a_zero_after),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
