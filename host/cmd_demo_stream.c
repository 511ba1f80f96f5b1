// SPDX-License-Identifier: ISC
// echopond demo-stream: the demo's child. A real-time thread streams; this
// thread saves its state now and then, until the end or a SIGKILL. Main thread.
#include "command_list.h"
#include "demo_shared.h"
#include "model_file.h"
#include "options.h"
#include "report.h"

#include "pond/engine.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

typedef struct {
  const char* state;
  const char* input;
  const char* shared;
  uint64_t n_block;
  double speed;
  PondKernelId kernel;
} Settings;

enum { KEY_SHARED = HOST_KEY_FIRST, KEY_BLOCK, KEY_KERNEL, KEY_SPEED };

static const struct argp_option g_options[] = {
    {"input", 'i', "IN", 0, "The recording", 0},
    {"shared", KEY_SHARED, "FILE", 0, "Where the parent looks on", 0},
    {"block", KEY_BLOCK, "N", 0, "Frames in a block", 0},
    {"kernel", KEY_KERNEL, "K", 0, "Which kernels compute", 0},
    {"speed", KEY_SPEED, "X", 0, "Times faster than life", 0},
    {0}};

static bool set(void* context, int key, const char* value, HostUsage* usage) {
  Settings* s = context;
  switch (key) {
    case 'i': s->input = value; return true;
    case KEY_SHARED: s->shared = value; return true;
    case KEY_KERNEL: return host_take_kernel(usage, value, &s->kernel);
    case KEY_BLOCK:
      return host_take_integer(usage, (HostGiven){"--block", value}, 1, 65536,
                               &s->n_block);
    case KEY_SPEED:
      return host_take_number(usage, (HostGiven){"--speed", value}, 1e-3, 1e6,
                              &s->speed);
    default: s->state = value; return true;
  }
}

static bool check(void* context, HostUsage* usage) {
  const Settings* s = context;
  return s->state && s->input && s->shared
             ? true
             : host_usage(usage, "give STATE, -i IN and --shared FILE");
}

static const HostCommandLine g_line = {"demo-stream",
                                       g_options,
                                       "STATE -i IN --shared FILE",
                                       "A part of echopond demo.",
                                       set,
                                       check};

static void wait_ms(long ms) {
  struct timespec step = {.tv_nsec = ms * 1000000};
  nanosleep(&step, NULL);
}

// A snapshot at the next frame, once its output is with the parent, saved over
// the file that this stream came from.
static PondStatus save(const Settings* s, PondSession* session,
                       HostShared* shared, const HostClock* clock,
                       PondError* error) {
  uint64_t frame = 0;
  uint64_t first = atomic_load(&shared->first_frame);
  PondStatus status = pond_session_snapshot(session, 0, error);
  if (status) {
    return status;
  }
  while (!pond_session_snapshot_ready(session, &frame) ||
         first + atomic_load(&shared->counts.n_rows) < frame) {
    if (host_clock_has_ended(clock)) {
      return POND_OK;
    }
    wait_ms(1);
  }
  status = pond_session_save(session, s->state, error);
  if (!status) {
    atomic_fetch_add(&shared->n_saves, 1);
  }
  return status;
}

static PondStatus stream_rows(const Settings* s, PondSession* session,
                              HostShared* shared, const HostRows* rows,
                              PondError* error) {
  HostClock clock;
  uint64_t first = pond_stream_frame(pond_session_stream(session));
  HostClockConfig config = {.stream = pond_session_stream(session),
                            .rows_in = rows->data + first,
                            .rows_out = host_shared_rows(shared) + first,
                            .n_rows = rows->n_rows - first,
                            .n_in = 1,
                            .n_out = 1,
                            .n_block = (uint32_t)s->n_block,
                            .frames_per_second = rows->rate_hz * s->speed,
                            .counts = &shared->counts};
  atomic_store(&shared->first_frame, first);
  PondStatus status = host_clock_start(&clock, &config, error);
  if (status) {
    return status;
  }
  atomic_store(&shared->is_realtime, clock.is_realtime);
  for (int step = 1; !host_clock_has_ended(&clock); step++) {
    wait_ms(10);
    pond_session_service(session);
    if (!status && step % 16 == 0) {
      status = save(s, session, shared, &clock, error);
    }
  }
  host_clock_join(&clock);
  return status;
}

static PondStatus resume(const Settings* s, PondModel** model,
                         PondSession** session, double rate_hz,
                         PondError* error) {
  PondTree* tree = NULL;
  PondSessionConfig config = {.rate_hz = rate_hz, .kernel = s->kernel};
  PondStatus status = host_model_load(s->state, model, &tree, error);
  if (!status) {
    status = pond_session_new(&config, session, error);
  }
  if (!status) {
    status = pond_session_restore(*session, tree, error);
  }
  pond_tree_free(tree);
  if (!status &&
      (pond_model_in_size(*model) != 1 || pond_model_out_size(*model) != 1)) {
    status = host_error(error, POND_STATUS_MISMATCH,
                        "%s: the demo streams one channel", s->state);
  }
  return status;
}

static PondStatus run_all(const Settings* s, PondError* error) {
  HostReader* reader = NULL;
  HostRows rows = {0};
  HostShared* shared = NULL;
  PondModel* model = NULL;
  PondSession* session = NULL;
  HostSource source = {s->input, NULL, 1, "the demo"};
  PondStatus status = host_reader_new(&source, &reader, error);
  if (!status) {
    status = host_rows_load(reader, &rows, error);
  }
  host_reader_free(reader);
  if (!status) {
    status = host_shared_open(s->shared, rows.n_rows, &shared, error);
  }
  if (!status) {
    status = resume(s, &model, &session, rows.rate_hz, error);
  }
  if (!status) {
    status = stream_rows(s, session, shared, &rows, error);
  }
  pond_session_free(session);
  pond_model_free(model);
  host_shared_free(shared, rows.n_rows);
  host_rows_free(&rows);
  return status;
}

int host_demo_stream(int argc, char** argv) {
  Settings settings = {.n_block = 16, .speed = 1};
  PondError error = {0};
  HostParsed parsed = host_parse(&g_line, argc, argv, &settings);
  if (parsed != HOST_PARSED) {
    return parsed == HOST_PARSED_HELP ? HOST_DONE : HOST_USAGE;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return run_all(&settings, &error) ? host_fail("demo-stream", &error)
                                    : HOST_DONE;
}
