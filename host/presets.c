// SPDX-License-Identifier: ISC
// Where the presets lie, and descriptions by name or file. Control thread.
#include "presets.h"

#include "bytes.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_JSON_BYTES = 1 << 20 };

// `folder`/`file`, if it can be read.
static bool is_in(const char* folder, const char* file, char* path) {
  if (!folder || !*folder) {
    return false;
  }
  int n = snprintf(path, HOST_PATH_SIZE, "%s/%s", folder, file);
  return n > 0 && n < HOST_PATH_SIZE && !access(path, R_OK);
}

PondStatus host_preset_path(const char* file, char path[HOST_PATH_SIZE],
                            PondError* error) {
  char found[HOST_PATH_SIZE];
  const char* folder = getenv("ECHOPOND_PRESETS");
  bool is_found = folder ? is_in(folder, file, found)
                         : is_in(HOST_PRESETS_SOURCE, file, found) ||
                               is_in(HOST_PRESETS_INSTALLED, file, found);
  if (!is_found) {
    return host_error(
        error, POND_STATUS_NOT_FOUND,
        "%s: not found in %s; set ECHOPOND_PRESETS to the folder of presets",
        file,
        folder ? folder : HOST_PRESETS_SOURCE " or " HOST_PRESETS_INSTALLED);
  }
  memcpy(path, found, strlen(found) + 1);
  return POND_OK;
}

static PondStatus read_text(HostBytes* bytes, PondError* error) {
  PondStatus status = host_bytes_want(bytes, MOST_JSON_BYTES + 1, error);
  size_t n = bytes->end - bytes->begin;
  if (!status && n > MOST_JSON_BYTES) {
    status = host_error(error, POND_STATUS_LIMIT,
                        "%s: a description has at most 1 MiB; give a smaller "
                        "file",
                        bytes->name);
  }
  if (!status && !n) {
    status =
        host_error(error, POND_STATUS_BAD_FORMAT,
                   "%s: it is empty; give a JSON description", bytes->name);
  }
  return status;
}

static PondStatus from_file(const char* path, PondDesc** desc,
                            PondError* error) {
  HostBytes bytes;
  PondError cause;
  PondStatus status = host_bytes_init(&bytes, path, error);
  if (status) {
    return status;
  }
  status = read_text(&bytes, error);
  if (!status) {
    status = pond_desc_from_json(bytes.data + bytes.begin,
                                 bytes.end - bytes.begin, desc, &cause);
    if (status) {
      host_error(error, status, "%s: %.900s", path, cause.text);
    }
  }
  host_bytes_free(&bytes);
  return status;
}

bool host_desc_is_file(const char* name) {
  size_t n = strlen(name);
  return strchr(name, '/') || !strcmp(name, "-") ||
         (n > 5 && !strcmp(name + n - 5, ".json"));
}

PondStatus host_desc_find(const char* name, PondDesc** desc, PondError* error) {
  char file[256], path[HOST_PATH_SIZE];
  PondError unheard;
  if (host_desc_is_file(name)) {
    return from_file(name, desc, error);
  }
  PondStatus status = pond_desc_premade(name, desc, error);
  if (status != POND_STATUS_NOT_FOUND) {
    return status;
  }
  int n = snprintf(file, sizeof file, "%s.json", name);
  if (n < (int)sizeof file && !host_preset_path(file, path, &unheard)) {
    return from_file(path, desc, error);
  }
  return host_error(error, POND_STATUS_NOT_FOUND,
                    "%.64s: no such preset; give classic, ott, headless, "
                    "linear, the name of a file in presets/, or FILE.json",
                    name);
}
