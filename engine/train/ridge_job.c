// SPDX-License-Identifier: ISC
// The ridge job: checks, stages, result. Made by its owner, run on the owner's
// choice of thread.
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "errors.h"
#include "fpu.h"
#include "ridge_run.h"

/// What a job holds from the beginning.
typedef struct {
  PondModel* model;
  PondRidgeConfig config;
  PondHarvestSetup setup;
  float* state;
} Order;

// Parts of the progress.
static const double SCALE_WEIGHT = 0.1;
static const double FIT_WEIGHT = 1.0;
static const double JUDGE_WEIGHT = 0.7;

PondStatus pond_ridge_tick(PondRidgeRun* run, double share, PondError* error) {
  if (pond_job_is_cancelled(run->job)) {
    return pond_error(error, POND_STATUS_CANCELLED, "training was cancelled");
  }
  pond_job_set_progress(run->job, run->base + run->span * share);
  return POND_OK;
}

static void begin_stage(PondRidgeRun* run, double weight) {
  run->base += run->span;
  run->span = weight;
}

static PondStatus count_rows(PondRidgeRun* run, PondError* error) {
  PondRowReader reader;
  const float* in = NULL;
  const float* target = NULL;
  PondStatus status =
      pond_rows_open(&reader, &run->setup.rows, pond_model_in_size(run->model),
                     pond_model_out_size(run->model), error);
  if (status) {
    return status;
  }
  do {
    status = pond_ridge_tick(run, 0, error);
    if (!status) {
      status = pond_rows_next(&reader, &in, &target, error);
    }
  } while (!status && in);
  run->n_rows = reader.n_read;
  pond_rows_close(&reader);
  return status;
}

static PondStatus divide_rows(PondRidgeRun* run, PondError* error) {
  const double held_out = floor(run->config.holdout * (double)run->n_rows);
  run->cut = run->n_rows - (uint64_t)held_out;
  run->first_row = (uint64_t)run->config.washout + run->setup.horizon;
  if (run->first_row < run->cut) {
    return POND_OK;
  }
  return pond_error(error, POND_STATUS_BAD_ARG,
                    "too few rows: of %" PRIu64 " rows washout takes %" PRIu32
                    ", horizon %" PRIu32 " and holdout %" PRIu64
                    ", which leaves none to learn from; give more rows or a "
                    "smaller washout",
                    run->n_rows, run->config.washout, run->setup.horizon,
                    run->n_rows - run->cut);
}

static PondStatus fit_all(PondRidgeRun* run, double unit, PondError* error) {
  const uint32_t n_readouts = pond_model_readout_count(run->model);
  for (uint32_t i = 0; i < n_readouts; ++i) {
    begin_stage(run, unit * FIT_WEIGHT);
    const PondStatus status = pond_ridge_fit(run, i, error);
    if (status) {
      return status;
    }
  }
  return POND_OK;
}

static PondStatus run_stages(PondRidgeRun* run, PondError* error) {
  const uint32_t n_readouts = pond_model_readout_count(run->model);
  const double unit = 1.0 / ((run->config.normalise ? SCALE_WEIGHT : 0.0) +
                             FIT_WEIGHT * n_readouts + JUDGE_WEIGHT);
  PondStatus status = POND_OK;
  run->n_rows = run->setup.rows.n_rows;
  if (run->n_rows == 0) {
    status = count_rows(run, error);
  }
  if (!status) {
    status = divide_rows(run, error);
  }
  if (!status && run->config.normalise) {
    begin_stage(run, unit * SCALE_WEIGHT);
    status = pond_ridge_scale(run, error);
  }
  if (!status) {
    status = fit_all(run, unit, error);
  }
  if (!status) {
    begin_stage(run, unit * JUDGE_WEIGHT);
    status = pond_ridge_judge(run, error);
  }
  return status;
}

static PondStatus run_order(PondJob* job, void* context, PondError* error) {
  const Order* order = (const Order*)context;
  PondRidgeRun run = {.job = job,
                      .config = order->config,
                      .setup = order->setup,
                      .model = pond_model_ref(order->model)};
  // The audio thread's arithmetic, whatever the owner's thread does.
  const uint64_t host = pond_fpu_enter();
  const PondStatus status = run_stages(&run, error);
  pond_fpu_leave(host);
  if (status) {
    pond_model_free(run.model);
  } else {
    pond_job_publish(job, run.model, &run.report);
  }
  return status;
}

