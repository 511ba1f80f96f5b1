// SPDX-License-Identifier: ISC
// One frame through the graph of a program: node after node into the frame
// vector. Audio thread, and the trainer on a program of its own.
#include <string.h>

#include "arith.h"
#include "program.h"

// A value that is not finite leaves the one of the frame before in its place.
static void keep_finite(float* to, float value,
                        PondStepCounts* counts) POND_NONBLOCKING;
static void keep_finite(float* to, float value, PondStepCounts* counts) {
  const bool finite = pond_finite(value);
  *to = pond_pick(finite, value, *to);
  counts->n_not_finite += (uint32_t)!finite;
}

static void step_input(const PondNode* node, const float* u, float* out,
                       PondStepCounts* counts) POND_NONBLOCKING;
static void step_input(const PondNode* node, const float* u, float* out,
                       PondStepCounts* counts) {
  for (uint32_t i = 0; i < node->size; ++i) {
    keep_finite(&out[i], u[node->first_channel + i], counts);
  }
}

static void step_reservoir(PondProgram* program, const PondNode* node,
                           float leak, PondStepCounts* counts) POND_NONBLOCKING;
static void step_reservoir(PondProgram* program, const PondNode* node,
                           float leak, PondStepCounts* counts) {
  const PondNode* nodes = program->graph->nodes;
  const PondReservoirOp* op = &node->reservoir;
  float* v = program->state + node->out - op->n_feedback;
  memcpy(v, program->state + nodes[node->inputs[0]].out,
         op->n_feedback * sizeof(float));
  if (op->n_driving > 0) {
    memcpy(v + op->n_feedback + node->size,
           program->state + nodes[node->inputs[1]].out,
           op->n_driving * sizeof(float));
  }
  const float a = leak > 0.0f ? leak : node->leak;
  if (!program->kernels->reservoir(op, a, v, program->scratch)) {
    counts->n_resets += 1;
  }
}

static void step_readout(PondProgram* program, const PondNode* node,
                         const PondReadoutFade* fade,
                         PondStepCounts* counts) POND_NONBLOCKING;
static void step_readout(PondProgram* program, const PondNode* node,
                         const PondReadoutFade* fade, PondStepCounts* counts) {
  const PondNode* input = &program->graph->nodes[node->inputs[0]];
  const float* features = program->state + input->out;
  float* y = program->scratch;
  float* out = program->state + node->out;
  program->kernels->readout(&program->readouts[node->readout], features, y);
  if (fade && fade->old) {
    float* y_old = y + node->size;
    program->kernels->readout(&fade->old[node->readout], features, y_old);
    for (uint32_t i = 0; i < node->size; ++i) {
      y[i] = pond_mix(fade->g, y[i], y_old[i]);
    }
  }
  for (uint32_t i = 0; i < node->size; ++i) {
    keep_finite(&out[i], y[i], counts);
  }
}

static void step_concat(const PondProgram* program, const PondNode* node,
                        float* out) POND_NONBLOCKING;
static void step_concat(const PondProgram* program, const PondNode* node,
                        float* out) {
  for (uint32_t i = 0; i < node->n_inputs; ++i) {
    const PondNode* input = &program->graph->nodes[node->inputs[i]];
    memcpy(out, program->state + input->out, input->size * sizeof(float));
    out += input->size;
  }
}

static float power(float x, uint32_t exponent) POND_NONBLOCKING;
static float power(float x, uint32_t exponent) {
  float product = x;
  for (uint32_t i = 1; i < exponent; ++i) {
    product *= x;
  }
  return product;
}

static void step_power(const PondProgram* program, const PondNode* node,
                       float* out, PondStepCounts* counts) POND_NONBLOCKING;
static void step_power(const PondProgram* program, const PondNode* node,
                       float* out, PondStepCounts* counts) {
  const PondNode* input = &program->graph->nodes[node->inputs[0]];
  const float* in = program->state + input->out;
  for (uint32_t i = 0; i < node->size; ++i) {
    const bool chosen =
        node->parity == POND_PARITY_ALL || i % 2 == node->parity;
    keep_finite(&out[i], chosen ? power(in[i], node->exponent) : in[i], counts);
  }
}

void pond_program_step(PondProgram* program, const float* u, float leak,
                       const PondReadoutFade* fade, PondStepCounts* counts) {
  const PondGraph* graph = program->graph;
  for (uint32_t i = 0; i < graph->n_nodes; ++i) {
    const PondNode* node = &graph->nodes[i];
    float* out = program->state + node->out;
    switch (node->kind) {
      case POND_NODE_INPUT: step_input(node, u, out, counts); break;
      case POND_NODE_RESERVOIR:
        step_reservoir(program, node, leak, counts);
        break;
      case POND_NODE_READOUT: step_readout(program, node, fade, counts); break;
      case POND_NODE_CONCAT: step_concat(program, node, out); break;
      case POND_NODE_POWER: step_power(program, node, out, counts); break;
    }
  }
}

void pond_program_reset(PondProgram* program) {
  const PondGraph* graph = program->graph;
  for (uint32_t i = 0; i < graph->n_nodes; ++i) {
    const PondNode* node = &graph->nodes[i];
    if (node->kind == POND_NODE_RESERVOIR) {
      memset(program->state + node->out, 0, node->size * sizeof(float));
    }
  }
}
