// SPDX-License-Identifier: ISC
// Small models of different shapes, with readouts drawn at random. Test
// support.
#ifndef POND_TESTS_GRAPHS_H
#define POND_TESTS_GRAPHS_H

#include "pond/model.h"

enum {
  GRAPH_CLASSIC,
  GRAPH_OTT,     ///< even features squared
  GRAPH_DEEP,    ///< a reservoir on a reservoir, leaky
  GRAPH_DRIVEN,  ///< a second input drives; feedback n, driving n
  GRAPH_CHAIN,   ///< a readout drives a second reservoir
  GRAPH_COUNT
};

/// A model of `units` per reservoir that predicts `n` channels from `n`
/// (driven: from 2 n). Aborts the test if it cannot be made.
PondModel* graph_model(int graph, uint32_t n, uint32_t units, uint64_t seed);
/// The same weights under a normaliser: offsets of a tenth, scales of 1/2 and
/// 3/4 going in, 5/4 coming out.
PondModel* graph_normalised(const PondModel* model);
/// The same reservoirs with other readouts, horizon and learned power.
PondModel* graph_other_readouts(const PondModel* model, uint64_t seed,
                                uint32_t horizon, double out_power);

#endif
