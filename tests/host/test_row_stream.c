// SPDX-License-Identifier: ISC
// Stream files: every format gives its rows back; what is wrong is named.
#include "row_stream.h"
#include "stream_files.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { N_ROWS = 1000 };

// Values that a format must carry: signed zeros, subnormals, extremes.
static void fill(float* rows, size_t n, bool hard) {
  static const float hard_ones[] = {-0.0f,   0.0f,      1e-45f, -1e-40f,
                                    3.4e38f, 1.17e-38f, 0.1f,   -123456.789f};
  uint64_t x = 88172645463325252u;
  for (size_t i = 0; i < n; i++) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    rows[i] = (float)(int32_t)(x >> 32) / 2147483648.0f;
    if (hard && i % 5 == 0) {
      rows[i] = hard_ones[i / 5 % 8];
    }
  }
}

// The writer, with everything written and nothing finished.
static HostWriter* begin_rows(const char* path, const char* format,
                              const float* rows, uint32_t n,
                              uint32_t n_channels) {
  HostSink sink = {path, format, n_channels, 360};
  HostWriter* writer;
  PondError error = {0};
  if (host_writer_new(&sink, &writer, &error)) {
    fail_msg("%s", error.text);
  }
  for (uint32_t i = 0, step = 1; i < n; i += step) {
    step = n - i < 37 ? n - i : 37;
    if (host_writer_write(writer, rows + (size_t)i * n_channels, step,
                          &error)) {
      fail_msg("%s", error.text);
    }
  }
  return writer;
}

static void write_rows(const char* path, const char* format, const float* rows,
                       uint32_t n, uint32_t n_channels) {
  PondError error = {0};
  HostWriter* writer = begin_rows(path, format, rows, n, n_channels);
  if (host_writer_finish(writer, &error)) {
    fail_msg("%s", error.text);
  }
  host_writer_free(writer);
}

static HostRows load(const char* path, const char* format,
                     uint32_t n_channels) {
  HostSource source = {path, format, n_channels, "the test"};
  HostReader* reader;
  HostRows rows = {0};
  PondError error = {0};
  if (host_reader_new(&source, &reader, &error) ||
      host_rows_load(reader, &rows, &error)) {
    fail_msg("%s", error.text);
  }
  host_reader_free(reader);
  return rows;
}

static void every_format_gives_its_rows_back(void** state) {
  (void)state;
  static const char* const files[] = {"a.csv", "a.tsv", "a.f32",
                                      "a.npy", "a.wav", "a.raw"};
  int n_checked = 0;
  for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
    for (uint32_t c = 1; c <= 8; c = c * 2 + 1) {
      float* rows = malloc(N_ROWS * c * sizeof *rows);
      assert_non_null(rows);
      fill(rows, N_ROWS * c, true);
      write_rows(files[f], NULL, rows, N_ROWS, c);
      HostRows back = load(files[f], NULL, c);
      assert_int_equal(back.n_rows, N_ROWS);
      assert_int_equal(back.n_channels, c);
      assert_memory_equal(back.data, rows, N_ROWS * c * sizeof *rows);
      host_rows_free(&back);
      free(rows);
      n_checked++;
    }
  }
  assert_true(n_checked >= 18);
}

static void flac_keeps_24_bits(void** state) {
  (void)state;
  float rows[N_ROWS * 2];
  fill(rows, N_ROWS * 2, false);
  write_rows("a.flac", NULL, rows, N_ROWS, 2);
  HostRows back = load("a.flac", NULL, 2);
  assert_int_equal(back.n_rows, N_ROWS);
  assert_true(back.rate_hz == 360);
  for (size_t i = 0; i < N_ROWS * 2; i++) {
    if (!(fabsf(back.data[i] - rows[i]) <= 0x1p-23f)) {
      fail_msg("sample %zu: %g is not %g", i, (double)back.data[i],
               (double)rows[i]);
    }
  }
  host_rows_free(&back);
}

static void flac_counts_what_it_clips(void** state) {
  (void)state;
  const float rows[4] = {0.5f, 1.5f, -7.0f, 1.0f};
  HostSink sink = {"clip.flac", NULL, 1, 48000};
  HostWriter* writer;
  PondError error = {0};
  assert_int_equal(host_writer_new(&sink, &writer, &error), POND_OK);
  assert_int_equal(host_writer_write(writer, rows, 4, &error), POND_OK);
  assert_int_equal(host_writer_finish(writer, &error), POND_OK);
  assert_int_equal(writer->n_clipped, 2);
  host_writer_free(writer);
  HostRows back = load("clip.flac", NULL, 1);
  assert_true(back.data[1] > 0.999f && back.data[2] < -0.999f);
  host_rows_free(&back);
}

