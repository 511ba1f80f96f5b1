// SPDX-License-Identifier: ISC
// The owner of a running stream: programs, live parameters, snapshots, journal,
// training, and the command table. Control side: calls may come from several
// threads, one mutex inside puts them in order; the audio thread never sees it.
#ifndef POND_SESSION_H
#define POND_SESSION_H

#include "pond/rt.h"
#include "pond/train.h"
#include "pond/types.h"

POND_BEGIN_DECLS

/// All-zero means default, but for `rate_hz`.
typedef struct {
  double rate_hz;       ///< frames per second; fades and ramps follow it
  PondKernelId kernel;  ///< default: the best of this processor
  PondMissing missing;
  double fade_seconds;  ///< of a swap or a mode change; default 0.010
  double ramp_seconds;  ///< of a live parameter; default 0.010
  size_t tap_bytes;     ///< size of the tap ring; default 1 MiB
  size_t state_bytes;   ///< largest state published each block; default
                        ///< 256 KiB (larger ones are cut on request)
  size_t record_bytes;  ///< most memory that recording takes; default
                        ///< 256 MiB
  double max_load;      ///< share of the frame period that two models may
                        ///< take together before a swap fades through dry
                        ///< instead; default 0: never (offline)
} PondSessionConfig;

/// One row of the table of live parameters.
typedef struct {
  const char* name;  ///< "input_gain"
  PondParam param;
  float min, max, initial;
  bool ramped;      ///< false: takes effect at once
  const char* doc;  ///< one line
} PondParamInfo;

/// Types of a command's arguments: 's' text, 'i' integer, 'f' number.
typedef struct {
  char type;
  union {
    const char* s;
    int64_t i;
    double f;
  } value;
} PondArg;

/// Receives the answers of a command, a line of typed values each.
typedef void PondReply(void* context, const PondArg* values, uint32_t n);

/// One row of the command table.
typedef struct {
  const char* name;   ///< "model/load"
  const char* types;  ///< of the positional arguments, such as "sf"
  const char* usage;  ///< "NAME VALUE [at=FRAME]"
  const char* doc;    ///< one line
} PondCommandInfo;

/// What pond_session_service() and commands tell the owner.
typedef struct {
  const char*
      kind;        ///< "swap", "param", "mode", "reset", "panic", "guard", ...
  uint64_t frame;  ///< the exact frame it took effect
  const char* text;  ///< one readable line
} PondNotice;

/// Called from inside pond_session_*(), with the mutex held: do not call back.
typedef void PondOnNotice(void* context, const PondNotice* notice);

POND_API POND_NODISCARD PondStatus pond_session_new(
    const PondSessionConfig* config, PondSession** session, PondError* error);
/// The audio thread must no longer run the stream.
POND_API void pond_session_free(PondSession* session);
POND_API PondStream* pond_session_stream(PondSession* session);
POND_API void pond_session_on_notice(PondSession* session, PondOnNotice* call,
                                     void* context);
/// Does what waits: takes displaced programs back, empties tap and journal
/// rings, finishes saves. Call it often (every 10 ms) from a control thread.
POND_API void pond_session_service(PondSession* session);

/// Posts `model` to take over at `at_frame` (0: the next frame). Same
/// reservoirs: the state goes on and readouts fade; else the state starts at
/// zero and outputs fade. BUSY while an earlier post has not been taken.
POND_API POND_NODISCARD PondStatus pond_session_post(PondSession* session,
                                                     PondModel* model,
                                                     uint64_t at_frame,
                                                     PondError* error);
/// The model posted last, one more reference for the caller; NULL if none.
POND_API PondModel* pond_session_model(PondSession* session);

POND_API uint32_t pond_param_count(void);
POND_API const PondParamInfo* pond_param_info(uint32_t index);
POND_API const PondParamInfo* pond_param_find(const char* name);
/// "predict", "generate" or "teacher"; NULL for another number.
POND_API const char* pond_mode_name(PondMode mode);
/// at_frame 0 is the next frame. BUSY: too many events wait.
POND_API POND_NODISCARD PondStatus pond_session_set_param(PondSession* session,
                                                          PondParam param,
                                                          float value,
                                                          uint64_t at_frame,
                                                          PondError* error);
/// GENERATE is refused, naming both sizes, when output and feedback differ.
POND_API POND_NODISCARD PondStatus pond_session_set_mode(PondSession* session,
                                                         PondMode mode,
                                                         uint64_t at_frame,
                                                         PondError* error);
