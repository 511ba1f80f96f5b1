// SPDX-License-Identifier: ISC
// Ridge regression from streamed rows: sums of products now, equations later.
// Control side. After Hoerl and Kennard 1970; the centring, and alpha on the
// raw centred Gram matrix, as torch_rc's CGReadoutLayer has them.
//
// Rows x (features) and y (targets) may be cut into contiguous folds. Each fold
// keeps sum x x', sum x y', sum x, sum y and sum y y, of values less the first
// row's (the equations don't change, constant features become exact zeros).
// From these any alpha's training and validation error follow without another
// pass.
#ifndef POND_TRAIN_RIDGE_H
#define POND_TRAIN_RIDGE_H

#include "pond/types.h"

typedef struct {
  uint32_t n_features;
  uint32_t n_outputs;
  uint32_t n_folds;     ///< 0 means 1
  uint32_t chunk_rows;  ///< rows per matrix product; 0 means 256
  bool no_bias;         ///< the line goes through zero: nothing is centred
} PondRidgeShape;

typedef struct {
  double* weights;  ///< n_outputs x n_features, row-major
  double* bias;     ///< n_outputs
  double alpha;
  double rcond;  ///< of the solved matrix, scaled to a diagonal near 1
} PondRidgeFit;

/// Called between factorisations with the share done, 0 to 1; true stops.
typedef bool PondRidgeTick(void* context, double share);

typedef struct PondRidge PondRidge;

/// Memory: (n_folds + 2) n_features^2 doubles, whatever the number of rows;
/// POND_STATUS_LIMIT above 16 GiB.
PondStatus pond_ridge_new(const PondRidgeShape* shape, PondRidge** ridge,
                          PondError* error);
void pond_ridge_free(PondRidge* ridge);

/// Adds one row to `fold`. False: something in it is not finite, and the row
/// was left out.
bool pond_ridge_add(PondRidge* ridge, uint32_t fold, const float* features,
                    const double* targets);
uint64_t pond_ridge_row_count(const PondRidge* ridge);

/// Weights and bias for `alpha` from all rows; `fit` points into `ridge`, valid
/// until the next call. POND_STATUS_BAD_ARG: no row. POND_STATUS_SINGULAR:
/// names alpha, the condition and the remedy. POND_STATUS_NOT_FINITE. No tick:
/// NULL.
PondStatus pond_ridge_solve(PondRidge* ridge, double alpha, PondRidgeFit* fit,
                            PondError* error);

/// The penalties that are tried: decades from 1e-13 to 1e3 of the mean diagonal
/// of the centred Gram matrix.
enum { POND_RIDGE_GRID = 17 };

/// What pond_ridge_choose() found at each penalty.
typedef struct {
  double alpha[POND_RIDGE_GRID];  ///< falling
  double nrmse[POND_RIDGE_GRID];  ///< geometric mean over folds; infinite:
                                  ///< singular
  uint32_t best;
} PondRidgeScan;

/// The alpha whose weights, fitted without a fold, predict that fold best:
/// geometric mean over the folds of root(square error of the fold / variance of
/// all targets). Geometric, because one odd fold, such as a first one that
/// still has the start in its states, would else decide alone. Rounding of the
/// weights to float counts as error. POND_STATUS_BAD_ARG: less than two folds
/// have rows. POND_STATUS_CANCELLED.
PondStatus pond_ridge_choose(PondRidge* ridge, PondRidgeTick* tick,
                             void* context, PondRidgeScan* scan,
                             PondError* error);

/// Weights and bias from all rows for the best alpha of a scan, or for the next
/// larger one that is not singular. Statuses of pond_ridge_solve().
PondStatus pond_ridge_solve_best(PondRidge* ridge, const PondRidgeScan* scan,
                                 PondRidgeFit* fit, PondError* error);

/// Square error, summed over rows and outputs, of weights and bias on the rows
/// of fold `index`.
double pond_ridge_fold_error(PondRidge* ridge, uint32_t index,
                             const PondRidgeFit* fit);

#endif
