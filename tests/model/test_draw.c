// SPDX-License-Identifier: ISC
// Drawn weights: the same bits everywhere, the structure that was asked for,
// and the spectral radius that was asked for.
#include "model_fixture.h"
#include "spectral.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char* const HH = "ReservoirLayer_1.weight_hh";

typedef struct {
  const char* settings;
  const char* parameter;
  uint64_t hash;
} Pinned;

// No radius from LAPACK among them: its last bits are the BLAS's.
static const Pinned PINNED[] = {
    {"", "ReservoirLayer_1.weight_feedback", 0xb73e0c7b8a9684a2U},
    {"", "ReservoirLayer_1.bias_h", 0x27709c01f16c12e0U},
    {"bias_scaling=0.3", "ReservoirLayer_1.bias_h", 0x5adec939b68d589cU},
    {"spectral_radius=none", HH, 0x694b212782c9199aU},
    {"spectral_radius=none topology=random", HH, 0x1da448674e48c122U},
    {"spectral_radius=none topology=random:density=0.013", HH,
     0xcabe94734959618dU},
    {"spectral_radius=none topology=erdos_renyi", HH, 0x686ceb90fc4289e5U},
    {"spectral_radius=none "
     "topology=erdos_renyi:directed=false,self_loops=false",
     HH, 0x908d8f699deea765U},
    {"topology=ring:weight=-0.3", HH, 0x55401733dce0efb5U},
    {"feedback_size=3 feedback_initializer=random_binary feedback_scaling=0.7",
     "ReservoirLayer_1.weight_feedback", 0xb19c8d7de17adf25U},
    {"input_size=2 input_initializer=random:input_scaling=0.25 "
     "input_scaling=0.7",
     "ReservoirLayer_1.weight_input", 0x55a025722d723913U},
};

static void draws_are_the_same_on_every_machine(void** state) {
  (void)state;
  for (size_t i = 0; i < sizeof(PINNED) / sizeof(PINNED[0]); ++i) {
    uint32_t rows = 0;
    uint32_t cols = 0;
    PondModel* model = fixture_model("classic", PINNED[i].settings, 42);
    const float* w =
        fixture_parameter(model, PINNED[i].parameter, &rows, &cols);
    const uint64_t hash = fixture_hash(w, (size_t)rows * cols);
    if (hash != PINNED[i].hash) {
      print_error("%s: 0x%016llx\n", PINNED[i].settings,
                  (unsigned long long)hash);
    }
    assert_true(hash == PINNED[i].hash);
    pond_model_free(model);
  }
}

static uint64_t hash_of(const char* settings, uint64_t seed, const char* name) {
  uint32_t rows = 0;
  uint32_t cols = 0;
  PondModel* model = fixture_model("classic", settings, seed);
  const float* w = fixture_parameter(model, name, &rows, &cols);
  const uint64_t hash = fixture_hash(w, (size_t)rows * cols);
  pond_model_free(model);
  return hash;
}

static void one_matrix_does_not_depend_on_another(void** state) {
  (void)state;
  const uint64_t plain = hash_of("", 5, HH);
  assert_true(plain == hash_of("", 5, HH));
  assert_true(plain ==
              hash_of("bias=false feedback_size=4 input_size=3", 5, HH));
  assert_true(plain != hash_of("", 6, HH));
}

// Edges of the matrix by place: on the diagonal, off it, not mirrored.
typedef struct {
  uint32_t n_loops;
  uint32_t n_edges;
  uint32_t n_asymmetric;
} Census;

static Census census(const float* w, uint32_t n) {
  Census found = {0, 0, 0};
  for (uint32_t v = 0; v < n; ++v) {
    for (uint32_t u = 0; u < n; ++u) {
      const float weight = w[(size_t)v * n + u];
      found.n_loops += u == v && weight != 0.0F;
      found.n_edges += u != v && weight != 0.0F;
      found.n_asymmetric += weight != w[(size_t)u * n + v];
    }
  }
  return found;
}

static Census census_of(const char* settings) {
  uint32_t rows = 0;
  uint32_t cols = 0;
  PondModel* model = fixture_model("classic", settings, 3);
  const float* w = fixture_parameter(model, HH, &rows, &cols);
  assert_int_equal(rows, cols);
  const Census found = census(w, rows);
  pond_model_free(model);
  return found;
}

// Within five standard deviations of a binomial count.
static void assert_count(uint32_t count, double n, double p) {
  const double spread = 5.0 * sqrt(n * p * (1.0 - p));
  if (fabs(count - n * p) > spread) {
    fail_msg("%u of %g, not %g +- %g", count, n, n * p, spread);
  }
}

#define N300 "reservoir_size=300 spectral_radius=none topology="

