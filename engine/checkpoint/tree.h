// SPDX-License-Identifier: ISC
// Names that the tree and its formats keep for themselves. No thread, no code.
#ifndef POND_CHECKPOINT_TREE_H
#define POND_CHECKPOINT_TREE_H

#include "pond/checkpoint.h"

#define POND_META_NAME "__metadata__"  ///< the header's member for metadata
#define POND_FORMAT_KEY "pond.format"  ///< its presence asks for a hash
#define POND_HASH_KEY "pond.hash"      ///< never in a tree, only in files
enum { POND_HASH_DIGITS = 32 };

#endif
