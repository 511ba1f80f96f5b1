// SPDX-License-Identifier: ISC
// What must not be in the audio thread's archive, and is in this one. Control:
// read by check_symbols.sh, never run.
#include <math.h>
#include <stdlib.h>

float planted_tanh(float x);
void* planted_malloc(size_t size);

float planted_tanh(float x) { return tanhf(x); }
void* planted_malloc(size_t size) { return malloc(size); }
