// SPDX-License-Identifier: ISC
// The Fortran routines of the serial OpenBLAS that training calls. Matrices
// are column-major. Each `const char*` has a hidden length at the list's end.
// Control side, one thread at a time.
#ifndef POND_TRAIN_BLAS_H
#define POND_TRAIN_BLAS_H

#include <stddef.h>

/// C = alpha A A' + beta C on one triangle (trans "N").
void dsyrk_(const char* uplo, const char* trans, const int* n, const int* k,
            const double* alpha, const double* a, const int* lda,
            const double* beta, double* c, const int* ldc, size_t uplo_size,
            size_t trans_size);
/// C = alpha op(A) op(B) + beta C.
void dgemm_(const char* trans_a, const char* trans_b, const int* m,
            const int* n, const int* k, const double* alpha, const double* a,
            const int* lda, const double* b, const int* ldb, const double* beta,
            double* c, const int* ldc, size_t trans_a_size,
            size_t trans_b_size);
/// C = alpha A B + beta C, A symmetric (side "L").
void dsymm_(const char* side, const char* uplo, const int* m, const int* n,
            const double* alpha, const double* a, const int* lda,
            const double* b, const int* ldb, const double* beta, double* c,
            const int* ldc, size_t side_size, size_t uplo_size);
/// Cholesky factor in place; `info` > 0: not positive definite.
void dpotrf_(const char* uplo, const int* n, double* a, const int* lda,
             int* info, size_t uplo_size);
/// Solves from the factor, in place of `b`.
void dpotrs_(const char* uplo, const int* n, const int* n_rhs, const double* a,
             const int* lda, double* b, const int* ldb, int* info,
             size_t uplo_size);
/// Reciprocal condition from the factor and the matrix's 1-norm; `work` of
/// 3 n, `i_work` of n.
void dpocon_(const char* uplo, const int* n, const double* a, const int* lda,
             const double* norm, double* rcond, double* work, int* i_work,
             int* info, size_t uplo_size);
/// A norm of a symmetric matrix; `work` of n for "1".
double dlansy_(const char* norm, const char* uplo, const int* n,
               const double* a, const int* lda, double* work, size_t norm_size,
               size_t uplo_size);

#endif
