// SPDX-License-Identifier: ISC
// Status text, and filling a PondError. Control side.
#include "errors.h"

#include <stdarg.h>
#include <stdio.h>

const char* pond_status_text(PondStatus status) {
  switch (status) {
    case POND_OK: return "success";
    case POND_STATUS_NO_MEM: return "out of memory";
    case POND_STATUS_BAD_ARG: return "bad argument";
    case POND_STATUS_BAD_FORMAT: return "bad format";
    case POND_STATUS_NOT_FOUND: return "not found";
    case POND_STATUS_MISMATCH: return "sizes or names do not match";
    case POND_STATUS_LIMIT: return "over a limit";
    case POND_STATUS_IO: return "input/output error";
    case POND_STATUS_NOT_FINITE: return "not finite";
    case POND_STATUS_SINGULAR: return "singular";
    case POND_STATUS_BUSY: return "busy";
    case POND_STATUS_CANCELLED: return "cancelled";
    case POND_STATUS_UNSUPPORTED: return "not supported here";
  }
  return "unknown status";
}

PondStatus pond_error(PondError* error, PondStatus status, const char* format,
                      ...) {
  if (error) {
    error->status = status;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
  }
  return status;
}

PondStatus pond_error_memory(PondError* error, const char* what) {
  return pond_error(error, POND_STATUS_NO_MEM, "out of memory for %s", what);
}
