// SPDX-License-Identifier: ISC
// The file through which a stream of the demo shows its progress and output to
// the process that will kill it. Control threads of both.
#include "demo_shared.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HEAD_BYTES = 4096 };
_Static_assert(sizeof(HostShared) <= HEAD_BYTES, "the head holds the counters");

static size_t size_of(uint64_t n_rows) {
  return HEAD_BYTES + (size_t)n_rows * sizeof(float);
}

static PondStatus map_file(const char* path, int flags, uint64_t n_rows,
                           HostShared** shared, PondError* error) {
  int fd = open(path, flags | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) {
    return host_error_system(error, path, "cannot open", errno);
  }
  // Preallocated: a store into a full disk would be a signal.
  int fault = flags ? posix_fallocate(fd, 0, (off_t)size_of(n_rows)) : 0;
  void* memory = fault ? MAP_FAILED
                       : mmap(NULL, size_of(n_rows), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_POPULATE, fd, 0);
  int number = fault ? fault : errno;
  close(fd);
  if (memory == MAP_FAILED) {
    return host_error_system(error, path, "cannot map", number);
  }
  *shared = memory;
  return POND_OK;
}

PondStatus host_shared_create(const char* path, uint64_t n_rows,
                              HostShared** shared, PondError* error) {
  return map_file(path, O_CREAT | O_TRUNC, n_rows, shared, error);
}

PondStatus host_shared_open(const char* path, uint64_t n_rows,
                            HostShared** shared, PondError* error) {
  return map_file(path, 0, n_rows, shared, error);
}

float* host_shared_rows(HostShared* shared) {
  return (float*)(void*)((char*)shared + HEAD_BYTES);
}

void host_shared_free(HostShared* shared, uint64_t n_rows) {
  if (shared) {
    munmap(shared, size_of(n_rows));
  }
}
