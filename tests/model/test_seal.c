// SPDX-License-Identifier: ISC
// Sealed models: what is shared and what is not, what is refused, and that a
// program stands on what its model says.
#include "model_fixture.h"
#include "pond/engine.h"
#include "sealed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float WEIGHTS[101] = {0.5F, -0.25F, 0.125F};
// Of the largest parameter.
static const size_t N_COPY = sizeof(float) * 100 * 101;
static const float BIAS[1] = {2.0F};

static PondModel* with_readout(const PondModel* model) {
  PondError error = {.status = POND_OK};
  PondModel* out = NULL;
  const PondFit fit = {.horizon = 3, .out_power = 0.5, .rate_hz = 250.0};
  fixture_ok(
      pond_model_with_readout(
          model, &(const PondReadoutFit){0, WEIGHTS, BIAS, &fit}, &out, &error),
      &error);
  return out;
}

static void another_readout_shares_the_graph(void** state) {
  (void)state;
  uint32_t n = 0;
  PondModel* model = fixture_model("classic", "", 1);
  PondModel* fitted = with_readout(model);
  const char* const hh = "ReservoirLayer_1.weight_hh";
  const char* const out = "CGReadoutLayer_1.weight";
  assert_ptr_equal(pond_model_graph(model), pond_model_graph(fitted));
  assert_ptr_equal(fixture_parameter(model, hh, &n, &n),
                   fixture_parameter(fitted, hh, &n, &n));
  assert_memory_equal(fixture_parameter(fitted, out, &n, &n), WEIGHTS,
                      sizeof(WEIGHTS));
  assert_true(fixture_parameter(fitted, "CGReadoutLayer_1.bias", &n, &n)[0] ==
              2.0F);
  assert_true(fixture_parameter(model, out, &n, &n)[0] == 0.0F);
  assert_int_equal(pond_model_fit(fitted)->horizon, 3);
  assert_int_equal(pond_model_fit(model)->horizon, 0);
  pond_model_free(model);
  // The shared half outlives the model that made it.
  assert_memory_equal(fixture_parameter(fitted, out, &n, &n), WEIGHTS,
                      sizeof(WEIGHTS));
  assert_true(isfinite(fixture_parameter(fitted, hh, &n, &n)[5]));
  pond_model_free(fitted);
}

static void another_normaliser_shares_weights_but_not_the_graph(void** state) {
  (void)state;
  uint32_t n = 0;
  PondError error = {.status = POND_OK};
  PondModel* model = fixture_model("classic", "", 1);
  PondModel* fitted = with_readout(model);
  PondModel* scaled = NULL;
  const float offset = 3.0F;
  const float scale = -2.0F;
  const PondNormaliser given = {.in_offset = &offset, .out_scale = &scale};
  fixture_ok(pond_model_with_normaliser(fitted, &given, &scaled, &error),
             &error);
  PondModel* refitted = with_readout(scaled);
  const char* const hh = "ReservoirLayer_1.weight_hh";
  assert_ptr_not_equal(pond_model_graph(fitted), pond_model_graph(scaled));
  assert_ptr_equal(pond_model_graph(refitted), pond_model_graph(scaled));
  assert_ptr_equal(pond_model_graph(fitted)->nodes,
                   pond_model_graph(scaled)->nodes);
  assert_ptr_equal(fixture_parameter(fitted, hh, &n, &n),
                   fixture_parameter(scaled, hh, &n, &n));
  pond_model_free(model);
  pond_model_free(fitted);
  const PondNormaliser got = pond_model_normaliser(refitted);
  assert_true(got.in_offset[0] == 3.0F && got.in_scale[0] == 1.0F);
  assert_true(got.out_offset[0] == 0.0F && got.out_scale[0] == -2.0F);
  assert_int_equal(pond_model_fit(scaled)->horizon, 3);
  assert_memory_equal(
      fixture_parameter(scaled, "CGReadoutLayer_1.weight", &n, &n), WEIGHTS,
      sizeof(WEIGHTS));
  pond_model_free(scaled);
  pond_model_free(refitted);
}

static void every_owner_counts(void** state) {
  (void)state;
  PondModel* model = fixture_model("classic", "", 1);
  assert_ptr_equal(pond_model_ref(model), model);
  assert_ptr_equal(pond_model_ref(model), model);
  pond_model_free(model);
  pond_model_free(model);
  assert_int_equal(pond_model_in_size(model), 1);
  pond_model_free(model);
  pond_model_free(NULL);
}

