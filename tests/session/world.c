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

enum { MAX_BLOCK = 256 };

uint32_t world_below(World* world, uint32_t n) {
  return plan_below(&world->draws, n);
}

void world_path(const World* world, const char* name, char path[WORLD_PATH]) {
  (void)snprintf(path, WORLD_PATH, "%s/%s", world->folder, name);
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

void world_disk(World* world) {
  world->ops = pond_file_ops;
  world->ops.context = world;
  world->ops.write = write_or_fail;
  world->ops.sync = sync_or_fail;
  world->ops.rename = rename_or_fail;
  world->ops.allocate = allocate_or_fail;
}

static void save_snapshot(World* world) {
  PondError error;
  PondTree* tree = NULL;
  uint8_t* bytes = NULL;
  size_t size = 0;
  char path[WORLD_PATH];
  uint64_t frame = 0;
  if (!pond_session_snapshot_ready(world->session, &frame)) {
    return;
  }
  world_path(world, "state.safetensors", path);
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
  world->fail_in = world_below(world, 3) ? 0 : 1 + world_below(world, 5);
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

void world_start(World* world) {
  PondError error;
  const PondSessionConfig config = {.rate_hz = WORLD_RATE,
                                    .missing = POND_MISSING_HOLD,
                                    .record_bytes = 1 << 20};
  if (pond_session_new(&config, &world->session, &error)) {
    WORLD_FAIL(world, "session: %s", error.text);
  }
}

void world_journal(World* world) {
  PondError error;
  char path[WORLD_PATH];
  world_path(world, "journal", path);
  if (pond_session_journal_open(world->session, path, &error)) {
    WORLD_FAIL(world, "journal: %s", error.text);
  }
}

void world_post(World* world, uint32_t which) {
  PondError error;
  const PondStatus status =
      pond_session_post(world->session, world->models[which], 0, &error);
  if (status && status != POND_STATUS_BUSY && status != POND_STATUS_MISMATCH) {
    WORLD_FAIL(world, "post: %s", error.text);
  }
  world->counts->posts += 1;
}

void world_block(World* world, PondSession* session, uint64_t frame, uint32_t n,
                 float* out) {
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
  uint32_t n = world_below(world, 4) ? world_below(world, MAX_BLOCK)
                                     : world_below(world, 8);
  const uint64_t left = WORLD_FRAMES - world->frame;
  n = n > left ? (uint32_t)left : n;
  world_block(world, world->session, world->frame, n, world->out);
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
  const PondParamInfo* info =
      pond_param_info(world_below(world, pond_param_count()));
  const double share = (double)world_below(world, 1001) / 1000.0;
  const double top = info->max > 2.0f ? 2.0 : (double)info->max;
  char at[32];
  (void)snprintf(at, sizeof(at), "at=%llu",
                 (unsigned long long)world->frame + world_below(world, 300));
  const PondArg args[] = {text(info->name), number(share * top), text(at)};
  command(world, "param/set", args, world_below(world, 2) ? 2 : 3);
}

static void do_mode(World* world) {
  static const char* const modes[] = {"predict", "generate", "teacher",
                                      "predict", "nonsense"};
  const PondArg args[] = {text(modes[world_below(world, 5)])};
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
  const PondArg panic[] = {integer(world_below(world, 3) == 0)};
  const PondArg train[] = {
      text("washout=20"), text("horizon=1"),
      text(world_below(world, 2) ? "log10_alpha=-4" : "alpha=auto")};
  switch (world_below(world, 12)) {
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
    default: command(world, plain[world_below(world, 6)], NULL, 0); break;
  }
}

static void do_job(World* world) {
  PondJob* job = pond_session_next_job(world->session);
  PondError error;
  if (!job) {
    return;
  }
  world->counts->jobs += 1;
  if (world_below(world, 6) == 0) {
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
  if (world_below(world, 4) == 0 &&
      !pond_session_snapshot_newest(world->session, &error)) {
    save_snapshot(world);
  }
  const uint64_t at =
      world_below(world, 2) ? 0 : world->frame + world_below(world, 100);
  const PondStatus status = pond_session_snapshot(world->session, at, &error);
  if (status && status != POND_STATUS_BUSY) {
    WORLD_FAIL(world, "snapshot: %s", error.text);
  }
}

static void do_crash(World* world) {
  PondError error;
  PondTree* tree = NULL;
  char path[WORLD_PATH];
  if (!world->saved) {
    return;
  }
  world->counts->crashes += 1;
  pond_session_free(world->session);  // no snapshot, no close: all is lost
  world_start(world);
  world_path(world, "state.safetensors", path);
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
  world_journal(world);
  world->counts->restores += 1;
}

void world_step(World* world) {
  const uint32_t dice = world_below(world, 100);
  if (dice < 55) {
    do_block(world);
  } else if (dice < 80) {
    do_command(world);
  } else if (dice < 85) {
    do_job(world);
  } else if (dice < 89) {
    world_post(world, world_below(world, WORLD_MODELS));
  } else if (dice < 96) {
    do_save(world);
  } else if (dice < 98) {
    do_crash(world);
  }
  if (world_below(world, 3)) {
    pond_session_service(world->session);
  }
}
