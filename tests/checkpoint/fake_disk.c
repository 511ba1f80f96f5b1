// SPDX-License-Identifier: ISC
// A disk in memory that plays the file operations and keeps a log of them.
// One thread.
#include "fake_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

void disk_need(bool holds) {
  if (!holds) {
    abort();
  }
}

static int new_node(Disk* disk, bool folder, uint32_t mode) {
  disk_need(disk->n_nodes < DISK_NODES);
  disk->nodes[disk->n_nodes] =
      (DiskNode){.folder = folder, .mode = mode, .links = 1};
  return (int)disk->n_nodes++;
}

Disk* disk_new(size_t longest_write) {
  Disk* disk = (Disk*)calloc(1, sizeof(*disk));
  if (!disk) {
    return NULL;
  }
  for (int i = 0; i < DISK_NAMES; ++i) {
    disk->names[i].folder = -1;
  }
  for (int i = 0; i < DISK_NODES; ++i) {
    disk->files[i] = -1;
  }
  disk->longest_write = longest_write;
  (void)new_node(disk, true, 0755);
  return disk;
}

void disk_free(Disk* disk) {
  if (disk) {
    for (uint32_t i = 0; i < disk->n_events; ++i) {
      free(disk->events[i].bytes);
    }
    free(disk);
  }
}

static DiskEvent* log_event(Disk* disk, DiskEventKind kind, int node) {
  disk_need(disk->n_events < DISK_EVENTS);
  DiskEvent* event = &disk->events[disk->n_events++];
  event->kind = kind;
  event->node = node;
  return event;
}

static void log_name(Disk* disk, DiskEventKind kind, int folder, int node,
                     const char* name) {
  DiskEvent* event = log_event(disk, kind, node);
  event->folder = folder;
  disk_need(strlen(name) < DISK_NAME);
  memcpy(event->name, name, strlen(name) + 1);
}

static DiskName* find_name(Disk* disk, int folder, const char* name) {
  for (int i = 0; i < DISK_NAMES; ++i) {
    if (disk->names[i].folder == folder &&
        strcmp(disk->names[i].name, name) == 0) {
      return &disk->names[i];
    }
  }
  return NULL;
}

static void add_name(Disk* disk, int folder, const char* name, int node) {
  for (int i = 0; i < DISK_NAMES; ++i) {
    if (disk->names[i].folder < 0) {
      disk->names[i] = (DiskName){.folder = folder, .node = node};
      memcpy(disk->names[i].name, name, strlen(name) + 1);
      return;
    }
  }
  disk_need(false);
}

// The folder of a path and its last component; -1 if a folder is not there.
static int walk(Disk* disk, int folder, const char** path) {
  int node = folder == POND_NO_FOLDER ? 0 : disk->files[folder];
  for (const char* slash = strchr(*path, '/'); slash;
       slash = strchr(*path, '/')) {
    char name[DISK_NAME] = {0};
    memcpy(name, *path, (size_t)(slash - *path));
    const DiskName* found = find_name(disk, node, name);
    if (!found) {
      return -1;
    }
    node = found->node;
    *path = slash + 1;
  }
  return node;
}

static int open_node(Disk* disk, int node) {
  for (int i = 0; i < DISK_NODES; ++i) {
    if (disk->files[i] < 0) {
      disk->files[i] = node;
      disk->at[i] = 0;
      return i;
    }
  }
  return -EMFILE;
}

static int do_open(void* context, int folder, const char* path, int flags,
                   uint32_t mode) {
  Disk* disk = (Disk*)context;
  const int parent = walk(disk, folder, &path);
  if (parent < 0) {
    return -ENOENT;
  }
  if (strcmp(path, ".") == 0) {
    return open_node(disk, parent);
  }
  const DiskName* found = find_name(disk, parent, path);
  if (found) {
    return (flags & O_EXCL) ? -EEXIST : open_node(disk, found->node);
  }
  if (!(flags & O_CREAT)) {
    return -ENOENT;
  }
  const int node = new_node(disk, false, mode);
  add_name(disk, parent, path, node);
  log_name(disk, DISK_SET, parent, node, path);
  return open_node(disk, node);
}

static int do_close(void* context, int file) {
  ((Disk*)context)->files[file] = -1;
  return 0;
}

static int do_make_folder(void* context, int folder, const char* path) {
  Disk* disk = (Disk*)context;
  const int parent = walk(disk, folder, &path);
  if (find_name(disk, parent, path)) {
    return -EEXIST;
  }
  const int node = new_node(disk, true, 0755);
  add_name(disk, parent, path, node);
  log_name(disk, DISK_SET, parent, node, path);
  return 0;
}

static void fill_status(const DiskNode* node, struct stat* status) {
  memset(status, 0, sizeof(*status));
  status->st_mode = (mode_t)((node->folder ? S_IFDIR : S_IFREG) | node->mode);
  status->st_size = (off_t)node->size;
  status->st_nlink = node->links;
}

