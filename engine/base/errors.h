// SPDX-License-Identifier: ISC
// Filling a PondError. Any thread but the audio thread.
#ifndef POND_BASE_ERRORS_H
#define POND_BASE_ERRORS_H

#include "pond/status.h"

/// Writes status and text (printf) into `error`, which may be NULL; returns
/// `status`.
PondStatus pond_error(PondError* error, PondStatus status, const char* format,
                      ...) __attribute__((format(printf, 3, 4)));

/// "out of memory for WHAT".
PondStatus pond_error_memory(PondError* error, const char* what);

#endif
