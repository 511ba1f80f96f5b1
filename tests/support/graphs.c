// SPDX-License-Identifier: ISC
// Small models of different shapes. Test support.
#include "graphs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char* const NODES[GRAPH_COUNT] = {
    "{\"name\":\"input\",\"kind\":\"input\",\"size\":N},"
    "{\"name\":\"A\",\"kind\":\"reservoir\",\"size\":U,\"feedback\":\"input\","
    "\"leak_rate\":0.5,\"spectral_radius\":0.9,\"bias\":true,"
    "\"bias_scaling\":0.2},"
    "{\"name\":\"C\",\"kind\":\"concat\",\"inputs\":[\"input\",\"A\"]},"
    "{\"name\":\"Y\",\"kind\":\"readout\",\"input\":\"C\",\"size\":N}",

    "{\"name\":\"input\",\"kind\":\"input\",\"size\":N},"
    "{\"name\":\"A\",\"kind\":\"reservoir\",\"size\":U,\"feedback\":\"input\","
    "\"spectral_radius\":0.8},"
    "{\"name\":\"S\",\"kind\":\"power\",\"input\":\"A\",\"exponent\":2,"
    "\"parity\":\"even\"},"
    "{\"name\":\"C\",\"kind\":\"concat\",\"inputs\":[\"input\",\"S\"]},"
    "{\"name\":\"Y\",\"kind\":\"readout\",\"input\":\"C\",\"size\":N}",

    "{\"name\":\"input\",\"kind\":\"input\",\"size\":N},"
    "{\"name\":\"A\",\"kind\":\"reservoir\",\"size\":U,\"feedback\":\"input\","
    "\"leak_rate\":0.7,\"activation\":\"sigmoid\"},"
    "{\"name\":\"B\",\"kind\":\"reservoir\",\"size\":U,\"feedback\":\"A\","
    "\"leak_rate\":0.3,\"feedback_scaling\":0.2},"
    "{\"name\":\"C\",\"kind\":\"concat\",\"inputs\":[\"A\",\"B\"]},"
    "{\"name\":\"Y\",\"kind\":\"readout\",\"input\":\"C\",\"size\":N}",

    "{\"name\":\"input\",\"kind\":\"input\",\"size\":N},"
    "{\"name\":\"drive\",\"kind\":\"input\",\"size\":N},"
    "{\"name\":\"A\",\"kind\":\"reservoir\",\"size\":U,\"feedback\":\"input\","
    "\"driving\":\"drive\",\"activation\":\"relu\",\"leak_rate\":0.4,"
    "\"spectral_radius\":0.5},"
    "{\"name\":\"Y\",\"kind\":\"readout\",\"input\":\"A\",\"size\":N}",

    "{\"name\":\"input\",\"kind\":\"input\",\"size\":N},"
    "{\"name\":\"A\",\"kind\":\"reservoir\",\"size\":U,\"feedback\":\"input\"},"
    "{\"name\":\"R\",\"kind\":\"readout\",\"input\":\"A\",\"size\":2},"
    "{\"name\":\"B\",\"kind\":\"reservoir\",\"size\":U,\"feedback\":\"R\","
    "\"leak_rate\":0.2},"
    "{\"name\":\"C\",\"kind\":\"concat\",\"inputs\":[\"input\",\"A\",\"B\"]},"
    "{\"name\":\"Y\",\"kind\":\"readout\",\"input\":\"C\",\"size\":N}"};

static void must(PondStatus status, const PondError* error) {
  if (status) {
    (void)fprintf(stderr, "test model: %s\n", error->text);
    abort();
  }
}

// Writes the description with N and U (where a number stands) filled in.
static void describe(char* text, size_t size, int graph, uint32_t n,
                     uint32_t units) {
  size_t used = (size_t)snprintf(
      text, size,
      "{\"format\":\"echopond-model\",\"version\":1,\"output\":\"Y\","
      "\"nodes\":[");
  for (const char* c = NODES[graph]; *c; ++c) {
    const bool number = (*c == 'N' || *c == 'U') && c[-1] == ':';
    used += (size_t)(number ? snprintf(text + used, size - used, "%" PRIu32,
                                       *c == 'N' ? n : units)
                            : snprintf(text + used, size - used, "%c", *c));
  }
  (void)snprintf(text + used, size - used, "]}");
}

static float draw(uint64_t* state) {
  *state = *state * 6364136223846793005U + 1442695040888963407U;
  return (float)((double)(*state >> 40U) * 0x1p-23 - 1.0);
}

PondModel* graph_other_readouts(const PondModel* model, uint64_t seed,
                                uint32_t horizon, double out_power) {
  PondError error;
  const PondFit fit = {.horizon = horizon, .out_power = out_power};
  PondModel* made = pond_model_ref((PondModel*)(uintptr_t)model);
  for (uint32_t r = 0; r < pond_model_readout_count(model); ++r) {
    uint32_t n_in = 0;
    uint32_t n_out = 0;
    (void)pond_model_readout_name(model, r, &n_in, &n_out);
    float* w = (float*)calloc((size_t)n_in * n_out, sizeof(float));
    float* b = (float*)calloc(n_out, sizeof(float));
    for (uint32_t i = 0; i < n_in * n_out; ++i) {
      w[i] = 0.8f * draw(&seed) / (float)n_in;
    }
    for (uint32_t i = 0; i < n_out; ++i) {
      b[i] = 0.05f * draw(&seed);
    }
    PondModel* next = NULL;
    must(pond_model_with_readout(made, &(const PondReadoutFit){r, w, b, &fit},
                                 &next, &error),
         &error);
    pond_model_free(made);
    made = next;
    free(w);
    free(b);
  }
  return made;
}

PondModel* graph_normalised(const PondModel* model) {
  enum { CHANNELS = 16 };
  float offset[CHANNELS];
  float in_scale[CHANNELS];
  float out_scale[CHANNELS];
  PondError error;
  PondModel* made = NULL;
  for (uint32_t c = 0; c < CHANNELS; ++c) {
    offset[c] = 0.1f;
    in_scale[c] = c % 2 ? 0.75f : 0.5f;
    out_scale[c] = 1.25f;
  }
  const PondNormaliser normaliser = {offset, in_scale, offset, out_scale};
  must(pond_model_with_normaliser(model, &normaliser, &made, &error), &error);
  return made;
}

PondModel* graph_model(int graph, uint32_t n, uint32_t units, uint64_t seed) {
  char text[4096];
  PondError error;
  PondDesc* desc = NULL;
  PondModel* drawn = NULL;
  describe(text, sizeof(text), graph, n, units);
  must(pond_desc_from_json(text, strlen(text), &desc, &error), &error);
  must(pond_model_new(desc, seed, &drawn, &error), &error);
  PondModel* model = graph_other_readouts(drawn, seed + 1, 1, 0.0);
  pond_model_free(drawn);
  pond_desc_free(desc);
  return model;
}
