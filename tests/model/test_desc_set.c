// SPDX-License-Identifier: ISC
// The premade descriptions and torch_rc's names on them.
#include "model_fixture.h"

#include <stdlib.h>
#include <string.h>

static char* json_of(const PondDesc* desc) {
  PondError error = {.status = POND_OK};
  char* text = NULL;
  fixture_ok(pond_desc_to_json(desc, &text, &error), &error);
  return text;
}

// The reservoir with every default of torch_rc's.
#define RESERVOIR(activation, driving, bias)                                 \
  "{\"activation\":\"" activation "\",\"bias\":" bias                        \
  ",\"bias_scaling\":1.0,\"driving\":" driving                               \
  ",\"feedback\":\"input\",\"feedback_initializer\":null,"                   \
  "\"feedback_scaling\":1.0,\"input_initializer\":null,"                     \
  "\"input_scaling\":1.0,\"kind\":\"reservoir\",\"leak_rate\":1.0,\"name\":" \
  "\"ReservoirLayer_1\",\"size\":100,\"spectral_radius\":0.9,"               \
  "\"topology\":null}"
#define OPEN(kind) \
  "{\"format\":\"echopond-model\",\"kind\":\"" kind "\",\"nodes\":["
#define INPUT "{\"kind\":\"input\",\"name\":\"input\",\"size\":1},"
#define HEAD(from)                                                   \
  ",{\"inputs\":[\"input\",\"" from                                  \
  "\"],\"kind\":\"concat\",\"name\":\"Concatenate_1\"},"             \
  "{\"bias\":true,\"input\":\"Concatenate_1\",\"kind\":\"readout\"," \
  "\"name\":\"CGReadoutLayer_1\",\"size\":1}]"
#define CLOSE(output) ",\"output\":\"" output "\",\"version\":1}"

static void the_premade_ones_have_torch_rcs_names_and_defaults(void** state) {
  (void)state;
  static const char* const EXPECTED[][2] = {
      {"classic", OPEN("classic") INPUT RESERVOIR("tanh", "null", "true")
                      HEAD("ReservoirLayer_1") CLOSE("CGReadoutLayer_1")},
      {"ott",
       OPEN("ott") INPUT RESERVOIR(
           "tanh", "null",
           "true") ",{\"exponent\":2,\"input\":\"ReservoirLayer_1\",\"kind\":"
                   "\"power\",\"name\":\"SelectiveExponentiation_1\","
                   "\"parity\":\"even\"}" HEAD("SelectiveExponentiation_1")
                       CLOSE("CGReadoutLayer_1")},
      {"headless", OPEN("headless") INPUT RESERVOIR(
                       "tanh", "null", "true") "]" CLOSE("ReservoirLayer_1")},
      {"linear", OPEN("linear") INPUT RESERVOIR(
                     "identity", "null", "true") "]" CLOSE("ReservoirLayer_1")},
  };
  for (size_t i = 0; i < 4; ++i) {
    PondDesc* desc = fixture_desc(EXPECTED[i][0], "");
    char* text = json_of(desc);
    assert_string_equal(text, EXPECTED[i][1]);
    free(text);
    pond_desc_free(desc);
  }
}

static void an_unknown_premade_name_is_answered_with_those_that_exist(
    void** state) {
  (void)state;
  static const char* const NAMES[] = {"graph", "", "Classic", "esn"};
  for (size_t i = 0; i < 4; ++i) {
    PondError error = {.status = POND_OK};
    PondDesc* desc = NULL;
    assert_int_equal(pond_desc_premade(NAMES[i], &desc, &error),
                     POND_STATUS_NOT_FOUND);
    fixture_says(error.text, NAMES[i]);
    fixture_says(error.text, "classic, ott, headless, linear");
    assert_null(desc);
  }
}

