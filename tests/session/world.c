// SPDX-License-Identifier: ISC
// The whole system in one thread, from one seed. Test support.
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

enum { MAX_BLOCK = 256, RATE = 1000, PATH = 256 };

#define WORLD_FAIL(world, ...)                                                \
  do {                                                                        \
    print_error("seed %llu, frame %llu: ", (unsigned long long)(world)->seed, \
                (unsigned long long)(world)->frame);                          \
    fail_msg(__VA_ARGS__);                                                    \
  } while (0)

static uint32_t below(World* world, uint32_t n) {
  return plan_below(&world->draws, n);
}

static void path_of(const World* world, const char* name, char path[PATH]) {
  (void)snprintf(path, PATH, "%s/%s", world->folder, name);
}

// ---- the disk

static bool fails_now(World* world) {
  if (world->fail_in == 0) {
    return false;
  }
  world->fail_in -= 1;
  return world->fail_in == 0;
}

static int64_t write_or_fail(void* context, int file, const void* bytes,
                             size_t size) {
  return fails_now((World*)context)
             ? -ENOSPC
             : pond_file_ops.write(NULL, file, bytes, size);
}

static int sync_or_fail(void* context, int file) {
  return fails_now((World*)context) ? -EIO : 0 * file;
}

static int rename_or_fail(void* context, int folder, const char* from,
                          const char* to) {
  return fails_now((World*)context)
             ? -EIO
             : pond_file_ops.rename(NULL, folder, from, to);
}

static int allocate_or_fail(void* context, int file, uint64_t size) {
  return fails_now((World*)context) ? -ENOSPC
                                    : pond_file_ops.allocate(NULL, file, size);
}

static void save_snapshot(World* world) {
  PondError error;
  PondTree* tree = NULL;
  uint8_t* bytes = NULL;
  size_t size = 0;
  char path[PATH];
  uint64_t frame = 0;
  if (!pond_session_snapshot_ready(world->session, &frame)) {
    return;
  }
  path_of(world, "state.safetensors", path);
  PondStatus status = pond_tree_new(&tree, &error);
  if (!status) {
    status = pond_session_to_tree(world->session, tree, &error);
  }
  if (status == POND_STATUS_BUSY) {  // a larger model came before the copy
    pond_tree_free(tree);
    return;
  }
  if (status || pond_safetensors_encode(tree, &bytes, &size, &error)) {
    WORLD_FAIL(world, "snapshot to bytes: %s", error.text);
  }
  world->fail_in = below(world, 3) ? 0 : 1 + below(world, 5);
  status = pond_file_write_with(&world->ops, path, bytes, size, &error);
  world->counts->saves += 1;
  if (status) {
    world->counts->failed_saves += 1;
  } else {
    world->saved = true;
    world->saved_frame = frame;
  }
  world->fail_in = 0;
  free(bytes);
  pond_tree_free(tree);
}

// ---- the stream

static void start_session(World* world) {
  PondError error;
  const PondSessionConfig config = {
      .rate_hz = RATE, .missing = POND_MISSING_HOLD, .record_bytes = 1 << 20};
  if (pond_session_new(&config, &world->session, &error)) {
    WORLD_FAIL(world, "session: %s", error.text);
  }
}

static void open_journal(World* world) {
  PondError error;
  char path[PATH];
  path_of(world, "journal", path);
  if (pond_session_journal_open(world->session, path, &error)) {
    WORLD_FAIL(world, "journal: %s", error.text);
  }
}

static void post(World* world, uint32_t which) {
  PondError error;
  const PondStatus status =
      pond_session_post(world->session, world->models[which], 0, &error);
  if (status && status != POND_STATUS_BUSY && status != POND_STATUS_MISMATCH) {
    WORLD_FAIL(world, "post: %s", error.text);
  }
  world->counts->posts += 1;
}

static void run_block(World* world, PondSession* session, uint64_t frame,
                      uint32_t n, float* out) {
  const float* in[2] = {world->in[0] + frame, world->in[1] + frame};
  const float* target[1] = {world->target + frame};
  float* to[1] = {out + frame};
  const PondBlock block = {.in = in,
                           .target = target,
                           .out = to,
                           .n_frames = n,
                           .n_in = 2,
                           .n_target = 1,
                           .n_out = 1};
  pond_stream_run(pond_session_stream(session), &block);
  for (uint32_t i = 0; i < n; ++i) {
    if (!isfinite(out[frame + i])) {
      WORLD_FAIL(world, "output %u of the block is not finite", i);
    }
  }
}

static void do_block(World* world) {
  uint32_t n = below(world, 4) ? below(world, MAX_BLOCK) : below(world, 8);
  const uint64_t left = WORLD_FRAMES - world->frame;
  n = n > left ? (uint32_t)left : n;
  run_block(world, world->session, world->frame, n, world->out);
  world->frame += n;
  world->counts->blocks += 1;
  world->counts->frames += n;
}

