// SPDX-License-Identifier: ISC
// The parameters of a described model. Control side.
#include "slots.h"

#include <stdio.h>

static const char* const ROLES[] = {
    "weight_feedback", "weight_input", "weight_hh", "bias_h", "weight", "bias"};

typedef struct {
  const PondDesc* desc;
  PondSlot* slots;
  uint32_t n;
} Listing;

// cols 0: a vector.
static void add(Listing* listing, uint32_t node, PondRole role, uint32_t cols) {
  PondSlot* slot = &listing->slots[listing->n++];
  const PondDescNode* owner = &listing->desc->nodes[node];
  *slot = (PondSlot){.node = node, .role = role};
  (void)snprintf(slot->name, sizeof(slot->name), "%.63s.%s", owner->name,
                 ROLES[role]);
  slot->n_dims = cols ? 2 : 1;
  slot->shape[0] = owner->size;
  slot->shape[1] = cols ? cols : 1;
}

static void add_reservoir(Listing* listing, uint32_t index) {
  const PondDescNode* nodes = listing->desc->nodes;
  const PondDescNode* node = &nodes[index];
  add(listing, index, POND_ROLE_WEIGHT_FEEDBACK, nodes[node->inputs[0]].size);
  if (node->n_inputs > 1) {
    add(listing, index, POND_ROLE_WEIGHT_INPUT, nodes[node->inputs[1]].size);
  }
  add(listing, index, POND_ROLE_WEIGHT_HH, node->size);
  if (node->bias) {
    add(listing, index, POND_ROLE_BIAS_H, 0);
  }
}

static void add_readout(Listing* listing, uint32_t index) {
  const PondDescNode* node = &listing->desc->nodes[index];
  add(listing, index, POND_ROLE_READOUT_WEIGHT,
      listing->desc->nodes[node->inputs[0]].size);
  if (node->bias) {
    add(listing, index, POND_ROLE_READOUT_BIAS, 0);
  }
}

uint32_t pond_slots_list(const PondDesc* desc, PondSlot* slots) {
  Listing listing = {desc, slots, 0};
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    if (desc->nodes[i].kind == POND_NODE_RESERVOIR) {
      add_reservoir(&listing, i);
    } else if (desc->nodes[i].kind == POND_NODE_READOUT) {
      add_readout(&listing, i);
    }
  }
  return listing.n;
}

size_t pond_slot_size(const PondSlot* slot) {
  return (size_t)slot->shape[0] * slot->shape[1];
}

bool pond_role_is_readout(PondRole role) {
  return role == POND_ROLE_READOUT_WEIGHT || role == POND_ROLE_READOUT_BIAS;
}
