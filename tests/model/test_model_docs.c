// SPDX-License-Identifier: ISC
// The document on models names every key, setting and parameter there is.
#include "fields.h"
#include "model_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 1 << 16 };

static int load(void** state) {
  FILE* file = fopen(POND_MODEL_DOCS, "rb");
  char* text = calloc(1, TEXT);
  const size_t n = file && text ? fread(text, 1, TEXT - 1, file) : 0;
  if (file) {
    (void)fclose(file);
  }
  *state = text;
  return n > 1000 ? 0 : -1;
}

static int unload(void** state) {
  free(*state);
  return 0;
}

// Fails unless the document has `word` in backquotes.
static void assert_named(const char* text, const char* word) {
  char quoted[POND_MAX_NAME + 2];
  (void)snprintf(quoted, sizeof(quoted), "`%.60s`", word);
  fixture_says(text, quoted);
}

static void every_key_is_named(void** state) {
  assert_in_range(pond_field_count(), 20, 1000);
  for (uint32_t i = 0; i < pond_field_count(); ++i) {
    assert_named((const char*)*state, pond_field_at(i)->key);
  }
}

static void every_spec_and_its_parameters_are_named(void** state) {
  const PondSpecTable* tables[] = {&POND_TOPOLOGIES, &POND_INITIALIZERS};
  for (size_t t = 0; t < 2; ++t) {
    assert_in_range(tables[t]->n_rows, 3, 100);
    for (uint32_t i = 0; i < tables[t]->n_rows; ++i) {
      const PondSpecInfo* row = &tables[t]->rows[i];
      assert_named((const char*)*state, row->name);
      for (uint32_t k = 0; k < row->n_knobs; ++k) {
        assert_named((const char*)*state, row->knobs[k].name);
      }
    }
  }
}

static void every_setting_is_named(void** state) {
  PondError error = {.status = POND_OK};
  uint32_t n_settings = 0;
  PondDesc* desc = fixture_desc("classic", "");
  assert_int_equal(pond_desc_set(desc, "?", "1", &error), POND_STATUS_BAD_ARG);
  char* at = strstr(error.text, "allowed: ");
  assert_non_null(at);
  for (at += strlen("allowed: "); *at; ++n_settings) {
    const size_t n = strcspn(at, ",");
    char word[POND_MAX_NAME] = "";
    assert_in_range(n, 1, POND_MAX_NAME - 1);
    memcpy(word, at, n);
    assert_named((const char*)*state, word);
    at += n + (at[n] ? 2 : 0);
  }
  assert_int_equal(n_settings, 15);
  pond_desc_free(desc);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_key_is_named),
      cmocka_unit_test(every_spec_and_its_parameters_are_named),
      cmocka_unit_test(every_setting_is_named),
  };
  return cmocka_run_group_tests(tests, load, unload);
}
