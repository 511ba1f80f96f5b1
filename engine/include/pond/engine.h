// SPDX-License-Identifier: ISC
// All of echopond's engine, and what this build and processor offer.
#ifndef POND_ENGINE_H
#define POND_ENGINE_H

#include "pond/checkpoint.h"
#include "pond/model.h"
#include "pond/rt.h"
#include "pond/session.h"
#include "pond/train.h"
#include "pond/types.h"

POND_BEGIN_DECLS

#define POND_VERSION "0.1.0"
/// Version of the numerics contract: same number, same bits.
enum { POND_NUMERICS = 1 };

/// "scalar", "avx2", ...; NULL for an unknown number.
POND_API const char* pond_kernel_name(PondKernelId kernel);
/// POND_STATUS_NOT_FOUND for an unknown name.
POND_API PondStatus pond_kernel_find(const char* name, PondKernelId* kernel);
/// True if this build has the kernel and this processor runs it.
POND_API bool pond_kernel_available(PondKernelId kernel);
/// The kernel that AUTO stands for here.
POND_API PondKernelId pond_kernel_best(void);
/// The processor type that OpenBLAS computes for, such as "Haswell".
POND_API const char* pond_blas_core(void);

POND_END_DECLS

#endif
