// SPDX-License-Identifier: ISC
// Hostile .safetensors bytes: a table of every class, and stored files. One
// thread.
#include "pond/checkpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

// A file is built from a header's text, `data` bytes of zeros, and the header's
// length plus `length_off`.
typedef struct {
  const char* header;
  size_t data;
  PondStatus status;
  const char* text;  // what the message must contain
  int64_t length_off;
} Case;

#define OK POND_OK
#define BAD POND_STATUS_BAD_FORMAT
#define LIMIT POND_STATUS_LIMIT
#define T(name, dtype, shape, offsets)                     \
  "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape \
  ",\"data_offsets\":" offsets "}"
#define A(shape, offsets) "{" T("a", "F32", shape, offsets) "}"
#define NAME(name) "{" T(name, "U8", "[]", "[0,1]") "}"
#define META(meta) "{\"__metadata__\":" meta "}"
#define TENSOR(fields) "{\"a\":{" fields "}}"

static const Case cases[] = {
    // legal
    {"{}", 0, OK, NULL, 0},
    {"{ \t\r\n }  ", 0, OK, NULL, 0},
    {A("[1]", "[0,4]"), 4, OK, NULL, 0},
    {A("[]", "[0,4]"), 4, OK, NULL, 0},
    {A("[0]", "[0,0]"), 0, OK, NULL, 0},
    {A("[ 2 , 3 ]", "[ 0 , 24 ]"), 24, OK, NULL, 0},
    {A("[1,1,1,1,1,1,1,1]", "[0,4]"), 4, OK, NULL, 0},
    {A("[1099511627776,0]", "[0,0]"), 0, OK, NULL, 0},
    {META("{}"), 0, OK, NULL, 0},
    {META("{\"\":\"\"}"), 0, OK, NULL, 0},
    {"{" T("b", "F32", "[1]", "[4,8]") "," T("a", "F32", "[1]", "[0,4]") "}", 8,
     OK, NULL, 0},
    {"{" T("a", "F32", "[0]", "[4,4]") "," T("b", "F32", "[1]", "[0,4]") "}", 4,
     OK, NULL, 0},
    {"{" T("a", "F4", "[2]", "[0,1]") "}", 1, OK, NULL, 0},
    {"{" T("a", "F6_E2M3", "[4]", "[0,3]") "}", 3, OK, NULL, 0},
    {"{" T("a", "F8_E4M3", "[4]", "[0,4]") "}", 4, OK, NULL, 0},
    {NAME("../../etc/passwd"), 1, OK, NULL, 0},
    {NAME("\\ud83c\\udfb5\\u00e9\\n\\/"), 1, OK, NULL, 0},
    {TENSOR("\"data_offsets\":[0,1],\"shape\":[],\"dtype\":\"U8\""), 1, OK,
     NULL, 0},
    // the length
    {"{}", 0, BAD, "byte 0: a header of 3", 1},
    {"{}", 0, BAD, "byte 0: a header of", 1000},
    {"{}", 0, BAD, "byte 0: a header of", INT64_MAX - 2},
    {"{}", 0, BAD, "byte 0: a header of 18446744073709551615", -3},
    {"{}", 0, BAD, "byte 0: a header of 18446744073709551608", -10},
    {"{}", 0, BAD, "begin with '{'", -2},
    {"{}", 0, BAD, "begin with '{'", -1},
    {A("[1]", "[0,4]"), 4, BAD, "ends too early", -1},
    {A("[1]", "[0,4]"), 4, BAD, "after the header's object", 1},
    // the beginning and the end
    {" {}", 0, BAD, "byte 8: the header does not begin with '{'", 0},
    {"[]", 0, BAD, "begin with '{'", 0},
    {"\"a\"", 0, BAD, "begin with '{'", 0},
    {"\xEF\xBB\xBF{}", 0, BAD, "begin with '{'", 0},
    {"{}\n", 0, BAD, "byte 10: something other than spaces", 0},
    {"{}{}", 0, BAD, "other than spaces", 0},
    {"{} }", 0, BAD, "other than spaces", 0},
    {"{ ", 1, BAD, "ends too early", 0},
    // syntax
    {"{\"a\":}", 0, BAD, "'{' is missing", 0},
    {"{\"a\" {}}", 0, BAD, "':' is missing", 0},
    {"{a:{}}", 0, BAD, "a string is missing", 0},
    {"{'a':{}}", 0, BAD, "a string is missing", 0},
    {"{\"a\":null}", 0, BAD, "'{' is missing", 0},
    {"{\"a\":[[[[[[[[]]]]]]]]}", 0, BAD, "'{' is missing", 0},
    {"{{{{{{{{{{{{{{{{{{{{{{", 0, BAD, "a string is missing", 0},
    {"{" T("a", "U8", "[]", "[0,1]") ",}", 1, BAD, "a string is missing", 0},
    {"{," T("a", "U8", "[]", "[0,1]") "}", 1, BAD, "a string is missing", 0},
    {"{" T("a", "U8", "[]", "[0,1]") T("b", "U8", "[]", "[1,2]") "}", 2, BAD,
     "',' is missing", 0},
    {"{/*c*/}", 0, BAD, "a string is missing", 0},
    // strings
    {"{\"a", 0, BAD, "without an end", 0},
    {"{\"a\\", 0, BAD, "unknown escape", 0},
    {"{\"a\\u00", 0, BAD, "four hexadecimal digits", 0},
    {NAME("\\u12g4"), 1, BAD, "four hexadecimal digits", 0},
    {NAME("\\x41"), 1, BAD, "unknown escape", 0},
    {NAME("\\ud800"), 1, BAD, "surrogate", 0},
    {NAME("\\udc00"), 1, BAD, "surrogate", 0},
    {NAME("\\udc00\\udc00"), 1, BAD, "surrogate", 0},
    {NAME("\\udbff\\ue000"), 1, BAD, "surrogate", 0},
    {NAME("\\ud800\\ud800"), 1, BAD, "surrogate", 0},
    {NAME("\\ud800x\\udc00"), 1, BAD, "surrogate", 0},
    {NAME("a\\u0000b"), 1, BAD, "NUL", 0},
    {NAME("a\nb"), 1, BAD, "control character", 0},
    {NAME("\x80"), 1, BAD, "UTF-8", 0},
    {NAME("\xC0\x80"), 1, BAD, "UTF-8", 0},
    {NAME("\xC1\xBF"), 1, BAD, "UTF-8", 0},
    {NAME("\xC3"), 1, BAD, "UTF-8", 0},
    {NAME("\xE0\x9F\xBF"), 1, BAD, "UTF-8", 0},
    {NAME("\xED\xA0\x80"), 1, BAD, "UTF-8", 0},
    {NAME("\xF0\x8F\xBF\xBF"), 1, BAD, "UTF-8", 0},
    {NAME("\xF4\x90\x80\x80"), 1, BAD, "UTF-8", 0},
    {NAME("\xF5\x80\x80\x80"), 1, BAD, "UTF-8", 0},
    {NAME("\xFF"), 1, BAD, "UTF-8", 0},
    {"{\"\xF0\x9F", 0, BAD, "UTF-8", 0},
    {NAME(""), 1, BAD, "without a name", 0},
    // numbers
    {A("[1.5]", "[0,4]"), 4, BAD, "plain digits", 0},
    {A("[1.0]", "[0,4]"), 4, BAD, "plain digits", 0},
    {A("[1e0]", "[0,4]"), 4, BAD, "plain digits", 0},
    {A("[1E0]", "[0,4]"), 4, BAD, "plain digits", 0},
    {A("[-1]", "[0,4]"), 4, BAD, "plain digits", 0},
    {A("[-0]", "[0,0]"), 0, BAD, "plain digits", 0},
    {A("[+1]", "[0,4]"), 4, BAD, "plain digits", 0},
    {A("[01]", "[0,4]"), 4, BAD, "plain digits", 0},
    {A("[00]", "[0,0]"), 0, BAD, "plain digits", 0},
    {A("[0x1]", "[0,4]"), 4, BAD, "',' is missing", 0},
    {A("[\"1\"]", "[0,4]"), 4, BAD, "plain digits", 0},
    {A("[true]", "[0,4]"), 4, BAD, "plain digits", 0},
    {A("[null]", "[0,4]"), 4, BAD, "plain digits", 0},
    {A("[[1]]", "[0,4]"), 4, BAD, "plain digits", 0},
    {A("[9223372036854775808]", "[0,4]"), 4, BAD, "2^63", 0},
    {A("[18446744073709551615]", "[0,4]"), 4, BAD, "2^63", 0},
    {A("[18446744073709551617]", "[0,4]"), 4, BAD, "2^63", 0},
    {A("[99999999999999999999999999]", "[0,4]"), 4, BAD, "2^63", 0},
    {A("[1]", "[18446744073709551612,18446744073709551616]"), 0, BAD, "2^63",
     0},
    {A("[1]", "[9223372036854775800,9223372036854775804]"), 0, BAD, "hole", 0},
    // duplicates
    {"{" T("a", "U8", "[]", "[0,1]") "," T("a", "U8", "[]", "[1,2]") "}", 2,
     BAD, "\"a\" stands there twice", 0},
    {"{" T("a", "U8", "[0]", "[0,0]") "," T("\\u0061", "U8", "[0]",
                                            "[0,0]") "}",
     0, BAD, "\"a\" stands there twice", 0},
    {META("{\"k\":\"1\",\"k\":\"1\"}"), 0, BAD, "\"k\" stands there twice", 0},
    {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, BAD, "twice", 0},
    {"{\"__metadata__\":{},\"\\u005f_metadata__\":{}}", 0, BAD, "twice", 0},
    {TENSOR("\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[],"
            "\"data_offsets\":[0,1]"),
     1, BAD, "\"dtype\" stands there twice", 0},
    {TENSOR("\"shape\":[],\"shape\":[]"), 1, BAD, "\"shape\" stands", 0},
    {TENSOR("\"data_offsets\":[0,1],\"data_offsets\":[0,1]"), 1, BAD, "twice",
     0},
    // metadata
    {META("[]"), 0, BAD, "'{' is missing", 0},
    {META("null"), 0, BAD, "'{' is missing", 0},
    {META("{\"k\":1}"), 0, BAD, "a string is missing", 0},
    {META("{\"k\":{}}"), 0, BAD, "a string is missing", 0},
    {META("{\"k\":null}"), 0, BAD, "a string is missing", 0},
    {META("{\"k\"}"), 0, BAD, "':' is missing", 0},
    {META("{\"pond.format\":\"1\"}"), 0, BAD, "no \"pond.hash\"", 0},
    {META("{\"pond.hash\":\"1\"}"), 0, BAD, "32 digits", 0},
    {META("{\"pond.hash\":\"0000000000000000000000000000000A\"}"), 0, BAD,
     "32 digits", 0},
    {META("{\"pond.hash\":\"\\u0030000000000000000000000000000\"}"), 0, BAD,
     "32 digits", 0},
    {META("{\"pond.hash\":\"00000000000000000000000000000000\"}"), 0, BAD,
     "the file is damaged", 0},
    {META("{\"pond.hash\":\"00000000000000000000000000000000\","
          "\"pond.hash\":\"00000000000000000000000000000000\"}"),
     0, BAD, "twice", 0},
    // fields
    {TENSOR(""), 0, BAD, "\"a\" has no dtype", 0},
    {TENSOR("\"dtype\":\"F32\",\"data_offsets\":[0,4]"), 4, BAD, "no shape", 0},
    {TENSOR("\"dtype\":\"F32\",\"shape\":[]"), 4, BAD, "no data_offsets", 0},
    {TENSOR("\"shape\":[],\"data_offsets\":[0,4]"), 4, BAD, "no dtype", 0},
    {TENSOR("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1"),
     4, BAD, "unknown field \"x\"", 0},
    {TENSOR("\"Dtype\":\"F32\""), 4, BAD, "unknown field", 0},
    {TENSOR("\"strides\":[1]"), 4, BAD, "unknown field", 0},
    {TENSOR("\"dtype\":1"), 4, BAD, "a string is missing", 0},
    {TENSOR("\"shape\":4"), 4, BAD, "'[' is missing", 0},
    {TENSOR("\"shape\":{}"), 4, BAD, "'[' is missing", 0},
    {"{" T("a", "F99", "[1]", "[0,4]") "}", 4, BAD, "\"F99\" is no element", 0},
    {"{" T("a", "f32", "[1]", "[0,4]") "}", 4, BAD, "no element type", 0},
    {"{" T("a", "", "[1]", "[0,4]") "}", 4, BAD, "no element type", 0},
    {"{" T("a", "OTHER", "[1]", "[0,4]") "}", 4, BAD, "no element type", 0},
    {A("[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, LIMIT, "8 dimensions", 0},
    {A("[1]", "[0]"), 4, BAD, "',' is missing", 0},
    {A("[1]", "[]"), 4, BAD, "plain digits", 0},
    {A("[1]", "[0,4,8]"), 4, BAD, "']' is missing", 0},
    {A("[1]", "{}"), 4, BAD, "'[' is missing", 0},
    // layout
    {A("[1]", "[4,0]"), 4, BAD, "ends before it begins", 0},
    {A("[1]", "[4,8]"), 8, BAD, "hole", 0},
    {A("[2]", "[0,4]"), 4, BAD, "4 bytes of data for a shape of 8", 0},
    {A("[1]", "[0,8]"), 8, BAD, "8 bytes of data for a shape of 4", 0},
    {A("[0]", "[0,4]"), 4, BAD, "for a shape of 0", 0},
    {A("[2]", "[0,8]"), 4, BAD, "4 bytes before its last tensor does", 0},
    {A("[1]", "[0,4]"), 0, BAD, "cut off", 0},
    {A("[1]", "[0,4]"), 5, BAD, "1 bytes after the last tensor", 0},
    {"{}", 1, BAD, "1 bytes after the last tensor", 0},
    {A("[4294967296,4294967296]", "[0,0]"), 0, BAD, "overflows", 0},
    {A("[0,4294967296,4294967296]", "[0,0]"), 0, BAD, "overflows", 0},
    {A("[4294967296,4294967296,0]", "[0,0]"), 0, BAD, "overflows", 0},
    {A("[4611686018427387904]", "[0,0]"), 0, BAD, "overflows", 0},
    {A("[576460752303423488]", "[0,0]"), 0, BAD, "overflows", 0},
    {"{" T("a", "U8", "[9223372036854775807]", "[0,9223372036854775807]") "}",
     0, BAD, "overflows", 0},
    {"{" T("a", "U8", "[1099511627776]", "[0,1099511627776]") "}", 0, BAD,
     "cut off", 0},
    {"{" T("a", "F4", "[3]", "[0,1]") "}", 1, BAD, "whole number", 0},
    {"{" T("a", "F6_E3M2", "[3]", "[0,2]") "}", 2, BAD, "whole number", 0},
    {"{" T("a", "U8", "[2]", "[0,2]") "," T("b", "U8", "[2]", "[1,3]") "}", 3,
     BAD, "overlapping", 0},
    {"{" T("a", "U8", "[2]", "[0,2]") "," T("b", "U8", "[2]", "[0,2]") "}", 2,
     BAD, "overlapping", 0},
    {"{" T("a", "U8", "[1]", "[0,1]") "," T("b", "U8", "[1]", "[2,3]") "}", 3,
     BAD, "hole", 0},
    {"{" T("a", "U8", "[0]", "[1,1]") "," T("b", "U8", "[2]", "[0,2]") "}", 2,
     BAD, "overlapping", 0},
};

static void check_case(size_t number, const Case* hostile) {
  PondError error = {0};
  PondTree* tree = NULL;
  const size_t text = strlen(hostile->header);
  const size_t size = 8 + text + hostile->data;
  const uint64_t length = text + (uint64_t)hostile->length_off;
  uint8_t* bytes = (uint8_t*)calloc(size, 1);
  assert_non_null(bytes);
  memcpy(bytes, &length, 8);
  memcpy(bytes + 8, hostile->header, text);
  const PondStatus status =
      pond_safetensors_decode(bytes, size, NULL, &tree, &error);
  if (status != hostile->status) {
    fail_msg("case %zu, %s: status %d, %s", number, hostile->header, status,
             error.text);
  }
  if (status && (tree || strncmp(error.text, "byte ", 5) != 0 ||
                 !strstr(error.text, hostile->text))) {
    fail_msg("case %zu, %s: \"%s\" lacks \"%s\"", number, hostile->header,
             error.text, hostile->text);
  }
  pond_tree_free(tree);
  free(bytes);
}

static void every_class_of_hostile_header_has_its_message(void** state) {
  (void)state;
  const size_t count = sizeof(cases) / sizeof(cases[0]);
  for (size_t i = 0; i < count; ++i) {
    check_case(i, &cases[i]);
  }
  assert_true(count >= 140);
  print_message("%zu hostile headers\n", count);
}

static uint8_t* read_file(const char* name, size_t* size) {
  char path[512];
  uint8_t* bytes = NULL;
  PondError error = {0};
  (void)snprintf(path, sizeof(path), "%s/hostile/%s", POND_TEST_DATA, name);
  if (pond_file_read(path, 1 << 20, &bytes, size, &error)) {
    fail_msg("%s", error.text);
  }
  return bytes;
}

static void stored_files_come_out_as_their_manifest_says(void** state) {
  (void)state;
  size_t size = 0;
  uint8_t* text = read_file("manifest.json", &size);
  json_t* manifest = json_loadb((const char*)text, size, 0, NULL);
  const char* name = NULL;
  json_t* entry = NULL;
  uint32_t accepted = 0;
  uint32_t refused = 0;
  assert_non_null(manifest);
  json_object_foreach(manifest, name, entry) {
    PondError error = {0};
    PondTree* tree = NULL;
    uint8_t* bytes = read_file(name, &size);
    const bool accept =
        strcmp(json_string_value(json_object_get(entry, "expect")), "accept") ==
        0;
    const PondStatus status =
        pond_safetensors_decode(bytes, size, NULL, &tree, &error);
    if (accept != (status == POND_OK)) {
      fail_msg("%s: status %d, %s", name, status, error.text);
    }
    accepted += accept;
    refused += !accept;
    pond_tree_free(tree);
    free(bytes);
  }
  assert_int_equal(accepted, 7);
  assert_int_equal(refused, 20);
  json_decref(manifest);
  free(text);
}

static const struct {
  const char* bytes;
  size_t size;
  const char* text;
} kinds[] = {
    {"PK\3\4rest of it", 14, "PyTorch .pt file"},
    {"PK\5\6rest of it", 14, "empty zip"},
    {"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20", 10, "before version 1.6"},
    {"\x80\x04\x95\0\0\0\0\0\0\0", 10, "Python pickle"},
    {"\x1f\x8b\x08\0\0\0\0\0\0\0", 10, "gzip"},
    {"GGUF\3\0\0\0\0\0", 10, "GGUF"},
    {"\x89HDF\r\n\x1a\n\0\0", 10, "HDF5"},
    {"\x93NUMPY\1\0\0\0", 10, ".npy"},
    {"PYTORCH1xx", 10, "Caffe2"},
    {"<!DOCTYPE html>", 15, "web page"},
    {"\n <html><body>", 14, "web page"},
    {"<?xml version", 13, "web page"},
    {"version https://git-lfs.github.com/spec/v1", 42, "git lfs pull"},
    {"{\"nodes\": []}", 13, "JSON text"},
    {"RIFF\0\0\0\0WAVE", 12, "sound file"},
    {"fLaC\0\0\0\x22\0\0", 10, "sound file"},
};

static void other_formats_are_named(void** state) {
  (void)state;
  for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); ++i) {
    PondError error = {0};
    PondTree* tree = NULL;
    assert_int_equal(
        pond_safetensors_decode((const uint8_t*)kinds[i].bytes, kinds[i].size,
                                NULL, &tree, &error),
        POND_STATUS_UNSUPPORTED);
    if (!strstr(error.text, kinds[i].text)) {
      fail_msg("\"%s\" lacks \"%s\"", error.text, kinds[i].text);
    }
  }
  const uint8_t tar[512] = {[0] = 'a',   [257] = 'u', [258] = 's',
                            [259] = 't', [260] = 'a', [261] = 'r'};
  PondError error = {0};
  PondTree* tree = NULL;
  assert_int_equal(
      pond_safetensors_decode(tar, sizeof(tar), NULL, &tree, &error),
      POND_STATUS_UNSUPPORTED);
  assert_non_null(strstr(error.text, "tar file"));
}

