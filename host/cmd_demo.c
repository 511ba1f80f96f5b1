// SPDX-License-Identifier: ISC
// echopond demo: a real ECG is learned, predicted live, killed, resumed and
// compared bit by bit. Main thread.
#include "command_list.h"
#include "demo.h"
#include "interrupt.h"
#include "options.h"
#include "report.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { KEY_SEED = HOST_KEY_FIRST };

static const struct argp_option g_options[] = {
    {"output-dir", 'o', "DIR", 0,
     "Folder for the plot and passing files (default: the current one)", 0},
    {"seed", KEY_SEED, "N", 0,
     "Chooses the frame of the kill (default: from the clock, and printed)", 0},
    {0}};

static bool set(void* context, int key, const char* value, HostUsage* usage) {
  HostDemo* demo = context;
  switch (key) {
    case 'o': demo->folder = value; return true;
    case KEY_SEED:
      return host_take_integer(usage, (HostGiven){"--seed", value}, 0,
                               UINT64_MAX, &demo->seed);
    default:
      return host_usage(usage, "unexpected argument %s; demo takes none",
                        value);
  }
}

static const HostCommandLine g_line = {
    "demo",
    g_options,
    "",
    "Trains a model on the first three minutes of a real electrocardiogram and "
    "predicts the rest in a process whose real-time thread runs faster than "
    "life. That process is killed by SIGKILL at a random frame; a new one goes "
    "on from the last saved state with another block size and other kernels. "
    "All output is compared with that of an unbroken run: exit status 1 if one "
    "bit differs. Writes echopond-demo.svg.",
    set,
    NULL};

static int remove_entry(const char* path, const struct stat* info, int kind,
                        struct FTW* place) {
  (void)info;
  (void)kind;
  (void)place;
  return remove(path);
}

static PondStatus make_folder(HostDemo* demo, PondError* error) {
  enum { ROOM = HOST_PATH_SIZE - 64 };
  if (strlen(demo->folder) > ROOM) {
    return host_error(error, POND_STATUS_LIMIT,
                      "--output-dir: that path is too long");
  }
  snprintf(demo->work, sizeof demo->work, "%.*s/echopond-demo-XXXXXX", ROOM,
           demo->folder);
  snprintf(demo->svg, sizeof demo->svg, "%.*s/echopond-demo.svg", ROOM,
           demo->folder);
  if (!mkdtemp(demo->work)) {
    demo->work[0] = '\0';
    return host_error_system(error, demo->folder, "cannot make a folder in it",
                             errno);
  }
  snprintf(demo->state, sizeof demo->state, "%.*s/state.safetensors", ROOM + 30,
           demo->work);
  return POND_OK;
}

static void tell(const char* what) { fprintf(stderr, "%s ...\n", what); }

static PondStatus run_all(HostDemo* demo, bool* is_equal, PondError* error) {
  uint64_t n_frames, n_differing;
  PondStatus status = make_folder(demo, error);
  tell("training on three minutes of ECG");
  if (!status) {
    status = host_demo_train(demo, error);
  }
  if (!status) {
    status = host_demo_reference(demo, error);
  }
  if (!status) {
    status = host_demo_linear(demo, error);
  }
  if (!status) {
    tell("streaming the other two, with a kill on the way");
    status = host_demo_stream_parts(demo, error);
  }
  if (status) {
    return status;
  }
  n_differing = host_demo_differing_bits(demo, &n_frames);
  host_demo_report(demo, n_differing, n_frames);
  *is_equal = n_differing == 0 && demo->parts[0].first == demo->split &&
              demo->parts[1].first <= demo->parts[0].end &&
              demo->parts[1].end == demo->ecg.n_rows;
  return host_demo_plot(demo, error);
}

static void clean_up(HostDemo* demo) {
  if (demo->work[0]) {
    nftw(demo->work, remove_entry, 4, FTW_DEPTH | FTW_PHYS);
  }
  for (int i = 0; i < 2; i++) {
    free(demo->parts[i].rows);
  }
  free(demo->reference);
  free(demo->linear);
  host_rows_free(&demo->ecg);
  pond_model_free(demo->model);
  free(demo);
}

int host_demo(int argc, char** argv) {
  PondError error = {0};
  bool is_equal = false;
  struct timespec now;
  HostDemo* demo = calloc(1, sizeof *demo);
  if (!demo) {
    host_error_memory(&error, "the demo");
    return host_fail("demo", &error);
  }
  clock_gettime(CLOCK_REALTIME, &now);
  demo->seed = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
  demo->folder = ".";
  HostParsed parsed = host_parse(&g_line, argc, argv, demo);
  if (parsed != HOST_PARSED) {
    free(demo);
    return parsed == HOST_PARSED_HELP ? HOST_DONE : HOST_USAGE;
  }
  host_interrupt_init();
  PondStatus status = run_all(demo, &is_equal, &error);
  if (!status && !is_equal) {
    status = host_error(&error, POND_STATUS_MISMATCH,
                        "the resumed stream differs from the unbroken one or "
                        "left frames out; please report the table above");
  }
  clean_up(demo);
  return status ? host_fail("demo", &error) : HOST_DONE;
}
