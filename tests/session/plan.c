// SPDX-License-Identifier: ISC
// Plans for streams, and running them. Test support for this folder.
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graphs.h"

enum { MAX_BLOCK = 8192, AHEAD = 64 };

uint64_t plan_draw(uint64_t* seed) {
  *seed += 0x9e3779b97f4a7c15U;
  uint64_t z = *seed;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

uint32_t plan_below(uint64_t* seed, uint32_t n) {
  return (uint32_t)(plan_draw(seed) % n);
}

static void must(PondStatus status, const PondError* error, const char* what) {
  if (status) {
    (void)fprintf(stderr, "%s: %s\n", what, error->text);
    abort();
  }
}

static float between(uint64_t* seed, float min, float max) {
  return min + (max - min) * (float)plan_below(seed, 1000) / 1000.0f;
}

static PlanEvent draw_param(uint64_t* seed) {
  static const float ranges[POND_PARAM_COUNT][2] = {{0.2f, 1.5f}, {0.1f, 2.0f},
                                                    {0.0f, 1.0f}, {0.5f, 1.1f},
                                                    {0.0f, 1.0f}, {0.0f, 0.9f}};
  PlanEvent event = {.kind = PLAN_PARAM,
                     .which = plan_below(seed, POND_PARAM_COUNT)};
  event.value = between(seed, ranges[event.which][0], ranges[event.which][1]);
  return event;
}

// Half parameters, the rest modes, swaps and now and then a reset.
static PlanEvent draw_event(uint64_t* seed) {
  PlanEvent event = {.kind = PLAN_RESET};
  const uint32_t dice = plan_below(seed, 20);
  if (dice < 8) {
    event = draw_param(seed);
  } else if (dice < 13) {
    event.kind = PLAN_MODE;
    event.which = dice < 12 ? POND_MODE_GENERATE : POND_MODE_PREDICT;
  } else if (dice < 19) {
    event.kind = PLAN_POST;
    event.which = plan_below(seed, PLAN_MODELS);
  }
  return event;
}

// Frames rise; swaps keep their distance, as a session may not post one while
// another waits.
static void draw_events(Plan* plan, uint64_t* seed, uint32_t fade) {
  uint64_t frame = 1 + plan_below(seed, 20);
  uint64_t free_for_post = 0;
  while (plan->n_events < PLAN_EVENTS && frame < plan->n_frames) {
    PlanEvent event = draw_event(seed);
    event.frame = frame;
    if (event.kind != PLAN_POST || frame >= free_for_post) {
      plan->events[plan->n_events++] = event;
      free_for_post =
          event.kind == PLAN_POST ? frame + 2 * fade + 2 : free_for_post;
    }
    frame += plan_below(seed, plan->n_frames / 16 + 2);
  }
}

Plan plan_make(uint64_t seed, int graph, const Signal* signal,
               uint32_t n_frames) {
  Plan plan = {.signal = signal,
               .seed = seed,
               .n_frames = n_frames,
               .n_out = signal->n_channels};
  const uint32_t units = 5 + plan_below(&seed, 60);
  const uint32_t fade = (uint32_t)(0.01 * signal->rate_hz + 0.5);
  plan.missing = (PondMissing)plan_below(&seed, 3);
  // One draw a statement: compilers order arguments as they like.
  const int other_graph = (int)plan_below(&seed, GRAPH_COUNT);
  const uint32_t short_horizon = 1 + plan_below(&seed, 5);
  const uint32_t long_horizon = 1 + plan_below(&seed, 40);
  plan.models[0] = graph_model(graph, plan.n_out, units, seed + 1);
  plan.models[1] =
      graph_other_readouts(plan.models[0], seed + 2, short_horizon, 0.01);
  PondModel* bare = graph_model(other_graph, plan.n_out, units + 3, seed + 3);
  plan.models[2] = seed % 3 ? graph_normalised(bare) : pond_model_ref(bare);
  pond_model_free(bare);
  plan.models[3] =
      graph_other_readouts(plan.models[2], seed + 4, long_horizon, 1e-4);
  draw_events(&plan, &seed, fade < 1 ? 1 : fade);
  return plan;
}

void plan_free(Plan* plan) {
  for (int i = 0; i < PLAN_MODELS; ++i) {
    pond_model_free(plan->models[i]);
  }
}

static PlanRun new_run(const Plan* plan, PlanHow how) {
  PondError error;
  PlanRun run = {.plan = plan, .how = how};
  const PondSessionConfig config = {.rate_hz = plan->signal->rate_hz,
                                    .kernel = how.kernel,
                                    .missing = plan->missing};
  must(pond_session_new(&config, &run.session, &error), &error, "session");
  return run;
}

PlanRun plan_start(const Plan* plan, PlanHow how) {
  PondError error;
  PlanRun run = new_run(plan, how);
  must(pond_session_post(run.session, plan->models[0], 0, &error), &error,
       "first model");
  return run;
}

static PondStatus post_event(const PlanRun* run, const PlanEvent* event,
                             PondError* error) {
  switch (event->kind) {
    case PLAN_PARAM:
      return pond_session_set_param(run->session, (PondParam)event->which,
                                    event->value, event->frame, error);
    case PLAN_MODE:
      return pond_session_set_mode(run->session, (PondMode)event->which,
                                   event->frame, error);
    case PLAN_POST:
      return pond_session_post(run->session, run->plan->models[event->which],
                               event->frame, error);
    default: return pond_session_reset(run->session, event->frame, error);
  }
}

// Posts what falls before `end`, and whatever else comes soon: those wait in
// the stream. A post that has to wait ends the block at its frame.
static uint64_t post_due(PlanRun* run, uint64_t end) {
  PondError error;
  const Plan* plan = run->plan;
  while (!run->silent && run->next_event < plan->n_events) {
    const PlanEvent* event = &plan->events[run->next_event];
    if (event->frame >= end + AHEAD) {
      break;
    }
    const PondStatus status = post_event(run, event, &error);
    if (status == POND_STATUS_BUSY && event->frame > run->frame) {
      return event->frame < end ? event->frame : end;
    }
    must(status, &error, "event");
    run->next_event += 1;
  }
  return end;
}

static void run_block(PlanRun* run, uint32_t n, float* out) {
  static float buffers[PLAN_CHANNELS][MAX_BLOCK];
  const Signal* signal = run->plan->signal;
  const float* in[PLAN_CHANNELS];
  float* to[PLAN_CHANNELS];
  const uint32_t n_in = 2 * signal->n_channels;
  for (uint32_t c = 0; c < n_in; ++c) {
    const uint32_t from = c % signal->n_channels;
    in[c] = signal->data + (size_t)from * signal->n_frames + run->frame;
    to[c] = buffers[c];
  }
  const PondBlock block = {.in = in,
                           .out = to,
                           .n_frames = n,
                           .n_in = n_in,
                           .n_out = run->plan->n_out};
  pond_stream_run(pond_session_stream(run->session), &block);
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t c = 0; c < run->plan->n_out; ++c) {
      out[(run->frame + i) * run->plan->n_out + c] = buffers[c][i];
    }
  }
}

