// SPDX-License-Identifier: ISC
// The stream's plain state as JSON and back, by one table of fields. Control
// side. What comes back is checked: it goes to the audio thread.
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "alloc.h"
#include "session_core.h"

typedef enum { U32, U64, F64, RAMP } FieldType;

/// One field of PondStreamState, or several of them in a row.
typedef struct {
  const char* name;
  FieldType type;
  size_t offset;
  uint32_t count;  ///< above 1: a JSON array
  uint64_t min;
  uint64_t max;
} Field;

#define AT(member) offsetof(PondStreamState, member)
static const uint64_t MOST = INT64_MAX;

static const Field FIELDS[] = {
    {"frame", U64, AT(frame), 1, 0, INT64_MAX},
    {"programs", U64, AT(program), POND_ROLE_COUNT, 0, INT64_MAX},
    {"next_at_frame", U64, AT(next_at_frame), 1, 0, INT64_MAX},
    {"counters", U64, AT(stats), POND_N_COUNTERS, 0, INT64_MAX},
    {"params", RAMP, AT(params), POND_PARAM_COUNT, 0, 0},
    {"mode", U32, AT(mode), 1, 0, POND_MODE_TEACHER},
    {"mode_before", U32, AT(mode_before), 1, 0, POND_MODE_TEACHER},
    {"mode_mix", RAMP, AT(mode_mix), 1, 0, 0},
    {"fade_kind", U32, AT(fade_kind), 1, 0, POND_FADE_DRY},
    {"fade_k", U32, AT(fade_k), 1, 0, UINT32_MAX},
    {"mute", RAMP, AT(mute), 1, 0, 0},
    {"guard", RAMP, AT(guard), 1, 0, 0},
    {"guard_sum", F64, AT(guard_sum), 1, 0, 0},
    {"guard_count", U32, AT(guard_count), 1, 0, UINT32_MAX},
    {"guard_calm", U32, AT(guard_calm), 1, 0, UINT32_MAX},
    {"guard_tripped", U32, AT(guard_tripped), 1, 0, 1},
    {"missing", U32, AT(missing), 1, 0, POND_MISSING_PREDICT},
    {"rate_hz", F64, AT(rate_hz), 1, 0, 0},
    {"fade_frames", U32, AT(fade_frames), 1, 1, INT32_MAX},
    {"ramp_frames", U32, AT(ramp_frames), 1, 1, INT32_MAX},
    {"mute_frames", U32, AT(mute_frames), 1, 1, INT32_MAX},
    {"guard_frames", U32, AT(guard_frames), 1, 1, INT32_MAX}};

static size_t size_of(FieldType type) {
  switch (type) {
    case U32: return sizeof(uint32_t);
    case RAMP: return sizeof(PondRamp);
    default: return sizeof(uint64_t);
  }
}

static json_t* ramp_to_json(const PondRamp* ramp) {
  return json_pack("{s:f,s:f,s:I,s:I}", "from", (double)ramp->from, "to",
                   (double)ramp->to, "k", (json_int_t)ramp->k, "length",
                   (json_int_t)ramp->length);
}

static json_t* value_to_json(const unsigned char* at, FieldType type) {
  uint32_t u32 = 0;
  uint64_t u64 = 0;
  double f64 = 0.0;
  PondRamp ramp;
  switch (type) {
    case U32:
      memcpy(&u32, at, sizeof(u32));
      return json_integer((json_int_t)u32);
    case U64:
      memcpy(&u64, at, sizeof(u64));
      return json_integer((json_int_t)u64);
    case F64: memcpy(&f64, at, sizeof(f64)); return json_real(f64);
    case RAMP: memcpy(&ramp, at, sizeof(ramp)); return ramp_to_json(&ramp);
  }
  return NULL;
}

static json_t* field_to_json(const PondStreamState* state, const Field* field) {
  const unsigned char* at = (const unsigned char*)state + field->offset;
  if (field->count == 1) {
    return value_to_json(at, field->type);
  }
  json_t* array = json_array();
  for (uint32_t i = 0; i < field->count && array; ++i) {
    if (json_array_append_new(
            array, value_to_json(at + i * size_of(field->type), field->type))) {
      json_decref(array);
      array = NULL;
    }
  }
  return array;
}

static json_t* events_to_json(const PondStreamState* state) {
  json_t* array = json_array();
  for (uint32_t i = 0; i < state->n_pending && array; ++i) {
    const PondEvent* event = &state->pending[i];
    json_t* item = json_pack(
        "{s:I,s:I,s:I,s:f,s:I}", "at", (json_int_t)event->at_frame, "kind",
        (json_int_t)event->kind, "param", (json_int_t)event->param, "value",
        (double)event->value, "late", (json_int_t)event->late);
    if (json_array_append_new(array, item)) {
      json_decref(array);
      array = NULL;
    }
  }
  return array;
}

PondStatus pond_state_to_json(const PondStreamState* state, char** text,
                              PondError* error) {
  enum { DIGITS = 17 };
  json_t* object = json_object();
  int failed = object ? 0 : 1;
  for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]) && !failed; ++i) {
    failed = json_object_set_new(object, FIELDS[i].name,
                                 field_to_json(state, &FIELDS[i]));
  }
  failed =
      failed || json_object_set_new(object, "pending", events_to_json(state));
  char* dumped =
      failed ? NULL
             : json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
  json_decref(object);
  char* copy = dumped ? pond_memory_text(dumped) : NULL;
  free(dumped);
  if (!copy) {
    return pond_error_memory(error, "the stream state");
  }
  *text = copy;
  return POND_OK;
}

