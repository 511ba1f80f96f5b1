// SPDX-License-Identifier: ISC
// The premade descriptions, as torch_rc's models of the same names (source:
// El3ssar/torch_rc, src/torch_rc/models). Control side.
#include "alloc.h"
#include "desc.h"
#include "errors.h"

// torch_rc has no default sizes; these are its guide's.
enum { UNITS = 100, CHANNELS = 1 };

static uint32_t add(PondDesc* desc, PondNodeKind kind, const char* name,
                    uint32_t size) {
  const uint32_t index = desc->n_nodes++;
  desc->nodes[index] = pond_desc_node_init(kind, name);
  desc->nodes[index].size = size;
  desc->output = index;
  return index;
}

static void connect(PondDesc* desc, uint32_t from, uint32_t to) {
  PondDescNode* node = &desc->nodes[to];
  node->inputs[node->n_inputs++] = from;
}

static void add_head(PondDesc* desc, uint32_t input, uint32_t features) {
  const uint32_t concat = add(desc, POND_NODE_CONCAT, "Concatenate_1", 0);
  connect(desc, input, concat);
  connect(desc, features, concat);
  const uint32_t readout =
      add(desc, POND_NODE_READOUT, "CGReadoutLayer_1", CHANNELS);
  connect(desc, concat, readout);
}

static void build(PondDesc* desc, PondShape shape) {
  desc->shape = shape;
  const uint32_t input = add(desc, POND_NODE_INPUT, "input", CHANNELS);
  const uint32_t reservoir =
      add(desc, POND_NODE_RESERVOIR, "ReservoirLayer_1", UNITS);
  connect(desc, input, reservoir);
  if (shape == POND_SHAPE_CLASSIC) {
    add_head(desc, input, reservoir);
  } else if (shape == POND_SHAPE_OTT) {
    const uint32_t power =
        add(desc, POND_NODE_POWER, "SelectiveExponentiation_1", 0);
    connect(desc, reservoir, power);
    add_head(desc, input, power);
  } else if (shape == POND_SHAPE_LINEAR) {
    desc->nodes[reservoir].activation = POND_ACTIVATION_IDENTITY;
  }
}

PondStatus pond_desc_premade(const char* name, PondDesc** desc,
                             PondError* error) {
  const PondShape shape = pond_shape_find(name);
  if (shape == POND_SHAPE_COUNT || shape == POND_SHAPE_GRAPH) {
    return pond_error(
        error, POND_STATUS_NOT_FOUND,
        "no premade model is called \"%.48s\"; there are classic, "
        "ott, headless, linear",
        name ? name : "");
  }
  PondDesc* built = (PondDesc*)pond_memory_new(1, sizeof(PondDesc));
  if (!built) {
    return pond_error_memory(error, "a description");
  }
  build(built, shape);
  const PondStatus status = pond_desc_check(built, error);
  if (status) {
    pond_desc_free(built);
    return status;
  }
  *desc = built;
  return POND_OK;
}
