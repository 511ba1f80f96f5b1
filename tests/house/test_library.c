// SPDX-License-Identifier: ISC
// The shared library as a host loads it: it brings no thread with it. Loaded
// once per process, one program that is linked with nothing of ours.
#include <dirent.h>
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static unsigned count_threads(void) {
  unsigned n_threads = 0;
  DIR* tasks = opendir("/proc/self/task");
  assert_non_null(tasks);
  while (readdir(tasks)) {
    n_threads++;
  }
  closedir(tasks);
  assert_true(n_threads > 2);
  return n_threads - 2;  // . and ..
}

// Threads that loading `path` adds.
static unsigned threads_added(const char* path, const char* symbol) {
  const unsigned before = count_threads();
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fail_msg("%s", dlerror());
  }
  assert_non_null(dlsym(library, symbol));
  return count_threads() - before;  // it stays loaded
}

static void the_library_starts_no_thread(void** state) {
  (void)state;
  assert_int_equal(threads_added(POND_LIBRARY, "pond_status_text"), 0);
}

static void a_planted_thread_is_counted(void** state) {
  (void)state;
  assert_int_equal(threads_added(POND_PLANTED, "stray_symbol"), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_library_starts_no_thread),
      cmocka_unit_test(a_planted_thread_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
