// SPDX-License-Identifier: ISC
// Sealed models: memory, owners and queries. Control side.
#include "model_inside.h"
#include "sealed.h"

#include "alloc.h"
#include "errors.h"

#include <math.h>

static PondStatus check_fit(const PondFit* fit, PondError* error) {
  if (fit->horizon > POND_MAX_HORIZON) {
    return pond_error(error, POND_STATUS_LIMIT,
                      "the horizon is %u frames; at most %d are allowed",
                      fit->horizon, POND_MAX_HORIZON);
  }
  if (!(fit->out_power >= 0.0) || !isfinite(fit->out_power) ||
      !(fit->rate_hz >= 0.0) || !isfinite(fit->rate_hz)) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "the fit's out_power is %g and its rate_hz %g; both must "
                      "be finite and not negative",
                      fit->out_power, fit->rate_hz);
  }
  return POND_OK;
}

static const PondNode* readout_node(const PondCore* core, uint32_t index) {
  return &core->nodes[core->readout_nodes[index]];
}

static uint32_t features(const PondCore* core, uint32_t index) {
  return core->nodes[readout_node(core, index)->inputs[0]].size;
}

/// Offsets into the one block.
typedef struct {
  PondPlan plan;
  size_t ops;
  size_t weights;
  size_t packed;
  size_t biases;
  struct {
    size_t raw;
    size_t bias;
    size_t packed;
  } readouts[POND_MAX_NODES];
} Layout;

static void plan(Layout* layout, const PondCore* core) {
  const uint32_t n = core->graph.n_readouts;
  *layout = (Layout){.plan = {.size = 0}};
  (void)pond_plan_add(&layout->plan, 1, sizeof(PondModel));
  layout->ops = pond_plan_add(&layout->plan, n, sizeof(PondReadoutOp));
  layout->weights = pond_plan_add(&layout->plan, n, sizeof(float*));
  layout->packed = pond_plan_add(&layout->plan, n, sizeof(float*));
  layout->biases = pond_plan_add(&layout->plan, n, sizeof(float*));
  for (uint32_t i = 0; i < n; ++i) {
    const size_t rows = readout_node(core, i)->size;
    const uint32_t cols = features(core, i);
    layout->readouts[i].raw =
        pond_plan_add(&layout->plan, rows * cols, sizeof(float));
    layout->readouts[i].bias =
        pond_plan_add(&layout->plan, rows, sizeof(float));
    layout->readouts[i].packed =
        pond_plan_add(&layout->plan, rows * pond_pad16(cols), sizeof(float));
  }
}

static void place(PondModel* model, const Layout* layout,
                  const PondCore* core) {
  char* block = (char*)model;
  model->ops = (PondReadoutOp*)(block + layout->ops);
  model->weights = (float**)(block + layout->weights);
  model->packed = (float**)(block + layout->packed);
  model->biases = (float**)(block + layout->biases);
  for (uint32_t i = 0; i < core->graph.n_readouts; ++i) {
    model->weights[i] = (float*)(block + layout->readouts[i].raw);
    model->packed[i] = (float*)(block + layout->readouts[i].packed);
    model->biases[i] = (float*)(block + layout->readouts[i].bias);
    model->ops[i] = (PondReadoutOp){.w = model->packed[i],
                                    .bias = model->biases[i],
                                    .rows = readout_node(core, i)->size,
                                    .cols = features(core, i),
                                    .stride = pond_pad16(features(core, i))};
  }
}

PondStatus pond_model_build(PondScaled* scaled, const PondFit* fit,
                            PondModel** model, PondError* error) {
  static const PondFit untrained = {.horizon = 0};
  Layout layout;
  const PondStatus status = check_fit(fit ? fit : &untrained, error);
  if (status) {
    return status;
  }
  plan(&layout, scaled->core);
  PondModel* built = (PondModel*)pond_plan_new(&layout.plan);
  if (!built) {
    return pond_error_memory(error, "a model's readouts");
  }
  place(built, &layout, scaled->core);
  atomic_init(&built->refs, 1);
  built->scaled = pond_scaled_ref(scaled);
  built->fit = fit ? *fit : untrained;
  *model = built;
  return POND_OK;
}