static int do_stat_open(void* context, int file, struct stat* status) {
  Disk* disk = (Disk*)context;
  fill_status(&disk->nodes[disk->files[file]], status);
  return 0;
}

static int do_stat_name(void* context, int folder, const char* path,
                        struct stat* status) {
  Disk* disk = (Disk*)context;
  const int parent = walk(disk, folder, &path);
  const DiskName* found = parent < 0 ? NULL : find_name(disk, parent, path);
  if (!found) {
    return -ENOENT;
  }
  fill_status(&disk->nodes[found->node], status);
  return 0;
}

static int do_set_mode(void* context, int file, uint32_t mode) {
  Disk* disk = (Disk*)context;
  disk->nodes[disk->files[file]].mode = mode;
  return 0;
}

static void put_bytes(Disk* disk, int number, size_t at, const void* bytes,
                      size_t size) {
  DiskNode* node = &disk->nodes[number];
  disk_need(at + size <= DISK_FILE);
  DiskEvent* event = log_event(disk, DISK_WRITE, number);
  event->at = at;
  event->size = size;
  event->bytes = (uint8_t*)malloc(size);
  disk_need(event->bytes);
  memcpy(event->bytes, bytes, size);
  memcpy(node->bytes + at, bytes, size);
  node->size = node->size > at + size ? node->size : at + size;
}

static int do_allocate(void* context, int file, uint64_t size_bytes) {
  static const uint8_t zeros[DISK_FILE];
  Disk* disk = (Disk*)context;
  const int number = disk->files[file];
  const size_t had = disk->nodes[number].size;
  if (size_bytes > had) {
    put_bytes(disk, number, had, zeros + had, (size_t)size_bytes - had);
  }
  return 0;
}

static int64_t do_write(void* context, int file, const void* bytes,
                        size_t size) {
  Disk* disk = (Disk*)context;
  const size_t count = size < disk->longest_write ? size : disk->longest_write;
  put_bytes(disk, disk->files[file], disk->at[file], bytes, count);
  disk->at[file] += count;
  return (int64_t)count;
}

static int64_t do_read_at(void* context, int file, void* bytes, size_t size,
                          uint64_t at) {
  Disk* disk = (Disk*)context;
  const DiskNode* node = &disk->nodes[disk->files[file]];
  const size_t left = at < node->size ? node->size - (size_t)at : 0;
  const size_t count = size < left ? size : left;
  memcpy(bytes, node->bytes + at, count);
  return (int64_t)count;
}

static int sync_once(Disk* disk, int file) {
  const uint32_t number = ++disk->n_syncs;
  if (number == disk->skip_sync) {
    return 0;
  }
  const bool fails = number == disk->fail_sync;
  (void)log_event(disk, fails ? DISK_LOSE : DISK_SYNC, disk->files[file]);
  return fails ? -EIO : 0;
}

static int do_sync(void* context, int file) {
  Disk* disk = (Disk*)context;
  const int code = sync_once(disk, file);
  return code < 0 && disk->retry_sync ? sync_once(disk, file) : code;
}

static int do_rename(void* context, int folder, const char* from,
                     const char* to) {
  Disk* disk = (Disk*)context;
  const int parent = disk->files[folder];
  DiskName* source = find_name(disk, parent, from);
  DiskName* target = find_name(disk, parent, to);
  if (!source) {
    return -ENOENT;
  }
  const int node = source->node;
  log_name(disk, DISK_MOVE, parent, node, from);
  memcpy(disk->events[disk->n_events - 1].to, to, strlen(to) + 1);
  source->folder = -1;
  if (target) {
    disk->nodes[target->node].links = 0;
    target->node = node;
  } else {
    add_name(disk, parent, to, node);
  }
  return 0;
}

static int do_remove(void* context, int folder, const char* name) {
  Disk* disk = (Disk*)context;
  DiskName* found = find_name(disk, disk->files[folder], name);
  if (!found) {
    return -ENOENT;
  }
  log_name(disk, DISK_UNSET, found->folder, found->node, name);
  disk->nodes[found->node].links = 0;
  found->folder = -1;
  return 0;
}

static int do_lock(void* context, int file) {
  (void)context;
  (void)file;
  return 0;
}

static int do_list(void* context, int folder, PondFileVisit* visit,
                   void* visitor) {
  Disk* disk = (Disk*)context;
  for (int i = 0; i < DISK_NAMES; ++i) {
    if (disk->names[i].folder == disk->files[folder]) {
      char name[DISK_NAME];
      memcpy(name, disk->names[i].name, sizeof(name));
      visit(visitor, name);
    }
  }
  return 0;
}

static int64_t do_process_id(void* context) {
  (void)context;
  return 1;
}

static int do_process_exists(void* context, int64_t process) {
  (void)context;
  (void)process;
  return -ESRCH;
}

PondFileOps disk_ops(Disk* disk) {
  return (PondFileOps){
      .context = disk,
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
      .remove_folder = do_remove,
      .lock = do_lock,
      .list = do_list,
      .process_id = do_process_id,
      .process_exists = do_process_exists,
  };
}
