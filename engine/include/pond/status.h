// SPDX-License-Identifier: ISC
// Status codes and the caller-owned error text. Any thread.
#ifndef POND_STATUS_H
#define POND_STATUS_H

#include "pond/attributes.h"

POND_BEGIN_DECLS

/// What a call answers. 0 is success; on anything else out-pointers are
/// untouched.
typedef enum {
  POND_OK = 0,
  POND_STATUS_NO_MEM,      ///< an allocation failed
  POND_STATUS_BAD_ARG,     ///< a caller's value is out of range
  POND_STATUS_BAD_FORMAT,  ///< bytes that are not what they should be
  POND_STATUS_NOT_FOUND,   ///< no such file, key, name or state
  POND_STATUS_MISMATCH,    ///< sizes or names that do not fit each other
  POND_STATUS_LIMIT,       ///< larger than a stated limit
  POND_STATUS_IO,          ///< the system refused a file operation
  POND_STATUS_NOT_FINITE,  ///< a result or weight is NaN or infinite
  POND_STATUS_SINGULAR,    ///< equations without a unique solution
  POND_STATUS_BUSY,        ///< a queue is full or a job runs: try later
  POND_STATUS_CANCELLED,   ///< stopped by the caller
  POND_STATUS_UNSUPPORTED  ///< right, but not in this build or processor
} PondStatus;

enum { POND_ERROR_TEXT_SIZE = 1024 };

/// Details of a failure, owned by the caller. `text` names cause and remedy.
typedef struct {
  PondStatus status;
  char text[POND_ERROR_TEXT_SIZE];
} PondError;

/// A short constant name of `status` ("out of memory"), never NULL.
POND_API const char* pond_status_text(PondStatus status);

POND_END_DECLS

#endif
