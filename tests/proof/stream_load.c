// SPDX-License-Identifier: ISC
// A stream under all that a session can do to it. Test support.
#include "stream_load.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void must(PondStatus status, const PondError* error, const char* what) {
  if (status != POND_OK) {
    (void)fprintf(stderr, "%s: %s\n", what, error->text);
    abort();
  }
}

// xorshift64*, Vigna 2016.
static uint64_t draw(uint64_t* seed) {
  *seed ^= *seed >> 12U;
  *seed ^= *seed << 25U;
  *seed ^= *seed >> 27U;
  return *seed * 0x2545f4914f6cdd1dU;
}

static uint32_t below(uint64_t* seed, uint32_t n) {
  return (uint32_t)((draw(seed) >> 32U) % n);
}

static float noise(uint64_t* seed) {
  return (float)((double)(draw(seed) >> 40U) * 0x1p-23 - 1.0);
}

// Weights for one model, the same memory for every parameter of it. Small
// enough that the reservoir forgets, whatever its size; drawing a graph of
// thousands of units and its spectral radius would take minutes.
typedef struct {
  float* values;
  uint64_t seed;
  uint32_t units;
} Weights;

static PondStatus find_weights(void* context, const PondParameter* wanted,
                               const float** data, PondError* error) {
  const Weights* weights = (const Weights*)context;
  (void)wanted;
  (void)error;
  *data = weights->values;
  return POND_OK;
}

static PondDesc* describe(uint32_t units) {
  PondDesc* desc = NULL;
  PondError error;
  char size[16];
  char channels[16];
  (void)snprintf(size, sizeof size, "%" PRIu32, units);
  (void)snprintf(channels, sizeof channels, "%d", LOAD_CHANNELS);
  must(pond_desc_premade("classic", &desc, &error), &error, "classic");
  must(pond_desc_set(desc, "reservoir_size", size, &error), &error, "size");
  must(pond_desc_set(desc, "feedback_size", channels, &error), &error, "in");
  must(pond_desc_set(desc, "output_size", channels, &error), &error, "out");
  must(pond_desc_set(desc, "leak_rate", "0.7", &error), &error, "leak");
  return desc;
}

static PondModel* make_model(uint32_t units, uint64_t seed) {
  PondDesc* desc = describe(units);
  PondModel* model = NULL;
  PondError error;
  const size_t n = (size_t)units * (units + LOAD_CHANNELS);
  Weights weights = {(float*)malloc(n * sizeof(float)), seed, units};
  if (weights.values == NULL) {
    abort();
  }
  const float scale = 0.9f / sqrtf((float)units);
  for (size_t i = 0; i < n; i++) {
    weights.values[i] = scale * noise(&weights.seed);
  }
  must(pond_model_from_parameters(
           desc, &(const PondModelParts){find_weights, &weights, NULL, NULL},
           &model, &error),
       &error, "model");
  free(weights.values);
  pond_desc_free(desc);
  return model;
}

static PondModel* other_readout(const PondModel* model, uint64_t seed) {
  uint32_t n_features = 0;
  uint32_t n_outputs = 0;
  PondModel* other = NULL;
  PondError error;
  const PondFit fit = {.horizon = 3, .out_power = 0.01};
  (void)pond_model_readout_name(model, 0, &n_features, &n_outputs);
  const size_t n = (size_t)n_features * n_outputs;
  float* w = (float*)malloc(n * sizeof(float));
  if (w == NULL) {
    abort();
  }
  for (size_t i = 0; i < n; i++) {
    w[i] = noise(&seed) / (float)n_features;
  }
  // Weights and bias; the bias may be any numbers of this size.
  must(pond_model_with_readout(model, &(const PondReadoutFit){0, w, w, &fit},
                               &other, &error),
       &error, "readout");
  free(w);
  return other;
}

// At 4800 frames a second a fade takes 48 frames: many fit into a short run.
static PondSession* make_session(PondKernelId kernel) {
  PondSession* session = NULL;
  PondError error;
  const PondSessionConfig config = {.rate_hz = 4800.0, .kernel = kernel};
  must(pond_session_new(&config, &session, &error), &error, "session");
  return session;
}

void load_start(Load* load, PondKernelId kernel, uint32_t units,
                uint32_t max_block) {
  PondError error;
  *load = (Load){.audio_seed = 88172645463325252U, .max_block = max_block};
  load->session = make_session(kernel);
  load->models[0] = make_model(units, 1);
  load->models[1] = other_readout(load->models[0], 2);
  load->models[2] = make_model(units / 2 + 1, 3);
  must(pond_session_post(load->session, load->models[0], 0, &error), &error,
       "first model");
}