// ---- commands

static PondArg text(const char* s) {
  const PondArg arg = {.type = 's', .value.s = s};
  return arg;
}

static PondArg number(double f) {
  const PondArg arg = {.type = 'f', .value.f = f};
  return arg;
}

static PondArg integer(int64_t i) {
  const PondArg arg = {.type = 'i', .value.i = i};
  return arg;
}

static void command(World* world, const char* name, const PondArg* args,
                    uint32_t n) {
  PondError error = {.status = POND_OK};
  const PondStatus status = pond_session_command(
      world->session, &(const PondCommandLine){name, args, n, NULL, NULL},
      &error);
  world->counts->commands += 1;
  if (status) {
    world->counts->refused += 1;
    if (error.status != status || strlen(error.text) < 10) {
      WORLD_FAIL(world, "%s: status %d without a message", name, (int)status);
    }
  }
}

static void do_param(World* world) {
  const PondParamInfo* info = pond_param_info(below(world, pond_param_count()));
  const double share = (double)below(world, 1001) / 1000.0;
  const double top = info->max > 2.0f ? 2.0 : (double)info->max;
  char at[32];
  (void)snprintf(at, sizeof(at), "at=%llu",
                 (unsigned long long)world->frame + below(world, 300));
  const PondArg args[] = {text(info->name), number(share * top), text(at)};
  command(world, "param/set", args, below(world, 2) ? 2 : 3);
}

static void do_mode(World* world) {
  static const char* const modes[] = {"predict", "generate", "teacher",
                                      "predict", "nonsense"};
  const PondArg args[] = {text(modes[below(world, 5)])};
  command(world, "mode", args, 1);
}

static void do_wrong(World* world) {
  const PondArg bad_range[] = {text("mix"), number(7.0)};
  const PondArg bad_name[] = {text("volume"), number(0.5)};
  const PondArg bad_type[] = {number(1.0), text("mix")};
  const PondArg bad_option[] = {text("predict"), text("id=7")};
  const uint64_t refused = world->counts->refused;
  command(world, "param/set", bad_range, 2);
  command(world, "param/set", bad_name, 2);
  command(world, "param/set", bad_type, 2);
  command(world, "mode", bad_option, 2);
  command(world, "no/such", NULL, 0);
  if (world->counts->refused != refused + 5) {
    WORLD_FAIL(world, "a wrong command was taken");
  }
}

static void do_command(World* world) {
  static const char* const plain[] = {"record/start", "record/stop",
                                      "train/undo",   "train/cancel",
                                      "status",       "help"};
  const PondArg panic[] = {integer(below(world, 3) == 0)};
  const PondArg train[] = {
      text("washout=20"), text("horizon=1"),
      text(below(world, 2) ? "log10_alpha=-4" : "alpha=auto")};
  switch (below(world, 12)) {
    case 0: do_mode(world); break;
    case 10:
    case 11:
      command(world,
              pond_session_recorded(world->session) > 100 ? "train/start"
                                                          : "record/start",
              train, pond_session_recorded(world->session) > 100 ? 3 : 0);
      break;
    case 1: command(world, "panic", panic, 1); break;
    case 2: do_wrong(world); break;
    case 3: command(world, "train/start", train, 3); break;
    case 4: command(world, "state/reset", NULL, 0); break;
    case 5:
    case 6: do_param(world); break;
    default: command(world, plain[below(world, 6)], NULL, 0); break;
  }
}

static void do_job(World* world) {
  PondJob* job = pond_session_next_job(world->session);
  PondError error;
  if (!job) {
    return;
  }
  world->counts->jobs += 1;
  if (below(world, 6) == 0) {
    pond_job_cancel(job);
  }
  const PondStatus status = pond_job_run(job, &error);
  world->counts->fits += status == POND_OK;
  world->counts->cancelled += status == POND_STATUS_CANCELLED;
}

// ---- saves and crashes

static void do_save(World* world) {
  PondError error;
  if (pond_session_snapshot_ready(world->session, NULL)) {
    save_snapshot(world);
  }
  if (below(world, 4) == 0 &&
      !pond_session_snapshot_newest(world->session, &error)) {
    save_snapshot(world);
  }
  const uint64_t at = below(world, 2) ? 0 : world->frame + below(world, 100);
  const PondStatus status = pond_session_snapshot(world->session, at, &error);
  if (status && status != POND_STATUS_BUSY) {
    WORLD_FAIL(world, "snapshot: %s", error.text);
  }
}

