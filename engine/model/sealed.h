// SPDX-License-Identifier: ISC
// The inside of a sealed model, for the rooms that run it: train and session.
// Control side.
#ifndef POND_MODEL_SEALED_H
#define POND_MODEL_SEALED_H

#include "pond/model.h"
#include "program.h"

/// The graph, shared by all models that pond_model_with_readout() made from one
/// another: equal pointers mean that a state carries over.
const PondGraph* pond_model_graph(const PondModel* model);
/// The packed readouts, graph->n_readouts of them.
const PondReadoutOp* pond_model_readout_ops(const PondModel* model);
/// Name of node `index` of the graph.
const char* pond_model_node_name(const PondModel* model, uint32_t index);

/// A program over `model`, state zero, one block of memory; id, at_frame and
/// via_dry are the caller's to set. `model` must outlive it. UNSUPPORTED if
/// this processor lacks `kernel`.
PondStatus pond_program_new(const PondModel* model, PondKernelId kernel,
                            PondProgram** program, PondError* error);
void pond_program_free(PondProgram* program);

#endif
