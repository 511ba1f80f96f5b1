// SPDX-License-Identifier: ISC
// Bytes of a file or pipe as they come, and files opened with clear errors.
// Control thread.
#ifndef HOST_BYTES_H
#define HOST_BYTES_H

#include "pond/types.h"

#include <sys/types.h>

/// A buffered input. What is unread lies at data[begin] to data[end - 1].
typedef struct {
  const char* name;  ///< for errors; borrowed
  int fd;
  bool is_file;         ///< regular: size is known, reading never waits
  bool ended;           ///< nothing more will come
  bool stopped;         ///< ended by a signal, not by the source
  uint64_t size_bytes;  ///< of a regular file
  uint64_t n_read;      ///< bytes that have come in
  char* data;
  size_t begin, end, capacity;
} HostBytes;

/// Opens `path` for reading; "-" is standard input. Folders are refused.
PondStatus host_bytes_init(HostBytes* bytes, const char* path,
                           PondError* error);
/// Waits for at least one more byte, or sets `ended`. Makes room as needed, up
/// to 16 MiB unread.
PondStatus host_bytes_more(HostBytes* bytes, PondError* error);
/// Waits until `n` bytes are unread, or `ended`.
PondStatus host_bytes_want(HostBytes* bytes, size_t n, PondError* error);
void host_bytes_free(HostBytes* bytes);

/// Opens `path` for writing from its start; "-" is standard output.
PondStatus host_output_open(const char* path, int* fd, PondError* error);
/// All of it, or an error that names `path`.
PondStatus host_output_write(int fd, const char* path, const void* data,
                             size_t size, PondError* error);
/// Likewise, over the beginning of a regular file.
PondStatus host_output_write_first(int fd, const char* path, const void* data,
                                   size_t size, PondError* error);
/// Closes it and sets it to -1, but for standard output; -1 is allowed.
PondStatus host_output_close(int* fd, const char* path, PondError* error);
/// True if `path` is a regular file or a new name: not a pipe or a device.
bool host_output_is_file(const char* path);
/// True if both paths lead to the same regular file.
bool host_same_file(const char* a, const char* b);
/// The path as errors name it: "-" is "standard input" or "standard output".
const char* host_input_name(const char* path);
const char* host_output_name(const char* path);

#endif