// A kill leaves what was written, whole and readable.
static void an_unfinished_file_can_be_read(void** state) {
  (void)state;
  static const char* const files[] = {"k.csv", "k.f32", "k.npy", "k.wav"};
  float rows[N_ROWS];
  fill(rows, N_ROWS, true);
  for (size_t f = 0; f < 4; f++) {
    HostWriter* writer = begin_rows(files[f], NULL, rows, N_ROWS, 1);
    HostRows back = load(files[f], NULL, 1);
    assert_int_equal(back.n_rows, N_ROWS);
    assert_memory_equal(back.data, rows, sizeof rows);
    host_writer_free(writer);
    host_rows_free(&back);
  }
}

// Text as people write it.
static void csv_takes_headers_blanks_quotes_and_gaps(void** state) {
  (void)state;
  static const char text[] =
      "\xef\xbb\xbf\"time\", value\r\n 1 ,2.5\r\n\"3\",nan\n4,\n,NaN\n-0x1p-1,"
      "1e2\n\n \n";
  test_file_write("h.csv", text, sizeof text - 1);
  HostRows back = load("h.csv", NULL, 2);
  assert_int_equal(back.n_rows, 5);
  const float want[10] = {1, 2.5f, 3, NAN, 4, NAN, NAN, NAN, -0.5f, 100};
  for (int i = 0; i < 10; i++) {
    if (!(back.data[i] == want[i] || (isnan(want[i]) && isnan(back.data[i])))) {
      fail_msg("value %d: %g is not %g", i, (double)back.data[i],
               (double)want[i]);
    }
  }
  host_rows_free(&back);
}

static void csv_without_header_or_last_newline(void** state) {
  (void)state;
  test_file_write("n.csv", "1,2\n3,4", 7);
  HostRows back = load("n.csv", NULL, 0);
  assert_int_equal(back.n_rows, 2);
  assert_true(back.data[0] == 1 && back.data[3] == 4);
  host_rows_free(&back);
}

// A bad file, and a word that the error must hold.
typedef struct {
  const char* path;
  const char* bytes;
  size_t size;
  uint32_t n_channels;
  const char* word;
} BadFile;

#define BYTES(text) (text), sizeof(text) - 1
#define NPY(header, data) "\x93NUMPY\x01\x00" header data

static const BadFile g_bad[] = {
    {"b.csv", BYTES(""), 1, "empty"},
    {"b.csv", BYTES("\n1\n"), 1, "blank"},
    {"b.csv", BYTES("a,b\n1,2\n3\n"), 2, "line 3"},
    {"b.csv", BYTES("1,2\n3,4,5\n"), 2, "line 2"},
    {"b.csv", BYTES("1\n2\n\n3\n"), 1, "line 3 is blank"},
    {"b.csv", BYTES("1\n2x\n"), 1, "\"2x\""},
    {"b.csv", BYTES("1\n1,5\n"), 1, "line 2"},
    {"b.csv", BYTES("1\n2\0\n"), 1, "zero byte"},
    {"b.csv", BYTES("1,2\n3,4\n"), 3, "has 2 channels"},
    {"b.csv", BYTES("1;2\n3;4\n"), 2, "has 1 channel"},
    {"b.f32", BYTES(""), 1, "empty"},
    {"b.f32", BYTES("12345"), 1, "5 bytes"},
    {"b.f32", BYTES("12345678"), 3, "8 bytes"},
    {"b.wav", BYTES(""), 1, "empty"},
    {"b.wav", BYTES("this is no sound at all"), 1, "sound"},
    {"b.flac", BYTES("fLaC and then nothing"), 1, "sound"},
    {"b.npy", BYTES(""), 1, "NumPy's mark"},
    {"b.npy", BYTES("PK\3\4 is a zip file"), 1, "NumPy's mark"},
    {"b.npy", BYTES("\x93NUMPY\x09\x00\x01\x00\n     "), 1, "version"},
    {"b.npy", BYTES(NPY("\xff\x00", "{")), 1, "ends inside"},
    {"b.npy",
     BYTES(NPY("\x3c\x00",
               "{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}    \n"
               "1234")),
     1, "descr"},
    {"b.npy",
     BYTES(NPY("\x3c\x00",
               "{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }   \n"
               "1234")),
     1, "fortran_order"},
    {"b.npy",
     BYTES(NPY("\x3c\x00",
               "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }  \n"
               "1234")),
     1, "4 bytes follow"},
    {"b.npy",
     BYTES(NPY("\x3c\x00",
               "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }  \n"
               "12345")),
     1, "5 bytes follow"},
    {"b.npy",
     BYTES(
         NPY("\x3c\x00",
             "{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }  \n")),
     1, "at least one row"},
    {"b.npy",
     BYTES(NPY("\x3c\x00",
               "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1)} \n"
               "1234")),
     1, "shape"},
    {"b.npy",
     BYTES(NPY("\x3c\x00",
               "{'descr': '<f4', 'descr': '<f4', 'shape': (1,), }          \n"
               "1234")),
     1, "keys"},
    {"b.npy",
     BYTES(NPY("\x3c\x00",
               "{'descr': '<f4', 'shape': (1,), }                          \n"
               "1234")),
     1, "header"},
    {"b.npy",
     BYTES(NPY("\x45\x00",
               "{'descr': '<f4', 'fortran_order': False, "
               "'shape': (99999999999999,)}\n"
               "1234")),
     1, "4 bytes follow"},
    {"b.txt", BYTES("1\n"), 1, "--format"},
};

