// SPDX-License-Identifier: ISC
// A folder of a test's own. One thread.
#include "scratch.h"

#include "test_folder.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int scratch_make(char folder[SCRATCH_PATH]) {
  const char* base = getenv("TMPDIR");
  (void)snprintf(folder, SCRATCH_PATH, "%s/pond_test_XXXXXX",
                 base && base[0] ? base : test_folder());
  return mkdtemp(folder) != NULL;
}

static int remove_one(const char* path, const struct stat* status, int type,
                      struct FTW* ftw) {
  (void)status;
  (void)type;
  (void)ftw;
  return remove(path);
}

void scratch_remove(const char* folder) {
  (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char* scratch_path(const char* folder, const char* name,
                         char path[SCRATCH_PATH]) {
  (void)snprintf(path, SCRATCH_PATH, "%.200s/%.300s", folder, name);
  return path;
}

uint32_t scratch_count(const char* folder) {
  uint32_t count = 0;
  DIR* list = opendir(folder);
  while (list) {
    const struct dirent* entry = readdir(list);
    if (!entry) {
      (void)closedir(list);
      break;
    }
    count +=
        strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  }
  return count;
}

int scratch_has(const char* path, const void* bytes, size_t size) {
  FILE* file = fopen(path, "rb");
  char* got = (char*)malloc(size + 1);
  const size_t count = file && got ? fread(got, 1, size + 1, file) : 0;
  const int same =
      file && got && count == size && memcmp(got, bytes, size) == 0;
  if (file) {
    (void)fclose(file);
  }
  free(got);
  return same;
}
