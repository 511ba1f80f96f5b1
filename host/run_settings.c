// SPDX-License-Identifier: ISC
// The options of echopond run. Main thread.
#include "run_settings.h"

#include "model_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
  KEY_FORMAT = HOST_KEY_FIRST,
  KEY_LOAD_STATES,
  KEY_SAVE_STATE,
  KEY_START,
  KEY_FRAMES,
  KEY_BLOCK,
  KEY_KERNEL,
  KEY_JOURNAL,
  KEY_WRITE_JOURNAL,
  KEY_MODE,
  KEY_MISSING,
  KEY_SET_PARAM,
  KEY_RATE,
  MOST_BLOCK = 1 << 20
};

static const struct argp_option g_options[] = {
    {"input", 'i', "IN", 0, "Rows to predict; - is stdin", 0},
    {"output", 'o', "OUT", 0,
     "Predictions, one row for each row of IN; - is stdout. Written in place: "
     "after a kill it holds the rows so far",
     0},
    {"format", KEY_FORMAT, "F", 0,
     "Format of - and of names without a known extension: csv, tsv, f32le, "
     "npy, wav, flac (default csv)",
     0},
    {"rate", KEY_RATE, "HZ", 0,
     "Frames per second, for fades and for wav or flac out (default: the sound "
     "file's, else the model's, else 1)",
     0},
    {"load-states", KEY_LOAD_STATES, NULL, 0,
     "Go on from the stream's state in M: row 0 of IN is its next frame", 0},
    {"save-state", KEY_SAVE_STATE, "FILE", 0,
     "Write model and state after the last frame here, crash-safely; may be M",
     0},
    {"start", KEY_START, "FRAME", 0, "Pass over that many rows of IN first", 0},
    {"frames", KEY_FRAMES, "N", 0, "Stop after N rows (default: at the end)",
     0},
    {"block", KEY_BLOCK, "N", 0,
     "Most frames in a block (default 1024); changes no bit of the output", 0},
    {"kernel", KEY_KERNEL, "scalar|avx2|avx512|neon|auto", 0,
     "Which kernels compute (default auto); changes no bit of the output", 0},
    {"mode", KEY_MODE, "predict|generate", 0,
     "generate: run free, on the model's own predictions", 0},
    {"missing", KEY_MISSING, "hold|zero|predict", 0,
     "What stands in for a sample that is not finite (default hold)", 0},
    {"set-param", KEY_SET_PARAM, "NAME=VALUE", 0,
     "Set a live parameter from the first frame on: input_gain, output_gain, "
     "mix, feedback_gain, leak, ceiling; may be given again",
     0},
    {"journal", KEY_JOURNAL, "FILE", 0, "Replay the events of this journal", 0},
    {"write-journal", KEY_WRITE_JOURNAL, "FILE", 0,
     "Write every event with its frame here, models into FILE.d", 0},
    {0}};

static bool take_mode(HostRunSettings* s, const char* value, HostUsage* usage) {
  s->has_mode = true;
  s->mode = !strcmp(value, "generate") ? POND_MODE_GENERATE : POND_MODE_PREDICT;
  if (s->mode == POND_MODE_GENERATE || !strcmp(value, "predict")) {
    return true;
  }
  return host_usage(usage, "--mode %s: give predict or generate", value);
}

static bool take_missing(HostRunSettings* s, const char* value,
                         HostUsage* usage) {
  static const char* const names[] = {"hold", "zero", "predict"};
  s->has_missing = true;
  for (int i = 0; i < 3; i++) {
    if (!strcmp(value, names[i])) {
      s->missing = (PondMissing)i;
      return true;
    }
  }
  return host_usage(usage, "--missing %s: give hold, zero or predict", value);
}

static bool take_param(HostRunSettings* s, const char* pair, HostUsage* usage) {
  char name[POND_MAX_NAME], option[2 * POND_MAX_NAME];
  double value;
  size_t n = strcspn(pair, "=");
  if (!pair[n] || n >= sizeof name) {
    return host_usage(usage, "--set-param %s: give NAME=VALUE, such as mix=0.5",
                      pair);
  }
  snprintf(name, sizeof name, "%.*s", (int)n, pair);
  const PondParamInfo* info = pond_param_find(name);
  if (!info) {
    return host_usage(usage,
                      "--set-param %s: give input_gain, output_gain, mix, "
                      "feedback_gain, leak or ceiling",
                      pair);
  }
  if (s->n_params == HOST_MOST_SET_PARAMS) {
    return host_usage(usage, "--set-param %s: at most %d of them", pair,
                      HOST_MOST_SET_PARAMS);
  }
  snprintf(option, sizeof option, "--set-param %s", name);
  if (!host_take_number(usage, (HostGiven){option, pair + n + 1},
                        (double)info->min, (double)info->max, &value)) {
    return false;
  }
  s->params[s->n_params] = info->param;
  s->values[s->n_params++] = (float)value;
  return true;
}

