// SPDX-License-Identifier: ISC
// An ordered map from unique names to pointers: open addressing over XXH3,
// never more than a quarter full. Control side.
#include "name_map.h"

#include "alloc.h"

#include <string.h>
#include <xxhash.h>

static uint32_t slot_count(const PondNameMap* map) { return 4 * map->capacity; }

// The slot that holds `name`, or the empty one where it belongs.
static uint32_t find_slot(const PondNameMap* map, const char* name) {
  const uint32_t mask = slot_count(map) - 1;
  uint32_t slot = (uint32_t)XXH3_64bits(name, strlen(name)) & mask;
  while (map->slots[slot] &&
         strcmp(map->names[map->slots[slot] - 1], name) != 0) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

static void fill_slots(PondNameMap* map) {
  memset(map->slots, 0, slot_count(map) * sizeof(*map->slots));
  for (uint32_t i = 0; i < map->count; ++i) {
    map->slots[find_slot(map, map->names[i])] = i + 1;
  }
}

static void* offset(void* block, size_t bytes) { return (char*)block + bytes; }

static bool grow(PondNameMap* map) {
  PondNameMap next = {.count = map->count,
                      .capacity = map->capacity ? 2 * map->capacity : 16};
  PondPlan plan = {0};
  (void)pond_plan_add(&plan, next.capacity, sizeof(*next.names));
  const size_t values = pond_plan_add(&plan, next.capacity, sizeof(void*));
  const size_t slots =
      pond_plan_add(&plan, slot_count(&next), sizeof(*next.slots));
  void* block = pond_plan_new(&plan);
  if (!block) {
    return false;
  }
  next.names = (const char**)block;
  next.values = (void**)offset(block, values);
  next.slots = (uint32_t*)offset(block, slots);
  if (map->count) {
    memcpy((void*)next.names, (const void*)map->names,
           map->count * sizeof(*next.names));
    memcpy((void*)next.values, (const void*)map->values,
           map->count * sizeof(*next.values));
  }
  fill_slots(&next);
  pond_name_map_free(map);
  *map = next;
  return true;
}

int64_t pond_name_map_find(const PondNameMap* map, const char* name) {
  if (!map->count) {
    return POND_NAME_MAP_NONE;
  }
  return (int64_t)map->slots[find_slot(map, name)] - 1;
}

bool pond_name_map_add(PondNameMap* map, const char* name, void* value) {
  if (map->count == map->capacity && !grow(map)) {
    return false;
  }
  map->names[map->count] = name;
  map->values[map->count] = value;
  map->slots[find_slot(map, name)] = ++map->count;
  return true;
}

void pond_name_map_remove(PondNameMap* map, uint32_t index) {
  const size_t rest = map->count - index - 1;
  memmove((void*)(map->names + index), (const void*)(map->names + index + 1),
          rest * sizeof(*map->names));
  memmove((void*)(map->values + index), (const void*)(map->values + index + 1),
          rest * sizeof(*map->values));
  --map->count;
  fill_slots(map);
}

void pond_name_map_free(PondNameMap* map) {
  pond_memory_free((void*)map->names);
  *map = (PondNameMap){0};
}
