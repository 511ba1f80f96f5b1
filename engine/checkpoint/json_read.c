// SPDX-License-Identifier: ISC
// The JSON subset of a safetensors header (RFC 8259 without true, false, null,
// signs, fractions and exponents). Control side.
#include "json_read.h"

#include "errors.h"
#include "utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

PondStatus pond_json_fail(const PondJson* json, PondStatus status, size_t at,
                          const char* format, ...) {
  char text[768];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  return pond_error(json->error, status, "byte %zu: %s", json->file_at + at,
                    text);
}

static PondStatus bad(const PondJson* json, size_t at, const char* what) {
  return pond_json_fail(json, POND_STATUS_BAD_FORMAT, at,
                        "the header is no proper JSON: %s; the file is "
                        "damaged, or its writer wrong",
                        what);
}

static PondStatus missing(const PondJson* json, const char* what) {
  return pond_json_fail(
      json, POND_STATUS_BAD_FORMAT, json->at,
      "the header is no proper JSON: %s %s; the file is damaged, or its writer "
      "wrong",
      json->at < json->size ? what : "it",
      json->at < json->size ? "is missing" : "ends too early");
}

static void skip_space(PondJson* json) {
  while (json->at < json->size && strchr(" \t\n\r", json->bytes[json->at]) &&
         json->bytes[json->at]) {
    ++json->at;
  }
}

static bool at_mark(const PondJson* json, char mark) {
  return json->at < json->size && json->bytes[json->at] == (uint8_t)mark;
}

PondStatus pond_json_take(PondJson* json, char mark) {
  skip_space(json);
  if (!at_mark(json, mark)) {
    const char what[] = {'\'', mark, '\'', '\0'};
    return missing(json, what);
  }
  ++json->at;
  return POND_OK;
}

PondStatus pond_json_next(PondJson* json, char close, uint32_t index,
                          bool* more) {
  skip_space(json);
  *more = !at_mark(json, close);
  if (!*more) {
    ++json->at;
    return POND_OK;
  }
  return index ? pond_json_take(json, ',') : POND_OK;
}

// The four digits of \uXXXX; false if there are not four.
static bool hex4(const PondJson* json, size_t at, uint32_t* code) {
  static const char digits[] = "0123456789abcdef";
  *code = 0;
  if (json->size - at < 4) {
    return false;
  }
  for (size_t i = 0; i < 4; ++i) {
    const uint8_t byte = json->bytes[at + i];
    const uint8_t lower = byte >= 'A' && byte <= 'F' ? byte + 32 : byte;
    const char* digit = lower ? strchr(digits, lower) : NULL;
    if (!digit) {
      return false;
    }
    *code = *code * 16 + (uint32_t)(digit - digits);
  }
  return true;
}

// \uXXXX at `at` (the digits), with its second half where it is a pair.
static PondStatus take_code(PondJson* json, size_t at) {
  uint32_t code = 0;
  uint32_t low = 0;
  if (!hex4(json, at, &code)) {
    return bad(json, at, "\\u wants four hexadecimal digits");
  }
  json->at = at + 4;
  if (code >= 0xD800 && code <= 0xDFFF) {
    const bool pair =
        code < 0xDC00 && json->size - json->at >= 6 &&
        json->bytes[json->at] == '\\' && json->bytes[json->at + 1] == 'u' &&
        hex4(json, json->at + 2, &low) && low >= 0xDC00 && low <= 0xDFFF;
    if (!pair) {
      return bad(json, at, "half of a surrogate pair in a string");
    }
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    json->at += 6;
  }
  if (!code) {
    return bad(json, at, "a NUL character in a string");
  }
  json->text_used += pond_utf8_put(code, json->text + json->text_used);
  return POND_OK;
}

static PondStatus take_escape(PondJson* json) {
  static const char marks[] = "\"\\/bfnrt";
  static const char means[] = "\"\\/\b\f\n\r\t";
  const size_t at = json->at + 1;
  const uint8_t mark = at < json->size ? json->bytes[at] : 0;
  if (mark == 'u') {
    return take_code(json, at + 1);
  }
  const char* found = mark ? strchr(marks, mark) : NULL;
  if (!found) {
    return bad(json, json->at, "an unknown escape in a string");
  }
  json->text[json->text_used++] = means[found - marks];
  json->at = at + 1;
  return POND_OK;
}

static PondStatus take_character(PondJson* json) {
  const uint8_t* bytes = json->bytes + json->at;
  if (bytes[0] == '\\') {
    return take_escape(json);
  }
  if (bytes[0] < 0x20) {
    return bad(json, json->at, "a control character in a string");
  }
  const size_t length = pond_utf8_length(bytes, json->size - json->at);
  if (!length) {
    return bad(json, json->at, "a string that is no UTF-8");
  }
  memcpy(json->text + json->text_used, bytes, length);
  json->text_used += length;
  json->at += length;
  return POND_OK;
}

// The decoded text is never longer than the written one, and its NUL takes the
// place of a quote: `size` bytes hold all strings of a header.
PondStatus pond_json_string(PondJson* json, PondJsonText* string) {
  skip_space(json);
  if (!at_mark(json, '"')) {
    return missing(json, "a string");
  }
  const size_t begin = ++json->at;
  char* text = json->text + json->text_used;
  while (json->at < json->size && !at_mark(json, '"')) {
    const PondStatus status = take_character(json);
    if (status) {
      return status;
    }
  }
  if (json->at >= json->size) {
    return bad(json, begin - 1, "a string without an end");
  }
  json->text[json->text_used++] = '\0';
  *string = (PondJsonText){text, begin, json->at - begin};
  ++json->at;
  return POND_OK;
}

PondStatus pond_json_integer(PondJson* json, uint64_t* value) {
  skip_space(json);
  const size_t begin = json->at;
  uint64_t sum = 0;
  bool fits = true;
  for (; json->at < json->size; ++json->at) {
    const uint32_t digit = (uint32_t)json->bytes[json->at] - '0';
    if (digit > 9) {
      break;
    }
    fits = fits && !__builtin_mul_overflow(sum, 10, &sum) &&
           !__builtin_add_overflow(sum, digit, &sum) && sum <= INT64_MAX;
  }
  const size_t n_digits = json->at - begin;
  const uint8_t next = json->at < json->size ? json->bytes[json->at] : 0;
  if (!n_digits || (next && strchr(".eE", next)) ||
      (n_digits > 1 && json->bytes[begin] == '0')) {
    return bad(json, begin, "a number that is not plain digits");
  }
  if (!fits) {
    return bad(json, begin, "a number above 2^63 - 1");
  }
  *value = sum;
  return POND_OK;
}
