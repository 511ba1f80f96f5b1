// SPDX-License-Identifier: ISC
// Trees to .safetensors bytes and back, and damage to such bytes. One thread.
#include "pond/checkpoint.h"
#include "tree_tools.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct {
  uint8_t* bytes;
  size_t size;
} Bytes;

static Bytes encode(const PondTree* tree) {
  Bytes made = {0};
  PondError error = {0};
  assert_non_null(tree);
  if (pond_safetensors_encode(tree, &made.bytes, &made.size, &error)) {
    fail_msg("%s", error.text);
  }
  return made;
}

static PondTree* decode(Bytes bytes) {
  PondError error = {0};
  PondTree* tree = NULL;
  if (pond_safetensors_decode(bytes.bytes, bytes.size, NULL, &tree, &error)) {
    fail_msg("%s", error.text);
  }
  return tree;
}

static void check_round_trip(PondTree* tree) {
  const Bytes first = encode(tree);
  PondTree* back = decode(first);
  assert_true(same_tree(tree, back));
  const Bytes second = encode(back);
  assert_int_equal(first.size, second.size);
  assert_memory_equal(first.bytes, second.bytes, first.size);
  pond_tree_free(back);
  free(first.bytes);
  free(second.bytes);
}

static void add(PondTree* tree, const char* name, PondDtype dtype,
                uint32_t n_dims, const uint64_t* shape) {
  uint32_t size = 0;
  PondTensor tensor = {.name = name, .dtype = dtype, .n_dims = n_dims};
  (void)pond_dtype_name(dtype, &size);
  for (uint32_t i = 0; i < n_dims; ++i) {
    tensor.shape[i] = shape[i];
    size *= (uint32_t)shape[i];
  }
  uint8_t data[1024];
  assert_in_range(size, 0, sizeof(data));
  for (uint32_t i = 0; i < size; ++i) {
    data[i] = (uint8_t)(i * 37 + 11);
  }
  tensor.data = data;
  tensor.size_bytes = size;
  assert_int_equal(pond_tree_add(tree, &tensor, NULL), POND_OK);
}

static void every_dtype_and_rank_round_trips(void** state) {
  (void)state;
  const uint64_t shape[POND_MAX_DIMS] = {2, 1, 3, 1, 1, 2, 1, 1};
  const uint64_t empty[] = {0, 5};
  char name[32];
  uint32_t count = 0;
  PondTree* tree = NULL;
  assert_int_equal(pond_tree_new(&tree, NULL), POND_OK);
  for (int dtype = 0; dtype < POND_DTYPE_OTHER; ++dtype) {
    for (uint32_t n_dims = 0; n_dims <= POND_MAX_DIMS; ++n_dims) {
      (void)snprintf(name, sizeof(name), "t%d.%u", dtype, n_dims);
      add(tree, name, (PondDtype)dtype, n_dims, shape);
      ++count;
    }
    (void)snprintf(name, sizeof(name), "e%d", dtype);
    add(tree, name, (PondDtype)dtype, 2, empty);
  }
  assert_int_equal(count, 14 * 9);
  check_round_trip(tree);
  assert_int_equal(pond_tree_set_meta(tree, "pond.format", "1", NULL), POND_OK);
  check_round_trip(tree);
  pond_tree_free(tree);
}

static void trees_of_0_1_and_4096_tensors_round_trip(void** state) {
  (void)state;
  const uint64_t shape[] = {3};
  char name[32];
  for (int n = 0; n <= 4096; n = n ? n * 4096 : 1) {
    PondTree* tree = NULL;
    assert_int_equal(pond_tree_new(&tree, NULL), POND_OK);
    for (int i = 0; i < n; ++i) {
      (void)snprintf(name, sizeof(name), "tensor.%d", i);
      add(tree, name, (PondDtype)(i % POND_DTYPE_OTHER), 1, shape);
    }
    check_round_trip(tree);
    pond_tree_free(tree);
    if (n == 4096) {
      break;
    }
  }
}

