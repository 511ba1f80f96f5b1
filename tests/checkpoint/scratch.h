// SPDX-License-Identifier: ISC
// A folder of a test's own. One thread.
#ifndef POND_TESTS_SCRATCH_H
#define POND_TESTS_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

enum { SCRATCH_PATH = 512 };

/// Makes an empty folder below TMPDIR, or in memory where it is not set;
/// false if it could not.
int scratch_make(char folder[SCRATCH_PATH]);
/// Removes it with all that is in it.
void scratch_remove(const char* folder);
/// FOLDER/NAME in a buffer of the caller's.
const char* scratch_path(const char* folder, const char* name,
                         char path[SCRATCH_PATH]);
/// Names in `folder` but for "." and "..".
uint32_t scratch_count(const char* folder);
/// Whether the file has exactly these bytes.
int scratch_has(const char* path, const void* bytes, size_t size);

#endif
