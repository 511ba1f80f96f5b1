// SPDX-License-Identifier: ISC
// Reading and writing a spec: a name and its parameters. Control side.
#include "spec.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static PondStatus unknown_name(const PondSpecReading* reading,
                               const json_t* name) {
  PondList names = {.used = 0};
  for (uint32_t i = 0; i < reading->table->n_rows; ++i) {
    pond_list_add(&names, reading->table->rows[i].name);
  }
  return pond_place_bad_value(reading->place, reading->key, name,
                              reading->error, "none or one of %s", names.text);
}

// NULL if there is none of that name.
static const PondSpecInfo* find_row(const PondSpecTable* table,
                                    const json_t* name) {
  const char* text = json_string_value(name);
  for (uint32_t i = 0; text && i < table->n_rows; ++i) {
    if (strcmp(table->rows[i].name, text) == 0) {
      return &table->rows[i];
    }
  }
  return NULL;
}

static PondStatus read_knob(const PondSpecReading* reading,
                            const PondSpecInfo* row, const PondKnob* knob,
                            const json_t* value, double* result) {
  char key[160];
  const PondPlace* place = reading->place;
  (void)snprintf(key, sizeof(key), "%.64s:%s.%s",
                 place->alias ? place->alias : reading->key, row->name,
                 knob->name);
  PondPlace inner = *place;
  inner.alias = key;
  if (knob->kind == POND_KNOB_FLAG) {
    if (!json_is_boolean(value)) {
      return pond_place_bad_value(&inner, key, value, reading->error,
                                  "true or false");
    }
    *result = json_is_true(value) ? 1.0 : 0.0;
    return POND_OK;
  }
  const double number = json_number_value(value);
  if (!json_is_number(value) || !(number >= knob->min) ||
      !(number <= knob->max)) {
    return pond_place_bad_value(&inner, key, value, reading->error,
                                "a number from %g to %g", knob->min, knob->max);
  }
  *result = number + 0.0;  // -0 becomes +0
  return POND_OK;
}

static const PondKnob* find_knob(const PondSpecInfo* row, const char* name,
                                 uint32_t* index) {
  for (uint32_t i = 0; i < row->n_knobs; ++i) {
    if (strcmp(row->knobs[i].name, name) == 0) {
      *index = i;
      return &row->knobs[i];
    }
  }
  return NULL;
}

static PondStatus unknown_knob(const PondSpecReading* reading,
                               const PondSpecInfo* row, const char* name) {
  PondList names = {.used = 0};
  pond_list_add(&names, "name");
  for (uint32_t i = 0; i < row->n_knobs; ++i) {
    pond_list_add(&names, row->knobs[i].name);
  }
  PondPlace inner = *reading->place;
  const size_t used = strlen(inner.prefix);
  (void)snprintf(inner.prefix + used, sizeof(inner.prefix) - used,
                 "%.40s \"%s\": ", inner.alias ? inner.alias : reading->key,
                 row->name);
  return pond_place_unknown_key(&inner, name, names.text, reading->error);
}

static PondStatus read_object(const PondSpecReading* reading, PondSpec* spec) {
  const char* name = NULL;
  json_t* value = NULL;
  json_object_foreach((json_t*)reading->value, name, value) {
    uint32_t index = 0;
    if (strcmp(name, "name") == 0) {
      continue;
    }
    const PondKnob* knob = find_knob(spec->info, name, &index);
    if (!knob) {
      return unknown_knob(reading, spec->info, name);
    }
    const PondStatus status =
        read_knob(reading, spec->info, knob, value, &spec->knobs[index]);
    if (status) {
      return status;
    }
  }
  return POND_OK;
}

PondStatus pond_spec_read(const PondSpecReading* reading, PondSpec* spec) {
  PondSpec read = {.info = NULL};
  if (json_is_null(reading->value)) {
    *spec = read;
    return POND_OK;
  }
  const json_t* inner = json_object_get(reading->value, "name");
  const json_t* name = inner ? inner : reading->value;
  read.info = find_row(reading->table, name);
  if (!read.info) {
    return unknown_name(reading, name);
  }
  for (uint32_t i = 0; i < read.info->n_knobs; ++i) {
    read.knobs[i] = read.info->knobs[i].fallback;
  }
  const PondStatus status =
      json_is_object(reading->value) ? read_object(reading, &read) : POND_OK;
  if (!status) {
    *spec = read;
  }
  return status;
}

json_t* pond_spec_to_json(const PondSpec* spec) {
  if (!spec->info) {
    return json_null();
  }
  json_t* object = json_pack("{s:s}", "name", spec->info->name);
  for (uint32_t i = 0; object && i < spec->info->n_knobs; ++i) {
    const PondKnob* knob = &spec->info->knobs[i];
    json_t* value = knob->kind == POND_KNOB_FLAG
                        ? json_boolean(spec->knobs[i] != 0.0)
                        : json_real(spec->knobs[i]);
    if (json_object_set_new(object, knob->name, value)) {
      json_decref(object);
      return NULL;
    }
  }
  return object;
}
