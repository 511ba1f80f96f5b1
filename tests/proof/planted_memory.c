// SPDX-License-Identifier: ISC
// Row 22's planted faults, one an argument: each has to end this program with a
// report of the sanitizers or of valgrind. "none" has to end well.
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Volatile, so that no compiler sees the fault before the checker does.
static volatile int g_sink;
static int* volatile g_memory;
static volatile size_t g_past = 4;

static void over_read(void) {
  g_memory = (int*)calloc(4, sizeof(int));
  g_sink = g_memory ? g_memory[g_past] : 0;
  free(g_memory);
}

static void use_after_free(void) {
  g_memory = (int*)calloc(4, sizeof(int));
  free(g_memory);
  g_sink = g_memory[g_past - 1];
}

static void leak(void) {
  g_memory = (int*)calloc(100, sizeof(int));
  g_memory = NULL;
}

static void overflow(void) {
  volatile int most = INT_MAX;
  g_sink = most + 1;
}

static void shift(void) {
  volatile int by = 40;
  g_sink = 1 << by;
}

int main(int argc, char** argv) {
  static const struct {
    const char* name;
    void (*act)(void);
  } faults[] = {{"over_read", over_read},
                {"use_after_free", use_after_free},
                {"leak", leak},
                {"overflow", overflow},
                {"shift", shift}};
  for (size_t i = 0; argc > 1 && i < sizeof(faults) / sizeof(faults[0]); ++i) {
    if (strcmp(argv[1], faults[i].name) == 0) {
      faults[i].act();
      puts("planted");
      return 0;
    }
  }
  puts("nothing planted");
  return argc > 1 && strcmp(argv[1], "none") == 0 ? 0 : 2;
}