static void strings_of_every_kind_round_trip(void** state) {
  (void)state;
  PondTree* tree = small_tree();
  char key[2] = {0};
  assert_non_null(tree);
  for (int byte = 1; byte < 128; ++byte) {
    key[0] = (char)byte;
    assert_int_equal(pond_tree_set_meta(tree, key, key, NULL), POND_OK);
  }
  assert_int_equal(pond_tree_set_meta(tree, "", "", NULL), POND_OK);
  assert_int_equal(
      pond_tree_set_meta(tree, "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBF", NULL),
      POND_OK);
  check_round_trip(tree);
  pond_tree_free(tree);
}

static void bytes_do_not_depend_on_the_order_of_adding(void** state) {
  (void)state;
  PondTree* forward = small_tree();
  PondTree* backward = NULL;
  assert_non_null(forward);
  assert_int_equal(pond_tree_new(&backward, NULL), POND_OK);
  for (uint32_t i = pond_tree_count(forward); i-- > 0;) {
    assert_int_equal(pond_tree_add(backward, pond_tree_at(forward, i), NULL),
                     POND_OK);
  }
  for (uint32_t i = pond_tree_meta_count(forward); i-- > 0;) {
    const char* value = NULL;
    const char* key = pond_tree_meta_at(forward, i, &value);
    assert_int_equal(pond_tree_set_meta(backward, key, value, NULL), POND_OK);
  }
  const Bytes one = encode(forward);
  const Bytes two = encode(backward);
  assert_int_equal(one.size, two.size);
  assert_memory_equal(one.bytes, two.bytes, one.size);
  free(one.bytes);
  free(two.bytes);
  pond_tree_free(forward);
  pond_tree_free(backward);
}

static void data_begin_at_a_multiple_of_64_and_elements_are_aligned(
    void** state) {
  (void)state;
  PondTree* tree = small_tree();
  const uint64_t shape[] = {48};
  add(tree, "z64", POND_DTYPE_F64, 1, shape);
  add(tree, "a16", POND_DTYPE_BF16, 1, shape);
  const Bytes made = encode(tree);
  uint64_t header = 0;
  memcpy(&header, made.bytes, 8);
  assert_int_equal((8 + header) % 64, 0);
  assert_int_equal(made.bytes[8], '{');
  size_t at = 8 + (size_t)header;
  PondTree* back = decode(made);
  for (uint32_t i = 0; i < pond_tree_count(back); ++i) {
    const PondTensor* tensor = pond_tree_at(back, i);
    uint32_t element = 0;
    (void)pond_dtype_name(tensor->dtype, &element);
    assert_int_equal(at % (tensor->size_bytes % 64 ? element : 64), 0);
    assert_memory_equal(made.bytes + at, tensor->data, tensor->size_bytes);
    at += tensor->size_bytes;
  }
  assert_int_equal(at, made.size);
  free(made.bytes);
  pond_tree_free(back);
  pond_tree_free(tree);
}

// The bytes of a file never change without this test saying so.
static void header_is_written_as_ever(void** state) {
  (void)state;
  static const char want[] =
      "{\"__metadata__\":{\"pond.format\":\"1\",\"pond.hash\":"
      "\"6c78da88b933d5c7f862e2172749113d\"},"
      "\"a\\\"\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
  PondTree* tree = NULL;
  const uint64_t shape[] = {1};
  assert_int_equal(pond_tree_new(&tree, NULL), POND_OK);
  add(tree, "a\"", POND_DTYPE_F32, 1, shape);
  assert_int_equal(pond_tree_set_meta(tree, "pond.format", "1", NULL), POND_OK);
  const Bytes made = encode(tree);
  char got[sizeof(want)] = {0};
  memcpy(got, made.bytes + 8, sizeof(want) - 1);
  assert_string_equal(got, want);
  free(made.bytes);
  pond_tree_free(tree);
}

static void every_truncation_is_refused(void** state) {
  (void)state;
  PondTree* tree = small_tree();
  const Bytes made = encode(tree);
  size_t refused = 0;
  for (size_t size = 0; size < made.size; ++size) {
    PondError error = {0};
    PondTree* back = NULL;
    // A block of its own, so that a sanitizer sees a byte read too many.
    uint8_t* cut = (uint8_t*)malloc(size ? size : 1);
    assert_non_null(cut);
    memcpy(cut, made.bytes, size);
    if (!pond_safetensors_decode(cut, size, NULL, &back, &error)) {
      fail_msg("%zu of %zu bytes were accepted", size, made.size);
    }
    assert_null(back);
    assert_true(error.status != POND_OK &&
                strncmp(error.text, "byte ", 5) == 0);
    free(cut);
    ++refused;
  }
  assert_true(refused >= 400);
  print_message("%zu truncations refused\n", refused);
  free(made.bytes);
  pond_tree_free(tree);
}

