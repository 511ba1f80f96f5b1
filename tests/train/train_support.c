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

static PondStatus read_rows(void* context, float* in, float* target,
                            uint32_t n_max, uint32_t* n, PondError* error) {
  MemoryRows* m = (MemoryRows*)context;
  m->n_calls += 1;
  if (m->n_calls == m->fail_at) {
    return pond_error(error, POND_STATUS_IO, "planted");
  }
  uint64_t count = m->n - m->next;
  count = m->piece && count > m->piece ? m->piece : count;
  count = count > n_max ? n_max : count;
  memcpy(in, m->in + m->next * m->n_in, count * m->n_in * sizeof(float));
  assert_true((target != NULL) == (m->target != NULL));
  if (target) {
    memcpy(target, m->target + m->next * m->n_target,
           count * m->n_target * sizeof(float));
  }
  m->next += count;
  *n = (uint32_t)count;
  return POND_OK;
}

static PondStatus rewind_rows(void* context, PondError* error) {
  MemoryRows* m = (MemoryRows*)context;
  m->n_calls += 1;
  if (m->n_calls == m->fail_at) {
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

PondModel* fit(PondModel* model, MemoryRows* memory,
               const PondRidgeConfig* config, PondFitReport* report,
               PondError* error) {
  PondJob* job = NULL;
  const PondRows rows = memory_rows(memory);
  PondModel* fitted = NULL;
  if (pond_ridge_job_new(model, &rows, config, &job, error) == POND_OK &&
      pond_job_run(job, error) == POND_OK) {
    fitted = pond_job_take_model(job, report);
    assert_non_null(fitted);
  } else {
    assert_true(!job || pond_job_take_model(job, report) == NULL);
  }
  pond_job_free(job);
  return fitted;
}
