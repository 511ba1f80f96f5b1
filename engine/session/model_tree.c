// SPDX-License-Identifier: ISC
// A model as a tree: parameters as tensors under the peers' names, description,
// normaliser and what training learned beside them. Control side.
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pond/checkpoint.h"
#include "pond/engine.h"
#include "session_core.h"

enum { MAX_KEY = 4 * POND_MAX_NAME };

static void key_of(char* key, const char* prefix, const char* name) {
  (void)snprintf(key, MAX_KEY, "%s%s", prefix, name);
}

static PondStatus add(PondTree* tree, const char* prefix,
                      const PondParameter* parameter, PondError* error) {
  char key[MAX_KEY];
  key_of(key, prefix, parameter->name);
  PondTensor tensor = {.name = key,
                       .dtype = POND_DTYPE_F32,
                       .n_dims = parameter->n_dims,
                       .data = parameter->data,
                       .size_bytes = sizeof(float)};
  for (uint32_t i = 0; i < parameter->n_dims; ++i) {
    tensor.shape[i] = parameter->shape[i];
    tensor.size_bytes *= parameter->shape[i];
  }
  return pond_tree_add(tree, &tensor, error);
}

static PondStatus add_parameters(const PondModel* model, const char* prefix,
                                 PondTree* tree, PondError* error) {
  PondStatus status = POND_OK;
  for (uint32_t i = 0; i < pond_model_parameter_count(model) && !status; ++i) {
    const PondParameter parameter = pond_model_parameter(model, i);
    status = add(tree, prefix, &parameter, error);
  }
  return status;
}

static PondStatus add_normaliser(const PondModel* model, const char* prefix,
                                 PondTree* tree, PondError* error) {
  const PondNormaliser norm = pond_model_normaliser(model);
  const uint32_t n_in = pond_model_in_size(model);
  const uint32_t n_out = pond_model_out_size(model);
  const PondParameter parts[] = {
      {"normaliser/in_offset", norm.in_offset, 1, {n_in}},
      {"normaliser/in_scale", norm.in_scale, 1, {n_in}},
      {"normaliser/out_offset", norm.out_offset, 1, {n_out}},
      {"normaliser/out_scale", norm.out_scale, 1, {n_out}}};
  PondStatus status = POND_OK;
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !status; ++i) {
    status = add(tree, prefix, &parts[i], error);
  }
  return status;
}

static PondStatus set_meta(PondTree* tree, const char* prefix, const char* name,
                           const char* value, PondError* error) {
  char key[MAX_KEY];
  key_of(key, prefix, name);
  return pond_tree_set_meta(tree, key, value, error);
}

static PondStatus set_fit(const PondModel* model, const char* prefix,
                          PondTree* tree, PondError* error) {
  enum { DIGITS = 17 };
  const PondFit* fit = pond_model_fit(model);
  json_t* json =
      json_pack("{s:I,s:f,s:f}", "horizon", (json_int_t)fit->horizon,
                "out_power", fit->out_power, "rate_hz", fit->rate_hz);
  char* text =
      json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS))
           : NULL;
  json_decref(json);
  if (!text) {
    return pond_error_memory(error, "the model's metadata");
  }
  const PondStatus status = set_meta(tree, prefix, "pond.fit", text, error);
  free(text);
  return status;
}

static PondStatus set_format(PondTree* tree, PondError* error) {
  char numerics[16];
  (void)snprintf(numerics, sizeof(numerics), "%d", POND_NUMERICS);
  PondStatus status =
      pond_tree_set_meta(tree, "pond.format", "echopond-1", error);
  if (!status) {
    status = pond_tree_set_meta(tree, "pond.numerics", numerics, error);
  }
  if (!status) {
    status = pond_tree_set_meta(tree, "pond.writer", "echopond " POND_VERSION,
                                error);
  }
  return status;
}

PondStatus pond_model_to_tree_at(const PondModel* model, const char* prefix,
                                 PondTree* tree, PondError* error) {
  char* text = NULL;
  PondStatus status = set_format(tree, error);
  if (!status) {
    status = pond_desc_to_json(pond_model_desc(model), &text, error);
  }
  if (!status) {
    status = set_meta(tree, prefix, "pond.model", text, error);
    free(text);
  }
  if (!status) {
    status = set_fit(model, prefix, tree, error);
  }
  if (!status) {
    status = add_parameters(model, prefix, tree, error);
  }
  if (!status) {
    status = add_normaliser(model, prefix, tree, error);
  }
  return status;
}

PondStatus pond_model_to_tree(const PondModel* model, PondTree* tree,
                              PondError* error) {
  return pond_model_to_tree_at(model, "", tree, error);
}

/// Where parameters are looked up.
typedef struct {
  const PondTree* tree;
  const char* prefix;
} Source;

