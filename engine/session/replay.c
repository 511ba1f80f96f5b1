// SPDX-License-Identifier: ISC
// Replaying a journal: its events are posted with their frames, block by block.
// Control side.
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "pond/checkpoint.h"
#include "session_core.h"

enum { MAX_PATH = 4096, MAX_JOURNAL_LINES = 1 << 20 };

struct PondReplay {
  char* path;
  json_t* lines;  ///< array, in the order of the file
  size_t next;
};

void pond_replay_free(PondReplay* replay) {
  if (replay) {
    pond_memory_free(replay->path);
    json_decref(replay->lines);
    pond_memory_free(replay);
  }
}

static uint64_t frame_of(const json_t* line) {
  return (uint64_t)json_integer_value(json_object_get(line, "frame"));
}

static PondStatus check_line(const PondReplay* replay, const json_t* line,
                             size_t number, PondError* error) {
  const json_t* frame = json_object_get(line, "frame");
  const size_t n = json_array_size(replay->lines);
  if (!json_is_integer(frame) || json_integer_value(frame) < 0 ||
      !json_is_string(json_object_get(line, "event"))) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "%s, line %zu: needs \"frame\" (0 or more) and \"event\"",
                      replay->path, number);
  }
  if (n > 0 &&
      frame_of(line) < frame_of(json_array_get(replay->lines, n - 1))) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "%s, line %zu: frame %" PRIu64
                      " stands after a later one: sort the journal by frame",
                      replay->path, number, frame_of(line));
  }
  return POND_OK;
}

static PondStatus read_line(PondReplay* replay, const char* text, size_t size,
                            size_t number, PondError* error) {
  json_error_t where;
  json_t* line = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
  if (!line) {
    return pond_error(error, POND_STATUS_BAD_FORMAT, "%s, line %zu: %s",
                      replay->path, number, where.text);
  }
  PondStatus status = POND_OK;
  if (!json_object_get(line, "format")) {
    status = check_line(replay, line, number, error);
    if (!status && (json_array_size(replay->lines) >= MAX_JOURNAL_LINES ||
                    json_array_append(replay->lines, line))) {
      status = pond_error(error, POND_STATUS_LIMIT,
                          "%s: more than %d events, or no memory for them",
                          replay->path, MAX_JOURNAL_LINES);
    }
  }
  json_decref(line);
  return status;
}

static PondStatus read_lines(PondReplay* replay, const char* text,
                             PondError* error) {
  PondStatus status = POND_OK;
  for (size_t number = 1; *text && !status; ++number) {
    const size_t size = strcspn(text, "\n");
    if (strspn(text, " \t\r") < size) {
      status = read_line(replay, text, size, number, error);
    }
    text += size + (text[size] ? 1U : 0U);
  }
  return status;
}

static PondStatus read_file(PondReplay* replay, PondError* error) {
  const uint64_t max_bytes = 1U << 30U;
  uint8_t* bytes = NULL;
  size_t size = 0;
  PondStatus status =
      pond_file_read(replay->path, max_bytes, &bytes, &size, error);
  if (!status) {
    status = read_lines(replay, (const char*)bytes, error);
    free(bytes);
  }
  return status;
}

PondStatus pond_session_replay_open(PondSession* session, const char* path,
                                    PondError* error) {
  PondReplay* replay = (PondReplay*)pond_memory_new(1, sizeof(*replay));
  if (!replay) {
    return pond_error_memory(error, "a journal");
  }
  replay->path = pond_memory_text(path);
  replay->lines = json_array();
  PondStatus status = POND_OK;
  if (!replay->path || !replay->lines) {
    status = pond_error_memory(error, "a journal");
  } else {
    status = read_file(replay, error);
  }
  if (status) {
    pond_replay_free(replay);
    return status;
  }
  pond_session_lock(session);
  pond_replay_free(session->replay);
  session->replay = replay;
  pond_session_unlock(session);
  return POND_OK;
}

static PondStatus replay_param(PondSession* session, const json_t* line,
                               PondError* error) {
  const char* name = json_string_value(json_object_get(line, "name"));
  const json_t* value = json_object_get(line, "value");
  const PondParamInfo* info = name ? pond_param_find(name) : NULL;
  if (!info || !json_is_number(value)) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "%s, frame %" PRIu64
                      ": \"param\" needs the name of a live parameter and a "
                      "value, not \"%s\"",
                      session->replay->path, frame_of(line), name ? name : "");
  }
  return pond_session_set_param_locked(session, info->param,
                                       (float)json_number_value(value),
                                       frame_of(line), error);
}

static PondStatus replay_mode(PondSession* session, const json_t* line,
                              PondError* error) {
  const char* mode = json_string_value(json_object_get(line, "mode"));
  for (uint32_t i = 0; mode && i < 3; ++i) {
    if (strcmp(mode, pond_mode_name((PondMode)i)) == 0) {
      return pond_session_set_mode_locked(session, (PondMode)i, frame_of(line),
                                          error);
    }
  }
  return pond_error(error, POND_STATUS_BAD_FORMAT,
                    "%s, frame %" PRIu64
                    ": \"mode\" is predict, generate or teacher",
                    session->replay->path, frame_of(line));
}

