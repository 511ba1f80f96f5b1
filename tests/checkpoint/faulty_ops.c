// SPDX-License-Identifier: ISC
// The system's file operations, the n-th of which fails. One thread.
#include "faulty_ops.h"

// True when this call is the one to fail.
static bool due(Faults* faults, FaultKind kind, const char* name) {
  const bool now = faults->kind == kind && faults->calls == faults->nth;
  if (now) {
    faults->hit = true;
    faults->last = name;
  }
  return now;
}

static bool refuse(void* context, const char* name) {
  Faults* faults = (Faults*)context;
  ++faults->calls;
  return due(faults, FAULT_ERROR, name);
}

static int code_of(const void* context) {
  return ((const Faults*)context)->code;
}

static int do_open(void* context, int folder, const char* name, int flags,
                   uint32_t mode) {
  if (refuse(context, "open")) {
    return code_of(context);
  }
  const int file = pond_file_ops.open(NULL, folder, name, flags, mode);
  ((Faults*)context)->open += file >= 0;
  return file;
}

// Closed in any case: that is what Linux does.
static int do_close(void* context, int file) {
  const bool refused = refuse(context, "close");
  const int code = pond_file_ops.close(NULL, file);
  ((Faults*)context)->open -= 1;
  return refused ? code_of(context) : code;
}

static int do_make_folder(void* context, int folder, const char* name) {
  return refuse(context, "make_folder")
             ? code_of(context)
             : pond_file_ops.make_folder(NULL, folder, name);
}

static int do_stat_open(void* context, int file, struct stat* status) {
  return refuse(context, "stat_open")
             ? code_of(context)
             : pond_file_ops.stat_open(NULL, file, status);
}

static int do_stat_name(void* context, int folder, const char* name,
                        struct stat* status) {
  return refuse(context, "stat_name")
             ? code_of(context)
             : pond_file_ops.stat_name(NULL, folder, name, status);
}

static int do_set_mode(void* context, int file, uint32_t mode) {
  return refuse(context, "set_mode") ? code_of(context)
                                     : pond_file_ops.set_mode(NULL, file, mode);
}

static int do_allocate(void* context, int file, uint64_t size_bytes) {
  return refuse(context, "allocate")
             ? code_of(context)
             : pond_file_ops.allocate(NULL, file, size_bytes);
}

static int64_t do_write(void* context, int file, const void* bytes,
                        size_t size) {
  if (refuse(context, "write")) {
    return code_of(context);
  }
  if (due((Faults*)context, FAULT_ZERO, "write")) {
    return 0;
  }
  const bool part = due((Faults*)context, FAULT_SHORT, "write") && size > 1;
  return pond_file_ops.write(NULL, file, bytes, part ? size / 2 : size);
}

static int64_t do_read_at(void* context, int file, void* bytes, size_t size,
                          uint64_t at) {
  if (refuse(context, "read_at")) {
    return code_of(context);
  }
  if (due((Faults*)context, FAULT_ZERO, "read_at")) {
    return 0;
  }
  const bool part = due((Faults*)context, FAULT_SHORT, "read_at");
  return pond_file_ops.read_at(NULL, file, bytes, part ? 7 : size, at);
}

static int do_sync(void* context, int file) {
  return refuse(context, "sync") ? code_of(context)
                                 : pond_file_ops.sync(NULL, file);
}

static int do_rename(void* context, int folder, const char* from,
                     const char* to) {
  return refuse(context, "rename")
             ? code_of(context)
             : pond_file_ops.rename(NULL, folder, from, to);
}

static int do_remove(void* context, int folder, const char* name) {
  return refuse(context, "remove") ? code_of(context)
                                   : pond_file_ops.remove(NULL, folder, name);
}

static int do_remove_folder(void* context, int folder, const char* name) {
  return refuse(context, "remove_folder")
             ? code_of(context)
             : pond_file_ops.remove_folder(NULL, folder, name);
}

static int do_lock(void* context, int file) {
  return refuse(context, "lock") ? code_of(context)
                                 : pond_file_ops.lock(NULL, file);
}

static int do_list(void* context, int folder, PondFileVisit* visit,
                   void* visitor) {
  return refuse(context, "list")
             ? code_of(context)
             : pond_file_ops.list(NULL, folder, visit, visitor);
}

static int64_t do_process_id(void* context) {
  (void)context;
  return pond_file_ops.process_id(NULL);
}

static int do_process_exists(void* context, int64_t process) {
  return refuse(context, "process_exists")
             ? code_of(context)
             : pond_file_ops.process_exists(NULL, process);
}

PondFileOps faulty_ops(Faults* faults) {
  return (PondFileOps){
      .context = faults,
      .open = do_open,
      .close = do_close,
      .make_folder = do_make_folder,
      .stat_open = do_stat_open,
      .stat_name = do_stat_name,
      .set_mode = do_set_mode,
      .allocate = do_allocate,
      .write = do_write,
      .read_at = do_read_at,
      .sync = do_sync,
      .rename = do_rename,
      .remove = do_remove,
      .remove_folder = do_remove_folder,
      .lock = do_lock,
      .list = do_list,
      .process_id = do_process_id,
      .process_exists = do_process_exists,
  };
}
