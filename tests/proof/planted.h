// SPDX-License-Identifier: ISC
// Planted faults: a kernel that steps the reservoir rightly and does something
// forbidden beside it, deep inside pond_stream_run(). Test support.
#ifndef PROOF_PLANTED_H
#define PROOF_PLANTED_H

#include <sys/types.h>

#include "stream_load.h"

/// From now on every reservoir that `load` has out calls `act` in each step.
/// Before the audio side runs.
void planted_in_kernel(Load* load, void (*act)(void));

/// Runs this program again with `argument` and reads what it prints on both
/// streams into `output`. Returns its exit status; 128 and the signal's number
/// if one ended it.
int planted_run(const char* argument, char* output, size_t size);

#endif
