// SPDX-License-Identifier: ISC
// How fast bytes can be streamed through fma at all: loops that load, multiply
// and add, with 4, 8 and 16 accumulators. Benchmarks only.
#ifndef BENCH_CEILING_H
#define BENCH_CEILING_H

#include "pond/types.h"

/// Sums w[0 .. n) x 0.5; n a multiple of 128, `w` 64-byte aligned.
typedef float CeilingLoop(const float* w, size_t n);

enum { CEILING_LOOPS = 3 };

/// The loops of a kernel's instruction set.
CeilingLoop* const* ceiling_loops(PondKernelId id);

extern CeilingLoop* const ceiling_loops_scalar[CEILING_LOOPS];
#if defined(__x86_64__)
extern CeilingLoop* const ceiling_loops_avx2[CEILING_LOOPS];
#endif

#endif
