// SPDX-License-Identifier: ISC
// Error measures against their definitions.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// cmocka wants the headers above first.
#include <cmocka.h>

#include "metrics.h"
#include "random.h"

enum { N = 1000 };

static void nrmse_is_error_over_deviation(void** state) {
  (void)state;
  PondRandom random = pond_random_init(1, "metrics");
  static float prediction[N], target[N];
  double mean = 0;
  for (int i = 0; i < N; ++i) {
    target[i] = (float)(1000 + pond_random_signed(&random));
    prediction[i] = target[i] + 0.1F * (float)pond_random_signed(&random);
    mean += (double)target[i] / (double)N;
  }
  double error = 0;
  double spread = 0;
  for (int i = 0; i < N; ++i) {
    error += pow((double)prediction[i] - (double)target[i], 2);
    spread += pow((double)target[i] - mean, 2);
  }
  const double expected = sqrt(error / spread);
  const double found = pond_nrmse(prediction, target, N);
  print_message("%.15g, expected %.15g\n", found, expected);
  assert_true(fabs(found - expected) < 1e-9 * expected);
}

static void known_values(void** state) {
  (void)state;
  static const float TARGET[] = {1, 2, 3, 4};
  static const float MEAN[] = {2.5F, 2.5F, 2.5F, 2.5F};
  assert_true(pond_nrmse(TARGET, TARGET, 4) == 0);
  assert_true(pond_nrmse(MEAN, TARGET, 4) == 1);
  assert_true(isnan(pond_nrmse(TARGET, MEAN, 4)));
  assert_true(isnan(pond_nrmse(TARGET, MEAN, 0)));
  assert_true(isnan(pond_nrmse(TARGET, TARGET, 1)));
}

static void channels_are_summed(void** state) {
  (void)state;
  PondErrorSum sums[2];
  memset(sums, 0, sizeof(sums));
  pond_error_add(&sums[0], 1, 0);  // error 1, spread 2 about 1
  pond_error_add(&sums[0], 2, 2);
  pond_error_add(&sums[1], 10, 10);  // error 4, spread 8 about 12
  pond_error_add(&sums[1], 12, 14);
  assert_true(fabs(pond_error_nrmse(sums, 2) - sqrt(5.0 / 10.0)) < 1e-15);
  assert_true(fabs(pond_error_mse(sums, 2) - 5.0 / 4.0) < 1e-15);
  assert_true(fabs(pond_error_power(sums, 2) - 300.0 / 4.0) < 1e-12);
  const PondErrorSum empty = {.square = 0};
  assert_true(isnan(pond_error_mse(&empty, 1)));
  assert_true(pond_error_power(&empty, 1) == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nrmse_is_error_over_deviation),
      cmocka_unit_test(known_values),
      cmocka_unit_test(channels_are_summed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
