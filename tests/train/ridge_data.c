// SPDX-License-Identifier: ISC
// Small data sets for the ridge tests. Test support.
#include "ridge_data.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

// cmocka wants the headers above first.
#include <cmocka.h>

#include "random.h"

static double normal(PondRandom* random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) {
    sum += pond_random_unit(random);
  }
  return sum;
}

// Row `r`: y = w'x + 3 + noise; features share a common part, have offsets and
// scales.
static void fill_row(Data* data, uint32_t r, const double* w,
                     PondRandom* random) {
  const double common = normal(random);
  float* row = data->x + r * data->f;
  for (uint32_t j = 0; j < data->f; ++j) {
    const double scale = pow(10, (double)(j % 5) - 2);
    row[j] = (float)(scale * (normal(random) + 0.5 * common + j % 3));
  }
  for (uint32_t k = 0; k < data->o; ++k) {
    double y = 3 + 0.1 * normal(random);
    for (uint32_t j = 0; j < data->f; ++j) {
      y += w[k * data->f + j] * (double)row[j];
    }
    data->y[r * data->o + k] = y;
  }
}

void fill(Data* data, uint32_t n, uint32_t f, uint32_t o, uint64_t seed) {
  PondRandom random = pond_random_init(seed, "ridge test");
  double w[MAX_F * MAX_O] = {0};
  for (uint32_t i = 0; i < f * o; ++i) {
    w[i] = normal(&random);
  }
  data->n = n;
  data->f = f;
  data->o = o;
  data->no_bias = false;
  for (uint32_t r = 0; r < n; ++r) {
    fill_row(data, r, w, &random);
  }
}

// Takes the units of the features away.
void unit_scale(Data* data) {
  for (uint32_t i = 0; i < data->n * data->f; ++i) {
    data->x[i] /= powf(10, (float)(i % data->f % 5) - 2);
  }
}

PondRidge* ridge_of(const Data* data, uint32_t n_folds, uint32_t chunk_rows) {
  const PondRidgeShape shape = {data->f, data->o, n_folds, chunk_rows,
                                data->no_bias};
  PondRidge* ridge = NULL;
  assert_int_equal(pond_ridge_new(&shape, &ridge, NULL), POND_OK);
  for (uint32_t r = 0; r < data->n; ++r) {
    const uint32_t fold = n_folds ? r * n_folds / data->n : 0;
    assert_true(pond_ridge_add(ridge, fold, data->x + r * data->f,
                               data->y + r * data->o));
  }
  assert_int_equal(pond_ridge_row_count(ridge), data->n);
  return ridge;
}

double direct_error(const Data* d, uint32_t from, uint32_t to,
                    const PondRidgeFit* fit) {
  double sum = 0;
  for (uint32_t r = from; r < to; ++r) {
    for (uint32_t k = 0; k < d->o; ++k) {
      double e = d->y[r * d->o + k] - fit->bias[k];
      for (uint32_t j = 0; j < d->f; ++j) {
        e -= fit->weights[k * d->f + j] * (double)d->x[r * d->f + j];
      }
      sum += e * e;
    }
  }
  return sum;
}

// Sum of (y - mean)^2 of one output.
double spread(const Data* d) {
  double mean = 0;
  for (uint32_t r = 0; r < d->n; ++r) {
    mean += d->y[r] / d->n;
  }
  double sum = 0;
  for (uint32_t r = 0; r < d->n; ++r) {
    sum += (d->y[r] - mean) * (d->y[r] - mean);
  }
  return sum;
}
