// SPDX-License-Identifier: ISC
// Every kernel equals the scalar one, and that one the written definition, bit
// for bit. Tests only.
#include "kernel_case.h"

#include "arith.h"
#include "cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_FRAMES = 1024 };

typedef struct {
  uint64_t cases;
  uint64_t frames;
  uint64_t resets;
  uint64_t states;
  uint64_t different;
} Tally;

// A tenth of the cases will do where the tests are told to be quick.
static uint32_t n_of(uint32_t n) { return getenv("POND_QUICK") ? n / 10 : n; }

// A step to hold against the scalar kernel's.
typedef struct {
  const PondKernels* kernels;  // or NULL:
  uint32_t parity;             // the reference, right (0) or faulty (1)
  uint32_t group_rows;         // how its weights are packed
} Candidate;

static const PondKernels* scalar(void) {
  return pond_kernels_get(POND_KERNEL_SCALAR, 0);
}

static const PondKernels* avx2(void) {
  return pond_kernels_get(POND_KERNEL_AVX2, pond_cpu_flags());
}

static float* new_vector(const ReservoirCase* c, PondRandom* random,
                         uint32_t shift) {
  const uint32_t cols = reservoir_case_cols(c);
  float* base = case_floats(cols + 2 * GUARD + shift);
  for (uint32_t i = 0; i < cols; i++) {
    base[GUARD + shift + i] = case_value(random, c->flavour, 1.0f);
  }
  return base;
}

static void drive(const ReservoirCase* c, PondRandom* random, float* v) {
  for (uint32_t i = 0; i < c->n_fb; i++) {
    v[i] = case_value(random, c->flavour, 1.0f);
  }
  for (uint32_t i = 0; i < c->n_in; i++) {
    v[c->n_fb + c->rows + i] = case_value(random, c->flavour, 1.0f);
  }
}

static bool candidate_step(const Candidate* candidate, const ReservoirCase* c,
                           const PondReservoirOp* op, float* v,
                           float* scratch) {
  if (candidate->kernels) {
    return candidate->kernels->reservoir(op, c->leak, v, scratch);
  }
  return reference_step(c, c->leak, v, candidate->parity);
}

// Both run the same frames from the same state; all memory is compared after
// each, the guards included.
static void compare_chain(const Candidate* candidate, const ReservoirCase* c,
                          uint32_t n_frames, PondRandom* random, Tally* tally) {
  const uint32_t cols = reservoir_case_cols(c);
  const uint32_t shift = (uint32_t)pond_random_below(random, 16);
  const size_t n_floats = cols + 2 * GUARD + shift;
  PondReservoirOp ops[2] = {reservoir_case_pack(c, POND_PANEL_ROWS),
                            reservoir_case_pack(c, candidate->group_rows)};
  float* scratch = case_floats(2 * (size_t)ops[0].w.rows_padded);
  float* a = new_vector(c, random, shift);
  float* b = case_floats(n_floats);
  memcpy(b, a, n_floats * sizeof *b);
  for (uint32_t k = 0; k < n_frames; k++) {
    drive(c, random, a + GUARD + shift);
    memcpy(b + GUARD + shift, a + GUARD + shift, c->n_fb * sizeof *b);
    memcpy(b + GUARD + shift + c->n_fb + c->rows,
           a + GUARD + shift + c->n_fb + c->rows, c->n_in * sizeof *b);
    const bool ok =
        scalar()->reservoir(&ops[0], c->leak, a + GUARD + shift, scratch);
    const bool ok2 =
        candidate_step(candidate, c, &ops[1], b + GUARD + shift, scratch);
    tally->frames++;
    tally->states += c->rows;
    tally->resets += !ok;
    if (ok != ok2 || memcmp(a, b, n_floats * sizeof *a) != 0) {
      tally->different++;
      break;
    }
  }
  tally->cases++;
  free((void*)ops[0].w.panels);
  free((void*)ops[1].w.panels);
  free(scratch);
  free(a);
  free(b);
}