static bool read_u64(const json_t* json, uint64_t min, uint64_t max,
                     uint64_t* value) {
  const json_int_t number = json_integer_value(json);
  if (!json_is_integer(json) || number < 0 || (uint64_t)number < min ||
      (uint64_t)number > max) {
    return false;
  }
  *value = (uint64_t)number;
  return true;
}

static bool read_float(const json_t* json, float* value) {
  const double number = json_number_value(json);
  *value = (float)number;
  return json_is_number(json) && isfinite(*value);
}

static bool read_ramp(const json_t* json, PondRamp* ramp) {
  uint64_t k = 0;
  uint64_t length = 0;
  if (!read_float(json_object_get(json, "from"), &ramp->from) ||
      !read_float(json_object_get(json, "to"), &ramp->to) ||
      !read_u64(json_object_get(json, "k"), 0, UINT32_MAX, &k) ||
      !read_u64(json_object_get(json, "length"), 0, INT32_MAX, &length)) {
    return false;
  }
  ramp->k = (uint32_t)k;
  ramp->length = (uint32_t)length;
  return true;
}

static bool read_value(const json_t* json, const Field* field,
                       unsigned char* at) {
  uint64_t u64 = 0;
  uint32_t u32 = 0;
  PondRamp ramp;
  double f64 = 0.0;
  switch (field->type) {
    case U32:
      if (!read_u64(json, field->min, field->max, &u64)) {
        return false;
      }
      u32 = (uint32_t)u64;
      memcpy(at, &u32, sizeof(u32));
      return true;
    case U64:
      if (!read_u64(json, field->min, field->max, &u64)) {
        return false;
      }
      memcpy(at, &u64, sizeof(u64));
      return true;
    case F64:
      f64 = json_number_value(json);
      memcpy(at, &f64, sizeof(f64));
      return json_is_number(json) && isfinite(f64) && f64 >= 0.0;
    case RAMP:
      if (!read_ramp(json, &ramp)) {
        return false;
      }
      memcpy(at, &ramp, sizeof(ramp));
      return true;
  }
  return false;
}

static bool read_field(const json_t* json, const Field* field,
                       PondStreamState* state) {
  unsigned char* at = (unsigned char*)state + field->offset;
  if (field->count == 1) {
    return read_value(json, field, at);
  }
  if (json_array_size(json) != field->count) {
    return false;
  }
  for (uint32_t i = 0; i < field->count; ++i) {
    if (!read_value(json_array_get(json, i), field,
                    at + i * size_of(field->type))) {
      return false;
    }
  }
  return true;
}

static bool read_event(const json_t* json, PondEvent* event) {
  uint64_t kind = 0;
  uint64_t param = 0;
  uint64_t late = 0;
  memset(event, 0, sizeof(*event));
  if (!read_u64(json_object_get(json, "at"), 0, MOST, &event->at_frame) ||
      !read_u64(json_object_get(json, "kind"), 0, POND_EVENT_TAP, &kind) ||
      !read_u64(json_object_get(json, "param"), 0, POND_PARAM_COUNT - 1,
                &param) ||
      !read_u64(json_object_get(json, "late"), 0, 1, &late) ||
      !read_float(json_object_get(json, "value"), &event->value)) {
    return false;
  }
  event->kind = (uint32_t)kind;
  event->param = (uint32_t)param;
  event->late = (uint32_t)late;
  return kind != POND_EVENT_MODE || param <= POND_MODE_TEACHER;
}

static bool read_events(const json_t* json, PondStreamState* state) {
  const size_t n = json_array_size(json);
  if (!json_is_array(json) || n > POND_MAX_PENDING) {
    return false;
  }
  for (size_t i = 0; i < n; ++i) {
    if (!read_event(json_array_get(json, i), &state->pending[i]) ||
        (i > 0 &&
         state->pending[i].at_frame < state->pending[i - 1].at_frame)) {
      return false;
    }
  }
  state->n_pending = (uint32_t)n;
  return true;
}

static PondStatus read_object(const json_t* object, PondStreamState* state,
                              PondError* error) {
  for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); ++i) {
    if (!read_field(json_object_get(object, FIELDS[i].name), &FIELDS[i],
                    state)) {
      return pond_error(error, POND_STATUS_BAD_FORMAT,
                        "stream state: \"%s\" is missing or out of range",
                        FIELDS[i].name);
    }
  }
  if (!read_events(json_object_get(object, "pending"), state)) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "stream state: \"pending\" is missing or out of range");
  }
  if (!state->program[POND_ROLE_CURRENT] && !state->program[POND_ROLE_NEXT]) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "stream state: \"programs\" names no model");
  }
  return POND_OK;
}

PondStatus pond_state_from_json(const char* text, PondStreamState* state,
                                PondError* error) {
  json_error_t where;
  json_t* object = json_loads(text, JSON_REJECT_DUPLICATES, &where);
  if (!object) {
    return pond_error(error, POND_STATUS_BAD_FORMAT, "stream state: %s",
                      where.text);
  }
  PondStreamState read;
  memset(&read, 0, sizeof(read));
  const PondStatus status = read_object(object, &read, error);
  json_decref(object);
  if (!status) {
    *state = read;
  }
  return status;
}
