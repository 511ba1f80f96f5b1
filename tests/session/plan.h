// SPDX-License-Identifier: ISC
// A plan for a stream: models, events with their frames, block sizes; and how
// to run it from any frame on. Everything follows from one seed. Test support
// for this folder.
#ifndef POND_TESTS_PLAN_H
#define POND_TESTS_PLAN_H

#include "pond/checkpoint.h"
#include "pond/session.h"
#include "signals.h"

enum { PLAN_MODELS = 4, PLAN_EVENTS = 40, PLAN_CHANNELS = 6 };

typedef enum { PLAN_PARAM, PLAN_MODE, PLAN_RESET, PLAN_POST } PlanKind;

typedef struct {
  uint64_t frame;
  PlanKind kind;
  uint32_t which;  ///< parameter, mode, or model
  float value;
} PlanEvent;

typedef struct {
  const Signal* signal;
  uint64_t seed;
  uint32_t n_frames;
  uint32_t n_out;
  PondMissing missing;
  PondModel* models[PLAN_MODELS];  ///< 0 from the start; 1 other readouts; 2
                                   ///< other reservoirs; 3 other readouts of 2
  PlanEvent events[PLAN_EVENTS];
  uint32_t n_events;
} Plan;

/// A plan over `graph` (graphs.h) and `signal`.
Plan plan_make(uint64_t seed, int graph, const Signal* signal,
               uint32_t n_frames);
void plan_free(Plan* plan);

/// How a run is cut into blocks, and what computes it.
typedef struct {
  PondKernelId kernel;
  uint64_t blocks;     ///< seed of the block sizes
  uint32_t max_block;  ///< the longest
} PlanHow;

/// A run of a plan in a session of its own.
typedef struct {
  PondSession* session;
  const Plan* plan;
  uint64_t frame;
  uint32_t next_event;
  PlanHow how;
  uint64_t n_blocks;
  bool silent;  ///< no events of the plan: a journal has them
} PlanRun;

PlanRun plan_start(const Plan* plan, PlanHow how);
/// Runs to `end` and writes outputs, planar by frame * n_out + channel.
void plan_run(PlanRun* run, uint64_t end, float* out);
/// Snapshot at the run's frame, into a tree.
PondTree* plan_snapshot(PlanRun* run);
/// Goes on from a tree in a new session; `next_event` as the saved run had it.
PlanRun plan_resume(const Plan* plan, const PondTree* tree, uint32_t next_event,
                    PlanHow how);
void plan_stop(PlanRun* run);

/// Numbers from a seed.
uint64_t plan_draw(uint64_t* seed);
uint32_t plan_below(uint64_t* seed, uint32_t n);

#endif