static void a_header_may_look_like_another_format(void** state) {
  (void)state;
  // A header of 0x4b50 bytes: its length spells "PK".
  const size_t length = 0x4b50;
  PondTree* tree = NULL;
  uint8_t* bytes = (uint8_t*)malloc(8 + length);
  assert_non_null(bytes);
  memset(bytes, ' ', 8 + length);
  memcpy(bytes, (const uint64_t[]){length}, 8);
  bytes[8] = '{';
  bytes[9] = '}';
  assert_int_equal(
      pond_safetensors_decode(bytes, 8 + length, NULL, &tree, NULL), POND_OK);
  pond_tree_free(tree);
  free(bytes);
}

static void limits_hold_and_can_be_lowered(void** state) {
  (void)state;
  static const char header[] =
      "{" T("a", "U8", "[0]", "[0,0]") "," T("b", "U8", "[0]", "[0,0]") "}";
  uint8_t bytes[8 + sizeof(header) - 1];
  const uint64_t length = sizeof(header) - 1;
  PondError error = {0};
  PondTree* tree = NULL;
  memcpy(bytes, &length, 8);
  memcpy(bytes + 8, header, length);
  PondLimits limits = {.max_tensors = 1};
  assert_int_equal(
      pond_safetensors_decode(bytes, sizeof(bytes), &limits, &tree, &error),
      POND_STATUS_LIMIT);
  assert_non_null(strstr(error.text, "more than 1 tensors"));
  limits = (PondLimits){.max_header_bytes = 64};
  assert_int_equal(
      pond_safetensors_decode(bytes, sizeof(bytes), &limits, &tree, &error),
      POND_STATUS_LIMIT);
  assert_non_null(strstr(error.text, "64 allowed"));
  limits = (PondLimits){.max_tensors = 1 << 30, .max_header_bytes = 1 << 30};
  assert_int_equal(
      pond_safetensors_decode(bytes, sizeof(bytes), &limits, &tree, &error),
      POND_OK);
  pond_tree_free(tree);
}

