// SPDX-License-Identifier: ISC
// Text streams: a row a line, fields parted by comma or tab. Control thread.
#include "stream_formats.h"

#include "bytes.h"
#include "report.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_BYTES = 16 };  // "-1.23456789e-38" and what follows it

typedef struct {
  HostReader base;
  HostBytes bytes;
  locale_t c_locale;
  char separator;
  uint64_t line;        ///< number of the line read last, from 1
  uint64_t blank_line;  ///< number of a blank line behind us; 0 none
} CsvReader;

typedef struct {
  HostWriter base;
  int fd;
  char separator;
  char* text;
  size_t capacity;
} CsvWriter;

static PondStatus csv_fault(const CsvReader* reader, PondError* error,
                            const char* what) {
  return host_error(error, POND_STATUS_BAD_FORMAT, "%s: line %llu %s",
                    reader->bytes.name, (unsigned long long)reader->line, what);
}

// The next whole line, its end replaced by '\0'; NULL when there is none:
// at the end, or when `wait` is false and it has not come yet.
static PondStatus next_line(CsvReader* reader, bool wait, char** line,
                            PondError* error) {
  HostBytes* bytes = &reader->bytes;
  size_t scanned = 0;
  *line = NULL;
  for (;;) {
    size_t unread = bytes->end - bytes->begin;
    char* start = bytes->data + bytes->begin;
    char* end = memchr(start + scanned, '\n', unread - scanned);
    if (end || (bytes->ended && unread && !bytes->stopped)) {
      size_t length = end ? (size_t)(end - start) : unread;
      bytes->begin += length + (end != NULL);
      start[length] = '\0';
      reader->line++;
      *line = start;
      return strlen(start) == length
                 ? POND_OK
                 : csv_fault(reader, error,
                             "holds a zero byte; is this text at all?");
    }
    if (bytes->ended || !wait) {
      return POND_OK;
    }
    scanned = unread;
    PondStatus status = host_bytes_more(bytes, error);
    if (status) {
      return status;
    }
  }
}

// Cuts `*rest` at the separator; the field without blanks and quotes around.
static char* next_field(char** rest, char separator) {
  char* field = *rest;
  char* end = strchr(field, separator);
  if (end) {
    *end = '\0';
  }
  *rest = end ? end + 1 : NULL;
  field += strspn(field, " \t\r\"");
  size_t length = strlen(field);
  while (length && strchr(" \t\r\"", field[length - 1])) {
    length--;
  }
  field[length] = '\0';
  return field;
}

static bool field_value(const CsvReader* reader, const char* field,
                        float* value) {
  char* end;
  *value = NAN;
  if (!*field) {
    return true;
  }
  *value = strtof_l(field, &end, reader->c_locale);
  return *end == '\0';
}

static uint32_t field_count(const char* line, char separator) {
  uint32_t n = 1;
  for (; *line; line++) {
    n += *line == separator;
  }
  return n;
}

static bool is_blank(const char* line, char separator) {
  return line[strspn(line, separator == '\t' ? " \r" : " \t\r")] == '\0';
}

static PondStatus read_row(CsvReader* reader, char* line, float* row,
                           PondError* error) {
  uint32_t n = reader->base.n_channels;
  uint32_t found = field_count(line, reader->separator);
  if (found != n) {
    return host_error(error, POND_STATUS_MISMATCH,
                      "%s: line %llu has %u fields where the first has %u; "
                      "give every row the same number",
                      reader->bytes.name, (unsigned long long)reader->line,
                      found, n);
  }
  for (uint32_t c = 0; c < n; c++) {
    const char* field = next_field(&line, reader->separator);
    if (!field_value(reader, field, &row[c])) {
      return host_error(error, POND_STATUS_BAD_FORMAT,
                        "%s: line %llu, field %u: \"%.32s\" is no number; "
                        "write nan for a missing sample",
                        reader->bytes.name, (unsigned long long)reader->line,
                        c + 1, field);
    }
  }
  return POND_OK;
}

static PondStatus csv_read(HostReader* base, float* rows, uint32_t n_max,
                           uint32_t* n, PondError* error) {
  CsvReader* reader = (CsvReader*)base;
  for (uint32_t i = 0; i < n_max;) {
    char* line;
    PondStatus status = next_line(reader, i == 0, &line, error);
    if (status || !line) {
      return status;
    }
    if (is_blank(line, reader->separator)) {
      reader->blank_line = reader->line;
      continue;
    }
    if (reader->blank_line) {
      reader->line = reader->blank_line;
      return csv_fault(reader, error,
                       "is blank; write nan for a missing sample");
    }
    status = read_row(reader, line, rows + (size_t)i * base->n_channels, error);
    if (status) {
      return status;
    }
    *n = ++i;
  }
  return POND_OK;
}

static void csv_reader_free(HostReader* base) {
  CsvReader* reader = (CsvReader*)base;
  host_bytes_free(&reader->bytes);
  if (reader->c_locale) {
    freelocale(reader->c_locale);
  }
  free(reader);
}

// A first line with a field that is no number is a header.
static PondStatus is_header(const CsvReader* reader, const char* line,
                            bool* header, PondError* error) {
  float value;
  char* copy = strdup(line);
  if (!copy) {
    return host_error_memory(error, "a line of text");
  }
  *header = false;
  for (char* rest = copy; rest && !*header;) {
    *header =
        !field_value(reader, next_field(&rest, reader->separator), &value);
  }
  free(copy);
  return POND_OK;
}

