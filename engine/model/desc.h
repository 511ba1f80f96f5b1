// SPDX-License-Identifier: ISC
// The inside of a description. Control side.
#ifndef POND_MODEL_DESC_H
#define POND_MODEL_DESC_H

#include "place.h"
#include "pond/model.h"
#include "program.h"
#include "spec.h"

/// What a description calls itself; all but a graph have a fixed shape.
typedef enum {
  POND_SHAPE_GRAPH,
  POND_SHAPE_CLASSIC,
  POND_SHAPE_OTT,
  POND_SHAPE_HEADLESS,
  POND_SHAPE_LINEAR,
  POND_SHAPE_COUNT
} PondShape;

/// One node as described. Which members count depends on the kind.
typedef struct {
  PondNodeKind kind;
  char name[POND_MAX_NAME];
  uint32_t size;  ///< concat and power: follows from the inputs
  uint32_t n_inputs;
  uint32_t inputs[POND_MAX_FAN_IN];  ///< earlier nodes; reservoir: feedback,
                                     ///< then driving if any
  // reservoir
  PondActivation activation;
  double leak_rate;
  bool has_radius;
  double spectral_radius;
  PondSpec topology;
  PondSpec feedback_initializer;
  PondSpec input_initializer;
  double feedback_scaling;
  double input_scaling;
  double bias_scaling;
  // reservoir and readout
  bool bias;
  // power
  uint32_t exponent;
  PondParity parity;
  // sizes stated only to be checked; 0: not stated
  uint32_t stated_size;
  uint32_t stated_feedback;
  uint32_t stated_input;
} PondDescNode;

struct PondDesc {
  PondShape shape;
  uint32_t n_nodes;
  uint32_t output;
  PondDescNode nodes[POND_MAX_NODES];  ///< in execution order
};

/// A node of `kind` with all defaults; size 0.
PondDescNode pond_desc_node_init(PondNodeKind kind, const char* name);
const char* pond_node_kind_name(PondNodeKind kind);
const char* pond_shape_name(PondShape shape);
/// POND_SHAPE_COUNT for an unknown name (or NULL).
PondShape pond_shape_find(const char* name);
/// Values that node `index` gets from its inputs, all together.
uint64_t pond_desc_fan_in(const PondDesc* desc, uint32_t index);
/// Derives dependent sizes, then checks all that concerns several nodes: sizes
/// that do not fit, channels, shape, output.
PondStatus pond_desc_check(PondDesc* desc, PondError* error);
/// Index of a node among the first `n`; `n` if there is none of that name.
uint32_t pond_desc_find(const PondDesc* desc, uint32_t n, const char* name);
/// True if `name` can name a node.
bool pond_desc_name_ok(const char* name);
/// input_size: an input node "driving" of that size for every reservoir that
/// has none; 0 takes it away.
PondStatus pond_desc_set_driving(PondDesc* desc, const json_t* value,
                                 PondError* error);

#endif