static bool take_path(HostRunSettings* s, int key, const char* value,
                      HostUsage* usage) {
  switch (key) {
    case 'i': s->input = value; return true;
    case 'o': s->output = value; return true;
    case KEY_FORMAT: s->format = value; return true;
    case KEY_SAVE_STATE: s->save_state = value; return true;
    case KEY_JOURNAL: s->replay = value; return true;
    case KEY_WRITE_JOURNAL: s->journal = value; return true;
    default: break;
  }
  if (s->model) {
    return host_usage(usage, "unexpected argument %s; one model M", value);
  }
  s->model = value;
  return true;
}

static bool set(void* context, int key, const char* value, HostUsage* usage) {
  HostRunSettings* s = context;
  switch (key) {
    case KEY_LOAD_STATES: s->load_states = true; return true;
    case KEY_START:
      return host_take_integer(usage, (HostGiven){"--start", value}, 0,
                               UINT64_MAX, &s->start);
    case KEY_FRAMES:
      return host_take_integer(usage, (HostGiven){"--frames", value}, 0,
                               UINT64_MAX, &s->n_frames);
    case KEY_BLOCK:
      return host_take_integer(usage, (HostGiven){"--block", value}, 1,
                               MOST_BLOCK, &s->n_block);
    case KEY_RATE:
      return host_take_number(usage, (HostGiven){"--rate", value}, 1e-6, 1e9,
                              &s->rate_hz);
    case KEY_KERNEL: return host_take_kernel(usage, value, &s->kernel);
    case KEY_MODE: return take_mode(s, value, usage);
    case KEY_MISSING: return take_missing(s, value, usage);
    case KEY_SET_PARAM: return take_param(s, value, usage);
    default: return take_path(s, key, value, usage);
  }
}

// Nothing that is written may be what is read or written otherwise; the state
// alone may go over the model.
static bool check_paths(const HostRunSettings* s, HostUsage* usage) {
  const char* const reads[] = {s->input, s->replay, s->model};
  const char* const writes[] = {s->output, s->journal, s->save_state};
  static const char* const options[] = {"-o", "--write-journal",
                                        "--save-state"};
  for (int w = 0; w < 3; w++) {
    for (int r = 0; r < (w == 2 ? 2 : 3); r++) {
      if (host_names_same(writes[w], reads[r])) {
        return host_usage(usage, "%s %s: would overwrite what is read",
                          options[w], writes[w]);
      }
    }
    for (int v = 0; v < w; v++) {
      if (host_names_same(writes[w], writes[v])) {
        return host_usage(usage, "%s %s: %s writes there already", options[w],
                          writes[w], options[v]);
      }
    }
  }
  return true;
}

static bool check(void* context, HostUsage* usage) {
  const HostRunSettings* s = context;
  if (!s->model) {
    return host_usage(usage, "give the model M to run");
  }
  if (!s->input) {
    return host_usage(usage, "give -i IN, the rows to predict (- is stdin)");
  }
  if (!s->output) {
    return host_usage(usage, "give -o OUT for the predictions (- is stdout)");
  }
  if (s->load_states && s->has_missing) {
    return host_usage(usage,
                      "--missing: with --load-states the state's own policy "
                      "goes on; leave it out");
  }
  return check_paths(s, usage);
}

const HostCommandLine host_run_line = {
    "run",
    g_options,
    "M -i IN -o OUT",
    "Predicts IN row by row with model M. On a pipe each row goes out before "
    "the next is awaited (csv, tsv, f32le). SIGINT and SIGTERM end it cleanly: "
    "the frame finished, the state saved, exit status 0."
    "\vExample: echopond run t.safetensors -i a.csv -o ya.csv --save-state "
    "s.safetensors; echopond run s.safetensors --load-states -i b.csv -o "
    "yb.csv",
    set,
    check};
