// SPDX-License-Identifier: ISC
// SIGINT and SIGTERM as a request to end cleanly. Any thread may ask.
#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

// The program's only mutable globals: a signal handler has no other way.
static volatile sig_atomic_t g_interrupted = 0;
static int g_pipe[2] = {-1, -1};

static void note_signal(int number) {
  int saved = errno;
  (void)number;
  g_interrupted = 1;
  ssize_t n = write(g_pipe[1], "", 1);
  (void)n;  // full: somebody has been woken already
  errno = saved;
}

void host_interrupt_init(void) {
  struct sigaction action = {.sa_handler = note_signal};
  if (g_pipe[0] >= 0 || pipe2(g_pipe, O_CLOEXEC | O_NONBLOCK)) {
    return;
  }
  action.sa_flags = (int)SA_RESETHAND;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
}

bool host_interrupted(void) { return g_interrupted != 0; }

int host_interrupt_fd(void) { return g_pipe[0]; }
