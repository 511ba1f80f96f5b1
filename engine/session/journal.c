// SPDX-License-Identifier: ISC
// The journal: every applied event with its frame, a line of JSON each, and the
// models that took over beside it, in the folder FILE.d. Control side.
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "pond/checkpoint.h"
#include "pond/engine.h"
#include "session_core.h"

enum { MAX_PATH = 4096 };

static void model_path(char* path, const char* journal, uint64_t id) {
  (void)snprintf(path, MAX_PATH, "%s.d/%" PRIu64 ".safetensors", journal, id);
}

static json_t* line_of(const PondEvent* event) {
  const json_int_t frame = (json_int_t)event->at_frame;
  char file[64];
  switch (event->kind) {
    case POND_EVENT_PARAM:
      return json_pack("{s:I,s:s,s:s,s:f}", "frame", frame, "event", "param",
                       "name", pond_param_info(event->param)->name, "value",
                       (double)event->value);
    case POND_EVENT_MODE:
      return json_pack("{s:I,s:s,s:s}", "frame", frame, "event", "mode", "mode",
                       pond_mode_name((PondMode)event->param));
    case POND_EVENT_RESET:
      return json_pack("{s:I,s:s}", "frame", frame, "event", "reset");
    case POND_EVENT_PANIC:
      return json_pack("{s:I,s:s,s:b}", "frame", frame, "event", "panic", "on",
                       (int)event->param);
    case POND_EVENT_SWAP:
      (void)snprintf(file, sizeof(file), "%" PRIu64 ".safetensors", event->id);
      return json_pack("{s:I,s:s,s:s,s:b}", "frame", frame, "event", "swap",
                       "model", file, "via_dry", (int)event->param);
    case POND_EVENT_GUARD:
      return json_pack("{s:I,s:s,s:b}", "frame", frame, "event", "guard", "on",
                       (int)event->param);
    default: return NULL;  // the tap changes nothing that is heard
  }
}

static const char* kind_name(uint32_t kind) {
  static const char* const names[] = {"param", "mode", "reset", "panic",
                                      "tap",   "swap", "guard"};
  return names[kind];
}

static void write_line(PondSession* session, const json_t* line) {
  enum { DIGITS = 17 };
  if (session->journal_failed) {
    return;
  }
  if (json_dumpf(line, session->journal,
                 JSON_COMPACT | JSON_REAL_PRECISION(DIGITS)) ||
      fputc('\n', session->journal) == EOF || fflush(session->journal)) {
    session->journal_failed = true;
    pond_session_tell(session, "error", 0,
                      "the journal %s cannot be written (full disk?): the "
                      "stream goes on without it",
                      session->journal_path);
  }
}

void pond_journal_event(PondSession* session, const PondEvent* event) {
  json_t* line = line_of(event);
  if (line && session->journal) {
    write_line(session, line);
  }
  char* text = line && session->notice ? json_dumps(line, JSON_COMPACT) : NULL;
  if (text) {
    pond_session_tell(session, kind_name(event->kind), event->at_frame, "%s",
                      text);
    free(text);
  }
  json_decref(line);
}

PondStatus pond_journal_model(PondSession* session, uint64_t id,
                              const PondModel* model, PondError* error) {
  if (!session->journal) {
    return POND_OK;
  }
  char path[MAX_PATH];
  model_path(path, session->journal_path, id);
  PondTree* tree = NULL;
  PondStatus status = pond_tree_new(&tree, error);
  if (!status) {
    status = pond_model_to_tree(model, tree, error);
  }
  if (!status) {
    status = pond_tree_save(tree, path, error);
  }
  pond_tree_free(tree);
  return status;
}

static void write_head(PondSession* session) {
  json_t* head =
      json_pack("{s:s,s:i,s:i,s:f}", "format", "echopond-journal", "version", 1,
                "numerics", POND_NUMERICS, "rate_hz", session->config.rate_hz);
  if (head) {
    write_line(session, head);
  }
  json_decref(head);
}

// Bytes of the lines of `text` that happened before `frame`.
static size_t lines_before(const char* text, uint64_t frame) {
  size_t kept = 0;
  for (const char* end = strchr(text, '\n'); end;
       end = strchr(text + kept, '\n')) {
    const size_t size = (size_t)(end - text) + 1 - kept;
    json_t* line = json_loadb(text + kept, size, 0, NULL);
    const json_t* at = json_object_get(line, "frame");
    const bool before =
        line && (!at || (json_is_integer(at) && json_integer_value(at) >= 0 &&
                         (uint64_t)json_integer_value(at) < frame));
    json_decref(line);
    if (!before) {
      break;
    }
    kept += size;
  }
  return kept;
}

// A resumed stream goes on with its journal: what a lost continuation wrote is
// cut off.
static PondStatus cut(const char* path, uint64_t frame, bool* exists,
                      PondError* error) {
  const uint64_t max_bytes = 1U << 30U;
  uint8_t* bytes = NULL;
  size_t size = 0;
  *exists = false;
  if (frame == 0) {
    return POND_OK;
  }
  PondStatus status = pond_file_read(path, max_bytes, &bytes, &size, error);
  if (status == POND_STATUS_NOT_FOUND) {
    return POND_OK;
  }
  if (!status) {
    const size_t kept = lines_before((const char*)bytes, frame);
    *exists = kept > 0;
    status = kept < size ? pond_file_write(path, bytes, kept, error) : POND_OK;
    free(bytes);
  }
  return status;
}

static PondStatus open_locked(PondSession* session, const char* path,
                              PondError* error) {
  if (session->journal) {
    return pond_error(error, POND_STATUS_BUSY, "the journal %s is open already",
                      session->journal_path);
  }
  PondStats stats;
  bool exists = false;
  pond_stream_stats(session->stream, &stats);
  const PondStatus status = cut(path, stats.frame, &exists, error);
  char* copy = status ? NULL : pond_memory_text(path);
  if (!copy) {
    return status ? status : pond_error_memory(error, "a journal");
  }
  FILE* file = fopen(path, exists ? "ae" : "we");
  if (!file) {
    pond_memory_free(copy);
    return pond_error(error, POND_STATUS_IO,
                      "cannot write the journal %s: is its folder there, and "
                      "yours to write?",
                      path);
  }
  session->journal = file;
  session->journal_path = copy;
  session->journal_failed = false;
  if (!exists) {
    write_head(session);
  }
  return POND_OK;
}

PondStatus pond_session_journal_open(PondSession* session, const char* path,
                                     PondError* error) {
  pond_session_lock(session);
  const PondStatus status = open_locked(session, path, error);
  pond_session_unlock(session);
  return status;
}

PondStatus pond_session_journal_close(PondSession* session, PondError* error) {
  pond_session_lock(session);
  pond_session_service_locked(session);
  PondStatus status = POND_OK;
  if (session->journal) {
    const bool failed = fclose(session->journal) != 0;
    if (failed || session->journal_failed) {
      status = pond_error(error, POND_STATUS_IO,
                          "the journal %s is not whole: writing it failed",
                          session->journal_path);
    }
    session->journal = NULL;
    pond_memory_free(session->journal_path);
    session->journal_path = NULL;
  }
  pond_session_unlock(session);
  return status;
}
