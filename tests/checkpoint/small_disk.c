// SPDX-License-Identifier: ISC
// Saving on a real file system of 64 KiB. Forks a child of its own.
#include "small_disk.h"

#include "pond/checkpoint.h"
#include "scratch.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OLD_SIZE = 20000, NEW_SIZE = 60000, NO_MOUNT = 77 };

static int wrong(const char* what, const PondError* error) {
  (void)fprintf(stderr, "small disk: %s: %s\n", what, error->text);
  return SMALL_DISK_WRONG;
}

// Many saves that do not fit, then one that does.
static int fill(const char* folder) {
  static uint8_t old[OLD_SIZE];
  static uint8_t more[NEW_SIZE];
  char path[SCRATCH_PATH];
  PondError error = {0};
  memset(old, 'o', sizeof(old));
  memset(more, 'n', sizeof(more));
  scratch_path(folder, "model", path);
  if (pond_file_write(path, old, OLD_SIZE, &error)) {
    return wrong("the first save failed", &error);
  }
  for (int i = 0; i < 50; ++i) {
    if (pond_file_write(path, more, NEW_SIZE, &error) != POND_STATUS_IO ||
        !strstr(error.text, "no space left") || !strstr(error.text, path)) {
      return wrong("no clear error", &error);
    }
    if (!scratch_has(path, old, OLD_SIZE) || scratch_count(folder) != 1) {
      return wrong("the old file is damaged, or a temporary is left", &error);
    }
  }
  if (pond_file_write(path, more, OLD_SIZE, &error) ||
      !scratch_has(path, more, OLD_SIZE)) {
    return wrong("the last save failed", &error);
  }
  return SMALL_DISK_RIGHT;
}

static int run_child(const char* folder) {
  if (unshare(CLONE_NEWNS) ||
      mount("none", "/", "none", MS_REC | MS_PRIVATE, "") ||
      mount("tmpfs", folder, "tmpfs", 0, "size=64k")) {
    return NO_MOUNT;
  }
  return fill(folder);
}

SmallDiskResult small_disk_run(const char* folder) {
  int status = 0;
  const pid_t child = fork();
  if (child == 0) {
    _exit(run_child(folder));
  }
  if (child < 0 || waitpid(child, &status, 0) != child) {
    return SMALL_DISK_WRONG;
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : SMALL_DISK_WRONG;
  return code == NO_MOUNT ? SMALL_DISK_NONE : (SmallDiskResult)code;
}
