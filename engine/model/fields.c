// SPDX-License-Identifier: ISC
// The keys of each kind of node: what they may hold. Control side.
#include "fields.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define AT(member) offsetof(PondDescNode, member)
// Below this a leak is lost beside 1 in single precision.
#define LEAK_MIN 1e-6
#define SCALE_MAX 1e6

// A table: one row a key, wider than the rest of the code for its own sake.
// clang-format off
static const PondField FIELDS[] = {
  {POND_NODE_INPUT, "size", POND_FIELD_COUNT, true, AT(size), 1, POND_MAX_CHANNELS},

  {POND_NODE_RESERVOIR, "size", POND_FIELD_COUNT, true, AT(size), 1, POND_MAX_UNITS},
  {POND_NODE_RESERVOIR, "feedback", POND_FIELD_NODE, true, 0, 0, 0},
  {POND_NODE_RESERVOIR, "driving", POND_FIELD_DRIVING, false, 0, 0, 0},
  {POND_NODE_RESERVOIR, "feedback_size", POND_FIELD_STATED, false, AT(stated_feedback), 1, POND_MAX_UNITS},
  {POND_NODE_RESERVOIR, "input_size", POND_FIELD_STATED, false, AT(stated_input), 0, POND_MAX_UNITS},
  {POND_NODE_RESERVOIR, "activation", POND_FIELD_ACTIVATION, false, AT(activation), 0, 0},
  {POND_NODE_RESERVOIR, "leak_rate", POND_FIELD_REAL, false, AT(leak_rate), LEAK_MIN, 1},
  {POND_NODE_RESERVOIR, "spectral_radius", POND_FIELD_RADIUS, false, AT(spectral_radius), 0, 1000},
  {POND_NODE_RESERVOIR, "topology", POND_FIELD_TOPOLOGY, false, AT(topology), 0, 0},
  {POND_NODE_RESERVOIR, "feedback_initializer", POND_FIELD_INITIALIZER, false, AT(feedback_initializer), 0, 0},
  {POND_NODE_RESERVOIR, "input_initializer", POND_FIELD_INITIALIZER, false, AT(input_initializer), 0, 0},
  {POND_NODE_RESERVOIR, "feedback_scaling", POND_FIELD_REAL, false, AT(feedback_scaling), -SCALE_MAX, SCALE_MAX},
  {POND_NODE_RESERVOIR, "input_scaling", POND_FIELD_REAL, false, AT(input_scaling), -SCALE_MAX, SCALE_MAX},
  {POND_NODE_RESERVOIR, "bias", POND_FIELD_FLAG, false, AT(bias), 0, 0},
  {POND_NODE_RESERVOIR, "bias_scaling", POND_FIELD_REAL, false, AT(bias_scaling), -SCALE_MAX, SCALE_MAX},

  {POND_NODE_READOUT, "input", POND_FIELD_NODE, true, 0, 0, 0},
  {POND_NODE_READOUT, "size", POND_FIELD_COUNT, true, AT(size), 1, POND_MAX_CHANNELS},
  {POND_NODE_READOUT, "bias", POND_FIELD_FLAG, false, AT(bias), 0, 0},
  {POND_NODE_READOUT, "in_features", POND_FIELD_STATED, false, AT(stated_input), 1, POND_MAX_UNITS},

  {POND_NODE_CONCAT, "inputs", POND_FIELD_NODES, true, 0, 0, 0},
  {POND_NODE_CONCAT, "size", POND_FIELD_STATED, false, AT(stated_size), 1, POND_MAX_UNITS},

  {POND_NODE_POWER, "input", POND_FIELD_NODE, true, 0, 0, 0},
  {POND_NODE_POWER, "exponent", POND_FIELD_COUNT, false, AT(exponent), 1, 8},
  {POND_NODE_POWER, "parity", POND_FIELD_PARITY, false, AT(parity), 0, 0},
  {POND_NODE_POWER, "size", POND_FIELD_STATED, false, AT(stated_size), 1, POND_MAX_UNITS},
};
// clang-format on

static const char* const ACTIVATIONS[] = {"tanh", "relu", "sigmoid",
                                          "identity"};
static const char* const PARITIES[] = {"even", "odd", "all"};
enum { N_ACTIVATIONS = 4, N_PARITIES = 3 };

uint32_t pond_field_count(void) { return sizeof(FIELDS) / sizeof(FIELDS[0]); }

const PondField* pond_field_at(uint32_t index) { return &FIELDS[index]; }

const PondField* pond_field_find(PondNodeKind node, const char* key) {
  for (uint32_t i = 0; i < pond_field_count(); ++i) {
    if (FIELDS[i].node == node && strcmp(FIELDS[i].key, key) == 0) {
      return &FIELDS[i];
    }
  }
  return NULL;
}

