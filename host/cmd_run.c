// SPDX-License-Identifier: ISC
// echopond run: predicts a file or pipe, row by row, and resumes. Main thread.
#include "command_list.h"
#include "driver_offline.h"
#include "interrupt.h"
#include "model_file.h"
#include "report.h"
#include "run_settings.h"

#include "pond/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const HostRunSettings* settings;
  PondModel* model;
  PondTree* tree;
  PondSession* session;
  HostReader* in;
  HostWriter* out;
} Run;

static double choose_rate(const Run* run, double unknown) {
  if (run->settings->rate_hz > 0) {
    return run->settings->rate_hz;
  }
  if (run->in->rate_hz > 0) {
    return run->in->rate_hz;
  }
  double rate_hz = pond_model_fit(run->model)->rate_hz;
  return rate_hz > 0 ? rate_hz : unknown;
}

static PondStatus send_events(const Run* run, PondError* error) {
  const HostRunSettings* s = run->settings;
  PondStatus status = POND_OK;
  for (uint32_t i = 0; !status && i < s->n_params; i++) {
    status = pond_session_set_param(run->session, s->params[i], s->values[i], 0,
                                    error);
  }
  if (!status && s->has_mode) {
    status = pond_session_set_mode(run->session, s->mode, 0, error);
  }
  return status;
}

static PondStatus load_state(const Run* run, PondError* error) {
  PondError cause;
  PondStatus status = pond_session_restore(run->session, run->tree, &cause);
  if (status == POND_STATUS_NOT_FOUND) {
    return host_error(error, status,
                      "%s: it holds no stream state for --load-states; give a "
                      "file that --save-state wrote, or leave the option out",
                      run->settings->model);
  }
  if (status) {
    host_error(error, status, "%s: %.900s", run->settings->model, cause.text);
  }
  return status;
}

static PondStatus start_session(Run* run, PondError* error) {
  const HostRunSettings* s = run->settings;
  PondSessionConfig config = {.rate_hz = choose_rate(run, 1),
                              .kernel = s->kernel,
                              .missing = s->missing};
  PondStatus status = pond_session_new(&config, &run->session, error);
  if (!status && s->load_states) {
    status = load_state(run, error);
  }
  if (!status && s->journal) {
    status = pond_session_journal_open(run->session, s->journal, error);
  }
  if (!status && s->replay) {
    status = pond_session_replay_open(run->session, s->replay, error);
  }
  if (!status && !s->load_states) {
    status = pond_session_post(run->session, run->model, 0, error);
  }
  return status ? status : send_events(run, error);
}

static PondStatus open_in(Run* run, PondError* error) {
  const HostRunSettings* s = run->settings;
  HostSource source = {s->input, s->format, pond_model_in_size(run->model),
                       s->model};
  PondStatus status = host_reader_new(&source, &run->in, error);
  return status ? status : host_reader_skip(run->in, s->start, error);
}

static PondStatus open_out(Run* run, PondError* error) {
  HostSink sink = {run->settings->output, run->settings->format,
                   pond_model_out_size(run->model), choose_rate(run, 0)};
  return host_writer_new(&sink, &run->out, error);
}

static PondStatus drive(const Run* run, PondError* error) {
  const HostRunSettings* s = run->settings;
  uint64_t n_done;
  HostDrive all = {run->session, run->in, run->out, (uint32_t)s->n_block,
                   s->n_frames};
  PondStatus status = host_drive(&all, &n_done, error);
  if (!status) {
    status = host_writer_finish(run->out, error);
  }
  if (!status && !n_done && !s->start && s->n_frames && !host_interrupted()) {
    status =
        host_error(error, POND_STATUS_BAD_FORMAT,
                   "%s: no row came from it; give at least one", run->in->name);
  }
  if (!status && s->save_state) {
    status = host_drive_save(run->session, s->save_state, error);
  }
  if (!status && s->journal) {
    status = pond_session_journal_close(run->session, error);
  }
  return status;
}

static void warn(const Run* run) {
  PondStats stats;
  if (!host_model_is_trained(run->model)) {
    host_note("run",
              "%s is not trained: its predictions are zero (see "
              "echopond train)",
              run->settings->model);
  }
  pond_session_stats(run->session, &stats);
  if (stats.n_resets || stats.n_not_finite) {
    host_note("run",
              "%" PRIu64 " reservoir resets and %" PRIu64
              " replaced values: the model left the finite numbers",
              stats.n_resets, stats.n_not_finite);
  }
  if (run->out->n_clipped) {
    host_note("run",
              "%s: %" PRIu64
              " samples lay beyond full scale and were clipped; wav or "
              "npy would keep them",
              run->settings->output, run->out->n_clipped);
  }
}

static PondStatus do_all(Run* run, PondError* error) {
  const HostRunSettings* s = run->settings;
  PondStatus status = host_model_load(s->model, &run->model, &run->tree, error);
  if (!status) {
    status = open_in(run, error);
  }
  if (!status) {
    status = start_session(run, error);
  }
  if (!status) {
    status = open_out(run, error);
  }
  if (!status) {
    status = drive(run, error);
  }
  if (!status) {
    warn(run);
  }
  host_writer_free(run->out);
  pond_session_free(run->session);
  host_reader_free(run->in);
  pond_tree_free(run->tree);
  pond_model_free(run->model);
  return status;
}

int host_run(int argc, char** argv) {
  HostRunSettings settings = {.n_frames = UINT64_MAX, .n_block = 1024};
  PondError error = {0};
  Run run = {.settings = &settings};
  HostParsed parsed = host_parse(&host_run_line, argc, argv, &settings);
  if (parsed != HOST_PARSED) {
    return parsed == HOST_PARSED_HELP ? HOST_DONE : HOST_USAGE;
  }
  host_interrupt_init();
  return do_all(&run, &error) ? host_fail("run", &error) : HOST_DONE;
}
