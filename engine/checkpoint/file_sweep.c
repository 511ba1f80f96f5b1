// SPDX-License-Identifier: ISC
// Names of temporary files, and removing those whose writers died. Control
// side.
//
// A writer holds a lock on its temporary for as long as it lives, and the
// system drops it with the process; a lock also tells a dead writer from a
// living one of the same number (a container's programs often have one number).
// Where a file system has no locks, the process number decides.
#include "file_ops.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

enum { LONGEST_NAME = 200 };  // so that a temporary's name has 255 at most

void pond_file_temp_name(const char* name, int64_t process, uint32_t number,
                         char out[POND_TEMP_SIZE]) {
  const size_t size = strlen(name);
  if (size <= LONGEST_NAME) {
    (void)snprintf(out, POND_TEMP_SIZE, ".%.200s.tmp.%" PRId64 ".%" PRIu32,
                   name, process, number);
  } else {
    (void)snprintf(out, POND_TEMP_SIZE,
                   ".%.180s~%016" PRIx64 ".tmp.%" PRId64 ".%" PRIu32, name,
                   (uint64_t)XXH3_64bits(name, size), process, number);
  }
}

// Reads the digits at `text`; NULL if there are none or too many.
static const char* read_digits(const char* text, int64_t* value) {
  const size_t size = strspn(text, "0123456789");
  *value = 0;
  for (size_t i = 0; i < size && size < 11; ++i) {
    *value = *value * 10 + (text[i] - '0');
  }
  return size && size < 11 ? text + size : NULL;
}

// The process in a temporary's name: one that pond_file_temp_name() gives back.
static bool is_temp_of(const char* name, const char* entry, int64_t* process) {
  char again[POND_TEMP_SIZE];
  int64_t number = 0;
  const char* end = entry + strlen(entry);
  for (int dots = 0; end > entry && dots < 2;) {
    dots += *--end == '.';
  }
  if (end == entry) {
    return false;
  }
  const char* next = read_digits(end + 1, process);
  if (!next || *next != '.' || !read_digits(next + 1, &number)) {
    return false;
  }
  pond_file_temp_name(name, *process, (uint32_t)number, again);
  return strcmp(again, entry) == 0;
}

static bool is_stale(const PondFileOps* ops, int folder, const char* entry,
                     int64_t process) {
  struct stat status;
  const int file = ops->open(ops->context, folder, entry,
                             O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0);
  if (file < 0) {
    return false;
  }
  bool stale = ops->stat_open(ops->context, file, &status) == 0 &&
               S_ISREG(status.st_mode);
  if (stale) {
    const int locked = ops->lock(ops->context, file);
    stale =
        locked == 0 || (locked != -EWOULDBLOCK &&
                        ops->process_exists(ops->context, process) == -ESRCH);
  }
  (void)ops->close(ops->context, file);
  return stale;
}

typedef struct {
  const PondFileOps* ops;
  int folder;
  const char* name;
} Sweep;

static void visit(void* visitor, const char* entry) {
  const Sweep* sweep = (const Sweep*)visitor;
  int64_t process = 0;
  if (is_temp_of(sweep->name, entry, &process) &&
      is_stale(sweep->ops, sweep->folder, entry, process)) {
    (void)sweep->ops->remove(sweep->ops->context, sweep->folder, entry);
  }
}

// What cannot be looked at or removed stays for another time.
void pond_file_sweep(const PondFileOps* ops, int folder, const char* name) {
  Sweep sweep = {ops, folder, name};
  (void)ops->list(ops->context, folder, visit, &sweep);
}
