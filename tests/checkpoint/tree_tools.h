// SPDX-License-Identifier: ISC
// Trees for tests: making, comparing. One thread.
#ifndef POND_TESTS_TREE_TOOLS_H
#define POND_TESTS_TREE_TOOLS_H

#include "pond/checkpoint.h"

/// A small file of ours: eight tensors of all kinds, metadata with pond.format.
/// NULL when an allocation failed.
PondTree* small_tree(void);
/// As small_tree(), with one tensor of `n` bytes that depend on `seed`.
PondTree* seeded_tree(uint32_t seed, size_t n);
/// Same tensors, same metadata, whatever their order.
bool same_tree(const PondTree* left, const PondTree* right);

#endif
