// SPDX-License-Identifier: ISC
// Replacing a file whole or not at all. Control side.
//
// temporary beside it, preallocated, written, synced, read back, renamed,
// folder synced. A failed sync is never tried again: the system may have
// dropped the pages that it could not write (Rebello et al., USENIX ATC 2020).
#include "alloc.h"
#include "errors.h"
#include "file_ops.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { TEMP_TRIES = 100, CHUNK = 16384, NEW_MODE = 0666 };

// One save under way.
typedef struct {
  const PondFileOps* ops;
  const char* path;
  const char* name;  // last component of `path`
  const uint8_t* bytes;
  size_t size;
  PondError* error;
  int folder;
  int file;
  char temp[POND_TEMP_SIZE];
  bool has_old;
  uint32_t old_mode;
} Save;

static PondStatus fail(const Save* save, int code, const char* step) {
  return pond_error(
      save->error, code == -ENOMEM ? POND_STATUS_NO_MEM : POND_STATUS_IO,
      "cannot save %.600s: %s: %s%s (%s)", save->path, step,
      pond_file_errno_text(-code), pond_file_errno_remedy(-code),
      save->has_old ? "the old file is as it was" : "no file was made");
}

static const char* last_component(const char* path) {
  const char* slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static PondStatus check_path(const Save* save) {
  const char* name = save->name;
  if (!name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
    return pond_error(save->error, POND_STATUS_BAD_ARG,
                      "cannot save \"%.600s\": that names no file: add a file "
                      "name",
                      save->path);
  }
  return POND_OK;
}

// A symbolic link is refused: writing through it would change a file under
// another name, replacing it would break the link, and either surprises.
static PondStatus check_old(Save* save) {
  struct stat status;
  const int code = save->ops->stat_name(save->ops->context, save->folder,
                                        save->name, &status);
  if (code == -ENOENT) {
    return POND_OK;
  }
  if (code < 0) {
    return fail(save, code, "looking at the old file");
  }
  if (!S_ISREG(status.st_mode)) {
    return pond_error(save->error, POND_STATUS_BAD_ARG,
                      "cannot save %.600s: there is %s of that name: choose "
                      "another name, or the file that it stands for",
                      save->path, pond_file_mode_kind(status.st_mode));
  }
  save->has_old = true;
  save->old_mode = status.st_mode & 0777;
  return POND_OK;
}

// A new temporary, locked. -EEXIST: that number is taken.
static int make_temp(Save* save, uint32_t number) {
  const PondFileOps* ops = save->ops;
  struct stat status;
  pond_file_temp_name(save->name, ops->process_id(ops->context), number,
                      save->temp);
  const int file =
      ops->open(ops->context, save->folder, save->temp,
                O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                save->has_old ? save->old_mode | S_IRUSR | S_IWUSR : NEW_MODE);
  if (file < 0) {
    return file == -EINTR ? -EEXIST : file;
  }
  // A sweep of another process may see the file before it is locked: then it
  // holds the lock, or has removed the name.
  const int locked = ops->lock(ops->context, file);
  const int known = ops->stat_open(ops->context, file, &status);
  if (locked == -EWOULDBLOCK || (known == 0 && status.st_nlink == 0)) {
    (void)ops->close(ops->context, file);
    return -EEXIST;
  }
  save->file = file;
  return 0;
}

// File systems without modes refuse; what they made is then as good.
static PondStatus copy_mode(const Save* save) {
  const int code =
      save->ops->set_mode(save->ops->context, save->file, save->old_mode);
  const bool tolerable = code >= 0 || code == -EPERM || code == -EOPNOTSUPP;
  return tolerable ? POND_OK : fail(save, code, "copying the file's mode");
}

static PondStatus open_temp(Save* save) {
  int code = -EEXIST;
  for (uint32_t i = 0; i < TEMP_TRIES && code == -EEXIST; ++i) {
    code = make_temp(save, i);
  }
  if (code < 0) {
    save->temp[0] = '\0';
    return fail(save, code, "making a temporary file beside it");
  }
  return save->has_old ? copy_mode(save) : POND_OK;
}

// Room before the first byte. Not every file system can promise it.
static PondStatus allocate(const Save* save) {
  int code = 0;
  do {
    code = save->size
               ? save->ops->allocate(save->ops->context, save->file, save->size)
               : 0;
  } while (code == -EINTR);
  const bool tolerable =
      code >= 0 || code == -EOPNOTSUPP || code == -ENOSYS || code == -EINVAL;
  return tolerable ? POND_OK : fail(save, code, "reserving room");
}

static PondStatus write_all(const Save* save) {
  size_t done = 0;
  while (done < save->size) {
    const int64_t count = save->ops->write(
        save->ops->context, save->file, save->bytes + done, save->size - done);
    if (count == -EINTR) {
      continue;
    }
    if (count <= 0) {
      return fail(save, count ? (int)count : -EIO, "writing");
    }
    done += (size_t)count;
  }
  return POND_OK;
}

static PondStatus differs(const Save* save, uint64_t at) {
  return pond_error(
      save->error, POND_STATUS_IO,
      "cannot save %.600s: byte %llu reads back other than it "
      "was written: the disk may be failing, choose another (%s)",
      save->path, (unsigned long long)at,
      save->has_old ? "the old file is as it was" : "no file was made");
}

// Reads the file again, to one byte past its end, and compares.
static PondStatus verify(const Save* save) {
  uint8_t chunk[CHUNK];
  for (size_t done = 0;;) {
    const int64_t count = save->ops->read_at(save->ops->context, save->file,
                                             chunk, sizeof(chunk), done);
    if (count == -EINTR) {
      continue;
    }
    if (count < 0) {
      return fail(save, (int)count, "reading it back");
    }
    if (count == 0 && done == save->size) {
      return POND_OK;
    }
    if (count == 0 || (size_t)count > save->size - done ||
        memcmp(chunk, save->bytes + done, (size_t)count) != 0) {
      return differs(save, done);
    }
    done += (size_t)count;
  }
}

static PondStatus fill_temp(const Save* save) {
  PondStatus status = allocate(save);
  status = status ? status : write_all(save);
  if (status) {
    return status;
  }
  const int code = save->ops->sync(save->ops->context, save->file);
  return code < 0 ? fail(save, code, "syncing") : verify(save);
}

// A folder that cannot be synced at all (EINVAL) is the file system's promise
// that it need not be.
static PondStatus sync_folder(const Save* save) {
  const int code = save->ops->sync(save->ops->context, save->folder);
  if (code >= 0 || code == -EINVAL) {
    return POND_OK;
  }
  return pond_error(save->error, POND_STATUS_IO,
                    "%.600s is saved, but its folder could not be synced: %s; "
                    "a power loss now may bring the old file back: save again",
                    save->path, pond_file_errno_text(-code));
}

static PondStatus replace(Save* save) {
  PondStatus status = open_temp(save);
  status = status ? status : fill_temp(save);
  if (!status) {
    const int code = save->ops->rename(save->ops->context, save->folder,
                                       save->temp, save->name);
    status = code < 0 ? fail(save, code, "renaming") : POND_OK;
  }
  if (status && save->temp[0]) {
    (void)save->ops->remove(save->ops->context, save->folder, save->temp);
  }
  if (save->file >= 0) {
    // Its lock had to last until the rename. What a close may report, the sync
    // and the reading back have settled.
    (void)save->ops->close(save->ops->context, save->file);
  }
  return status ? status : sync_folder(save);
}

static PondStatus save_in_folder(Save* save) {
  PondStatus status = check_old(save);
  if (!status) {
    pond_file_sweep(save->ops, save->folder, save->name);
    status = replace(save);
  }
  return status;
}

PondStatus pond_file_write_with(const PondFileOps* ops, const char* path,
                                const void* bytes, size_t size_bytes,
                                PondError* error) {
  Save save = {.ops = ops,
               .path = path,
               .name = last_component(path),
               .bytes = (const uint8_t*)bytes,
               .size = size_bytes,
               .error = error,
               .file = -1};
  PondStatus status = check_path(&save);
  if (status) {
    return status;
  }
  save.folder = pond_file_open_folder(ops, path);
  if (save.folder < 0) {
    return fail(&save, save.folder, "opening its folder");
  }
  status = save_in_folder(&save);
  (void)ops->close(ops->context, save.folder);
  return status;
}

PondStatus pond_file_write(const char* path, const void* bytes,
                           size_t size_bytes, PondError* error) {
  return pond_file_write_with(&pond_file_ops, path, bytes, size_bytes, error);
}
