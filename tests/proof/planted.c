// SPDX-License-Identifier: ISC
// Planted faults, and running them in a process of their own. Test support.
#include "planted.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session_core.h"

// That the kernel must not be in this table is the point.
#if defined(__clang__)
#if __has_warning("-Wfunction-effects")
#pragma clang diagnostic ignored "-Wfunction-effects"
#endif
#endif

extern char** environ;

static void (*planted_act)(void);
static const PondKernels* real_kernels;
static PondKernels planted_kernels;

static bool step(const PondReservoirOp* op, float leak, float* v,
                 float* scratch) {
  planted_act();
  return real_kernels->reservoir(op, leak, v, scratch);
}

void planted_in_kernel(Load* load, void (*act)(void)) {
  PondSession* session = load->session;
  planted_act = act;
  for (uint32_t i = 0; i < session->n_held; i++) {
    real_kernels = session->held[i].program->kernels;
    planted_kernels = *real_kernels;
    planted_kernels.reservoir = step;
    session->held[i].program->kernels = &planted_kernels;
  }
}

static pid_t spawn_self(const char* argument, int to) {
  posix_spawn_file_actions_t actions;
  char self[] = "/proc/self/exe";
  char text[64];
  char* const argv[] = {self, text, NULL};
  pid_t child = -1;
  (void)snprintf(text, sizeof text, "%s", argument);
  (void)posix_spawn_file_actions_init(&actions);
  (void)posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
  (void)posix_spawn_file_actions_adddup2(&actions, to, STDERR_FILENO);
  if (posix_spawn(&child, self, &actions, NULL, argv, environ) != 0) {
    child = -1;
  }
  (void)posix_spawn_file_actions_destroy(&actions);
  return child;
}

// All that comes is read, so that the child never waits; the first part is
// kept.
static void read_all(int from, char* output, size_t size) {
  char rest[4096];
  size_t used = 0;
  ssize_t n = 0;
  while ((n = read(from, rest, sizeof rest)) > 0) {
    const size_t room = size - 1 - used;
    const size_t kept = (size_t)n < room ? (size_t)n : room;
    memcpy(output + used, rest, kept);
    used += kept;
  }
  output[used] = '\0';
}

int planted_run(const char* argument, char* output, size_t size) {
  int ends[2];
  int status = 0;
  if (pipe(ends) != 0 || fcntl(ends[0], F_SETFD, FD_CLOEXEC) != 0) {
    abort();
  }
  const pid_t child = spawn_self(argument, ends[1]);
  (void)close(ends[1]);
  read_all(ends[0], output, size);
  (void)close(ends[0]);
  if (child < 0 || waitpid(child, &status, 0) != child) {
    abort();
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
