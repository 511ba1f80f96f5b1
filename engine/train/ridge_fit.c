// SPDX-License-Identifier: ISC
// Fitting one readout: harvest, accumulate, solve. The job's thread.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "arith.h"
#include "errors.h"
#include "ridge.h"
#include "ridge_run.h"

enum { AUTO_FOLDS = 5 };
// Share of a stage that the solution takes; the rows have the rest.
static const double SOLVE_SHARE = 0.2;
static const double CHOOSE_SHARE = 0.5;

/// Where one readout stands, and what it learns.
typedef struct {
  uint32_t index;
  uint32_t n_features;
  uint32_t n_outputs;
  bool has_bias;
  uint32_t features_at;    ///< in the frame vector
  uint32_t first_channel;  ///< of the output
  double* target;          ///< n_outputs, scaled
  double power;            ///< sum of squares of the output's targets
  uint64_t n_power;        ///< of so many
  double rows_share;       ///< of the stage
} Readout;

static const PondNode* readout_node(const PondGraph* graph, uint32_t index) {
  for (uint32_t i = 0; i < graph->n_nodes; ++i) {
    const PondNode* node = &graph->nodes[i];
    if (node->kind == POND_NODE_READOUT && node->readout == index) {
      return node;
    }
  }
  return NULL;
}

PondStatus pond_ridge_find_target(const PondModel* model, uint32_t index,
                                  uint32_t* first_channel, PondError* error) {
  const PondGraph* graph = pond_model_graph(model);
  const PondNode* node = readout_node(graph, index);
  const PondNode* output = &graph->nodes[graph->output];
  uint32_t channel = 0;
  for (uint32_t i = 0; output->kind == POND_NODE_CONCAT && i < output->n_inputs;
       ++i) {
    const PondNode* part = &graph->nodes[output->inputs[i]];
    if (part == node) {
      *first_channel = channel;
      return POND_OK;
    }
    channel += part->size;
  }
  if (node->size != graph->n_out) {
    return pond_error(error, POND_STATUS_MISMATCH,
                      "readout %s has %u outputs, the model has %u: it is no "
                      "part of the output, so nothing says what it should "
                      "learn",
                      pond_model_readout_name(model, index, NULL, NULL),
                      node->size, graph->n_out);
  }
  *first_channel = 0;
  return POND_OK;
}

static bool has_bias(const PondModel* model, uint32_t index) {
  char name[2 * POND_MAX_NAME];
  (void)snprintf(name, sizeof(name), "%s.bias",
                 pond_model_readout_name(model, index, NULL, NULL));
  for (uint32_t i = 0; i < pond_model_parameter_count(model); ++i) {
    if (strcmp(pond_model_parameter(model, i).name, name) == 0) {
      return true;
    }
  }
  return false;
}

static PondStatus describe(const PondRidgeRun* run, uint32_t index,
                           Readout* readout, PondError* error) {
  const PondGraph* graph = pond_model_graph(run->model);
  const PondNode* node = readout_node(graph, index);
  const PondNode* features = &graph->nodes[node->inputs[0]];
  *readout = (Readout){
      .index = index,
      .n_features = features->size,
      .n_outputs = node->size,
      .has_bias = has_bias(run->model, index),
      .features_at = features->out,
      .rows_share =
          1.0 - (run->config.alpha_auto ? CHOOSE_SHARE : SOLVE_SHARE)};
  return pond_ridge_find_target(run->model, index, &readout->first_channel,
                                error);
}

static uint32_t fold_of(const PondRidgeRun* run, uint64_t row) {
  if (!run->config.alpha_auto) {
    return 0;
  }
  const double share =
      (double)(row - run->first_row) / (double)(run->cut - run->first_row);
  const uint32_t fold = (uint32_t)(share * (double)AUTO_FOLDS);
  return fold < AUTO_FOLDS ? fold : AUTO_FOLDS - 1;
}

static void add_row(PondRidgeRun* run, PondRidge* ridge, Readout* readout,
                    const PondHarvestRow* row) {
  const PondNormaliser scaling = pond_model_normaliser(run->model);
  for (uint32_t o = 0; o < readout->n_outputs; ++o) {
    const uint32_t c = readout->first_channel + o;
    readout->target[o] = (row->target[c] - (double)scaling.out_offset[c]) /
                         (double)scaling.out_scale[c];
  }
  const float* features = row->vector + readout->features_at;
  if (!pond_ridge_add(ridge, fold_of(run, row->row), features,
                      readout->target)) {
    return;
  }
  const uint32_t n_out = pond_model_out_size(run->model);
  for (uint32_t c = 0; c < n_out; ++c) {
    readout->power += row->target[c] * row->target[c];
  }
  readout->n_power += n_out;
}

static PondStatus gather_rows(PondRidgeRun* run, PondHarvest* harvest,
                              PondRidge* ridge, Readout* readout,
                              PondError* error) {
  bool more = true;
  PondHarvestRow row = {.row = 0};
  while (more && row.row + 1 < run->cut) {
    const double share = (double)row.row / (double)run->cut;
    PondStatus status =
        pond_ridge_tick(run, share * readout->rows_share, error);
    if (!status) {
      status = pond_harvest_next(harvest, &row, &more, error);
    }
    if (status) {
      return status;
    }
    if (more && row.row >= run->first_row && !row.missing) {
      add_row(run, ridge, readout, &row);
    }
  }
  return POND_OK;
}

