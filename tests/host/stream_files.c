// SPDX-License-Identifier: ISC
// A folder for the files of a test, and files made of bytes. Test support.
#include "stream_files.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char g_name[] = "test-files-XXXXXX";
static char* g_folder;

static int remove_entry(const char* path, const struct stat* info, int kind,
                        struct FTW* place) {
  (void)info;
  (void)kind;
  (void)place;
  return remove(path);
}

static void leave(void) {
  if (!chdir("/")) {
    nftw(g_folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
  }
  free(g_folder);
}

void test_folder_enter(void) {
  g_folder = mkdtemp(g_name) ? realpath(g_name, NULL) : NULL;
  if (!g_folder || chdir(g_folder)) {
    abort();
  }
  atexit(leave);
}

void test_file_write(const char* path, const void* bytes, size_t size_bytes) {
  FILE* file = fopen(path, "wb");
  if (!file || fwrite(bytes, 1, size_bytes, file) != size_bytes ||
      fclose(file)) {
    abort();
  }
}

size_t test_file_read(const char* path, void* bytes, size_t size_bytes) {
  FILE* file = fopen(path, "rb");
  if (!file) {
    return 0;
  }
  size_t n = fread(bytes, 1, size_bytes, file);
  fclose(file);
  return n;
}