PondList pond_field_names(PondNodeKind node) {
  PondList names = {.used = 0};
  pond_list_add(&names, "name");
  pond_list_add(&names, "kind");
  for (uint32_t i = 0; i < pond_field_count(); ++i) {
    if (FIELDS[i].node == node) {
      pond_list_add(&names, FIELDS[i].key);
    }
  }
  return names;
}

static void add_names(PondList* list, const char* const* names, uint32_t n) {
  for (uint32_t i = 0; i < n; ++i) {
    pond_list_add(list, names[i]);
  }
}

static void add_rows(PondList* list, const PondSpecTable* table) {
  pond_list_add(list, "none");
  for (uint32_t i = 0; i < table->n_rows; ++i) {
    pond_list_add(list, table->rows[i].name);
  }
}

void pond_field_rule(const PondField* field, PondList* rule) {
  char text[96];
  switch (field->kind) {
    case POND_FIELD_COUNT:
    case POND_FIELD_STATED:
      (void)snprintf(text, sizeof(text), "an integer from %.0f to %.0f",
                     field->min, field->max);
      pond_list_add(rule, text);
      return;
    case POND_FIELD_REAL:
    case POND_FIELD_RADIUS:
      (void)snprintf(text, sizeof(text), "a number from %g to %g%s", field->min,
                     field->max,
                     field->kind == POND_FIELD_RADIUS ? ", or none" : "");
      pond_list_add(rule, text);
      return;
    case POND_FIELD_FLAG: pond_list_add(rule, "true or false"); return;
    case POND_FIELD_ACTIVATION:
      add_names(rule, ACTIVATIONS, N_ACTIVATIONS);
      return;
    case POND_FIELD_PARITY: add_names(rule, PARITIES, N_PARITIES); return;
    case POND_FIELD_TOPOLOGY: add_rows(rule, &POND_TOPOLOGIES); return;
    case POND_FIELD_INITIALIZER: add_rows(rule, &POND_INITIALIZERS); return;
    case POND_FIELD_NODE:
      pond_list_add(rule, "the name of an earlier node");
      return;
    case POND_FIELD_DRIVING:
      pond_list_add(rule, "the name of an earlier node, or null");
      return;
    case POND_FIELD_NODES:
      (void)snprintf(text, sizeof(text),
                     "a list of 1 to %d names of earlier nodes",
                     POND_MAX_FAN_IN);
      pond_list_add(rule, text);
      return;
  }
}

static PondStatus bad_value(const PondFieldReading* reading) {
  PondList rule = {.used = 0};
  pond_field_rule(reading->field, &rule);
  const bool listed = reading->field->kind == POND_FIELD_ACTIVATION ||
                      reading->field->kind == POND_FIELD_PARITY;
  return pond_place_bad_value(reading->place, reading->field->key,
                              reading->value, reading->error, "%s%s",
                              listed ? "one of " : "", rule.text);
}

static PondStatus read_count(const PondFieldReading* reading,
                             uint32_t* result) {
  const json_int_t number = json_integer_value(reading->value);
  if (!json_is_integer(reading->value) ||
      number < (json_int_t)reading->field->min ||
      number > (json_int_t)reading->field->max) {
    return bad_value(reading);
  }
  *result = (uint32_t)number;
  return POND_OK;
}

static PondStatus read_real(const PondFieldReading* reading, double* result) {
  const double number = json_number_value(reading->value);
  if (!json_is_number(reading->value) || !(number >= reading->field->min) ||
      !(number <= reading->field->max)) {
    return bad_value(reading);
  }
  *result = number + 0.0;  // -0 becomes +0
  return POND_OK;
}

static PondStatus read_radius(const PondFieldReading* reading,
                              PondDescNode* node) {
  node->has_radius = !json_is_null(reading->value);
  if (!node->has_radius) {
    node->spectral_radius = 0.0;
    return POND_OK;
  }
  return read_real(reading, &node->spectral_radius);
}

static PondStatus read_flag(const PondFieldReading* reading, bool* result) {
  if (!json_is_boolean(reading->value)) {
    return bad_value(reading);
  }
  *result = json_is_true(reading->value);
  return POND_OK;
}

static PondStatus read_choice(const PondFieldReading* reading,
                              const char* const* names, uint32_t n,
                              uint32_t* result) {
  const char* text = json_string_value(reading->value);
  for (uint32_t i = 0; text && i < n; ++i) {
    if (strcmp(text, names[i]) == 0) {
      *result = i;
      return POND_OK;
    }
  }
  return bad_value(reading);
}

static PondStatus bad_node(const PondFieldReading* reading,
                           const json_t* value) {
  PondList names = {.used = 0};
  for (uint32_t i = 0; i < reading->index; ++i) {
    pond_list_add(&names, reading->desc->nodes[i].name);
  }
  return pond_place_bad_value(reading->place, reading->field->key, value,
                              reading->error,
                              "the name of a node before this one: %s",
                              names.used ? names.text : "there is none yet");
}

