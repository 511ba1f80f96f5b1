// SPDX-License-Identifier: ISC
// From a description to canonical JSON: sorted keys, no spaces, numbers in
// as many digits as the longest of them needs to read back the same. Control
// side.
#include "alloc.h"
#include "desc.h"
#include "errors.h"
#include "fields.h"

#include <math.h>

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

// Significant digits that spell `x` so that it reads back the same: fewest
// where at most 15 do (m / 10^k with both exact is correctly rounded: Clinger,
// PLDI 1990), else 17.
static size_t digits_of(double x) {
  const double size = fabs(x);
  double power = 1.0;
  for (int k = 0; k <= 22 && size * power < 1e15; ++k) {
    uint64_t m = (uint64_t)(size * power + 0.5);
    if ((double)m / power == size) {
      size_t digits = 1;
      while (m >= 10) {
        m /= 10;
        digits += 1;
      }
      return digits;
    }
    power *= 10.0;
  }
  return 17;
}

static size_t spec_digits(const PondSpec* spec) {
  size_t most = 1;
  for (uint32_t i = 0; spec->info && i < spec->info->n_knobs; ++i) {
    const size_t digits = digits_of(spec->knobs[i]);
    most = digits > most ? digits : most;
  }
  return most;
}

static size_t field_digits(const PondField* field, const PondDescNode* node) {
  const void* member = (const char*)node + field->offset;
  switch (field->kind) {
    case POND_FIELD_REAL:
    case POND_FIELD_RADIUS: return digits_of(*(const double*)member);
    case POND_FIELD_TOPOLOGY:
    case POND_FIELD_INITIALIZER: return spec_digits((const PondSpec*)member);
    default: return 1;
  }
}

// What the number that wants most digits wants.
static size_t desc_digits(const PondDesc* desc) {
  size_t most = 1;
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    for (uint32_t f = 0; f < pond_field_count(); ++f) {
      const PondField* field = pond_field_at(f);
      if (field->node == desc->nodes[i].kind) {
        const size_t digits = field_digits(field, &desc->nodes[i]);
        most = digits > most ? digits : most;
      }
    }
  }
  return most;
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

PondStatus pond_desc_to_json(const PondDesc* desc, char** text,
                             PondError* error) {
  json_t* root = root_to_json(desc);
  char* dumped = root ? dump(root, desc_digits(desc)) : NULL;
  json_decref(root);
  if (!dumped) {
    return pond_error_memory(error, "the JSON of a description");
  }
  *text = dumped;
  return POND_OK;
}
