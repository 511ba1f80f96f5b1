// SPDX-License-Identifier: ISC
// The kernels for AVX2 and FMA: eight rows a vector, never across columns.
// Audio thread.
#include "arith_avx2.h"
#include "kernels_table.h"

enum {
  LANES = 8,
  TILE_VECTORS = 6,  // 48 rows: 12 accumulators of the 16 registers
  TILE_PANELS = 3,
  LINE_FLOATS = 16,
  AHEAD_FLOATS = 512,             // 2 KB
  PREFETCH_FROM_FLOATS = 275000,  // 1.1 MB
  GROUP_ROWS = TILE_VECTORS * LANES
};

// Lanes below `n` of a vector.
static inline __m256i first_lanes(uint32_t n) POND_NONBLOCKING {
  const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), index);
}

// LANES times a vector's number is at most a tile's height.
// NOLINTBEGIN(bugprone-implicit-widening-of-multiplication-result)

// A frame under way. Rows below `done` of `next` hold their next states, those
// from there to `row` their pre-activations.
typedef struct {
  const PondReservoirOp* op;
  const float* v;
  const float* x;
  float* next;
  uint32_t done;
  uint32_t row;
  Pond16 a;    // leak
  Pond16 q;    // 1 - a
  Pond16 bad;  // NaN in a lane: something was not finite
} Frame;

POND_AVX2 Pond16 activate(PondActivation activation,
                          Pond16 p) POND_NONBLOCKING {
  switch (activation) {
    case POND_ACTIVATION_TANH: return pond16_tanh(p);
    case POND_ACTIVATION_RELU: return pond16_relu(p);
    case POND_ACTIVATION_SIGMOID: return pond16_sigmoid(p);
    case POND_ACTIVATION_IDENTITY: return p;
  }
  return p;
}

// The states before of 16 rows, `n` of which exist.
POND_AVX2 Pond16 load_states(const float* x, uint32_t n) POND_NONBLOCKING {
  Pond16 r;
  if (n >= POND_PANEL_ROWS) {
    r.v[0] = _mm256_loadu_ps(x);
    r.v[1] = _mm256_loadu_ps(x + LANES);
  } else {
    r.v[0] = _mm256_maskload_ps(x, first_lanes(n));
    r.v[1] = _mm256_maskload_ps(x + LANES, first_lanes(n < 8 ? 0 : n - 8));
  }
  return r;
}

// The panel at `done`: z = f(p), leak, snap. x 0 makes NaN of what is not
// finite and keeps it through an or.
POND_AVX2 void finish_panel(Frame* frame,
                            const PondActivation activation) POND_NONBLOCKING {
  const uint32_t i = frame->done;
  float* next = frame->next + i;
  const Pond16 zero = pond16_set(0.0f);
  const Pond16 p = {{_mm256_load_ps(next), _mm256_load_ps(next + LANES)}};
  const Pond16 x = load_states(frame->x + i, frame->op->w.rows - i);
  const Pond16 z = activate(activation, p);
  const Pond16 state =
      pond16_snap(pond16_fma(frame->a, z, pond16_mul(frame->q, x)));
  const Pond16 bad = pond16_fma(state, zero, pond16_mul(p, zero));
  frame->bad = pond16_or(frame->bad, bad);
  _mm256_store_ps(next, state.v[0]);
  _mm256_store_ps(next + LANES, state.v[1]);
  frame->done = i + POND_PANEL_ROWS;
}

typedef struct {
  __m256 even[TILE_VECTORS];
  __m256 odd[TILE_VECTORS];
} Chains;

// `n_pairs` even and odd columns into the chains of `n` vectors. The empty asm
// keeps gcc from spending a register on each address of an odd column.
// NOLINTNEXTLINE(readability-function-size): inlined into one caller's loop
POND_AVX2 void stream_pairs(Chains* chains, const float* w, size_t height,
                            const float* v, uint32_t n_pairs, const int n,
                            const bool prefetch) POND_NONBLOCKING {
  const float* w_odd = w + height;
  __asm__("" : "+r"(w_odd));
  for (; n_pairs > 0; n_pairs--) {
    const __m256 v_even = _mm256_broadcast_ss(v);
    const __m256 v_odd = _mm256_broadcast_ss(v + 1);
    for (int k = 0; prefetch && k < n; k++) {
      _mm_prefetch((const char*)(w + AHEAD_FLOATS + LINE_FLOATS * k),
                   _MM_HINT_T0);
    }
    for (int k = 0; k < n; k++) {
      chains->even[k] = _mm256_fmadd_ps(_mm256_load_ps(w + LANES * k), v_even,
                                        chains->even[k]);
    }
    for (int k = 0; k < n; k++) {
      chains->odd[k] = _mm256_fmadd_ps(_mm256_load_ps(w_odd + LANES * k), v_odd,
                                       chains->odd[k]);
    }
    v += 2;
    w += 2 * height;
    w_odd += 2 * height;
  }
}

