// SPDX-License-Identifier: ISC
// The tree: adding, finding, refusing. One thread.
#include "pond/checkpoint.h"
#include "tree_tools.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static PondTensor bytes_named(const char* name) {
  return (PondTensor){.name = name,
                      .dtype = POND_DTYPE_U8,
                      .n_dims = 1,
                      .shape = {4},
                      .data = "1234",
                      .size_bytes = 4};
}

static void tree_keeps_copies_in_order_and_aligned(void** state) {
  (void)state;
  char name[] = "first";
  char data[] = "1234";
  PondTree* tree = NULL;
  assert_int_equal(pond_tree_new(&tree, NULL), POND_OK);
  PondTensor tensor = bytes_named(name);
  tensor.data = data;
  assert_int_equal(pond_tree_add(tree, &tensor, NULL), POND_OK);
  tensor = bytes_named("second");
  assert_int_equal(pond_tree_add(tree, &tensor, NULL), POND_OK);
  memset(name, 'x', 5);
  memset(data, 'x', 4);
  assert_string_equal(pond_tree_at(tree, 0)->name, "first");
  assert_memory_equal(pond_tree_at(tree, 0)->data, "1234", 4);
  assert_int_equal((uintptr_t)pond_tree_at(tree, 0)->data % 64, 0);
  assert_ptr_equal(pond_tree_at(tree, 1), pond_tree_find(tree, "second"));
  assert_null(pond_tree_find(tree, "xxxxx"));
  assert_null(pond_tree_at(tree, 2));
  pond_tree_free(tree);
  pond_tree_free(NULL);
}

static void tree_finds_each_of_4096_and_takes_no_more(void** state) {
  (void)state;
  char name[32];
  PondError error = {0};
  PondTree* tree = NULL;
  assert_int_equal(pond_tree_new(&tree, NULL), POND_OK);
  for (int i = 0; i < 4096; ++i) {
    (void)snprintf(name, sizeof(name), "tensor.%d", i);
    const PondTensor tensor = bytes_named(name);
    assert_int_equal(pond_tree_add(tree, &tensor, NULL), POND_OK);
  }
  for (uint32_t i = 0; i < 4096; ++i) {
    (void)snprintf(name, sizeof(name), "tensor.%u", i);
    assert_ptr_equal(pond_tree_find(tree, name), pond_tree_at(tree, i));
  }
  const PondTensor tensor = bytes_named("one more");
  assert_int_equal(pond_tree_add(tree, &tensor, &error), POND_STATUS_LIMIT);
  assert_non_null(strstr(error.text, "4096"));
  pond_tree_free(tree);
}

#define BYTES_NAMED(text)  \
  {.name = (text),         \
   .dtype = POND_DTYPE_U8, \
   .n_dims = 1,            \
   .shape = {4},           \
   .data = "1234",         \
   .size_bytes = 4}

static const struct {
  PondTensor tensor;
  PondStatus status;
  const char* text;
} bad_tensors[] = {
    {BYTES_NAMED(""), POND_STATUS_BAD_ARG, "empty"},
    {BYTES_NAMED(NULL), POND_STATUS_BAD_ARG, "empty"},
    {BYTES_NAMED("\xFF"), POND_STATUS_BAD_ARG, "UTF-8"},
    {BYTES_NAMED("\xED\xA0\x80"), POND_STATUS_BAD_ARG, "UTF-8"},
    {BYTES_NAMED("\xC0\x80"), POND_STATUS_BAD_ARG, "UTF-8"},
    {BYTES_NAMED("\xF4\x90\x80\x80"), POND_STATUS_BAD_ARG, "UTF-8"},
    {BYTES_NAMED("frame"), POND_STATUS_BAD_ARG, "\"frame\" already"},
    {BYTES_NAMED("__metadata__"), POND_STATUS_BAD_ARG, "metadata"},
    {{.name = "a", .n_dims = 9}, POND_STATUS_BAD_ARG, "\"a\""},
    {{.name = "a", .size_bytes = 4}, POND_STATUS_BAD_ARG, "no data"},
    {{.name = "a", .data = "1234", .size_bytes = 3},
     POND_STATUS_MISMATCH,
     "3 bytes"},
    {{.name = "a",
      .n_dims = 3,
      .shape = {(uint64_t)1 << 32, (uint64_t)1 << 32, 0}},
     POND_STATUS_MISMATCH,
     "shape"},
    {{.name = "a",
      .dtype = POND_DTYPE_OTHER,
      .n_dims = 1,
      .shape = {3},
      .data = "1234",
      .size_bytes = 4},
     POND_STATUS_MISMATCH,
     "shape"},
};

