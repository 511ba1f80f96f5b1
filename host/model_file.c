// SPDX-License-Identifier: ISC
// Model files as the commands use them. Control thread.
#include "model_file.h"

#include "bytes.h"
#include "report.h"

#include <jansson.h>
#include <string.h>

PondStatus host_model_load(const char* path, PondModel** model, PondTree** tree,
                           PondError* error) {
  PondTree* loaded = NULL;
  PondError cause;
  PondStatus status = pond_tree_load(path, NULL, &loaded, error);
  if (status) {
    return status;
  }
  status = pond_model_from_tree(loaded, model, &cause);
  if (status) {
    host_error(error, status, "%s: %.900s", path, cause.text);
  }
  if (!status && tree) {
    *tree = loaded;
  } else {
    pond_tree_free(loaded);
  }
  return status;
}

PondStatus host_model_save(const PondModel* model, const char* path,
                           const char* seed, PondError* error) {
  PondTree* tree = NULL;
  PondStatus status = pond_tree_new(&tree, error);
  if (!status) {
    status = pond_model_to_tree(model, tree, error);
  }
  if (!status && seed) {
    status = pond_tree_set_meta(tree, "seed", seed, error);
  }
  if (!status) {
    status = pond_tree_save(tree, path, error);
  }
  pond_tree_free(tree);
  return status;
}

bool host_names_same(const char* a, const char* b) {
  return a && b && strcmp(a, "-") != 0 &&
         (strcmp(a, b) == 0 || host_same_file(a, b));
}

bool host_state_frame(const PondTree* tree, uint64_t* frame) {
  const char* text = pond_tree_meta(tree, "pond.stream");
  json_t* state = text ? json_loads(text, 0, NULL) : NULL;
  json_t* number = json_object_get(state, "frame");
  bool is_found = json_is_integer(number) && json_integer_value(number) >= 0;
  if (is_found) {
    *frame = (uint64_t)json_integer_value(number);
  }
  json_decref(state);
  return is_found;
}

static bool is_zero(const PondParameter* parameter) {
  size_t n = parameter->shape[0];
  if (parameter->n_dims > 1) {
    n *= parameter->shape[1];
  }
  for (size_t i = 0; i < n; i++) {
    if (parameter->data[i] != 0) {
      return false;
    }
  }
  return true;
}

static bool is_of_readout(const PondModel* model, const char* name) {
  for (uint32_t i = 0; i < pond_model_readout_count(model); i++) {
    const char* readout = pond_model_readout_name(model, i, NULL, NULL);
    size_t n = strlen(readout);
    if (!strncmp(name, readout, n) && name[n] == '.') {
      return true;
    }
  }
  return false;
}

bool host_model_is_trained(const PondModel* model) {
  for (uint32_t i = 0; i < pond_model_parameter_count(model); i++) {
    PondParameter parameter = pond_model_parameter(model, i);
    if (is_of_readout(model, parameter.name) && !is_zero(&parameter)) {
      return true;
    }
  }
  return false;
}
