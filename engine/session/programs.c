// SPDX-License-Identifier: ISC
// Programs that are out: made, posted, taken back, freed. Control side, mutex
// held.
#include <inttypes.h>
#include <time.h>

#include "session_core.h"

PondHeld* pond_session_held(PondSession* session, uint64_t id) {
  for (uint32_t i = 0; i < session->n_held; ++i) {
    if (session->held[i].program->id == id) {
      return &session->held[i];
    }
  }
  return NULL;
}

PondStatus pond_session_hold(PondSession* session, PondModel* model,
                             PondProgram** program, PondError* error) {
  if (session->n_held >= POND_MAX_HELD) {
    return pond_error(error, POND_STATUS_BUSY,
                      "%d models are on their way already: run the stream, or "
                      "wait until it has faded to the newest",
                      POND_MAX_HELD);
  }
  PondProgram* made = NULL;
  const PondStatus status =
      pond_program_new(model, session->config.kernel, &made, error);
  if (status) {
    return status;
  }
  made->id = session->next_id++;
  const PondHeld held = {made, pond_model_ref(model), false};
  session->held[session->n_held++] = held;
  *program = made;
  return POND_OK;
}

static void let_go(PondSession* session, uint32_t at) {
  pond_program_free(session->held[at].program);
  pond_model_free(session->held[at].model);
  session->n_held -= 1;
  session->held[at] = session->held[session->n_held];
}

void pond_session_release(PondSession* session, uint64_t id) {
  for (uint32_t i = 0; i < session->n_held; ++i) {
    if (session->held[i].program->id == id) {
      let_go(session, i);
      return;
    }
  }
}

void pond_session_release_all(PondSession* session) {
  while (session->n_held > 0) {
    let_go(session, 0);
  }
}

// A snapshot on its way may name anything; one that is there names its roles.
static bool is_named(PondSession* session, uint64_t id) {
  if (session->snapshot_asked || pond_session_published_names(session, id)) {
    return true;
  }
  if (!session->snapshot_have) {
    return false;
  }
  for (uint32_t role = 0; role < POND_ROLE_COUNT; ++role) {
    if (session->snapshot.state.program[role] == id) {
      return true;
    }
  }
  return false;
}

void pond_session_reclaim(PondSession* session) {
  PondProgram* program = NULL;
  while ((program = (PondProgram*)pond_mailbox_reclaim(
              &session->stream->mailbox)) != NULL) {
    PondHeld* held = pond_session_held(session, program->id);
    if (held) {
      held->back = true;
    }
  }
  for (uint32_t i = session->n_held; i-- > 0;) {
    if (session->held[i].back &&
        !is_named(session, session->held[i].program->id)) {
      let_go(session, i);
    }
  }
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// Seconds that one frame of `model` costs, on a program of its own.
static double measure(PondSession* session, const PondModel* model) {
  enum { FRAMES = 64 };
  PondProgram* program = NULL;
  if (pond_program_new(model, session->config.kernel, &program, NULL)) {
    return 0.0;
  }
  static const float silence[POND_MAX_CHANNELS];
  PondStepCounts counts = {0, 0};
  const double start = seconds_now();
  for (uint32_t i = 0; i < FRAMES; ++i) {
    pond_program_step(program, silence, 0.0f, NULL, &counts);
  }
  const double seconds = (seconds_now() - start) / (double)FRAMES;
  pond_program_free(program);
  return seconds;
}

// True if both models together would take more of the frame period than they
// may.
static bool is_too_dear(PondSession* session, const PondModel* model) {
  if (session->config.max_load <= 0.0 || !session->newest ||
      pond_model_graph(session->newest) == pond_model_graph(model)) {
    return false;
  }
  const double both =
      measure(session, session->newest) + measure(session, model);
  return both * session->config.rate_hz > session->config.max_load;
}

// After this the newest model is the one that runs.
static void take_back(PondSession* session, uint64_t id) {
  pond_session_release(session, id);
  session->posted_id = session->applied_id;
  pond_model_free(session->newest);
  const PondHeld* running = pond_session_held(session, session->applied_id);
  session->newest = running ? pond_model_ref(running->model) : NULL;
}

// An unread post gives way to one for the same frame or an earlier one: that
// was built from it. One for a later frame has to wait.
static PondStatus make_way(PondSession* session, uint64_t at_frame,
                           PondError* error) {
  PondMailbox* box = &session->stream->mailbox;
  if (session->posted_id == session->applied_id) {
    return POND_OK;
  }
  PondProgram* mail = (PondProgram*)pond_mailbox_withdraw(box);
  if (mail && mail->at_frame >= at_frame) {
    take_back(session, mail->id);
    return POND_OK;
  }
  if (mail) {
    (void)pond_mailbox_post(box, mail);
  }
  return pond_error(error, POND_STATUS_BUSY,
                    "the model posted before waits for its frame or for the "
                    "end of a fade: try again after it took over");
}

static PondStatus check_post(const PondSession* session, const PondModel* model,
                             PondError* error) {
  if (session->mode == POND_MODE_GENERATE &&
      pond_model_out_size(model) != pond_model_feedback_size(model)) {
    return pond_error(
        error, POND_STATUS_MISMATCH,
        "the stream is in free run, but this model's output (%" PRIu32
        ") does not fit its feedback input (%" PRIu32
        "): set mode predict first",
        pond_model_out_size(model), pond_model_feedback_size(model));
  }
  return POND_OK;
}

// A program over `model`, kept beside the journal; NULL if either failed.
static PondProgram* hold_and_keep(PondSession* session, PondModel* model,
                                  PondStatus* status, PondError* error) {
  PondProgram* program = NULL;
  *status = pond_session_hold(session, model, &program, error);
  if (*status || !program) {
    return NULL;
  }
  *status = pond_journal_model(session, program->id, model, error);
  if (*status) {
    pond_session_release(session, program->id);
    return NULL;
  }
  return program;
}

PondStatus pond_session_post_locked(PondSession* session, PondModel* model,
                                    uint64_t at_frame, bool via_dry,
                                    PondError* error) {
  pond_session_reclaim(session);
  PondStatus status = check_post(session, model, error);
  if (!status) {
    status = make_way(session, at_frame, error);
  }
  if (status) {
    return status;
  }
  PondModel* rebased = NULL;
  if (session->newest) {
    status = pond_model_rebase(model, session->newest, &rebased, error);
  } else {
    rebased = pond_model_ref(model);
  }
  if (status) {
    return status;
  }
  PondProgram* program = hold_and_keep(session, rebased, &status, error);
  if (!program) {
    pond_model_free(rebased);
    return status;
  }
  program->at_frame = at_frame;
  program->via_dry = via_dry || is_too_dear(session, rebased);
  session->posted_id = program->id;
  pond_model_free(session->newest);
  session->newest = rebased;
  (void)pond_mailbox_post(&session->stream->mailbox, program);
  return POND_OK;
}
