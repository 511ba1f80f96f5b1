// SPDX-License-Identifier: ISC
// The system calls of the file reader and writer, in one table, so that tests
// can make each of them fail, or play a disk that loses power. Control side.
#ifndef POND_CHECKPOINT_FILE_OPS_H
#define POND_CHECKPOINT_FILE_OPS_H

#include "pond/checkpoint.h"

#include <sys/stat.h>

enum { POND_NO_FOLDER = -100 };  ///< AT_FDCWD: relative to the process's folder

/// Called for each name of a folder.
typedef void PondFileVisit(void* visitor, const char* name);

/// All answer -errno on failure, 0 or a count or descriptor otherwise. Each is
/// one system call (but for `list`), repeated by nobody here.
typedef struct {
  void* context;
  int (*open)(void* context, int folder, const char* name, int flags,
              uint32_t mode);
  int (*close)(void* context, int file);
  int (*make_folder)(void* context, int folder, const char* name);
  int (*stat_open)(void* context, int file, struct stat* status);
  /// Does not follow a symbolic link.
  int (*stat_name)(void* context, int folder, const char* name,
                   struct stat* status);
  int (*set_mode)(void* context, int file, uint32_t mode);
  int (*allocate)(void* context, int file, uint64_t size_bytes);
  int64_t (*write)(void* context, int file, const void* bytes, size_t size);
  int64_t (*read_at)(void* context, int file, void* bytes, size_t size,
                     uint64_t at);
  int (*sync)(void* context, int file);
  int (*rename)(void* context, int folder, const char* from, const char* to);
  int (*remove)(void* context, int folder, const char* name);
  int (*remove_folder)(void* context, int folder, const char* name);
  /// An exclusive lock that ends with the open file; never waits.
  int (*lock)(void* context, int file);
  int (*list)(void* context, int folder, PondFileVisit* visit, void* visitor);
  int64_t (*process_id)(void* context);
  /// 0 while there is such a process.
  int (*process_exists)(void* context, int64_t process);
} PondFileOps;

/// The system's own.
extern const PondFileOps pond_file_ops;

/// A short constant text of an error code ("no space left on the device").
const char* pond_file_errno_text(int code);
/// What to do about it, beginning with ": "; "" where nothing is known.
const char* pond_file_errno_remedy(int code);

/// Replaces `path` by `bytes`, whole or not at all; see pond_file_write().
PondStatus pond_file_write_with(const PondFileOps* ops, const char* path,
                                const void* bytes, size_t size_bytes,
                                PondError* error);

/// Looks at the first `have` bytes of a file of `size` before the rest is read.
typedef PondStatus PondFileCheck(const void* context, const uint8_t* bytes,
                                 size_t have, uint64_t size, PondError* error);
/// What to read: a regular file of at most `max_bytes`. `check` may be NULL.
typedef struct {
  const char* path;
  uint64_t max_bytes;
  PondFileCheck* check;
  const void* context;  ///< of `check`
} PondFileRequest;

/// Reads a file into new memory. Errors name the path.
PondStatus pond_file_read_with(const PondFileOps* ops,
                               const PondFileRequest* request, uint8_t** bytes,
                               size_t* size_bytes, PondError* error);

/// "a folder", "a FIFO", ... for what is no regular file.
const char* pond_file_mode_kind(uint32_t mode);

/// The folder of `path`, opened; missing ones are made, and synced. Returns
/// the descriptor or -errno.
int pond_file_open_folder(const PondFileOps* ops, const char* path);

/// Name of a temporary for `name`, in `out`.
enum { POND_TEMP_SIZE = 256 };
void pond_file_temp_name(const char* name, int64_t process, uint32_t number,
                         char out[POND_TEMP_SIZE]);
/// Removes temporaries of `name` in `folder` whose writers no longer live.
void pond_file_sweep(const PondFileOps* ops, int folder, const char* name);

#endif
