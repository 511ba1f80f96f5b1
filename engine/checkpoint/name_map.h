// SPDX-License-Identifier: ISC
// An ordered map from unique names to pointers, found by hash. Control side.
#ifndef POND_CHECKPOINT_NAME_MAP_H
#define POND_CHECKPOINT_NAME_MAP_H

#include "pond/types.h"

enum { POND_NAME_MAP_NONE = -1 };

/// All-zero is empty. Names and values belong to the caller and must outlive
/// the map.
typedef struct {
  const char** names;  ///< in the order of adding; start of the one block
  void** values;
  uint32_t* slots;  ///< 1 + index, 0 is empty; 4 * capacity of them
  uint32_t count;
  uint32_t capacity;
} PondNameMap;

/// Index of `name`, or POND_NAME_MAP_NONE.
int64_t pond_name_map_find(const PondNameMap* map, const char* name);
/// Adds a name that is not there yet; false: no memory, map as it was.
bool pond_name_map_add(PondNameMap* map, const char* name, void* value);
/// Takes entry `index` out; the order of the others stays.
void pond_name_map_remove(PondNameMap* map, uint32_t index);
/// Frees the map's own block, neither names nor values.
void pond_name_map_free(PondNameMap* map);

#endif
