// SPDX-License-Identifier: ISC
// A folder for the files of a test, and files made of bytes.
#ifndef TEST_STREAM_FILES_H
#define TEST_STREAM_FILES_H

#include <stddef.h>

/// Makes a folder of its own and goes there; removes it at the exit.
void test_folder_enter(void);
/// Writes a file in the current folder.
void test_file_write(const char* path, const void* bytes, size_t size_bytes);
/// Reads a file of at most `size_bytes`; returns its length.
size_t test_file_read(const char* path, void* bytes, size_t size_bytes);

#endif
