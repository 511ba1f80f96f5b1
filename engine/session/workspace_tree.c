// SPDX-License-Identifier: ISC
// A program's workspace as named tensors and back: reservoir states under the
// peers' name, all other nodes' last values, last good input, delay. Control
// side.
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "pond/checkpoint.h"
#include "session_core.h"

/// One part of the state array under its name.
typedef struct {
  char name[3 * POND_MAX_NAME];
  uint32_t at;
  uint32_t shape[2];
} Part;

/// Does something with a part; nonzero ends the walk.
typedef PondStatus Visit(const Part* part, void* context, PondError* error);

static Part node_part(const PondModel* model, const char* prefix,
                      uint32_t index) {
  const PondNode* node = &pond_model_graph(model)->nodes[index];
  Part part = {.at = node->out, .shape = {1, node->size}};
  (void)snprintf(
      part.name, sizeof(part.name), "%s%s/%s", prefix,
      node->kind == POND_NODE_RESERVOIR ? "reservoir_states" : "node_values",
      pond_model_node_name(model, index));
  return part;
}

static PondStatus walk(const PondWorkspace* workspace, Visit* visit,
                       void* context, PondError* error) {
  const PondProgram* program = workspace->program;
  const PondGraph* graph = program->graph;
  PondStatus status = POND_OK;
  for (uint32_t i = 0; i < graph->n_nodes && !status; ++i) {
    const Part part = node_part(workspace->model, workspace->prefix, i);
    status = visit(&part, context, error);
  }
  Part ports[] = {{"", graph->n_vector, {1, graph->n_in}},
                  {"", graph->n_vector + graph->n_in, {1, graph->n_out}},
                  {"",
                   graph->n_vector + graph->n_in + graph->n_out,
                   {program->horizon, graph->n_out}}};
  const char* const names[] = {"last_good", "last_out", "delay"};
  for (uint32_t i = 0; i < 3 && !status; ++i) {
    (void)snprintf(ports[i].name, sizeof(ports[i].name), "%sstream/%s",
                   workspace->prefix, names[i]);
    status = visit(&ports[i], context, error);
  }
  return status;
}

/// Context of writing and of reading.
typedef struct {
  PondTree* into;
  const PondTree* from;
  const float* floats;
  float* state;
} Transfer;

static PondStatus write_part(const Part* part, void* context,
                             PondError* error) {
  const Transfer* transfer = (const Transfer*)context;
  const size_t n = (size_t)part->shape[0] * part->shape[1];
  const PondTensor tensor = {.name = part->name,
                             .dtype = POND_DTYPE_F32,
                             .n_dims = 2,
                             .shape = {part->shape[0], part->shape[1]},
                             .data = transfer->floats + part->at,
                             .size_bytes = n * sizeof(float)};
  return pond_tree_add(transfer->into, &tensor, error);
}

PondStatus pond_workspace_to_tree(const PondWorkspace* workspace,
                                  const float* floats, PondTree* tree,
                                  PondError* error) {
  Transfer transfer = {.into = tree, .floats = floats};
  return walk(workspace, write_part, &transfer, error);
}

static PondStatus check_part(const PondTensor* tensor, const Part* part,
                             PondError* error) {
  if (!tensor) {
    return pond_error(error, POND_STATUS_NOT_FOUND,
                      "tensor \"%s\" of the stream state is missing",
                      part->name);
  }
  if (tensor->dtype != POND_DTYPE_F32 || tensor->n_dims != 2 ||
      tensor->shape[0] != part->shape[0] ||
      tensor->shape[1] != part->shape[1]) {
    return pond_error(error, POND_STATUS_MISMATCH,
                      "tensor \"%s\" has to be F32 of shape [%" PRIu32
                      ", %" PRIu32 "]",
                      part->name, part->shape[0], part->shape[1]);
  }
  return POND_OK;
}

static PondStatus read_part(const Part* part, void* context, PondError* error) {
  const Transfer* transfer = (const Transfer*)context;
  const PondTensor* tensor = pond_tree_find(transfer->from, part->name);
  const PondStatus status = check_part(tensor, part, error);
  if (status) {
    return status;
  }
  const float* values = (const float*)tensor->data;
  const size_t n = (size_t)part->shape[0] * part->shape[1];
  for (size_t i = 0; i < n; ++i) {
    if (!isfinite(values[i])) {
      return pond_error(error, POND_STATUS_NOT_FINITE,
                        "tensor \"%s\" of the stream state holds a value that "
                        "is not finite (element %zu)",
                        part->name, i);
    }
  }
  memcpy(transfer->state + part->at, values, n * sizeof(float));
  return POND_OK;
}

PondStatus pond_workspace_from_tree(const PondWorkspace* workspace,
                                    const PondTree* tree, PondError* error) {
  Transfer transfer = {.from = tree, .state = workspace->program->state};
  return walk(workspace, read_part, &transfer, error);
}
