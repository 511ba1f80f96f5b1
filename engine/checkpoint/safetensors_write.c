// SPDX-License-Identifier: ISC
// A tree as .safetensors bytes, the same for the same content. Control side.
//
// Order: metadata by key; tensors whose size is a multiple of 64 first, then by
// element size, widest first, then by name. Data start at a multiple of 64, so
// the first kind begin at multiples of 64 and all at one of their element size.
#include "alloc.h"
#include "errors.h"
#include "safetensors.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

// Text is measured by a first pass without `bytes` and written by a second.
typedef struct {
  uint8_t* bytes;
  size_t size;
  size_t hash_at;  // where the hash's digits were put
} Writer;

typedef struct {
  const char* key;
  const char* value;
} Pair;

// A tree in the order of the file; `pairs` begins the one block.
typedef struct {
  Pair* pairs;
  const PondTensor** tensors;
  uint32_t n_pairs;
  uint32_t n_tensors;
  bool hashed;
} Order;

static void put(Writer* writer, const void* text, size_t size) {
  if (writer->bytes) {
    memcpy(writer->bytes + writer->size, text, size);
  }
  writer->size += size;
}

static void put_text(Writer* writer, const char* text) {
  put(writer, text, strlen(text));
}

static void put_number(Writer* writer, uint64_t number) {
  char digits[20];
  size_t at = sizeof(digits);
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number);
  put(writer, digits + at, sizeof(digits) - at);
}

// Only what JSON must escape is escaped; UTF-8 stays as it is.
static void put_character(Writer* writer, char byte) {
  static const char hex[] = "0123456789abcdef";
  const uint8_t code = (uint8_t)byte;
  if (byte == '"' || byte == '\\') {
    put(writer, (const char[]){'\\', byte}, 2);
  } else if (code < 0x20) {
    put(writer,
        (const char[]){'\\', 'u', '0', '0', hex[code >> 4], hex[code & 15]}, 6);
  } else {
    put(writer, &byte, 1);
  }
}

static void put_string(Writer* writer, const char* text) {
  put(writer, "\"", 1);
  for (; *text; ++text) {
    put_character(writer, *text);
  }
  put(writer, "\"", 1);
}

static int by_key(const void* left, const void* right) {
  return strcmp(((const Pair*)left)->key, ((const Pair*)right)->key);
}

static int by_alignment(const void* left, const void* right) {
  const PondTensor* a = *(const PondTensor* const*)left;
  const PondTensor* b = *(const PondTensor* const*)right;
  const bool odd_a = a->size_bytes % POND_ALIGNMENT != 0;
  const bool odd_b = b->size_bytes % POND_ALIGNMENT != 0;
  uint32_t size_a = 0;
  uint32_t size_b = 0;
  (void)pond_dtype_name(a->dtype, &size_a);
  (void)pond_dtype_name(b->dtype, &size_b);
  if (odd_a != odd_b) {
    return odd_a ? 1 : -1;
  }
  if (size_a != size_b) {
    return size_a > size_b ? -1 : 1;
  }
  return strcmp(a->name, b->name);
}

static PondStatus order_new(const PondTree* tree, Order* order,
                            PondError* error) {
  static const char no_hash[] = "00000000000000000000000000000000";
  PondPlan plan = {0};
  order->n_tensors = pond_tree_count(tree);
  order->n_pairs = pond_tree_meta_count(tree);
  (void)pond_plan_add(&plan, order->n_pairs + 1, sizeof(Pair));
  const size_t tensors =
      pond_plan_add(&plan, order->n_tensors, sizeof(PondTensor*));
  void* block = pond_plan_new(&plan);
  if (!block) {
    (void)pond_error_memory(error, "the order of a tree");
    return POND_STATUS_NO_MEM;
  }
  void* second = (char*)block + tensors;
  order->pairs = (Pair*)block;
  order->tensors = (const PondTensor**)second;
  for (uint32_t i = 0; i < order->n_pairs; ++i) {
    order->pairs[i].key = pond_tree_meta_at(tree, i, &order->pairs[i].value);
  }
  order->hashed = pond_tree_meta(tree, POND_FORMAT_KEY) != NULL;
  if (order->hashed) {
    order->pairs[order->n_pairs++] = (Pair){POND_HASH_KEY, no_hash};
  }
  for (uint32_t i = 0; i < order->n_tensors; ++i) {
    order->tensors[i] = pond_tree_at(tree, i);
  }
  qsort(order->pairs, order->n_pairs, sizeof(Pair), by_key);
  qsort((void*)order->tensors, order->n_tensors, sizeof(PondTensor*),
        by_alignment);
  return POND_OK;
}

