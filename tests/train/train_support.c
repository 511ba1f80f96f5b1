// SPDX-License-Identifier: ISC
// Series, rows in memory and models for the training tests. Test support.
#include "train_support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// cmocka wants the headers above first.
#include <cmocka.h>

#include "errors.h"
#include "random.h"

// What happens at every call.
static bool planted(MemoryRows* m) {
  m->n_calls += 1;
  if (m->job) {
    const double progress = pond_job_progress(m->job);
    if (progress < m->progress || progress > 1) {
      fail_msg("progress went from %g to %g", m->progress, progress);
    }
    m->progress = progress;
    if (m->n_calls == m->cancel_at) {
      pond_job_cancel(m->job);
    }
  }
  return m->n_calls == m->fail_at;
}

static PondStatus read_rows(void* context, PondRowBlock* block,
                            PondError* error) {
  MemoryRows* m = (MemoryRows*)context;
  if (planted(m)) {
    return pond_error(error, POND_STATUS_IO, "planted");
  }
  uint64_t count = m->n - m->next;
  count = m->piece && count > m->piece ? m->piece : count;
  count = count > block->n_max ? block->n_max : count;
  memcpy(block->in, m->in + m->next * m->n_in, count * m->n_in * sizeof(float));
  assert_true((block->target != NULL) == (m->target != NULL));
  if (block->target) {
    memcpy(block->target, m->target + m->next * m->n_target,
           count * m->n_target * sizeof(float));
  }
  m->next += count;
  block->n = (uint32_t)count;
  return POND_OK;
}

static PondStatus rewind_rows(void* context, PondError* error) {
  MemoryRows* m = (MemoryRows*)context;
  if (planted(m)) {
    return pond_error(error, POND_STATUS_IO, "planted");
  }
  m->next = 0;
  return POND_OK;
}

PondRows memory_rows(MemoryRows* memory) {
  const PondRows rows = {.read = read_rows,
                         .rewind = rewind_rows,
                         .context = memory,
                         .n_rows = memory->n,
                         .has_target = memory->target != NULL};
  return rows;
}

static double mackey_glass_slope(double x, double delayed) {
  return 0.2 * delayed / (1 + pow(delayed, 10)) - 0.1 * x;
}

void series_mackey_glass(float* x, uint32_t n, uint64_t seed) {
  enum { PER_UNIT = 10, DELAY = 17 * PER_UNIT, SKIP = 1000 };
  double past[DELAY + 1];
  PondRandom random = pond_random_init(seed, "Mackey-Glass");
  for (int i = 0; i <= DELAY; ++i) {
    past[i] = 1.2 + 0.1 * pond_random_signed(&random);
  }
  uint32_t at = DELAY;
  const double h = 1.0 / (double)PER_UNIT;
  for (uint32_t step = 0; step < (n + SKIP) * PER_UNIT; ++step) {
    const double now = past[at];
    const double d0 = past[(at + 1) % (DELAY + 1)];
    const double d1 = past[(at + 2) % (DELAY + 1)];
    const double dm = 0.5 * (d0 + d1);
    const double k1 = mackey_glass_slope(now, d0);
    const double k2 = mackey_glass_slope(now + 0.5 * h * k1, dm);
    const double k3 = mackey_glass_slope(now + 0.5 * h * k2, dm);
    const double k4 = mackey_glass_slope(now + h * k3, d1);
    at = (at + 1) % (DELAY + 1);
    past[at] = now + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    const uint32_t unit = step / PER_UNIT;
    if (step % PER_UNIT == 0 && unit >= SKIP) {
      x[unit - SKIP] = (float)tanh(past[at] - 1);
    }
  }
}

void series_narma10(float* u, float* y, uint32_t n, uint64_t seed) {
  PondRandom random = pond_random_init(seed, "NARMA-10");
  for (uint32_t t = 0; t < n; ++t) {
    u[t] = (float)(0.5 * pond_random_unit(&random));
    double sum = 0;
    for (uint32_t k = 1; k <= 10 && k <= t; ++k) {
      sum += (double)y[t - k];
    }
    const double before = t ? (double)y[t - 1] : 0;
    const double u1 = t ? (double)u[t - 1] : 0;
    const double u10 = t >= 10 ? (double)u[t - 10] : 0;
    y[t] = (float)(0.3 * before + 0.05 * before * sum + 1.5 * u1 * u10 + 0.1);
  }
}

static void lorenz_slope(const double* v, double* d) {
  d[0] = 10 * (v[1] - v[0]);
  d[1] = v[0] * (28 - v[2]) - v[1];
  d[2] = v[0] * v[1] - 8.0 / 3 * v[2];
}

static void lorenz_step(double* v, double h) {
  static const double WEIGHT[] = {1, 2, 2, 1};
  static const double REACH[] = {0.5, 0.5, 1, 0};
  double next[3] = {v[0], v[1], v[2]};
  double at[3] = {v[0], v[1], v[2]};
  for (int stage = 0; stage < 4; ++stage) {
    double d[3];
    lorenz_slope(at, d);
    for (int i = 0; i < 3; ++i) {
      next[i] += h / 6 * WEIGHT[stage] * d[i];
      at[i] = v[i] + REACH[stage] * h * d[i];
    }
  }
  memcpy(v, next, sizeof(next));
}

