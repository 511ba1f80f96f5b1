// SPDX-License-Identifier: ISC
// Putting a stream where a snapshot stood: everything is read and checked
// first, then installed whole. Control side, while no audio thread runs.
#include <inttypes.h>
#include <string.h>

#include "pond/checkpoint.h"
#include "session_core.h"

/// A restore as it is put together; given back whole if anything fails.
typedef struct {
  PondStreamState state;
  PondProgram* programs[POND_ROLE_COUNT];
  PondModel* models[POND_ROLE_COUNT];
} Restored;

static PondStatus role_from_tree(PondSession* session, const PondTree* tree,
                                 uint32_t role, Restored* restored,
                                 PondError* error) {
  PondModel* model = NULL;
  PondStatus status =
      pond_model_from_tree_at(tree, pond_role_prefix(role), &model, error);
  if (status) {
    return status;
  }
  PondModel* onto = restored->models[POND_ROLE_CURRENT];
  if (onto) {
    PondModel* rebased = NULL;
    status = pond_model_rebase(model, onto, &rebased, error);
    pond_model_free(model);
    model = rebased;
  }
  if (!status) {
    restored->models[role] = model;
    status = pond_program_new(model, session->config.kernel,
                              &restored->programs[role], error);
  }
  const bool shares =
      role == POND_ROLE_OLD && restored->state.fade_kind == POND_FADE_READOUT;
  if (!status && !shares) {
    const PondWorkspace workspace = {model, restored->programs[role],
                                     pond_role_prefix(role)};
    status = pond_workspace_from_tree(&workspace, tree, error);
  }
  if (!status) {
    char key[64];
    (void)snprintf(key, sizeof(key), "%spond.via_dry", pond_role_prefix(role));
    restored->programs[role]->via_dry = pond_tree_meta(tree, key) != NULL;
    restored->programs[role]->id = restored->state.program[role];
    restored->programs[role]->at_frame = restored->state.next_at_frame;
  }
  return status;
}

static void drop(Restored* restored) {
  for (uint32_t role = 0; role < POND_ROLE_COUNT; ++role) {
    pond_program_free(restored->programs[role]);
    pond_model_free(restored->models[role]);
  }
}

static PondStatus check_fade(const Restored* restored, PondError* error) {
  const uint32_t kind = restored->state.fade_kind;
  const PondModel* current = restored->models[POND_ROLE_CURRENT];
  const PondModel* old = restored->models[POND_ROLE_OLD];
  const bool shared =
      current && old && pond_model_graph(old) == pond_model_graph(current);
  if ((!current && (old || kind != POND_FADE_NONE)) ||
      (kind == POND_FADE_READOUT && !shared) ||
      (kind == POND_FADE_DRY && !old) || (kind == POND_FADE_NONE && old)) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "the stream state names a fade (kind %" PRIu32
                      ") that does not fit its models",
                      kind);
  }
  return POND_OK;
}

// Programs are told apart by their ids.
static PondStatus check_ids(const uint64_t* ids, PondError* error) {
  for (uint32_t i = 0; i < POND_ROLE_COUNT; ++i) {
    for (uint32_t j = 0; j < i; ++j) {
      if (ids[i] && ids[i] == ids[j]) {
        return pond_error(error, POND_STATUS_BAD_FORMAT,
                          "stream state: \"programs\" names %" PRIu64 " twice",
                          ids[i]);
      }
    }
  }
  return POND_OK;
}

static PondStatus read_all(PondSession* session, const PondTree* tree,
                           Restored* restored, PondError* error) {
  const char* text = pond_tree_meta(tree, "pond.stream");
  if (!text) {
    return pond_error(error, POND_STATUS_NOT_FOUND,
                      "no stream state is in it: it holds a model alone");
  }
  PondStatus status = pond_state_from_json(text, &restored->state, error);
  if (!status) {
    status = check_ids(restored->state.program, error);
  }
  for (uint32_t role = 0; role < POND_ROLE_COUNT && !status; ++role) {
    if (restored->state.program[role]) {
      status = role_from_tree(session, tree, role, restored, error);
    }
  }
  return status ? status : check_fade(restored, error);
}

// The largest id and the newest model: what was posted last.
static void install(PondSession* session, Restored* restored) {
  pond_session_release_all(session);
  pond_model_free(session->newest);
  session->newest = NULL;
  for (uint32_t role = 0; role < POND_ROLE_COUNT; ++role) {
    if (!restored->programs[role]) {
      continue;
    }
    const PondHeld held = {restored->programs[role], restored->models[role],
                           false};
    session->held[session->n_held++] = held;
    if (held.program->id >= session->next_id) {
      session->next_id = held.program->id + 1;
    }
  }
  const uint32_t newest =
      restored->programs[POND_ROLE_NEXT] ? POND_ROLE_NEXT : POND_ROLE_CURRENT;
  session->newest = pond_model_ref(restored->models[newest]);
  session->posted_id = restored->state.program[newest];
  session->applied_id = restored->state.program[POND_ROLE_CURRENT];
  session->n_waiting = restored->state.n_pending;
  session->n_expected = restored->state.n_pending;
  memcpy(session->expected, restored->state.pending, sizeof(session->expected));
  session->expect_swap = restored->state.program[POND_ROLE_NEXT] != 0;
  session->mode = (PondMode)restored->state.mode;
  for (uint32_t i = 0; i < POND_PARAM_COUNT; ++i) {
    session->params[i] = restored->state.params[i].to;
  }
  session->snapshot_have = false;
  pond_stream_restore(session->stream, &restored->state, restored->programs);
}

PondStatus pond_session_restore(PondSession* session, const PondTree* tree,
                                PondError* error) {
  Restored restored;
  memset(&restored, 0, sizeof(restored));
  pond_session_lock(session);
  pond_session_service_locked(session);
  PondStatus status = POND_OK;
  if (session->snapshot_asked || session->posted_id != session->applied_id) {
    status = pond_error(error, POND_STATUS_BUSY,
                        "a snapshot or a model is on its way: restore before, "
                        "or after a block");
  }
  if (!status) {
    status = read_all(session, tree, &restored, error);
  }
  if (status) {
    drop(&restored);
  } else {
    install(session, &restored);
  }
  pond_session_unlock(session);
  return status;
}
