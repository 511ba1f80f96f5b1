// SPDX-License-Identifier: ISC
// Spectral radius by LAPACK's dgeev, eigenvalues only. Control side.
#include "spectral.h"

#include "alloc.h"
#include "errors.h"

#include <math.h>

// Fortran; the two last arguments are the hidden lengths of the letters.
void dgeev_(const char* jobvl, const char* jobvr, const int* n, double* a,
            const int* lda, double* wr, double* wi, double* vl, const int* ldvl,
            double* vr, const int* ldvr, double* work, const int* lwork,
            int* info, size_t n_jobvl, size_t n_jobvr);

/// The matrix (destroyed) and its eigenvalues.
typedef struct {
  double* a;
  double* wr;
  double* wi;
  int n;
} Eigen;

// With lwork -1 only asks for the best size of `work`, in work[0].
static int solve(const Eigen* eigen, double* work, int lwork) {
  const int one = 1;
  int info = 0;
  double none = 0.0;
  dgeev_("N", "N", &eigen->n, eigen->a, &eigen->n, eigen->wr, eigen->wi, &none,
         &one, &none, &one, work, &lwork, &info, 1, 1);
  return info;
}

static double largest(const Eigen* eigen) {
  double radius = 0.0;
  for (int i = 0; i < eigen->n; ++i) {
    const double size = hypot(eigen->wr[i], eigen->wi[i]);
    radius = size > radius ? size : radius;
  }
  return radius;
}

static PondStatus run(const Eigen* eigen, double* radius, PondError* error) {
  double best = 0.0;
  int info = solve(eigen, &best, -1);
  const int lwork = best > 4.0 * eigen->n ? (int)best : 4 * eigen->n;
  double* work = (double*)pond_memory_new((size_t)lwork, sizeof(double));
  if (!work) {
    return pond_error_memory(error, "the spectral radius");
  }
  if (!info) {
    info = solve(eigen, work, lwork);
  }
  pond_memory_free(work);
  if (info) {
    return pond_error(error, POND_STATUS_SINGULAR,
                      "LAPACK's dgeev found no eigenvalues (info %d)", info);
  }
  *radius = largest(eigen);
  return POND_OK;
}

PondStatus pond_spectral_radius(const float* w, uint32_t n, double* radius,
                                PondError* error) {
  const size_t places = (size_t)n * n;
  PondPlan plan = {.size = 0};
  if (n > POND_MAX_EXACT_UNITS) {
    return pond_error(error, POND_STATUS_LIMIT,
                      "the exact spectral radius is computed up to %d units, "
                      "not %u; take fewer, topology ring, or "
                      "spectral_radius none",
                      POND_MAX_EXACT_UNITS, n);
  }
  const size_t at_a = pond_plan_add(&plan, places, sizeof(double));
  const size_t at_wr = pond_plan_add(&plan, n, sizeof(double));
  const size_t at_wi = pond_plan_add(&plan, n, sizeof(double));
  char* block = (char*)pond_plan_new(&plan);
  if (!block) {
    return pond_error_memory(error, "the spectral radius");
  }
  const Eigen eigen = {(double*)(block + at_a), (double*)(block + at_wr),
                       (double*)(block + at_wi), (int)n};
  // Row-major here, column-major there: the transpose has the same spectrum.
  for (size_t i = 0; i < places; ++i) {
    eigen.a[i] = (double)w[i];
  }
  const PondStatus status = run(&eigen, radius, error);
  pond_memory_free(block);
  return status;
}
