// SPDX-License-Identifier: ISC
// Harvesting frames with their targets. The job's thread.
#include "harvest.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "arith.h"
#include "errors.h"

struct PondHarvest {
  const PondHarvestSetup* setup;
  PondRowReader reader;
  PondProgram* program;
  uint64_t n_rows;   ///< read so far
  uint32_t n_slots;  ///< rows of the ring: horizon + 1
  float* ring;       ///< n_slots x n_in, as they came
  float* u;          ///< n_in, what drives the graph
  double* input;
  double* output;
  double* target;
};

size_t pond_harvest_state_count(const PondGraph* graph) {
  return (size_t)graph->n_vector + graph->n_in;
}

PondStatus pond_harvest_check(const PondModel* model, const PondRows* rows,
                              PondError* error) {
  const uint32_t n_in = pond_model_in_size(model);
  const uint32_t n_feedback = pond_model_feedback_size(model);
  const uint32_t n_out = pond_model_out_size(model);
  if (rows->has_target || n_out == n_in || n_out == n_feedback) {
    return POND_OK;
  }
  return pond_error(error, POND_STATUS_MISMATCH,
                    "the model has %u outputs, but %u inputs (%u feedback): "
                    "the input cannot be its target; give a target",
                    n_out, n_in, n_feedback);
}

// One block: the harvest, then its arrays.
static PondHarvest* allocate(const PondGraph* graph, uint32_t n_slots) {
  PondPlan plan = {0, false};
  size_t n_ring = 0;
  (void)pond_plan_add(&plan, 1, sizeof(PondHarvest));
  plan.overflow |=
      __builtin_mul_overflow((size_t)n_slots, (size_t)graph->n_in, &n_ring);
  const size_t ring = pond_plan_add(&plan, n_ring, sizeof(float));
  const size_t u = pond_plan_add(&plan, graph->n_in, sizeof(float));
  const size_t input = pond_plan_add(&plan, graph->n_in, sizeof(double));
  const size_t output = pond_plan_add(&plan, graph->n_out, sizeof(double));
  const size_t target = pond_plan_add(&plan, graph->n_out, sizeof(double));
  char* block = (char*)pond_plan_new(&plan);
  PondHarvest* h = (PondHarvest*)(void*)block;
  if (h) {
    h->n_slots = n_slots;
    h->ring = (float*)(void*)(block + ring);
    h->u = (float*)(void*)(block + u);
    h->input = (double*)(void*)(block + input);
    h->output = (double*)(void*)(block + output);
    h->target = (double*)(void*)(block + target);
  }
  return h;
}

static PondStatus open_parts(PondHarvest* h, const PondModel* model,
                             PondError* error) {
  const PondGraph* graph = pond_model_graph(model);
  const PondStatus status =
      pond_program_new(model, h->setup->kernel, &h->program, error);
  if (status) {
    return status;
  }
  if (h->setup->state) {
    memcpy(h->program->state, h->setup->state,
           pond_harvest_state_count(graph) * sizeof(float));
  }
  return pond_rows_open(&h->reader, &h->setup->rows, graph->n_in, graph->n_out,
                        error);
}

PondStatus pond_harvest_new(const PondModel* model,
                            const PondHarvestSetup* setup,
                            PondHarvest** harvest, PondError* error) {
  PondHarvest* h = allocate(pond_model_graph(model), setup->horizon + 1);
  if (!h) {
    return pond_error_memory(error, "the inputs of a horizon");
  }
  h->setup = setup;
  const PondStatus status = open_parts(h, model, error);
  if (status) {
    pond_harvest_free(h);
    return status;
  }
  *harvest = h;
  return POND_OK;
}

void pond_harvest_free(PondHarvest* h) {
  if (h) {
    pond_rows_close(&h->reader);
    pond_program_free(h->program);
    pond_memory_free(h);
  }
}

// A scaled input in the port's units.
static double unscaled_input(const PondHarvest* h, uint32_t c, float u) {
  const PondScaling* scaling = &h->program->scaling;
  return (double)u * (double)scaling->in_scale[c] +
         (double)scaling->in_offset[c];
}

// One frame's input as the stream sanitises and scales it with gain 1 and
// missing samples held.
static void drive(PondHarvest* h, const float* raw) {
  float* last_good = pond_program_last_good(h->program);
  for (uint32_t c = 0; c < h->program->graph->n_in; ++c) {
    if (h->setup->rows.effective) {
      h->u[c] = raw[c];
      h->input[c] = unscaled_input(h, c, raw[c]);
      continue;
    }
    if (pond_finite(raw[c])) {
      last_good[c] = pond_flush_input(raw[c]);
    }
    h->u[c] = pond_program_scale(h->program, c, last_good[c]);
    h->input[c] = (double)last_good[c];
  }
}

static void take_output(PondHarvest* h) {
  const PondScaling* scaling = &h->program->scaling;
  const float* y = pond_program_output(h->program);
  for (uint32_t c = 0; c < h->program->graph->n_out; ++c) {
    h->output[c] =
        (double)pond_fma(y[c], scaling->out_scale[c], scaling->out_offset[c]);
  }
}

// Sets the target; false if a sample of it is missing.
static bool take_target(PondHarvest* h, const float* in, const float* target) {
  bool whole = true;
  for (uint32_t c = 0; c < h->program->graph->n_out; ++c) {
    const float raw = target ? target[c] : in[c];
    const bool is_scaled = !target && h->setup->rows.effective;
    h->target[c] = is_scaled ? unscaled_input(h, c, raw) : (double)raw;
    whole = whole && pond_finite(raw);
  }
  return whole;
}

static float* slot(const PondHarvest* h, uint64_t row) {
  return h->ring + (row % h->n_slots) * h->program->graph->n_in;
}

static void step(PondHarvest* h, uint64_t frame) {
  PondStepCounts counts = {0, 0};
  drive(h, slot(h, frame));
  pond_program_step(h->program, h->u, h->setup->leak, NULL, &counts);
  take_output(h);
}

PondStatus pond_harvest_next(PondHarvest* h, PondHarvestRow* row, bool* more,
                             PondError* error) {
  const float* in = NULL;
  const float* target = NULL;
  do {
    const PondStatus status = pond_rows_next(&h->reader, &in, &target, error);
    if (status || !in) {
      *more = false;
      return status;
    }
    memcpy(slot(h, h->n_rows), in, h->program->graph->n_in * sizeof(float));
    h->n_rows += 1;
  } while (h->n_rows < h->n_slots);
  const uint64_t last = h->n_rows - 1;
  const uint64_t frame = last - h->setup->horizon;
  step(h, frame);
  const bool whole = take_target(h, in, target);
  *row = (PondHarvestRow){
      frame, last, h->program->state, h->input, h->output, h->target, !whole};
  *more = true;
  return POND_OK;
}