// Waits for no byte that need not come: the first row may be "0" alone.
static PondStatus drop_byte_order_mark(HostBytes* bytes, PondError* error) {
  static const char mark[] = "\xef\xbb\xbf";
  PondStatus status = host_bytes_want(bytes, 1, error);
  if (!status && bytes->end > bytes->begin &&
      bytes->data[bytes->begin] == mark[0]) {
    status = host_bytes_want(bytes, 3, error);
  }
  if (!status && bytes->end - bytes->begin >= 3 &&
      memcmp(bytes->data + bytes->begin, mark, 3) == 0) {
    bytes->begin += 3;
  }
  return status;
}

// Looks at the first line: the number of channels, and whether it is a header.
static PondStatus look(CsvReader* reader, PondError* error) {
  HostBytes* bytes = &reader->bytes;
  char* line;
  bool header = false;
  PondStatus status = drop_byte_order_mark(bytes, error);
  if (status) {
    return status;
  }
  size_t begin = bytes->begin;
  status = next_line(reader, true, &line, error);
  if (!status && (!line || is_blank(line, reader->separator))) {
    return host_error(error, POND_STATUS_BAD_FORMAT,
                      "%s: it %s; give a row of numbers a line", bytes->name,
                      line ? "begins with a blank line" : "is empty");
  }
  if (!status) {
    status = is_header(reader, line, &header, error);
  }
  if (status) {
    return status;
  }
  reader->base.n_channels = field_count(line, reader->separator);
  if (header) {
    return POND_OK;
  }
  // The row comes again with the first read.
  size_t length = strlen(line);
  if (begin + length < bytes->begin) {
    bytes->data[begin + length] = '\n';
  }
  bytes->begin = begin;
  reader->line--;
  return POND_OK;
}

static PondStatus csv_reader_make(const HostSource* source, char separator,
                                  HostReader** reader, PondError* error) {
  CsvReader* made = calloc(1, sizeof *made);
  if (!made) {
    return host_error_memory(error, "a reader");
  }
  PondStatus status = host_bytes_init(&made->bytes, source->path, error);
  if (status) {
    free(made);
    return status;
  }
  made->base = (HostReader){.name = made->bytes.name,
                            .is_file = made->bytes.is_file,
                            .read = csv_read,
                            .free = csv_reader_free};
  made->separator = separator;
  made->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  status =
      made->c_locale ? look(made, error) : host_error_memory(error, "a locale");
  if (status) {
    csv_reader_free(&made->base);
  } else {
    *reader = &made->base;
  }
  return status;
}

PondStatus host_csv_reader_new(const HostSource* source, HostReader** reader,
                               PondError* error) {
  return csv_reader_make(source, ',', reader, error);
}

PondStatus host_tsv_reader_new(const HostSource* source, HostReader** reader,
                               PondError* error) {
  return csv_reader_make(source, '\t', reader, error);
}

// Nine digits bring back every float. The program never calls setlocale(), so
// that the point is a point.
static size_t print_row(const CsvWriter* writer, const float* row, char* text) {
  size_t at = 0;
  for (uint32_t c = 0; c < writer->base.n_channels; c++) {
    if (c) {
      text[at++] = writer->separator;
    }
    at += (size_t)snprintf(text + at, FIELD_BYTES, "%.9g", (double)row[c]);
  }
  text[at++] = '\n';
  return at;
}

static PondStatus csv_write(HostWriter* base, const float* rows, uint32_t n,
                            PondError* error) {
  CsvWriter* writer = (CsvWriter*)base;
  size_t at = 0;
  PondStatus status = POND_OK;
  for (uint32_t i = 0; !status && i < n; i++) {
    at += print_row(writer, rows + (size_t)i * base->n_channels,
                    writer->text + at);
    size_t row_bytes = (size_t)base->n_channels * (FIELD_BYTES + 1);
    if (at + row_bytes <= writer->capacity && i + 1 < n) {
      continue;
    }
    status = host_output_write(writer->fd, base->name, writer->text, at, error);
    at = 0;
  }
  return status;
}

static PondStatus csv_finish(HostWriter* base, PondError* error) {
  return host_output_close(&((CsvWriter*)base)->fd, base->name, error);
}

static void csv_writer_free(HostWriter* base) {
  PondError unheard;
  (void)csv_finish(base, &unheard);
  free(((CsvWriter*)base)->text);
  free(base);
}

static PondStatus csv_writer_make(const HostSink* sink, char separator,
                                  HostWriter** writer, PondError* error) {
  CsvWriter* made = calloc(1, sizeof *made);
  size_t row_bytes = (size_t)sink->n_channels * (FIELD_BYTES + 1);
  size_t capacity = row_bytes < 1 << 15 ? 1 << 16 : 2 * row_bytes;
  char* text = malloc(capacity);
  if (!made || !text) {
    free(text);
    free(made);
    return host_error_memory(error, "a writer");
  }
  made->base = (HostWriter){.name = host_output_name(sink->path),
                            .n_channels = sink->n_channels,
                            .write = csv_write,
                            .finish = csv_finish,
                            .free = csv_writer_free};
  made->separator = separator;
  made->text = text;
  made->capacity = capacity;
  const PondStatus status = host_output_open(sink->path, &made->fd, error);
  if (status) {
    free(text);
    free(made);
    return status;
  }
  *writer = &made->base;
  return POND_OK;
}

PondStatus host_csv_writer_new(const HostSink* sink, HostWriter** writer,
                               PondError* error) {
  return csv_writer_make(sink, ',', writer, error);
}

PondStatus host_tsv_writer_new(const HostSink* sink, HostWriter** writer,
                               PondError* error) {
  return csv_writer_make(sink, '\t', writer, error);
}
