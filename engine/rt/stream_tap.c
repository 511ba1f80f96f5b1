// SPDX-License-Identifier: ISC
// The tap: what drove the graph, the target, and whole states to start from,
// for a trainer that computes the reservoir again. Audio thread.
#include "stream.h"

static PondTapHead head_of(const PondStream* stream, PondTapKind kind,
                           size_t n_floats) POND_NONBLOCKING;
static PondTapHead head_of(const PondStream* stream, PondTapKind kind,
                           size_t n_floats) {
  const PondTapHead head = {.frame = stream->state.frame,
                            .program = pond_stream_active(stream)->id,
                            .kind = (uint32_t)kind,
                            .size_bytes = (uint32_t)(n_floats * sizeof(float)),
                            .leak = stream->state.params[POND_PARAM_LEAK].to};
  return head;
}

void pond_stream_tap_state(PondStream* stream) {
  if (!stream->tap_lost) {
    return;
  }
  const PondProgram* program = pond_stream_active(stream);
  const PondTapHead head = head_of(stream, POND_TAP_STATE, program->n_state);
  if (pond_ring_write(&stream->tap, &head, sizeof(head), program->state,
                      head.size_bytes)) {
    stream->tap_lost = 0;
  }
}

// Effective inputs as the input nodes hold them: finite by now.
static uint32_t gather_inputs(const PondProgram* program,
                              float* row) POND_NONBLOCKING;
static uint32_t gather_inputs(const PondProgram* program, float* row) {
  const PondGraph* graph = program->graph;
  for (uint32_t n = 0; n < graph->n_nodes; ++n) {
    const PondNode* node = &graph->nodes[n];
    if (node->kind == POND_NODE_INPUT) {
      memcpy(row + node->first_channel, program->state + node->out,
             node->size * sizeof(float));
    }
  }
  return graph->n_in;
}

void pond_stream_tap_row(PondStream* stream, const PondBlock* block,
                         uint32_t i) {
  if (stream->tap_lost) {
    stream->state.stats.n_tap_drops += 1;
    return;
  }
  float* row = stream->row;
  const uint32_t n_in = gather_inputs(pond_stream_active(stream), row);
  const uint32_t n_target =
      block->n_target < POND_MAX_CHANNELS ? block->n_target : POND_MAX_CHANNELS;
  for (uint32_t c = 0; c < n_target; ++c) {
    row[n_in + c] = block->target[c] ? block->target[c][i] : NAN;
  }
  PondTapHead head = head_of(stream, POND_TAP_ROW, n_in + n_target);
  head.n_in = n_in;
  head.n_target = n_target;
  if (!pond_ring_write(&stream->tap, &head, sizeof(head), row,
                       head.size_bytes)) {
    stream->tap_lost = 1;
    stream->state.stats.n_tap_drops += 1;
  }
}