static void erdos_renyi_has_the_edges_it_should(void** state) {
  (void)state;
  Census c = census_of(N300 "erdos_renyi:p=0.2");
  assert_count(c.n_edges, 300.0 * 299.0, 0.2);
  assert_count(c.n_loops, 300.0, 0.2);
  assert_true(c.n_asymmetric > 1000);
  c = census_of(N300 "erdos_renyi:p=0.2,self_loops=false");
  assert_count(c.n_edges, 300.0 * 299.0, 0.2);
  assert_int_equal(c.n_loops, 0);
  c = census_of(N300 "erdos_renyi:p=0.2,directed=false");
  assert_count(c.n_edges / 2, 300.0 * 299.0 / 2.0, 0.2);
  assert_count(c.n_loops, 300.0, 0.2);
  assert_int_equal(c.n_asymmetric, 0);
  c = census_of(N300 "erdos_renyi:p=0");
  assert_int_equal(c.n_edges + c.n_loops, 0);
  c = census_of(N300 "erdos_renyi:p=1");
  assert_int_equal(c.n_edges + c.n_loops, 300 * 300);
}

static void erdos_renyi_weighs_minus_one_and_one_alike(void** state) {
  (void)state;
  uint32_t n = 0;
  uint32_t n_plus = 0;
  uint32_t n_all = 0;
  PondModel* model = fixture_model("classic", N300 "erdos_renyi", 9);
  const float* w = fixture_parameter(model, HH, &n, &n);
  for (size_t i = 0; i < (size_t)n * n; ++i) {
    assert_true(w[i] == 0.0F || w[i] == 1.0F || w[i] == -1.0F);
    n_plus += w[i] == 1.0F;
    n_all += w[i] != 0.0F;
  }
  assert_in_range(n_all, 8000, 10000);
  assert_count(n_plus, n_all, 0.5);
  pond_model_free(model);
}

static void random_has_exactly_its_share_of_weights(void** state) {
  (void)state;
  static const struct {
    const char* settings;
    uint32_t n;
  } CASES[] = {{N300 "random", 45000},
               {N300 "random:density=0.013", 1170},
               {N300 "random:density=0", 0},
               {N300 "random:density=1", 90000},
               {N300 "random:density=0.00001", 1}};
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); ++i) {
    const Census c = census_of(CASES[i].settings);
    assert_int_equal(c.n_edges + c.n_loops, CASES[i].n);
  }
}

static void a_ring_runs_along_its_edges(void** state) {
  (void)state;
  uint32_t n = 0;
  PondModel* model = fixture_model(
      "classic", "reservoir_size=5 spectral_radius=none topology=ring", 1);
  const float* w = fixture_parameter(model, HH, &n, &n);
  // The edge from u to v stands at w[v][u]: unit 1 hears unit 0.
  for (uint32_t v = 0; v < n; ++v) {
    for (uint32_t u = 0; u < n; ++u) {
      assert_true(w[v * n + u] == (v == (u + 1) % n ? 1.0F : 0.0F));
    }
  }
  pond_model_free(model);
}

static void zeros_stay_zeros_whatever_the_radius(void** state) {
  (void)state;
  const Census c = census_of("topology=zeros");
  assert_int_equal(c.n_edges + c.n_loops, 0);
}

// b = (a / norm)^2, all n x n.
static void square(const double* a, double norm, size_t n, double* b) {
  memset(b, 0, n * n * sizeof(double));
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < n; ++k) {
      const double factor = a[i * n + k] / (norm * norm);
      for (size_t j = 0; j < n; ++j) {
        b[i * n + j] += factor * a[k * n + j];
      }
    }
  }
}

enum { MAX_PLACES = 151 * 151 };

// Spectral radius by Gelfand's formula, ||W^k||^(1/k) with k = 2^30 by repeated
// squaring: no LAPACK in it.
static double gelfand(const float* w, size_t n) {
  static double powers[2][MAX_PLACES];
  double log_radius = 0.0;
  double share = 1.0;
  assert_in_range(n * n, 1, MAX_PLACES);
  for (size_t i = 0; i < n * n; ++i) {
    powers[0][i] = (double)w[i];
  }
  for (int step = 0; step <= 30; ++step) {
    const double* a = powers[step % 2];
    double sum = 0.0;
    for (size_t i = 0; i < n * n; ++i) {
      sum += a[i] * a[i];
    }
    log_radius += share * log(sqrt(sum));
    share *= 0.5;
    square(a, sqrt(sum), n, powers[(step + 1) % 2]);
  }
  return exp(log_radius);
}

static void assert_near(double value, double wish, double relative) {
  if (!(fabs(value - wish) <= relative * fabs(wish))) {
    fail_msg("%.9g, not %.9g within %g", value, wish, relative);
  }
}

static void the_radius_is_the_wished_one_within_1e_5(void** state) {
  (void)state;
  static const struct {
    const char* settings;
    double wish;
  } CASES[] = {
      {"", 0.9},
      {"reservoir_size=1", 0.9},
      {"reservoir_size=2 spectral_radius=0.5", 0.5},
      {"reservoir_size=151 spectral_radius=1.25", 1.25},
      {"topology=random:density=0.1 spectral_radius=0.001", 0.001},
      {"topology=erdos_renyi spectral_radius=100", 100.0},
      {"topology=erdos_renyi:p=0.02", 0.9},
      {"topology=erdos_renyi:directed=false,self_loops=false", 0.9},
      {"topology=ring:weight=-3 spectral_radius=0.95", 0.95},
  };
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); ++i) {
    uint32_t n = 0;
    double radius = 0.0;
    PondError error = {.status = POND_OK};
    PondModel* model = fixture_model("classic", CASES[i].settings, 11);
    const float* w = fixture_parameter(model, HH, &n, &n);
    fixture_ok(pond_spectral_radius(w, n, &radius, &error), &error);
    assert_near(radius, CASES[i].wish, 1e-5);
    assert_near(gelfand(w, n), CASES[i].wish, 1e-5);
    pond_model_free(model);
  }
}

