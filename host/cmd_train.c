// SPDX-License-Identifier: ISC
// echopond train: fits a model's readouts to a recording by ridge. Main thread.
#include "command_list.h"
#include "fit_job.h"
#include "interrupt.h"
#include "model_file.h"
#include "options.h"
#include "report.h"
#include "train_rows.h"

#include "pond/engine.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const char* model;
  const char* input;
  const char* target;
  const char* format;
  const char* output;
  PondRidgeConfig ridge;
  bool has_horizon;
  bool json;
} Settings;

enum {
  KEY_TARGET = HOST_KEY_FIRST,
  KEY_HORIZON,
  KEY_WASHOUT,
  KEY_ALPHA,
  KEY_HOLDOUT,
  KEY_NORMALIZE,
  KEY_RATE,
  KEY_FORMAT,
  KEY_KERNEL,
  KEY_JSON
};

static const struct argp_option g_options[] = {
    {"input", 'i', "IN", 0, "Rows that drive the model; - is stdin", 0},
    {"target", KEY_TARGET, "FILE", 0,
     "Rows to be answered, one for each row of IN; else the target is IN "
     "itself, --horizon frames on",
     0},
    {"horizon", KEY_HORIZON, "K", 0,
     "Frames from the input to its target (default 1; 0 with --target)", 0},
    {"washout", KEY_WASHOUT, "N", 0,
     "First frames, driven but not learned from (default 100)", 0},
    {"alpha", KEY_ALPHA, "A|auto", 0,
     "Ridge penalty on the sums over all frames (default 1e-6); auto chooses "
     "it by contiguous folds",
     0},
    {"holdout", KEY_HOLDOUT, "FRACTION", 0,
     "Last part of the rows, only measured on (default 0; below 1)", 0},
    {"normalize", KEY_NORMALIZE, "none|standard", 0,
     "standard: learn an offset and scale per channel first (default none)", 0},
    {"rate", KEY_RATE, "HZ", 0,
     "Frames per second, noted in the model (default: the sound file's)", 0},
    {"format", KEY_FORMAT, "F", 0,
     "Format of - and of names without a known extension: csv, tsv, f32le, "
     "npy, wav, flac (default csv)",
     0},
    {"kernel", KEY_KERNEL, "scalar|avx2|avx512|neon|auto", 0,
     "Which kernels compute (default auto); the states have the same bits", 0},
    {"output", 'o', "M2", 0, "Write the trained model here", 0},
    {"json", KEY_JSON, NULL, 0, "Report in JSON", 0},
    {0}};

static bool take_alpha(Settings* s, const char* value, HostUsage* usage) {
  s->ridge.alpha_auto = !strcmp(value, "auto");
  if (s->ridge.alpha_auto) {
    return true;
  }
  if (host_take_number(usage, (HostGiven){"--alpha", value}, 0, 1e300,
                       &s->ridge.alpha)) {
    return true;
  }
  return host_usage(usage, "--alpha %s: give a number of at least 0, or auto",
                    value);
}

static bool take_holdout(Settings* s, const char* value, HostUsage* usage) {
  if (host_take_number(usage, (HostGiven){"--holdout", value}, 0, 1,
                       &s->ridge.holdout) &&
      s->ridge.holdout < 1) {
    return true;
  }
  return host_usage(usage, "--holdout %s: give a fraction from 0 to below 1",
                    value);
}

static bool take_normalize(Settings* s, const char* value, HostUsage* usage) {
  s->ridge.normalise = !strcmp(value, "standard");
  if (s->ridge.normalise || !strcmp(value, "none")) {
    return true;
  }
  return host_usage(usage, "--normalize %s: give none or standard", value);
}

static bool set(void* context, int key, const char* value, HostUsage* usage) {
  Settings* s = context;
  uint64_t n = 0;
  switch (key) {
    case 'i': s->input = value; return true;
    case 'o': s->output = value; return true;
    case KEY_TARGET: s->target = value; return true;
    case KEY_FORMAT: s->format = value; return true;
    case KEY_JSON: s->json = true; return true;
    case KEY_ALPHA: return take_alpha(s, value, usage);
    case KEY_HOLDOUT: return take_holdout(s, value, usage);
    case KEY_NORMALIZE: return take_normalize(s, value, usage);
    case KEY_KERNEL: return host_take_kernel(usage, value, &s->ridge.kernel);
    case KEY_RATE:
      return host_take_number(usage, (HostGiven){"--rate", value}, 1e-6, 1e9,
                              &s->ridge.rate_hz);
    case KEY_HORIZON:
      s->has_horizon = true;
      if (!host_take_integer(usage, (HostGiven){"--horizon", value}, 0,
                             POND_MAX_HORIZON, &n)) {
        return false;
      }
      s->ridge.horizon = (uint32_t)n;
      return true;
    case KEY_WASHOUT:
      if (!host_take_integer(usage, (HostGiven){"--washout", value}, 0,
                             UINT32_MAX, &n)) {
        return false;
      }
      s->ridge.washout = (uint32_t)n;
      return true;
    default: break;
  }
  if (s->model) {
    return host_usage(usage, "unexpected argument %s; one model M", value);
  }
  s->model = value;
  return true;
}

