// SPDX-License-Identifier: ISC
// Every state of the fake disk after a power loss. One thread.
#include "fake_disk.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PENDING = 14, MOST_BLOCKS = 10 };

// Changes of names that a crash may undo, each by itself.
typedef struct {
  uint32_t events[MOST_PENDING];
  uint32_t count;
} Pending;

static bool is_name_event(const DiskEvent* event) {
  return event->kind == DISK_SET || event->kind == DISK_UNSET ||
         event->kind == DISK_MOVE;
}

// Whether `node` was synced between event `from` and the crash.
static bool synced_after(const DiskCrash* crash, uint32_t from, int node) {
  for (uint32_t i = from; i < crash->n_events; ++i) {
    if (crash->disk->events[i].kind == DISK_SYNC &&
        crash->disk->events[i].node == node) {
      return true;
    }
  }
  return false;
}

static Pending pending_names(const DiskCrash* crash) {
  Pending pending = {0};
  for (uint32_t i = 0; i < crash->n_events; ++i) {
    const DiskEvent* event = &crash->disk->events[i];
    if (is_name_event(event) && !synced_after(crash, i, event->folder)) {
      disk_need(pending.count < MOST_PENDING);
      pending.events[pending.count++] = i;
    }
  }
  return pending;
}

static bool undone(const Pending* pending, uint32_t subset, uint32_t event) {
  for (uint32_t i = 0; i < pending->count; ++i) {
    if (pending->events[i] == event) {
      return !(subset & (1U << i));
    }
  }
  return false;
}

// The node of `name` in `folder` once the events were played; -1 for none.
static int look_up(const DiskCrash* crash, const Pending* pending,
                   uint32_t subset, int folder, const char* name) {
  int node = -1;
  for (uint32_t i = 0; i < crash->n_events; ++i) {
    const DiskEvent* event = &crash->disk->events[i];
    if (!is_name_event(event) || event->folder != folder ||
        undone(pending, subset, i)) {
      continue;
    }
    if (event->kind == DISK_MOVE && strcmp(event->to, name) == 0) {
      node = event->node;
    } else if (strcmp(event->name, name) == 0) {
      node = event->kind == DISK_SET ? event->node : -1;
    }
  }
  return node;
}

static int look_up_path(const DiskCrash* crash, const Pending* pending,
                        uint32_t subset) {
  int node = 0;
  const char* at = crash->path;
  while (node >= 0 && *at) {
    char name[DISK_NAME] = {0};
    const size_t size = strcspn(at, "/");
    memcpy(name, at, size);
    node = look_up(crash, pending, subset, node, name);
    at += size + (at[size] == '/');
  }
  return node;
}

// A file as it is in memory, as it is for certain on the disk, and which blocks
// differ in what may have got there.
typedef struct {
  uint8_t now[DISK_FILE], safe[DISK_FILE];
  size_t now_size, safe_size;
  uint32_t dirty;
} Content;

static void play_write(Content* content, const DiskEvent* event, size_t block) {
  memcpy(content->now + event->at, event->bytes, event->size);
  const size_t end = event->at + event->size;
  content->now_size = content->now_size > end ? content->now_size : end;
  for (size_t i = event->at / block; i * block < end; ++i) {
    disk_need(i < MOST_BLOCKS);
    content->dirty |= 1U << i;
  }
}

// Blocks that were lost by a failed sync stay in doubt whatever is synced then.
static void play_sync(Content* content, uint32_t lost, size_t block) {
  for (uint32_t i = 0; i < MOST_BLOCKS && i * block < DISK_FILE; ++i) {
    const size_t size =
        DISK_FILE - i * block < block ? DISK_FILE - i * block : block;
    if (!(lost & (1U << i))) {
      memcpy(content->safe + i * block, content->now + i * block, size);
    }
  }
  content->safe_size = lost ? content->safe_size : content->now_size;
  content->dirty = lost;
}

static void play_content(const DiskCrash* crash, int node, Content* content) {
  uint32_t lost = 0;
  memset(content, 0, sizeof(*content));
  for (uint32_t i = 0; i < crash->n_events; ++i) {
    const DiskEvent* event = &crash->disk->events[i];
    if (event->node != node) {
      continue;
    }
    if (event->kind == DISK_WRITE) {
      play_write(content, event, crash->block);
    } else if (event->kind == DISK_LOSE) {
      lost |= content->dirty;
    } else if (event->kind == DISK_SYNC) {
      play_sync(content, lost, crash->block);
    }
  }
}

static void tell(const DiskCrash* crash, const Content* content,
                 uint32_t blocks, size_t size) {
  uint8_t bytes[DISK_FILE];
  memcpy(bytes, content->safe, sizeof(bytes));
  for (uint32_t i = 0; i < MOST_BLOCKS && i * crash->block < size; ++i) {
    const size_t at = i * crash->block;
    const size_t end = at + crash->block < size ? at + crash->block : size;
    if (blocks & content->dirty & (1U << i)) {
      memcpy(bytes + at, content->now + at, end - at);
    }
  }
  crash->hear(crash->context, bytes, size);
}

// Every subset of the dirty blocks with every size; how many that were.
static uint64_t tell_contents(const DiskCrash* crash, int node) {
  Content content;
  uint64_t states = 1;
  play_content(crash, node, &content);
  if (!content.dirty) {
    tell(crash, &content, 0, content.safe_size);
    return states;
  }
  uint32_t blocks = content.dirty;
  for (bool more = true; more; more = blocks != content.dirty) {
    tell(crash, &content, blocks, content.now_size);
    tell(crash, &content, blocks, content.safe_size);
    states += 2;
    for (size_t size = 0; size < content.now_size; size += crash->block) {
      tell(crash, &content, blocks, size);
      ++states;
    }
    blocks = (blocks - 1) & content.dirty;
  }
  return states - 1;
}

uint64_t disk_crash(const DiskCrash* crash) {
  const Pending pending = pending_names(crash);
  uint64_t states = 0;
  for (uint32_t subset = 0; subset < 1U << pending.count; ++subset) {
    const int node = look_up_path(crash, &pending, subset);
    if (node < 0) {
      crash->hear(crash->context, NULL, 0);
      ++states;
    } else {
      states += tell_contents(crash, node);
    }
  }
  return states;
}