static void every_setting_lands_in_its_node(void** state) {
  (void)state;
  static const char* const CASES[][2] = {
      {"reservoir_size=7", "\"name\":\"ReservoirLayer_1\",\"size\":7"},
      {"feedback_size=3", "\"name\":\"input\",\"size\":3"},
      {"output_size=2", "\"name\":\"CGReadoutLayer_1\",\"size\":2"},
      {"input_size=4",
       "\"name\":\"input\",\"size\":1},{\"kind\":\"input\",\"name\":"
       "\"driving\",\"size\":4}"},
      {"input_size=4", "\"driving\":\"driving\""},
      {"topology=ring", "\"topology\":{\"name\":\"ring\",\"weight\":1.0}"},
      {"topology=erdos_renyi:p=.25,directed=False",
       "\"topology\":{\"directed\":false,\"name\":\"erdos_renyi\",\"p\":0.25,"
       "\"self_loops\":true}"},
      {"topology=None", "\"topology\":null"},
      {"spectral_radius=none", "\"spectral_radius\":null"},
      {"spectral_radius=1.25", "\"spectral_radius\":1.25"},
      {"leak_rate=.5", "\"leak_rate\":0.5"},
      {"leak_rate=1", "\"leak_rate\":1.0"},
      {"activation=sigmoid", "\"activation\":\"sigmoid\""},
      {"bias=false", "{\"activation\":\"tanh\",\"bias\":false"},
      {"feedback_scaling=-2e-1", "\"feedback_scaling\":-0.2"},
      {"input_scaling=3", "\"input_scaling\":3.0"},
      {"bias_scaling=-0", "\"bias_scaling\":0.0"},
      {"feedback_initializer=zeros",
       "\"feedback_initializer\":{\"name\":\"zeros\"}"},
      {"input_initializer=random_binary:input_scaling=0.5",
       "\"input_initializer\":{\"input_scaling\":0.5,\"name\":"
       "\"random_binary\"}"},
      {"readout_bias=False", "{\"bias\":false,\"input\":\"Concatenate_1\""},
  };
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); ++i) {
    PondDesc* desc = fixture_desc("classic", CASES[i][0]);
    char* text = json_of(desc);
    fixture_says(text, CASES[i][1]);
    free(text);
    pond_desc_free(desc);
  }
}

static void the_driving_input_comes_and_goes_without_a_trace(void** state) {
  (void)state;
  PondDesc* desc = fixture_desc("ott", "");
  char* before = json_of(desc);
  pond_desc_free(desc);
  desc = fixture_desc("ott", "input_size=4 input_size=2 input_size=0");
  char* after = json_of(desc);
  assert_string_equal(before, after);
  free(before);
  free(after);
  pond_desc_free(desc);
}

typedef struct {
  const char* premade;
  const char* key;
  const char* value;
  const char* says[3];
} Bad;

static const Bad BAD[] = {
    {"classic", "units", "3", {"unknown key \"units\"", "reservoir_size"}},
    {"classic", "", "3", {"unknown key \"\"", "readout_bias"}},
    {"classic", "reservoir_size", "0", {"reservoir_size is 0", "1 to 1048576"}},
    {"classic", "reservoir_size", "-3", {"reservoir_size is -3"}},
    {"classic",
     "reservoir_size",
     "1e2",
     {"reservoir_size is 100.0", "integer"}},
    {"classic", "reservoir_size", "ten", {"reservoir_size is \"ten\""}},
    {"classic", "reservoir_size", "", {"reservoir_size is \"\""}},
    {"classic",
     "reservoir_size",
     "99999999999999999999999",
     {"reservoir_size is"}},
    {"classic", "feedback_size", "0", {"feedback_size is 0", "1 to 1024"}},
    {"classic", "output_size", "2000", {"output_size is 2000", "1 to 1024"}},
    {"headless", "output_size", "2", {"output_size", "headless"}},
    {"linear", "readout_bias", "true", {"readout_bias", "linear"}},
    {"classic", "input_size", "-1", {"input_size is -1", "0 to 1024"}},
    {"classic", "input_size", "none", {"input_size is null"}},
    {"classic", "input_size", "1024", {"1025 channels"}},
    {"classic", "topology", "wheel", {"topology is \"wheel\"", "erdos_renyi"}},
    {"classic", "topology", "ring:", {"topology is \"ring:\"", "KEY=VALUE"}},
    {"classic", "topology", "ring:weight", {"KEY=VALUE"}},
    {"classic", "topology", "ring:=1", {"KEY=VALUE"}},
    {"classic", "topology", "ring:weight=1,", {"KEY=VALUE"}},
    {"classic", "topology", "ring:weight=1,weight=2", {"each key once"}},
    {"classic", "topology", "ring:name=random", {"each key once"}},
    {"classic", "topology", "ring:p=1", {"topology \"ring\"", "key \"p\""}},
    {"classic", "topology", "erdos_renyi:p=2", {"topology:erdos_renyi.p is 2"}},
    {"classic",
     "topology",
     "erdos_renyi:directed=1",
     {"topology:erdos_renyi.directed is 1"}},
    {"classic", "spectral_radius", "-1", {"spectral_radius is -1", "none"}},
    {"classic", "spectral_radius", "nan", {"spectral_radius is \"nan\""}},
    {"classic", "spectral_radius", "inf", {"spectral_radius is \"inf\""}},
    {"classic", "spectral_radius", "1e999", {"spectral_radius is \"1e999\""}},
    {"classic", "leak_rate", "0", {"leak_rate is 0", "1e-06 to 1"}},
    {"classic", "leak_rate", "1.01", {"leak_rate is 1.01"}},
    {"classic", "leak_rate", "none", {"leak_rate is null"}},
    {"classic", "leak_rate", "0,5", {"leak_rate is \"0,5\""}},
    {"classic", "leak_rate", "0x1", {"leak_rate is \"0x1\""}},
    {"classic", "activation", "gelu", {"activation is \"gelu\"", "sigmoid"}},
    {"linear", "activation", "tanh", {"activation", "identity", "headless"}},
    {"linear", "activation", "identity", {"activation", "takes no"}},
    {"classic", "bias", "1", {"bias is 1", "true or false"}},
    {"classic", "bias_scaling", "x", {"bias_scaling is \"x\""}},
    {"classic", "bias_scaling", "\xc3\x28", {"bias_scaling", "ASCII"}},
    {"classic", "feedback_scaling", "1e7", {"feedback_scaling is 10000000"}},
    {"classic", "input_scaling", "true", {"input_scaling is true"}},
    {"classic",
     "feedback_initializer",
     "chebyshev",
     {"feedback_initializer is \"chebyshev\"", "random_binary"}},
    {"classic", "input_initializer", "3", {"input_initializer is 3"}},
    {"classic", "readout_bias", "none", {"readout_bias is null"}},
};