float* pond_model_slot_data(const PondModel* model, uint32_t index) {
  const PondCore* core = model->scaled->core;
  const PondSlot* slot = &core->slots[index];
  const uint32_t readout = core->nodes[slot->node].readout;
  if (!pond_role_is_readout(slot->role)) {
    return core->data[index];
  }
  return slot->role == POND_ROLE_READOUT_WEIGHT ? model->weights[readout]
                                                : model->biases[readout];
}

PondStatus pond_model_check_slot(const PondModel* model, uint32_t index,
                                 PondError* error) {
  const PondSlot* slot = &model->scaled->core->slots[index];
  const float* data = pond_model_slot_data(model, index);
  const size_t n = pond_slot_size(slot);
  for (size_t i = 0; i < n; ++i) {
    if (!isfinite(data[i])) {
      return pond_error(error, POND_STATUS_NOT_FINITE,
                        "%s: value %zu of %zu is %s; a model takes finite "
                        "weights only",
                        slot->name, i, n,
                        isnan(data[i]) ? "not a number" : "infinite");
    }
  }
  return POND_OK;
}

PondStatus pond_model_pack(PondModel* model, uint32_t index, PondError* error) {
  const PondCore* core = model->scaled->core;
  const PondReadoutOp* op = &model->ops[index];
  PondStatus status = POND_OK;
  for (uint32_t i = 0; i < core->n_slots && !status; ++i) {
    if (core->slots[i].node == core->readout_nodes[index]) {
      status = pond_model_check_slot(model, i, error);
    }
  }
  if (!status) {
    pond_readout_pack(model->weights[index], op->rows, op->cols,
                      model->packed[index]);
  }
  return status;
}

PondModel* pond_model_ref(PondModel* model) {
  // Relaxed: whoever refs already owns, and frees by the release below.
  (void)atomic_fetch_add_explicit(&model->refs, 1, memory_order_relaxed);
  return model;
}

void pond_model_free(PondModel* model) {
  // Release all that this owner did; acquire, as the last one, what others did.
  if (model &&
      atomic_fetch_sub_explicit(&model->refs, 1, memory_order_acq_rel) == 1) {
    pond_scaled_free(model->scaled);
    pond_memory_free(model);
  }
}

const PondDesc* pond_model_desc(const PondModel* model) {
  return &model->scaled->core->desc;
}

const PondFit* pond_model_fit(const PondModel* model) { return &model->fit; }

PondNormaliser pond_model_normaliser(const PondModel* model) {
  return model->scaled->normaliser;
}

uint32_t pond_model_in_size(const PondModel* model) {
  return model->scaled->graph.n_in;
}

uint32_t pond_model_out_size(const PondModel* model) {
  return model->scaled->graph.n_out;
}

uint32_t pond_model_feedback_size(const PondModel* model) {
  return model->scaled->graph.n_feedback;
}

uint32_t pond_model_parameter_count(const PondModel* model) {
  return model->scaled->core->n_slots;
}

PondParameter pond_model_parameter(const PondModel* model, uint32_t index) {
  const PondSlot* slot = &model->scaled->core->slots[index];
  const PondParameter parameter = {.name = slot->name,
                                   .data = pond_model_slot_data(model, index),
                                   .n_dims = slot->n_dims,
                                   .shape = {slot->shape[0], slot->shape[1]}};
  return parameter;
}

uint32_t pond_model_readout_count(const PondModel* model) {
  return model->scaled->graph.n_readouts;
}

const char* pond_model_readout_name(const PondModel* model, uint32_t readout,
                                    uint32_t* n_features, uint32_t* n_outputs) {
  const PondCore* core = model->scaled->core;
  if (n_features) {
    *n_features = model->ops[readout].cols;
  }
  if (n_outputs) {
    *n_outputs = model->ops[readout].rows;
  }
  return core->desc.nodes[core->readout_nodes[readout]].name;
}

const PondGraph* pond_model_graph(const PondModel* model) {
  return &model->scaled->graph;
}

const PondReadoutOp* pond_model_readout_ops(const PondModel* model) {
  return model->ops;
}

const char* pond_model_node_name(const PondModel* model, uint32_t index) {
  return model->scaled->core->desc.nodes[index].name;
}
