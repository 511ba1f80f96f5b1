// SPDX-License-Identifier: ISC
// Every allocation of the model room fails once: a clean error, nothing leaks,
// and what was there stays as it was.
#include "failing_alloc.h"
#include "model_fixture.h"
#include "sealed.h"

#include <stdlib.h>
#include <string.h>

/// One run of a call, and what came of it.
typedef struct {
  PondStatus status;
  PondError error;
  PondDesc* desc;    ///< given
  PondModel* model;  ///< given
} Run;

// The sum of all runs: a failure gives NO_MEM with words, else success; in
// neither case is anything left.
static void judge(void* context, bool failed, int64_t alive) {
  const Run* run = (const Run*)context;
  if (run->status != (failed ? POND_STATUS_NO_MEM : POND_OK)) {
    fail_msg("%s: %s", pond_status_text(run->status), run->error.text);
  }
  if (failed) {
    fixture_says(run->error.text, "out of memory for ");
  }
  assert_int_equal(alive, 0);
}

static void act_premade(void* context) {
  Run* run = (Run*)context;
  PondDesc* desc = NULL;
  run->status = pond_desc_premade("ott", &desc, &run->error);
  assert_true((desc != NULL) == (run->status == POND_OK));
  pond_desc_free(desc);
}

static const char GRAPH[] =
    "{\"format\":\"echopond-model\",\"version\":1,\"nodes\":["
    "{\"name\":\"in\",\"kind\":\"input\",\"size\":1},"
    "{\"name\":\"a\",\"kind\":\"reservoir\",\"size\":3,\"feedback\":\"in\","
    "\"topology\":{\"name\":\"erdos_renyi\",\"p\":0.123456789}},"
    "{\"name\":\"c\",\"kind\":\"concat\",\"inputs\":[\"in\",\"a\"]}],"
    "\"output\":\"c\"}";

static void act_from_json(void* context) {
  Run* run = (Run*)context;
  PondDesc* desc = NULL;
  run->status =
      pond_desc_from_json(GRAPH, sizeof(GRAPH) - 1, &desc, &run->error);
  assert_true((desc != NULL) == (run->status == POND_OK));
  pond_desc_free(desc);
}

static void act_to_json(void* context) {
  Run* run = (Run*)context;
  char* text = NULL;
  run->status = pond_desc_to_json(run->desc, &text, &run->error);
  assert_true((text != NULL) == (run->status == POND_OK));
  if (text) {
    // Whatever failed before, there is one spelling.
    fixture_says(text, "\"leak_rate\":0.123456789012,");
  }
  free(text);
}

static void act_set(void* context) {
  Run* run = (Run*)context;
  run->status =
      pond_desc_set(run->desc, "topology",
                    "erdos_renyi:directed=true,self_loops=false", &run->error);
}

static void act_new(void* context) {
  Run* run = (Run*)context;
  PondModel* model = NULL;
  run->status = pond_model_new(run->desc, 1, &model, &run->error);
  assert_true((model != NULL) == (run->status == POND_OK));
  pond_model_free(model);
}

static PondStatus find_zeros(void* context, const PondParameter* wanted,
                             const float** data, PondError* error) {
  static const float zeros[100 * 101];
  (void)context;
  (void)error;
  assert_in_range((size_t)wanted->shape[0] * wanted->shape[1], 1, 100 * 101);
  *data = zeros;
  return POND_OK;
}

static void act_from_parameters(void* context) {
  Run* run = (Run*)context;
  PondModel* model = NULL;
  run->status = pond_model_from_parameters(
      run->desc, &(const PondModelParts){find_zeros, NULL, NULL, NULL}, &model,
      &run->error);
  assert_true((model != NULL) == (run->status == POND_OK));
  pond_model_free(model);
}

static void act_with_readout(void* context) {
  static const float weights[101];
  Run* run = (Run*)context;
  PondModel* model = NULL;
  run->status = pond_model_with_readout(
      run->model, &(const PondReadoutFit){0, weights, weights, NULL}, &model,
      &run->error);
  assert_true((model != NULL) == (run->status == POND_OK));
  pond_model_free(model);
}

static void act_with_normaliser(void* context) {
  Run* run = (Run*)context;
  PondModel* model = NULL;
  run->status =
      pond_model_with_normaliser(run->model, NULL, &model, &run->error);
  assert_true((model != NULL) == (run->status == POND_OK));
  pond_model_free(model);
}

static void act_program(void* context) {
  Run* run = (Run*)context;
  PondProgram* program = NULL;
  run->status =
      pond_program_new(run->model, POND_KERNEL_AUTO, &program, &run->error);
  assert_true((program != NULL) == (run->status == POND_OK));
  pond_program_free(program);
}

static void every_allocation_may_fail(void** state) {
  (void)state;
  static const struct {
    const char* name;
    void (*act)(void* context);
    bool jansson;
    uint64_t n_least;
  } CASES[] = {
      {"premade", act_premade, true, 1},
      {"from_json", act_from_json, false, 1},
      {"to_json", act_to_json, true, 50},
      {"set", act_set, true, 5},
      {"new", act_new, true, 6},
      {"from_parameters", act_from_parameters, true, 4},
      {"with_readout", act_with_readout, true, 1},
      {"with_normaliser", act_with_normaliser, true, 2},
      {"program", act_program, true, 1},
  };
  Run run = {.desc = fixture_desc("classic", "leak_rate=0.123456789012"),
             .model = fixture_model("classic", "", 1)};
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); ++i) {
    failing_alloc_jansson(CASES[i].jansson);
    const uint64_t n = failing_alloc_each(CASES[i].act, judge, &run);
    print_message("%s: %llu allocations failed\n", CASES[i].name,
                  (unsigned long long)n);
    assert_in_range(n, CASES[i].n_least, 100000);
  }
  failing_alloc_jansson(false);
  pond_desc_free(run.desc);
  pond_model_free(run.model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
