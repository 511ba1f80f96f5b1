// SPDX-License-Identifier: ISC
// Sizes of a program's workspace. Control side.
#include "program.h"

static size_t add(size_t a, size_t b, bool* overflow) {
  size_t sum = 0;
  *overflow |= __builtin_add_overflow(a, b, &sum);
  return sum;
}

size_t pond_program_state_size(const PondGraph* graph, uint32_t horizon) {
  bool overflow = false;
  size_t delay = 0;
  overflow |= __builtin_mul_overflow((size_t)horizon, graph->n_out, &delay);
  size_t size = add(graph->n_vector, graph->n_in, &overflow);
  size = add(size, graph->n_out, &overflow);
  size = add(size, delay, &overflow);
  return overflow || size > UINT32_MAX ? 0 : size;
}

size_t pond_program_scratch_size(const PondGraph* graph) {
  return (size_t)graph->n_scratch;
}
