// SPDX-License-Identifier: ISC
// The kernels for AVX2 and FMA: eight rows a vector, never across columns.
// Audio thread.
#include "arith_avx2.h"
#include "kernels_table.h"

enum {
  LANES = 8,
  TILE_VECTORS = 6,  // 48 rows: 12 accumulators of the 16 registers
  GROUP_ROWS = TILE_VECTORS * LANES
};

// Lanes below `n` of a vector.
static inline __m256i first_lanes(uint32_t n) POND_NONBLOCKING {
  const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), index);
}

// p = W v + b for `n` vectors of rows: two chains a row, even and odd columns.
POND_AVX2 void tile_product(PondGroupRows rows, uint32_t cols, const float* v,
                            const float* bias, float* p,
                            const int n) POND_NONBLOCKING {
  const float* w = rows.weights;
  const size_t height = rows.height;
  __m256 even[TILE_VECTORS];
  __m256 odd[TILE_VECTORS];
  for (int k = 0; k < n; k++) {
    even[k] = _mm256_loadu_ps(bias + LANES * k);
    odd[k] = _mm256_setzero_ps();
  }
  uint32_t c = 0;
  for (; c + 1 < cols; c += 2, w += 2 * height) {
    const __m256 v_even = _mm256_broadcast_ss(v + c);
    const __m256 v_odd = _mm256_broadcast_ss(v + c + 1);
    for (int k = 0; k < n; k++) {
      even[k] = _mm256_fmadd_ps(_mm256_load_ps(w + LANES * k), v_even, even[k]);
    }
    for (int k = 0; k < n; k++) {
      odd[k] = _mm256_fmadd_ps(_mm256_load_ps(w + height + LANES * k), v_odd,
                               odd[k]);
    }
  }
  if (c < cols) {
    const __m256 v_even = _mm256_broadcast_ss(v + c);
    for (int k = 0; k < n; k++) {
      even[k] = _mm256_fmadd_ps(_mm256_load_ps(w + LANES * k), v_even, even[k]);
    }
  }
  for (int k = 0; k < n; k++) {
    const __m256 sum = _mm256_add_ps(even[k], odd[k]);
    _mm256_store_ps(p + LANES * k, _mm256_add_ps(sum, _mm256_setzero_ps()));
  }
}

POND_AVX2 __m256 activate(PondActivation activation,
                          __m256 p) POND_NONBLOCKING {
  switch (activation) {
    case POND_ACTIVATION_TANH: return pond8_tanh(p);
    case POND_ACTIVATION_RELU: return pond8_relu(p);
    case POND_ACTIVATION_SIGMOID: return pond8_sigmoid(p);
    case POND_ACTIVATION_IDENTITY: return p;
  }
  return p;
}

typedef struct {
  __m256 a;
  __m256 q;
  __m256 no_leak;
} Leak;

// The next states of `n` rows: z = f(p), leak, snap. Returns `bad` with NaN
// added in lanes where p or the state is not finite.
POND_AVX2 __m256 next_states(PondActivation activation, const Leak* leak,
                             const float* p, float* x, uint32_t n,
                             __m256 bad) POND_NONBLOCKING {
  const __m256 zero = _mm256_setzero_ps();
  for (uint32_t i = 0; i < n; i += LANES) {
    const __m256i mask = first_lanes(n - i);
    const __m256 p8 = _mm256_load_ps(p + i);
    const __m256 old = _mm256_maskload_ps(x + i, mask);
    const __m256 z = activate(activation, p8);
    const __m256 mixed =
        _mm256_fmadd_ps(leak->a, z, _mm256_mul_ps(leak->q, old));
    const __m256 state = pond8_snap(pond8_pick(leak->no_leak, z, mixed));
    bad = _mm256_fmadd_ps(p8, zero, bad);
    bad = _mm256_fmadd_ps(state, zero, bad);
    _mm256_maskstore_ps(x + i, mask, state);
  }
  return bad;
}

static __m256 next_states_any(const PondReservoirOp* op, const Leak* leak,
                              const float* p, float* x) POND_NONBLOCKING {
  const __m256 bad = _mm256_setzero_ps();
  const uint32_t n = op->w.rows;
  switch (op->activation) {
    case POND_ACTIVATION_TANH:
      return next_states(POND_ACTIVATION_TANH, leak, p, x, n, bad);
    case POND_ACTIVATION_RELU:
      return next_states(POND_ACTIVATION_RELU, leak, p, x, n, bad);
    case POND_ACTIVATION_SIGMOID:
      return next_states(POND_ACTIVATION_SIGMOID, leak, p, x, n, bad);
    case POND_ACTIVATION_IDENTITY: break;
  }
  return next_states(POND_ACTIVATION_IDENTITY, leak, p, x, n, bad);
}