static void lapack_finds_known_radii(void** state) {
  (void)state;
  static const struct {
    float w[9];
    double radius;
  } CASES[] = {
      {{2, 0, 0, 0, -3, 0, 0, 0, 1}, 3.0},
      {{0, -2, 0, 2, 0, 0, 0, 0, 1}, 2.0},  // +-2i
      {{0, 1, 0, 0, 0, 1, 1, 0, 0}, 1.0},   // cube roots of one
      {{0, 1, 1, 0, 0, 1, 0, 0, 0}, 0.0},   // no cycle
      {{0, 0, 0, 1e-20F, 0, 0, 0, 0, 0}, 0.0},
      {{4, 1, 2, 0, 3, 5, 0, 0, -6}, 6.0},
  };
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); ++i) {
    double radius = -1.0;
    PondError error = {.status = POND_OK};
    fixture_ok(pond_spectral_radius(CASES[i].w, 3, &radius, &error), &error);
    assert_true(fabs(radius - CASES[i].radius) < 1e-12);
  }
}

static void a_radius_of_zero_takes_all_recurrence_away(void** state) {
  (void)state;
  const Census c = census_of("spectral_radius=0");
  assert_int_equal(c.n_edges + c.n_loops, 0);
}

static PondStatus refused(const char* settings, PondError* error) {
  PondModel* model = NULL;
  PondDesc* desc = fixture_desc("classic", settings);
  const PondStatus status = pond_model_new(desc, 7, &model, error);
  assert_null(model);
  pond_desc_free(desc);
  return status;
}

static void a_nilpotent_graph_is_refused_with_a_remedy(void** state) {
  (void)state;
  static const char* const SETTINGS[] = {
      "topology=erdos_renyi:p=0", "topology=erdos_renyi:p=0.001",
      "topology=random:density=0", "topology=ring:weight=0"};
  for (size_t i = 0; i < 4; ++i) {
    PondError error = {.status = POND_OK};
    assert_int_equal(refused(SETTINGS[i], &error), POND_STATUS_SINGULAR);
    fixture_says(error.text, "ReservoirLayer_1");
    fixture_says(error.text, "seed 7");
    fixture_says(error.text, "0.9");
    fixture_says(error.text, "another seed");
    fixture_says(error.text, "spectral_radius to none");
  }
  PondError error = {.status = POND_OK};
  assert_int_equal(refused(SETTINGS[0], &error), POND_STATUS_SINGULAR);
  fixture_says(error.text, "erdos_renyi");
  fixture_says(error.text, "raise its p");
}

static void too_large_a_model_is_refused_with_figures(void** state) {
  (void)state;
  static const char* const SETTINGS[] = {
      "reservoir_size=1000000", "reservoir_size=1000000 topology=ring",
      "reservoir_size=1000000 spectral_radius=none"};
  for (size_t i = 0; i < 3; ++i) {
    PondError error = {.status = POND_OK};
    assert_int_equal(refused(SETTINGS[i], &error), POND_STATUS_LIMIT);
    fixture_says(error.text, "ReservoirLayer_1");
    fixture_says(error.text, "8000.02 GB");
    fixture_says(error.text, "2.15 GB");
  }
}

static void an_exact_radius_has_a_stated_limit(void** state) {
  (void)state;
  PondError error = {.status = POND_OK};
  assert_int_equal(refused("reservoir_size=8193", &error), POND_STATUS_LIMIT);
  fixture_says(error.text, "8192");
  fixture_says(error.text, "8193");
  fixture_says(error.text, "spectral_radius none");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(draws_are_the_same_on_every_machine),
      cmocka_unit_test(one_matrix_does_not_depend_on_another),
      cmocka_unit_test(erdos_renyi_has_the_edges_it_should),
      cmocka_unit_test(erdos_renyi_weighs_minus_one_and_one_alike),
      cmocka_unit_test(random_has_exactly_its_share_of_weights),
      cmocka_unit_test(a_ring_runs_along_its_edges),
      cmocka_unit_test(zeros_stay_zeros_whatever_the_radius),
      cmocka_unit_test(lapack_finds_known_radii),
      cmocka_unit_test(the_radius_is_the_wished_one_within_1e_5),
      cmocka_unit_test(a_radius_of_zero_takes_all_recurrence_away),
      cmocka_unit_test(a_nilpotent_graph_is_refused_with_a_remedy),
      cmocka_unit_test(too_large_a_model_is_refused_with_figures),
      cmocka_unit_test(an_exact_radius_has_a_stated_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
