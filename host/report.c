// SPDX-License-Identifier: ISC
// Filling a PondError in the program, and saying it. Any thread.
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

PondStatus host_error(PondError* error, PondStatus status, const char* format,
                      ...) {
  va_list args;
  va_start(args, format);
  error->status = status;
  vsnprintf(error->text, sizeof error->text, format, args);
  va_end(args);
  return status;
}

PondStatus host_error_memory(PondError* error, const char* what) {
  return host_error(error, POND_STATUS_NO_MEM, "out of memory for %s", what);
}

static const char* remedy(int number) {
  switch (number) {
    case ENOENT: return "check the path";
    case EACCES:
    case EPERM:
    case EROFS: return "check who may read and write there";
    case EISDIR: return "name a file, not a folder";
    case ENOTDIR: return "a part of the path is a file, not a folder";
    case ENOSPC:
    case EDQUOT: return "make room there or name another place";
    case EPIPE: return "the program that read this has gone away";
    default: return "try another path";
  }
}

PondStatus host_error_system(PondError* error, const char* path,
                             const char* action, int number) {
  PondStatus status = number == ENOENT ? POND_STATUS_NOT_FOUND : POND_STATUS_IO;
  return host_error(error, status, "%s: %s: %s; %s", path, action,
                    strerror(number), remedy(number));
}

int host_fail(const char* command, const PondError* error) {
  const char* text = error->text;
  if (!text[0]) {
    text = pond_status_text(error->status);
  }
  fprintf(stderr, "echopond %s: %s\n", command, text);
  return HOST_FAILED;
}

void host_note(const char* command, const char* format, ...) {
  va_list args;
  va_start(args, format);
  fprintf(stderr, "echopond %s: ", command);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
}
