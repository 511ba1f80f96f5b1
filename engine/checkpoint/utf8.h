// SPDX-License-Identifier: ISC
// UTF-8 of names: checking, writing a code point, quoting for messages.
// Control side, no state.
#ifndef POND_CHECKPOINT_UTF8_H
#define POND_CHECKPOINT_UTF8_H

#include "pond/types.h"

enum { POND_QUOTE_SIZE = 80 };

/// Bytes of the well-formed code point at `bytes` (1 to 4), 0 if there is none
/// (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF).
size_t pond_utf8_length(const uint8_t* bytes, size_t size_bytes);
bool pond_utf8_valid(const char* text);
/// Writes `code` (no surrogate) and returns its 1 to 4 bytes.
size_t pond_utf8_put(uint32_t code, char* out);
/// `text` in quotes, cut where long, control characters shown as '?', so that
/// a hostile name cannot write to a terminal. Returns `out`.
const char* pond_quote(const char* text, char out[POND_QUOTE_SIZE]);

#endif