typedef struct {
  size_t refused, harmless;
} Count;

// One byte changed, and changed back.
static void change(const PondTree* tree, Bytes made, size_t at, uint8_t byte,
                   Count* count) {
  const uint8_t was = made.bytes[at];
  PondTree* back = NULL;
  made.bytes[at] = byte;
  if (pond_safetensors_decode(made.bytes, made.size, NULL, &back, NULL)) {
    ++count->refused;
  } else if (same_tree(tree, back)) {
    ++count->harmless;
  } else {
    fail_msg("byte %zu changed from %02x to %02x gave another tree", at, was,
             byte);
  }
  pond_tree_free(back);
  made.bytes[at] = was;
}

// Every bit; in the long mode every value of every byte.
static void every_flipped_bit_is_refused_or_harmless(void** state) {
  (void)state;
  const bool all = getenv("POND_LONG") != NULL;
  PondTree* tree = small_tree();
  const Bytes made = encode(tree);
  Count count = {0};
  for (size_t at = 0; at < made.size; ++at) {
    for (unsigned i = 0; i < (all ? 255U : 8U); ++i) {
      const unsigned mask = all ? i + 1 : 1U << i;
      change(tree, made, at, (uint8_t)(made.bytes[at] ^ mask), &count);
    }
  }
  assert_int_equal(count.refused + count.harmless,
                   made.size * (all ? 255U : 8U));
  assert_true(count.refused >= 3200);
  print_message("%zu flips refused, %zu harmless\n", count.refused,
                count.harmless);
  free(made.bytes);
  pond_tree_free(tree);
}

static void types_that_are_only_read_are_not_written(void** state) {
  (void)state;
  PondError error = {0};
  uint8_t* bytes = NULL;
  size_t size = 0;
  PondTree* tree = small_tree();
  const PondTensor tensor = {.name = "f4",
                             .dtype = POND_DTYPE_OTHER,
                             .n_dims = 1,
                             .shape = {2},
                             .data = "1",
                             .size_bytes = 1};
  assert_int_equal(pond_tree_add(tree, &tensor, NULL), POND_OK);
  assert_int_equal(pond_safetensors_encode(tree, &bytes, &size, &error),
                   POND_STATUS_UNSUPPORTED);
  assert_non_null(strstr(error.text, "\"f4\""));
  assert_null(bytes);
  pond_tree_free(tree);
}

static void a_header_that_no_reader_takes_is_not_written(void** state) {
  (void)state;
  const size_t size = 5 << 20;
  PondError error = {0};
  uint8_t* bytes = NULL;
  size_t size_bytes = 0;
  char* value = (char*)malloc(size);
  PondTree* tree = small_tree();
  assert_non_null(value);
  memset(value, 'a', size - 1);
  value[size - 1] = '\0';
  assert_int_equal(pond_tree_set_meta(tree, "long", value, NULL), POND_OK);
  assert_int_equal(pond_safetensors_encode(tree, &bytes, &size_bytes, &error),
                   POND_STATUS_LIMIT);
  assert_non_null(strstr(error.text, "4194304"));
  free(value);
  pond_tree_free(tree);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_dtype_and_rank_round_trips),
      cmocka_unit_test(trees_of_0_1_and_4096_tensors_round_trip),
      cmocka_unit_test(strings_of_every_kind_round_trip),
      cmocka_unit_test(bytes_do_not_depend_on_the_order_of_adding),
      cmocka_unit_test(data_begin_at_a_multiple_of_64_and_elements_are_aligned),
      cmocka_unit_test(header_is_written_as_ever),
      cmocka_unit_test(every_truncation_is_refused),
      cmocka_unit_test(every_flipped_bit_is_refused_or_harmless),
      cmocka_unit_test(types_that_are_only_read_are_not_written),
      cmocka_unit_test(a_header_that_no_reader_takes_is_not_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