static void a_bad_value_is_named_and_changes_nothing(void** state) {
  (void)state;
  for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); ++i) {
    PondError error = {.status = POND_OK};
    PondDesc* desc = fixture_desc(BAD[i].premade, "");
    char* before = json_of(desc);
    if (pond_desc_set(desc, BAD[i].key, BAD[i].value, &error) == POND_OK) {
      fail_msg("taken: %s=%s", BAD[i].key, BAD[i].value);
    }
    for (size_t k = 0; k < 3 && BAD[i].says[k]; ++k) {
      fixture_says(error.text, BAD[i].says[k]);
    }
    char* after = json_of(desc);
    assert_string_equal(before, after);
    free(before);
    free(after);
    pond_desc_free(desc);
  }
}

static void a_setting_reaches_every_reservoir_of_a_graph(void** state) {
  (void)state;
  static const char TEXT[] =
      "{\"format\":\"echopond-model\",\"version\":1,\"nodes\":["
      "{\"name\":\"in\",\"kind\":\"input\",\"size\":1},"
      "{\"name\":\"a\",\"kind\":\"reservoir\",\"size\":3,\"feedback\":\"in\"},"
      "{\"name\":\"b\",\"kind\":\"reservoir\",\"size\":4,\"feedback\":\"a\"},"
      "{\"name\":\"c\",\"kind\":\"concat\",\"inputs\":[\"in\",\"b\"],"
      "\"size\":5}],\"output\":\"c\"}";
  PondError error = {.status = POND_OK};
  PondDesc* desc = NULL;
  PondModel* model = NULL;
  fixture_ok(pond_desc_from_json(TEXT, strlen(TEXT), &desc, &error), &error);
  fixture_ok(pond_desc_set(desc, "reservoir_size", "6", &error), &error);
  fixture_ok(pond_desc_set(desc, "feedback_size", "2", &error), &error);
  fixture_ok(pond_desc_set(desc, "input_size", "3", &error), &error);
  fixture_ok(pond_model_new(desc, 1, &model, &error), &error);
  assert_int_equal(pond_model_in_size(model), 5);
  assert_int_equal(pond_model_feedback_size(model), 2);
  assert_int_equal(pond_model_out_size(model), 8);
  uint32_t rows = 0;
  uint32_t cols = 0;
  (void)fixture_parameter(model, "b.weight_feedback", &rows, &cols);
  assert_int_equal(rows, 6);
  assert_int_equal(cols, 6);
  (void)fixture_parameter(model, "b.weight_input", &rows, &cols);
  assert_int_equal(cols, 3);
  pond_model_free(model);
  pond_desc_free(desc);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_premade_ones_have_torch_rcs_names_and_defaults),
      cmocka_unit_test(
          an_unknown_premade_name_is_answered_with_those_that_exist),
      cmocka_unit_test(every_setting_lands_in_its_node),
      cmocka_unit_test(the_driving_input_comes_and_goes_without_a_trace),
      cmocka_unit_test(a_bad_value_is_named_and_changes_nothing),
      cmocka_unit_test(a_setting_reaches_every_reservoir_of_a_graph),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
