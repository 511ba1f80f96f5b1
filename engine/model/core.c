// SPDX-License-Identifier: ISC
// Layout and memory of a graph and its weights. Control side.
#include "core.h"

#include "alloc.h"
#include "cpu.h"
#include "errors.h"

#include <string.h>

uint32_t pond_pad16(uint32_t n) { return (n + 15U) & ~15U; }

// Bytes of one node's weights, raw and packed.
static uint64_t node_bytes(const PondDesc* desc, uint32_t index) {
  const PondDescNode* node = &desc->nodes[index];
  const uint64_t rows = node->size;
  const uint64_t fan_in = pond_desc_fan_in(desc, index);
  if (node->kind == POND_NODE_RESERVOIR) {
    return 4 * (rows + pond_pad16(node->size)) * (fan_in + rows + 1);
  }
  if (node->kind == POND_NODE_READOUT) {
    return 4 * rows * (fan_in + pond_pad16((uint32_t)fan_in) + 2);
  }
  return 4 * rows;
}

PondStatus pond_core_check_size(const PondDesc* desc, PondError* error) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    const PondDescNode* node = &desc->nodes[i];
    bytes += node_bytes(desc, i);
    if (bytes > POND_MAX_MODEL_BYTES) {
      return pond_error(
          error, POND_STATUS_LIMIT,
          "\"%s\": its size of %u needs %.2f GB (weights and their packed "
          "copy), which makes %.2f GB of the %.2f GB that a model may have; "
          "one dense reservoir fits up to about 16000 units",
          node->name, node->size, (double)node_bytes(desc, i) / 1e9,
          (double)bytes / 1e9, (double)POND_MAX_MODEL_BYTES / 1e9);
    }
  }
  return POND_OK;
}

/// Offsets into the one block.
typedef struct {
  PondPlan plan;
  size_t nodes;
  size_t slots;
  size_t data;
  size_t panels;
  size_t biases;
  size_t slot_data[POND_MAX_SLOTS];
  size_t node_panels[POND_MAX_NODES];
  size_t node_biases[POND_MAX_NODES];
} Layout;

static void plan_node(Layout* layout, const PondDesc* desc, uint32_t index) {
  const PondDescNode* node = &desc->nodes[index];
  if (node->kind == POND_NODE_RESERVOIR) {
    const uint32_t cols = (uint32_t)pond_desc_fan_in(desc, index) + node->size;
    layout->node_panels[index] = pond_plan_add(
        &layout->plan, pond_dense_size(node->size, cols), sizeof(float));
    layout->node_biases[index] =
        pond_plan_add(&layout->plan, pond_pad16(node->size), sizeof(float));
  }
}

static void plan(Layout* layout, const PondDesc* desc, const PondSlot* slots,
                 uint32_t n_slots) {
  *layout = (Layout){.plan = {.size = 0}};
  (void)pond_plan_add(&layout->plan, 1, sizeof(PondCore));
  layout->nodes = pond_plan_add(&layout->plan, desc->n_nodes, sizeof(PondNode));
  layout->slots = pond_plan_add(&layout->plan, n_slots, sizeof(PondSlot));
  layout->data = pond_plan_add(&layout->plan, n_slots, sizeof(float*));
  layout->panels = pond_plan_add(&layout->plan, desc->n_nodes, sizeof(float*));
  layout->biases = pond_plan_add(&layout->plan, desc->n_nodes, sizeof(float*));
  for (uint32_t i = 0; i < n_slots; ++i) {
    if (!pond_role_is_readout(slots[i].role)) {
      layout->slot_data[i] = pond_plan_add(
          &layout->plan, pond_slot_size(&slots[i]), sizeof(float));
    }
  }
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    plan_node(layout, desc, i);
  }
}

// 0 is where the core itself stands: no array is there.
static void* place(char* block, size_t offset) {
  return offset ? block + offset : NULL;
}

static PondCore* place_all(char* block, const Layout* layout,
                           const PondDesc* desc, const PondSlot* slots,
                           uint32_t n_slots) {
  PondCore* core = (PondCore*)block;
  core->nodes = (PondNode*)place(block, layout->nodes);
  core->slots = (PondSlot*)place(block, layout->slots);
  core->data = (float**)place(block, layout->data);
  core->panels = (float**)place(block, layout->panels);
  core->biases = (float**)place(block, layout->biases);
  for (uint32_t i = 0; i < n_slots; ++i) {
    core->slots[i] = slots[i];
    core->data[i] = (float*)place(block, layout->slot_data[i]);
  }
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    core->panels[i] = (float*)place(block, layout->node_panels[i]);
    core->biases[i] = (float*)place(block, layout->node_biases[i]);
  }
  core->n_slots = n_slots;
  core->desc = *desc;
  return core;
}

// A node's place in the vector, from float `at` on; returns the next free one.
// What a node puts out begins on a cache line.
static uint32_t lay_node(PondNode* node, uint32_t at) {
  const uint32_t before =
      node->kind == POND_NODE_RESERVOIR ? node->reservoir.n_feedback : 0;
  const uint32_t after =
      node->kind == POND_NODE_RESERVOIR ? node->reservoir.n_driving : 0;
  node->out = pond_pad16(at + before);
  return node->out + node->size + after;
}

