// SPDX-License-Identifier: ISC
// Descriptions: names, defaults, and what must hold between nodes. Control
// side.
#include "desc.h"

#include "alloc.h"
#include "errors.h"

#include <string.h>

static const char* const KINDS[] = {"input", "reservoir", "readout", "concat",
                                    "power"};
static const char* const SHAPES[POND_SHAPE_COUNT] = {"graph", "classic", "ott",
                                                     "headless", "linear"};

/// What stands after the input nodes in the premade shapes.
static const struct {
  uint32_t n_kinds;
  PondNodeKind kinds[4];
} ORDERS[POND_SHAPE_COUNT] = {
    [POND_SHAPE_CLASSIC] = {3,
                            {POND_NODE_RESERVOIR, POND_NODE_CONCAT,
                             POND_NODE_READOUT}},
    [POND_SHAPE_OTT] = {4,
                        {POND_NODE_RESERVOIR, POND_NODE_POWER, POND_NODE_CONCAT,
                         POND_NODE_READOUT}},
    [POND_SHAPE_HEADLESS] = {1, {POND_NODE_RESERVOIR}},
    [POND_SHAPE_LINEAR] = {1, {POND_NODE_RESERVOIR}},
};

const char* pond_node_kind_name(PondNodeKind kind) { return KINDS[kind]; }

const char* pond_shape_name(PondShape shape) { return SHAPES[shape]; }

PondShape pond_shape_find(const char* name) {
  int shape = 0;
  while (shape < POND_SHAPE_COUNT &&
         (!name || strcmp(SHAPES[shape], name) != 0)) {
    shape += 1;
  }
  return (PondShape)shape;
}

PondDescNode pond_desc_node_init(PondNodeKind kind, const char* name) {
  PondDescNode node = {.kind = kind,
                       .activation = POND_ACTIVATION_TANH,
                       .leak_rate = 1.0,
                       .has_radius = true,
                       .spectral_radius = 0.9,
                       .feedback_scaling = 1.0,
                       .input_scaling = 1.0,
                       .bias_scaling = 1.0,
                       .bias = true,
                       .exponent = 2,
                       .parity = POND_PARITY_EVEN};
  strncpy(node.name, name, POND_MAX_NAME - 1);
  return node;
}

uint32_t pond_desc_find(const PondDesc* desc, uint32_t n, const char* name) {
  uint32_t i = 0;
  while (i < n && strcmp(desc->nodes[i].name, name) != 0) {
    i += 1;
  }
  return i;
}

bool pond_desc_name_ok(const char* name) {
  static const char* const LETTERS =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  const size_t n = strlen(name);
  return n > 0 && n < POND_MAX_NAME && strspn(name, LETTERS) == n;
}

uint64_t pond_desc_fan_in(const PondDesc* desc, uint32_t index) {
  const PondDescNode* node = &desc->nodes[index];
  uint64_t sum = 0;
  for (uint32_t i = 0; i < node->n_inputs; ++i) {
    sum += desc->nodes[node->inputs[i]].size;
  }
  return sum;
}

/// A size stated only to be checked, and what it should be.
typedef struct {
  const char* key;
  uint32_t* stated;
  uint64_t found;
} Stated;

// It is compared once, then forgotten: it follows from the inputs.
static PondStatus check_stated(const PondDesc* desc, uint32_t index,
                               const Stated* size, PondError* error) {
  const uint32_t wish = *size->stated;
  *size->stated = 0;
  if (wish == 0 || wish == size->found) {
    return POND_OK;
  }
  return pond_error(
      error, POND_STATUS_MISMATCH,
      "nodes[%u] \"%s\": %s is %u, but the nodes it comes from have %llu; "
      "correct either, or leave %s out",
      index, desc->nodes[index].name, size->key, wish,
      (unsigned long long)size->found, size->key);
}

static PondStatus check_reservoir(PondDesc* desc, uint32_t index,
                                  PondError* error) {
  PondDescNode* node = &desc->nodes[index];
  const uint32_t n_feedback = desc->nodes[node->inputs[0]].size;
  const Stated feedback = {"feedback_size", &node->stated_feedback, n_feedback};
  const Stated driving = {"input_size", &node->stated_input,
                          pond_desc_fan_in(desc, index) - n_feedback};
  const PondStatus status = check_stated(desc, index, &feedback, error);
  return status ? status : check_stated(desc, index, &driving, error);
}