/// All reservoirs to zero at `at_frame`.
POND_API POND_NODISCARD PondStatus pond_session_reset(PondSession* session,
                                                      uint64_t at_frame,
                                                      PondError* error);
/// Mutes the output within a millisecond, or lets it come back.
POND_API POND_NODISCARD PondStatus pond_session_panic(PondSession* session,
                                                      bool on,
                                                      PondError* error);
POND_API void pond_session_stats(PondSession* session, PondStats* stats);

/// Asks the stream to copy its state at exactly `at_frame` (0: the next
/// frame); the copy is there once pond_session_snapshot_ready() says so.
POND_API POND_NODISCARD PondStatus pond_session_snapshot(PondSession* session,
                                                         uint64_t at_frame,
                                                         PondError* error);
/// Takes the newest state that the stream published of itself (at most 64
/// frames old at the last block's end) as the snapshot, without waiting for a
/// block. BUSY before the first, or when the state is larger than
/// `state_bytes`.
POND_API POND_NODISCARD PondStatus
pond_session_snapshot_newest(PondSession* session, PondError* error);
/// True when the copy has come; `frame` is the next frame it would run.
POND_API bool pond_session_snapshot_ready(PondSession* session,
                                          uint64_t* frame);
/// Model and state of the snapshot as a tree, or into a file.
POND_API POND_NODISCARD PondStatus pond_session_to_tree(PondSession* session,
                                                        PondTree* tree,
                                                        PondError* error);
POND_API POND_NODISCARD PondStatus pond_session_save(PondSession* session,
                                                     const char* path,
                                                     PondError* error);
/// Puts the stream where the snapshot in `tree` stood, bit for bit. Only while
/// no audio thread runs the stream. NOT_FOUND if it holds no state.
POND_API POND_NODISCARD PondStatus pond_session_restore(PondSession* session,
                                                        const PondTree* tree,
                                                        PondError* error);
/// XXH3-64 of the snapshot's state, for comparing two streams.
POND_API uint64_t pond_session_state_hash(PondSession* session);

/// Writes every applied event, with its frame, as one line of JSON to `path`,
/// and the models that take over into the folder `path`.d. A stream past frame
/// 0 goes on with an old journal, cut to what happened before its frame.
POND_API POND_NODISCARD PondStatus pond_session_journal_open(
    PondSession* session, const char* path, PondError* error);
POND_API POND_NODISCARD PondStatus
pond_session_journal_close(PondSession* session, PondError* error);
/// Reads a journal; pond_session_replay() then posts what is due before
/// `*end`, the frame at which the coming block is to end, and moves `*end` back
/// where all of it cannot be posted at once. Call it before each block.
POND_API POND_NODISCARD PondStatus pond_session_replay_open(
    PondSession* session, const char* path, PondError* error);
POND_API POND_NODISCARD PondStatus pond_session_replay(PondSession* session,
                                                       uint64_t* end,
                                                       PondError* error);

/// Recording for training, from the tap.
POND_API POND_NODISCARD PondStatus pond_session_record(PondSession* session,
                                                       bool on,
                                                       PondError* error);
/// Frames recorded so far.
POND_API uint64_t pond_session_recorded(PondSession* session);
/// Starts a fit of what was recorded; the job waits in
/// pond_session_next_job(). When it has run, pond_session_service() posts the
/// new readout; pond_session_undo() posts the one before.
POND_API POND_NODISCARD PondStatus pond_session_train(
    PondSession* session, const PondRidgeConfig* config, PondError* error);
/// The job that waits to be run, or NULL. Run it with pond_job_run() on any
/// thread; it stays the session's.
POND_API PondJob* pond_session_next_job(PondSession* session);
POND_API POND_NODISCARD PondStatus pond_session_undo(PondSession* session,
                                                     PondError* error);

POND_API uint32_t pond_command_count(void);
POND_API const PondCommandInfo* pond_command_info(uint32_t index);
/// A command as it came in, and where its answers go.
typedef struct {
  const char* name;
  const PondArg* args;  ///< positional ones, then texts "key=value"
  uint32_t n_args;
  PondReply* reply;  ///< NULL: nobody listens
  void* context;     ///< of `reply`
} PondCommandLine;
/// Checks name, types and ranges, then carries the command out.
POND_API POND_NODISCARD PondStatus pond_session_command(
    PondSession* session, const PondCommandLine* line, PondError* error);

POND_END_DECLS

#endif