static void build_reservoir(PondNode* node, const PondDesc* desc,
                            uint32_t index) {
  const PondDescNode* from = &desc->nodes[index];
  const uint32_t n_feedback = desc->nodes[from->inputs[0]].size;
  node->leak = (float)from->leak_rate;
  node->reservoir.activation = from->activation;
  node->reservoir.n_feedback = n_feedback;
  node->reservoir.n_driving =
      (uint32_t)pond_desc_fan_in(desc, index) - n_feedback;
}

static void build_node(PondCore* core, uint32_t index) {
  const PondDescNode* from = &core->desc.nodes[index];
  PondGraph* graph = &core->graph;
  PondNode* node = &core->nodes[index];
  node->kind = from->kind;
  node->size = from->size;
  node->n_inputs = from->n_inputs;
  memcpy(node->inputs, from->inputs, sizeof(node->inputs));
  node->exponent = from->exponent;
  node->parity = from->parity;
  uint32_t n_scratch = 0;
  if (from->kind == POND_NODE_INPUT) {
    node->first_channel = graph->n_in;
    graph->n_in += from->size;
    graph->n_feedback = graph->n_feedback ? graph->n_feedback : from->size;
  } else if (from->kind == POND_NODE_RESERVOIR) {
    build_reservoir(node, &core->desc, index);
    n_scratch = 2 * pond_pad16(from->size);
  } else if (from->kind == POND_NODE_READOUT) {
    core->readout_nodes[graph->n_readouts] = index;
    node->readout = graph->n_readouts++;
    n_scratch = 2 * pond_pad16(from->size);
  }
  graph->n_scratch =
      n_scratch > graph->n_scratch ? n_scratch : graph->n_scratch;
  graph->n_vector = lay_node(node, graph->n_vector);
}

static void build_graph(PondCore* core) {
  core->graph = (PondGraph){.nodes = core->nodes,
                            .n_nodes = core->desc.n_nodes,
                            .output = core->desc.output};
  for (uint32_t i = 0; i < core->desc.n_nodes; ++i) {
    build_node(core, i);
  }
  core->graph.n_vector = pond_pad16(core->graph.n_vector);
  core->graph.n_out = core->nodes[core->desc.output].size;
}

PondStatus pond_core_new(const PondDesc* desc, PondCore** core,
                         PondError* error) {
  const PondStatus status = pond_core_check_size(desc, error);
  if (status) {
    return status;
  }
  PondSlot* slots =
      (PondSlot*)pond_memory_new(POND_MAX_SLOTS, sizeof(PondSlot));
  Layout* layout = (Layout*)pond_memory_new(1, sizeof(Layout));
  PondCore* built = NULL;
  if (slots && layout) {
    const uint32_t n_slots = pond_slots_list(desc, slots);
    plan(layout, desc, slots, n_slots);
    char* block = (char*)pond_plan_new(&layout->plan);
    built = block ? place_all(block, layout, desc, slots, n_slots) : NULL;
  }
  pond_memory_free(layout);
  pond_memory_free(slots);
  if (!built) {
    return pond_error_memory(error, "a model");
  }
  atomic_init(&built->refs, 1);
  build_graph(built);
  *core = built;
  return POND_OK;
}

// The four arrays of a reservoir; NULL where there is none.
static void find_weights(const PondCore* core, uint32_t node,
                         const float* weights[4]) {
  for (uint32_t i = 0; i < core->n_slots; ++i) {
    if (core->slots[i].node == node) {
      weights[core->slots[i].role] = core->data[i];
    }
  }
}

void pond_core_pack(PondCore* core) {
  const PondKernels* best =
      pond_kernels_get(POND_KERNEL_AUTO, pond_cpu_flags());
  for (uint32_t i = 0; i < core->desc.n_nodes; ++i) {
    PondNode* node = &core->nodes[i];
    const float* weights[4] = {NULL};
    if (node->kind != POND_NODE_RESERVOIR) {
      continue;
    }
    find_weights(core, i, weights);
    pond_dense_pack(weights[POND_ROLE_WEIGHT_FEEDBACK],
                    node->reservoir.n_feedback, weights[POND_ROLE_WEIGHT_HH],
                    node->size, weights[POND_ROLE_WEIGHT_INPUT],
                    node->reservoir.n_driving, best->group_rows,
                    core->panels[i], &node->reservoir.w);
    node->reservoir.bias = core->biases[i];
    if (weights[POND_ROLE_BIAS_H]) {
      memcpy(core->biases[i], weights[POND_ROLE_BIAS_H],
             node->size * sizeof(float));
    }
  }
}

PondCore* pond_core_ref(PondCore* core) {
  // Relaxed: whoever refs already owns, and frees by the release below.
  (void)atomic_fetch_add_explicit(&core->refs, 1, memory_order_relaxed);
  return core;
}

void pond_core_free(PondCore* core) {
  // Release all that this owner did; acquire, as the last one, what others did.
  if (core &&
      atomic_fetch_sub_explicit(&core->refs, 1, memory_order_acq_rel) == 1) {
    pond_memory_free(core);
  }
}
