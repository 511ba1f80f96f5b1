// SPDX-License-Identifier: ISC
// Drives a program through rows exactly as the stream would, and pairs each
// frame with its target. The job's thread.
//
// At horizon k frame t is driven when row t + k has come, whose target it
// meets: the inputs between wait in a ring of k rows, and memory is bounded.
#ifndef POND_TRAIN_HARVEST_H
#define POND_TRAIN_HARVEST_H

#include "rows.h"
#include "sealed.h"

typedef struct {
  PondRows rows;
  PondKernelId kernel;
  uint32_t horizon;
  float leak;          ///< override of all leak rates; 0: none
  const float* state;  ///< vector and last good inputs to begin with; NULL: 0
} PondHarvestSetup;

/// One frame and its target; valid until the next one. Port's units, but for
/// `vector`.
typedef struct {
  uint64_t frame;
  uint64_t row;          ///< whose target it is: frame + horizon
  const float* vector;   ///< all nodes' values
  const double* input;   ///< n_in, holes filled
  const double* output;  ///< n_out
  const double* target;  ///< n_out
  bool missing;          ///< a sample of the target is
} PondHarvestRow;

typedef struct PondHarvest PondHarvest;

/// Floats that `state` of the setup must have.
size_t pond_harvest_state_count(const PondGraph* graph);
/// MISMATCH, naming the sizes, if the input cannot be the output's target.
PondStatus pond_harvest_check(const PondModel* model, const PondRows* rows,
                              PondError* error);
/// From row 0. `model` and `setup` must outlive it.
PondStatus pond_harvest_new(const PondModel* model,
                            const PondHarvestSetup* setup,
                            PondHarvest** harvest, PondError* error);
/// `more` is false at the end, when `row` is left alone.
PondStatus pond_harvest_next(PondHarvest* harvest, PondHarvestRow* row,
                             bool* more, PondError* error);
void pond_harvest_free(PondHarvest* harvest);

#endif