// `n` members made by `member` from their number, as a whole file.
static PondStatus decode_many(uint32_t n, const char* before,
                              const char* member, const char* after,
                              PondError* error) {
  const size_t room = 64 + (size_t)n * 96;
  uint8_t* bytes = (uint8_t*)malloc(room);
  char* text = (char*)bytes + 8;
  size_t used = 0;
  PondTree* tree = NULL;
  assert_non_null(bytes);
  used += (size_t)snprintf(text, 64, "%s", before);
  for (uint32_t i = 0; i < n; ++i) {
    const char* at = strstr(member, "%u");
    used += (size_t)snprintf(text + used, 96, "%s%.*s%u%s", i ? "," : "",
                             (int)(at - member), member, i, at + 2);
  }
  used += (size_t)snprintf(text + used, 32, "%s", after);
  memcpy(bytes, (const uint64_t[]){used}, 8);
  const PondStatus status =
      pond_safetensors_decode(bytes, 8 + used, NULL, &tree, error);
  free(bytes);
  pond_tree_free(tree);
  return status;
}

static void counts_of_tensors_and_strings_are_bounded(void** state) {
  (void)state;
  static const char tensor[] = T("t%u", "U8", "[0]", "[0,0]");
  static const char pair[] = "\"k%u\":\"\"";
  PondError error = {0};
  assert_int_equal(decode_many(4096, "{", tensor, "}", &error), POND_OK);
  assert_int_equal(decode_many(4097, "{", tensor, "}", &error), LIMIT);
  assert_non_null(strstr(error.text, "more than 4096 tensors"));
  assert_int_equal(decode_many(4096, "{\"__metadata__\":{", pair, "}}", &error),
                   POND_OK);
  assert_int_equal(decode_many(4097, "{\"__metadata__\":{", pair, "}}", &error),
                   LIMIT);
  assert_non_null(strstr(error.text, "more than 4096 metadata"));
}

