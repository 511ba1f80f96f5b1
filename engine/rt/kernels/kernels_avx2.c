// SPDX-License-Identifier: ISC
// The kernels for AVX2 and FMA: eight rows a vector, never across columns.
// Audio thread.
#include "arith_avx2.h"
#include "kernels_table.h"

enum {
  LANES = 8,
  TILE_VECTORS = 6,  // 48 rows: 12 accumulators of the 16 registers
  GROUP_ROWS = TILE_VECTORS * LANES,
  AHEAD_LINES = 8  // fetched ahead for each vector of next states
};

// Lanes below `n` of a vector.
static inline __m256i first_lanes(uint32_t n) POND_NONBLOCKING {
  const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), index);
}

typedef struct {
  PondActivation activation;
  __m256 a;
  __m256 q;
  __m256 no_leak;
} Update;

// A frame under way. Rows below `done` of `next` hold their next states, those
// from there to `row` their pre-activations.
typedef struct {
  const PondReservoirOp* op;
  const float* v;
  const float* x;
  float* next;
  uint32_t done;
  uint32_t row;
  __m256 bad;  // NaN in a lane: something was not finite
} Frame;

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

// The next eight rows of `done`: z = f(p), leak, snap.
POND_AVX2 void finish_rows(Frame* frame,
                           const Update* update) POND_NONBLOCKING {
  const __m256 zero = _mm256_setzero_ps();
  const uint32_t i = frame->done;
  const uint32_t n_rows = frame->op->w.rows;
  const __m256i mask = first_lanes(i < n_rows ? n_rows - i : 0);
  const __m256 x = _mm256_maskload_ps(frame->x + i, mask);
  const __m256 p = _mm256_load_ps(frame->next + i);
  const __m256 z = activate(update->activation, p);
  const __m256 mixed =
      _mm256_fmadd_ps(update->a, z, _mm256_mul_ps(update->q, x));
  const __m256 state = pond8_snap(pond8_pick(update->no_leak, z, mixed));
  frame->bad = _mm256_fmadd_ps(p, zero, frame->bad);
  frame->bad = _mm256_fmadd_ps(state, zero, frame->bad);
  _mm256_store_ps(frame->next + i, state);
  frame->done = i + LANES;
}

typedef struct {
  __m256 even[TILE_VECTORS];
  __m256 odd[TILE_VECTORS];
} Chains;

// `n_pairs` even and odd columns into the chains of `n` vectors.
POND_AVX2 const float* stream_pairs(Chains* chains, const float* w,
                                    size_t height, const float* v,
                                    uint32_t n_pairs,
                                    const int n) POND_NONBLOCKING {
  for (; n_pairs > 0; n_pairs--, v += 2, w += 2 * height) {
    const __m256 v_even = _mm256_broadcast_ss(v);
    const __m256 v_odd = _mm256_broadcast_ss(v + 1);
    for (int k = 0; k < n; k++) {
      chains->even[k] = _mm256_fmadd_ps(_mm256_load_ps(w + LANES * k), v_even,
                                        chains->even[k]);
    }
    for (int k = 0; k < n; k++) {
      chains->odd[k] = _mm256_fmadd_ps(_mm256_load_ps(w + height + LANES * k),
                                       v_odd, chains->odd[k]);
    }
  }
  return w;
}

// p = W v + b for `n` vectors of rows. The weights come slower than they are
// used: in between, the rows of the tile before are finished.
POND_AVX2 void tile(Frame* frame, const Update* update,
                    const int n) POND_NONBLOCKING {
  const PondReservoirOp* op = frame->op;
  const PondGroupRows rows = pond_dense_rows(&op->w, frame->row);
  const float* w = rows.weights;
  const float* v = frame->v;
  Chains chains;
  for (int k = 0; k < n; k++) {
    chains.even[k] = _mm256_loadu_ps(op->bias + frame->row + LANES * k);
    chains.odd[k] = _mm256_setzero_ps();
  }
  uint32_t pairs = op->w.cols / 2;
  const uint32_t step = pairs / (TILE_VECTORS + 1);
  while (frame->done < frame->row) {
    w = stream_pairs(&chains, w, rows.height, v, step, n);
    v += 2 * step;
    pairs -= step;
    finish_rows(frame, update);
  }
  w = stream_pairs(&chains, w, rows.height, v, pairs, n);
  v += 2 * pairs;
  if (op->w.cols % 2) {
    const __m256 v_even = _mm256_broadcast_ss(v);
    for (int k = 0; k < n; k++) {
      chains.even[k] = _mm256_fmadd_ps(_mm256_load_ps(w + LANES * k), v_even,
                                       chains.even[k]);
    }
  }
  for (int k = 0; k < n; k++) {
    const __m256 sum = _mm256_add_ps(chains.even[k], chains.odd[k]);
    _mm256_store_ps(frame->next + frame->row + LANES * k,
                    _mm256_add_ps(sum, _mm256_setzero_ps()));
  }
  frame->row += (uint32_t)(LANES * n);
}

POND_AVX2 void all_tiles(Frame* frame, const Update* update) POND_NONBLOCKING {
  const PondDense* w = &frame->op->w;
  while (frame->row < w->rows_padded) {
    const uint32_t left =
        pond_dense_rows(w, frame->row).height - frame->row % w->group_rows;
    if (left >= 48) {
      tile(frame, update, 6);
    } else if (left >= 32) {
      tile(frame, update, 4);
    } else {
      tile(frame, update, 2);
    }
  }
  while (frame->done < w->rows_padded) {
    finish_rows(frame, update);
  }
}

static void next_states(Frame* frame, Update* update) POND_NONBLOCKING {
  switch (frame->op->activation) {
    case POND_ACTIVATION_TANH:
      update->activation = POND_ACTIVATION_TANH;
      all_tiles(frame, update);
      return;
    case POND_ACTIVATION_RELU:
      update->activation = POND_ACTIVATION_RELU;
      all_tiles(frame, update);
      return;
    case POND_ACTIVATION_SIGMOID:
      update->activation = POND_ACTIVATION_SIGMOID;
      all_tiles(frame, update);
      return;
    case POND_ACTIVATION_IDENTITY: break;
  }
  update->activation = POND_ACTIVATION_IDENTITY;
  all_tiles(frame, update);
}

static bool reservoir_step(const PondReservoirOp* op, float leak, float* v,
                           float* scratch) POND_NONBLOCKING {
  Update update;
  update.a = _mm256_set1_ps(leak);
  update.q = _mm256_set1_ps(1.0f - leak);
  update.no_leak = _mm256_cmp_ps(update.a, _mm256_set1_ps(1.0f), _CMP_GE_OQ);
  float* x = v + op->n_feedback;
  Frame frame = {op, v, x, scratch, 0, 0, _mm256_setzero_ps()};
  next_states(&frame, &update);
  if (_mm256_movemask_ps(_mm256_cmp_ps(frame.bad, frame.bad, _CMP_UNORD_Q))) {
    memset(x, 0, op->w.rows * sizeof *x);
    return false;
  }
  memcpy(x, scratch, op->w.rows * sizeof *x);
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
