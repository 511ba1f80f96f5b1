// SPDX-License-Identifier: ISC
// A disk in memory that plays the file operations, keeps a log of them, and
// rebuilds every state that a power loss may leave. One thread.
//
// The model is weaker than any file system in use. Until a file is synced, each
// block of it (512 or 4096 bytes) may or may not have reached the disk, in any
// order, and its size may be any block's edge, the old or the new. Until a
// folder is synced, each change of a name in it may or may not have.
#ifndef POND_TESTS_FAKE_DISK_H
#define POND_TESTS_FAKE_DISK_H

#include "file_ops.h"

enum {
  DISK_NODES = 32,
  DISK_NAMES = 32,
  DISK_EVENTS = 256,
  DISK_FILE = 16384,  ///< bytes of the largest file
  DISK_NAME = 64
};

typedef struct {
  bool folder;
  uint32_t mode;
  uint32_t links;
  size_t size;
  uint8_t bytes[DISK_FILE];
} DiskNode;

typedef struct {
  int folder;  ///< node; -1 is free
  int node;
  char name[DISK_NAME];
} DiskName;

typedef enum {
  DISK_WRITE,  ///< also room reserved: bytes are then zeros
  DISK_SET,    ///< `name` in `folder` is `node`
  DISK_UNSET,  ///< `name` in `folder` is no more
  DISK_MOVE,   ///< `name` becomes `to`, which is replaced, in one step
  DISK_SYNC,   ///< what was done to `node` is on the disk
  DISK_LOSE    ///< a failed sync: what was written may stay lost for ever
} DiskEventKind;

typedef struct {
  DiskEventKind kind;
  int node;
  int folder;
  char name[DISK_NAME];
  char to[DISK_NAME];
  size_t at, size;
  uint8_t* bytes;  ///< of a write
} DiskEvent;

typedef struct {
  DiskNode nodes[DISK_NODES];
  DiskName names[DISK_NAMES];
  DiskEvent events[DISK_EVENTS];
  int files[DISK_NODES];  ///< node of an open file, -1 is free
  size_t at[DISK_NODES];  ///< where the next write goes
  uint32_t n_nodes, n_events;
  uint32_t n_syncs;      ///< so far
  uint32_t skip_sync;    ///< this one is not done, though it says so; 0 none
  uint32_t fail_sync;    ///< this one fails, and loses data; 0 none
  bool retry_sync;       ///< a failed sync is tried again, as one must not
  size_t longest_write;  ///< bytes that one call takes
} Disk;

/// Ends the program where the disk is too small for a test.
void disk_need(bool holds);

/// An empty disk; free it with disk_free().
Disk* disk_new(size_t longest_write);
void disk_free(Disk* disk);
/// A table whose context is `disk`. Paths are relative to its root.
PondFileOps disk_ops(Disk* disk);

/// Hears of one state after a crash: the file's bytes, NULL if it is not there.
typedef void DiskHear(void* context, const uint8_t* bytes, size_t size);
/// A crash behind the first `n_events`; what the file `path` then holds, torn
/// at blocks of `block` bytes.
typedef struct {
  const Disk* disk;
  uint32_t n_events;
  const char* path;
  size_t block;
  DiskHear* hear;
  void* context;
} DiskCrash;

/// Every state. Returns how many there were.
uint64_t disk_crash(const DiskCrash* crash);

#endif
