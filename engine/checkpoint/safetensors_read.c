// SPDX-License-Identifier: ISC
// Strict reading of .safetensors bytes: the start, the header, the layout of
// the data, the hash, and only then copies. A pure function of the bytes.
// Control side.
#include "alloc.h"
#include "errors.h"
#include "safetensors.h"
#include "utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "tensors are little-endian, and copied as they are");

static uint64_t read_length(const uint8_t* bytes) {
  uint64_t length = 0;
  for (int i = POND_ST_PREFIX; i-- > 0;) {
    length = length << 8 | bytes[i];
  }
  return length;
}

static uint32_t pick_limit(uint32_t asked, uint32_t most) {
  return asked && asked < most ? asked : most;
}

static PondStatus check_length(uint64_t length, uint64_t file_bytes,
                               const PondLimits* limits, PondError* error) {
  const uint32_t most =
      pick_limit(limits->max_header_bytes, POND_ST_MAX_HEADER);
  if (length > file_bytes - POND_ST_PREFIX) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "byte 0: a header of %" PRIu64
                      " bytes in a file of "
                      "%" PRIu64
                      ": no .safetensors file, or cut off: get it "
                      "again",
                      length, file_bytes);
  }
  if (length > most) {
    return pond_error(error, POND_STATUS_LIMIT,
                      "byte 0: a header of %" PRIu64
                      " bytes, more than the "
                      "%u allowed",
                      length, most);
  }
  return POND_OK;
}

PondStatus pond_st_check_start(const uint8_t* bytes, size_t have,
                               uint64_t file_bytes, const PondLimits* limits,
                               PondError* error) {
  const char* kind = pond_file_kind(bytes, have);
  if (kind) {
    return pond_error(error, POND_STATUS_UNSUPPORTED,
                      "byte 0: this is %s; a .safetensors file is wanted",
                      kind);
  }
  if (have < POND_ST_PREFIX + 2) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "byte 0: %zu bytes are too few for a .safetensors file: "
                      "get it again",
                      have);
  }
  const uint64_t length = read_length(bytes);
  const PondStatus status = check_length(length, file_bytes, limits, error);
  if (status) {
    return status;
  }
  if (length < 2 || bytes[POND_ST_PREFIX] != '{') {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "byte %d: the header does not begin with '{': no "
                      ".safetensors file, or damaged",
                      POND_ST_PREFIX);
  }
  return POND_OK;
}

static PondStatus check_size(const PondStEntry* entry, PondError* error) {
  char quoted[POND_QUOTE_SIZE];
  uint64_t bytes = 0;
  if (entry->end < entry->begin) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "byte %" PRIu64
                      ": tensor %s ends before it begins; the "
                      "file is damaged, or its writer wrong",
                      entry->at, pond_quote(entry->name, quoted));
  }
  if (!pond_shape_bytes(entry->shape, entry->n_dims, entry->row->bits,
                        &bytes)) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "byte %" PRIu64
                      ": tensor %s: its shape overflows, or is "
                      "no whole number of bytes",
                      entry->at, pond_quote(entry->name, quoted));
  }
  if (bytes != entry->end - entry->begin) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "byte %" PRIu64 ": tensor %s: %" PRIu64
                      " bytes of data "
                      "for a shape of %" PRIu64
                      "; the file is damaged, or its "
                      "writer wrong",
                      entry->at, pond_quote(entry->name, quoted),
                      entry->end - entry->begin, bytes);
  }
  return POND_OK;
}

static int by_offset(const void* left, const void* right) {
  const PondStEntry* a = *(const PondStEntry* const*)left;
  const PondStEntry* b = *(const PondStEntry* const*)right;
  if (a->begin != b->begin) {
    return a->begin < b->begin ? -1 : 1;
  }
  return (a->end > b->end) - (a->end < b->end);
}

static PondStatus check_chain(const PondStEntry* const* sorted, uint32_t count,
                              uint64_t* end, PondError* error) {
  char quoted[POND_QUOTE_SIZE];
  *end = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const PondStEntry* entry = sorted[i];
    if (entry->begin != *end) {
      return pond_error(
          error, POND_STATUS_BAD_FORMAT,
          "byte %" PRIu64 ": tensor %s begins at %" PRIu64
          " of the data, %s "
          "where the one before ends, %" PRIu64 "; write the file again",
          entry->at, pond_quote(entry->name, quoted), entry->begin,
          entry->begin > *end ? "leaving a hole after" : "overlapping", *end);
    }
    *end = entry->end;
  }
  return POND_OK;
}