static void bad_files_are_named_with_what_is_wrong(void** state) {
  (void)state;
  int n_checked = 0;
  for (size_t i = 0; i < sizeof g_bad / sizeof *g_bad; i++) {
    const BadFile* bad = &g_bad[i];
    HostSource source = {bad->path, NULL, bad->n_channels, "the model"};
    HostReader* reader = NULL;
    HostRows rows = {0};
    PondError error = {0};
    test_file_write(bad->path, bad->bytes, bad->size);
    PondStatus status = host_reader_new(&source, &reader, &error);
    if (!status) {
      status = host_rows_load(reader, &rows, &error);
      host_reader_free(reader);
    }
    if (!status) {
      fail_msg("case %zu, %s, was accepted", i, bad->path);
    }
    if (!strstr(error.text, bad->word) || !strstr(error.text, bad->path)) {
      fail_msg("case %zu: \"%s\" lacks \"%s\" or \"%s\"", i, error.text,
               bad->word, bad->path);
    }
    n_checked++;
  }
  assert_true(n_checked >= 30);
}

static void paths_that_are_no_files_are_named(void** state) {
  (void)state;
  static const char* const extensions[] = {"csv", "f32", "npy", "wav", "flac"};
  for (size_t i = 0; i < 5; i++) {
    char missing[32], folder[32];
    snprintf(missing, sizeof missing, "missing.%s", extensions[i]);
    snprintf(folder, sizeof folder, "folder.%s", extensions[i]);
    assert_int_equal(mkdir(folder, 0777), 0);
    HostSource source = {missing, NULL, 1, "the model"};
    HostReader* reader = NULL;
    PondError error = {0};
    assert_int_equal(host_reader_new(&source, &reader, &error),
                     POND_STATUS_NOT_FOUND);
    assert_non_null(strstr(error.text, missing));
    source.path = folder;
    assert_int_equal(host_reader_new(&source, &reader, &error), POND_STATUS_IO);
    assert_non_null(strstr(error.text, "not a folder"));
  }
}

static void npy_reads_doubles_and_version_2(void** state) {
  (void)state;
  char bytes[12 + 116 + 32] = "\x93NUMPY\x02\x00\x74\x00\x00\x00";
  const double values[4] = {1.5, -2.25, 1e300, 1e-300};
  memset(bytes + 12, ' ', 116);
  memcpy(bytes + 12,
         "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", 59);
  bytes[127] = '\n';
  memcpy(bytes + 128, values, sizeof values);
  test_file_write("d.npy", bytes, sizeof bytes);
  HostRows back = load("d.npy", NULL, 2);
  assert_int_equal(back.n_rows, 2);
  assert_true(back.data[0] == 1.5f && back.data[1] == -2.25f);
  assert_true(isinf(back.data[2]) && back.data[3] == 0);
  host_rows_free(&back);
}

// On a pipe a row is handed out as soon as it is there, and no sooner.
static void check_pipe(const char* format, const char* first, size_t n_first,
                       const char* second, size_t n_second) {
  int ends[2];
  char path[32];
  float row[4] = {0};
  uint32_t n;
  PondError error = {0};
  assert_int_equal(pipe(ends), 0);
  snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
  assert_int_equal(write(ends[1], first, n_first), n_first);
  HostSource source = {path, format, 2, "the model"};
  HostReader* reader = NULL;
  if (host_reader_new(&source, &reader, &error)) {
    fail_msg("%s", error.text);
  }
  assert_int_equal(host_reader_read(reader, row, 2, &n, &error), POND_OK);
  assert_int_equal(n, 1);
  assert_int_equal(write(ends[1], second, n_second), n_second);
  assert_int_equal(host_reader_read(reader, row + 2, 1, &n, &error), POND_OK);
  assert_int_equal(n, 1);
  close(ends[1]);
  assert_int_equal(host_reader_read(reader, row, 1, &n, &error), POND_OK);
  assert_int_equal(n, 0);
  host_reader_free(reader);
  close(ends[0]);
  const float want[4] = {1, 2, 3, 4};
  assert_memory_equal(row, want, sizeof want);
}

