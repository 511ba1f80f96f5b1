// SPDX-License-Identifier: ISC
// Snapshots: asked for, received, put in a tree or a file. Control side.
#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

#include "alloc.h"
#include "pond/checkpoint.h"
#include "session_core.h"

const char* pond_role_prefix(uint32_t role) {
  static const char* const prefixes[POND_ROLE_COUNT] = {"", "old/", "next/"};
  return prefixes[role];
}

// Room for all programs that are out: more than a snapshot can name.
static PondStatus make_room(PondSession* session, PondError* error) {
  size_t floats = 0;
  for (uint32_t i = 0; i < session->n_held; ++i) {
    floats += session->held[i].program->n_state;
  }
  if (floats > UINT32_MAX) {
    return pond_error(error, POND_STATUS_LIMIT,
                      "the state has %zu values, a snapshot at most %" PRIu32,
                      floats, UINT32_MAX);
  }
  if (floats > session->snapshot_floats || !session->snapshot.floats) {
    float* memory = (float*)pond_memory_new(floats, sizeof(float));
    if (!memory) {
      return pond_error_memory(error, "a snapshot");
    }
    pond_memory_free(session->snapshot.floats);
    session->snapshot.floats = memory;
    session->snapshot_floats = floats;
    session->snapshot.capacity = (uint32_t)floats;
  }
  return POND_OK;
}

PondStatus pond_session_snapshot_locked(PondSession* session, uint64_t at_frame,
                                        PondError* error) {
  if (session->snapshot_asked) {
    return pond_error(error, POND_STATUS_BUSY,
                      "a snapshot is under way: wait until it is ready");
  }
  const PondStatus status = make_room(session, error);
  if (status) {
    return status;
  }
  session->snapshot_have = false;
  session->snapshot_asked = true;
  session->stream->slot_frame = at_frame;
  session->stream->slot_snapshot = &session->snapshot;
  (void)pond_slot_ask(&session->stream->slot);
  return POND_OK;
}

PondStatus pond_session_snapshot(PondSession* session, uint64_t at_frame,
                                 PondError* error) {
  pond_session_lock(session);
  const PondStatus status =
      pond_session_snapshot_locked(session, at_frame, error);
  pond_session_unlock(session);
  return status;
}

// The snapshot at the front of the triple buffer; NULL before the first.
static const PondSnapshot* newest_published(PondSession* session) {
  PondStream* stream = session->stream;
  session->published_have |= pond_triple_update(&stream->triple);
  return session->published_have
             ? &stream->published[pond_triple_front(&stream->triple)]
             : NULL;
}

bool pond_session_published_names(PondSession* session, uint64_t id) {
  const PondSnapshot* newest = newest_published(session);
  for (uint32_t role = 0; newest && role < POND_ROLE_COUNT; ++role) {
    if (newest->state.program[role] == id) {
      return true;
    }
  }
  return false;
}

static PondStatus take_newest(PondSession* session, PondError* error) {
  const PondSnapshot* newest = newest_published(session);
  if (!newest || !newest->whole || session->snapshot_asked) {
    return pond_error(error, POND_STATUS_BUSY,
                      "no whole state was published yet, or a snapshot is "
                      "under way: ask for one at a frame");
  }
  const PondStatus status = make_room(session, error);
  if (status) {
    return status;
  }
  size_t n = 0;
  for (uint32_t role = 0; role < POND_ROLE_COUNT; ++role) {
    n += newest->n_floats[role];
  }
  // make_room() counts all programs that are out, so these fit.
  float* floats = session->snapshot.floats;
  const uint32_t capacity = session->snapshot.capacity;
  session->snapshot = *newest;
  session->snapshot.floats = floats;
  session->snapshot.capacity = capacity;
  memcpy(floats, newest->floats, n * sizeof(float));
  session->snapshot_have = true;
  return POND_OK;
}

PondStatus pond_session_snapshot_newest(PondSession* session,
                                        PondError* error) {
  pond_session_lock(session);
  const PondStatus status = take_newest(session, error);
  pond_session_unlock(session);
  return status;
}

bool pond_session_snapshot_ready_locked(PondSession* session, uint64_t* frame) {
  if (session->snapshot_asked && pond_slot_filled(&session->stream->slot)) {
    pond_slot_clear(&session->stream->slot);
    session->snapshot_asked = false;
    session->snapshot_have = true;
  }
  if (session->snapshot_have && frame) {
    *frame = session->snapshot.state.frame;
  }
  return session->snapshot_have;
}

