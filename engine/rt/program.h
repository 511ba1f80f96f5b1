// SPDX-License-Identifier: ISC
// What the audio thread runs: a sealed graph, its readouts and one workspace.
// Control builds and frees; the audio thread owns `state` and `scratch` from
// the moment the program is posted until it comes back.
#ifndef POND_RT_PROGRAM_H
#define POND_RT_PROGRAM_H

#include "kernels.h"
#include "pond/types.h"
#include "ramp.h"

typedef enum {
  POND_NODE_INPUT,      ///< `size` channels of the stream
  POND_NODE_RESERVOIR,  ///< inputs: feedback, then driving if any
  POND_NODE_READOUT,    ///< one input
  POND_NODE_CONCAT,     ///< inputs in order
  POND_NODE_POWER       ///< one input; features of one parity to a power
} PondNodeKind;

/// Which features of a power node are raised.
typedef enum { POND_PARITY_EVEN, POND_PARITY_ODD, POND_PARITY_ALL } PondParity;

/// One node. All its values of a frame stand at vector[out .. out + size).
typedef struct {
  PondNodeKind kind;
  uint32_t size;
  uint32_t out;
  uint32_t n_inputs;
  uint32_t
      inputs[POND_MAX_FAN_IN];  ///< node indices, all smaller than this one
  uint32_t first_channel;       ///< input: its first channel of the stream
  uint32_t readout;             ///< readout: its index among the readouts
  uint32_t exponent;            ///< power: 1 to 8
  uint32_t parity;              ///< power: a PondParity
  float leak;                   ///< reservoir
  PondReservoirOp reservoir;
} PondNode;

/// A sealed graph, in execution order. Reservoir node: its slot of the vector
/// is [feedback | state | driving], `out` points at the state.
typedef struct {
  const PondNode* nodes;
  uint32_t n_nodes;
  uint32_t n_vector;   ///< floats of the frame vector, all nodes
  uint32_t n_scratch;  ///< floats of scratch: the largest of 2 * rows_padded of
                       ///< the reservoirs and 2 * size of the readouts
  uint32_t n_in;       ///< channels in: all input nodes, in order
  uint32_t n_out;
  uint32_t n_feedback;  ///< size of the first input node
  uint32_t n_readouts;
  uint32_t output;  ///< index of the node whose values are the output
} PondGraph;

/// Offsets and scales; pointers never NULL.
typedef struct {
  const float* in_offset;
  const float* in_scale;
  const float* out_offset;
  const float* out_scale;
} PondScaling;

/// The only thing that is ever posted.
typedef struct PondProgram {
  uint64_t id;             ///< unique in the session, from 1
  uint64_t at_frame;       ///< when it wants to take over; 0: the next frame
  const PondGraph* graph;  ///< same pointer: same reservoirs, the state goes on
  const PondReadoutOp* readouts;  ///< n_readouts
  const PondKernels* kernels;
  PondScaling scaling;
  uint32_t horizon;  ///< frames of the free run's delay, at least 1
  bool has_state;    ///< its state was given: it does not take the old one's
  bool via_dry;      ///< too dear to run beside another: fade through dry
  double out_power;  ///< learned mean square of the output; 0 unknown
  // The workspace. state: vector[n_vector] | last_good[n_in] |
  // last_out[n_out] | delay[horizon * n_out], floats, 64-byte aligned.
  float* state;
  uint32_t n_state;
  float* scratch;  ///< 64-byte aligned, pond_program_scratch_size() floats
} PondProgram;

/// Floats of state and scratch that a program over `graph` needs.
/// 0 on overflow.
size_t pond_program_state_size(const PondGraph* graph, uint32_t horizon);
size_t pond_program_scratch_size(const PondGraph* graph);

/// Counts of one graph step.
typedef struct {
  uint32_t n_resets;
  uint32_t n_not_finite;
} PondStepCounts;

/// Crossfade of readouts while one graph runs: old readouts and the weight `g`
/// of the new; NULL `old`: no fade.
typedef struct {
  const PondReadoutOp* old;
  float g;
} PondReadoutFade;

/// One frame: `u` (n_in values, scaled, finite or not) through all nodes into
/// program->state. `leak` > 0 overrides all reservoirs' own.
void pond_program_step(PondProgram* program, const float* u, float leak,
                       const PondReadoutFade* fade,
                       PondStepCounts* counts) POND_NONBLOCKING;

/// All reservoirs' states to zero.
void pond_program_reset(PondProgram* program) POND_NONBLOCKING;

/// The output node's values of the last step (scaled units).
static inline const float* pond_program_output(const PondProgram* program) {
  const PondGraph* graph = program->graph;
  return program->state + graph->nodes[graph->output].out;
}

/// An incoming value of channel `c` as the graph hears it.
static inline float pond_program_scale(const PondProgram* program, uint32_t c,
                                       float value) POND_NONBLOCKING;
static inline float pond_program_scale(const PondProgram* program, uint32_t c,
                                       float value) {
  return (value - program->scaling.in_offset[c]) / program->scaling.in_scale[c];
}

/// The parts of the state.
static inline float* pond_program_last_good(const PondProgram* program) {
  return program->state + program->graph->n_vector;
}

/// What last went to the ports.
static inline float* pond_program_last_out(const PondProgram* program) {
  return pond_program_last_good(program) + program->graph->n_in;
}

/// Outputs of the last `horizon` frames in the port's units; that of frame t
/// stands at slot t mod horizon.
static inline float* pond_program_delay(const PondProgram* program) {
  return pond_program_last_out(program) + program->graph->n_out;
}

#endif
