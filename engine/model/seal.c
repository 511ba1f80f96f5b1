// SPDX-License-Identifier: ISC
// The four ways to a sealed model: drawn, given, with another readout, under
// another normaliser. Control side.
#include "draw.h"
#include "model_inside.h"

#include "errors.h"

#include <string.h>

// A core in its first model. The core's own count goes with it.
static PondStatus wrap(PondCore* core, const PondNormaliser* normaliser,
                       const PondFit* fit, PondModel** model,
                       PondError* error) {
  PondScaled* scaled = NULL;
  PondStatus status = pond_scaled_new(core, normaliser, &scaled, error);
  if (!status) {
    status = pond_model_build(scaled, fit, model, error);
  }
  pond_scaled_free(scaled);
  pond_core_free(core);
  return status;
}

// Everything finite, everything packed.
static PondStatus seal(PondModel* model, PondError* error) {
  PondCore* core = model->scaled->core;
  PondStatus status = POND_OK;
  for (uint32_t i = 0; i < core->n_slots && !status; ++i) {
    status = pond_model_check_slot(model, i, error);
  }
  if (!status) {
    pond_core_pack(core);
  }
  for (uint32_t r = 0; r < core->graph.n_readouts && !status; ++r) {
    status = pond_model_pack(model, r, error);
  }
  return status;
}

// Hands over what is sound, frees what is not.
static PondStatus finish(PondModel* built, PondStatus status,
                         PondModel** model) {
  if (status) {
    pond_model_free(built);
  } else {
    *model = built;
  }
  return status;
}

PondStatus pond_model_new(const PondDesc* desc, uint64_t seed,
                          PondModel** model, PondError* error) {
  PondCore* core = NULL;
  PondModel* built = NULL;
  PondStatus status = pond_core_check_size(desc, error);
  if (!status) {
    status = pond_draw_check(desc, error);
  }
  if (!status) {
    status = pond_core_new(desc, &core, error);
  }
  if (!status) {
    status = wrap(core, NULL, NULL, &built, error);
  }
  if (!status) {
    status = pond_draw_core(built->scaled->core, seed, error);
  }
  if (!status) {
    status = seal(built, error);
  }
  return finish(built, status, model);
}

static PondStatus take_parameter(PondModel* model, uint32_t index,
                                 const PondModelParts* parts,
                                 PondError* error) {
  const PondSlot* slot = &model->scaled->core->slots[index];
  const PondParameter wanted = {
      slot->name, NULL, slot->n_dims, {slot->shape[0], slot->shape[1]}};
  const float* data = NULL;
  const PondStatus status = parts->find(parts->context, &wanted, &data, error);
  if (!status) {
    memcpy(pond_model_slot_data(model, index), data,
           pond_slot_size(slot) * sizeof(float));
  }
  return status;
}

PondStatus pond_model_from_parameters(const PondDesc* desc,
                                      const PondModelParts* parts,
                                      PondModel** model, PondError* error) {
  PondCore* core = NULL;
  PondModel* built = NULL;
  PondStatus status = pond_core_new(desc, &core, error);
  if (!status) {
    status = wrap(core, parts->normaliser, parts->fit, &built, error);
  }
  for (uint32_t i = 0; !status && i < built->scaled->core->n_slots; ++i) {
    status = take_parameter(built, i, parts, error);
  }
  if (!status) {
    status = seal(built, error);
  }
  return finish(built, status, model);
}

static void copy_readout(PondModel* to, const PondModel* from, uint32_t r) {
  const PondReadoutOp* op = &from->ops[r];
  memcpy(to->weights[r], from->weights[r],
         (size_t)op->rows * op->cols * sizeof(float));
  memcpy(to->biases[r], from->biases[r], op->rows * sizeof(float));
}

static PondStatus pack_readouts(PondModel* model, PondError* error) {
  PondStatus status = POND_OK;
  for (uint32_t r = 0; r < model->scaled->graph.n_readouts && !status; ++r) {
    status = pond_model_pack(model, r, error);
  }
  return status;
}

// A copy with the readouts of `model`, not yet packed.
static PondStatus copy_model(const PondModel* model, PondScaled* scaled,
                             const PondFit* fit, PondModel** copy,
                             PondError* error) {
  const PondStatus status =
      pond_model_build(scaled, fit ? fit : &model->fit, copy, error);
  for (uint32_t r = 0; !status && r < scaled->graph.n_readouts; ++r) {
    copy_readout(*copy, model, r);
  }
  return status;
}

static PondStatus check_readout(const PondModel* model,
                                const PondReadoutFit* readout,
                                PondError* error) {
  const PondCore* core = model->scaled->core;
  if (readout->index >= core->graph.n_readouts) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "there is no readout %u: the model has %u",
                      readout->index, core->graph.n_readouts);
  }
  const PondDescNode* node =
      &core->desc.nodes[core->readout_nodes[readout->index]];
  if (!readout->weights || (readout->bias != NULL) != node->bias) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "readout \"%s\" takes weights and %s", node->name,
                      node->bias ? "a bias" : "no bias");
  }
  return POND_OK;
}

PondStatus pond_model_with_readout(const PondModel* model,
                                   const PondReadoutFit* readout,
                                   PondModel** out, PondError* error) {
  PondModel* built = NULL;
  PondStatus status = check_readout(model, readout, error);
  if (!status) {
    status = copy_model(model, model->scaled, readout->fit, &built, error);
  }
  if (!status) {
    const PondReadoutOp* op = &built->ops[readout->index];
    memcpy(built->weights[readout->index], readout->weights,
           (size_t)op->rows * op->cols * sizeof(float));
    if (readout->bias) {
      memcpy(built->biases[readout->index], readout->bias,
             op->rows * sizeof(float));
    }
    status = pack_readouts(built, error);
  }
  return finish(built, status, out);
}

PondStatus pond_model_with_normaliser(const PondModel* model,
                                      const PondNormaliser* normaliser,
                                      PondModel** out, PondError* error) {
  PondScaled* scaled = NULL;
  PondModel* built = NULL;
  PondStatus status =
      pond_scaled_new(model->scaled->core, normaliser, &scaled, error);
  if (!status) {
    status = copy_model(model, scaled, NULL, &built, error);
  }
  pond_scaled_free(scaled);
  if (!status) {
    status = pack_readouts(built, error);
  }
  return finish(built, status, out);
}
