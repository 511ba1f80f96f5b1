// SPDX-License-Identifier: ISC
// What models share: the description, the reservoirs' weights, raw and packed,
// and the nodes of the graph. Counted owners. Control side.
#ifndef POND_MODEL_CORE_H
#define POND_MODEL_CORE_H

#include "slots.h"

#include <stdatomic.h>

/// Bytes that one model may have.
#define POND_MAX_MODEL_BYTES ((uint64_t)2 << 30)

typedef struct {
  atomic_uint refs;
  PondDesc desc;
  PondGraph graph;  ///< a template; models point at a copy
  PondNode* nodes;
  uint32_t readout_nodes[POND_MAX_NODES];  ///< node of each readout
  uint32_t n_slots;
  PondSlot* slots;
  float** data;    ///< per slot; NULL for those of readouts
  float** panels;  ///< per node; NULL for all but reservoirs
  float** biases;  ///< likewise, padded
} PondCore;

/// LIMIT, with figures, if the model would need more than that.
PondStatus pond_core_check_size(const PondDesc* desc, PondError* error);
/// All arrays allocated, weights zero, nodes complete but for packed weights.
/// Checks the size before it allocates anything.
PondStatus pond_core_new(const PondDesc* desc, PondCore** core,
                         PondError* error);
/// Packs what stands in `data`.
void pond_core_pack(PondCore* core);
PondCore* pond_core_ref(PondCore* core);
void pond_core_free(PondCore* core);

/// Floats to a multiple of one panel or cache line.
uint32_t pond_pad16(uint32_t n);

#endif
