// SPDX-License-Identifier: ISC
// echopond-bench: microseconds per frame of the dense kernels, beside the
// streaming ceiling of the same bytes and OpenBLAS with libm. One thread.
#include "ceiling.h"
#include "cpu.h"
#include "kernels.h"
#include "random.h"

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 20, WARM_FRAMES = 4, DEFAULT_SIZES = 8 };

static const uint32_t default_sizes[DEFAULT_SIZES] = {64,  100,  128,  256,
                                                      512, 1000, 1500, 2000};

// A classic model: one input, feeding the reservoir and the readout; tanh,
// leak, bias; one output. Both layouts of the same weights.
typedef struct {
  uint32_t n;
  const PondKernels* kernels;
  PondReservoirOp reservoir;
  PondReadoutOp readout;
  float* panels;
  float* w_out;
  float* bias;
  float* rows;  // row-major, [w_fb | w]
  float* v;     // [input | state]
  float* scratch;
  float* p;
} Bench;

typedef struct {
  double us_per_frame;
  double best_us;  // the fastest round: what a quiet machine would show
  double ceiling_us;
  double openblas_us;
} Result;

static volatile float sink;

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static float* new_floats(size_t n) {
  const size_t bytes = (n * sizeof(float) + 1023) / 512 * 512;
  float* floats = aligned_alloc(512, bytes);
  if (!floats) {
    fprintf(stderr, "echopond-bench: not enough memory\n");
    exit(1);
  }
  memset(floats, 0, bytes);
  return floats;
}

static void fill(PondRandom* random, float* values, size_t n, double scale) {
  for (size_t i = 0; i < n; i++) {
    values[i] = (float)(scale * pond_random_signed(random));
  }
}

static void bench_init(Bench* b, uint32_t n, const PondKernels* kernels) {
  PondRandom random = pond_random_init(1, "bench");
  const size_t size = n;
  b->n = n;
  b->kernels = kernels;
  b->panels = new_floats(pond_dense_size(n, n + 1));
  b->rows = new_floats(size * (size + 1));
  b->bias = new_floats(size + POND_PANEL_ROWS);
  b->w_out = new_floats(size + 1 + POND_READOUT_LANES);
  b->v = new_floats(size + 1);
  b->p = new_floats(size);
  b->scratch = new_floats(2 * (size + POND_PANEL_ROWS));
  float* w = new_floats(size * size);
  float* w_fb = new_floats(size);
  fill(&random, w, size * size, 1.5 / sqrt((double)n));
  fill(&random, w_fb, size, 0.5);
  fill(&random, b->bias, size, 0.2);
  fill(&random, b->w_out, size + 1, 0.1);
  for (size_t i = 0; i < size; i++) {
    b->rows[i * (size + 1)] = w_fb[i];
    memcpy(b->rows + i * (size + 1) + 1, w + i * size, size * sizeof *w);
  }
  pond_dense_pack(w_fb, 1, w, n, NULL, 0, kernels->group_rows, b->panels,
                  &b->reservoir.w);
  b->reservoir.bias = b->bias;
  b->reservoir.activation = POND_ACTIVATION_TANH;
  b->reservoir.n_feedback = 1;
  b->reservoir.n_driving = 0;
  const PondReadoutOp readout = {
      b->w_out, b->p, 1, n + 1,
      (n + POND_READOUT_LANES) / POND_READOUT_LANES * POND_READOUT_LANES};
  b->readout = readout;
  free(w);
  free(w_fb);
}

static void bench_free(Bench* b) {
  free(b->panels);
  free(b->rows);
  free(b->bias);
  free(b->w_out);
  free(b->v);
  free(b->p);
  free(b->scratch);
}

static float input_of(uint32_t k) { return (float)(k % 64) / 64.0f - 0.5f; }

static void run_ours(Bench* b, uint32_t n_frames) {
  float y = 0.0f;
  for (uint32_t k = 0; k < n_frames; k++) {
    b->v[0] = input_of(k);
    b->kernels->reservoir(&b->reservoir, 0.3f, b->v, b->scratch);
    b->kernels->readout(&b->readout, b->v, &y);
  }
  sink = y;
}

static void run_openblas(Bench* b, uint32_t n_frames) {
  const int n = (int)b->n;
  float y = 0.0f;
  for (uint32_t k = 0; k < n_frames; k++) {
    b->v[0] = input_of(k);
    memcpy(b->p, b->bias, b->n * sizeof *b->p);
    cblas_sgemv(CblasRowMajor, CblasNoTrans, n, n + 1, 1.0f, b->rows, n + 1,
                b->v, 1, 1.0f, b->p, 1);
    for (uint32_t i = 0; i < b->n; i++) {
      b->v[1 + i] = 0.7f * b->v[1 + i] + 0.3f * tanhf(b->p[i]);
    }
    y = cblas_sdot(n + 1, b->w_out, 1, b->v, 1);
  }
  sink = y;
  memset(b->p, 0, b->n * sizeof *b->p);  // the readout's bias
}

typedef void Run(Bench* b, uint32_t n_frames);

// Frames that bring the weights back into the caches, then timed ones.
static double time_run(Run* run, Bench* b, uint32_t n_frames) {
  run(b, WARM_FRAMES);
  const double start = now_us();
  run(b, n_frames);
  return (now_us() - start) / n_frames;
}

