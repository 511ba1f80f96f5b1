// SPDX-License-Identifier: ISC
// The kernels in plain C: the definition that all others equal bit for bit.
// Audio thread.
#include "arith.h"
#include "kernels_table.h"

// p = W v + b for the panel of 16 rows from `first` on: two chains a row, even
// columns and odd columns, in ascending order.
static void panel_product(const PondReservoirOp* op, uint32_t first,
                          const float* v, float* p) POND_NONBLOCKING {
  const PondGroupRows rows = pond_dense_rows(&op->w, first);
  float chains[2][POND_PANEL_ROWS];
  for (uint32_t i = 0; i < POND_PANEL_ROWS; i++) {
    chains[0][i] = op->bias[first + i];
    chains[1][i] = 0.0f;
  }
  for (uint32_t c = 0; c < op->w.cols; c++) {
    const float* column = rows.weights + (size_t)c * rows.height;
    float* a = chains[c % 2];
    for (uint32_t i = 0; i < POND_PANEL_ROWS; i++) {
      a[i] = pond_fma(column[i], v[c], a[i]);
    }
  }
  for (uint32_t i = 0; i < POND_PANEL_ROWS; i++) {
    p[i] = (chains[0][i] + chains[1][i]) + 0.0f;
  }
}

static float activate(PondActivation activation, float p) POND_NONBLOCKING {
  switch (activation) {
    case POND_ACTIVATION_TANH: return pond_tanh(p);
    case POND_ACTIVATION_RELU: return pond_relu(p);
    case POND_ACTIVATION_SIGMOID: return pond_sigmoid(p);
    case POND_ACTIVATION_IDENTITY: return p;
  }
  return p;
}

static bool reservoir_step(const PondReservoirOp* op, float leak, float* v,
                           float* scratch) POND_NONBLOCKING {
  const float q = 1.0f - leak;
  float* x = v + op->n_feedback;
  bool finite = true;
  for (uint32_t r = 0; r < op->w.rows_padded; r += POND_PANEL_ROWS) {
    panel_product(op, r, v, scratch + r);
  }
  for (uint32_t i = 0; i < op->w.rows; i++) {
    const float z = activate(op->activation, scratch[i]);
    x[i] = pond_snap(pond_leak(x[i], z, leak, q));
    finite &= pond_finite(scratch[i]);
    finite &= pond_finite(x[i]);
  }
  if (!finite) {
    memset(x, 0, op->w.rows * sizeof *x);
  }
  return finite;
}

// One row: column j in lane j mod 16; lanes are added at distance 8, 4, 2, 1.
static float readout_row(const float* w, const float* v,
                         uint32_t cols) POND_NONBLOCKING {
  float lanes[POND_READOUT_LANES] = {0};
  for (uint32_t j = 0; j < cols; j++) {
    const uint32_t lane = j % POND_READOUT_LANES;
    lanes[lane] = pond_fma(w[j], v[j], lanes[lane]);
  }
  for (uint32_t d = POND_READOUT_LANES / 2; d > 0; d /= 2) {
    for (uint32_t lane = 0; lane < d; lane++) {
      lanes[lane] += lanes[lane + d];
    }
  }
  return lanes[0];
}

static void readout_step(const PondReadoutOp* op, const float* v,
                         float* y) POND_NONBLOCKING {
  for (uint32_t i = 0; i < op->rows; i++) {
    const float* w = op->w + (size_t)i * op->stride;
    y[i] = (readout_row(w, v, op->cols) + op->bias[i]) + 0.0f;
  }
}

const PondKernels pond_kernels_scalar = {POND_KERNEL_SCALAR, POND_PANEL_ROWS,
                                         reservoir_step, readout_step};