void load_stop(Load* load) {
  pond_session_free(load->session);
  for (int i = 0; i < 3; i++) {
    pond_model_free(load->models[i]);
  }
}

// What was refused because something waits comes again later.
static bool done(Load* load, PondStatus status, const PondError* error) {
  if (status == POND_STATUS_BUSY) {
    load->counts.n_busy++;
    return false;
  }
  must(status, error, "control");
  return true;
}

static void post(Load* load, PondModel* model) {
  PondError error;
  load->counts.n_posts +=
      done(load, pond_session_post(load->session, model, 0, &error), &error);
}

// Asks for a snapshot, or looks whether the one asked for has come. Between
// the two there are times without one, when displaced models are freed.
static void snapshot(Load* load) {
  PondError error;
  uint64_t frame = 0;
  if (!load->asked) {
    load->asked =
        done(load, pond_session_snapshot(load->session, 0, &error), &error);
  } else if (pond_session_snapshot_ready(load->session, &frame)) {
    (void)pond_session_state_hash(load->session);
    load->counts.n_snapshots++;
    load->asked = false;
  }
}

static PondStatus send(Load* load, uint32_t which, PondError* error) {
  PondSession* s = load->session;
  const float turn = (float)(load->step % 7) / 7.0f;
  switch (which) {
    case 0: return pond_session_set_mode(s, POND_MODE_GENERATE, 0, error);
    case 1: return pond_session_set_param(s, POND_PARAM_LEAK, turn, 0, error);
    case 2:
      return pond_session_set_param(s, POND_PARAM_CEILING, turn, 0, error);
    case 3: return pond_session_set_mode(s, POND_MODE_PREDICT, 0, error);
    case 4: return pond_session_set_param(s, POND_PARAM_MIX, turn, 0, error);
    case 5: return pond_session_panic(s, load->step % 2 == 0, error);
    case 6: return pond_session_set_mode(s, POND_MODE_TEACHER, 0, error);
    case 7:
      return pond_session_set_param(s, POND_PARAM_INPUT_GAIN, turn, 0, error);
    case 8: return pond_session_reset(s, 0, error);
    case 9:
      return pond_session_set_param(s, POND_PARAM_OUTPUT_GAIN, turn, 0, error);
    case 10: return pond_session_record(s, true, error);
    case 11: return pond_session_record(s, false, error);
    default:
      return pond_session_set_param(s, POND_PARAM_FEEDBACK_GAIN, turn, 0,
                                    error);
  }
}

void load_control(Load* load) {
  enum { SENDS = 13 };
  PondError error;
  pond_session_service(load->session);
  const uint64_t step = load->step++;
  if (step % 5 == 0) {
    snapshot(load);
  } else if (step % 5 == 2) {
    post(load, load->models[step / 5 % 3]);
  } else {
    const uint32_t which = (uint32_t)(step % SENDS);
    load->counts.n_events += done(load, send(load, which, &error), &error);
  }
}

// A twentieth of the channels is missing or holds something odd.
static const float* fill(Load* load, float* channel, uint32_t n_frames) {
  static const float odd[] = {NAN, INFINITY, -0.0f, 1e-40f, 1e30f, -INFINITY};
  for (uint32_t i = 0; i < n_frames; i++) {
    channel[i] = noise(&load->audio_seed);
  }
  const uint32_t dice = below(&load->audio_seed, 40);
  if (dice == 0) {
    return NULL;
  }
  if (dice == 1 && n_frames > 0) {
    channel[below(&load->audio_seed, n_frames)] =
        odd[below(&load->audio_seed, 6)];
  }
  return channel;
}

PondBlock load_next_block(Load* load) {
  const uint32_t n_frames = below(&load->audio_seed, load->max_block + 1);
  for (int c = 0; c < LOAD_CHANNELS; c++) {
    load->in[c] = fill(load, load->signal[c], n_frames);
    load->target[c] = load->signal[c];
    load->out[c] = below(&load->audio_seed, 40) == 0 ? NULL : load->output[c];
  }
  const bool aimed = below(&load->audio_seed, 4) == 0;
  return (PondBlock){.in = load->in,
                     .target = aimed ? load->target : NULL,
                     .out = load->out,
                     .n_frames = n_frames,
                     .n_in = LOAD_CHANNELS,
                     .n_target = aimed ? LOAD_CHANNELS : 0,
                     .n_out = LOAD_CHANNELS};
}