static PondStatus replay_swap(PondSession* session, const json_t* line,
                              PondError* error) {
  const char* file = json_string_value(json_object_get(line, "model"));
  if (!file || strchr(file, '/')) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "%s, frame %" PRIu64
                      ": \"swap\" needs \"model\", a file name in the folder "
                      "%s.d",
                      session->replay->path, frame_of(line),
                      session->replay->path);
  }
  char path[MAX_PATH];
  (void)snprintf(path, sizeof(path), "%s.d/%s", session->replay->path, file);
  PondTree* tree = NULL;
  PondModel* model = NULL;
  PondStatus status = pond_tree_load(path, NULL, &tree, error);
  if (!status) {
    status = pond_model_from_tree(tree, &model, error);
  }
  if (!status) {
    status = pond_session_post_locked(
        session, model, frame_of(line),
        json_is_true(json_object_get(line, "via_dry")), error);
  }
  pond_model_free(model);
  pond_tree_free(tree);
  return status;
}

static PondStatus replay_line(PondSession* session, const json_t* line,
                              PondError* error) {
  const char* event = json_string_value(json_object_get(line, "event"));
  if (strcmp(event, "param") == 0) {
    return replay_param(session, line, error);
  }
  if (strcmp(event, "mode") == 0) {
    return replay_mode(session, line, error);
  }
  if (strcmp(event, "swap") == 0) {
    return replay_swap(session, line, error);
  }
  if (strcmp(event, "guard") == 0) {
    return POND_OK;  // it follows from the rest
  }
  PondEvent plain = {.at_frame = frame_of(line), .kind = POND_EVENT_RESET};
  if (strcmp(event, "panic") == 0) {
    plain.kind = POND_EVENT_PANIC;
    plain.param = json_is_true(json_object_get(line, "on")) ? 1U : 0U;
  } else if (strcmp(event, "reset") != 0) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "%s, frame %" PRIu64
                      ": unknown event \"%s\"; give param, mode, "
                      "swap, reset or panic",
                      session->replay->path, frame_of(line), event);
  }
  return pond_session_send(session, &plain, error);
}

static bool same_event(const PondEvent* event, const json_t* line) {
  const char* kind = json_string_value(json_object_get(line, "event"));
  const char* name = json_string_value(json_object_get(line, "name"));
  const char* mode = json_string_value(json_object_get(line, "mode"));
  const double value = json_number_value(json_object_get(line, "value"));
  switch (event->kind) {
    case POND_EVENT_PARAM:
      return strcmp(kind, "param") == 0 && name &&
             strcmp(name, pond_param_info(event->param)->name) == 0 &&
             (float)value == event->value;
    case POND_EVENT_MODE:
      return strcmp(kind, "mode") == 0 && mode &&
             strcmp(mode, pond_mode_name((PondMode)event->param)) == 0;
    case POND_EVENT_RESET: return strcmp(kind, "reset") == 0;
    case POND_EVENT_PANIC:
      return strcmp(kind, "panic") == 0 &&
             json_is_true(json_object_get(line, "on")) == (event->param != 0);
    default: return false;
  }
}

// What waited in the restored state will apply by itself: the journal has it a
// second time.
static bool is_expected(PondSession* session, const json_t* line) {
  const char* kind = json_string_value(json_object_get(line, "event"));
  if (session->expect_swap && strcmp(kind, "swap") == 0) {
    session->expect_swap = false;
    return true;
  }
  for (uint32_t i = 0; i < session->n_expected; ++i) {
    if (same_event(&session->expected[i], line)) {
      session->n_expected -= 1;
      memmove(&session->expected[i], &session->expected[i + 1],
              (session->n_expected - i) * sizeof(PondEvent));
      return true;
    }
  }
  return false;
}

// A stream that was restored has these behind it.
static bool is_past(const PondSession* session, const json_t* line) {
  return frame_of(line) < session->stream->state.frame;
}

static PondStatus replay_locked(PondSession* session, uint64_t* end,
                                PondError* error) {
  PondReplay* replay = session->replay;
  while (replay && replay->next < json_array_size(replay->lines)) {
    const json_t* line = json_array_get(replay->lines, replay->next);
    if (frame_of(line) >= *end) {
      return POND_OK;
    }
    if (!is_past(session, line) && !is_expected(session, line)) {
      pond_session_service_locked(session);
      const PondStatus status = replay_line(session, line, error);
      if (status == POND_STATUS_BUSY &&
          frame_of(line) > session->stream->state.frame) {
        *end = frame_of(line);
        return POND_OK;
      }
      if (status) {
        return status;
      }
    }
    replay->next += 1;
  }
  return POND_OK;
}

PondStatus pond_session_replay(PondSession* session, uint64_t* end,
                               PondError* error) {
  pond_session_lock(session);
  const PondStatus status = replay_locked(session, end, error);
  pond_session_unlock(session);
  return status;
}
