// SPDX-License-Identifier: ISC
// echopond info: what a file holds, in words or JSON. Main thread.
#include "bytes.h"
#include "command_list.h"
#include "dump.h"
#include "model_file.h"
#include "options.h"
#include "report.h"

#include "pond/engine.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char* file;
  const char* dump;
  const char* output;
  bool json;
} Settings;

enum { KEY_JSON = HOST_KEY_FIRST, KEY_DUMP, WIDTH = 72 };

static const struct argp_option g_options[] = {
    {"json", KEY_JSON, NULL, 0, "Answer in JSON", 0},
    {"dump", KEY_DUMP, "PATH", 0,
     "Write the tensor of this name to the file of -o", 0},
    {"output", 'o', "FILE", 0,
     "Where --dump writes: .npy (as it is), .csv or .f32 (as float32)", 0},
    {0}};

static bool set(void* context, int key, const char* value, HostUsage* usage) {
  Settings* s = context;
  switch (key) {
    case KEY_JSON: s->json = true; return true;
    case KEY_DUMP: s->dump = value; return true;
    case 'o': s->output = value; return true;
    default: break;
  }
  if (s->file) {
    return host_usage(usage, "unexpected argument %s; one FILE", value);
  }
  s->file = value;
  return true;
}

static bool check(void* context, HostUsage* usage) {
  const Settings* s = context;
  if (!s->file) {
    return host_usage(usage, "give the FILE to look into");
  }
  if (s->dump && !s->output) {
    return host_usage(usage, "--dump %s: give -o FILE to write it to", s->dump);
  }
  if (s->output && !s->dump) {
    return host_usage(usage, "-o %s: give --dump PATH, the tensor to write",
                      s->output);
  }
  if (host_names_same(s->file, s->output)) {
    return host_usage(usage, "-o %s: would overwrite the file itself",
                      s->output);
  }
  return true;
}

static const HostCommandLine g_line = {
    "info",
    g_options,
    "FILE",
    "Lists what a model file holds: the model, its tensors, metadata and, if "
    "it has one, the frame at which its stream stands.",
    set,
    check};

static void print_shape(const PondTensor* tensor, char* text, size_t size) {
  size_t at = 0;
  text[0] = '\0';
  for (uint32_t i = 0; i < tensor->n_dims && at < size; i++) {
    at += (size_t)snprintf(text + at, size - at, i ? " x %" PRIu64 : "%" PRIu64,
                           tensor->shape[i]);
  }
  if (!tensor->n_dims) {
    snprintf(text, size, "scalar");
  }
}

static void print_model(const PondModel* model) {
  const PondFit* fit = pond_model_fit(model);
  printf("model     %u channel%s in, %u out\n", pond_model_in_size(model),
         pond_model_in_size(model) == 1 ? "" : "s", pond_model_out_size(model));
  for (uint32_t i = 0; i < pond_model_readout_count(model); i++) {
    uint32_t n_features, n_outputs;
    const char* name =
        pond_model_readout_name(model, i, &n_features, &n_outputs);
    printf("readout   %s, %u features to %u output%s\n", name, n_features,
           n_outputs, n_outputs == 1 ? "" : "s");
  }
  if (fit->out_power > 0) {
    printf("trained   horizon %u frame%s%s", fit->horizon,
           fit->horizon == 1 ? "" : "s", fit->rate_hz > 0 ? "" : "\n");
  } else {
    printf("trained   no (its output is zero; see echopond train)\n");
  }
  if (fit->out_power > 0 && fit->rate_hz > 0) {
    printf(" at %g Hz\n", fit->rate_hz);
  }
}

static void print_tree(const PondTree* tree) {
  for (uint32_t i = 0; i < pond_tree_count(tree); i++) {
    const PondTensor* tensor = pond_tree_at(tree, i);
    char shape[128];
    uint32_t item_bytes;
    print_shape(tensor, shape, sizeof shape);
    printf("tensor    %-40s %-5s %s\n", tensor->name,
           pond_dtype_name(tensor->dtype, &item_bytes), shape);
  }
  for (uint32_t i = 0; i < pond_tree_meta_count(tree); i++) {
    const char* value;
    const char* key = pond_tree_meta_at(tree, i, &value);
    size_t n = strlen(value);
    printf("metadata  %s: %.*s%s\n", key, WIDTH, value, n > WIDTH ? "..." : "");
  }
}

