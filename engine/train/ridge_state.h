// SPDX-License-Identifier: ISC
// The inside of a PondRidge, for ridge.c, ridge_solve.c and
// ridge_folds.c. Control side.
#ifndef POND_TRAIN_RIDGE_STATE_H
#define POND_TRAIN_RIDGE_STATE_H

#include "ridge.h"

/// Sums over the rows of one fold, of values less the shift. F features, O
/// outputs, column-major.
typedef struct {
  uint64_t n;
  double* gram;      ///< F x F, lower triangle: sum x x'
  double* cross;     ///< F x O: sum x y'
  double* sum_x;     ///< F
  double* sum_y;     ///< O
  double* square_y;  ///< O: sum y y
} PondFold;

struct PondRidge {
  uint32_t n_features;
  uint32_t n_outputs;
  uint32_t n_folds;
  uint32_t chunk_rows;
  bool no_bias;
  PondFold* folds;
  bool has_shift;
  double* shift_x;  ///< F: the first row; zero without a bias
  double* shift_y;  ///< O
  // Rows that wait to be multiplied, all of one fold.
  uint32_t n_pending;
  uint32_t pending_fold;
  double* chunk_x;  ///< F x chunk_rows
  double* chunk_y;  ///< O x chunk_rows
  // The system at hand: centred sums of some folds.
  uint64_t n;
  double* gram;      ///< F x F, lower triangle
  double* cross;     ///< F x O
  double* mean_x;    ///< F, shifted
  double* mean_y;    ///< O, shifted
  double* square_y;  ///< O
  double* factor;    ///< F x F, the Cholesky factor
  double* scale;     ///< F, powers of two
  double* weights;   ///< F x O
  double* bias;      ///< O
  double* product;   ///< F x O
  double* work;      ///< 3 F
  int* i_work;       ///< F
};

/// How a solution went.
typedef struct {
  PondStatus status;
  uint32_t feature;  ///< where the factorisation stopped; F: it did not
  double rcond;
} PondRidgeVerdict;

/// Multiplies the waiting rows into their fold.
void pond_ridge_flush(PondRidge* ridge);
/// Flushes, then sets the system to the centred sums of all folds but
/// `left_out`; n_folds leaves out none.
void pond_ridge_gather(PondRidge* ridge, uint32_t left_out);
/// Solves the gathered system into `weights` and `bias`.
PondRidgeVerdict pond_ridge_solve_system(PondRidge* ridge, double alpha);
/// Mean diagonal of the gathered Gram matrix.
double pond_ridge_mean_diagonal(const PondRidge* ridge);
double pond_ridge_dot(const double* a, const double* b, size_t n);

#endif
