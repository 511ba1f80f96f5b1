// SPDX-License-Identifier: ISC
// Accumulating rows for ridge regression in bounded memory. Control side.
#include "ridge.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "errors.h"
#include "ridge_state.h"

// Memory that is zeroed is memory that is used: a system that overcommits would
// kill the process instead of refusing.
static const uint64_t MAX_BYTES = UINT64_C(16) << 30U;

enum { DEFAULT_CHUNK_ROWS = 256, MAX_FOLDS = 64 };

// Places `count` elements in `plan`, or, once there is a block, sets `pointer`
// to where they were placed. The same walk does both.
typedef struct {
  PondPlan plan;
  char* block;
} Placer;

static void* place(Placer* placer, size_t count, size_t size) {
  const size_t offset = pond_plan_add(&placer->plan, count, size);
  return placer->block ? placer->block + offset : NULL;
}

static double* place_doubles(Placer* placer, size_t count) {
  return (double*)place(placer, count, sizeof(double));
}

static double* place_matrix(Placer* placer, size_t rows, size_t cols) {
  size_t count = 0;
  if (__builtin_mul_overflow(rows, cols, &count)) {
    placer->plan.overflow = true;
  }
  return place_doubles(placer, count);
}

static void place_fold(Placer* placer, size_t f, size_t o, PondFold* fold) {
  const PondFold placed = {.gram = place_matrix(placer, f, f),
                           .cross = place_matrix(placer, f, o),
                           .sum_x = place_doubles(placer, f),
                           .sum_y = place_doubles(placer, o),
                           .square_y = place_doubles(placer, o)};
  if (fold) {
    *fold = placed;
  }
}

static void place_system(Placer* placer, size_t f, size_t o, PondRidge* r) {
  r->gram = place_matrix(placer, f, f);
  r->cross = place_matrix(placer, f, o);
  r->mean_x = place_doubles(placer, f);
  r->mean_y = place_doubles(placer, o);
  r->square_y = place_doubles(placer, o);
  r->factor = place_matrix(placer, f, f);
  r->scale = place_doubles(placer, f);
  r->weights = place_matrix(placer, f, o);
  r->bias = place_doubles(placer, o);
  r->product = place_matrix(placer, f, o);
  r->work = place_doubles(placer, 3 * f);
  r->i_work = (int*)place(placer, f, sizeof(int));
}

// The PondRidge itself is the first thing in its block.
static void place_all(Placer* placer, PondRidge* r) {
  const size_t f = r->n_features;
  const size_t o = r->n_outputs;
  (void)place(placer, 1, sizeof(PondRidge));
  r->folds = (PondFold*)place(placer, r->n_folds, sizeof(PondFold));
  for (uint32_t i = 0; i < r->n_folds; ++i) {
    place_fold(placer, f, o, r->folds ? &r->folds[i] : NULL);
  }
  r->shift_x = place_doubles(placer, f);
  r->shift_y = place_doubles(placer, o);
  r->chunk_x = place_matrix(placer, f, r->chunk_rows);
  r->chunk_y = place_matrix(placer, o, r->chunk_rows);
  place_system(placer, f, o, r);
}

PondStatus pond_ridge_new(const PondRidgeShape* shape, PondRidge** ridge,
                          PondError* error) {
  PondRidge r = {
      .n_features = shape->n_features,
      .n_outputs = shape->n_outputs,
      .n_folds = shape->n_folds ? shape->n_folds : 1,
      .no_bias = shape->no_bias,
      .chunk_rows = shape->chunk_rows ? shape->chunk_rows : DEFAULT_CHUNK_ROWS};
  if (r.n_features == 0 || r.n_outputs == 0 || r.n_features > POND_MAX_UNITS ||
      r.n_outputs > POND_MAX_UNITS || r.n_folds > MAX_FOLDS ||
      r.chunk_rows > INT_MAX) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "ridge over %u features, %u outputs and %u folds: they "
                      "must be 1 to %d, the folds to %d",
                      r.n_features, r.n_outputs, r.n_folds, POND_MAX_UNITS,
                      MAX_FOLDS);
  }
  Placer placer = {{0, false}, NULL};
  place_all(&placer, &r);
  if (placer.plan.overflow || placer.plan.size > MAX_BYTES) {
    return pond_error(error, POND_STATUS_LIMIT,
                      "the Gram matrices of %u features take more than 16 GiB: "
                      "take a smaller reservoir%s",
                      r.n_features,
                      r.n_folds > 1 ? ", or give alpha instead of auto" : "");
  }
  char* block = (char*)pond_plan_new(&placer.plan);
  if (!block) {
    return pond_error_memory(error, "the Gram matrices");
  }
  placer = (Placer){{0, false}, block};
  place_all(&placer, &r);
  memcpy(block, &r, sizeof(r));
  *ridge = (PondRidge*)(void*)block;
  return POND_OK;
}

