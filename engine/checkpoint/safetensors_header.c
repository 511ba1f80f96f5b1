// SPDX-License-Identifier: ISC
// The header of a .safetensors file: one object of tensors and metadata, its
// grammar three levels deep and written out as functions. Control side.
#include "alloc.h"
#include "errors.h"
#include "json_read.h"
#include "safetensors.h"
#include "utf8.h"

#include <string.h>

// What is being filled, and what fills it.
typedef struct {
  PondJson json;
  PondStHeader* header;
  uint32_t max_tensors;
  bool has_meta;
} Parser;

static const char* const field_names[] = {"dtype", "shape", "data_offsets"};

static PondStatus duplicate(Parser* parser, const PondJsonText* key) {
  char quoted[POND_QUOTE_SIZE];
  return pond_json_fail(&parser->json, POND_STATUS_BAD_FORMAT, key->at,
                        "%s stands there twice; readers would disagree on "
                        "which counts: write the file again with unique names",
                        pond_quote(key->text, quoted));
}

static PondStatus read_pair(Parser* parser, PondJsonText* key,
                            PondJsonText* value) {
  PondStatus status = pond_json_string(&parser->json, key);
  status = status ? status : pond_json_take(&parser->json, ':');
  return status ? status : pond_json_string(&parser->json, value);
}

// The hash is noted, not put into the tree.
static PondStatus note_hash(Parser* parser, const PondJsonText* key,
                            const PondJsonText* value) {
  PondStHeader* header = parser->header;
  if (header->hash_at) {
    return duplicate(parser, key);
  }
  if (value->size != POND_HASH_DIGITS ||
      strspn(value->text, "0123456789abcdef") != POND_HASH_DIGITS) {
    return pond_json_fail(&parser->json, POND_STATUS_BAD_FORMAT, value->at,
                          "the file is damaged: \"" POND_HASH_KEY
                          "\" is not %d digits 0-9 a-f",
                          POND_HASH_DIGITS);
  }
  header->hash_at = parser->json.file_at + value->at;
  return POND_OK;
}

static PondStatus read_meta_pair(Parser* parser) {
  PondStHeader* header = parser->header;
  PondJsonText key;
  PondJsonText value;
  const PondStatus status = read_pair(parser, &key, &value);
  if (status) {
    return status;
  }
  if (strcmp(key.text, POND_HASH_KEY) == 0) {
    return note_hash(parser, &key, &value);
  }
  if (pond_tree_meta(header->tree, key.text)) {
    return duplicate(parser, &key);
  }
  if (strcmp(key.text, POND_FORMAT_KEY) == 0) {
    header->format_at = parser->json.file_at + key.at;
  }
  if (pond_tree_meta_count(header->tree) >= POND_MAX_META) {
    return pond_json_fail(&parser->json, POND_STATUS_LIMIT, key.at,
                          "more than %d metadata strings", POND_MAX_META);
  }
  return pond_tree_set_meta(header->tree, key.text, value.text,
                            parser->json.error);
}

static PondStatus read_meta(Parser* parser, const PondJsonText* key) {
  bool more = true;
  if (parser->has_meta) {
    return duplicate(parser, key);
  }
  parser->has_meta = true;
  PondStatus status = pond_json_take(&parser->json, '{');
  for (uint32_t i = 0; !status; ++i) {
    status = pond_json_next(&parser->json, '}', i, &more);
    if (status || !more) {
      break;
    }
    status = read_meta_pair(parser);
  }
  return status;
}

static PondStatus read_dtype(Parser* parser, PondStEntry* entry) {
  char quoted[POND_QUOTE_SIZE];
  PondJsonText name;
  const PondStatus status = pond_json_string(&parser->json, &name);
  if (status) {
    return status;
  }
  entry->row = pond_dtype_find(name.text);
  if (!entry->row) {
    return pond_json_fail(&parser->json, POND_STATUS_BAD_FORMAT, name.at,
                          "%s is no element type known here: convert the "
                          "tensor to F32",
                          pond_quote(name.text, quoted));
  }
  return POND_OK;
}

static PondStatus read_shape(Parser* parser, PondStEntry* entry) {
  PondJson* json = &parser->json;
  bool more = true;
  PondStatus status = pond_json_take(json, '[');
  for (uint32_t i = 0; !status; ++i) {
    status = pond_json_next(json, ']', i, &more);
    if (status || !more) {
      break;
    }
    if (i == POND_MAX_DIMS) {
      return pond_json_fail(json, POND_STATUS_LIMIT, json->at,
                            "a shape of more than %d dimensions: reshape the "
                            "tensor",
                            POND_MAX_DIMS);
    }
    status = pond_json_integer(json, &entry->shape[i]);
    entry->n_dims = i + 1;
  }
  return status;
}

static PondStatus read_offsets(Parser* parser, PondStEntry* entry) {
  PondJson* json = &parser->json;
  PondStatus status = pond_json_take(json, '[');
  status = status ? status : pond_json_integer(json, &entry->begin);
  status = status ? status : pond_json_take(json, ',');
  status = status ? status : pond_json_integer(json, &entry->end);
  return status ? status : pond_json_take(json, ']');
}