static double time_ceiling(CeilingLoop* loop, const Bench* b,
                           uint32_t n_frames) {
  const size_t n = ((size_t)b->n * (b->n + 1)) / 128 * 128;
  for (uint32_t k = 0; k < WARM_FRAMES; k++) {
    sink = loop(b->panels, n);
  }
  const double start = now_us();
  for (uint32_t k = 0; k < n_frames; k++) {
    sink = loop(b->panels, n);
  }
  return (now_us() - start) / n_frames;
}

static int by_size(const void* a, const void* b) {
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static double median(double* values, size_t n) {
  qsort(values, n, sizeof *values, by_size);
  return values[n / 2];
}

// All three in turn, round by round: medians of ours and OpenBLAS, the best
// of 20 of the ceiling.
static Result measure(uint32_t n, const PondKernels* kernels) {
  Bench b;
  bench_init(&b, n, kernels);
  CeilingLoop* const* loops = ceiling_loops(kernels->id);
  const bool slow = kernels->id == POND_KERNEL_SCALAR;
  const uint32_t n_frames = (slow ? 1000000U : 20000000U) / (n * n) + 3U;
  double ours[ROUNDS];
  double openblas[ROUNDS];
  double ceiling = INFINITY;
  for (uint32_t round = 0; round < ROUNDS; round++) {
    for (uint32_t k = 0; k < CEILING_LOOPS; k++) {
      ceiling = fmin(ceiling, time_ceiling(loops[k], &b, n_frames));
    }
    ours[round] = time_run(run_ours, &b, n_frames);
    openblas[round] = time_run(run_openblas, &b, n_frames);
  }
  bench_free(&b);
  Result result;
  result.us_per_frame = median(ours, ROUNDS);
  result.best_us = ours[0];  // median() has sorted them
  result.ceiling_us = ceiling;
  result.openblas_us = median(openblas, ROUNDS);
  return result;
}

static const char* kernel_name(const PondKernels* kernels) {
  return kernels->id == POND_KERNEL_AVX2 ? "avx2" : "scalar";
}

static void print_row(uint32_t n, const char* kernel, const Result* r,
                      bool json, bool first) {
  if (json) {
    printf(
        "%s  {\"topology\": \"dense\", \"n\": %u, \"kernel\": \"%s\", "
        "\"us_per_frame\": %.4f, \"best_us\": %.4f, \"ceiling_us\": %.4f, "
        "\"openblas_us\": %.4f}",
        first ? "" : ",\n", n, kernel, r->us_per_frame, r->best_us,
        r->ceiling_us, r->openblas_us);
    return;
  }
  printf("%-8s %6u %-7s %13.3f %9.3f %11.3f %12.3f %8.2f %9.2f %8.2f\n",
         "dense", n, kernel, r->us_per_frame, r->best_us, r->ceiling_us,
         r->openblas_us, r->ceiling_us / r->us_per_frame,
         r->ceiling_us / r->best_us, r->openblas_us / r->us_per_frame);
}

static int usage(void) {
  fprintf(stderr,
          "usage: echopond-bench [--json] [--kernel scalar|avx2] [N ...]\n");
  return 2;
}

typedef struct {
  const PondKernels* kernels;
  bool json;
  uint32_t sizes[64];
  uint32_t n_sizes;
} Options;

static bool read_size(Options* options, const char* text) {
  char* end;
  const unsigned long n = strtoul(text, &end, 10);
  if (*end || n < 1 || n > 20000 || options->n_sizes == 64) {
    return false;
  }
  options->sizes[options->n_sizes++] = (uint32_t)n;
  return true;
}

static bool read_options(Options* options, int argc, char** argv) {
  PondKernelId id = POND_KERNEL_AUTO;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--json") == 0) {
      options->json = true;
    } else if (strcmp(argv[i], "--kernel") == 0 && i + 1 < argc) {
      const char* name = argv[++i];
      id = strcmp(name, "avx2") == 0     ? POND_KERNEL_AVX2
           : strcmp(name, "scalar") == 0 ? POND_KERNEL_SCALAR
                                         : POND_KERNEL_NEON;
    } else if (!read_size(options, argv[i])) {
      return false;
    }
  }
  options->kernels = pond_kernels_get(id, pond_cpu_flags());
  return options->kernels != NULL;
}

int main(int argc, char** argv) {
  Options options = {0};
  if (!read_options(&options, argc, argv)) {
    return usage();
  }
  if (options.n_sizes == 0) {
    memcpy(options.sizes, default_sizes, sizeof default_sizes);
    options.n_sizes = DEFAULT_SIZES;
  }
  fprintf(stderr, "OpenBLAS core: %s\n", openblas_get_corename());
  if (options.json) {
    printf("[\n");
  } else {
    printf("%-8s %6s %-7s %13s %9s %11s %12s %8s %9s %8s\n", "topology", "n",
           "kernel", "us_per_frame", "best_us", "ceiling_us", "openblas_us",
           "ceil/us", "ceil/best", "blas/us");
  }
  for (uint32_t i = 0; i < options.n_sizes; i++) {
    const Result r = measure(options.sizes[i], options.kernels);
    print_row(options.sizes[i], kernel_name(options.kernels), &r, options.json,
              i == 0);
    fflush(stdout);
  }
  if (options.json) {
    printf("\n]\n");
  }
  return 0;
}