// Every byte of the data belongs to exactly one tensor.
static PondStatus check_layout(const PondStHeader* header, uint64_t data_at,
                               uint64_t data_bytes, PondError* error) {
  uint64_t end = 0;
  const PondStEntry** sorted =
      (const PondStEntry**)pond_memory_new(header->count, sizeof(*sorted));
  if (!sorted) {
    return pond_error_memory(error, "a list of tensors");
  }
  PondStatus status = POND_OK;
  for (uint32_t i = 0; i < header->count && !status; ++i) {
    sorted[i] = &header->entries[i];
    status = check_size(sorted[i], error);
  }
  if (!status) {
    qsort((void*)sorted, header->count, sizeof(*sorted), by_offset);
    status = check_chain(sorted, header->count, &end, error);
  }
  pond_memory_free((void*)sorted);
  if (!status && end > data_bytes) {
    status = pond_error(error, POND_STATUS_BAD_FORMAT,
                        "byte %" PRIu64 ": the file ends here, %" PRIu64
                        " "
                        "bytes before its last tensor does: it was cut off; "
                        "get it again",
                        data_at + data_bytes, end - data_bytes);
  } else if (!status && end < data_bytes) {
    status = pond_error(error, POND_STATUS_BAD_FORMAT,
                        "byte %" PRIu64 ": %" PRIu64
                        " bytes after the last "
                        "tensor belong to none: the file is damaged, or hides "
                        "something",
                        data_at + end, data_bytes - end);
  }
  return status;
}

static PondStatus check_hash(const PondStHeader* header,
                             const PondStParts* parts, PondError* error) {
  char digits[POND_HASH_DIGITS];
  if (!header->hash_at) {
    return !header->format_at
               ? POND_OK
               : pond_error(error, POND_STATUS_BAD_FORMAT,
                            "byte %" PRIu64 ": metadata has \"" POND_FORMAT_KEY
                            "\" but no \"" POND_HASH_KEY
                            "\": the file is damaged, or was changed by "
                            "another program; take the original",
                            header->format_at);
  }
  const size_t hash_at = (size_t)header->hash_at - POND_ST_PREFIX;
  pond_st_hash(parts, hash_at, digits);
  if (memcmp(digits, parts->header + hash_at, POND_HASH_DIGITS) != 0) {
    return pond_error(error, POND_STATUS_BAD_FORMAT,
                      "byte %" PRIu64
                      ": the file is damaged: its content does "
                      "not have the hash that it states; take an older copy",
                      header->hash_at);
  }
  return POND_OK;
}

static PondStatus copy_tensors(PondStHeader* header, const uint8_t* data,
                               PondError* error) {
  PondStatus status = POND_OK;
  for (uint32_t i = 0; i < header->count && !status; ++i) {
    const PondStEntry* entry = &header->entries[i];
    PondTensor tensor = {.name = entry->name,
                         .dtype = entry->row->dtype,
                         .n_dims = entry->n_dims,
                         .data = data + entry->begin,
                         .size_bytes = (size_t)(entry->end - entry->begin)};
    memcpy(tensor.shape, entry->shape, sizeof(tensor.shape));
    status = pond_tree_add(header->tree, &tensor, error);
  }
  return status;
}

PondStatus pond_safetensors_decode(const uint8_t* bytes, size_t size_bytes,
                                   const PondLimits* limits, PondTree** tree,
                                   PondError* error) {
  const PondLimits defaults = {0};
  const PondLimits* used = limits ? limits : &defaults;
  PondStatus status =
      pond_st_check_start(bytes, size_bytes, size_bytes, used, error);
  if (status) {
    return status;
  }
  PondStParts parts = {.header = bytes + POND_ST_PREFIX,
                       .header_bytes = (size_t)read_length(bytes)};
  const size_t data_at = POND_ST_PREFIX + parts.header_bytes;
  parts.data = bytes + data_at;
  parts.data_bytes = size_bytes - data_at;
  PondStHeader header;
  status = pond_st_header_read(bytes, parts.header_bytes,
                               pick_limit(used->max_tensors, POND_MAX_TENSORS),
                               &header, error);
  status =
      status ? status : check_layout(&header, data_at, parts.data_bytes, error);
  status = status ? status : check_hash(&header, &parts, error);
  status = status ? status : copy_tensors(&header, parts.data, error);
  if (!status) {
    *tree = header.tree;
    header.tree = NULL;
  }
  pond_st_header_free(&header);
  return status;
}