// Many small sizes, some large ones.
static uint32_t random_rows(PondRandom* random, uint32_t k) {
  const uint64_t most = k % 40 == 0 ? 2000 : k % 8 == 0 ? 500 : 130;
  return 1U + (uint32_t)pond_random_below(random, most);
}

static uint32_t random_frames(PondRandom* random, uint32_t rows) {
  const uint32_t affordable = 2000000U / (rows * (rows + 8U)) + 1U;
  const uint32_t n = 1U + (uint32_t)pond_random_below(random, MAX_FRAMES);
  return n < affordable ? n : affordable;
}

static Tally compare_many(const Candidate* candidate, uint32_t n_cases,
                          uint64_t seed) {
  PondRandom random = pond_random_init(seed, "test_kernels");
  Tally tally = {0};
  for (uint32_t k = 0; k < n_cases; k++) {
    ReservoirCase c;
    reservoir_case_init(&c, &random, random_rows(&random, k),
                        (Flavour)(k % FLAVOUR_COUNT));
    Candidate packed = *candidate;
    packed.group_rows =
        POND_PANEL_ROWS * (1U + (uint32_t)pond_random_below(&random, 8));
    compare_chain(&packed, &c, random_frames(&random, c.rows), &random, &tally);
    reservoir_case_free(&c);
  }
  printf("  %llu cases, %llu frames, %llu states, %llu resets, %llu differ\n",
         (unsigned long long)tally.cases, (unsigned long long)tally.frames,
         (unsigned long long)tally.states, (unsigned long long)tally.resets,
         (unsigned long long)tally.different);
  return tally;
}

static void assert_all_equal(const Tally* tally, uint64_t least_frames) {
  assert_int_equal(tally->different, 0);
  assert_true(tally->frames >= least_frames);
  assert_true(tally->resets >= tally->frames / 100);
  assert_true(tally->resets <= tally->frames / 2);
}

static void scalar_equals_the_definition(void** state) {
  (void)state;
  const Candidate reference = {NULL, 0, 0};
  const Tally tally = compare_many(&reference, n_of(120), 1);
  assert_all_equal(&tally, n_of(5000));
}

static void avx2_equals_scalar(void** state) {
  (void)state;
  if (!avx2()) {
    skip();
  }
  const Candidate candidate = {avx2(), 0, 0};
  const Tally tally = compare_many(&candidate, n_of(360), 2);
  assert_all_equal(&tally, n_of(40000));
}

static void swapped_column_parity_is_noticed(void** state) {
  (void)state;
  const Candidate faulty = {NULL, 1, 0};
  const Tally tally = compare_many(&faulty, 60, 1);
  assert_true(tally.different >= 30);
}

static void every_packing_gives_the_same_bits(void** state) {
  (void)state;
  PondRandom random = pond_random_init(3, "packings");
  Tally tally = {0};
  for (uint32_t k = 0; k < 24; k++) {
    ReservoirCase c;
    reservoir_case_init(&c, &random, 1U + (uint32_t)(k * 17), FLAVOUR_PLAIN);
    for (uint32_t g = POND_PANEL_ROWS; g <= POND_MAX_GROUP_ROWS;
         g += POND_PANEL_ROWS) {
      const Candidate candidates[2] = {{scalar(), 0, g}, {avx2(), 0, g}};
      for (uint32_t i = 0; i < (avx2() ? 2U : 1U); i++) {
        compare_chain(&candidates[i], &c, 3, &random, &tally);
      }
    }
    reservoir_case_free(&c);
  }
  assert_int_equal(tally.different, 0);
  assert_true(tally.cases >= 24 * 8);
}

static void one_size_each_up_to_two_hundred(void** state) {
  (void)state;
  PondRandom random = pond_random_init(4, "sizes");
  const PondKernels* wide = avx2() ? avx2() : scalar();
  const Candidate candidate = {wide, 0, wide->group_rows};
  Tally tally = {0};
  for (uint32_t rows = 1; rows <= 200; rows++) {
    ReservoirCase c;
    reservoir_case_init(&c, &random, rows, FLAVOUR_PLAIN);
    compare_chain(&candidate, &c, 4, &random, &tally);
    reservoir_case_free(&c);
  }
  assert_int_equal(tally.different, 0);
  assert_int_equal(tally.cases, 200);
}

