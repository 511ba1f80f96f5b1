// SPDX-License-Identifier: ISC
// The inside of a session, for the files of this room only. Control side, with
// the session's mutex held.
#ifndef POND_SESSION_CORE_H
#define POND_SESSION_CORE_H

#include <pthread.h>
#include <stdio.h>

#include "errors.h"
#include "pond/session.h"
#include "sealed.h"
#include "stream.h"

enum {
  POND_MAX_HELD =
      8,  ///< programs alive at once: current, old, next, on the way
  POND_JOURNAL_BYTES = 1 << 16
};

/// A program that is out, and the model that it runs.
typedef struct {
  PondProgram* program;
  PondModel* model;
  bool back;  ///< displaced, and to be freed when nothing names it
} PondHeld;

typedef struct PondReplay PondReplay;
typedef struct PondRecording PondRecording;

struct PondSession {
  pthread_mutex_t mutex;
  PondSessionConfig config;
  void* memory;  ///< of the stream
  PondStream* stream;
  PondHeld held[POND_MAX_HELD];
  uint32_t n_held;
  uint64_t next_id;
  uint64_t posted_id;   ///< newest program posted
  uint64_t applied_id;  ///< newest program that took over
  PondModel* newest;    ///< its model, one reference
  PondModel* undo;      ///< the model before the last training, one reference
  uint32_t n_waiting;   ///< events posted and not yet applied

  PondSnapshot snapshot;
  size_t snapshot_floats;  ///< allocated
  bool snapshot_asked;
  bool snapshot_have;
  bool published_have;  ///< the triple buffer has held a state

  PondMode mode;                   ///< asked for last
  float params[POND_PARAM_COUNT];  ///< asked for last

  PondEvent expected[POND_MAX_PENDING];  ///< waiting in the restored state
  uint32_t n_expected;
  bool expect_swap;

  FILE* journal;
  char* journal_path;
  bool journal_failed;
  PondReplay* replay;
  PondRecording* recording;
  PondJob* job;
  void* job_reader;  ///< rows of the recording, for the job
  bool job_given;    ///< the owner has it

  PondOnNotice* notice;
  void* notice_context;
};

/// Locks for the length of a call.
void pond_session_lock(PondSession* session);
void pond_session_unlock(PondSession* session);

/// Calls of the public header with the mutex held.
void pond_session_service_locked(PondSession* session);
PondStatus pond_session_set_param_locked(PondSession* session, PondParam param,
                                         float value, uint64_t at_frame,
                                         PondError* error);
PondStatus pond_session_set_mode_locked(PondSession* session, PondMode mode,
                                        uint64_t at_frame, PondError* error);
PondStatus pond_session_snapshot_locked(PondSession* session, uint64_t at_frame,
                                        PondError* error);
bool pond_session_snapshot_ready_locked(PondSession* session, uint64_t* frame);
PondStatus pond_session_to_tree_locked(PondSession* session, PondTree* tree,
                                       PondError* error);

/// True if the newest published state names program `id`.
/// (session_snapshot.c)
bool pond_session_published_names(PondSession* session, uint64_t id);

/// Sends one event; BUSY when too many wait. (session_live.c)
PondStatus pond_session_send(PondSession* session, const PondEvent* event,
                             PondError* error);
/// Tells the owner. (session.c)
void pond_session_tell(PondSession* session, const char* kind, uint64_t frame,
                       const char* format, ...)
    __attribute__((format(printf, 4, 5)));

/// The entry that holds program `id`; NULL if it is not out. (programs.c)
PondHeld* pond_session_held(PondSession* session, uint64_t id);
/// Makes a program over `model` (one more reference) with the next id.
PondStatus pond_session_hold(PondSession* session, PondModel* model,
                             PondProgram** program, PondError* error);
/// Lets program `id` go.
void pond_session_release(PondSession* session, uint64_t id);
/// Lets all go; no audio thread runs them.
void pond_session_release_all(PondSession* session);
/// Takes displaced programs back and frees what nothing names.
void pond_session_reclaim(PondSession* session);
/// pond_session_post() with the mutex held.
PondStatus pond_session_post_locked(PondSession* session, PondModel* model,
                                    uint64_t at_frame, bool via_dry,
                                    PondError* error);

/// A model with the readouts of `model` over the reservoirs of `onto` if both
/// have equal reservoirs and normalisers; else `model` itself. One reference
/// for the caller. (rebase.c)
PondStatus pond_model_rebase(PondModel* model, PondModel* onto, PondModel** out,
                             PondError* error);

/// Writes one applied event into the journal; `file` of a swap is kept beside
/// it. (journal.c)
void pond_journal_event(PondSession* session, const PondEvent* event);
/// Keeps the model of a posted program beside the journal.
PondStatus pond_journal_model(PondSession* session, uint64_t id,
                              const PondModel* model, PondError* error);
void pond_replay_free(PondReplay* replay);

/// Empties the tap into the recording. (record.c)
void pond_recording_service(PondSession* session);
void pond_recording_free(PondRecording* recording);
/// Takes the result of a finished job. (session_train.c)
void pond_session_finish_job(PondSession* session);

/// Stream state to metadata and back. (state_json.c)
PondStatus pond_state_to_json(const PondStreamState* state, char** text,
                              PondError* error);
PondStatus pond_state_from_json(const char* text, PondStreamState* state,
                                PondError* error);
/// A program's workspace, and where it stands in a tree. (workspace_tree.c)
typedef struct {
  const PondModel* model;
  const PondProgram* program;
  const char* prefix;
} PondWorkspace;
PondStatus pond_workspace_to_tree(const PondWorkspace* workspace,
                                  const float* floats, PondTree* tree,
                                  PondError* error);
PondStatus pond_workspace_from_tree(const PondWorkspace* workspace,
                                    const PondTree* tree, PondError* error);
/// "", "old/" or "next/". (session_snapshot.c)
const char* pond_role_prefix(uint32_t role);
/// A model under a prefix ("", "old/", "next/"). (model_tree.c)
PondStatus pond_model_to_tree_at(const PondModel* model, const char* prefix,
                                 PondTree* tree, PondError* error);
PondStatus pond_model_from_tree_at(const PondTree* tree, const char* prefix,
                                   PondModel** model, PondError* error);

#endif
