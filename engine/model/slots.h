// SPDX-License-Identifier: ISC
// The parameters of a described model, by name and shape. Control side.
#ifndef POND_MODEL_SLOTS_H
#define POND_MODEL_SLOTS_H

#include "desc.h"

typedef enum {
  POND_ROLE_WEIGHT_FEEDBACK,
  POND_ROLE_WEIGHT_INPUT,
  POND_ROLE_WEIGHT_HH,
  POND_ROLE_BIAS_H,
  POND_ROLE_READOUT_WEIGHT,
  POND_ROLE_READOUT_BIAS
} PondRole;

enum { POND_MAX_SLOTS = 4 * POND_MAX_NODES };

/// One parameter. torch_rc's names: "ReservoirLayer_1.weight_hh".
typedef struct {
  char name[POND_MAX_NAME + 16];
  uint32_t node;
  PondRole role;
  uint32_t n_dims;
  uint32_t shape[2];
} PondSlot;

/// Fills up to POND_MAX_SLOTS slots in the order of torch_rc's state_dict, and
/// returns their number.
uint32_t pond_slots_list(const PondDesc* desc, PondSlot* slots);
/// Floats of one parameter.
size_t pond_slot_size(const PondSlot* slot);
bool pond_role_is_readout(PondRole role);

#endif