/// Parameters of another model, one of them spoilt.
typedef struct {
  const PondModel* from;
  const char* spoilt;
  float value;
  float* copy;
  uint32_t n_asked;
  PondStatus refuse;
} Source;

static PondStatus find(void* context, const PondParameter* wanted,
                       const float** data, PondError* error) {
  Source* source = (Source*)context;
  const char* name = wanted->name;
  const uint32_t n_dims = wanted->n_dims;
  const uint32_t* shape = wanted->shape;
  (void)error;
  source->n_asked += 1;
  for (uint32_t i = 0; i < pond_model_parameter_count(source->from); ++i) {
    const PondParameter parameter = pond_model_parameter(source->from, i);
    if (strcmp(parameter.name, name) != 0) {
      continue;
    }
    const size_t n = (size_t)shape[0] * shape[1];
    assert_int_equal(parameter.n_dims, n_dims);
    assert_int_equal(parameter.shape[0], shape[0]);
    assert_int_equal(parameter.shape[1], shape[1]);
    memcpy(source->copy, parameter.data, n * sizeof(float));
    if (source->spoilt && strcmp(source->spoilt, name) == 0) {
      source->copy[n - 1] = source->value;
    }
    *data = source->copy;
    return source->refuse;
  }
  fail_msg("asked for %s", name);
  return POND_STATUS_NOT_FOUND;
}

static void a_model_from_parameters_has_the_same_bits(void** state) {
  (void)state;
  PondError error = {.status = POND_OK};
  PondModel* again = NULL;
  PondDesc* desc = fixture_desc("ott", "input_size=2 output_size=3");
  PondModel* model = NULL;
  fixture_ok(pond_model_new(desc, 4, &model, &error), &error);
  Source source = {.from = model, .copy = malloc(N_COPY)};
  const float scale = 2.0F;
  const PondNormaliser normaliser = {.in_scale = (float[]){1, 2, 3},
                                     .out_scale = (float[]){scale, 1, 1}};
  const PondFit fit = {.horizon = 7};
  fixture_ok(
      pond_model_from_parameters(
          desc, &(const PondModelParts){find, &source, &normaliser, &fit},
          &again, &error),
      &error);
  assert_int_equal(source.n_asked, 6);
  for (uint32_t i = 0; i < pond_model_parameter_count(model); ++i) {
    const PondParameter a = pond_model_parameter(model, i);
    const PondParameter b = pond_model_parameter(again, i);
    assert_string_equal(a.name, b.name);
    assert_memory_equal(a.data, b.data,
                        (size_t)a.shape[0] * a.shape[1] * sizeof(float));
  }
  assert_true(pond_model_normaliser(again).in_scale[2] == 3.0F);
  assert_int_equal(pond_model_fit(again)->horizon, 7);
  free(source.copy);
  pond_model_free(model);
  pond_model_free(again);
  pond_desc_free(desc);
}

static void weights_that_are_not_finite_are_refused_by_name(void** state) {
  (void)state;
  static const char* const NAMES[] = {
      "ReservoirLayer_1.weight_feedback", "ReservoirLayer_1.weight_input",
      "ReservoirLayer_1.weight_hh",       "ReservoirLayer_1.bias_h",
      "CGReadoutLayer_1.weight",          "CGReadoutLayer_1.bias"};
  PondDesc* desc = fixture_desc("classic", "input_size=2");
  PondError error = {.status = POND_OK};
  PondModel* model = NULL;
  fixture_ok(pond_model_new(desc, 4, &model, &error), &error);
  Source source = {.from = model, .copy = malloc(N_COPY)};
  for (size_t i = 0; i < 12; ++i) {
    PondModel* again = NULL;
    source.spoilt = NAMES[i % 6];
    source.value = i < 6 ? NAN : -INFINITY;
    assert_int_equal(
        pond_model_from_parameters(
            desc, &(const PondModelParts){find, &source, NULL, NULL}, &again,
            &error),
        POND_STATUS_NOT_FINITE);
    fixture_says(error.text, NAMES[i % 6]);
    fixture_says(error.text, i < 6 ? "not a number" : "infinite");
    assert_null(again);
  }
  free(source.copy);
  pond_model_free(model);
  pond_desc_free(desc);
}

