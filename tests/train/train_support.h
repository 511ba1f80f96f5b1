// SPDX-License-Identifier: ISC
// Series, rows in memory and models for the training tests. Test support.
#ifndef POND_TESTS_TRAIN_SUPPORT_H
#define POND_TESTS_TRAIN_SUPPORT_H

#include "pond/model.h"
#include "pond/train.h"

/// Rows in memory. Reads in pieces of `piece` rows (0: as many as asked for).
typedef struct {
  const float* in;      ///< n x n_in
  const float* target;  ///< n x n_target, or NULL
  uint32_t n_in;
  uint32_t n_target;
  uint64_t n;
  uint32_t piece;
  uint64_t next;
  uint64_t n_calls;
  uint64_t fail_at;    ///< the call that answers IO; 0: none
  uint64_t cancel_at;  ///< the call that cancels `job`; 0: none
  PondJob* job;        ///< set by fit()
  double progress;     ///< of `job` at the last call; checked never to fall
} MemoryRows;

PondRows memory_rows(MemoryRows* memory);

/// Mackey-Glass, tau 17, by RK4 in ten steps a unit of time, as tanh(x - 1)
/// (Jaeger and Haas 2004). `seed` moves the start.
void series_mackey_glass(float* x, uint32_t n, uint64_t seed);
/// NARMA of order 10 (Atiya and Parlos 2000): input u, target y.
void series_narma10(float* u, float* y, uint32_t n, uint64_t seed);
/// Lorenz 1963, RK4 in ten steps of 0.002, n x 3.
void series_lorenz(float* x, uint32_t n);
/// Uniform in [-1, 1).
void series_noise(float* x, uint32_t n, uint64_t seed);

/// A premade model with settings "key=value ...". Fails the test if it cannot.
PondModel* model_of(const char* preset, const char* settings, uint64_t seed);
/// A model from JSON.
PondModel* model_of_json(const char* json, uint64_t seed);
/// The same weights in both models, bit for bit.
bool same_weights(const PondModel* a, const PondModel* b);
/// Parameter `name`; fails the test if there is none.
PondParameter parameter_of(const PondModel* model, const char* name);
/// Every parameter and scale is finite.
bool all_finite(const PondModel* model);
/// Runs a job to its end. NULL and `error` filled if it fails.
PondModel* fit(PondModel* model, MemoryRows* memory,
               const PondRidgeConfig* config, PondFitReport* report,
               PondError* error);

#endif