static bool check(void* context, HostUsage* usage) {
  Settings* s = context;
  if (!s->model) {
    return host_usage(usage, "give the model M to train");
  }
  if (!s->input) {
    return host_usage(usage, "give -i IN, the rows to learn from");
  }
  if (!s->output) {
    return host_usage(usage, "give -o M2, the file for the trained model");
  }
  if (host_names_same(s->output, s->input) ||
      host_names_same(s->output, s->target)) {
    return host_usage(usage, "-o %s: would overwrite the training data",
                      s->output);
  }
  if (s->target && !strcmp(s->target, "-") && !strcmp(s->input, "-")) {
    return host_usage(usage, "--target -: stdin is the input already");
  }
  if (!s->has_horizon) {
    s->ridge.horizon = s->target ? 0 : 1;
  }
  if (!s->target && s->ridge.horizon == 0) {
    return host_usage(usage,
                      "--horizon 0: without --target the model would "
                      "learn its own input; give 1 or more");
  }
  return true;
}

static const HostCommandLine g_line = {
    "train",
    g_options,
    "M -i IN -o M2",
    "Fits every readout of model M by ridge regression and writes the trained "
    "model to M2. Channels of IN must be those of the model's inputs. SIGINT "
    "cancels: exit status 1, nothing written."
    "\vExample: echopond train m.safetensors -i ecg.wav --normalize standard "
    "--holdout 0.2 -o t.safetensors",
    set,
    check};

// JSON has no NaN: null stands for it.
static json_t* number_or_null(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

static void print_json(const Settings* s, const PondFitReport* r) {
  json_t* root = json_pack(
      "{s:s, s:f, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "model",
      s->output, "alpha", r->alpha, "horizon", (json_int_t)s->ridge.horizon,
      "washout", (json_int_t)s->ridge.washout, "rows_trained",
      (json_int_t)r->n_trained, "rows_held_out", (json_int_t)r->n_held_out,
      "rows_skipped", (json_int_t)r->n_skipped, "train_nrmse",
      number_or_null(r->train_nrmse), "holdout_nrmse",
      number_or_null(r->holdout_nrmse), "holdout_mse",
      number_or_null(r->holdout_mse), "persistence_nrmse",
      number_or_null(r->persistence_nrmse), "rcond", number_or_null(r->rcond));
  json_dumpf(root, stdout, JSON_INDENT(2));
  puts("");
  json_decref(root);
}

static void print_words(const Settings* s, const PondFitReport* r) {
  printf("trained       %s\n", s->output);
  printf("rows          %" PRIu64 " learned from, %" PRIu64
         " held out, %" PRIu64 " skipped (missing samples)\n",
         r->n_trained, r->n_held_out, r->n_skipped);
  printf("alpha         %g%s\n", r->alpha,
         s->ridge.alpha_auto ? " (chosen by folds)" : "");
  printf("horizon       %u frame%s\n", s->ridge.horizon,
         s->ridge.horizon == 1 ? "" : "s");
  printf("NRMSE         %.6g on the rows learned from\n", r->train_nrmse);
  if (r->n_held_out) {
    printf("NRMSE         %.6g on the rows held out\n", r->holdout_nrmse);
  }
  if (isfinite(r->persistence_nrmse)) {
    printf("persistence   %.6g on the same rows\n", r->persistence_nrmse);
  }
}

// Trains `*model` and puts the fitted one in its place.
static PondStatus fit(const Settings* s, PondModel** model,
                      const PondRows* rows, PondFitReport* report,
                      PondError* error) {
  PondJob* job = NULL;
  PondStatus status = pond_ridge_job_new(*model, rows, &s->ridge, &job, error);
  if (!status) {
    status = host_fit_run(job, error);
  }
  if (!status) {
    pond_model_free(*model);
    *model = pond_job_take_model(job, report);
  }
  pond_job_free(job);
  return status;
}

static PondStatus train(Settings* s, PondFitReport* report, PondError* error) {
  PondModel* model = NULL;
  HostTrainRows files = {0};
  PondRows rows;
  PondStatus status = host_model_load(s->model, &model, NULL, error);
  if (!status) {
    HostSource in = {s->input, s->format, pond_model_in_size(model), s->model};
    HostSource target = {s->target, s->format, pond_model_out_size(model),
                         s->model};
    status = host_train_rows_new(&in, s->target ? &target : NULL, &files, &rows,
                                 error);
  }
  if (!status && s->ridge.rate_hz <= 0) {
    s->ridge.rate_hz = files.in->rate_hz;
  }
  if (!status) {
    status = fit(s, &model, &rows, report, error);
  }
  if (!status) {
    status = host_model_save(model, s->output, NULL, error);
  }
  host_train_rows_free(&files);
  pond_model_free(model);
  return status;
}

int host_train(int argc, char** argv) {
  Settings settings = {.ridge = {.alpha = 1e-6, .washout = 100}};
  PondFitReport report;
  PondError error = {0};
  HostParsed parsed = host_parse(&g_line, argc, argv, &settings);
  if (parsed != HOST_PARSED) {
    return parsed == HOST_PARSED_HELP ? HOST_DONE : HOST_USAGE;
  }
  host_interrupt_init();
  if (train(&settings, &report, &error)) {
    return host_fail("train", &error);
  }
  if (settings.json) {
    print_json(&settings, &report);
  } else {
    print_words(&settings, &report);
  }
  return HOST_DONE;
}
