// SPDX-License-Identifier: ISC
// libFuzzer target of descriptions: hostile JSON is refused, or it can be
// written, read, changed and drawn. One thread.
#include "pond/model.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

// Settings may be refused; what they leave must hold together. Small, so that
// drawing takes no time.
static void change(PondDesc* desc) {
  static const char* const SETTINGS[][2] = {
      {"input_size", "0"},  {"input_size", "2"},     {"topology", "random"},
      {"output_size", "3"}, {"reservoir_size", "5"}, {"feedback_size", "2"}};
  PondError error;
  for (size_t i = 0; i < sizeof(SETTINGS) / sizeof(SETTINGS[0]); ++i) {
    (void)!pond_desc_set(desc, SETTINGS[i][0], SETTINGS[i][1], &error);
  }
}

static void draw(PondDesc* desc) {
  PondError error;
  PondModel* model = NULL;
  if (pond_desc_set(desc, "reservoir_size", "5", &error) == POND_OK) {
    (void)!pond_model_new(desc, 1, &model, &error);
  }
  pond_model_free(model);
}

// A description that was taken has one spelling, which reads back.
static PondDesc* read_again(const PondDesc* desc) {
  PondDesc* again = NULL;
  char* once = NULL;
  char* twice = NULL;
  PondError error;
  if (pond_desc_to_json(desc, &once, &error) ||
      pond_desc_from_json(once, strlen(once), &again, &error) ||
      pond_desc_to_json(again, &twice, &error) || strcmp(once, twice) != 0) {
    abort();
  }
  free(once);
  free(twice);
  return again;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  PondDesc* desc = NULL;
  PondError error;
  if (pond_desc_from_json((const char*)data, size, &desc, &error)) {
    return 0;
  }
  PondDesc* again = read_again(desc);
  change(again);
  pond_desc_free(read_again(again));
  draw(again);
  pond_desc_free(again);
  pond_desc_free(desc);
  return 0;
}
