// SPDX-License-Identifier: ISC
// The memory model under the explorer. One real thread.
#include "memory.h"

#include <assert.h>
#include <string.h>

// One store: its value, and what an acquire that reads it learns.
typedef struct {
  uint64_t value;
  bool of_exchange;  // nothing may come between it and its predecessor
  MemoryView view;
} Message;

// `order` lists message indices in modification order, `place` inverts it.
typedef struct {
  const void* object;
  uint32_t n_messages;
  Message messages[MEMORY_MAX_MESSAGES];
  uint8_t order[MEMORY_MAX_MESSAGES];
  uint8_t place[MEMORY_MAX_MESSAGES];
} Location;

// Last accesses to one plain byte, as epochs; 0: none.
typedef struct {
  const unsigned char* address;
  uint32_t written[MEMORY_THREADS];
  uint32_t read[MEMORY_THREADS];
} Byte;

static Location locations[MEMORY_MAX_LOCATIONS];
static int n_locations;
static Byte bytes[MEMORY_MAX_BYTES];
static size_t n_bytes_named;
static MemoryView views[MEMORY_THREADS];

void memory_reset(void) {
  n_locations = 0;
  n_bytes_named = 0;
  memset(views, 0, sizeof views);
  for (int t = 0; t < MEMORY_THREADS; t++) {
    views[t].clock[t] = 1;
  }
}

static void join(MemoryView* view, const MemoryView* other) {
  for (int i = 0; i < n_locations; i++) {
    const uint8_t* place = locations[i].place;
    if (place[other->seen[i]] > place[view->seen[i]]) {
      view->seen[i] = other->seen[i];
    }
  }
  for (int t = 0; t < MEMORY_THREADS; t++) {
    if (other->clock[t] > view->clock[t]) {
      view->clock[t] = other->clock[t];
    }
  }
}

void memory_start(int thread) {
  join(&views[thread], &views[MEMORY_SETUP]);
  views[MEMORY_SETUP].clock[MEMORY_SETUP]++;
}

void memory_join(int thread) { join(&views[MEMORY_SETUP], &views[thread]); }

// The object's first message is what setup stores; until then it is 0 and
// seen by all.
int memory_location(const void* object) {
  for (int i = 0; i < n_locations; i++) {
    if (locations[i].object == object) {
      return i;
    }
  }
  assert(n_locations < MEMORY_MAX_LOCATIONS);
  Location* location = &locations[n_locations];
  memset(location, 0, sizeof *location);
  location->object = object;
  location->n_messages = 1;
  return n_locations++;
}

// Messages at and after the newest that `thread` has seen.
uint32_t memory_load_count(int thread, int location) {
  const Location* l = &locations[location];
  return l->n_messages - l->place[views[thread].seen[location]];
}

// What a read of `message` teaches.
static void learn(int thread, int location, uint32_t message,
                  ExploreOrder order) {
  MemoryView* view = &views[thread];
  const Location* l = &locations[location];
  if (order & POND_ACQUIRE) {
    join(view, &l->messages[message].view);
  }
  if (l->place[message] > l->place[view->seen[location]]) {
    view->seen[location] = (uint8_t)message;
  }
}

uint64_t memory_load(int thread, int location, ExploreOrder order,
                     uint32_t choice) {
  const Location* l = &locations[location];
  uint32_t message = l->order[l->n_messages - 1 - choice];
  learn(thread, location, message, order);
  return l->messages[message].value;
}

// A new message right after `place`; the thread has seen it.
static Message* insert(int thread, int location, uint32_t place,
                       uint64_t value) {
  Location* l = &locations[location];
  assert(place < l->n_messages);
  assert(l->n_messages < MEMORY_MAX_MESSAGES);
  uint32_t message = l->n_messages++;
  for (uint32_t i = message; i > place + 1; i--) {
    l->order[i] = l->order[i - 1];
    l->place[l->order[i]] = (uint8_t)i;
  }
  l->order[place + 1] = (uint8_t)message;
  l->place[message] = (uint8_t)(place + 1);
  l->messages[message].value = value;
  views[thread].seen[location] = (uint8_t)message;
  return &l->messages[message];
}