bool pond_session_snapshot_ready(PondSession* session, uint64_t* frame) {
  pond_session_lock(session);
  const bool ready = pond_session_snapshot_ready_locked(session, frame);
  pond_session_unlock(session);
  return ready;
}

// Model and workspace of one role. Programs over the current one's graph keep
// that relation: it decides how they fade.
static PondStatus role_to_tree(PondSession* session, uint32_t role,
                               const float* floats, PondTree* tree,
                               PondError* error) {
  const PondSnapshot* snapshot = &session->snapshot;
  const PondHeld* held =
      pond_session_held(session, snapshot->state.program[role]);
  if (!held) {
    return pond_error(error, POND_STATUS_NOT_FOUND,
                      "the snapshot names a model that is gone");
  }
  PondStatus status =
      pond_model_to_tree_at(held->model, pond_role_prefix(role), tree, error);
  if (!status && snapshot->n_floats[role] > 0) {
    const PondWorkspace workspace = {held->model, held->program,
                                     pond_role_prefix(role)};
    status = pond_workspace_to_tree(&workspace, floats, tree, error);
  }
  if (!status && held->program->via_dry) {
    char key[64];
    (void)snprintf(key, sizeof(key), "%spond.via_dry", pond_role_prefix(role));
    status = pond_tree_set_meta(tree, key, "true", error);
  }
  return status;
}

static PondStatus state_to_tree(const PondSession* session, PondTree* tree,
                                PondError* error) {
  char* text = NULL;
  PondStatus status =
      pond_state_to_json(&session->snapshot.state, &text, error);
  if (!status) {
    status = pond_tree_set_meta(tree, "pond.stream", text, error);
    pond_memory_free(text);
  }
  return status;
}

PondStatus pond_session_to_tree_locked(PondSession* session, PondTree* tree,
                                       PondError* error) {
  if (!pond_session_snapshot_ready_locked(session, NULL)) {
    return pond_error(error, POND_STATUS_BUSY,
                      "no snapshot is there: ask for one, then let the stream "
                      "run a block");
  }
  const PondSnapshot* snapshot = &session->snapshot;
  if (!snapshot->whole) {
    return pond_error(error, POND_STATUS_BUSY,
                      "a larger model came in between: ask for the snapshot "
                      "again");
  }
  if (!snapshot->state.program[POND_ROLE_CURRENT] &&
      !snapshot->state.program[POND_ROLE_NEXT]) {
    return pond_error(error, POND_STATUS_NOT_FOUND,
                      "the stream has no model yet: nothing to save");
  }
  PondStatus status = state_to_tree(session, tree, error);
  const float* floats = snapshot->floats;
  for (uint32_t role = 0; role < POND_ROLE_COUNT && !status; ++role) {
    if (snapshot->state.program[role]) {
      status = role_to_tree(session, role, floats, tree, error);
      floats += snapshot->n_floats[role];
    }
  }
  return status;
}

PondStatus pond_session_to_tree(PondSession* session, PondTree* tree,
                                PondError* error) {
  pond_session_lock(session);
  const PondStatus status = pond_session_to_tree_locked(session, tree, error);
  pond_session_unlock(session);
  return status;
}

PondStatus pond_session_save(PondSession* session, const char* path,
                             PondError* error) {
  PondTree* tree = NULL;
  PondStatus status = pond_tree_new(&tree, error);
  if (!status) {
    status = pond_session_to_tree(session, tree, error);
  }
  // Writing takes time: the mutex is free meanwhile.
  if (!status) {
    status = pond_tree_save(tree, path, error);
  }
  pond_tree_free(tree);
  return status;
}

uint64_t pond_session_state_hash(PondSession* session) {
  pond_session_lock(session);
  uint64_t hash = 0;
  if (pond_session_snapshot_ready_locked(session, NULL) &&
      session->snapshot.whole) {
    const PondSnapshot* snapshot = &session->snapshot;
    size_t n = 0;
    for (uint32_t role = 0; role < POND_ROLE_COUNT; ++role) {
      n += snapshot->n_floats[role];
    }
    hash = XXH3_64bits_withSeed(snapshot->floats, n * sizeof(float),
                                snapshot->state.frame);
  }
  pond_session_unlock(session);
  return hash;
}
