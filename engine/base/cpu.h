// SPDX-License-Identifier: ISC
// What the processor offers, asked for at run time. Any thread.
#ifndef POND_BASE_CPU_H
#define POND_BASE_CPU_H

#include <stdint.h>

/// Bits POND_CPU_* of kernels/kernels.h.
uint32_t pond_cpu_flags(void);

#endif
