// SPDX-License-Identifier: ISC
// A core's graph under one normaliser: what the audio thread takes for the same
// reservoirs. Counted owners. Control side.
#ifndef POND_MODEL_SCALED_H
#define POND_MODEL_SCALED_H

#include "core.h"

typedef struct {
  atomic_uint refs;
  PondCore* core;
  PondGraph graph;
  PondNormaliser normaliser;  ///< into the same block
} PondScaled;

/// Takes one more share of `core`. `normaliser` is copied; NULL, or NULL
/// inside, means offset 0 and scale 1. NOT_FINITE or BAD_ARG names the value.
PondStatus pond_scaled_new(PondCore* core, const PondNormaliser* normaliser,
                           PondScaled** scaled, PondError* error);
PondScaled* pond_scaled_ref(PondScaled* scaled);
void pond_scaled_free(PondScaled* scaled);

#endif
