// SPDX-License-Identifier: ISC
// Where tests put files: memory, if there is a folder in memory, since they
// sync thousands of times. Test support.
#ifndef POND_TESTS_TEST_FOLDER_H
#define POND_TESTS_TEST_FOLDER_H

#include <unistd.h>

static inline const char* test_folder(void) {
  return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

#endif
