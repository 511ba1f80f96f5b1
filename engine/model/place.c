// SPDX-License-Identifier: ISC
// Sentences about faults in a description. Control side.
#include "place.h"

#include "errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 48 };

// A value as JSON, cut short; composite ones by their type.
static void show(const json_t* value, char text[SHOWN + 4]) {
  if (json_is_object(value) || json_is_array(value)) {
    (void)snprintf(text, SHOWN, "%s",
                   json_is_object(value) ? "an object" : "a list");
    return;
  }
  memset(text, 0, SHOWN + 4);
  const size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(9);
  if (json_dumpb(value, text, SHOWN, flags) > SHOWN) {
    (void)snprintf(text, SHOWN, "too long a value");
  }
}

PondStatus pond_place_bad_value(const PondPlace* place, const char* key,
                                const json_t* value, PondError* error,
                                const char* allowed, ...) {
  char shown[SHOWN + 4];
  char rule[POND_PLACE_TEXT];
  va_list args;
  show(value, shown);
  va_start(args, allowed);
  (void)vsnprintf(rule, sizeof(rule), allowed, args);
  va_end(args);
  return pond_error(error, POND_STATUS_BAD_ARG, "%s%s is %s; it must be %s",
                    place->prefix, place->alias ? place->alias : key, shown,
                    rule);
}

PondStatus pond_place_unknown_key(const PondPlace* place, const char* key,
                                  const char* allowed, PondError* error) {
  return pond_error(error, POND_STATUS_BAD_ARG,
                    "%sunknown key \"%.48s\"; allowed: %s", place->prefix, key,
                    allowed);
}

PondStatus pond_place_missing(const PondPlace* place, const char* key,
                              const char* allowed, PondError* error) {
  return pond_error(error, POND_STATUS_BAD_ARG,
                    "%s%s is missing; it must be %s", place->prefix, key,
                    allowed);
}

void pond_list_add(PondList* list, const char* item) {
  const size_t room = sizeof(list->text) - list->used;
  const int n = snprintf(list->text + list->used, room, "%s%s",
                         list->used ? ", " : "", item);
  if (n > 0 && (size_t)n < room) {
    list->used += (size_t)n;
  } else {
    list->text[list->used] = '\0';
  }
}