static void free_order(void* context) {
  Order* order = (Order*)context;
  if (order) {
    pond_model_free(order->model);
    pond_memory_free(order->state);
    pond_memory_free(order);
  }
}

static PondStatus check_numbers(const PondRidgeConfig* config,
                                PondError* error) {
  const struct {
    const char* name;
    double value;
    bool good;
    const char* allowed;
  } rules[] = {
      {"alpha", config->alpha, config->alpha_auto || config->alpha >= 0,
       "0 or more"},
      {"horizon", config->horizon, config->horizon <= POND_MAX_HORIZON,
       "at most 65536 frames"},
      {"holdout", config->holdout, config->holdout >= 0 && config->holdout < 1,
       "0 or more, less than 1"},
      {"rate_hz", config->rate_hz, config->rate_hz >= 0, "0 or more"},
      {"leak", (double)config->leak, config->leak >= 0, "0 or more"}};
  for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); ++i) {
    const bool ignored = i == 0 && config->alpha_auto;
    if (!rules[i].good || (!ignored && !isfinite(rules[i].value))) {
      return pond_error(error, POND_STATUS_BAD_ARG, "%s is %g: it must be %s",
                        rules[i].name, rules[i].value, rules[i].allowed);
    }
  }
  return POND_OK;
}

static PondStatus check_model(const PondModel* model, const PondRows* rows,
                              PondError* error) {
  const uint32_t n_readouts = pond_model_readout_count(model);
  if (n_readouts == 0) {
    return pond_error(
        error, POND_STATUS_BAD_ARG,
        "the model has no readout to train: begin with classic or "
        "ott, or add a readout node");
  }
  PondStatus status = pond_harvest_check(model, rows, error);
  for (uint32_t i = 0; i < n_readouts && !status; ++i) {
    uint32_t channel = 0;
    status = pond_ridge_find_target(model, i, &channel, error);
  }
  return status;
}

static PondStatus check(const PondModel* model, const PondRows* rows,
                        const PondRidgeConfig* config, PondError* error) {
  PondStatus status = check_numbers(config, error);
  if (!status) {
    status = check_model(model, rows, error);
  }
  if (!status && config->normalise && rows->effective) {
    status = pond_error(error, POND_STATUS_BAD_ARG,
                        "rows that are already scaled cannot be normalised");
  }
  return status;
}

static PondStatus copy_state(Order* order, const float* state,
                             PondError* error) {
  const size_t n = pond_harvest_state_count(pond_model_graph(order->model));
  if (!state) {
    return POND_OK;
  }
  order->state = (float*)pond_memory_new(n, sizeof(float));
  if (!order->state) {
    return pond_error_memory(error, "a state to begin with");
  }
  memcpy(order->state, state, n * sizeof(float));
  order->setup.state = order->state;
  return POND_OK;
}

static Order* order_new(PondModel* model, const PondRows* rows,
                        const PondRidgeConfig* config) {
  Order* order = (Order*)pond_memory_new(1, sizeof(Order));
  if (order) {
    // Without a target source, frames learn the next one unless told otherwise.
    const bool next = !rows->has_target && config->horizon == 0;
    *order = (Order){.model = pond_model_ref(model),
                     .config = *config,
                     .setup = {.rows = *rows,
                               .kernel = config->kernel,
                               .horizon = next ? 1 : config->horizon,
                               .leak = config->leak}};
  }
  return order;
}

PondStatus pond_ridge_job_new(PondModel* model, const PondRows* rows,
                              const PondRidgeConfig* config, PondJob** job,
                              PondError* error) {
  static const PondJobWork work = {run_order, free_order};
  PondStatus status = check(model, rows, config, error);
  if (status) {
    return status;
  }
  Order* order = order_new(model, rows, config);
  if (!order) {
    return pond_error_memory(error, "a training job");
  }
  status = copy_state(order, config->state, error);
  if (!status) {
    status = pond_job_new(&work, order, job, error);
  }
  if (status) {
    free_order(order);
  }
  return status;
}
