// SPDX-License-Identifier: ISC
// Where in a description an error stands, and the sentence that says so.
// Control side.
#ifndef POND_MODEL_PLACE_H
#define POND_MODEL_PLACE_H

#include "pond/status.h"

#include <jansson.h>

enum { POND_PLACE_TEXT = 512 };

typedef struct {
  char prefix[128];   ///< "nodes[1] \"ReservoirLayer_1\": ", or empty
  const char* alias;  ///< what the user called the key, or NULL: its own name
} PondPlace;

/// "PREFIX: KEY is VALUE; it must be ALLOWED". BAD_ARG.
PondStatus pond_place_bad_value(const PondPlace* place, const char* key,
                                const json_t* value, PondError* error,
                                const char* allowed, ...)
    __attribute__((format(printf, 5, 6)));
/// "PREFIX: unknown key KEY; allowed: ...". BAD_ARG.
PondStatus pond_place_unknown_key(const PondPlace* place, const char* key,
                                  const char* allowed, PondError* error);
/// "PREFIX: KEY is missing; it must be ALLOWED". BAD_ARG.
PondStatus pond_place_missing(const PondPlace* place, const char* key,
                              const char* allowed, PondError* error);

/// A list "a, b, c" in fixed room; what does not fit is left out.
typedef struct {
  char text[POND_PLACE_TEXT];
  size_t used;
} PondList;

void pond_list_add(PondList* list, const char* item);

#endif
