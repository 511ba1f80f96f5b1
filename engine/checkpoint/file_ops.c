// SPDX-License-Identifier: ISC
// The system calls of the file reader and writer, and their errors in words.
// The only place that sees errno. Control side.
#include "file_ops.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

_Static_assert(POND_NO_FOLDER == AT_FDCWD, "the value of Linux and others");

static int answer(int result) { return result < 0 ? -errno : result; }

static int sys_open(void* context, int folder, const char* name, int flags,
                    uint32_t mode) {
  (void)context;
  return answer(openat(folder, name, flags, (mode_t)mode));
}

static int sys_close(void* context, int file) {
  (void)context;
  return answer(close(file));
}

static int sys_make_folder(void* context, int folder, const char* name) {
  (void)context;
  return answer(mkdirat(folder, name, 0777));
}

static int sys_stat_open(void* context, int file, struct stat* status) {
  (void)context;
  return answer(fstat(file, status));
}

static int sys_stat_name(void* context, int folder, const char* name,
                         struct stat* status) {
  (void)context;
  return answer(fstatat(folder, name, status, AT_SYMLINK_NOFOLLOW));
}

static int sys_set_mode(void* context, int file, uint32_t mode) {
  (void)context;
  return answer(fchmod(file, (mode_t)mode));
}

static int sys_allocate(void* context, int file, uint64_t size_bytes) {
  (void)context;
  return size_bytes > INT64_MAX ? -EFBIG
                                : -posix_fallocate(file, 0, (off_t)size_bytes);
}

static int64_t sys_write(void* context, int file, const void* bytes,
                         size_t size) {
  (void)context;
  const ssize_t count = write(file, bytes, size);
  return count < 0 ? -errno : count;
}

static int64_t sys_read_at(void* context, int file, void* bytes, size_t size,
                           uint64_t at) {
  (void)context;
  const ssize_t count = pread(file, bytes, size, (off_t)at);
  return count < 0 ? -errno : count;
}

static int sys_sync(void* context, int file) {
  (void)context;
  return answer(fsync(file));
}

static int sys_rename(void* context, int folder, const char* from,
                      const char* to) {
  (void)context;
  return answer(renameat(folder, from, folder, to));
}

static int sys_remove(void* context, int folder, const char* name) {
  (void)context;
  return answer(unlinkat(folder, name, 0));
}

static int sys_remove_folder(void* context, int folder, const char* name) {
  (void)context;
  return answer(unlinkat(folder, name, AT_REMOVEDIR));
}

static int sys_lock(void* context, int file) {
  (void)context;
  return answer(flock(file, LOCK_EX | LOCK_NB));
}

static int sys_list(void* context, int folder, PondFileVisit* visit,
                    void* visitor) {
  (void)context;
  const int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* list = own < 0 ? NULL : fdopendir(own);
  if (!list) {
    const int code = errno;
    if (own >= 0) {
      (void)close(own);
    }
    return -code;
  }
  for (const struct dirent* entry = readdir(list); entry;
       entry = readdir(list)) {
    visit(visitor, entry->d_name);
  }
  return answer(closedir(list));
}

static int64_t sys_process_id(void* context) {
  (void)context;
  return getpid();
}

static int sys_process_exists(void* context, int64_t process) {
  (void)context;
  return answer(kill((pid_t)process, 0));
}

const PondFileOps pond_file_ops = {
    .open = sys_open,
    .close = sys_close,
    .make_folder = sys_make_folder,
    .stat_open = sys_stat_open,
    .stat_name = sys_stat_name,
    .set_mode = sys_set_mode,
    .allocate = sys_allocate,
    .write = sys_write,
    .read_at = sys_read_at,
    .sync = sys_sync,
    .rename = sys_rename,
    .remove = sys_remove,
    .remove_folder = sys_remove_folder,
    .lock = sys_lock,
    .list = sys_list,
    .process_id = sys_process_id,
    .process_exists = sys_process_exists,
};

// strerror() follows the locale and may not be called from several threads.
static const struct {
  int code;
  const char* text;
  const char* remedy;
} texts[] = {
    {EACCES, "permission denied", ": choose a place that you may use"},
    {EPERM, "not permitted", ": choose a place that you may use"},
    {EROFS, "the file system is read-only", ": choose another folder"},
    {ENOSPC, "no space left on the device", ": free some, or choose another"},
    {EDQUOT, "the disk quota is used up", ": free some space"},
    {EFBIG, "too large for the file system", ": choose another folder"},
    {EIO, "input/output error", ": the disk may be failing, choose another"},
    {EINTR, "interrupted by a signal", ": try again"},
    {ENOENT, "no such file or folder", ": check the path"},
    {ENOTDIR, "a part of the path is no folder", ": check the path"},
    {EISDIR, "it is a folder", ": name a file"},
    {ELOOP, "it is a symbolic link, or too many are in the path",
     ": name the file itself"},
    {ENAMETOOLONG, "the name is too long", ": shorten it"},
    {EEXIST, "it exists already", ""},
    {EMFILE, "too many open files in this program", ": close some"},
    {ENFILE, "too many open files in the system", ": close some"},
    {ENOMEM, "out of memory in the system", ""},
    {ETXTBSY, "the file is being run", ""},
    {EBUSY, "the device is busy", ": try again"},
    {EINVAL, "the file system cannot do this", ": choose another folder"},
    {EOPNOTSUPP, "the file system cannot do this", ": choose another folder"},
    {ENXIO, "no such device", ""},
};

const char* pond_file_errno_text(int code) {
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    if (texts[i].code == code) {
      return texts[i].text;
    }
  }
  return "the system refused";
}

const char* pond_file_errno_remedy(int code) {
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    if (texts[i].code == code) {
      return texts[i].remedy;
    }
  }
  return "";
}

const char* pond_file_mode_kind(uint32_t mode) {
  return S_ISDIR(mode)    ? "a folder"
         : S_ISFIFO(mode) ? "a FIFO"
         : S_ISSOCK(mode) ? "a socket"
         : S_ISLNK(mode)  ? "a symbolic link"
                          : "a device";
}