static PondStatus find(void* context, const PondParameter* wanted,
                       const float** data, PondError* error) {
  const Source* source = (const Source*)context;
  const uint32_t* shape = wanted->shape;
  char key[MAX_KEY];
  key_of(key, source->prefix, wanted->name);
  const PondTensor* tensor = pond_tree_find(source->tree, key);
  if (!tensor) {
    return pond_error(error, POND_STATUS_NOT_FOUND,
                      "tensor \"%s\" is missing: the description needs it",
                      key);
  }
  bool fits =
      tensor->dtype == POND_DTYPE_F32 && tensor->n_dims == wanted->n_dims;
  for (uint32_t i = 0; i < wanted->n_dims && i < 2 && fits; ++i) {
    fits = tensor->shape[i] == shape[i];
  }
  if (!fits) {
    return pond_error(error, POND_STATUS_MISMATCH,
                      "tensor \"%s\" does not have the type and shape that the "
                      "description gives it (F32, %" PRIu32 " x %" PRIu32 ")",
                      key, shape[0], wanted->n_dims > 1 ? shape[1] : 1);
  }
  *data = (const float*)tensor->data;
  return POND_OK;
}

// Sets those parts that are there; one of another size would be read past its
// end.
static PondStatus read_normaliser(const Source* source, uint32_t n_in,
                                  uint32_t n_out, PondNormaliser* norm,
                                  PondError* error) {
  const char* const names[] = {"in_offset", "in_scale", "out_offset",
                               "out_scale"};
  const float** const parts[] = {&norm->in_offset, &norm->in_scale,
                                 &norm->out_offset, &norm->out_scale};
  for (uint32_t i = 0; i < 4; ++i) {
    char key[MAX_KEY];
    (void)snprintf(key, sizeof(key), "%snormaliser/%s", source->prefix,
                   names[i]);
    const PondTensor* tensor = pond_tree_find(source->tree, key);
    const uint32_t wanted = i < 2 ? n_in : n_out;
    if (tensor && (tensor->dtype != POND_DTYPE_F32 || tensor->n_dims != 1 ||
                   tensor->shape[0] != wanted)) {
      return pond_error(error, POND_STATUS_MISMATCH,
                        "tensor \"%s\" has to be F32 of shape [%" PRIu32 "]",
                        key, wanted);
    }
    *parts[i] = tensor ? (const float*)tensor->data : NULL;
  }
  return POND_OK;
}

static bool is_size(const json_t* json, json_int_t max) {
  return json_is_integer(json) && json_integer_value(json) >= 0 &&
         json_integer_value(json) <= max;
}

static bool is_amount(const json_t* json) {
  return json_is_number(json) && isfinite(json_number_value(json)) &&
         json_number_value(json) >= 0.0;
}

static PondStatus read_fit(const Source* source, PondFit* fit,
                           PondError* error) {
  char key[MAX_KEY];
  key_of(key, source->prefix, "pond.fit");
  const char* text = pond_tree_meta(source->tree, key);
  if (!text) {
    return POND_OK;
  }
  json_t* json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
  const json_t* horizon = json_object_get(json, "horizon");
  const json_t* power = json_object_get(json, "out_power");
  const json_t* rate = json_object_get(json, "rate_hz");
  const bool good =
      is_size(horizon, POND_MAX_HORIZON) && is_amount(power) && is_amount(rate);
  if (good) {
    fit->horizon = (uint32_t)json_integer_value(horizon);
    fit->out_power = json_number_value(power);
    fit->rate_hz = json_number_value(rate);
  }
  json_decref(json);
  return good ? POND_OK
              : pond_error(error, POND_STATUS_BAD_FORMAT,
                           "metadata \"%s\" has to be {\"horizon\":0..%d,"
                           "\"out_power\":>=0,\"rate_hz\":>=0}",
                           key, POND_MAX_HORIZON);
}

static PondStatus check_numerics(const PondTree* tree, PondError* error) {
  const char* numerics = pond_tree_meta(tree, "pond.numerics");
  if (numerics && strtol(numerics, NULL, 10) != POND_NUMERICS) {
    return pond_error(error, POND_STATUS_UNSUPPORTED,
                      "it was made under numerics contract %s, this version "
                      "computes under %d: its bits would differ",
                      numerics, POND_NUMERICS);
  }
  return POND_OK;
}

static PondStatus build(const Source* source, const PondDesc* desc,
                        PondModel** model, PondError* error) {
  PondNormaliser norm = {0};
  PondFit fit = {0};
  PondStatus status = read_fit(source, &fit, error);
  if (!status) {
    status = read_normaliser(source, pond_desc_in_size(desc),
                             pond_desc_out_size(desc), &norm, error);
  }
  if (!status) {
    status = pond_model_from_parameters(
        desc, &(const PondModelParts){find, (void*)source, &norm, &fit}, model,
        error);
  }
  return status;
}

PondStatus pond_model_from_tree_at(const PondTree* tree, const char* prefix,
                                   PondModel** model, PondError* error) {
  char key[MAX_KEY];
  key_of(key, prefix, "pond.model");
  const char* text = pond_tree_meta(tree, key);
  if (!text) {
    return pond_error(error, POND_STATUS_NOT_FOUND,
                      "no model description is in it (metadata \"%s\")", key);
  }
  PondDesc* desc = NULL;
  PondStatus status = check_numerics(tree, error);
  if (!status) {
    status = pond_desc_from_json(text, strlen(text), &desc, error);
  }
  if (!status) {
    const Source source = {tree, prefix};
    status = build(&source, desc, model, error);
    pond_desc_free(desc);
  }
  return status;
}

PondStatus pond_model_from_tree(const PondTree* tree, PondModel** model,
                                PondError* error) {
  return pond_model_from_tree_at(tree, "", model, error);
}