static void put_meta(Writer* writer, const Order* order) {
  put_text(writer, "\"" POND_META_NAME "\":{");
  for (uint32_t i = 0; i < order->n_pairs; ++i) {
    put_text(writer, i ? "," : "");
    put_string(writer, order->pairs[i].key);
    put(writer, ":", 1);
    if (strcmp(order->pairs[i].key, POND_HASH_KEY) == 0) {
      writer->hash_at = writer->size + 1;
    }
    put_string(writer, order->pairs[i].value);
  }
  put(writer, "}", 1);
}

static void put_tensor(Writer* writer, const PondTensor* tensor,
                       uint64_t begin) {
  put_string(writer, tensor->name);
  put_text(writer, ":{\"dtype\":\"");
  put_text(writer, pond_dtype_name(tensor->dtype, NULL));
  put_text(writer, "\",\"shape\":[");
  for (uint32_t i = 0; i < tensor->n_dims; ++i) {
    put_text(writer, i ? "," : "");
    put_number(writer, tensor->shape[i]);
  }
  put_text(writer, "],\"data_offsets\":[");
  put_number(writer, begin);
  put(writer, ",", 1);
  put_number(writer, begin + tensor->size_bytes);
  put_text(writer, "]}");
}

// The header, padded so that what follows lies at a multiple of 64.
static void put_header(Writer* writer, const Order* order) {
  uint64_t begin = 0;
  put(writer, "{", 1);
  if (order->n_pairs) {
    put_meta(writer, order);
  }
  for (uint32_t i = 0; i < order->n_tensors; ++i) {
    put_text(writer, i || order->n_pairs ? "," : "");
    put_tensor(writer, order->tensors[i], begin);
    begin += order->tensors[i]->size_bytes;
  }
  put(writer, "}", 1);
  while ((writer->size + POND_ST_PREFIX) % POND_ALIGNMENT) {
    put(writer, " ", 1);
  }
}

static PondStatus check_types(const Order* order, PondError* error) {
  char quoted[POND_QUOTE_SIZE];
  for (uint32_t i = 0; i < order->n_tensors; ++i) {
    if (order->tensors[i]->dtype == POND_DTYPE_OTHER) {
      return pond_error(error, POND_STATUS_UNSUPPORTED,
                        "tensor %s is of a type that is read but not written: "
                        "convert it or leave it out",
                        pond_quote(order->tensors[i]->name, quoted));
    }
  }
  return POND_OK;
}

static size_t data_size(const Order* order, bool* overflow) {
  size_t size = 0;
  *overflow = false;
  for (uint32_t i = 0; i < order->n_tensors; ++i) {
    *overflow = *overflow || __builtin_add_overflow(
                                 size, order->tensors[i]->size_bytes, &size);
  }
  return size;
}

static void fill(uint8_t* bytes, size_t header_bytes, size_t data_bytes,
                 const Order* order) {
  Writer writer = {.bytes = bytes + POND_ST_PREFIX};
  for (int i = 0; i < POND_ST_PREFIX; ++i) {
    bytes[i] = (uint8_t)(header_bytes >> (8 * i));
  }
  put_header(&writer, order);
  for (uint32_t i = 0; i < order->n_tensors; ++i) {
    put(&writer, order->tensors[i]->data, order->tensors[i]->size_bytes);
  }
  if (order->hashed) {
    uint8_t* header = bytes + POND_ST_PREFIX;
    const PondStParts parts = {header, header_bytes, header + header_bytes,
                               data_bytes};
    pond_st_hash(&parts, writer.hash_at, (char*)header + writer.hash_at);
  }
}

static PondStatus encode(const Order* order, uint8_t** bytes,
                         size_t* size_bytes, PondError* error) {
  Writer measure = {0};
  bool overflow = false;
  put_header(&measure, order);
  const size_t data_bytes = data_size(order, &overflow);
  if (measure.size > POND_ST_MAX_HEADER) {
    return pond_error(error, POND_STATUS_LIMIT,
                      "names and metadata need a header of %zu bytes, more "
                      "than the %d allowed: shorten them",
                      measure.size, POND_ST_MAX_HEADER);
  }
  const size_t start = POND_ST_PREFIX + measure.size;
  uint8_t* made = overflow || data_bytes > SIZE_MAX - start
                      ? NULL
                      : (uint8_t*)pond_memory_new(start + data_bytes, 1);
  if (!made) {
    return pond_error_memory(error, "the bytes of a .safetensors file");
  }
  fill(made, measure.size, data_bytes, order);
  *bytes = made;
  *size_bytes = start + data_bytes;
  return POND_OK;
}

PondStatus pond_safetensors_encode(const PondTree* tree, uint8_t** bytes,
                                   size_t* size_bytes, PondError* error) {
  Order order = {0};
  PondStatus status = order_new(tree, &order, error);
  status = status ? status : check_types(&order, error);
  status = status ? status : encode(&order, bytes, size_bytes, error);
  pond_memory_free(order.pairs);
  return status;
}
