// SPDX-License-Identifier: ISC
// libFuzzer target of the .safetensors reader: hostile bytes are refused, or
// what was read can be written and read again to the same tree. One thread.
#include "pond/checkpoint.h"
#include "tree_tools.h"

#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                               unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static bool has_other(const PondTree* tree) {
  bool other = false;
  for (uint32_t i = 0; i < pond_tree_count(tree); ++i) {
    other = other || pond_tree_at(tree, i)->dtype == POND_DTYPE_OTHER;
  }
  return other;
}

static void check_again(const PondTree* tree) {
  uint8_t* bytes = NULL;
  size_t size = 0;
  PondTree* again = NULL;
  if (pond_safetensors_encode(tree, &bytes, &size, NULL)) {
    // Only types that are not written may stop this.
    if (!has_other(tree)) {
      abort();
    }
    return;
  }
  if (pond_safetensors_decode(bytes, size, NULL, &again, NULL) ||
      !same_tree(tree, again)) {
    abort();
  }
  pond_tree_free(again);
  free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  PondTree* tree = NULL;
  PondError error = {0};
  const PondStatus status =
      pond_safetensors_decode(data, size, NULL, &tree, &error);
  if (!status) {
    check_again(tree);
  } else if (tree || error.status != status || !error.text[0]) {
    abort();
  }
  pond_tree_free(tree);
  return 0;
}

// Bytes, and in most cases the header's length put right: up to its last '}'
// and the spaces after.
size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                               unsigned int seed) {
  const size_t made = LLVMFuzzerMutate(data, size, max_size);
  size_t end = made;
  while (end > 8 && data[end - 1] != '}') {
    --end;
  }
  if (end <= 8 || seed % 4 == 0) {
    return made;
  }
  while (end < made && data[end] == ' ') {
    ++end;
  }
  const uint64_t length = end - 8;
  memcpy(data, &length, sizeof(length));
  return made;
}
