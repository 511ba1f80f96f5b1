// SPDX-License-Identifier: ISC
// The spectral radius of a reservoir's matrix, and scaling it. Control side.
#ifndef POND_MODEL_SPECTRAL_H
#define POND_MODEL_SPECTRAL_H

#include "pond/types.h"

/// Above this many units the exact radius is refused: it takes O(n^3).
enum { POND_MAX_EXACT_UNITS = 8192 };

/// Greatest absolute eigenvalue of `w` (n x n, row-major, finite), exact to
/// double precision. NO_MEM; LIMIT; SINGULAR if the iteration fails. Errors do
/// not name the matrix.
PondStatus pond_spectral_radius(const float* w, uint32_t n, double* radius,
                                PondError* error);

#endif
