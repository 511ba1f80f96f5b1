// SPDX-License-Identifier: ISC
// Setting one of torch_rc's names to a value given as text. The text becomes
// JSON, then the key's own reader checks it. Control side.
#include "alloc.h"
#include "desc.h"
#include "errors.h"
#include "fields.h"

#include <string.h>

enum { MAX_VALUE = 4096 };

/// A name of torch_rc's and the nodes and key it means.
typedef enum {
  SET_RESERVOIRS,
  SET_FIRST_INPUT,
  SET_READOUTS,
  SET_OUTPUT_READOUT,
  SET_DRIVING
} SetScope;

typedef struct {
  const char* name;
  SetScope scope;
  const char* key;
} Setting;

static const Setting SETTINGS[] = {
    {"reservoir_size", SET_RESERVOIRS, "size"},
    {"feedback_size", SET_FIRST_INPUT, "size"},
    {"output_size", SET_OUTPUT_READOUT, "size"},
    {"input_size", SET_DRIVING, "size"},
    {"topology", SET_RESERVOIRS, "topology"},
    {"spectral_radius", SET_RESERVOIRS, "spectral_radius"},
    {"leak_rate", SET_RESERVOIRS, "leak_rate"},
    {"activation", SET_RESERVOIRS, "activation"},
    {"bias", SET_RESERVOIRS, "bias"},
    {"feedback_scaling", SET_RESERVOIRS, "feedback_scaling"},
    {"input_scaling", SET_RESERVOIRS, "input_scaling"},
    {"bias_scaling", SET_RESERVOIRS, "bias_scaling"},
    {"feedback_initializer", SET_RESERVOIRS, "feedback_initializer"},
    {"input_initializer", SET_RESERVOIRS, "input_initializer"},
    {"readout_bias", SET_READOUTS, "bias"},
};
enum { N_SETTINGS = sizeof(SETTINGS) / sizeof(SETTINGS[0]) };

static const Setting* find_setting(const char* name) {
  for (size_t i = 0; i < N_SETTINGS; ++i) {
    if (strcmp(SETTINGS[i].name, name) == 0) {
      return &SETTINGS[i];
    }
  }
  return NULL;
}

static PondStatus unknown_setting(const char* name, PondError* error) {
  static const PondPlace nowhere = {.prefix = ""};
  PondList names = {.used = 0};
  for (size_t i = 0; i < N_SETTINGS; ++i) {
    pond_list_add(&names, SETTINGS[i].name);
  }
  return pond_place_unknown_key(&nowhere, name, names.text, error);
}

// A word as JSON: none, true, false (Python's spellings too), a number, else a
// string. NULL if no memory.
static json_t* word_to_json(const char* word, size_t n) {
  static const struct {
    const char* word;
    int value;  // 0 null, 1 true, 2 false
  } WORDS[] = {{"none", 0}, {"None", 0},  {"null", 0}, {"true", 1},
               {"True", 1}, {"false", 2}, {"False", 2}};
  char text[MAX_VALUE + 2] = "0";  // the 0 that JSON wants before ".5"
  for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); ++i) {
    if (strlen(WORDS[i].word) == n && memcmp(WORDS[i].word, word, n) == 0) {
      return WORDS[i].value ? json_boolean(WORDS[i].value == 1) : json_null();
    }
  }
  memcpy(text + 1, word, n);
  const char* number = word[0] == '.' ? text : text + 1;
  json_t* value = json_loads(number, JSON_DECODE_ANY, NULL);
  if (json_is_number(value)) {
    return value;
  }
  json_decref(value);
  return json_stringn(word, n);
}

// NAME:KEY=VALUE,KEY=VALUE as an object. NULL if no memory, or `bad` is set.
static json_t* spec_to_json(const char* text, const char* colon, bool* bad) {
  json_t* object = json_object();
  int failed = json_object_set_new(object, "name",
                                   json_stringn(text, (size_t)(colon - text)));
  for (const char* at = colon + 1; object && !failed && !*bad;) {
    const size_t n = strcspn(at, ",");
    const char* equals = (const char*)memchr(at, '=', n);
    const size_t n_key = equals ? (size_t)(equals - at) : 0;
    char key[POND_MAX_NAME] = "";
    *bad = n_key == 0 || n_key >= sizeof(key);
    if (*bad) {
      break;
    }
    memcpy(key, at, n_key);
    *bad = json_object_get(object, key) != NULL;
    failed = json_object_set_new(object, key,
                                 word_to_json(equals + 1, n - n_key - 1));
    if (!at[n]) {
      break;
    }
    at += n + 1;
  }
  if (failed || *bad) {
    json_decref(object);
    return NULL;
  }
  return object;
}