static PondStatus read_node(const PondFieldReading* reading,
                            const json_t* value, uint32_t* result) {
  const char* name = json_string_value(value);
  const uint32_t found =
      name ? pond_desc_find(reading->desc, reading->index, name)
           : reading->index;
  if (found == reading->index) {
    return bad_node(reading, value);
  }
  *result = found;
  return POND_OK;
}

static PondStatus read_input(const PondFieldReading* reading, uint32_t position,
                             PondDescNode* node) {
  const PondStatus status =
      read_node(reading, reading->value, &node->inputs[position]);
  if (!status && node->n_inputs <= position) {
    node->n_inputs = position + 1;
  }
  return status;
}

static PondStatus read_driving(const PondFieldReading* reading,
                               PondDescNode* node) {
  return json_is_null(reading->value) ? POND_OK : read_input(reading, 1, node);
}

static PondStatus read_nodes(const PondFieldReading* reading,
                             PondDescNode* node) {
  const size_t n = json_array_size(reading->value);
  if (n == 0 || n > POND_MAX_FAN_IN) {
    return bad_value(reading);
  }
  for (size_t i = 0; i < n; ++i) {
    const json_t* name = json_array_get(reading->value, i);
    const PondStatus status = read_node(reading, name, &node->inputs[i]);
    if (status) {
      return status;
    }
  }
  node->n_inputs = (uint32_t)n;
  return POND_OK;
}

static PondStatus read_enum(const PondFieldReading* reading,
                            PondDescNode* node) {
  uint32_t choice = 0;
  const bool activation = reading->field->kind == POND_FIELD_ACTIVATION;
  const PondStatus status =
      activation ? read_choice(reading, ACTIVATIONS, N_ACTIVATIONS, &choice)
                 : read_choice(reading, PARITIES, N_PARITIES, &choice);
  if (!status && activation) {
    node->activation = (PondActivation)choice;
  } else if (!status) {
    node->parity = (PondParity)choice;
  }
  return status;
}

static PondStatus read_spec(const PondFieldReading* reading,
                            const PondSpecTable* table, PondSpec* spec) {
  const PondSpecReading inner = {table, reading->place, reading->field->key,
                                 reading->value, reading->error};
  return pond_spec_read(&inner, spec);
}

PondStatus pond_field_read(const PondFieldReading* reading,
                           PondDescNode* node) {
  void* member = (char*)node + reading->field->offset;
  switch (reading->field->kind) {
    case POND_FIELD_COUNT:
    case POND_FIELD_STATED: return read_count(reading, (uint32_t*)member);
    case POND_FIELD_REAL: return read_real(reading, (double*)member);
    case POND_FIELD_RADIUS: return read_radius(reading, node);
    case POND_FIELD_FLAG: return read_flag(reading, (bool*)member);
    case POND_FIELD_ACTIVATION:
    case POND_FIELD_PARITY: return read_enum(reading, node);
    case POND_FIELD_TOPOLOGY:
      return read_spec(reading, &POND_TOPOLOGIES, (PondSpec*)member);
    case POND_FIELD_INITIALIZER:
      return read_spec(reading, &POND_INITIALIZERS, (PondSpec*)member);
    case POND_FIELD_NODE: return read_input(reading, 0, node);
    case POND_FIELD_DRIVING: return read_driving(reading, node);
    case POND_FIELD_NODES: return read_nodes(reading, node);
  }
  return POND_STATUS_BAD_ARG;
}

static json_t* names_to_json(const PondDesc* desc, const PondDescNode* node) {
  json_t* names = json_array();
  for (uint32_t i = 0; names && i < node->n_inputs; ++i) {
    json_t* name = json_string(desc->nodes[node->inputs[i]].name);
    if (json_array_append_new(names, name)) {
      json_decref(names);
      return NULL;
    }
  }
  return names;
}

json_t* pond_field_to_json(const PondField* field, const PondDesc* desc,
                           const PondDescNode* node) {
  const void* member = (const char*)node + field->offset;
  switch (field->kind) {
    case POND_FIELD_COUNT:
    case POND_FIELD_STATED: return json_integer(*(const uint32_t*)member);
    case POND_FIELD_REAL: return json_real(*(const double*)member);
    case POND_FIELD_RADIUS:
      return node->has_radius ? json_real(node->spectral_radius) : json_null();
    case POND_FIELD_FLAG: return json_boolean(*(const bool*)member);
    case POND_FIELD_ACTIVATION:
      return json_string(ACTIVATIONS[node->activation]);
    case POND_FIELD_PARITY: return json_string(PARITIES[node->parity]);
    case POND_FIELD_TOPOLOGY:
    case POND_FIELD_INITIALIZER:
      return pond_spec_to_json((const PondSpec*)member);
    case POND_FIELD_NODE: return json_string(desc->nodes[node->inputs[0]].name);
    case POND_FIELD_DRIVING:
      return node->n_inputs > 1 ? json_string(desc->nodes[node->inputs[1]].name)
                                : json_null();
    case POND_FIELD_NODES: return names_to_json(desc, node);
  }
  return NULL;
}