static void readouts_are_equal(void** state) {
  (void)state;
  PondRandom random = pond_random_init(5, "readouts");
  const PondKernels* wide = avx2() ? avx2() : scalar();
  uint32_t n_compared = 0;
  for (uint32_t k = 0; k < 900; k++) {
    const uint32_t rows = 1U + (uint32_t)pond_random_below(&random, 9);
    const uint32_t cols =
        1U + (uint32_t)pond_random_below(&random, k % 50 ? 100 : 2000);
    const Flavour flavour = (Flavour)(k % FLAVOUR_COUNT);
    float* plain;
    PondReadoutOp op = readout_case(&random, rows, cols, flavour, &plain);
    const uint32_t shift = (uint32_t)pond_random_below(&random, 16);
    float* base = case_floats(shift + cols + GUARD);
    float* v = base + shift;
    for (uint32_t j = 0; j < cols; j++) {
      v[j] = case_value(&random, flavour, 1.0f);
    }
    v[cols] = NAN;  // not to be read
    float y[3][9];
    reference_readout(&op, plain, v, y[0]);
    scalar()->readout(&op, v, y[1]);
    wide->readout(&op, v, y[2]);
    for (uint32_t i = 0; i < rows; i++, n_compared++) {
      if (!same_value(y[0][i], y[1][i]) || !same_value(y[1][i], y[2][i])) {
        fail_msg("row %u of %u x %u: %a %a %a", i, rows, cols, (double)y[0][i],
                 (double)y[1][i], (double)y[2][i]);
      }
    }
    free(base);
    free(plain);
    free((void*)op.w);
    free((void*)op.bias);
  }
  assert_true(n_compared >= 4000);
}

// reservoir -> readout -> reservoir, whose second step reads what the first
// wrote.
typedef struct {
  ReservoirCase cases[2];
  PondReservoirOp ops[2];
  PondReadoutOp readout;
  float* plain;
  float* scratch;
  float* v[4];  // one pair for each of two kernels
} Chain;

static void chain_init(Chain* chain, PondRandom* random, uint32_t rows,
                       uint32_t group_rows) {
  for (uint32_t i = 0; i < 2; i++) {
    ReservoirCase* c = &chain->cases[i];
    do {
      reservoir_case_init(c, random, rows, FLAVOUR_PLAIN);
    } while (c->n_fb == 0 && (reservoir_case_free(c), true));
    chain->ops[i] = reservoir_case_pack(c, group_rows);
  }
  chain->readout =
      readout_case(random, chain->cases[1].n_fb, chain->cases[0].rows,
                   FLAVOUR_PLAIN, &chain->plain);
  chain->scratch = case_floats(2 * (size_t)chain->ops[0].w.rows_padded);
  for (uint32_t i = 0; i < 4; i++) {
    chain->v[i] = case_floats(reservoir_case_cols(&chain->cases[i % 2]));
  }
}

static void chain_free(Chain* chain) {
  for (uint32_t i = 0; i < 2; i++) {
    free((void*)chain->ops[i].w.panels);
    reservoir_case_free(&chain->cases[i]);
  }
  for (uint32_t i = 0; i < 4; i++) {
    free(chain->v[i]);
  }
  free(chain->plain);
  free((void*)chain->readout.w);
  free((void*)chain->readout.bias);
  free(chain->scratch);
}

static void chain_run(const Chain* chain, const PondKernels* kernels,
                      float* const v[2], uint32_t frame) {
  v[0][0] = sinf((float)frame);
  (void)kernels->reservoir(&chain->ops[0], 0.4f, v[0], chain->scratch);
  kernels->readout(&chain->readout, v[0] + chain->ops[0].n_feedback, v[1]);
  (void)kernels->reservoir(&chain->ops[1], 1.0f, v[1], chain->scratch);
}