static void print_all(const Settings* s, const PondTree* tree,
                      const PondModel* model) {
  uint64_t frame;
  printf("file      %s\n", s->file);
  if (model) {
    print_model(model);
  }
  if (host_state_frame(tree, &frame)) {
    printf("state     of a stream, next frame %" PRIu64 "\n", frame);
  } else {
    printf("state     none\n");
  }
  print_tree(tree);
}

static json_t* json_tensors(const PondTree* tree) {
  json_t* list = json_array();
  for (uint32_t i = 0; i < pond_tree_count(tree); i++) {
    const PondTensor* tensor = pond_tree_at(tree, i);
    uint32_t item_bytes;
    json_t* shape = json_array();
    for (uint32_t d = 0; d < tensor->n_dims; d++) {
      json_array_append_new(shape, json_integer((json_int_t)tensor->shape[d]));
    }
    json_array_append_new(
        list, json_pack("{s:s, s:s, s:o, s:I}", "name", tensor->name, "dtype",
                        pond_dtype_name(tensor->dtype, &item_bytes), "shape",
                        shape, "bytes", (json_int_t)tensor->size_bytes));
  }
  return list;
}

static json_t* json_model(const PondModel* model) {
  const PondFit* fit = pond_model_fit(model);
  json_t* readouts = json_array();
  for (uint32_t i = 0; i < pond_model_readout_count(model); i++) {
    uint32_t n_features, n_outputs;
    const char* name =
        pond_model_readout_name(model, i, &n_features, &n_outputs);
    json_array_append_new(
        readouts,
        json_pack("{s:s, s:I, s:I}", "name", name, "features",
                  (json_int_t)n_features, "outputs", (json_int_t)n_outputs));
  }
  return json_pack("{s:I, s:I, s:b, s:I, s:f, s:o}", "in",
                   (json_int_t)pond_model_in_size(model), "out",
                   (json_int_t)pond_model_out_size(model), "trained",
                   fit->out_power > 0, "horizon", (json_int_t)fit->horizon,
                   "rate_hz", fit->rate_hz, "readouts", readouts);
}

static PondStatus print_json(const Settings* s, const PondTree* tree,
                             const PondModel* model, PondError* error) {
  uint64_t frame;
  json_t* state = host_state_frame(tree, &frame)
                      ? json_pack("{s:I}", "frame", (json_int_t)frame)
                      : json_null();
  json_t* meta = json_object();
  for (uint32_t i = 0; i < pond_tree_meta_count(tree); i++) {
    const char* value;
    const char* key = pond_tree_meta_at(tree, i, &value);
    json_object_set_new(meta, key, json_string(value));
  }
  json_t* root =
      json_pack("{s:s, s:o, s:o, s:o, s:o}", "file", s->file, "model",
                model ? json_model(model) : json_null(), "state", state,
                "tensors", json_tensors(tree), "metadata", meta);
  if (!root || json_dumpf(root, stdout, JSON_INDENT(2)) || puts("") < 0) {
    json_decref(root);
    return host_error(error, POND_STATUS_IO,
                      "standard output: cannot write the JSON");
  }
  json_decref(root);
  return POND_OK;
}

static PondStatus dump(const Settings* s, const PondTree* tree,
                       PondError* error) {
  const PondTensor* tensor = pond_tree_find(tree, s->dump);
  if (!tensor) {
    return host_error(error, POND_STATUS_NOT_FOUND,
                      "%s: no tensor named %s; echopond info lists them",
                      s->file, s->dump);
  }
  return host_dump(tensor, s->output, error);
}

// A file of tensors that is no model is shown as tensors.
static PondStatus show(const Settings* s, PondError* error) {
  PondTree* tree = NULL;
  PondModel* model = NULL;
  PondError no_model = {0};
  PondStatus status = pond_tree_load(s->file, NULL, &tree, error);
  if (status) {
    return status;
  }
  if (!s->dump && pond_model_from_tree(tree, &model, &no_model)) {
    host_note("info", "%s: no model in it: %s", s->file, no_model.text);
  }
  if (s->dump) {
    status = dump(s, tree, error);
  } else if (s->json) {
    status = print_json(s, tree, model, error);
  } else {
    print_all(s, tree, model);
  }
  pond_model_free(model);
  pond_tree_free(tree);
  return status;
}

int host_info(int argc, char** argv) {
  Settings settings = {0};
  PondError error = {0};
  HostParsed parsed = host_parse(&g_line, argc, argv, &settings);
  if (parsed != HOST_PARSED) {
    return parsed == HOST_PARSED_HELP ? HOST_DONE : HOST_USAGE;
  }
  return show(&settings, &error) ? host_fail("info", &error) : HOST_DONE;
}