static PondStatus accumulate(PondRidgeRun* run, PondRidge* ridge,
                             Readout* readout, PondError* error) {
  PondHarvest* harvest = NULL;
  PondStatus status =
      pond_harvest_new(run->model, &run->setup, &harvest, error);
  if (status) {
    return status;
  }
  status = gather_rows(run, harvest, ridge, readout, error);
  pond_harvest_free(harvest);
  return status;
}

/// What pond_ridge_choose() hands to its tick.
typedef struct {
  PondRidgeRun* run;
  double base;
} Choosing;

static bool choose_tick(void* context, double share) {
  const Choosing* choosing = (const Choosing*)context;
  const double done = choosing->base + (1 - choosing->base) * share;
  return pond_ridge_tick(choosing->run, done, NULL) != POND_OK;
}

static PondStatus choose_and_solve(PondRidgeRun* run, PondRidge* ridge,
                                   const Readout* readout, PondRidgeFit* fit,
                                   PondError* error) {
  PondRidgeScan scan;
  Choosing choosing = {run, readout->rows_share};
  const PondStatus status =
      pond_ridge_choose(ridge, choose_tick, &choosing, &scan, error);
  return status ? status : pond_ridge_solve_best(ridge, &scan, fit, error);
}

static PondStatus solve(PondRidgeRun* run, PondRidge* ridge,
                        const Readout* readout, PondRidgeFit* fit,
                        PondError* error) {
  if (run->config.alpha_auto) {
    return choose_and_solve(run, ridge, readout, fit, error);
  }
  const PondStatus status = pond_ridge_tick(run, readout->rows_share, error);
  return status ? status
                : pond_ridge_solve(ridge, run->config.alpha, fit, error);
}

// Rounds to float; false if something is then not finite.
static bool round_weights(const double* from, float* to, size_t n) {
  bool finite = true;
  for (size_t i = 0; i < n; ++i) {
    to[i] = (float)from[i];
    finite = finite && pond_finite(to[i]);
  }
  return finite;
}

static PondStatus seal(PondRidgeRun* run, const Readout* readout,
                       const PondRidgeFit* fit, PondError* error) {
  const size_t n_weights = (size_t)readout->n_outputs * readout->n_features;
  const PondFit learned = {
      .horizon = run->setup.horizon,
      .out_power = readout->power / (double)readout->n_power,
      .rate_hz = run->config.rate_hz};
  float* weights =
      (float*)pond_memory_new(n_weights + readout->n_outputs, sizeof(float));
  if (!weights) {
    return pond_error_memory(error, "fitted weights");
  }
  float* bias = weights + n_weights;
  PondModel* fitted = NULL;
  PondStatus status = POND_OK;
  if (!round_weights(fit->weights, weights, n_weights) ||
      !round_weights(fit->bias, bias, readout->n_outputs)) {
    status = pond_error(error, POND_STATUS_NOT_FINITE,
                        "weights fitted at alpha %g are too large for a "
                        "float: give a larger alpha, or normalise the data",
                        fit->alpha);
  } else {
    status = pond_model_with_readout(
        run->model,
        &(const PondReadoutFit){readout->index, weights,
                                readout->has_bias ? bias : NULL, &learned},
        &fitted, error);
  }
  pond_memory_free(weights);
  if (!status) {
    pond_model_free(run->model);
    run->model = fitted;
  }
  return status;
}

static PondStatus too_few(const PondRidgeRun* run, PondError* error) {
  return pond_error(error, POND_STATUS_BAD_ARG,
                    "no row to learn from: all %llu after the washout miss a "
                    "sample of their target: give rows without nan there",
                    (unsigned long long)(run->cut - run->first_row));
}

static PondStatus fit_with(PondRidgeRun* run, PondRidge* ridge,
                           Readout* readout, PondError* error) {
  PondRidgeFit fit;
  PondStatus status = accumulate(run, ridge, readout, error);
  if (!status && pond_ridge_row_count(ridge) == 0) {
    status = too_few(run, error);
  }
  if (!status) {
    status = solve(run, ridge, readout, &fit, error);
  }
  if (!status) {
    status = seal(run, readout, &fit, error);
  }
  if (!status) {
    run->report.alpha = fit.alpha;
    run->report.rcond = fit.rcond;
    run->report.n_trained = pond_ridge_row_count(ridge);
  }
  return status;
}

PondStatus pond_ridge_fit(PondRidgeRun* run, uint32_t index, PondError* error) {
  Readout readout;
  PondStatus status = describe(run, index, &readout, error);
  if (status) {
    return status;
  }
  const PondRidgeShape shape = {
      .n_features = readout.n_features,
      .n_outputs = readout.n_outputs,
      .n_folds = run->config.alpha_auto ? AUTO_FOLDS : 1,
      .no_bias = !readout.has_bias};
  PondRidge* ridge = NULL;
  status = pond_ridge_new(&shape, &ridge, error);
  if (status) {
    return status;
  }
  readout.target = (double*)pond_memory_new(readout.n_outputs, sizeof(double));
  status = readout.target ? fit_with(run, ridge, &readout, error)
                          : pond_error_memory(error, "a target");
  pond_memory_free(readout.target);
  pond_ridge_free(ridge);
  return status;
}