void series_lorenz(float* x, uint32_t n) {
  enum { SKIP = 500, SUB_STEPS = 10 };
  double v[3] = {1, 1, 1};
  for (uint32_t t = 0; t < n + SKIP; ++t) {
    for (int i = 0; i < SUB_STEPS; ++i) {
      lorenz_step(v, 0.002);
    }
    for (int i = 0; i < 3 && t >= SKIP; ++i) {
      x[(t - SKIP) * 3 + (uint32_t)i] = (float)v[i];
    }
  }
}

void series_noise(float* x, uint32_t n, uint64_t seed) {
  PondRandom random = pond_random_init(seed, "noise");
  for (uint32_t t = 0; t < n; ++t) {
    x[t] = (float)pond_random_signed(&random);
  }
}

static PondModel* built(PondDesc* desc, uint64_t seed) {
  PondModel* model = NULL;
  PondError error;
  if (pond_model_new(desc, seed, &model, &error)) {
    fail_msg("%s", error.text);
  }
  pond_desc_free(desc);
  return model;
}

PondModel* model_of(const char* preset, const char* settings, uint64_t seed) {
  PondDesc* desc = NULL;
  PondError error;
  if (pond_desc_premade(preset, &desc, &error)) {
    fail_msg("%s", error.text);
  }
  char key[64];
  char value[64];
  int used = 0;
  while (sscanf(settings, " %63[^=]=%63s%n", key, value, &used) == 2) {
    if (pond_desc_set(desc, key, value, &error)) {
      fail_msg("%s", error.text);
    }
    settings += used;
  }
  return built(desc, seed);
}

PondModel* model_of_json(const char* json, uint64_t seed) {
  PondDesc* desc = NULL;
  PondError error;
  if (pond_desc_from_json(json, strlen(json), &desc, &error)) {
    fail_msg("%s", error.text);
  }
  return built(desc, seed);
}

bool same_weights(const PondModel* a, const PondModel* b) {
  bool same = pond_model_parameter_count(a) == pond_model_parameter_count(b);
  for (uint32_t i = 0; same && i < pond_model_parameter_count(a); ++i) {
    const PondParameter p = pond_model_parameter(a, i);
    const PondParameter q = pond_model_parameter(b, i);
    const size_t n = (size_t)p.shape[0] * (p.n_dims > 1 ? p.shape[1] : 1);
    same = memcmp(p.data, q.data, n * sizeof(float)) == 0;
  }
  return same;
}

PondParameter parameter_of(const PondModel* model, const char* name) {
  for (uint32_t i = 0; i < pond_model_parameter_count(model); ++i) {
    const PondParameter p = pond_model_parameter(model, i);
    if (strcmp(p.name, name) == 0) {
      return p;
    }
  }
  fail_msg("no parameter %s", name);
  return pond_model_parameter(model, 0);
}

bool all_finite(const PondModel* model) {
  bool finite = true;
  for (uint32_t i = 0; i < pond_model_parameter_count(model); ++i) {
    const PondParameter p = pond_model_parameter(model, i);
    const size_t n = (size_t)p.shape[0] * (p.n_dims > 1 ? p.shape[1] : 1);
    for (size_t k = 0; k < n; ++k) {
      finite = finite && isfinite(p.data[k]);
    }
  }
  const PondNormaliser s = pond_model_normaliser(model);
  for (uint32_t c = 0; c < pond_model_in_size(model); ++c) {
    finite = finite && isfinite(s.in_offset[c]) && isfinite(s.in_scale[c]);
  }
  for (uint32_t c = 0; c < pond_model_out_size(model); ++c) {
    finite = finite && isfinite(s.out_offset[c]) && isfinite(s.out_scale[c]);
  }
  return finite && isfinite(pond_model_fit(model)->out_power);
}

PondModel* fit(PondModel* model, MemoryRows* memory,
               const PondRidgeConfig* config, PondFitReport* report,
               PondError* error) {
  PondJob* job = NULL;
  const PondRows rows = memory_rows(memory);
  if (pond_ridge_job_new(model, &rows, config, &job, error)) {
    assert_null(job);
    return NULL;
  }
  memory->job = job;
  memory->progress = 0;
  PondError ran;
  const PondStatus status = pond_job_run(job, &ran);
  PondError told;
  assert_true(pond_job_is_done(job));
  assert_int_equal(pond_job_status(job, &told), status);
  PondModel* fitted = pond_job_take_model(job, report);
  assert_true((status == POND_OK) == (fitted != NULL));
  assert_null(pond_job_take_model(job, NULL));
  if (status == POND_OK) {
    assert_true(pond_job_progress(job) == 1);
  } else {
    assert_int_equal(ran.status, status);
    assert_string_equal(ran.text, told.text);
    *error = ran;
  }
  pond_job_free(job);
  memory->job = NULL;
  return fitted;
}