void pond_ridge_free(PondRidge* ridge) { pond_memory_free(ridge); }

static void sum_chunk(const PondRidge* r, PondFold* fold) {
  for (uint32_t row = 0; row < r->n_pending; ++row) {
    const double* x = r->chunk_x + (size_t)row * r->n_features;
    const double* y = r->chunk_y + (size_t)row * r->n_outputs;
    for (uint32_t j = 0; j < r->n_features; ++j) {
      fold->sum_x[j] += x[j];
    }
    for (uint32_t o = 0; o < r->n_outputs; ++o) {
      fold->sum_y[o] += y[o];
      fold->square_y[o] += y[o] * y[o];
    }
  }
  fold->n += r->n_pending;
}

void pond_ridge_flush(PondRidge* r) {
  if (r->n_pending == 0) {
    return;
  }
  PondFold* fold = &r->folds[r->pending_fold];
  const int f = (int)r->n_features;
  const int o = (int)r->n_outputs;
  const int rows = (int)r->n_pending;
  const double one = 1.0;
  dsyrk_("L", "N", &f, &rows, &one, r->chunk_x, &f, &one, fold->gram, &f, 1, 1);
  dgemm_("N", "T", &f, &o, &rows, &one, r->chunk_x, &f, r->chunk_y, &o, &one,
         fold->cross, &f, 1, 1);
  sum_chunk(r, fold);
  r->n_pending = 0;
}

static bool all_finite(const PondRidge* r, const float* x, const double* y) {
  // A product with zero is NaN exactly where a value is not finite.
  double probe = 0;
  for (uint32_t j = 0; j < r->n_features; ++j) {
    probe += (double)x[j] * 0.0;
  }
  for (uint32_t o = 0; o < r->n_outputs; ++o) {
    probe += y[o] * 0.0;
  }
  return probe == 0;
}

static void set_shift(PondRidge* r, const float* x, const double* y) {
  for (uint32_t j = 0; j < r->n_features; ++j) {
    r->shift_x[j] = (double)x[j];
  }
  memcpy(r->shift_y, y, r->n_outputs * sizeof(double));
  r->has_shift = true;
}

bool pond_ridge_add(PondRidge* r, uint32_t fold, const float* features,
                    const double* targets) {
  assert(fold < r->n_folds);
  if (!all_finite(r, features, targets)) {
    return false;
  }
  if (!r->has_shift && !r->no_bias) {
    set_shift(r, features, targets);
  }
  if (fold != r->pending_fold || r->n_pending == r->chunk_rows) {
    pond_ridge_flush(r);
    r->pending_fold = fold;
  }
  double* x = r->chunk_x + (size_t)r->n_pending * r->n_features;
  double* y = r->chunk_y + (size_t)r->n_pending * r->n_outputs;
  for (uint32_t j = 0; j < r->n_features; ++j) {
    x[j] = (double)features[j] - r->shift_x[j];
  }
  for (uint32_t o = 0; o < r->n_outputs; ++o) {
    y[o] = targets[o] - r->shift_y[o];
  }
  r->n_pending += 1;
  return true;
}

uint64_t pond_ridge_row_count(const PondRidge* r) {
  uint64_t n = r->n_pending;
  for (uint32_t i = 0; i < r->n_folds; ++i) {
    n += r->folds[i].n;
  }
  return n;
}