static void nodes_in_a_chain_are_equal(void** state) {
  (void)state;
  const PondKernels* wide = avx2() ? avx2() : scalar();
  PondRandom random = pond_random_init(6, "chain");
  uint32_t n_frames = 0;
  for (uint32_t k = 0; k < 12; k++) {
    Chain chain;
    chain_init(&chain, &random, 20U + 31U * k, wide->group_rows);
    for (uint32_t f = 0; f < 50; f++, n_frames++) {
      chain_run(&chain, scalar(), chain.v, f);
      chain_run(&chain, wide, chain.v + 2, f);
      for (uint32_t i = 0; i < 2; i++) {
        assert_memory_equal(
            chain.v[i], chain.v[i + 2],
            reservoir_case_cols(&chain.cases[i]) * sizeof(float));
      }
    }
    chain_free(&chain);
  }
  assert_true(n_frames >= 600);
}

static void one_bad_value_resets_the_whole_state(void** state) {
  (void)state;
  const PondKernels* all[2] = {scalar(), avx2()};
  PondRandom random = pond_random_init(7, "bad");
  ReservoirCase c;
  reservoir_case_init(&c, &random, 77, FLAVOUR_PLAIN);
  c.activation = POND_ACTIVATION_RELU;  // which would swallow NaN and -Inf
  static const float bad[] = {NAN, INFINITY, -INFINITY};
  for (uint32_t i = 0; i < (avx2() ? 2U : 1U); i++) {
    PondReservoirOp op = reservoir_case_pack(&c, all[i]->group_rows);
    float* scratch = case_floats(2 * (size_t)op.w.rows_padded);
    float* v = case_floats(reservoir_case_cols(&c));
    for (uint32_t k = 0; k < 3 * c.rows; k++) {
      for (uint32_t j = 0; j < c.rows; j++) {
        v[c.n_fb + j] = 0.25f;
      }
      assert_true(all[i]->reservoir(&op, 0.5f, v, scratch));
      v[c.n_fb + k / 3] = bad[k % 3];
      assert_false(all[i]->reservoir(&op, 0.5f, v, scratch));
      for (uint32_t j = 0; j < c.rows; j++) {
        assert_int_equal(pond_bits(v[c.n_fb + j]), 0);
      }
    }
    free(v);
    free(scratch);
    free((void*)op.w.panels);
  }
  reservoir_case_free(&c);
}

static void kernels_are_chosen_by_the_flags(void** state) {
  (void)state;
  assert_ptr_equal(pond_kernels_get(POND_KERNEL_AUTO, 0), scalar());
  assert_null(pond_kernels_get(POND_KERNEL_AVX2, 0));
  assert_null(pond_kernels_get(POND_KERNEL_NEON, 0));
  assert_int_equal(scalar()->id, POND_KERNEL_SCALAR);
#if defined(__x86_64__)
  const PondKernels* wide =
      pond_kernels_get(POND_KERNEL_AUTO, POND_CPU_AVX2_FMA);
  assert_int_equal(wide->id, POND_KERNEL_AVX2);
#endif
}

static void sizes_that_overflow_give_zero(void** state) {
  (void)state;
  assert_int_equal(pond_dense_size(17, 3), 32 * 3);
  assert_int_equal(pond_dense_size(0, 3), 0);
  assert_int_equal(pond_dense_size(UINT32_MAX, 1), 0);
  assert_int_equal(pond_dense_size(UINT32_MAX - 16, UINT32_MAX), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scalar_equals_the_definition),
      cmocka_unit_test(avx2_equals_scalar),
      cmocka_unit_test(swapped_column_parity_is_noticed),
      cmocka_unit_test(every_packing_gives_the_same_bits),
      cmocka_unit_test(one_size_each_up_to_two_hundred),
      cmocka_unit_test(readouts_are_equal),
      cmocka_unit_test(nodes_in_a_chain_are_equal),
      cmocka_unit_test(one_bad_value_resets_the_whole_state),
      cmocka_unit_test(kernels_are_chosen_by_the_flags),
      cmocka_unit_test(sizes_that_overflow_give_zero),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
