// SPDX-License-Identifier: ISC
// Filling a PondError in the program, and saying it. Any thread.
#ifndef HOST_REPORT_H
#define HOST_REPORT_H

#include "pond/types.h"

/// Exit statuses of the program.
enum { HOST_DONE = 0, HOST_FAILED = 1, HOST_USAGE = 2 };

/// Writes status and text (printf) into `error`; returns `status`.
PondStatus host_error(PondError* error, PondStatus status, const char* format,
                      ...) __attribute__((format(printf, 3, 4)));
PondStatus host_error_memory(PondError* error, const char* what);
/// "PATH: what the system says": `action` is such as "cannot read".
PondStatus host_error_system(PondError* error, const char* path,
                             const char* action, int number);

/// One line on stderr, "echopond COMMAND: TEXT"; returns HOST_FAILED.
int host_fail(const char* command, const PondError* error);
/// One line of notice on stderr.
void host_note(const char* command, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
