// SPDX-License-Identifier: ISC
// Finding out that two models have the same reservoirs, so that a swap between
// them keeps the state. Control side.
#include <stdlib.h>
#include <string.h>

#include "session_core.h"

static bool same_floats(const float* a, const float* b, size_t n) {
  return memcmp(a, b, n * sizeof(float)) == 0;
}

static bool same_normaliser(const PondModel* a, const PondModel* b) {
  const PondNormaliser na = pond_model_normaliser(a);
  const PondNormaliser nb = pond_model_normaliser(b);
  const uint32_t n_in = pond_model_in_size(a);
  const uint32_t n_out = pond_model_out_size(a);
  return same_floats(na.in_offset, nb.in_offset, n_in) &&
         same_floats(na.in_scale, nb.in_scale, n_in) &&
         same_floats(na.out_offset, nb.out_offset, n_out) &&
         same_floats(na.out_scale, nb.out_scale, n_out);
}

static bool same_description(const PondModel* a, const PondModel* b) {
  char* text_a = NULL;
  char* text_b = NULL;
  const bool same = !pond_desc_to_json(pond_model_desc(a), &text_a, NULL) &&
                    !pond_desc_to_json(pond_model_desc(b), &text_b, NULL) &&
                    strcmp(text_a, text_b) == 0;
  free(text_a);
  free(text_b);
  return same;
}

// "CGReadoutLayer_1.weight" belongs to the readout of that name.
static bool is_of_readout(const PondModel* model, const char* parameter) {
  for (uint32_t r = 0; r < pond_model_readout_count(model); ++r) {
    const char* name = pond_model_readout_name(model, r, NULL, NULL);
    const size_t n = strlen(name);
    if (strncmp(parameter, name, n) == 0 && parameter[n] == '.') {
      return true;
    }
  }
  return false;
}

static size_t parameter_size(const PondParameter* parameter) {
  size_t n = 1;
  for (uint32_t i = 0; i < parameter->n_dims; ++i) {
    n *= parameter->shape[i];
  }
  return n;
}

static bool same_reservoirs(const PondModel* a, const PondModel* b) {
  for (uint32_t i = 0; i < pond_model_parameter_count(a); ++i) {
    const PondParameter pa = pond_model_parameter(a, i);
    const PondParameter pb = pond_model_parameter(b, i);
    if (!is_of_readout(a, pa.name) &&
        !same_floats(pa.data, pb.data, parameter_size(&pa))) {
      return false;
    }
  }
  return true;
}

static const float* readout_part(const PondModel* model, uint32_t readout,
                                 const char* part) {
  const char* name = pond_model_readout_name(model, readout, NULL, NULL);
  const size_t n = strlen(name);
  for (uint32_t i = 0; i < pond_model_parameter_count(model); ++i) {
    const PondParameter parameter = pond_model_parameter(model, i);
    if (strncmp(parameter.name, name, n) == 0 && parameter.name[n] == '.' &&
        strcmp(parameter.name + n + 1, part) == 0) {
      return parameter.data;
    }
  }
  return NULL;
}

PondStatus pond_model_rebase(PondModel* model, PondModel* onto, PondModel** out,
                             PondError* error) {
  const bool same = pond_model_graph(model) != pond_model_graph(onto) &&
                    same_description(model, onto) &&
                    same_normaliser(model, onto) &&
                    same_reservoirs(model, onto);
  if (!same) {
    *out = pond_model_ref(model);
    return POND_OK;
  }
  PondModel* rebased = pond_model_ref(onto);
  for (uint32_t r = 0; r < pond_model_readout_count(model); ++r) {
    PondModel* next = NULL;
    const PondStatus status = pond_model_with_readout(
        rebased,
        &(const PondReadoutFit){r, readout_part(model, r, "weight"),
                                readout_part(model, r, "bias"),
                                pond_model_fit(model)},
        &next, error);
    pond_model_free(rebased);
    if (status) {
      return status;
    }
    rebased = next;
  }
  *out = rebased;
  return POND_OK;
}