static void tree_refuses_bad_tensors_by_name(void** state) {
  (void)state;
  PondTree* tree = small_tree();
  assert_non_null(tree);
  const uint32_t before = pond_tree_count(tree);
  for (size_t i = 0; i < sizeof(bad_tensors) / sizeof(bad_tensors[0]); ++i) {
    PondError error = {0};
    assert_int_equal(pond_tree_add(tree, &bad_tensors[i].tensor, &error),
                     bad_tensors[i].status);
    if (!strstr(error.text, bad_tensors[i].text)) {
      fail_msg("case %zu: \"%s\" lacks \"%s\"", i, error.text,
               bad_tensors[i].text);
    }
  }
  PondTensor unknown = bytes_named("unknown type");
  memset(&unknown.dtype, 0x3F, sizeof(unknown.dtype));
  assert_int_equal(pond_tree_add(tree, &unknown, NULL), POND_STATUS_BAD_ARG);
  assert_int_equal(pond_tree_count(tree), before);
  pond_tree_free(tree);
}

static void meta_is_set_replaced_and_removed(void** state) {
  (void)state;
  const char* value = NULL;
  PondTree* tree = NULL;
  assert_int_equal(pond_tree_new(&tree, NULL), POND_OK);
  assert_null(pond_tree_meta(tree, "a"));
  assert_int_equal(pond_tree_set_meta(tree, "a", "1", NULL), POND_OK);
  assert_int_equal(pond_tree_set_meta(tree, "b", "2", NULL), POND_OK);
  assert_int_equal(pond_tree_set_meta(tree, "c", "3", NULL), POND_OK);
  assert_int_equal(pond_tree_set_meta(tree, "b", "two", NULL), POND_OK);
  assert_int_equal(pond_tree_meta_count(tree), 3);
  assert_string_equal(pond_tree_meta_at(tree, 1, &value), "b");
  assert_string_equal(value, "two");
  assert_int_equal(pond_tree_set_meta(tree, "a", NULL, NULL), POND_OK);
  assert_int_equal(pond_tree_set_meta(tree, "a", NULL, NULL), POND_OK);
  assert_int_equal(pond_tree_meta_count(tree), 2);
  assert_string_equal(pond_tree_meta(tree, "b"), "two");
  assert_string_equal(pond_tree_meta(tree, "c"), "3");
  assert_null(pond_tree_meta(tree, "a"));
  assert_null(pond_tree_meta_at(tree, 2, NULL));
  pond_tree_free(tree);
}

static void meta_refuses_the_hash_and_what_is_no_utf8(void** state) {
  (void)state;
  PondError error = {0};
  PondTree* tree = small_tree();
  assert_non_null(tree);
  assert_int_equal(pond_tree_set_meta(tree, "pond.hash", "0", &error),
                   POND_STATUS_BAD_ARG);
  assert_non_null(strstr(error.text, "pond.hash"));
  assert_int_equal(pond_tree_set_meta(tree, "\x80", "0", &error),
                   POND_STATUS_BAD_ARG);
  assert_int_equal(pond_tree_set_meta(tree, "a", "\xC3", &error),
                   POND_STATUS_BAD_ARG);
  pond_tree_free(tree);
}

static void dtypes_have_names_and_sizes(void** state) {
  (void)state;
  uint32_t size = 0;
  uint32_t sum = 0;
  for (int i = 0; i < POND_DTYPE_OTHER; ++i) {
    assert_non_null(pond_dtype_name((PondDtype)i, &size));
    sum += size;
  }
  assert_int_equal(sum, 4 + 8 + 2 + 2 + 15 + 15 + 1 + 8);
  assert_string_equal(pond_dtype_name(POND_DTYPE_BF16, &size), "BF16");
  assert_int_equal(size, 2);
  assert_string_equal(pond_dtype_name(POND_DTYPE_OTHER, &size), "OTHER");
  assert_int_equal(size, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tree_keeps_copies_in_order_and_aligned),
      cmocka_unit_test(tree_finds_each_of_4096_and_takes_no_more),
      cmocka_unit_test(tree_refuses_bad_tensors_by_name),
      cmocka_unit_test(meta_is_set_replaced_and_removed),
      cmocka_unit_test(meta_refuses_the_hash_and_what_is_no_utf8),
      cmocka_unit_test(dtypes_have_names_and_sizes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