static void a_header_of_4_mib_and_one_byte_is_refused(void** state) {
  (void)state;
  const size_t most = 4 << 20;
  PondError error = {0};
  uint8_t* bytes = (uint8_t*)malloc(8 + most + 1);
  assert_non_null(bytes);
  memset(bytes, ' ', 8 + most + 1);
  bytes[8] = '{';
  bytes[9] = '}';
  for (size_t length = most; length <= most + 1; ++length) {
    PondTree* tree = NULL;
    memcpy(bytes, (const uint64_t[]){length}, 8);
    assert_int_equal(
        pond_safetensors_decode(bytes, 8 + length, NULL, &tree, &error),
        length > most ? LIMIT : OK);
    pond_tree_free(tree);
  }
  free(bytes);
}

static void hostile_names_cannot_reach_the_terminal(void** state) {
  (void)state;
  static const char odd[] =
      "{" T("\\u001b[2J\\u009b3\\u007f", "U8", "[0]", "[4,4]") "}";
  check_case(0, &(Case){odd, 0, BAD, "\"?[2J?3?\"", 0});
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_class_of_hostile_header_has_its_message),
      cmocka_unit_test(stored_files_come_out_as_their_manifest_says),
      cmocka_unit_test(other_formats_are_named),
      cmocka_unit_test(a_header_may_look_like_another_format),
      cmocka_unit_test(limits_hold_and_can_be_lowered),
      cmocka_unit_test(counts_of_tensors_and_strings_are_bounded),
      cmocka_unit_test(a_header_of_4_mib_and_one_byte_is_refused),
      cmocka_unit_test(hostile_names_cannot_reach_the_terminal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
