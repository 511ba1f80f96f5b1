// SPDX-License-Identifier: ISC
// What this build and processor offer, by name. Control side.
#include "cpu.h"
#include "kernels.h"
#include "pond/engine.h"

#include <string.h>

// OpenBLAS; the text is constant, its prototype says otherwise.
char* openblas_get_corename(void);

static const char* const NAMES[] = {"auto", "scalar", "avx2", "avx512", "neon"};
enum { N_NAMES = sizeof(NAMES) / sizeof(NAMES[0]) };

const char* pond_kernel_name(PondKernelId kernel) {
  return (unsigned)kernel < N_NAMES ? NAMES[kernel] : NULL;
}

PondStatus pond_kernel_find(const char* name, PondKernelId* kernel) {
  for (int k = 0; k < N_NAMES; ++k) {
    if (strcmp(NAMES[k], name) == 0) {
      *kernel = (PondKernelId)k;
      return POND_OK;
    }
  }
  return POND_STATUS_NOT_FOUND;
}

bool pond_kernel_available(PondKernelId kernel) {
  return pond_kernels_get(kernel, pond_cpu_flags()) != NULL;
}

PondKernelId pond_kernel_best(void) {
  return pond_kernels_get(POND_KERNEL_AUTO, pond_cpu_flags())->id;
}

const char* pond_blas_core(void) { return openblas_get_corename(); }
