// SPDX-License-Identifier: ISC
// Reading a whole regular file into private memory, never mapping it. Control
// side.
#include "alloc.h"
#include "errors.h"
#include "file_ops.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

enum { START = 512 };  // bytes looked at before the rest is read

// One file being read.
typedef struct {
  const PondFileOps* ops;
  const char* path;
  int file;
  uint64_t size;
  PondError* error;
} Load;

static PondStatus fail(const Load* load, int code, const char* step) {
  return pond_error(load->error, POND_STATUS_IO, "cannot read %.600s: %s%s%s%s",
                    load->path, step, step[0] ? ": " : "",
                    pond_file_errno_text(-code), pond_file_errno_remedy(-code));
}

static PondStatus open_file(Load* load) {
  do {
    load->file =
        load->ops->open(load->ops->context, POND_NO_FOLDER, load->path,
                        O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
  } while (load->file == -EINTR);
  if (load->file == -ENOENT || load->file == -ENOTDIR) {
    return pond_error(load->error, POND_STATUS_NOT_FOUND,
                      "file not found: %.600s: check the path", load->path);
  }
  return load->file < 0 ? fail(load, load->file, "") : POND_OK;
}

static PondStatus check_status(Load* load, uint64_t max_bytes) {
  struct stat status;
  const int code =
      load->ops->stat_open(load->ops->context, load->file, &status);
  if (code < 0) {
    return fail(load, code, "looking at it");
  }
  if (!S_ISREG(status.st_mode)) {
    return pond_error(load->error, POND_STATUS_BAD_ARG,
                      "%.600s is %s: give the name of a regular file",
                      load->path, pond_file_mode_kind(status.st_mode));
  }
  load->size = (uint64_t)status.st_size;
  if (load->size == 0) {
    return pond_error(load->error, POND_STATUS_BAD_FORMAT,
                      "%.600s is empty (0 bytes): get or write it again",
                      load->path);
  }
  if (load->size > max_bytes || load->size >= SIZE_MAX) {
    return pond_error(load->error, POND_STATUS_LIMIT,
                      "%.600s has %" PRIu64 " bytes, more than the %" PRIu64
                      " that are read",
                      load->path, load->size, max_bytes);
  }
  return POND_OK;
}

static PondStatus read_range(const Load* load, uint8_t* bytes, size_t from,
                             size_t to) {
  while (from < to) {
    const int64_t count = load->ops->read_at(load->ops->context, load->file,
                                             bytes + from, to - from, from);
    if (count == -EINTR) {
      continue;
    }
    if (count < 0) {
      return fail(load, (int)count, "");
    }
    if (count == 0) {
      return pond_error(load->error, POND_STATUS_IO,
                        "%.600s became shorter while it was read: read it "
                        "again when nobody writes it",
                        load->path);
    }
    from += (size_t)count;
  }
  return POND_OK;
}

static PondStatus check_start(const Load* load, PondFileCheck* check,
                              const void* context) {
  uint8_t start[START];
  PondError inner = {0};
  const size_t have = load->size < START ? (size_t)load->size : START;
  PondStatus status = read_range(load, start, 0, have);
  if (status) {
    return status;
  }
  status = check(context, start, have, load->size, &inner);
  return status ? pond_error(load->error, status, "%.600s: %s", load->path,
                             inner.text)
                : POND_OK;
}

static PondStatus read_all(const Load* load, uint8_t** bytes,
                           size_t* size_bytes) {
  const size_t size = (size_t)load->size;
  uint8_t* made = (uint8_t*)pond_memory_new(size + 1, 1);
  if (!made) {
    return pond_error(load->error, POND_STATUS_NO_MEM,
                      "out of memory for the %zu bytes of %.600s", size,
                      load->path);
  }
  const PondStatus status = read_range(load, made, 0, size);
  if (status) {
    pond_memory_free(made);
    return status;
  }
  *bytes = made;
  *size_bytes = size;
  return POND_OK;
}

PondStatus pond_file_read_with(const PondFileOps* ops,
                               const PondFileRequest* request, uint8_t** bytes,
                               size_t* size_bytes, PondError* error) {
  Load load = {.ops = ops, .path = request->path, .error = error};
  PondStatus status = open_file(&load);
  if (status) {
    return status;
  }
  status = check_status(&load, request->max_bytes);
  if (!status && request->check) {
    status = check_start(&load, request->check, request->context);
  }
  status = status ? status : read_all(&load, bytes, size_bytes);
  (void)ops->close(ops->context, load.file);
  return status;
}

PondStatus pond_file_read(const char* path, uint64_t max_bytes, uint8_t** bytes,
                          size_t* size_bytes, PondError* error) {
  const PondFileRequest request = {.path = path, .max_bytes = max_bytes};
  return pond_file_read_with(&pond_file_ops, &request, bytes, size_bytes,
                             error);
}
