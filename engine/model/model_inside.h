// SPDX-License-Identifier: ISC
// The inside of PondModel: a scaled graph and the readouts made for it. Control
// side.
#ifndef POND_MODEL_MODEL_INSIDE_H
#define POND_MODEL_MODEL_INSIDE_H

#include "scaled.h"

struct PondModel {
  atomic_uint refs;
  PondScaled* scaled;
  PondFit fit;
  PondReadoutOp* ops;  ///< packed, graph.n_readouts of them
  float** weights;     ///< raw, per readout
  float** packed;      ///< the weights of `ops`
  float** biases;      ///< raw, per readout, of the op too: zeros without one
};

/// A model with zero readouts, one more share of `scaled`.
PondStatus pond_model_build(PondScaled* scaled, const PondFit* fit,
                            PondModel** model, PondError* error);
/// Checks that readout `index` is finite, by name, and packs it.
PondStatus pond_model_pack(PondModel* model, uint32_t index, PondError* error);
/// Where parameter `index` stands, in the core or in the readouts.
float* pond_model_slot_data(const PondModel* model, uint32_t index);
/// NOT_FINITE, by name, if parameter `index` is not all finite.
PondStatus pond_model_check_slot(const PondModel* model, uint32_t index,
                                 PondError* error);

#endif