// The same, with prefetch where it pays: for the tall tile of a matrix that
// leaves the second cache.
// NOLINTNEXTLINE(readability-function-size): inlined into one caller's loop
POND_AVX2 void stream(Chains* chains, const PondDense* dense, const float* w,
                      size_t height, const float* v, uint32_t n_pairs,
                      const int n) POND_NONBLOCKING {
  const size_t n_weights = (size_t)dense->rows_padded * dense->cols;
  if (n == TILE_VECTORS && n_weights > PREFETCH_FROM_FLOATS) {
    stream_pairs(chains, w, height, v, n_pairs, n, true);
  } else {
    stream_pairs(chains, w, height, v, n_pairs, n, false);
  }
}

// p = W v + b for `n` vectors of rows. The weights come slower than they are
// used: in between, the rows of the tile before are finished.
POND_AVX2 void tile(Frame* frame, const PondActivation activation,
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
  const uint32_t step = pairs / (TILE_PANELS + 1);
  for (; frame->done < frame->row; pairs -= step) {
    stream(&chains, &op->w, w, rows.height, v, step, n);
    w += 2 * (size_t)step * rows.height;
    v += 2 * step;
    finish_panel(frame, activation);
  }
  stream(&chains, &op->w, w, rows.height, v, pairs, n);
  w += 2 * (size_t)pairs * rows.height;
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

POND_AVX2 void all_tiles(Frame* frame,
                         const PondActivation activation) POND_NONBLOCKING {
  const PondDense* w = &frame->op->w;
  while (frame->row < w->rows_padded) {
    const uint32_t left =
        pond_dense_rows(w, frame->row).height - frame->row % w->group_rows;
    if (left >= 48) {
      tile(frame, activation, 6);
    } else if (left >= 32) {
      tile(frame, activation, 4);
    } else {
      tile(frame, activation, 2);
    }
  }
  while (frame->done < w->rows_padded) {
    finish_panel(frame, activation);
  }
}

static void next_states(Frame* frame) POND_NONBLOCKING {
  switch (frame->op->activation) {
    case POND_ACTIVATION_TANH: all_tiles(frame, POND_ACTIVATION_TANH); break;
    case POND_ACTIVATION_RELU: all_tiles(frame, POND_ACTIVATION_RELU); break;
    case POND_ACTIVATION_SIGMOID:
      all_tiles(frame, POND_ACTIVATION_SIGMOID);
      break;
    case POND_ACTIVATION_IDENTITY:
      all_tiles(frame, POND_ACTIVATION_IDENTITY);
      break;
  }
}

static bool any_nan(Pond16 x) POND_NONBLOCKING {
  const __m256 both = _mm256_or_ps(x.v[0], x.v[1]);
  return _mm256_movemask_ps(_mm256_cmp_ps(both, both, _CMP_UNORD_Q)) != 0;
}

// A leak of 1 and above is x' = z. As a = 1, q = 0 that is z + 0 x: z where x
// is finite (a lost -0 is snapped anyway), and where it is not, p is not
// either.
static bool reservoir_step(const PondReservoirOp* op, float leak, float* v,
                           float* scratch) POND_NONBLOCKING {
  const bool no_leak = leak >= 1.0f;
  const float a = no_leak ? 1.0f : leak;
  const float q = no_leak ? 0.0f : 1.0f - leak;
  float* x = v + op->n_feedback;
  Frame frame = {
      op, v, x, scratch, 0, 0, pond16_set(a), pond16_set(q), pond16_set(0.0f)};
  next_states(&frame);
  if (any_nan(frame.bad)) {
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

// NOLINTEND(bugprone-implicit-widening-of-multiplication-result)