static void do_crash(World* world) {
  PondError error;
  PondTree* tree = NULL;
  char path[PATH];
  if (!world->saved) {
    return;
  }
  world->counts->crashes += 1;
  pond_session_free(world->session);  // no snapshot, no close: all is lost
  start_session(world);
  path_of(world, "state.safetensors", path);
  if (pond_tree_load(path, NULL, &tree, &error) ||
      pond_session_restore(world->session, tree, &error)) {
    WORLD_FAIL(world, "restore: %s", error.text);
  }
  pond_tree_free(tree);
  world->frame = pond_stream_frame(pond_session_stream(world->session));
  if (world->frame < world->saved_frame) {
    WORLD_FAIL(world, "acknowledged was frame %llu",
               (unsigned long long)world->saved_frame);
  }
  open_journal(world);
  world->counts->restores += 1;
}

static void step(World* world) {
  const uint32_t dice = below(world, 100);
  if (dice < 55) {
    do_block(world);
  } else if (dice < 80) {
    do_command(world);
  } else if (dice < 85) {
    do_job(world);
  } else if (dice < 89) {
    post(world, below(world, WORLD_MODELS));
  } else if (dice < 96) {
    do_save(world);
  } else if (dice < 98) {
    do_crash(world);
  }
  if (below(world, 3)) {
    pond_session_service(world->session);
  }
}

// ---- the judge

// The journal and the recorded input give the same output again: the frame of
// the first difference, or WORLD_FRAMES.
static uint32_t replay(World* world) {
  PondError error;
  char path[PATH];
  float* again = (float*)calloc(WORLD_FRAMES, sizeof(float));
  PondSession* session = NULL;
  const PondSessionConfig config = {.rate_hz = RATE};
  path_of(world, "journal", path);
  if (pond_session_new(&config, &session, &error) ||
      pond_session_post(session, world->models[0], 0, &error) ||
      pond_session_replay_open(session, path, &error)) {
    WORLD_FAIL(world, "replay: %s", error.text);
  }
  for (uint64_t frame = 0; frame < WORLD_FRAMES;) {
    uint64_t end = frame + 1 + below(world, 500);
    end = end > WORLD_FRAMES ? WORLD_FRAMES : end;
    pond_session_service(session);
    if (pond_session_replay(session, &end, &error)) {
      WORLD_FAIL(world, "replay: %s", error.text);
    }
    run_block(world, session, frame, (uint32_t)(end - frame), again);
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
  char path[PATH];
  PondError error;
  uint8_t* bytes = NULL;
  size_t size = 0;
  path_of(world, "journal", path);
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
      phase += 0.02 + 0.001 * (double)below(world, 10);
      world->in[c][i] = (float)(0.5 * sin(phase * (c + 1)));
      if (below(world, 200) == 0) {
        world->in[c][i] = below(world, 2) ? NAN : INFINITY;
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
  const int graph = (int)below(world, GRAPH_COUNT);
  const uint32_t units = 4 + below(world, 24);
  world->models[0] = graph_model(graph, 1, units, world->seed);
  world->models[1] =
      graph_other_readouts(world->models[0], world->seed + 1, 3, 0.1);
  world->models[2] = graph_model((int)below(world, GRAPH_COUNT), 1, units + 1,
                                 world->seed + 2);
}

static void clean(World* world) {
  char name[PATH];
  path_of(world, "state.safetensors", name);
  (void)remove(name);
  path_of(world, "journal", name);
  (void)remove(name);
  for (unsigned id = 1; id < 200; ++id) {
    (void)snprintf(name, PATH, "%s/journal.d/%u.safetensors", world->folder,
                   id);
    (void)remove(name);
  }
  path_of(world, "journal.d", name);
  (void)remove(name);
  (void)remove(world->folder);
}

// Lives through a seed; the frame at which the replay differs.
static uint32_t live(uint64_t seed, const char* folder, WorldCounts* counts,
                     bool planted) {
  World world = {.seed = seed, .draws = seed, .counts = counts};
  (void)snprintf(world.folder, sizeof(world.folder), "%s/%llu", folder,
                 (unsigned long long)seed);
  world.ops = pond_file_ops;
  world.ops.context = &world;
  world.ops.write = write_or_fail;
  world.ops.sync = sync_or_fail;
  world.ops.rename = rename_or_fail;
  world.ops.allocate = allocate_or_fail;
  make_signals(&world);
  make_models(&world);
  start_session(&world);
  {
    char probe[PATH];
    PondError error;
    path_of(&world, "journal", probe);
    if (pond_file_write(probe, "", 0, &error)) {  // makes the folder
      WORLD_FAIL(&world, "%s", error.text);
    }
  }
  open_journal(&world);
  post(&world, 0);
  while (world.frame < WORLD_FRAMES) {
    step(&world);
  }
  pond_session_free(world.session);
  if (planted) {
    lose_a_line(&world);
  }
  const uint32_t same = replay(&world);
  clean(&world);
  for (int i = 0; i < WORLD_MODELS; ++i) {
    pond_model_free(world.models[i]);
  }
  free(world.in[0]);
  free(world.in[1]);
  free(world.target);
  free(world.out);
  counts->seeds += 1;
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
