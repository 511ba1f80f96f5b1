// SPDX-License-Identifier: ISC
// From a seed to a verdict: signals and models, the life, the replay of its
// journal. Test support.
#include "world.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graphs.h"
#include "plan.h"
#include "pond/checkpoint.h"
#include "same_bits.h"

// The journal and the recorded input give the same output again: the frame of
// the first difference, or WORLD_FRAMES.
static uint32_t replay(World* world) {
  PondError error;
  char path[WORLD_PATH];
  float* again = (float*)calloc(WORLD_FRAMES, sizeof(float));
  PondSession* session = NULL;
  const PondSessionConfig config = {.rate_hz = WORLD_RATE};
  world_path(world, "journal", path);
  if (pond_session_new(&config, &session, &error) ||
      pond_session_post(session, world->models[0], 0, &error) ||
      pond_session_replay_open(session, path, &error)) {
    WORLD_FAIL(world, "replay: %s", error.text);
  }
  for (uint64_t frame = 0; frame < WORLD_FRAMES;) {
    uint64_t end = frame + 1 + world_below(world, 500);
    end = end > WORLD_FRAMES ? WORLD_FRAMES : end;
    pond_session_service(session);
    if (pond_session_replay(session, &end, &error)) {
      WORLD_FAIL(world, "replay: %s", error.text);
    }
    world_block(world, session, frame, (uint32_t)(end - frame), again);
    frame = end;
  }
  uint32_t same = 0;
  while (same < WORLD_FRAMES &&
         same_bits(&again[same], &world->out[same], sizeof(float))) {
    same += 1;
  }
  world->counts->replayed += same;
  pond_session_free(session);
  free(again);
  return same;
}

// Cuts the first line out that changes something after frame 0.
static void lose_a_line(const World* world) {
  char path[WORLD_PATH];
  PondError error;
  uint8_t* bytes = NULL;
  size_t size = 0;
  world_path(world, "journal", path);
  if (pond_file_read(path, 1U << 24U, &bytes, &size, &error)) {
    WORLD_FAIL(world, "%s", error.text);
  }
  char* line = strstr((char*)bytes, "\n{\"frame\":");
  while (line && strncmp(line, "\n{\"frame\":0,", 12) == 0) {
    line = strstr(line + 1, "\n{\"frame\":");
  }
  if (line) {
    char* end = strchr(line + 1, '\n');
    const size_t rest = size - (size_t)((end ? end : line) - (char*)bytes);
    memmove(line, end ? end : line, rest);
    size = (size_t)(line - (char*)bytes) + rest;
    if (pond_file_write(path, bytes, size, &error)) {
      WORLD_FAIL(world, "%s", error.text);
    }
  }
  free(bytes);
}

static void make_signals(World* world) {
  for (int c = 0; c < 2; ++c) {
    world->in[c] = (float*)calloc(WORLD_FRAMES, sizeof(float));
    double phase = 0.0;
    for (uint32_t i = 0; i < WORLD_FRAMES; ++i) {
      phase += 0.02 + 0.001 * (double)world_below(world, 10);
      world->in[c][i] = (float)(0.5 * sin(phase * (c + 1)));
      if (world_below(world, 200) == 0) {
        world->in[c][i] = world_below(world, 2) ? NAN : INFINITY;
        world->counts->missing += 1;
      }
    }
  }
  world->target = (float*)calloc(WORLD_FRAMES, sizeof(float));
  for (uint32_t i = 0; i + 3 < WORLD_FRAMES; ++i) {
    world->target[i] = world->in[0][i + 3];
  }
  world->out = (float*)calloc(WORLD_FRAMES, sizeof(float));
}

static void make_models(World* world) {
  const int graph = (int)world_below(world, GRAPH_COUNT);
  const uint32_t units = 4 + world_below(world, 24);
  world->models[0] = graph_model(graph, 1, units, world->seed);
  world->models[1] =
      graph_other_readouts(world->models[0], world->seed + 1, 3, 0.1);
  world->models[2] = graph_model((int)world_below(world, GRAPH_COUNT), 1,
                                 units + 1, world->seed + 2);
}

static void clean(World* world) {
  char name[WORLD_PATH];
  world_path(world, "state.safetensors", name);
  (void)remove(name);
  world_path(world, "journal", name);
  (void)remove(name);
  for (unsigned id = 1; id < 200; ++id) {
    (void)snprintf(name, WORLD_PATH, "%s/journal.d/%u.safetensors",
                   world->folder, id);
    (void)remove(name);
  }
  world_path(world, "journal.d", name);
  (void)remove(name);
  (void)remove(world->folder);
}

// Ready to step: signals, models, a session, an empty journal.
static void begin(World* world, const char* folder) {
  char journal[WORLD_PATH];
  PondError error;
  (void)snprintf(world->folder, sizeof(world->folder), "%s/%llu", folder,
                 (unsigned long long)world->seed);
  world_disk(world);
  make_signals(world);
  make_models(world);
  world_start(world);
  world_path(world, "journal", journal);
  if (pond_file_write(journal, "", 0, &error)) {  // makes the folder
    WORLD_FAIL(world, "%s", error.text);
  }
  world_journal(world);
  world_post(world, 0);
}

static void end(World* world) {
  clean(world);
  for (int i = 0; i < WORLD_MODELS; ++i) {
    pond_model_free(world->models[i]);
  }
  free(world->in[0]);
  free(world->in[1]);
  free(world->target);
  free(world->out);
  world->counts->seeds += 1;
}

// Lives through a seed; the frame at which the replay differs.
static uint32_t live(uint64_t seed, const char* folder, WorldCounts* counts,
                     bool planted) {
  World world = {.seed = seed, .draws = seed, .counts = counts};
  begin(&world, folder);
  while (world.frame < WORLD_FRAMES) {
    world_step(&world);
  }
  pond_session_free(world.session);
  if (planted) {
    lose_a_line(&world);
  }
  const uint32_t same = replay(&world);
  end(&world);
  return same;
}

void world_run(uint64_t seed, const char* folder, WorldCounts* counts) {
  const uint32_t same = live(seed, folder, counts, false);
  if (same < WORLD_FRAMES) {
    fail_msg("seed %llu: the replay differs at frame %u",
             (unsigned long long)seed, same);
  }
}

bool world_run_planted(uint64_t seed, const char* folder, WorldCounts* counts) {
  return live(seed, folder, counts, true) < WORLD_FRAMES;
}
