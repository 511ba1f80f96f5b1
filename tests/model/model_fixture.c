// SPDX-License-Identifier: ISC
// What the model room's tests share. Test support.
#include "model_fixture.h"

#include <string.h>

void fixture_ok(PondStatus status, const PondError* error) {
  if (status) {
    fail_msg("%s: %s", pond_status_text(status), error->text);
  }
}

void fixture_says(const char* text, const char* part) {
  if (!strstr(text, part)) {
    fail_msg("\"%s\" does not say \"%s\"", text, part);
  }
}

static void set_one(PondDesc* desc, const char* setting, size_t n) {
  PondError error = {.status = POND_OK};
  char text[256] = "";
  assert_in_range(n, 1, sizeof(text) - 1);
  memcpy(text, setting, n);
  char* equals = strchr(text, '=');
  assert_non_null(equals);
  *equals = '\0';
  fixture_ok(pond_desc_set(desc, text, equals + 1, &error), &error);
}

PondDesc* fixture_desc(const char* name, const char* settings) {
  PondError error = {.status = POND_OK};
  PondDesc* desc = NULL;
  fixture_ok(pond_desc_premade(name, &desc, &error), &error);
  for (const char* at = settings; *at;) {
    const size_t n = strcspn(at, " ");
    set_one(desc, at, n);
    at += n + (at[n] == ' ' ? 1 : 0);
  }
  return desc;
}

PondModel* fixture_model(const char* name, const char* settings,
                         uint64_t seed) {
  PondError error = {.status = POND_OK};
  PondModel* model = NULL;
  PondDesc* desc = fixture_desc(name, settings);
  fixture_ok(pond_model_new(desc, seed, &model, &error), &error);
  pond_desc_free(desc);
  return model;
}

const float* fixture_parameter(const PondModel* model, const char* name,
                               uint32_t* rows, uint32_t* cols) {
  for (uint32_t i = 0; i < pond_model_parameter_count(model); ++i) {
    const PondParameter parameter = pond_model_parameter(model, i);
    if (strcmp(parameter.name, name) == 0) {
      *rows = parameter.shape[0];
      *cols = parameter.n_dims == 2 ? parameter.shape[1] : 1;
      return parameter.data;
    }
  }
  fail_msg("no parameter %s", name);
  return NULL;
}

uint64_t fixture_hash(const float* values, size_t n) {
  const unsigned char* bytes = (const unsigned char*)values;
  uint64_t hash = 0xcbf29ce484222325U;
  for (size_t i = 0; i < n * sizeof(float); ++i) {
    hash = (hash ^ bytes[i]) * 0x100000001b3U;
  }
  return hash;
}