// One of the three fields; `seen` has a bit for each.
static PondStatus read_field(Parser* parser, PondStEntry* entry,
                             uint32_t* seen) {
  typedef PondStatus ReadField(Parser*, PondStEntry*);
  static ReadField* const reads[] = {read_dtype, read_shape, read_offsets};
  char quoted[POND_QUOTE_SIZE];
  PondJsonText key;
  PondStatus status = pond_json_string(&parser->json, &key);
  status = status ? status : pond_json_take(&parser->json, ':');
  if (status) {
    return status;
  }
  for (uint32_t i = 0; i < 3; ++i) {
    if (strcmp(key.text, field_names[i]) == 0) {
      if (*seen & (1U << i)) {
        return duplicate(parser, &key);
      }
      *seen |= 1U << i;
      return reads[i](parser, entry);
    }
  }
  return pond_json_fail(&parser->json, POND_STATUS_BAD_FORMAT, key.at,
                        "a tensor has the unknown field %s; allowed are "
                        "dtype, shape, data_offsets",
                        pond_quote(key.text, quoted));
}

static PondStatus read_fields(Parser* parser, PondStEntry* entry) {
  char quoted[POND_QUOTE_SIZE];
  uint32_t seen = 0;
  bool more = true;
  PondStatus status = pond_json_take(&parser->json, '{');
  for (uint32_t i = 0; !status; ++i) {
    status = pond_json_next(&parser->json, '}', i, &more);
    if (status || !more) {
      break;
    }
    status = read_field(parser, entry, &seen);
  }
  for (uint32_t i = 0; !status && i < 3; ++i) {
    if (!(seen & (1U << i))) {
      return pond_json_fail(&parser->json, POND_STATUS_BAD_FORMAT,
                            parser->json.at - 1, "tensor %s has no %s",
                            pond_quote(entry->name, quoted), field_names[i]);
    }
  }
  return status;
}

static bool grow(PondStHeader* header) {
  const uint32_t capacity = header->capacity ? 2 * header->capacity : 16;
  PondStEntry* entries =
      (PondStEntry*)pond_memory_new(capacity, sizeof(*entries));
  if (!entries) {
    return false;
  }
  if (header->count) {
    memcpy(entries, header->entries, header->count * sizeof(*entries));
  }
  pond_memory_free(header->entries);
  header->entries = entries;
  header->capacity = capacity;
  return true;
}

static PondStatus read_tensor(Parser* parser, const PondJsonText* key) {
  PondStHeader* header = parser->header;
  PondJson* json = &parser->json;
  if (!key->text[0]) {
    return pond_json_fail(json, POND_STATUS_BAD_FORMAT, key->at,
                          "a tensor without a name");
  }
  if (pond_name_map_find(&header->names, key->text) != POND_NAME_MAP_NONE) {
    return duplicate(parser, key);
  }
  if (header->count >= parser->max_tensors) {
    return pond_json_fail(json, POND_STATUS_LIMIT, key->at,
                          "more than %u tensors", parser->max_tensors);
  }
  if ((header->count == header->capacity && !grow(header)) ||
      !pond_name_map_add(&header->names, key->text, NULL)) {
    return pond_error_memory(json->error, "a list of tensors");
  }
  PondStEntry* entry = &header->entries[header->count++];
  entry->name = key->text;
  entry->at = json->file_at + key->at;
  return read_fields(parser, entry);
}

static PondStatus read_member(Parser* parser) {
  PondJsonText key;
  PondStatus status = pond_json_string(&parser->json, &key);
  status = status ? status : pond_json_take(&parser->json, ':');
  if (status) {
    return status;
  }
  return strcmp(key.text, POND_META_NAME) == 0 ? read_meta(parser, &key)
                                               : read_tensor(parser, &key);
}

// Only spaces may follow the object (the format's README).
static PondStatus read_padding(PondJson* json) {
  for (; json->at < json->size; ++json->at) {
    if (json->bytes[json->at] != ' ') {
      return pond_json_fail(json, POND_STATUS_BAD_FORMAT, json->at,
                            "something other than spaces after the header's "
                            "object; the file is damaged, or its writer wrong");
    }
  }
  return POND_OK;
}

static PondStatus read_object(Parser* parser) {
  bool more = true;
  PondStatus status = pond_json_take(&parser->json, '{');
  for (uint32_t i = 0; !status; ++i) {
    status = pond_json_next(&parser->json, '}', i, &more);
    if (status || !more) {
      break;
    }
    status = read_member(parser);
  }
  return status ? status : read_padding(&parser->json);
}

PondStatus pond_st_header_read(const uint8_t* bytes, size_t header_bytes,
                               uint32_t max_tensors, PondStHeader* header,
                               PondError* error) {
  *header = (PondStHeader){0};
  const PondStatus status = pond_tree_new(&header->tree, error);
  if (status) {
    return status;
  }
  header->text = (char*)pond_memory_new(header_bytes, 1);
  if (!header->text) {
    return pond_error_memory(error, "the strings of a header");
  }
  Parser parser = {
      .json = {.bytes = bytes + POND_ST_PREFIX,
               .size = header_bytes,
               .file_at = POND_ST_PREFIX,
               .text = header->text,
               .error = error},
      .header = header,
      .max_tensors = max_tensors,
  };
  return read_object(&parser);
}

void pond_st_header_free(PondStHeader* header) {
  pond_name_map_free(&header->names);
  pond_memory_free(header->entries);
  pond_memory_free(header->text);
  pond_tree_free(header->tree);
  *header = (PondStHeader){0};
}
