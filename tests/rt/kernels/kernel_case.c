// SPDX-License-Identifier: ISC
// Random reservoirs and readouts, and section 5 of the numerics contract by
// the plainest loops. Tests only.
#include "kernel_case.h"

#include "arith.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

float* case_floats(size_t n) {
  const size_t bytes = (n * sizeof(float) + 63) / 64 * 64;
  float* floats = aligned_alloc(64, bytes ? bytes : 64);
  if (!floats) {
    abort();
  }
  memset(floats, 0, bytes);
  return floats;
}

static float odd_value(PondRandom* random, Flavour flavour) {
  static const float zeros[] = {0.0f, -0.0f, -0.0f, 0.0f};
  static const float tiny[] = {0x1p-149f, -0x1.8p-130f, -0x1p-97f, 0x1p-96f};
  static const float huge[] = {1e30f, -1e34f, FLT_MAX, -FLT_MAX};
  static const float odd[] = {NAN, INFINITY, -INFINITY, -NAN};
  const uint64_t pick = pond_random_below(random, 4);
  switch (flavour) {
    case FLAVOUR_ZEROS: return zeros[pick];
    case FLAVOUR_TINY: return tiny[pick];
    case FLAVOUR_HUGE: return huge[pick];
    default: return odd[pick];
  }
}

float case_value(PondRandom* random, Flavour flavour, float scale) {
  static const double odds[FLAVOUR_COUNT] = {0.0, 0.4, 0.4, 0.01, 0.002, 0.001};
  if (pond_random_unit(random) < odds[flavour]) {
    return odd_value(random, flavour);
  }
  return scale * (float)pond_random_signed(random);
}

static float* random_matrix(PondRandom* random, size_t n, Flavour flavour,
                            float scale) {
  if (n == 0) {
    return NULL;
  }
  float* matrix = case_floats(n);
  for (size_t i = 0; i < n; i++) {
    matrix[i] = case_value(random, flavour, scale);
  }
  return matrix;
}

void reservoir_case_init(ReservoirCase* c, PondRandom* random, uint32_t rows,
                         Flavour flavour) {
  static const float leaks[] = {1.0f, 0.3f, 0.05f, 0.999f, 1.5f, 1e-6f};
  const Flavour weights =
      flavour == FLAVOUR_NOT_FINITE ? FLAVOUR_PLAIN : flavour;
  c->rows = rows;
  c->n_fb = (uint32_t)pond_random_below(random, 9);
  c->n_in = (uint32_t)pond_random_below(random, 9);
  c->flavour = flavour;
  c->activation = (PondActivation)pond_random_below(random, 4);
  c->leak = leaks[pond_random_below(random, 6)];
  c->w_fb = random_matrix(random, (size_t)rows * c->n_fb, weights, 1.0f);
  c->w = random_matrix(random, (size_t)rows * rows, weights,
                       1.6f / sqrtf((float)rows));
  c->w_in = random_matrix(random, (size_t)rows * c->n_in, weights, 1.0f);
  c->bias = case_floats(rows + POND_PANEL_ROWS);
  for (uint32_t i = 0; i < rows; i++) {
    c->bias[i] = i % 3 ? case_value(random, weights, 0.5f) : -0.0f;
  }
}

void reservoir_case_free(ReservoirCase* c) {
  free(c->w_fb);
  free(c->w);
  free(c->w_in);
  free(c->bias);
}

uint32_t reservoir_case_cols(const ReservoirCase* c) {
  return c->n_fb + c->rows + c->n_in;
}

PondReservoirOp reservoir_case_pack(const ReservoirCase* c,
                                    uint32_t group_rows) {
  PondReservoirOp op;
  memset(&op, 0, sizeof op);
  float* panels = case_floats(pond_dense_size(c->rows, reservoir_case_cols(c)));
  pond_dense_pack(c->w_fb, c->n_fb, c->w, c->rows, c->w_in, c->n_in, group_rows,
                  panels, &op.w);
  op.bias = c->bias;
  op.activation = c->activation;
  op.n_feedback = c->n_fb;
  op.n_driving = c->n_in;
  return op;
}

PondReadoutOp readout_case(PondRandom* random, uint32_t rows, uint32_t cols,
                           Flavour flavour, float** plain) {
  PondReadoutOp op;
  op.rows = rows;
  op.cols = cols;
  op.stride = (cols + 15U) / 16U * 16U;
  *plain = random_matrix(random, (size_t)rows * cols, flavour, 0.3f);
  float* packed = case_floats((size_t)rows * op.stride);
  pond_readout_pack(*plain, rows, cols, packed);
  op.w = packed;
  op.bias = random_matrix(random, rows, flavour, 1.0f);
  return op;
}

static float reference_weight(const ReservoirCase* c, uint32_t i, uint32_t j) {
  if (j < c->n_fb) {
    return c->w_fb[(size_t)i * c->n_fb + j];
  }
  if (j < c->n_fb + c->rows) {
    return c->w[(size_t)i * c->rows + (j - c->n_fb)];
  }
  return c->w_in[(size_t)i * c->n_in + (j - c->n_fb - c->rows)];
}

static float reference_f(PondActivation activation, float p) {
  switch (activation) {
    case POND_ACTIVATION_TANH: return pond_tanh(p);
    case POND_ACTIVATION_RELU: return p > 0.0f ? p : 0.0f;
    case POND_ACTIVATION_SIGMOID: return pond_sigmoid(p);
    default: return p;
  }
}

bool reference_step(const ReservoirCase* c, float leak, float* v,
                    uint32_t parity) {
  float* x = v + c->n_fb;
  float* next = case_floats(c->rows);
  bool finite = true;
  for (uint32_t i = 0; i < c->rows; i++) {
    float a[2] = {c->bias[i], 0.0f};
    for (uint32_t j = 0; j < reservoir_case_cols(c); j++) {
      float* chain = &a[(j + parity) % 2];
      *chain = fmaf(reference_weight(c, i, j), v[j], *chain);
    }
    const float p = (a[0] + a[1]) + 0.0f;
    const float z = reference_f(c->activation, p);
    next[i] = leak >= 1.0f ? z : fmaf(leak, z, (1.0f - leak) * x[i]);
    finite = finite && isfinite(p) && isfinite(next[i]);
    next[i] = fabsf(next[i]) < 0x1p-96f ? 0.0f : next[i];
  }
  for (uint32_t i = 0; i < c->rows; i++) {
    x[i] = finite ? next[i] : 0.0f;
  }
  free(next);
  return finite;
}

void reference_readout(const PondReadoutOp* op, const float* plain,
                       const float* v, float* y) {
  for (uint32_t i = 0; i < op->rows; i++) {
    float lane[16] = {0};
    for (uint32_t j = 0; j < op->cols; j++) {
      lane[j % 16] = fmaf(plain[(size_t)i * op->cols + j], v[j], lane[j % 16]);
    }
    float four[4];
    for (uint32_t k = 0; k < 4; k++) {
      four[k] = (lane[k] + lane[k + 8]) + (lane[k + 4] + lane[k + 12]);
    }
    y[i] = (((four[0] + four[2]) + (four[1] + four[3])) + op->bias[i]) + 0.0f;
  }
}

bool same_value(float a, float b) {
  return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}