void plan_run(PlanRun* run, uint64_t end, float* out) {
  while (run->frame < end) {
    uint64_t stop =
        run->frame + 1 + plan_below(&run->how.blocks, run->how.max_block);
    stop = stop < end ? stop : end;
    pond_session_service(run->session);
    stop = post_due(run, stop);
    run_block(run, (uint32_t)(stop - run->frame), out);
    run->frame = stop;
    run->n_blocks += 1;
  }
  pond_session_service(run->session);
}

PondTree* plan_snapshot(PlanRun* run) {
  PondError error;
  PondTree* tree = NULL;
  must(pond_session_snapshot(run->session, 0, &error), &error, "snapshot");
  run_block(run, 0, NULL);
  uint64_t frame = 0;
  if (!pond_session_snapshot_ready(run->session, &frame) ||
      frame != run->frame) {
    (void)fprintf(stderr, "snapshot is not there, or of another frame\n");
    abort();
  }
  must(pond_tree_new(&tree, &error), &error, "tree");
  must(pond_session_to_tree(run->session, tree, &error), &error, "to tree");
  return tree;
}

PlanRun plan_resume(const Plan* plan, const PondTree* tree, uint32_t next_event,
                    PlanHow how) {
  PondError error;
  PlanRun run = new_run(plan, how);
  must(pond_session_restore(run.session, tree, &error), &error, "restore");
  run.frame = pond_stream_frame(pond_session_stream(run.session));
  run.next_event = next_event;
  return run;
}

void plan_stop(PlanRun* run) {
  pond_session_free(run->session);
  run->session = NULL;
}
