// SPDX-License-Identifier: ISC
// A cursor over the JSON subset of a safetensors header: strings, plain
// integers, punctuation. The caller's grammar is fixed, so there is no nesting
// here and no recursion. Control side.
#ifndef POND_CHECKPOINT_JSON_READ_H
#define POND_CHECKPOINT_JSON_READ_H

#include "pond/types.h"

typedef struct {
  const uint8_t* bytes;  ///< of the header
  size_t size;
  size_t at;       ///< next byte
  size_t file_at;  ///< where `bytes` lie in the file, for messages
  char* text;      ///< room for `size` bytes: strings as they are decoded
  size_t text_used;
  PondError* error;
} PondJson;

/// A decoded string: no NUL inside, one after; and where its bytes lay.
typedef struct {
  const char* text;
  size_t at;    ///< in `bytes`, after the quote
  size_t size;  ///< bytes between the quotes, as written
} PondJsonText;

/// "byte N: TEXT" into the error; `at` counts in `bytes`. Returns `status`.
PondStatus pond_json_fail(const PondJson* json, PondStatus status, size_t at,
                          const char* format, ...)
    __attribute__((format(printf, 4, 5)));

/// Skips white space, then takes `mark` or fails.
PondStatus pond_json_take(PondJson* json, char mark);
/// Before member `index` of an object or array that ends with `close`: takes
/// the comma that belongs there, or the end (`more` is then false).
PondStatus pond_json_next(PondJson* json, char close, uint32_t index,
                          bool* more);
/// A string: valid UTF-8, no lone surrogate, no NUL, no control character.
PondStatus pond_json_string(PondJson* json, PondJsonText* string);
/// Digits alone, no leading zero, at most 2^63 - 1.
PondStatus pond_json_integer(PondJson* json, uint64_t* value);

#endif