static void a_refusal_of_the_source_is_handed_on(void** state) {
  (void)state;
  PondDesc* desc = fixture_desc("classic", "");
  PondError error = {.status = POND_OK};
  PondModel* model = NULL;
  PondModel* again = NULL;
  fixture_ok(pond_model_new(desc, 4, &model, &error), &error);
  Source source = {
      .from = model, .copy = malloc(N_COPY), .refuse = POND_STATUS_MISMATCH};
  assert_int_equal(pond_model_from_parameters(
                       desc, &(const PondModelParts){find, &source, NULL, NULL},
                       &again, &error),
                   POND_STATUS_MISMATCH);
  assert_int_equal(source.n_asked, 1);
  assert_null(again);
  free(source.copy);
  pond_model_free(model);
  pond_desc_free(desc);
}

static void a_bad_readout_is_refused(void** state) {
  (void)state;
  PondError error = {.status = POND_OK};
  PondModel* out = NULL;
  PondModel* model = fixture_model("classic", "", 1);
  PondModel* bare = fixture_model("classic", "readout_bias=false", 1);
  float spoilt[101] = {0.0F};
  spoilt[100] = INFINITY;
  assert_int_equal(
      pond_model_with_readout(
          model, &(const PondReadoutFit){0, spoilt, BIAS, NULL}, &out, &error),
      POND_STATUS_NOT_FINITE);
  fixture_says(error.text, "CGReadoutLayer_1.weight");
  assert_int_equal(
      pond_model_with_readout(
          model, &(const PondReadoutFit){0, WEIGHTS, spoilt + 100, NULL}, &out,
          &error),
      POND_STATUS_NOT_FINITE);
  fixture_says(error.text, "CGReadoutLayer_1.bias");
  assert_int_equal(
      pond_model_with_readout(
          model, &(const PondReadoutFit){1, WEIGHTS, BIAS, NULL}, &out, &error),
      POND_STATUS_BAD_ARG);
  fixture_says(error.text, "readout 1");
  assert_int_equal(
      pond_model_with_readout(
          model, &(const PondReadoutFit){0, WEIGHTS, NULL, NULL}, &out, &error),
      POND_STATUS_BAD_ARG);
  assert_int_equal(
      pond_model_with_readout(
          bare, &(const PondReadoutFit){0, WEIGHTS, BIAS, NULL}, &out, &error),
      POND_STATUS_BAD_ARG);
  fixture_says(error.text, "no bias");
  assert_null(out);
  pond_model_free(model);
  pond_model_free(bare);
}

static void a_bad_normaliser_or_fit_is_refused(void** state) {
  (void)state;
  const float nan = NAN;
  const float zero = 0.0F;
  PondError error = {.status = POND_OK};
  PondModel* out = NULL;
  PondModel* model = fixture_model("classic", "", 1);
  const struct {
    PondNormaliser given;
    PondStatus status;
    const char* says;
  } cases[] = {
      {{&nan, NULL, NULL, NULL}, POND_STATUS_NOT_FINITE, "in_offset[0]"},
      {{NULL, &nan, NULL, NULL}, POND_STATUS_NOT_FINITE, "in_scale[0]"},
      {{NULL, &zero, NULL, NULL}, POND_STATUS_BAD_ARG, "in_scale[0] is 0"},
      {{NULL, NULL, &nan, NULL}, POND_STATUS_NOT_FINITE, "out_offset[0]"},
      {{NULL, NULL, NULL, &zero}, POND_STATUS_BAD_ARG, "out_scale[0] is 0"}};
  for (size_t i = 0; i < 5; ++i) {
    assert_int_equal(
        pond_model_with_normaliser(model, &cases[i].given, &out, &error),
        cases[i].status);
    fixture_says(error.text, cases[i].says);
  }
  const PondFit fits[] = {{.horizon = POND_MAX_HORIZON + 1},
                          {.out_power = -1.0},
                          {.out_power = (double)INFINITY},
                          {.rate_hz = (double)NAN}};
  for (size_t i = 0; i < 4; ++i) {
    assert_int_not_equal(
        pond_model_with_readout(
            model, &(const PondReadoutFit){0, WEIGHTS, BIAS, &fits[i]}, &out,
            &error),
        POND_OK);
  }
  assert_null(out);
  pond_model_free(model);
}

