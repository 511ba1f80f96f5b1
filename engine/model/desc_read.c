// SPDX-License-Identifier: ISC
// From JSON to a description. Control side.
#include "alloc.h"
#include "desc.h"
#include "errors.h"
#include "fields.h"

#include <stdio.h>
#include <string.h>

enum { MAX_TEXT = 1 << 20, VERSION = 1 };

static const PondPlace TOP = {.prefix = ""};

static PondStatus check_top_keys(const json_t* root, PondError* error) {
  static const char* const KEYS[] = {"format", "version", "kind", "nodes",
                                     "output"};
  const char* key = NULL;
  json_t* value = NULL;
  json_object_foreach((json_t*)root, key, value) {
    size_t i = 0;
    while (i < sizeof(KEYS) / sizeof(KEYS[0]) && strcmp(KEYS[i], key) != 0) {
      i += 1;
    }
    if (i == sizeof(KEYS) / sizeof(KEYS[0])) {
      return pond_place_unknown_key(
          &TOP, key, "format, version, kind, nodes, output", error);
    }
  }
  return POND_OK;
}

// A missing key or a wrong value, in one go.
static PondStatus bad_top(const json_t* root, const char* key, const char* rule,
                          PondError* error) {
  const json_t* value = json_object_get(root, key);
  return value ? pond_place_bad_value(&TOP, key, value, error, "%s", rule)
               : pond_place_missing(&TOP, key, rule, error);
}

static PondStatus read_head(const json_t* root, PondDesc* desc,
                            PondError* error) {
  const char* format = json_string_value(json_object_get(root, "format"));
  if (!format || strcmp(format, "echopond-model") != 0) {
    return bad_top(root, "format", "\"echopond-model\"", error);
  }
  const json_t* version = json_object_get(root, "version");
  if (!json_is_integer(version) || json_integer_value(version) != VERSION) {
    return bad_top(root, "version", "1", error);
  }
  const json_t* kind = json_object_get(root, "kind");
  desc->shape =
      kind ? pond_shape_find(json_string_value(kind)) : POND_SHAPE_GRAPH;
  if (desc->shape == POND_SHAPE_COUNT) {
    return bad_top(root, "kind", "one of graph, classic, ott, headless, linear",
                   error);
  }
  return POND_OK;
}

static PondStatus read_name(const PondDesc* desc, uint32_t index,
                            const json_t* object, PondPlace* place,
                            PondError* error) {
  static const char* const RULE =
      "1 to 63 letters, digits, _ or -, other than every node before";
  const json_t* value = json_object_get(object, "name");
  const char* name = json_string_value(value);
  (void)snprintf(place->prefix, sizeof(place->prefix), "nodes[%u]: ", index);
  if (!value) {
    return pond_place_missing(place, "name", RULE, error);
  }
  if (!name || !pond_desc_name_ok(name) ||
      pond_desc_find(desc, index, name) != index) {
    return pond_place_bad_value(place, "name", value, error, "%s", RULE);
  }
  (void)snprintf(place->prefix, sizeof(place->prefix),
                 "nodes[%u] \"%s\": ", index, name);
  return POND_OK;
}

static PondStatus read_kind(const json_t* object, const PondPlace* place,
                            PondNodeKind* kind, PondError* error) {
  static const char* const RULE =
      "one of input, reservoir, readout, concat, power";
  const json_t* value = json_object_get(object, "kind");
  const char* text = json_string_value(value);
  if (!value) {
    return pond_place_missing(place, "kind", RULE, error);
  }
  for (int k = POND_NODE_INPUT; text && k <= POND_NODE_POWER; ++k) {
    if (strcmp(text, pond_node_kind_name((PondNodeKind)k)) == 0) {
      *kind = (PondNodeKind)k;
      return POND_OK;
    }
  }
  return pond_place_bad_value(place, "kind", value, error, "%s", RULE);
}

static PondStatus check_keys(const json_t* object, const PondPlace* place,
                             PondNodeKind kind, PondError* error) {
  const char* key = NULL;
  json_t* value = NULL;
  json_object_foreach((json_t*)object, key, value) {
    if (strcmp(key, "name") != 0 && strcmp(key, "kind") != 0 &&
        !pond_field_find(kind, key)) {
      const PondList names = pond_field_names(kind);
      return pond_place_unknown_key(place, key, names.text, error);
    }
  }
  return POND_OK;
}

static PondStatus read_field(const PondField* field, const PondPlace* place,
                             const json_t* object, PondDesc* desc,
                             PondError* error) {
  const json_t* value = json_object_get(object, field->key);
  const uint32_t index = desc->n_nodes;
  if (value) {
    const PondFieldReading reading = {field, place, value, desc, index, error};
    return pond_field_read(&reading, &desc->nodes[index]);
  }
  if (field->required) {
    PondList rule = {.used = 0};
    pond_field_rule(field, &rule);
    return pond_place_missing(place, field->key, rule.text, error);
  }
  return POND_OK;
}

