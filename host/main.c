// SPDX-License-Identifier: ISC
// The program echopond: finds the command and runs it. Main thread.
#include "command_list.h"
#include "report.h"

#include "pond/engine.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  const char* name;
  int (*run)(int argc, char** argv);
  const char* doc;
} Command;

static const Command g_commands[] = {
    {"demo", host_demo, "predict a real ECG live, be killed, and resume it"},
    {"new", host_new, "make a model from a preset or a description"},
    {"train", host_train, "fit a model's readout to a recording"},
    {"run", host_run, "predict a file or a pipe, row by row"},
    {"info", host_info, "say what a model file holds"},
    {"doctor", host_doctor, "say what this build and machine offer"},
};
enum { N_COMMANDS = sizeof g_commands / sizeof g_commands[0] };

static void print_help(void) {
  printf(
      "Usage: echopond COMMAND [OPTION...]\n"
      "Echo state networks for live streams: predict, stop, resume to the "
      "bit.\n\n");
  for (int i = 0; i < N_COMMANDS; i++) {
    printf("  %-8s %s\n", g_commands[i].name, g_commands[i].doc);
  }
  printf(
      "\n`echopond COMMAND --help` lists a command's options. Exit status: 0 "
      "done,\n1 the job failed, 2 the command line is wrong.\n");
}

static int run_command(int argc, char** argv) {
  for (int i = 0; i < N_COMMANDS; i++) {
    if (!strcmp(argv[1], g_commands[i].name)) {
      return g_commands[i].run(argc - 1, argv + 1);
    }
  }
  if (!strcmp(argv[1], "demo-stream")) {
    return host_demo_stream(argc - 1, argv + 1);
  }
  fprintf(stderr,
          "echopond: unknown command %s; give demo, new, train, run, info or "
          "doctor (see echopond --help)\n",
          argv[1]);
  return HOST_USAGE;
}

// What is still in stdout's buffer may find the disk full.
static int finish(int status) {
  if (fflush(stdout) || ferror(stdout)) {
    if (status == HOST_DONE) {
      fprintf(stderr, "echopond: standard output: cannot write\n");
    }
    return status ? status : HOST_FAILED;
  }
  return status;
}

int main(int argc, char** argv) {
  if (argc < 2) {
    fprintf(stderr, "echopond: give a command (see echopond --help)\n");
    return HOST_USAGE;
  }
  if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
    print_help();
    return finish(HOST_DONE);
  }
  if (!strcmp(argv[1], "--version")) {
    printf("echopond %s\n", POND_VERSION);
    return finish(HOST_DONE);
  }
  return finish(run_command(argc, argv));
}