static void parameters_are_listed_as_torch_rc_does(void** state) {
  (void)state;
  static const struct {
    const char* settings;
    const char* names[7];
  } CASES[] = {
      {"",
       {"ReservoirLayer_1.weight_feedback", "ReservoirLayer_1.weight_hh",
        "ReservoirLayer_1.bias_h", "CGReadoutLayer_1.weight",
        "CGReadoutLayer_1.bias"}},
      {"input_size=3",
       {"ReservoirLayer_1.weight_feedback", "ReservoirLayer_1.weight_input",
        "ReservoirLayer_1.weight_hh", "ReservoirLayer_1.bias_h",
        "CGReadoutLayer_1.weight", "CGReadoutLayer_1.bias"}},
      {"bias=false readout_bias=false",
       {"ReservoirLayer_1.weight_feedback", "ReservoirLayer_1.weight_hh",
        "CGReadoutLayer_1.weight"}}};
  for (size_t i = 0; i < 3; ++i) {
    PondModel* model = fixture_model("classic", CASES[i].settings, 1);
    uint32_t n = 0;
    while (CASES[i].names[n]) {
      assert_true(n < pond_model_parameter_count(model));
      assert_string_equal(pond_model_parameter(model, n).name,
                          CASES[i].names[n]);
      n += 1;
    }
    assert_int_equal(pond_model_parameter_count(model), n);
    pond_model_free(model);
  }
}

static PondModel* ott_of_six_nodes(void) {
  return fixture_model("ott",
                       "feedback_size=3 input_size=2 output_size=3 "
                       "reservoir_size=17 leak_rate=0.25 activation=relu",
                       1);
}

static void a_graph_is_what_its_description_says(void** state) {
  (void)state;
  PondModel* model = ott_of_six_nodes();
  const PondGraph* graph = pond_model_graph(model);
  assert_int_equal(graph->n_nodes, 6);
  assert_int_equal(graph->n_in, 5);
  assert_int_equal(graph->n_out, 3);
  assert_int_equal(graph->n_feedback, 3);
  assert_int_equal(graph->n_readouts, 1);
  assert_int_equal(graph->output, 5);
  assert_int_equal(graph->n_scratch, 64);
  assert_int_equal(graph->nodes[1].first_channel, 3);
  assert_string_equal(pond_model_node_name(model, 3),
                      "SelectiveExponentiation_1");
  const PondNode* reservoir = &graph->nodes[2];
  assert_int_equal(reservoir->kind, POND_NODE_RESERVOIR);
  assert_true(reservoir->leak == 0.25F);
  assert_int_equal(reservoir->reservoir.activation, POND_ACTIVATION_RELU);
  assert_int_equal(reservoir->reservoir.n_feedback, 3);
  assert_int_equal(reservoir->reservoir.n_driving, 2);
  assert_int_equal(reservoir->reservoir.w.rows, 17);
  assert_int_equal(reservoir->reservoir.w.rows_padded, 32);
  assert_int_equal(reservoir->reservoir.w.cols, 22);
  assert_int_equal(graph->nodes[3].exponent, 2);
  assert_int_equal(graph->nodes[3].parity, POND_PARITY_EVEN);
  assert_int_equal(graph->nodes[4].size, 20);
  pond_model_free(model);
}

static void nodes_lie_apart_and_begin_on_cache_lines(void** state) {
  (void)state;
  PondModel* model = ott_of_six_nodes();
  const PondGraph* graph = pond_model_graph(model);
  uint32_t end = 0;
  for (uint32_t i = 0; i < graph->n_nodes; ++i) {
    const PondNode* node = &graph->nodes[i];
    const uint32_t begin = node->out - node->reservoir.n_feedback;
    assert_true(begin >= end);
    assert_int_equal(node->out % 16, 0);
    end = node->out + node->size + node->reservoir.n_driving;
  }
  assert_true(end <= graph->n_vector);
  pond_model_free(model);
}

static void a_readout_is_what_its_description_says(void** state) {
  (void)state;
  PondModel* model = ott_of_six_nodes();
  const PondReadoutOp* op = pond_model_readout_ops(model);
  assert_int_equal(op->rows, 3);
  assert_int_equal(op->cols, 20);
  assert_int_equal(op->stride, 32);
  uint32_t n_features = 0;
  uint32_t n_outputs = 0;
  assert_string_equal(
      pond_model_readout_name(model, 0, &n_features, &n_outputs),
      "CGReadoutLayer_1");
  assert_int_equal(n_features, 20);
  assert_int_equal(n_outputs, 3);
  pond_model_free(model);
}

