// SPDX-License-Identifier: ISC
// The whole system in one thread, from one seed: blocks, commands, training,
// swaps, saves with a failing disk, crashes, restores. Test support for this
// folder.
#ifndef POND_TESTS_WORLD_H
#define POND_TESTS_WORLD_H

#include "file_ops.h"
#include "pond/session.h"
#include "signals.h"

enum {
  WORLD_MODELS = 3,
  WORLD_FRAMES = 2500,
  WORLD_RATE = 1000,
  WORLD_PATH = 256
};

#define WORLD_FAIL(world, ...)                                                \
  do {                                                                        \
    print_error("seed %llu, frame %llu: ", (unsigned long long)(world)->seed, \
                (unsigned long long)(world)->frame);                          \
    fail_msg(__VA_ARGS__);                                                    \
  } while (0)

/// What happened, over all seeds.
typedef struct {
  uint64_t seeds, blocks, frames, commands, refused, posts, jobs, fits,
      cancelled, saves, failed_saves, crashes, restores, missing, replayed;
} WorldCounts;

typedef struct {
  uint64_t seed;
  uint64_t draws;
  char folder[128];
  PondSession* session;
  PondModel* models[WORLD_MODELS];
  float* in[2];  ///< n_frames a channel, with missing samples
  float* target;
  float* out;  ///< of the surviving timeline
  uint64_t frame;
  bool saved;            ///< a file is there
  uint64_t saved_frame;  ///< of the newest acknowledged save
  PondFileOps ops;       ///< of a disk that fails now and then
  int64_t fail_in;       ///< calls until the next failure; 0: none
  WorldCounts* counts;
} World;

uint32_t world_below(World* world, uint32_t n);
void world_path(const World* world, const char* name, char path[WORLD_PATH]);
/// A disk that fails when `fail_in` comes to an end.
void world_disk(World* world);
/// A session without a model; its journal; a posted model.
void world_start(World* world);
void world_journal(World* world);
void world_post(World* world, uint32_t which);
/// One block of `session` from `frame`; its output has to be finite.
void world_block(World* world, PondSession* session, uint64_t frame, uint32_t n,
                 float* out);
/// Whatever comes next.
void world_step(World* world);

/// Lives through seed `seed`, then replays the journal and compares. Fails the
/// cmocka test, naming the seed, if a promise is broken.
void world_run(uint64_t seed, const char* folder, WorldCounts* counts);
/// The same with a planted fault: the journal's first change after frame 0 is
/// lost. True if the replay differs.
bool world_run_planted(uint64_t seed, const char* folder, WorldCounts* counts);

#endif
