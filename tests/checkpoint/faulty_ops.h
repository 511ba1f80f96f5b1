// SPDX-License-Identifier: ISC
// The system's file operations, the n-th of which fails. One thread.
#ifndef POND_TESTS_FAULTY_OPS_H
#define POND_TESTS_FAULTY_OPS_H

#include "file_ops.h"

/// What the n-th call does.
typedef enum {
  FAULT_NONE,
  FAULT_ERROR,  ///< answers `code`, without doing anything
  FAULT_SHORT,  ///< reads and writes: a part; other calls: as ever
  FAULT_ZERO    ///< reads and writes: nothing; other calls: as ever
} FaultKind;

typedef struct {
  FaultKind kind;
  int code;          ///< -errno
  uint32_t nth;      ///< 1 is the first
  uint32_t calls;    ///< made so far
  int32_t open;      ///< files open now
  bool hit;          ///< the fault was acted on
  const char* last;  ///< operation that failed
} Faults;

/// A table whose context is `faults`.
PondFileOps faulty_ops(Faults* faults);

#endif