static void product(const PondReservoirOp* op, const float* v,
                    float* p) POND_NONBLOCKING {
  uint32_t r = 0;
  while (r < op->w.rows_padded) {
    const PondGroupRows rows = pond_dense_rows(&op->w, r);
    const uint32_t left = rows.height - r % op->w.group_rows;
    const float* bias = op->bias + r;
    if (left >= 48) {
      tile_product(rows, op->w.cols, v, bias, p + r, 6);
      r += 48;
    } else if (left >= 32) {
      tile_product(rows, op->w.cols, v, bias, p + r, 4);
      r += 32;
    } else {
      tile_product(rows, op->w.cols, v, bias, p + r, 2);
      r += 16;
    }
  }
}

static bool reservoir_step(const PondReservoirOp* op, float leak, float* v,
                           float* scratch) POND_NONBLOCKING {
  const Leak leak8 = {
      _mm256_set1_ps(leak), _mm256_set1_ps(1.0f - leak),
      _mm256_cmp_ps(_mm256_set1_ps(leak), _mm256_set1_ps(1.0f), _CMP_GE_OQ)};
  float* x = v + op->n_feedback;
  product(op, v, scratch);
  const __m256 bad = next_states_any(op, &leak8, scratch, x);
  if (_mm256_movemask_ps(_mm256_cmp_ps(bad, bad, _CMP_UNORD_Q))) {
    memset(x, 0, op->w.rows * sizeof *x);
    return false;
  }
  return true;
}

// Lanes added at distance 8, 4, 2, 1; then the bias, then + 0.
POND_AVX2 float lanes_sum(__m256 low, __m256 high,
                          float bias) POND_NONBLOCKING {
  const __m256 eight = _mm256_add_ps(low, high);
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight),
                                 _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  const __m128 one = _mm_add_ss(two, _mm_movehdup_ps(two));
  return (_mm_cvtss_f32(one) + bias) + 0.0f;
}

// `n` rows of a readout: column j in lane j mod 16. A lane without a column in
// the last sixteen adds +0 x +0, which the final + 0 makes invisible.
POND_AVX2 void readout_rows(const PondReadoutOp* op, uint32_t row,
                            const float* v, float* y,
                            const int n) POND_NONBLOCKING {
  const float* w = op->w + (size_t)row * op->stride;
  const uint32_t whole = op->cols - op->cols % POND_READOUT_LANES;
  __m256 low[4];
  __m256 high[4];
  for (int k = 0; k < n; k++) {
    low[k] = high[k] = _mm256_setzero_ps();
  }
  for (uint32_t j = 0; j < op->stride; j += POND_READOUT_LANES) {
    __m256 v_low;
    __m256 v_high;
    if (j < whole) {
      v_low = _mm256_loadu_ps(v + j);
      v_high = _mm256_loadu_ps(v + j + LANES);
    } else {
      const uint32_t left = op->cols - j;
      v_low = _mm256_maskload_ps(v + j, first_lanes(left));
      v_high = _mm256_maskload_ps(v + j + LANES,
                                  first_lanes(left < 8 ? 0 : left - 8));
    }
    for (int k = 0; k < n; k++) {
      const float* w_k = w + (size_t)k * op->stride + j;
      low[k] = _mm256_fmadd_ps(_mm256_load_ps(w_k), v_low, low[k]);
      high[k] = _mm256_fmadd_ps(_mm256_load_ps(w_k + LANES), v_high, high[k]);
    }
  }
  for (int k = 0; k < n; k++) {
    y[row + (uint32_t)k] =
        lanes_sum(low[k], high[k], op->bias[row + (uint32_t)k]);
  }
}

static void readout_step(const PondReadoutOp* op, const float* v,
                         float* y) POND_NONBLOCKING {
  uint32_t i = 0;
  for (; i + 4 <= op->rows; i += 4) {
    readout_rows(op, i, v, y, 4);
  }
  for (; i < op->rows; i++) {
    readout_rows(op, i, v, y, 1);
  }
}

const PondKernels pond_kernels_avx2 = {POND_KERNEL_AVX2, GROUP_ROWS,
                                       reservoir_step, readout_step};
