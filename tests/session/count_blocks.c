// SPDX-License-Identifier: ISC
// Runs blocks of whole streams over kernels, modes and signals, missing samples
// among them, one call of counted_step() each, and prints a line for each call;
// scripts/check_instruction_counts runs it under callgrind, which counts them.
// With the argument `planted` libm's tanhf stands behind the stream.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graphs.h"
#include "pond/engine.h"

enum { FRAMES = 64, STEPS = 3, SIGNALS = 8 };

typedef struct {
  PondSession* session;
  float in[2][FRAMES];
  float out[FRAMES];
  bool planted;
} Rig;

static const float LEVELS[SIGNALS] = {0.0f,   0.5f, 1.0f,     -1.0f,
                                      1e-40f, NAN,  INFINITY, 1e30f};

// What is counted.
void counted_step(Rig* rig);
__attribute__((noinline)) void counted_step(Rig* rig) {
  const float* in[] = {rig->in[0], rig->in[1]};
  float* out[] = {rig->out};
  const PondBlock block = {
      .in = in, .out = out, .n_frames = FRAMES, .n_in = 2, .n_out = 1};
  pond_stream_run(pond_session_stream(rig->session), &block);
  for (int i = 0; rig->planted && i < FRAMES; ++i) {
    rig->out[i] = tanhf(rig->in[0][i]);
  }
}

static void must(PondStatus status, const PondError* error) {
  if (status) {
    (void)fprintf(stderr, "%s\n", error->text);
    exit(1);
  }
}

// Signal 1 is noise, the others stand still or alternate.
static void fill(Rig* rig, int signal) {
  for (int i = 0; i < FRAMES; ++i) {
    const float level =
        signal == 1 ? (float)(i * 37 % 64) / 64.0f - 0.5f : LEVELS[signal];
    rig->in[0][i] = signal == 2 && i / 8 % 2 ? -level : level;
    rig->in[1][i] = rig->in[0][i];
  }
}

// Past all fades and ramps, in blocks that end where windows end.
static Rig start(PondModel* model, PondKernelId kernel, PondMode mode) {
  PondError error;
  Rig rig = {.planted = false};
  const PondSessionConfig config = {.rate_hz = 1600.0, .kernel = kernel};
  must(pond_session_new(&config, &rig.session, &error), &error);
  must(pond_session_post(rig.session, model, 0, &error), &error);
  must(pond_session_set_mode(rig.session, mode, 0, &error), &error);
  must(pond_session_set_param(rig.session, POND_PARAM_CEILING, 0.5f, 0, &error),
       &error);
  for (int i = 0; i < 4; ++i) {
    counted_step(&rig);
    printf("warm-%s-%p-%d finite -\n", pond_mode_name(mode), (void*)model, i);
    pond_session_service(rig.session);
  }
  return rig;
}

static void count(int graph, uint32_t units, PondKernelId kernel,
                  bool planted) {
  PondModel* model = graph_model(graph, 1, units, 1);
  for (int mode = POND_MODE_PREDICT; mode <= POND_MODE_GENERATE; ++mode) {
    Rig rig = start(model, kernel, (PondMode)mode);
    rig.planted = planted;
    for (int s = 0; s < SIGNALS; ++s) {
      fill(&rig, s);
      for (int k = 0; k < STEPS; ++k) {
        counted_step(&rig);
        printf("%s-%s-%d-%u finite %d\n", pond_kernel_name(kernel),
               pond_mode_name((PondMode)mode), graph, (unsigned)units, s);
      }
    }
    pond_session_free(rig.session);
  }
  pond_model_free(model);
}

int main(int argc, char** argv) {
  const bool planted = argc > 1 && strcmp(argv[1], "planted") == 0;
  count(GRAPH_CLASSIC, 64, POND_KERNEL_SCALAR, planted);
  for (int graph = 0; graph < GRAPH_COUNT; ++graph) {
    count(graph, 30, pond_kernel_best(), planted);
  }
  return 0;
}
