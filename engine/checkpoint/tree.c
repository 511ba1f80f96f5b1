// SPDX-License-Identifier: ISC
// The tree: named tensors and metadata strings, all copies. Control side.
#include "tree.h"

#include "alloc.h"
#include "dtypes.h"
#include "errors.h"
#include "name_map.h"
#include "utf8.h"

#include <string.h>

struct PondTree {
  PondNameMap tensors;  // name to PondTensor*, one block each with its data
  PondNameMap meta;     // key to value, one block each: value, then key
};

PondStatus pond_tree_new(PondTree** tree, PondError* error) {
  PondTree* made = (PondTree*)pond_memory_new(1, sizeof(*made));
  if (!made) {
    return pond_error_memory(error, "a tree of tensors");
  }
  *tree = made;
  return POND_OK;
}

static void free_values(PondNameMap* map) {
  for (uint32_t i = 0; i < map->count; ++i) {
    pond_memory_free(map->values[i]);
  }
  pond_name_map_free(map);
}

void pond_tree_free(PondTree* tree) {
  if (tree) {
    free_values(&tree->tensors);
    free_values(&tree->meta);
    pond_memory_free(tree);
  }
}

static PondStatus check_name(const PondTree* tree, const char* name,
                             PondError* error) {
  char quoted[POND_QUOTE_SIZE];
  if (!name || !name[0] || !pond_utf8_valid(name)) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "tensor name %s is empty or no UTF-8: give it a name",
                      pond_quote(name ? name : "", quoted));
  }
  if (strcmp(name, POND_META_NAME) == 0) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "\"" POND_META_NAME
                      "\" is no tensor name: the format keeps it for metadata");
  }
  if (pond_name_map_find(&tree->tensors, name) != POND_NAME_MAP_NONE) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "there is a tensor %s already: choose another name",
                      pond_quote(name, quoted));
  }
  return POND_OK;
}

// Whether the size in bytes is that of the shape. The bits of OTHER are not
// known: 4, 6 or 8 each.
static bool size_fits(const PondTensor* tensor) {
  static const uint32_t other_bits[] = {4, 6, 8};
  uint32_t element = 0;
  uint64_t bytes = 0;
  (void)pond_dtype_name(tensor->dtype, &element);
  if (element) {
    return pond_shape_bytes(tensor->shape, tensor->n_dims, 8 * element,
                            &bytes) &&
           bytes == tensor->size_bytes;
  }
  for (size_t i = 0; i < 3; ++i) {
    if (pond_shape_bytes(tensor->shape, tensor->n_dims, other_bits[i],
                         &bytes) &&
        bytes == tensor->size_bytes) {
      return true;
    }
  }
  return false;
}

static PondStatus check_tensor(const PondTree* tree, const PondTensor* tensor,
                               PondError* error) {
  char quoted[POND_QUOTE_SIZE];
  const PondStatus status = check_name(tree, tensor->name, error);
  if (status) {
    return status;
  }
  if (tensor->dtype > POND_DTYPE_OTHER || tensor->n_dims > POND_MAX_DIMS ||
      (tensor->size_bytes && !tensor->data)) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "tensor %s: unknown type, more than %d dimensions, or no "
                      "data",
                      pond_quote(tensor->name, quoted), POND_MAX_DIMS);
  }
  if (tree->tensors.count >= POND_MAX_TENSORS) {
    return pond_error(error, POND_STATUS_LIMIT,
                      "a file holds at most %d tensors; %s is one more",
                      POND_MAX_TENSORS, pond_quote(tensor->name, quoted));
  }
  if (!size_fits(tensor)) {
    return pond_error(error, POND_STATUS_MISMATCH,
                      "tensor %s: %zu bytes do not fit its shape and type %s",
                      pond_quote(tensor->name, quoted), tensor->size_bytes,
                      pond_dtype_name(tensor->dtype, NULL));
  }
  return POND_OK;
}

static PondTensor* copy_tensor(const PondTensor* tensor) {
  PondPlan plan = {0};
  const size_t name_size = strlen(tensor->name) + 1;
  (void)pond_plan_add(&plan, 1, sizeof(*tensor));
  const size_t name = pond_plan_add(&plan, name_size, 1);
  const size_t data = pond_plan_add(&plan, tensor->size_bytes, 1);
  // Never an address past the block, not even for no data.
  (void)pond_plan_add(&plan, 1, 1);
  PondTensor* copy = (PondTensor*)pond_plan_new(&plan);
  if (!copy) {
    return NULL;
  }
  char* block = (char*)copy;
  *copy = *tensor;
  memcpy(block + name, tensor->name, name_size);
  if (tensor->size_bytes) {
    memcpy(block + data, tensor->data, tensor->size_bytes);
  }
  copy->name = block + name;
  copy->data = block + data;
  return copy;
}

