// SPDX-License-Identifier: ISC
// Steps every kernel over sizes, activations and signals, one call of
// counted_step() each, and prints a line for each call; scripts/
// check_instruction_counts runs it under callgrind, which counts them. With
// the argument `planted` the activation is libm's tanhf. Tests only.
#include "cpu.h"
#include "kernel_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 4, SIGNALS = 7 };

typedef struct {
  const char* name;
  bool is_finite;
  float (*value)(PondRandom* random, uint32_t step);
} Signal;

static float silence(PondRandom* random, uint32_t step) {
  (void)random;
  (void)step;
  return 0.0f;
}
static float noise(PondRandom* random, uint32_t step) {
  (void)step;
  return (float)pond_random_signed(random);
}
static float square(PondRandom* random, uint32_t step) {
  (void)random;
  return step % 2 ? -1.0f : 1.0f;
}
static float subnormal(PondRandom* random, uint32_t step) {
  (void)random;
  return step % 2 ? 0x1p-149f : -0x1.8p-130f;
}
static float saturated(PondRandom* random, uint32_t step) {
  (void)step;
  return 1e6f * (float)pond_random_signed(random);
}
static float not_a_number(PondRandom* random, uint32_t step) {
  (void)random;
  (void)step;
  return NAN;
}
static float infinite(PondRandom* random, uint32_t step) {
  (void)random;
  return step % 2 ? -INFINITY : INFINITY;
}

static const Signal signals[SIGNALS] = {
    {"silence", true, silence},     {"noise", true, noise},
    {"square", true, square},       {"subnormal", true, subnormal},
    {"saturated", true, saturated}, {"nan", false, not_a_number},
    {"inf", false, infinite}};

typedef struct {
  const PondKernels* kernels;
  PondReservoirOp reservoir;
  PondReadoutOp readout;
  float* v;
  float* scratch;
  float y;
  bool planted;
} Rig;

// What is counted.
void counted_step(Rig* rig);
__attribute__((noinline)) void counted_step(Rig* rig) {
  rig->kernels->reservoir(&rig->reservoir, 0.3f, rig->v, rig->scratch);
  for (uint32_t i = 0; rig->planted && i < rig->reservoir.w.rows; i++) {
    rig->v[1 + i] = tanhf(rig->v[1 + i]);
  }
  rig->kernels->readout(&rig->readout, rig->v, &rig->y);
}

static void run_signal(Rig* rig, const Signal* signal, const char* label) {
  PondRandom random = pond_random_init(9, signal->name);
  memset(rig->v, 0, (rig->reservoir.w.rows + 1) * sizeof *rig->v);
  for (uint32_t k = 0; k < STEPS; k++) {
    rig->v[0] = signal->value(&random, k);
    counted_step(rig);
    printf("%s %s %s\n", label, signal->is_finite ? "finite" : "reset",
           signal->name);
  }
}

static void run_rig(const PondKernels* kernels, uint32_t n,
                    PondActivation activation, bool planted) {
  static const char* const names[] = {"tanh", "relu", "sigmoid", "identity"};
  PondRandom random = pond_random_init(n, "count");
  ReservoirCase c;
  do {
    reservoir_case_init(&c, &random, n, FLAVOUR_PLAIN);
  } while ((c.n_fb != 1 || c.n_in != 0) && (reservoir_case_free(&c), true));
  c.activation = activation;
  Rig rig;
  float* plain;
  rig.kernels = kernels;
  rig.reservoir = reservoir_case_pack(&c, kernels->group_rows);
  rig.readout = readout_case(&random, 1, n + 1, FLAVOUR_PLAIN, &plain);
  rig.scratch = case_floats(2 * (size_t)rig.reservoir.w.rows_padded);
  rig.v = case_floats(n + 1);
  rig.planted = planted;
  char label[64];
  snprintf(label, sizeof label, "%s-%s-%u",
           kernels->id == POND_KERNEL_SCALAR ? "scalar" : "avx2",
           names[activation], n);
  for (uint32_t k = 0; k < SIGNALS; k++) {
    run_signal(&rig, &signals[k], label);
  }
  free((void*)rig.reservoir.w.panels);
  free((void*)rig.readout.w);
  free((void*)rig.readout.bias);
  free(plain);
  free(rig.scratch);
  free(rig.v);
  reservoir_case_free(&c);
}

int main(int argc, char** argv) {
  static const uint32_t sizes[] = {1, 17, 100, 203};
  const bool planted = argc > 1 && strcmp(argv[1], "planted") == 0;
  const uint32_t flags = pond_cpu_flags();
  if (!(flags & POND_CPU_AVX2_FMA)) {
    return 77;  // fmaf in software takes as long as its operands ask for
  }
  const PondKernels* kernels[2] = {pond_kernels_get(POND_KERNEL_SCALAR, flags),
                                   pond_kernels_get(POND_KERNEL_AVX2, flags)};
  for (uint32_t k = 0; k < 2; k++) {
    for (uint32_t i = 0; i < (planted ? 3U : 4U); i++) {
      for (uint32_t f = 0; f < (planted ? 1U : 4U); f++) {
        run_rig(kernels[k], sizes[i], (PondActivation)f, planted);
      }
    }
  }
  return 0;
}