static PondStatus text_to_json(const Setting* setting, const char* text,
                               json_t** value, PondError* error) {
  const char* colon = strchr(text, ':');
  bool bad = false;
  for (const char* c = text; *c; ++c) {
    if (*c < ' ' || *c > '~') {
      return pond_error(error, POND_STATUS_BAD_ARG,
                        "%s: its value has a byte that is not plain ASCII",
                        setting->name);
    }
  }
  if (strlen(text) >= MAX_VALUE) {
    return pond_error(error, POND_STATUS_LIMIT, "%s has %zu bytes; at most %d",
                      setting->name, strlen(text), MAX_VALUE - 1);
  }
  *value = colon ? spec_to_json(text, colon, &bad)
                 : word_to_json(text, strlen(text));
  if (bad) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "%s is \"%.48s\"; it must be NAME or "
                      "NAME:KEY=VALUE,KEY=VALUE, each key once",
                      setting->name, text);
  }
  return *value ? POND_OK : pond_error_memory(error, setting->name);
}

static PondStatus set_node(PondDesc* desc, uint32_t index,
                           const Setting* setting, const json_t* value,
                           PondError* error) {
  PondPlace place = {.alias = setting->name};
  PondDescNode* node = &desc->nodes[index];
  const PondFieldReading reading = {
      .field = pond_field_find(node->kind, setting->key),
      .place = &place,
      .value = value,
      .desc = desc,
      .index = index,
      .error = error};
  return pond_field_read(&reading, node);
}

static bool concerns(const PondDesc* desc, uint32_t index,
                     const Setting* setting) {
  const PondNodeKind kind = desc->nodes[index].kind;
  switch (setting->scope) {
    case SET_RESERVOIRS: return kind == POND_NODE_RESERVOIR;
    case SET_FIRST_INPUT:
      for (uint32_t i = 0; i < index; ++i) {
        if (desc->nodes[i].kind == POND_NODE_INPUT) {
          return false;
        }
      }
      return kind == POND_NODE_INPUT;
    case SET_READOUTS: return kind == POND_NODE_READOUT;
    case SET_OUTPUT_READOUT:
      return kind == POND_NODE_READOUT && index == desc->output;
    case SET_DRIVING: return false;
  }
  return false;
}

static PondStatus set_nodes(PondDesc* desc, const Setting* setting,
                            const json_t* value, PondError* error) {
  uint32_t n_set = 0;
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    if (!concerns(desc, i, setting)) {
      continue;
    }
    const PondStatus status = set_node(desc, i, setting, value, error);
    if (status) {
      return status;
    }
    n_set += 1;
  }
  if (n_set == 0) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "%s: a \"%s\" model without a %s has none; leave it out",
                      setting->name, pond_shape_name(desc->shape),
                      setting->scope == SET_RESERVOIRS ? "reservoir"
                      : setting->scope == SET_READOUTS ? "readout"
                                                       : "readout at its end");
  }
  return POND_OK;
}

static PondStatus set_all(PondDesc* desc, const Setting* setting,
                          const json_t* value, PondError* error) {
  if (desc->shape == POND_SHAPE_LINEAR &&
      strcmp(setting->name, "activation") == 0) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "activation: a \"linear\" model is identity and takes no "
                      "other; for another begin with \"headless\"");
  }
  const PondStatus status = setting->scope == SET_DRIVING
                                ? pond_desc_set_driving(desc, value, error)
                                : set_nodes(desc, setting, value, error);
  return status ? status : pond_desc_check(desc, error);
}

PondStatus pond_desc_set(PondDesc* desc, const char* key, const char* value,
                         PondError* error) {
  json_t* json = NULL;
  const Setting* setting = find_setting(key);
  if (!setting) {
    return unknown_setting(key, error);
  }
  PondStatus status = text_to_json(setting, value, &json, error);
  if (status) {
    return status;
  }
  PondDesc* changed = (PondDesc*)pond_memory_new(1, sizeof(PondDesc));
  if (changed) {
    memcpy(changed, desc, sizeof(*changed));
    status = set_all(changed, setting, json, error);
  } else {
    status = pond_error_memory(error, setting->name);
  }
  if (!status && changed) {
    memcpy(desc, changed, sizeof(*desc));
  }
  pond_desc_free(changed);
  json_decref(json);
  return status;
}