static void a_program_is_one_block_with_a_zero_state(void** state) {
  (void)state;
  PondError error = {.status = POND_OK};
  PondProgram* program = NULL;
  PondModel* model = fixture_model("classic", "", 1);
  PondModel* fitted = with_readout(model);
  fixture_ok(pond_program_new(fitted, POND_KERNEL_AUTO, &program, &error),
             &error);
  assert_ptr_equal(program->graph, pond_model_graph(model));
  assert_ptr_equal(program->readouts, pond_model_readout_ops(fitted));
  assert_int_equal(program->kernels->id, pond_kernel_best());
  assert_int_equal(program->horizon, 3);
  assert_true(program->out_power == 0.5);
  assert_int_equal(program->n_state,
                   pond_program_state_size(program->graph, 3));
  for (uint32_t i = 0; i < program->n_state; ++i) {
    assert_true(program->state[i] == 0.0F && !signbit(program->state[i]));
  }
  assert_int_equal((uintptr_t)program->state % 64, 0);
  assert_int_equal((uintptr_t)program->scratch % 64, 0);
  assert_int_equal((uintptr_t)program->readouts->w % 64, 0);
  pond_program_free(program);
  pond_program_free(NULL);
  program = NULL;
  fixture_ok(pond_program_new(model, POND_KERNEL_SCALAR, &program, &error),
             &error);
  assert_int_equal(program->kernels->id, POND_KERNEL_SCALAR);
  assert_int_equal(program->horizon, 1);
  pond_program_free(program);
  pond_model_free(model);
  pond_model_free(fitted);
}

static void a_kernel_that_is_not_here_is_refused_by_name(void** state) {
  (void)state;
  PondError error = {.status = POND_OK};
  PondProgram* program = NULL;
  PondModel* model = fixture_model("headless", "", 1);
  uint32_t n_refused = 0;
  for (int k = POND_KERNEL_SCALAR; k <= POND_KERNEL_NEON + 1; ++k) {
    if (pond_kernel_available((PondKernelId)k)) {
      continue;
    }
    assert_int_equal(pond_program_new(model, (PondKernelId)k, &program, &error),
                     POND_STATUS_UNSUPPORTED);
    fixture_says(error.text, "auto, scalar");
    n_refused += 1;
  }
  assert_in_range(n_refused, 2, 4);
  assert_null(program);
  pond_model_free(model);
}

static void kernels_are_found_by_name(void** state) {
  (void)state;
  PondKernelId kernel = POND_KERNEL_AUTO;
  for (int k = POND_KERNEL_AUTO; k <= POND_KERNEL_NEON; ++k) {
    assert_int_equal(
        pond_kernel_find(pond_kernel_name((PondKernelId)k), &kernel), POND_OK);
    assert_int_equal(kernel, k);
  }
  assert_int_equal(pond_kernel_find("sse9", &kernel), POND_STATUS_NOT_FOUND);
  assert_int_equal(kernel, POND_KERNEL_NEON);
  assert_null(pond_kernel_name((PondKernelId)99));
  assert_true(pond_kernel_available(POND_KERNEL_SCALAR));
  assert_true(pond_kernel_available(pond_kernel_best()));
  assert_true(strlen(pond_blas_core()) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(another_readout_shares_the_graph),
      cmocka_unit_test(another_normaliser_shares_weights_but_not_the_graph),
      cmocka_unit_test(every_owner_counts),
      cmocka_unit_test(a_model_from_parameters_has_the_same_bits),
      cmocka_unit_test(weights_that_are_not_finite_are_refused_by_name),
      cmocka_unit_test(a_refusal_of_the_source_is_handed_on),
      cmocka_unit_test(a_bad_readout_is_refused),
      cmocka_unit_test(a_bad_normaliser_or_fit_is_refused),
      cmocka_unit_test(parameters_are_listed_as_torch_rc_does),
      cmocka_unit_test(a_graph_is_what_its_description_says),
      cmocka_unit_test(nodes_lie_apart_and_begin_on_cache_lines),
      cmocka_unit_test(a_readout_is_what_its_description_says),
      cmocka_unit_test(a_program_is_one_block_with_a_zero_state),
      cmocka_unit_test(a_kernel_that_is_not_here_is_refused_by_name),
      cmocka_unit_test(kernels_are_found_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