static PondStatus read_fields(const json_t* object, const PondPlace* place,
                              PondDesc* desc, PondError* error) {
  const PondNodeKind kind = desc->nodes[desc->n_nodes].kind;
  PondStatus status = check_keys(object, place, kind, error);
  for (uint32_t i = 0; i < pond_field_count() && !status; ++i) {
    const PondField* field = pond_field_at(i);
    if (field->node == kind) {
      status = read_field(field, place, object, desc, error);
    }
  }
  return status;
}

static PondStatus read_node(const json_t* object, PondDesc* desc,
                            PondError* error) {
  const uint32_t index = desc->n_nodes;
  PondPlace place = {.alias = NULL};
  PondNodeKind kind = POND_NODE_INPUT;
  if (!json_is_object(object)) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "nodes[%u]: must be an object with name and kind", index);
  }
  PondStatus status = read_name(desc, index, object, &place, error);
  if (!status) {
    status = read_kind(object, &place, &kind, error);
  }
  if (status) {
    return status;
  }
  desc->nodes[index] = pond_desc_node_init(
      kind, json_string_value(json_object_get(object, "name")));
  status = read_fields(object, &place, desc, error);
  desc->n_nodes += 1;
  return status;
}

static PondStatus read_nodes(const json_t* root, PondDesc* desc,
                             PondError* error) {
  const json_t* nodes = json_object_get(root, "nodes");
  const size_t n = json_array_size(nodes);
  PondStatus status = POND_OK;
  if (n == 0 || n > POND_MAX_NODES) {
    char rule[64];
    (void)snprintf(rule, sizeof(rule), "a list of 1 to %d nodes",
                   POND_MAX_NODES);
    return bad_top(root, "nodes", rule, error);
  }
  for (size_t i = 0; i < n && !status; ++i) {
    status = read_node(json_array_get(nodes, i), desc, error);
  }
  return status;
}

static PondStatus read_output(const json_t* root, PondDesc* desc,
                              PondError* error) {
  const char* name = json_string_value(json_object_get(root, "output"));
  desc->output =
      name ? pond_desc_find(desc, desc->n_nodes, name) : desc->n_nodes;
  if (desc->output < desc->n_nodes) {
    return POND_OK;
  }
  PondList names = {.used = 0};
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    pond_list_add(&names, desc->nodes[i].name);
  }
  char rule[POND_PLACE_TEXT + 32];
  (void)snprintf(rule, sizeof(rule), "the name of a node: %s", names.text);
  return bad_top(root, "output", rule, error);
}

static PondStatus read_root(const json_t* root, PondDesc* desc,
                            PondError* error) {
  if (!json_is_object(root)) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "a description is a JSON object with format, version, "
                      "kind, nodes, output");
  }
  PondStatus status = check_top_keys(root, error);
  if (!status) {
    status = read_head(root, desc, error);
  }
  if (!status) {
    status = read_nodes(root, desc, error);
  }
  if (!status) {
    status = read_output(root, desc, error);
  }
  return status ? status : pond_desc_check(desc, error);
}

static PondStatus parse(const char* text, size_t size_bytes, json_t** root,
                        PondError* error) {
  json_error_t at = {.line = 0};
  if (!text || size_bytes > MAX_TEXT) {
    return pond_error(error, POND_STATUS_LIMIT,
                      "the description has %zu bytes; at most %d are read",
                      size_bytes, MAX_TEXT);
  }
  *root = json_loadb(text, size_bytes, JSON_REJECT_DUPLICATES, &at);
  if (*root) {
    return POND_OK;
  }
  // Where memory ends, jansson often says nothing.
  if (at.text[0] == '\0' || json_error_code(&at) == json_error_out_of_memory) {
    return pond_error_memory(error, "a description");
  }
  return pond_error(error, POND_STATUS_BAD_FORMAT,
                    "not JSON: line %d, column %d: %s", at.line, at.column,
                    at.text);
}

PondStatus pond_desc_from_json(const char* text, size_t size_bytes,
                               PondDesc** desc, PondError* error) {
  json_t* root = NULL;
  PondStatus status = parse(text, size_bytes, &root, error);
  if (status) {
    return status;
  }
  PondDesc* read = (PondDesc*)pond_memory_new(1, sizeof(PondDesc));
  status = read ? read_root(root, read, error)
                : pond_error_memory(error, "a description");
  json_decref(root);
  if (status) {
    pond_desc_free(read);
    return status;
  }
  *desc = read;
  return POND_OK;
}
