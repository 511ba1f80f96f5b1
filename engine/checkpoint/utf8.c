// SPDX-License-Identifier: ISC
// UTF-8 of names: checking, writing a code point, quoting for messages.
// Control side, no state.
#include "utf8.h"

#include <string.h>

static bool is_tail(uint8_t byte) { return (byte & 0xC0) == 0x80; }

// Length by the lead byte, and the range of the second (RFC 3629, section 4).
static size_t lead_length(uint8_t lead, uint8_t* low, uint8_t* high) {
  *low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  *high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (lead < 0x80) {
    return 1;
  }
  if (lead < 0xC2 || lead > 0xF4) {
    return 0;
  }
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

size_t pond_utf8_length(const uint8_t* bytes, size_t size_bytes) {
  uint8_t low = 0;
  uint8_t high = 0;
  if (!size_bytes) {
    return 0;
  }
  const size_t length = lead_length(bytes[0], &low, &high);
  if (length > size_bytes ||
      (length > 1 && (bytes[1] < low || bytes[1] > high))) {
    return 0;
  }
  for (size_t i = 2; i < length; ++i) {
    if (!is_tail(bytes[i])) {
      return 0;
    }
  }
  return length;
}

bool pond_utf8_valid(const char* text) {
  const uint8_t* bytes = (const uint8_t*)text;
  size_t left = strlen(text);
  while (left) {
    const size_t length = pond_utf8_length(bytes, left);
    if (!length) {
      return false;
    }
    bytes += length;
    left -= length;
  }
  return true;
}

size_t pond_utf8_put(uint32_t code, char* out) {
  static const uint8_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
  const size_t length = code < 0x80      ? 1
                        : code < 0x800   ? 2
                        : code < 0x10000 ? 3
                                         : 4;
  if (length == 1) {
    out[0] = (char)code;
    return 1;
  }
  for (size_t i = length; i-- > 1;) {
    out[i] = (char)(0x80 | (code & 0x3F));
    code >>= 6;
  }
  out[0] = (char)(leads[length] | code);
  return length;
}

// A control character of ASCII or of Latin-1 (U+0080 to U+009F), or no UTF-8.
static bool is_harmful(const uint8_t* bytes, size_t length) {
  return length == 0 || bytes[0] < 0x20 || bytes[0] == 0x7F ||
         (bytes[0] == 0xC2 && bytes[1] < 0xA0);
}

const char* pond_quote(const char* text, char out[POND_QUOTE_SIZE]) {
  const uint8_t* bytes = (const uint8_t*)text;
  size_t left = strlen(text);
  size_t used = 0;
  out[used++] = '"';
  while (left && used < POND_QUOTE_SIZE - 10) {
    const size_t length = pond_utf8_length(bytes, left);
    const bool harmful = is_harmful(bytes, length);
    const size_t step = length ? length : 1;
    if (harmful) {
      out[used++] = '?';
    } else {
      memcpy(out + used, bytes, step);
      used += step;
    }
    bytes += step;
    left -= step;
  }
  memcpy(out + used, left ? "...\"" : "\"", left ? 5 : 2);
  return out;
}
