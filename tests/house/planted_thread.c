// SPDX-License-Identifier: ISC
// A planted fault for test_library.c: a library that starts a thread when it
// is loaded, as the threaded OpenBLAS does. Never part of the product.
#include <pthread.h>
#include <time.h>

static void* sleep_long(void* nothing) {
  const struct timespec year = {.tv_sec = 31536000};
  nanosleep(&year, NULL);
  return nothing;
}

__attribute__((constructor)) static void start(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, sleep_long, NULL) == 0) {
    pthread_detach(thread);
  }
}

/// Exported, and not pond_*: the second planted fault, for check_exports.sh.
__attribute__((visibility("default"))) int stray_symbol(void);
int stray_symbol(void) { return 0; }
