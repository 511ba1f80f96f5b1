// SPDX-License-Identifier: ISC
// echopond new: a model from a preset or a description. Main thread.
#include "command_list.h"
#include "model_file.h"
#include "options.h"
#include "presets.h"
#include "report.h"

#include "pond/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SETS = 256 };

typedef struct {
  const char* preset;
  const char* output;
  const char* sets[MOST_SETS];
  uint32_t n_sets;
  uint64_t seed;
} Settings;

static const struct argp_option g_options[] = {
    {"output", 'o', "M", 0, "Write the model here (.safetensors)", 0},
    {"set", 's', "KEY=VALUE", 0,
     "Set a key of the description, such as reservoir_size=500; may be given "
     "again. Keys: reservoir_size, feedback_size, output_size, input_size, "
     "topology, spectral_radius, leak_rate, activation, bias, "
     "feedback_scaling, input_scaling, bias_scaling, feedback_initializer, "
     "input_initializer, readout_bias",
     0},
    {"seed", 'S', "N", 0,
     "Draw the weights from this seed (default 0): the same seed, the same "
     "model",
     0},
    {0}};

static bool set(void* context, int key, const char* value, HostUsage* usage) {
  Settings* s = context;
  switch (key) {
    case 'o': s->output = value; return true;
    case 'S':
      return host_take_integer(usage, (HostGiven){"--seed", value}, 0,
                               UINT64_MAX, &s->seed);
    case 's':
      if (!strchr(value, '=') || *value == '=') {
        return host_usage(usage,
                          "--set %s: give KEY=VALUE, such as "
                          "reservoir_size=500",
                          value);
      }
      if (s->n_sets == MOST_SETS) {
        return host_usage(usage, "--set %s: at most %d of them", value,
                          MOST_SETS);
      }
      s->sets[s->n_sets++] = value;
      return true;
    default: break;
  }
  if (s->preset) {
    return host_usage(usage, "unexpected argument %s; one PRESET or FILE.json",
                      value);
  }
  s->preset = value;
  return true;
}

static bool check(void* context, HostUsage* usage) {
  const Settings* s = context;
  if (!s->preset) {
    return host_usage(usage,
                      "give a PRESET (classic, ott, headless, linear, "
                      "or one of presets/) or FILE.json");
  }
  if (!s->output) {
    return host_usage(usage, "give -o M, the file to write the model to");
  }
  if (host_desc_is_file(s->preset) && host_names_same(s->preset, s->output)) {
    return host_usage(usage, "-o %s: would overwrite the description",
                      s->output);
  }
  return true;
}

static const HostCommandLine g_line = {
    "new",
    g_options,
    "PRESET|FILE.json -o M",
    "Makes a model from a premade description (classic, ott, headless, "
    "linear), one of the presets (ecg), or a JSON file; draws its weights and "
    "writes it. Its readout is untrained and answers zero."
    "\vExample: echopond new classic -o m.safetensors --set "
    "reservoir_size=300 --set spectral_radius=0.9 --seed 7",
    set,
    check};

static PondStatus set_key(PondDesc* desc, const char* pair, PondError* error) {
  char key[POND_MAX_NAME];
  size_t n = strcspn(pair, "=");
  if (n >= sizeof key) {
    return host_error(error, POND_STATUS_BAD_ARG,
                      "--set %.64s...: no key is that long", pair);
  }
  memcpy(key, pair, n);
  key[n] = '\0';
  PondError cause;
  PondStatus status = pond_desc_set(desc, key, pair + n + 1, &cause);
  return status ? host_error(error, status, "--set %.128s: %.800s", pair,
                             cause.text)
                : POND_OK;
}

static PondStatus make(const Settings* s, PondError* error) {
  PondDesc* desc = NULL;
  PondModel* model = NULL;
  char seed[24];
  snprintf(seed, sizeof seed, "%" PRIu64, s->seed);
  PondStatus status = host_desc_find(s->preset, &desc, error);
  for (uint32_t i = 0; !status && i < s->n_sets; i++) {
    status = set_key(desc, s->sets[i], error);
  }
  if (!status) {
    status = pond_model_new(desc, s->seed, &model, error);
  }
  if (!status) {
    status = host_model_save(model, s->output, seed, error);
  }
  pond_model_free(model);
  pond_desc_free(desc);
  return status;
}

int host_new(int argc, char** argv) {
  Settings settings = {0};
  PondError error = {0};
  HostParsed parsed = host_parse(&g_line, argc, argv, &settings);
  if (parsed != HOST_PARSED) {
    return parsed == HOST_PARSED_HELP ? HOST_DONE : HOST_USAGE;
  }
  return make(&settings, &error) ? host_fail("new", &error) : HOST_DONE;
}
