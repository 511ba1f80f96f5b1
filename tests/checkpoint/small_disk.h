// SPDX-License-Identifier: ISC
// Saving on a real file system of 64 KiB, where the system allows to make one.
// Forks a child of its own.
#ifndef POND_TESTS_SMALL_DISK_H
#define POND_TESTS_SMALL_DISK_H

typedef enum {
  SMALL_DISK_RIGHT,
  SMALL_DISK_WRONG,  ///< said on stderr
  SMALL_DISK_NONE    ///< no right to mount
} SmallDiskResult;

/// Mounts a tmpfs over `folder`, seen by a child process alone, and fills it.
SmallDiskResult small_disk_run(const char* folder);

#endif
