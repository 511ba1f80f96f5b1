// SPDX-License-Identifier: ISC
// Command lines: one argp table a command, usage errors of one line. Control
// thread.
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include "pond/engine.h"

#include <argp.h>

/// Keys of options without a short letter begin here.
enum { HOST_KEY_FIRST = 0x100, HOST_KEY_POSITIONAL = 0x1000000 };

/// The text of a usage error.
typedef struct {
  char text[512];
} HostUsage;

/// What a command accepts. `set` takes one option, or, with the key
/// HOST_KEY_POSITIONAL, one argument; false after host_usage().
typedef struct {
  const char* name;
  const struct argp_option* options;  ///< ended by {0}; --help is added
  const char* args_doc;               ///< "M -o OUT"
  const char* doc;  ///< what it does; after "\v" what follows the options
  bool (*set)(void* settings, int key, const char* value, HostUsage* usage);
  /// Looks at the whole when all is set; NULL: nothing to check.
  bool (*check)(void* settings, HostUsage* usage);
} HostCommandLine;

/// What host_parse() found.
typedef enum { HOST_PARSED, HOST_PARSED_HELP, HOST_PARSED_BAD } HostParsed;

/// Parses argv (argv[0] is the command's name) into `settings`; prints help on
/// stdout, or one line of usage error on stderr.
HostParsed host_parse(const HostCommandLine* line, int argc, char** argv,
                      void* settings);

/// Fills `usage` (printf), returns false.
bool host_usage(HostUsage* usage, const char* format, ...)
    __attribute__((format(printf, 2, 3)));
/// An option as it was given.
typedef struct {
  const char* option;
  const char* text;
} HostGiven;

/// Numbers of an option; false after host_usage() naming option and range.
bool host_take_integer(HostUsage* usage, HostGiven given, uint64_t min,
                       uint64_t max, uint64_t* value);
bool host_take_number(HostUsage* usage, HostGiven given, double min, double max,
                      double* value);
/// A kernel that is in this build and runs on this processor.
bool host_take_kernel(HostUsage* usage, const char* text, PondKernelId* kernel);

#endif