PondStatus pond_tree_add(PondTree* tree, const PondTensor* tensor,
                         PondError* error) {
  const PondStatus status = check_tensor(tree, tensor, error);
  if (status) {
    return status;
  }
  PondTensor* copy = copy_tensor(tensor);
  if (!copy || !pond_name_map_add(&tree->tensors, copy->name, copy)) {
    char quoted[POND_QUOTE_SIZE];
    pond_memory_free(copy);
    return pond_error(error, POND_STATUS_NO_MEM,
                      "out of memory for the %zu bytes of tensor %s",
                      tensor->size_bytes, pond_quote(tensor->name, quoted));
  }
  return POND_OK;
}

static PondStatus check_meta(const char* key, const char* value,
                             PondError* error) {
  char quoted[POND_QUOTE_SIZE];
  if (!key || !pond_utf8_valid(key) || (value && !pond_utf8_valid(value))) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "metadata %s: key or value is no UTF-8",
                      pond_quote(key ? key : "", quoted));
  }
  if (strcmp(key, POND_HASH_KEY) == 0) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "metadata \"" POND_HASH_KEY
                      "\" is computed when a tree is written: leave it out");
  }
  return POND_OK;
}

static char* new_pair(const char* key, const char* value) {
  const size_t key_size = strlen(key) + 1;
  const size_t value_size = strlen(value) + 1;
  char* block = (char*)pond_memory_new(key_size + value_size, 1);
  if (block) {
    memcpy(block, value, value_size);
    memcpy(block + value_size, key, key_size);
  }
  return block;
}

static void remove_meta(PondNameMap* meta, int64_t at) {
  if (at != POND_NAME_MAP_NONE) {
    void* pair = meta->values[at];
    pond_name_map_remove(meta, (uint32_t)at);
    pond_memory_free(pair);
  }
}

PondStatus pond_tree_set_meta(PondTree* tree, const char* key,
                              const char* value, PondError* error) {
  PondNameMap* meta = &tree->meta;
  const PondStatus status = check_meta(key, value, error);
  if (status) {
    return status;
  }
  const int64_t at = pond_name_map_find(meta, key);
  if (!value) {
    remove_meta(meta, at);
    return POND_OK;
  }
  if (at == POND_NAME_MAP_NONE && meta->count >= POND_MAX_META) {
    return pond_error(error, POND_STATUS_LIMIT,
                      "a file holds at most %d metadata strings",
                      POND_MAX_META);
  }
  char* pair = new_pair(key, value);
  if (!pair) {
    return pond_error_memory(error, "a metadata string");
  }
  const char* own_key = pair + strlen(pair) + 1;
  if (at != POND_NAME_MAP_NONE) {
    pond_memory_free(meta->values[at]);
    meta->values[at] = pair;
    meta->names[at] = own_key;
  } else if (!pond_name_map_add(meta, own_key, pair)) {
    pond_memory_free(pair);
    return pond_error_memory(error, "a metadata string");
  }
  return POND_OK;
}

const char* pond_tree_meta(const PondTree* tree, const char* key) {
  const int64_t at = pond_name_map_find(&tree->meta, key);
  return at == POND_NAME_MAP_NONE ? NULL : (const char*)tree->meta.values[at];
}

uint32_t pond_tree_meta_count(const PondTree* tree) { return tree->meta.count; }

const char* pond_tree_meta_at(const PondTree* tree, uint32_t index,
                              const char** value) {
  if (index >= tree->meta.count) {
    return NULL;
  }
  if (value) {
    *value = (const char*)tree->meta.values[index];
  }
  return tree->meta.names[index];
}

uint32_t pond_tree_count(const PondTree* tree) { return tree->tensors.count; }

const PondTensor* pond_tree_at(const PondTree* tree, uint32_t index) {
  return index < tree->tensors.count
             ? (const PondTensor*)tree->tensors.values[index]
             : NULL;
}

const PondTensor* pond_tree_find(const PondTree* tree, const char* name) {
  const int64_t at = pond_name_map_find(&tree->tensors, name);
  return at == POND_NAME_MAP_NONE ? NULL
                                  : (const PondTensor*)tree->tensors.values[at];
}
