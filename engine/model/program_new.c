// SPDX-License-Identifier: ISC
// Programs: a model made ready for the audio thread, with its workspace.
// Control side.
#include "model_inside.h"
#include "sealed.h"

#include "alloc.h"
#include "cpu.h"
#include "errors.h"
#include "pond/engine.h"

static PondStatus no_kernel(PondKernelId kernel, PondError* error) {
  const char* name = pond_kernel_name(kernel);
  PondList names = {.used = 0};
  pond_list_add(&names, "auto");
  for (int k = POND_KERNEL_SCALAR; k <= POND_KERNEL_NEON; ++k) {
    if (pond_kernel_available((PondKernelId)k)) {
      pond_list_add(&names, pond_kernel_name((PondKernelId)k));
    }
  }
  return pond_error(error, POND_STATUS_UNSUPPORTED,
                    "this build or processor has no %s kernel; it has %s",
                    name ? name : "such", names.text);
}

PondStatus pond_program_new(const PondModel* model, PondKernelId kernel,
                            PondProgram** program, PondError* error) {
  const PondGraph* graph = &model->scaled->graph;
  const PondNormaliser* scaling = &model->scaled->normaliser;
  const uint32_t horizon = model->fit.horizon ? model->fit.horizon : 1;
  const PondKernels* kernels = pond_kernels_get(kernel, pond_cpu_flags());
  const size_t n_state = pond_program_state_size(graph, horizon);
  PondPlan plan = {.overflow = n_state == 0 || n_state > UINT32_MAX};
  if (!kernels) {
    return no_kernel(kernel, error);
  }
  (void)pond_plan_add(&plan, 1, sizeof(PondProgram));
  const size_t at_state = pond_plan_add(&plan, n_state, sizeof(float));
  const size_t at_scratch =
      pond_plan_add(&plan, pond_program_scratch_size(graph), sizeof(float));
  char* block = (char*)pond_plan_new(&plan);
  if (!block) {
    return pond_error_memory(error, "a program");
  }
  PondProgram* built = (PondProgram*)block;
  *built = (PondProgram){.graph = graph,
                         .readouts = model->ops,
                         .kernels = kernels,
                         .scaling = {scaling->in_offset, scaling->in_scale,
                                     scaling->out_offset, scaling->out_scale},
                         .horizon = horizon,
                         .out_power = model->fit.out_power,
                         .state = (float*)(block + at_state),
                         .n_state = (uint32_t)n_state,
                         .scratch = (float*)(block + at_scratch)};
  *program = built;
  return POND_OK;
}

void pond_program_free(PondProgram* program) { pond_memory_free(program); }
