// SPDX-License-Identifier: ISC
// A named way to draw a matrix, with its parameters: topologies of a
// reservoir's own matrix, and initialisers of its input matrices. Control side.
#ifndef POND_MODEL_SPEC_H
#define POND_MODEL_SPEC_H

#include "place.h"
#include "pond/types.h"
#include "random.h"

enum { POND_SPEC_KNOBS = 6 };

typedef enum { POND_KNOB_REAL, POND_KNOB_FLAG } PondKnobKind;

/// One parameter of a spec, with its range.
typedef struct {
  const char* name;
  PondKnobKind kind;
  double fallback;
  double min;
  double max;
} PondKnob;

/// What to draw: `w` has rows x cols floats, row-major, zero on entry.
/// Recurrent matrices hold at w[v * cols + u] the edge from unit u to unit v.
typedef struct {
  const double* knobs;
  float* w;
  uint32_t rows;
  uint32_t cols;
  PondRandom* random;
} PondDrawing;

/// One row of a table of specs.
typedef struct {
  const char* name;
  const char* doc;
  uint32_t n_knobs;
  PondKnob knobs[POND_SPEC_KNOBS];
  void (*draw)(const PondDrawing* drawing);
  /// Spectral radius before scaling where it is known; NULL: ask LAPACK.
  double (*radius)(const double* knobs);
  bool unscaled;  ///< has no radius that could be scaled
} PondSpecInfo;

typedef struct {
  const char* noun;  ///< "topology"
  const PondSpecInfo* rows;
  uint32_t n_rows;
} PondSpecTable;

/// Topologies draw N x N, initialisers N x F. An absent spec draws like row 0
/// of the initialisers, U(-1, 1) in every place.
extern const PondSpecTable POND_TOPOLOGIES;
extern const PondSpecTable POND_INITIALIZERS;

/// A chosen row and its parameters; `info` NULL is the default draw.
typedef struct {
  const PondSpecInfo* info;
  double knobs[POND_SPEC_KNOBS];
} PondSpec;

/// What is read: null, "name" or {"name": ..., parameters}.
typedef struct {
  const PondSpecTable* table;
  const PondPlace* place;
  const char* key;
  const json_t* value;
  PondError* error;
} PondSpecReading;

PondStatus pond_spec_read(const PondSpecReading* reading, PondSpec* spec);
/// The spec as new JSON, all parameters named; NULL if no memory.
json_t* pond_spec_to_json(const PondSpec* spec);
/// Draws every place of the matrix from U(-1, 1).
void pond_draw_uniform(const PondDrawing* drawing);

#endif
