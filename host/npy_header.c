// SPDX-License-Identifier: ISC
// The header of a .npy file, read strictly and printed. Control thread.
#include "npy_header.h"

#include "report.h"

#include <stdio.h>
#include <string.h>

enum { MOST_HEADER_BYTES = 1 << 16, MAGIC_BYTES = 8 };

typedef struct {
  const char* at;   ///< what is left of the dictionary, ended by '\0'
  const char* key;  ///< being read, for errors
  bool has_descr, has_order, has_shape;
} Text;

static void skip_blanks(Text* text) { text->at += strspn(text->at, " \t\n"); }

// Takes `token` if it comes next.
static bool take(Text* text, const char* token) {
  size_t n = strlen(token);
  skip_blanks(text);
  if (strncmp(text->at, token, n) != 0) {
    return false;
  }
  text->at += n;
  return true;
}

static bool take_number(Text* text, uint64_t* value) {
  uint64_t v = 0;
  skip_blanks(text);
  const char* first = text->at;
  for (; *text->at >= '0' && *text->at <= '9'; text->at++) {
    if (v > (UINT64_MAX - 9) / 10) {
      return false;
    }
    v = v * 10 + (uint64_t)(*text->at - '0');
  }
  *value = v;
  return text->at > first;
}

static bool take_descr(Text* text, HostNpyHeader* header) {
  text->has_descr = true;
  if (take(text, "'<f4'")) {
    header->item_bytes = 4;
  } else if (take(text, "'<f8'")) {
    header->item_bytes = 8;
  } else {
    return false;
  }
  return true;
}

// (n,) or (n, c)
static bool take_shape(Text* text, HostNpyHeader* header) {
  text->has_shape = true;
  header->n_columns = 1;
  if (!take(text, "(") || !take_number(text, &header->n_rows) ||
      !take(text, ",")) {
    return false;
  }
  if (take(text, ")")) {
    return true;
  }
  if (!take_number(text, &header->n_columns)) {
    return false;
  }
  (void)take(text, ",");
  return take(text, ")");
}

static bool take_pair(Text* text, HostNpyHeader* header) {
  if (!text->has_descr && take(text, "'descr'")) {
    text->key = "descr must be '<f4' or '<f8'";
    return take(text, ":") && take_descr(text, header);
  }
  if (!text->has_order && take(text, "'fortran_order'")) {
    text->key = "fortran_order must be False";
    text->has_order = true;
    return take(text, ":") && take(text, "False");
  }
  if (!text->has_shape && take(text, "'shape'")) {
    text->key = "shape must be (rows,) or (rows, channels)";
    return take(text, ":") && take_shape(text, header);
  }
  text->key = "its keys must be descr, fortran_order and shape, once each";
  return false;
}

static bool take_dictionary(Text* text, HostNpyHeader* header) {
  text->key = "its header must be a dictionary";
  if (!take(text, "{")) {
    return false;
  }
  while (!take(text, "}")) {
    if (!take_pair(text, header)) {
      return false;
    }
    if (!take(text, ",") && *text->at != '}') {
      return false;
    }
  }
  skip_blanks(text);
  text->key =
      "its header must hold descr, fortran_order and shape, and no more";
  return !*text->at && text->has_descr && text->has_order && text->has_shape;
}

static PondStatus bad(const HostBytes* bytes, PondError* error,
                      const char* what) {
  return host_error(error, POND_STATUS_BAD_FORMAT,
                    "%s: no .npy file that can be read: %s", bytes->name, what);
}

// The length of the dictionary; `begin` is where it starts.
static PondStatus read_length(HostBytes* bytes, size_t* begin, size_t* length,
                              PondError* error) {
  PondStatus status = host_bytes_want(bytes, 12, error);
  if (status) {
    return status;
  }
  const unsigned char* b = (const unsigned char*)bytes->data + bytes->begin;
  if (bytes->end - bytes->begin < 10 || memcmp(b, "\x93NUMPY", 6) != 0) {
    return bad(bytes, error, "it does not begin with NumPy's mark");
  }
  if ((b[6] != 1 && b[6] != 2) || b[7] != 0) {
    return bad(bytes, error, "its version must be 1.0 or 2.0");
  }
  *begin = b[6] == 1 ? 10 : 12;
  *length = (size_t)b[8] | (size_t)b[9] << 8;
  if (b[6] == 2 && bytes->end - bytes->begin >= 12) {
    *length |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
  }
  if (*length > MOST_HEADER_BYTES) {
    return bad(bytes, error, "its header is longer than 64 KiB");
  }
  return POND_OK;
}

PondStatus host_npy_header_read(HostBytes* bytes, HostNpyHeader* header,
                                PondError* error) {
  size_t begin = 0, length = 0;
  HostNpyHeader found = {0};
  PondStatus status = read_length(bytes, &begin, &length, error);
  if (!status) {
    status = host_bytes_want(bytes, begin + length, error);
  }
  if (status) {
    return status;
  }
  if (bytes->end - bytes->begin < begin + length || !length) {
    return bad(bytes, error, "it ends inside its header");
  }
  char* text = bytes->data + bytes->begin + begin;
  if (text[length - 1] != '\n' || memchr(text, '\0', length)) {
    return bad(bytes, error, "its header must be one line of text");
  }
  text[length - 1] = '\0';
  Text rest = {.at = text};
  if (!take_dictionary(&rest, &found)) {
    return bad(bytes, error, rest.key);
  }
  bytes->begin += begin + length;
  *header = found;
  return POND_OK;
}

void host_npy_header_print_shape(char text[HOST_NPY_HEADER_BYTES],
                                 const char* descr, uint32_t n_dims,
                                 const uint64_t* shape) {
  enum { ROOM = HOST_NPY_HEADER_BYTES - 10 };
  char dictionary[ROOM + 1];
  size_t at = (size_t)snprintf(
      dictionary, ROOM, "{'descr': '%s', 'fortran_order': False, 'shape': (",
      descr);
  for (uint32_t i = 0; i < n_dims && at < ROOM; i++) {
    at += (size_t)snprintf(dictionary + at, ROOM - at, i ? " %llu," : "%llu,",
                           (unsigned long long)shape[i]);
  }
  if (n_dims > 1) {
    at--;  // a comma at the end belongs to one dimension alone
  }
  at += (size_t)snprintf(dictionary + at, ROOM - at, "), }");
  memset(dictionary + at, ' ', ROOM - at);
  dictionary[ROOM - 1] = '\n';
  memcpy(text, "\x93NUMPY\x01\x00", MAGIC_BYTES);
  text[8] = ROOM;
  text[9] = 0;
  memcpy(text + 10, dictionary, ROOM);
}

void host_npy_header_print(char text[HOST_NPY_HEADER_BYTES], uint64_t n_rows,
                           uint32_t n_columns) {
  const uint64_t shape[2] = {n_rows, n_columns};
  host_npy_header_print_shape(text, "<f4", n_columns > 1 ? 2 : 1, shape);
}
