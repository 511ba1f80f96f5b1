// SPDX-License-Identifier: ISC
// Trees for tests: making, comparing. One thread.
#include "tree_tools.h"

#include <stdlib.h>
#include <string.h>

static const PondTensor samples[] = {
    {.name = "ReservoirLayer_1.weight_hh",
     .dtype = POND_DTYPE_F32,
     .n_dims = 2,
     .shape = {2, 3},
     .data = "abcdefghijklmnopqrstuvwx",
     .size_bytes = 24},
    {.name = "weight_input",
     .dtype = POND_DTYPE_F32,
     .n_dims = 2,
     .shape = {6, 0},
     .data = NULL,
     .size_bytes = 0},
    {.name = "frame",
     .dtype = POND_DTYPE_U64,
     .n_dims = 0,
     .data = "12345678",
     .size_bytes = 8},
    {.name = "name with \"quotes\", \\ and \n",
     .dtype = POND_DTYPE_U8,
     .n_dims = 1,
     .shape = {3},
     .data = "xyz",
     .size_bytes = 3},
    {.name = "\xC3\xA9tat \xE2\x82\xAC \xF0\x9F\x8E\xB5",
     .dtype = POND_DTYPE_F16,
     .n_dims = 3,
     .shape = {1, 2, 1},
     .data = "half",
     .size_bytes = 4},
    {.name = "aligned",
     .dtype = POND_DTYPE_I8,
     .n_dims = 1,
     .shape = {64},
     .data = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
     .size_bytes = 64},
};

PondTree* small_tree(void) {
  PondTree* tree = NULL;
  PondStatus status = pond_tree_new(&tree, NULL);
  for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]) && !status; ++i) {
    status = pond_tree_add(tree, &samples[i], NULL);
  }
  status = status ? status : pond_tree_set_meta(tree, "pond.format", "1", NULL);
  status = status ? status
                  : pond_tree_set_meta(tree, "desc", "{\"a\": \"\t\xC2\xB5\"}",
                                       NULL);
  if (status) {
    pond_tree_free(tree);
    return NULL;
  }
  return tree;
}

PondTree* seeded_tree(uint32_t seed, size_t n) {
  PondTree* tree = small_tree();
  uint8_t* bytes = (uint8_t*)malloc(n ? n : 1);
  if (!tree || !bytes) {
    pond_tree_free(tree);
    free(bytes);
    return NULL;
  }
  // Cheap to make, so that a writer of them spends its time in saving.
  memset(bytes, (int)(seed * 37 % 251), n);
  memcpy(bytes, &seed, n < sizeof(seed) ? n : sizeof(seed));
  const PondTensor tensor = {.name = "seeded",
                             .dtype = POND_DTYPE_U8,
                             .n_dims = 1,
                             .shape = {n},
                             .data = bytes,
                             .size_bytes = n};
  const PondStatus status = pond_tree_add(tree, &tensor, NULL);
  free(bytes);
  if (status) {
    pond_tree_free(tree);
    return NULL;
  }
  return tree;
}

static bool same_tensor(const PondTensor* a, const PondTensor* b) {
  return a && b && strcmp(a->name, b->name) == 0 && a->dtype == b->dtype &&
         a->n_dims == b->n_dims && a->size_bytes == b->size_bytes &&
         memcmp(a->shape, b->shape, a->n_dims * sizeof(a->shape[0])) == 0 &&
         memcmp(a->data, b->data, a->size_bytes) == 0;
}

bool same_tree(const PondTree* left, const PondTree* right) {
  bool same = pond_tree_count(left) == pond_tree_count(right) &&
              pond_tree_meta_count(left) == pond_tree_meta_count(right);
  for (uint32_t i = 0; same && i < pond_tree_count(left); ++i) {
    const PondTensor* tensor = pond_tree_at(left, i);
    same = same_tensor(tensor, pond_tree_find(right, tensor->name));
  }
  for (uint32_t i = 0; same && i < pond_tree_meta_count(left); ++i) {
    const char* value = NULL;
    const char* key = pond_tree_meta_at(left, i, &value);
    const char* other = pond_tree_meta(right, key);
    same = other && strcmp(value, other) == 0;
  }
  return same;
}