static void rows_leave_a_pipe_as_they_come(void** state) {
  (void)state;
  const float rows[4] = {1, 2, 3, 4};
  check_pipe("f32le", (const char*)rows, 11, (const char*)rows + 11, 5);
  check_pipe("csv", "1,2\n3,", 6, "4\n", 2);
  check_pipe("tsv", "1\t2\n3", 5, "\t4\n", 3);
}

static void skip_and_rewind_and_count(void** state) {
  (void)state;
  static const char* const files[] = {"s.csv", "s.f32", "s.npy", "s.wav"};
  float rows[N_ROWS], row;
  fill(rows, N_ROWS, false);
  for (size_t f = 0; f < 4; f++) {
    HostSource source = {files[f], NULL, 1, "the model"};
    HostReader* reader;
    PondError error = {0};
    uint32_t n;
    uint64_t n_rows;
    write_rows(files[f], NULL, rows, N_ROWS, 1);
    assert_int_equal(host_reader_new(&source, &reader, &error), POND_OK);
    assert_int_equal(host_reader_count(&reader, &n_rows, &error), POND_OK);
    assert_int_equal(n_rows, N_ROWS);
    assert_int_equal(host_reader_skip(reader, 700, &error), POND_OK);
    assert_int_equal(host_reader_read(reader, &row, 1, &n, &error), POND_OK);
    assert_int_equal(n, 1);
    assert_memory_equal(&row, &rows[700], sizeof row);
    assert_int_equal(host_reader_rewind(&reader, &error), POND_OK);
    assert_int_equal(host_reader_read(reader, &row, 1, &n, &error), POND_OK);
    assert_memory_equal(&row, &rows[0], sizeof row);
    assert_int_equal(host_reader_skip(reader, N_ROWS, &error),
                     POND_STATUS_MISMATCH);
    assert_non_null(strstr(error.text, "ends after 999 rows"));
    host_reader_free(reader);
  }
}

static void a_full_disk_is_an_error(void** state) {
  (void)state;
  float rows[N_ROWS];
  fill(rows, N_ROWS, false);
  static const char* const formats[] = {"csv", "f32le"};
  for (size_t f = 0; f < 2; f++) {
    HostSink sink = {"/dev/full", formats[f], 1, 0};
    HostWriter* writer;
    PondError error = {0};
    assert_int_equal(host_writer_new(&sink, &writer, &error), POND_OK);
    assert_int_equal(host_writer_write(writer, rows, N_ROWS, &error),
                     POND_STATUS_IO);
    assert_non_null(strstr(error.text, "No space left"));
    assert_non_null(strstr(error.text, "/dev/full"));
    host_writer_free(writer);
  }
}

static void outputs_that_cannot_be_are_refused(void** state) {
  (void)state;
  static const struct {
    HostSink sink;
    const char* word;
  } table[] = {
      {{"no/such/x.csv", NULL, 1, 0}, "no/such/x.csv"},
      {{"-", "npy", 1, 0}, "regular file"},
      {{"-", "wav", 1, 48000}, "regular file"},
      {{"/dev/null", "flac", 1, 48000}, "regular file"},
      {{"x.wav", NULL, 1, 0}, "--rate"},
      {{"x.flac", NULL, 9, 48000}, "9 channels"},
      {{"x.bin", NULL, 1, 0}, "--format"},
      {{"-", "mp3", 1, 0}, "mp3"},
      {{".", "csv", 1, 0}, "folder"},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    HostWriter* writer = NULL;
    PondError error = {0};
    if (!host_writer_new(&table[i].sink, &writer, &error)) {
      fail_msg("%s was opened", table[i].sink.path);
    }
    if (!strstr(error.text, table[i].word)) {
      fail_msg("\"%s\" lacks \"%s\"", error.text, table[i].word);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_format_gives_its_rows_back),
      cmocka_unit_test(flac_keeps_24_bits),
      cmocka_unit_test(flac_counts_what_it_clips),
      cmocka_unit_test(an_unfinished_file_can_be_read),
      cmocka_unit_test(csv_takes_headers_blanks_quotes_and_gaps),
      cmocka_unit_test(csv_without_header_or_last_newline),
      cmocka_unit_test(bad_files_are_named_with_what_is_wrong),
      cmocka_unit_test(paths_that_are_no_files_are_named),
      cmocka_unit_test(npy_reads_doubles_and_version_2),
      cmocka_unit_test(rows_leave_a_pipe_as_they_come),
      cmocka_unit_test(skip_and_rewind_and_count),
      cmocka_unit_test(a_full_disk_is_an_error),
      cmocka_unit_test(outputs_that_cannot_be_are_refused),
  };
  test_folder_enter();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
