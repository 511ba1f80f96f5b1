// SPDX-License-Identifier: ISC
// One step of the kernels against double arithmetic, within a bound. Tests
// only.
#include "cpu.h"
#include "kernel_case.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double unit = 0x1p-24;  // half an ulp of 1

// A dot product and the sum of its terms' magnitudes.
typedef struct {
  double sum;
  double size;
} Dot;

static void dot_add(Dot* dot, float w, float v) {
  dot->sum += (double)w * (double)v;
  dot->size += fabs((double)w * (double)v);
}

static Dot pre_activation(const ReservoirCase* c, const float* v, uint32_t i) {
  Dot dot = {(double)c->bias[i], fabs((double)c->bias[i])};
  for (uint32_t j = 0; j < c->n_fb; j++) {
    dot_add(&dot, c->w_fb[(size_t)i * c->n_fb + j], v[j]);
  }
  for (uint32_t j = 0; j < c->rows; j++) {
    dot_add(&dot, c->w[(size_t)i * c->rows + j], v[c->n_fb + j]);
  }
  for (uint32_t j = 0; j < c->n_in; j++) {
    dot_add(&dot, c->w_in[(size_t)i * c->n_in + j], v[c->n_fb + c->rows + j]);
  }
  return dot;
}

static double exact_f(PondActivation activation, double p) {
  switch (activation) {
    case POND_ACTIVATION_TANH: return tanh(p);
    case POND_ACTIVATION_RELU: return p > 0.0 ? p : 0.0;
    case POND_ACTIVATION_SIGMOID: return 1.0 / (1.0 + exp(-p));
    default: return p;
  }
}

// Half of the columns in each chain, one rounding each, and two for the sums;
// no f is steeper than 1; f itself errs by two ulp, four units of |z|; then two
// roundings of the leak, and the snap.
static double bound_of(Dot p, double z, double x, uint32_t cols) {
  const uint32_t n = cols / 2 + 3;
  return (double)n * unit * p.size + 4.0 * unit * fabs(z) +
         3.0 * unit * (fabs(z) + fabs(x)) + 0x1p-96;
}

// The largest error of a step's states, as a share of its bound.
static double worst_share(const ReservoirCase* c, const PondKernels* kernels,
                          PondRandom* random, uint32_t* n_compared) {
  const uint32_t cols = reservoir_case_cols(c);
  const double a = c->leak >= 1.0f ? 1.0 : (double)c->leak;
  PondReservoirOp op = reservoir_case_pack(c, kernels->group_rows);
  float* scratch = case_floats(2 * (size_t)op.w.rows_padded);
  float* v = case_floats(cols);
  float* before = case_floats(cols);
  for (uint32_t j = 0; j < cols; j++) {
    before[j] = v[j] = case_value(random, FLAVOUR_PLAIN, 1.0f);
  }
  assert_true(kernels->reservoir(&op, c->leak, v, scratch));
  double worst = 0.0;
  for (uint32_t i = 0; i < c->rows; i++, (*n_compared)++) {
    const Dot p = pre_activation(c, before, i);
    const double z = exact_f(c->activation, p.sum);
    const double x = (double)before[c->n_fb + i];
    const double error = fabs((double)v[c->n_fb + i] - (a * z + (1.0 - a) * x));
    worst = fmax(worst, error / bound_of(p, z, x, cols));
  }
  free((void*)op.w.panels);
  free(scratch);
  free(v);
  free(before);
  return worst;
}

static void states_are_within_the_bound(void** state) {
  (void)state;
  PondRandom random = pond_random_init(11, "bound");
  const PondKernels* kernels =
      pond_kernels_get(POND_KERNEL_AUTO, pond_cpu_flags());
  uint32_t n_compared = 0;
  double worst = 0.0;
  for (uint32_t k = 0; k < 200; k++) {
    const uint32_t most = k % 50 == 0 ? 2000 : 200;
    ReservoirCase c;
    reservoir_case_init(&c, &random,
                        1U + (uint32_t)pond_random_below(&random, most),
                        FLAVOUR_PLAIN);
    worst = fmax(worst, worst_share(&c, kernels, &random, &n_compared));
    reservoir_case_free(&c);
  }
  printf("  %u states, at most %.3f of the bound\n", n_compared, worst);
  assert_true(n_compared >= 15000);
  assert_true(worst <= 1.0);
  assert_true(worst > 0.01);  // or the bound says nothing
}

static void readouts_are_within_the_bound(void** state) {
  (void)state;
  PondRandom random = pond_random_init(12, "readout bound");
  const PondKernels* kernels =
      pond_kernels_get(POND_KERNEL_AUTO, pond_cpu_flags());
  double worst = 0.0;
  for (uint32_t k = 0; k < 400; k++) {
    const uint32_t cols = 1U + (uint32_t)pond_random_below(&random, 2000);
    float* plain;
    float y;
    PondReadoutOp op = readout_case(&random, 1, cols, FLAVOUR_PLAIN, &plain);
    float* v = case_floats(cols);
    Dot exact = {(double)op.bias[0], fabs((double)op.bias[0])};
    for (uint32_t j = 0; j < cols; j++) {
      v[j] = case_value(&random, FLAVOUR_PLAIN, 1.0f);
      dot_add(&exact, plain[j], v[j]);
    }
    kernels->readout(&op, v, &y);
    const uint32_t n = cols / POND_READOUT_LANES + 6;
    worst = fmax(worst,
                 fabs((double)y - exact.sum) / ((double)n * unit * exact.size));
    free(v);
    free(plain);
    free((void*)op.w);
    free((void*)op.bias);
  }
  printf("  400 outputs, at most %.3f of the bound\n", worst);
  assert_true(worst <= 1.0 && worst > 0.01);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(states_are_within_the_bound),
      cmocka_unit_test(readouts_are_within_the_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