// Fills in what a message teaches; `read` is the view of the message that an
// exchange read, whose release sequence goes on, or NULL.
static void fill(int thread, int location, Message* message, ExploreOrder order,
                 const MemoryView* read) {
  MemoryView* view = &views[thread];
  message->of_exchange = read != NULL;
  if (read != NULL) {
    message->view = *read;
  } else {
    memset(&message->view, 0, sizeof message->view);
  }
  message->view.seen[location] = view->seen[location];
  if (order & POND_RELEASE) {
    join(&message->view, view);
    view->clock[thread]++;
  }
}

// The place in modification order after which the choice-th store may come:
// not before what the thread has seen, not between an exchange and what it
// read. MEMORY_MAX_MESSAGES past the last choice.
static uint32_t gap(int thread, int location, uint32_t choice) {
  const Location* l = &locations[location];
  uint32_t first = l->place[views[thread].seen[location]];
  for (uint32_t place = l->n_messages; place-- > first;) {
    bool closed = place + 1 < l->n_messages &&
                  l->messages[l->order[place + 1]].of_exchange;
    if (!closed && choice-- == 0) {
      return place;
    }
  }
  return MEMORY_MAX_MESSAGES;
}

uint32_t memory_store_count(int thread, int location) {
  uint32_t count = 0;
  while (gap(thread, location, count) < MEMORY_MAX_MESSAGES) {
    count++;
  }
  return count;
}

void memory_store(int thread, int location, uint64_t value, ExploreOrder order,
                  uint32_t choice) {
  uint32_t place = gap(thread, location, choice);
  Message* message = insert(thread, location, place, value);
  fill(thread, location, message, order, NULL);
}

// An exchange reads the message that it then follows.
uint32_t memory_exchange_count(int thread, int location) {
  return memory_store_count(thread, location);
}

uint64_t memory_exchange(int thread, int location, uint64_t value,
                         ExploreOrder order, uint32_t choice) {
  Location* l = &locations[location];
  uint32_t place = gap(thread, location, choice);
  assert(place < l->n_messages);
  uint32_t read = l->order[place];
  learn(thread, location, read, order);
  Message* message = insert(thread, location, place, value);
  fill(thread, location, message, order, &l->messages[read].view);
  return l->messages[read].value;
}

void memory_name(const void* memory, size_t n_bytes) {
  assert(n_bytes_named + n_bytes <= MEMORY_MAX_BYTES);
  for (size_t i = 0; i < n_bytes; i++) {
    Byte* byte = &bytes[n_bytes_named++];
    memset(byte, 0, sizeof *byte);
    byte->address = (const unsigned char*)memory + i;
  }
}

static Byte* find(const unsigned char* address) {
  for (size_t i = 0; i < n_bytes_named; i++) {
    if (bytes[i].address == address) {
      return &bytes[i];
    }
  }
  return NULL;
}

// True if every access in `epochs` happens before `thread`'s now.
static bool all_before(int thread, const uint32_t* epochs) {
  for (int t = 0; t < MEMORY_THREADS; t++) {
    if (epochs[t] > views[thread].clock[t]) {
      return false;
    }
  }
  return true;
}

bool memory_plain(int thread, const void* memory, size_t n_bytes, bool write) {
  for (size_t i = 0; i < n_bytes; i++) {
    Byte* byte = find((const unsigned char*)memory + i);
    if (byte == NULL || !all_before(thread, byte->written) ||
        (write && !all_before(thread, byte->read))) {
      return false;
    }
    uint32_t* epochs = write ? byte->written : byte->read;
    epochs[thread] = views[thread].clock[thread];
  }
  return true;
}
