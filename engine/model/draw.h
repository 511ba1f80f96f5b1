// SPDX-License-Identifier: ISC
// Drawing the weights of a described model from a seed. Control side.
#ifndef POND_MODEL_DRAW_H
#define POND_MODEL_DRAW_H

#include "core.h"

/// LIMIT if a wished spectral radius could not be computed at this size.
PondStatus pond_draw_check(const PondDesc* desc, PondError* error);
/// Fills the reservoirs' weights. The draws depend on the seed and on each
/// parameter's name alone, not on the machine; a radius found by LAPACK may
/// differ in the last bits from one BLAS to another.
PondStatus pond_draw_core(PondCore* core, uint64_t seed, PondError* error);

#endif