static PondStatus check_node(PondDesc* desc, uint32_t index, PondError* error) {
  PondDescNode* node = &desc->nodes[index];
  const uint64_t fan_in = pond_desc_fan_in(desc, index);
  if (fan_in > POND_MAX_UNITS) {
    return pond_error(error, POND_STATUS_LIMIT,
                      "nodes[%u] \"%s\": its inputs add up to %llu values; at "
                      "most %d are allowed",
                      index, node->name, (unsigned long long)fan_in,
                      POND_MAX_UNITS);
  }
  const Stated features = {"in_features", &node->stated_input, fan_in};
  const Stated size = {"size", &node->stated_size, fan_in};
  switch (node->kind) {
    case POND_NODE_INPUT: return POND_OK;
    case POND_NODE_RESERVOIR: return check_reservoir(desc, index, error);
    case POND_NODE_READOUT: return check_stated(desc, index, &features, error);
    case POND_NODE_CONCAT:
    case POND_NODE_POWER:
      node->size = (uint32_t)fan_in;
      return check_stated(desc, index, &size, error);
  }
  return POND_OK;
}

static PondStatus check_channels(const PondDesc* desc, PondError* error) {
  uint32_t n_in = 0;
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    n_in += desc->nodes[i].kind == POND_NODE_INPUT ? desc->nodes[i].size : 0;
  }
  if (n_in == 0 || n_in > POND_MAX_CHANNELS) {
    return pond_error(error, POND_STATUS_LIMIT,
                      "the input nodes have %u channels together; a model "
                      "takes 1 to %d",
                      n_in, POND_MAX_CHANNELS);
  }
  const PondDescNode* output = &desc->nodes[desc->output];
  if (output->size > POND_MAX_CHANNELS) {
    return pond_error(error, POND_STATUS_LIMIT,
                      "output: node \"%s\" has %u values, a stream carries at "
                      "most %d channels; end with a readout, or a smaller node",
                      output->name, output->size, POND_MAX_CHANNELS);
  }
  return POND_OK;
}

static PondStatus bad_shape(const PondDesc* desc, PondError* error) {
  PondList order = {.used = 0};
  pond_list_add(&order, "input nodes");
  for (uint32_t i = 0; i < ORDERS[desc->shape].n_kinds; ++i) {
    pond_list_add(&order, KINDS[ORDERS[desc->shape].kinds[i]]);
  }
  return pond_error(error, POND_STATUS_BAD_ARG,
                    "kind: \"%s\" is %s, the last one the output; for any "
                    "other graph the kind is \"graph\"",
                    SHAPES[desc->shape], order.text);
}

static PondStatus check_shape(const PondDesc* desc, PondError* error) {
  uint32_t i = 0;
  const uint32_t n = ORDERS[desc->shape].n_kinds;
  if (desc->shape == POND_SHAPE_GRAPH) {
    return POND_OK;
  }
  while (i < desc->n_nodes && desc->nodes[i].kind == POND_NODE_INPUT) {
    i += 1;
  }
  if (desc->n_nodes - i != n || desc->output != desc->n_nodes - 1) {
    return bad_shape(desc, error);
  }
  for (uint32_t k = 0; k < n; ++k) {
    if (desc->nodes[i + k].kind != ORDERS[desc->shape].kinds[k]) {
      return bad_shape(desc, error);
    }
  }
  if (desc->shape == POND_SHAPE_LINEAR &&
      desc->nodes[i].activation != POND_ACTIVATION_IDENTITY) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "nodes[%u] \"%s\": activation must be identity in kind "
                      "\"linear\"; for another take kind \"headless\"",
                      i, desc->nodes[i].name);
  }
  return POND_OK;
}

PondStatus pond_desc_check(PondDesc* desc, PondError* error) {
  PondStatus status = POND_OK;
  for (uint32_t i = 0; i < desc->n_nodes && !status; ++i) {
    status = check_node(desc, i, error);
  }
  if (!status) {
    status = check_channels(desc, error);
  }
  return status ? status : check_shape(desc, error);
}

void pond_desc_free(PondDesc* desc) { pond_memory_free(desc); }

uint32_t pond_desc_in_size(const PondDesc* desc) {
  uint32_t size = 0;
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    size += desc->nodes[i].kind == POND_NODE_INPUT ? desc->nodes[i].size : 0;
  }
  return size;
}

uint32_t pond_desc_out_size(const PondDesc* desc) {
  return desc->nodes[desc->output].size;
}
