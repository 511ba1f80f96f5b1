// SPDX-License-Identifier: ISC
// Command lines: one argp table a command, usage errors of one line. Control
// thread.
#include "options.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 40, KEY_HELP = 'h' };

typedef struct {
  const HostCommandLine* line;
  void* settings;
  HostUsage usage;
  bool bad;
  bool help;
} Parse;

bool host_usage(HostUsage* usage, const char* format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(usage->text, sizeof usage->text, format, args);
  va_end(args);
  return false;
}

bool host_take_integer(HostUsage* usage, HostGiven given, uint64_t min,
                       uint64_t max, uint64_t* value) {
  const char* option = given.option;
  const char* text = given.text;
  char* end;
  errno = 0;
  unsigned long long v = strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end || errno || v < min || v > max) {
    if (max == UINT64_MAX) {
      return host_usage(usage, "%s %s: give a whole number of at least %llu",
                        option, text, (unsigned long long)min);
    }
    return host_usage(usage, "%s %s: give a whole number from %llu to %llu",
                      option, text, (unsigned long long)min,
                      (unsigned long long)max);
  }
  *value = v;
  return true;
}

bool host_take_number(HostUsage* usage, HostGiven given, double min, double max,
                      double* value) {
  const char* option = given.option;
  const char* text = given.text;
  char* end;
  double v = strtod(text, &end);
  if (!*text || *end || !(v >= min && v <= max)) {
    if (max == HUGE_VAL) {
      return host_usage(usage, "%s %s: give a number of at least %g", option,
                        text, min);
    }
    return host_usage(usage, "%s %s: give a number from %g to %g", option, text,
                      min, max);
  }
  *value = v;
  return true;
}

bool host_take_kernel(HostUsage* usage, const char* text,
                      PondKernelId* kernel) {
  PondKernelId found = POND_KERNEL_AUTO;
  if (strcmp(text, "auto") != 0 && pond_kernel_find(text, &found)) {
    return host_usage(
        usage, "--kernel %s: give scalar, avx2, avx512, neon or auto", text);
  }
  if (found != POND_KERNEL_AUTO && !pond_kernel_available(found)) {
    return host_usage(usage,
                      "--kernel %s: not in this build or processor; give auto "
                      "(echopond doctor lists them)",
                      text);
  }
  *kernel = found;
  return true;
}

static const struct argp_option* find_long(const struct argp_option* options,
                                           const char* word) {
  size_t n = strcspn(word, "=");
  for (; options->name || options->key || options->doc; options++) {
    if (options->name && !strncmp(options->name, word, n) &&
        options->name[n] == '\0') {
      return options;
    }
  }
  return NULL;
}

// What getopt, which was told to be silent, stumbled over.
static void explain(Parse* parse, const struct argp_state* state) {
  const char* word = state->next > 1 ? state->argv[state->next - 1] : "";
  const struct argp_option* option = NULL;
  if (!strncmp(word, "--", 2)) {
    option = find_long(state->root_argp->options, word + 2);
  }
  if (option && option->arg && !strchr(word, '=')) {
    host_usage(&parse->usage, "option %s needs a value %s", word, option->arg);
  } else if (option) {
    host_usage(&parse->usage, "option --%s takes no value", option->name);
  } else if (word[0] == '-' && word[1]) {
    host_usage(&parse->usage, "unknown or incomplete option %s", word);
  } else {
    host_usage(&parse->usage, "unknown option before %s", word);
  }
}

static error_t step(int key, char* value, struct argp_state* state) {
  Parse* parse = state->input;
  switch (key) {
    case KEY_HELP: parse->help = true; return 0;
    case ARGP_KEY_ERROR:
      if (!parse->usage.text[0]) {
        explain(parse, state);
      }
      return 0;
    case ARGP_KEY_END:
      if (parse->help || !parse->line->check) {
        return 0;
      }
      return parse->line->check(parse->settings, &parse->usage) ? 0 : EINVAL;
    case ARGP_KEY_ARG: key = HOST_KEY_POSITIONAL; break;
    case ARGP_KEY_INIT:
    case ARGP_KEY_ARGS:
    case ARGP_KEY_NO_ARGS:
    case ARGP_KEY_SUCCESS:
    case ARGP_KEY_FINI: return ARGP_ERR_UNKNOWN;
    default: break;
  }
  if (parse->help) {
    return 0;
  }
  return parse->line->set(parse->settings, key, value, &parse->usage) ? 0
                                                                      : EINVAL;
}

static void add_help(const struct argp_option* options,
                     struct argp_option all[MOST_OPTIONS]) {
  static const struct argp_option help = {"help", KEY_HELP,          NULL,
                                          0,      "Print this text", -1};
  int n = 0;
  for (; n < MOST_OPTIONS - 2 && (options->name || options->key); options++) {
    all[n++] = *options;
  }
  all[n++] = help;
  all[n] = (struct argp_option){0};
}

HostParsed host_parse(const HostCommandLine* line, int argc, char** argv,
                      void* settings) {
  struct argp_option options[MOST_OPTIONS];
  char name[64];
  Parse parse = {.line = line, .settings = settings};
  struct argp argp = {options, step, line->args_doc, line->doc, NULL,
                      NULL,    NULL};
  add_help(line->options, options);
  snprintf(name, sizeof name, "echopond %s", line->name);
  error_t fault =
      argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP,
                 NULL, &parse);
  if (parse.help) {
    argp_help(&argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK, name);
    return HOST_PARSED_HELP;
  }
  if (!fault) {
    return HOST_PARSED;
  }
  fprintf(stderr, "%s: %s (see %s --help)\n", name, parse.usage.text, name);
  return HOST_PARSED_BAD;
}
