// SPDX-License-Identifier: ISC
// gnuplot, where it is installed, for plots in the terminal. Control thread.
#include "gnuplot.h"

#include "bytes.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool host_gnuplot_find(char path[HOST_PATH_SIZE]) {
  const char* rest = getenv("PATH");
  while (rest && *rest) {
    const char* end = strchr(rest, ':');
    const int n = (int)(end ? (size_t)(end - rest) : strlen(rest));
    int length = snprintf(path, HOST_PATH_SIZE, "%.*s/gnuplot", n, rest);
    if (n && length < HOST_PATH_SIZE && !access(path, X_OK)) {
      return true;
    }
    rest = end ? end + 1 : NULL;
  }
  return false;
}

static bool spawn(const char* path, int input, pid_t* child) {
  char* const argv[] = {(char*)"gnuplot", (char*)"-", NULL};
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions)) {
    return false;
  }
  bool is_started =
      !posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) &&
      !posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                        O_WRONLY, 0) &&
      !posix_spawn(child, path, &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  return is_started;
}

bool host_gnuplot_run(const char* script, size_t size_bytes) {
  char path[HOST_PATH_SIZE];
  int ends[2], how = 0;
  pid_t child;
  PondError error;
  if (!host_gnuplot_find(path) || pipe2(ends, O_CLOEXEC)) {
    return false;
  }
  fflush(stdout);
  bool is_started = spawn(path, ends[0], &child);
  close(ends[0]);
  bool is_written = is_started && !host_output_write(ends[1], "gnuplot", script,
                                                     size_bytes, &error);
  close(ends[1]);
  if (is_started && waitpid(child, &how, 0) != child) {
    return false;
  }
  return is_written && WIFEXITED(how) && !WEXITSTATUS(how);
}
