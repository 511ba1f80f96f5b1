// SPDX-License-Identifier: ISC
// Bytes of a file or pipe as they come, and files opened with clear errors.
// Control thread.
#include "bytes.h"

#include "interrupt.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_CAPACITY = 1 << 16, MOST_UNREAD = 1 << 24 };

static bool is_stdio(const char* path) { return !strcmp(path, "-"); }

const char* host_input_name(const char* path) {
  return is_stdio(path) ? "standard input" : path;
}

const char* host_output_name(const char* path) {
  return is_stdio(path) ? "standard output" : path;
}

static PondStatus look(HostBytes* bytes, PondError* error) {
  struct stat info;
  if (fstat(bytes->fd, &info)) {
    return host_error_system(error, bytes->name, "cannot read", errno);
  }
  if (S_ISDIR(info.st_mode)) {
    return host_error_system(error, bytes->name, "cannot read", EISDIR);
  }
  bytes->is_file = S_ISREG(info.st_mode);
  bytes->size_bytes = bytes->is_file ? (uint64_t)info.st_size : 0;
  return POND_OK;
}

PondStatus host_bytes_init(HostBytes* bytes, const char* path,
                           PondError* error) {
  *bytes = (HostBytes){.name = host_input_name(path), .fd = STDIN_FILENO};
  if (!is_stdio(path)) {
    bytes->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  }
  if (bytes->fd < 0) {
    return host_error_system(error, path, "cannot read", errno);
  }
  PondStatus status = look(bytes, error);
  if (!status) {
    bytes->data = malloc(FIRST_CAPACITY);
    bytes->capacity = FIRST_CAPACITY;
    if (!bytes->data) {
      status = host_error_memory(error, "an input buffer");
    }
  }
  if (status) {
    host_bytes_free(bytes);
  }
  return status;
}

void host_bytes_free(HostBytes* bytes) {
  free(bytes->data);
  if (bytes->fd > STDERR_FILENO) {
    close(bytes->fd);
  }
  bytes->data = NULL;
  bytes->fd = -1;
}

static PondStatus make_room(HostBytes* bytes, PondError* error) {
  size_t unread = bytes->end - bytes->begin;
  if (bytes->end < bytes->capacity) {
    return POND_OK;
  }
  if (unread >= MOST_UNREAD) {
    return host_error(error, POND_STATUS_LIMIT,
                      "%s: no whole row within %d MiB; is this the format "
                      "that its name or --format says?",
                      bytes->name, MOST_UNREAD >> 20);
  }
  if (bytes->begin > bytes->capacity / 2) {
    memmove(bytes->data, bytes->data + bytes->begin, unread);
    bytes->begin = 0;
    bytes->end = unread;
    return POND_OK;
  }
  const size_t capacity = bytes->capacity ? bytes->capacity * 2 : 1;
  char* larger = realloc(bytes->data, capacity);
  if (!larger) {
    return host_error_memory(error, "an input buffer");
  }
  bytes->data = larger;
  bytes->capacity = capacity;
  return POND_OK;
}

// Waits for input or for a signal; true for a signal.
static bool signal_came(const HostBytes* bytes) {
  struct pollfd fds[2] = {{.fd = bytes->fd, .events = POLLIN},
                          {.fd = host_interrupt_fd(), .events = POLLIN}};
  if (bytes->is_file || fds[1].fd < 0) {
    return host_interrupted();
  }
  while (poll(fds, 2, -1) < 0 && errno == EINTR && !host_interrupted()) {
  }
  return host_interrupted();
}

PondStatus host_bytes_more(HostBytes* bytes, PondError* error) {
  ssize_t n;
  if (bytes->ended) {
    return POND_OK;
  }
  if (bytes->begin == bytes->end) {
    bytes->begin = bytes->end = 0;
  }
  PondStatus status = make_room(bytes, error);
  if (status) {
    return status;
  }
  if (signal_came(bytes)) {
    bytes->ended = bytes->stopped = true;
    return POND_OK;
  }
  do {
    n = read(bytes->fd, bytes->data + bytes->end, bytes->capacity - bytes->end);
  } while (n < 0 && errno == EINTR);
  if (n < 0) {
    return host_error_system(error, bytes->name, "cannot read", errno);
  }
  bytes->ended = n == 0;
  bytes->end += (size_t)n;
  bytes->n_read += (uint64_t)n;
  return POND_OK;
}

PondStatus host_bytes_want(HostBytes* bytes, size_t n, PondError* error) {
  PondStatus status = POND_OK;
  while (!status && !bytes->ended && bytes->end - bytes->begin < n) {
    status = host_bytes_more(bytes, error);
  }
  return status;
}

PondStatus host_output_open(const char* path, int* fd, PondError* error) {
  *fd = STDOUT_FILENO;
  if (is_stdio(path)) {
    return POND_OK;
  }
  *fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
  if (*fd < 0) {
    return host_error_system(error, path, "cannot write", errno);
  }
  return POND_OK;
}

PondStatus host_output_write(int fd, const char* path, const void* data,
                             size_t size, PondError* error) {
  const char* rest = data;
  while (size) {
    ssize_t n = write(fd, rest, size);
    if (n < 0 && errno != EINTR) {
      return host_error_system(error, path, "cannot write", errno);
    }
    if (n > 0) {
      rest += n;
      size -= (size_t)n;
    }
  }
  return POND_OK;
}

PondStatus host_output_write_first(int fd, const char* path, const void* data,
                                   size_t size, PondError* error) {
  off_t offset = 0;
  const char* rest = data;
  while (size) {
    ssize_t n = pwrite(fd, rest, size, offset);
    if (n < 0 && errno != EINTR) {
      return host_error_system(error, path, "cannot write", errno);
    }
    if (n > 0) {
      rest += n;
      size -= (size_t)n;
      offset += n;
    }
  }
  return POND_OK;
}

PondStatus host_output_close(int* fd, const char* path, PondError* error) {
  int closing = *fd;
  *fd = -1;
  if (closing > STDERR_FILENO && close(closing)) {
    return host_error_system(error, path, "cannot write", errno);
  }
  return POND_OK;
}

bool host_output_is_file(const char* path) {
  struct stat info;
  if (is_stdio(path)) {
    return false;
  }
  return stat(path, &info) || S_ISREG(info.st_mode) || S_ISDIR(info.st_mode);
}

bool host_same_file(const char* a, const char* b) {
  struct stat x, y;
  if (!a || !b || is_stdio(a) || is_stdio(b) || stat(a, &x) || stat(b, &y)) {
    return false;
  }
  return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
