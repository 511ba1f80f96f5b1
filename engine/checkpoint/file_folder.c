// SPDX-License-Identifier: ISC
// Opening the folder of a path, and making it where it is missing. Control
// side.
#include "alloc.h"
#include "file_ops.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static int open_folder(const PondFileOps* ops, int folder, const char* name) {
  int file = 0;
  do {
    file = ops->open(ops->context, folder, name,
                     O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  } while (file == -EINTR);
  return file;
}

// Bytes of the folder part of the first `size` bytes of `path`: of "a//b" 1, of
// "/a" 1, of "a" 0.
static size_t folder_size(const char* path, size_t size) {
  while (size && path[size - 1] != '/') {
    --size;
  }
  while (size > 1 && path[size - 1] == '/') {
    --size;
  }
  return size;
}

// Makes `name` in `folder`, durably, and opens it. One that could not be synced
// is taken back: the next save would find it there and trust it.
static int make_one(const PondFileOps* ops, int folder, const char* name) {
  const int made = ops->make_folder(ops->context, folder, name);
  if (made < 0 && made != -EEXIST) {
    return made;
  }
  const int synced = made < 0 ? 0 : ops->sync(ops->context, folder);
  if (synced < 0 && synced != -EINVAL) {
    (void)ops->remove_folder(ops->context, folder, name);
    return synced;
  }
  return open_folder(ops, folder, name);
}

// Makes the components of `rest`, which it cuts up, one below the other.
static int make_rest(const PondFileOps* ops, int folder, char* rest) {
  while (folder >= 0 && *rest) {
    const size_t size = strcspn(rest, "/");
    char* next = rest + size;
    if (*next) {
      *next++ = '\0';
    }
    if (size) {
      const int below = make_one(ops, folder, rest);
      (void)ops->close(ops->context, folder);
      folder = below;
    }
    rest = next;
  }
  return folder;
}

// Opens the nearest ancestor that is there, and makes what follows. `prefix`
// and `whole` are the same path; both are cut up.
static int open_or_make(const PondFileOps* ops, char* prefix, char* whole) {
  size_t size = strlen(prefix);
  int folder = open_folder(ops, POND_NO_FOLDER, size ? prefix : ".");
  while (folder == -ENOENT && size && strcmp(prefix, "/") != 0) {
    size = folder_size(prefix, size);
    prefix[size] = '\0';
    folder = open_folder(ops, POND_NO_FOLDER, size ? prefix : ".");
  }
  return make_rest(ops, folder, whole + size);
}

int pond_file_open_folder(const PondFileOps* ops, const char* path) {
  const size_t size = folder_size(path, strlen(path));
  char* prefix = pond_memory_text(path);
  char* whole = pond_memory_text(path);
  int folder = -ENOMEM;
  if (prefix && whole) {
    prefix[size] = '\0';
    whole[size] = '\0';
    folder = open_or_make(ops, prefix, whole);
  }
  pond_memory_free(prefix);
  pond_memory_free(whole);
  return folder;
}
