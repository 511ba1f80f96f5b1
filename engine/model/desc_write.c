// SPDX-License-Identifier: ISC
// From a description to canonical JSON: sorted keys, no spaces, the shortest
// numbers that read back the same. Control side.
#include "alloc.h"
#include "desc.h"
#include "errors.h"
#include "fields.h"

// Takes `value`, NULL included.
static bool set(json_t* object, const char* key, json_t* value) {
  return json_object_set_new(object, key, value) == 0;
}

static bool add_fields(json_t* object, const PondDesc* desc,
                       const PondDescNode* node) {
  for (uint32_t i = 0; i < pond_field_count(); ++i) {
    const PondField* field = pond_field_at(i);
    if (field->node != node->kind || field->kind == POND_FIELD_STATED) {
      continue;
    }
    if (!set(object, field->key, pond_field_to_json(field, desc, node))) {
      return false;
    }
  }
  return true;
}

static json_t* node_to_json(const PondDesc* desc, const PondDescNode* node) {
  json_t* object = json_object();
  if (object && set(object, "name", json_string(node->name)) &&
      set(object, "kind", json_string(pond_node_kind_name(node->kind))) &&
      add_fields(object, desc, node)) {
    return object;
  }
  json_decref(object);
  return NULL;
}

static json_t* nodes_to_json(const PondDesc* desc) {
  json_t* nodes = json_array();
  for (uint32_t i = 0; nodes && i < desc->n_nodes; ++i) {
    if (json_array_append_new(nodes, node_to_json(desc, &desc->nodes[i]))) {
      json_decref(nodes);
      return NULL;
    }
  }
  return nodes;
}

static json_t* root_to_json(const PondDesc* desc) {
  json_t* root = json_object();
  if (root && set(root, "format", json_string("echopond-model")) &&
      set(root, "version", json_integer(1)) &&
      set(root, "kind", json_string(pond_shape_name(desc->shape))) &&
      set(root, "nodes", nodes_to_json(desc)) &&
      set(root, "output", json_string(desc->nodes[desc->output].name))) {
    return root;
  }
  json_decref(root);
  return NULL;
}

// NULL if no memory. From our own allocator, so that free() is right whatever
// jansson was told to use.
static char* dump(const json_t* root, size_t digits) {
  const size_t flags =
      JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(digits);
  const size_t size = json_dumpb(root, NULL, 0, flags);
  char* text = size ? (char*)pond_memory_new(size + 1, 1) : NULL;
  if (text && json_dumpb(root, text, size, flags) != size) {
    pond_memory_free(text);
    return NULL;
  }
  return text;
}

// Whether `text` reads back as `root`. Where memory ends it does not, and
// `text` is freed: a description has one spelling only.
static bool reads_back(const json_t* root, char** text) {
  json_t* again = json_loads(*text, 0, NULL);
  const bool same = again && json_equal(root, again);
  if (!same) {
    pond_memory_free(*text);
    *text = NULL;
  }
  const bool done = same || !again;
  json_decref(again);
  return done;
}

static char* dump_shortest(const json_t* root) {
  for (size_t digits = 1; digits < 17; ++digits) {
    char* text = dump(root, digits);
    if (!text || reads_back(root, &text)) {
      return text;
    }
  }
  return dump(root, 17);
}

PondStatus pond_desc_to_json(const PondDesc* desc, char** text,
                             PondError* error) {
  json_t* root = root_to_json(desc);
  char* dumped = root ? dump_shortest(root) : NULL;
  json_decref(root);
  if (!dumped) {
    return pond_error_memory(error, "the JSON of a description");
  }
  *text = dumped;
  return POND_OK;
}
