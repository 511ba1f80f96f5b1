// SPDX-License-Identifier: ISC
// The table of stream formats, and what all readers and writers share.
// Control thread.
#include "row_stream.h"

#include "bytes.h"
#include "interrupt.h"
#include "report.h"
#include "stream_formats.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CHUNK_FLOATS = 1 << 16, MOST_FLOATS = 1 << 30 };

static const HostFormat g_formats[] = {
    {"csv", ".csv", host_csv_reader_new, host_csv_writer_new},
    {"tsv", ".tsv", host_tsv_reader_new, host_tsv_writer_new},
    {"f32le", ".f32 .raw", host_f32_reader_new, host_f32_writer_new},
    {"npy", ".npy", host_npy_reader_new, host_npy_writer_new},
    {"wav", ".wav .wave", host_sound_reader_new, host_wav_writer_new},
    {"flac", ".flac", host_sound_reader_new, host_flac_writer_new},
};
enum { N_FORMATS = sizeof g_formats / sizeof g_formats[0] };
#define FORMAT_NAMES "csv, tsv, f32le (.f32, .raw), npy, wav or flac"

// True if `extension` is one of the words in `list`.
static bool is_listed(const char* list, const char* extension) {
  size_t length = strlen(extension);
  for (const char* word = list; word; word = strchr(word, ' ')) {
    word += *word == ' ';
    size_t n = strcspn(word, " ");
    if (n == length && !strncasecmp(word, extension, n)) {
      return true;
    }
  }
  return false;
}

static const HostFormat* by_extension(const char* path) {
  const char* base = strrchr(path, '/');
  const char* dot = strrchr(base ? base : path, '.');
  for (int i = 0; dot && i < N_FORMATS; i++) {
    if (is_listed(g_formats[i].extensions, dot)) {
      return &g_formats[i];
    }
  }
  return NULL;
}

PondStatus host_format_find(const char* path, const char* name,
                            const HostFormat** format, PondError* error) {
  const HostFormat* found = by_extension(path);
  if (!found && !name && strcmp(path, "-") != 0) {
    return host_error(error, POND_STATUS_BAD_ARG,
                      "%s: its format is not known by its extension; give "
                      "--format %s",
                      path, FORMAT_NAMES);
  }
  for (int i = 0; !found && i < N_FORMATS; i++) {
    if (!strcmp(g_formats[i].name, name ? name : "csv")) {
      found = &g_formats[i];
    }
  }
  if (!found) {
    return host_error(error, POND_STATUS_BAD_ARG,
                      "--format %s: no such format; give " FORMAT_NAMES, name);
  }
  *format = found;
  return POND_OK;
}

static PondStatus check_channels(const HostReader* reader, PondError* error) {
  uint32_t wanted = reader->source.n_channels;
  if (reader->n_channels < 1 || reader->n_channels > POND_MAX_CHANNELS) {
    return host_error(error, POND_STATUS_LIMIT,
                      "%s: it has %u channels; a stream has 1 to %d",
                      reader->name, reader->n_channels, POND_MAX_CHANNELS);
  }
  if (wanted && reader->n_channels != wanted) {
    return host_error(error, POND_STATUS_MISMATCH,
                      "%s: it has %u channel%s, but %s has %u; give a file "
                      "with %u",
                      reader->name, reader->n_channels,
                      reader->n_channels == 1 ? "" : "s",
                      reader->source.wanted_by, wanted, wanted);
  }
  return POND_OK;
}

PondStatus host_reader_new(const HostSource* source, HostReader** reader,
                           PondError* error) {
  const HostFormat* format = NULL;
  HostReader* made = NULL;
  PondStatus status =
      host_format_find(source->path, source->format, &format, error);
  if (!status) {
    status = format->reader_new(source, &made, error);
  }
  if (status && host_interrupted()) {
    status = host_error(error, POND_STATUS_CANCELLED,
                        "stopped by a signal before the first row; nothing "
                        "was written");
  }
  if (status || !made) {
    return status;
  }
  made->source = *source;
  status = check_channels(made, error);
  if (status) {
    made->free(made);
  } else {
    *reader = made;
  }
  return status;
}

PondStatus host_reader_read(HostReader* reader, float* rows, uint32_t n_max,
                            uint32_t* n, PondError* error) {
  *n = 0;
  return n_max ? reader->read(reader, rows, n_max, n, error) : POND_OK;
}

PondStatus host_reader_read_on(HostReader* reader, float* rows, uint32_t n_max,
                               uint32_t* n, PondError* error) {
  PondStatus status = host_reader_read(reader, rows, n_max, n, error);
  if (!status && *n == 0 && n_max && host_interrupted()) {
    status = host_error(error, POND_STATUS_CANCELLED,
                        "stopped by a signal; nothing was written");
  }
  return status;
}

PondStatus host_reader_skip(HostReader* reader, uint64_t n_rows,
                            PondError* error) {
  uint32_t n_max = CHUNK_FLOATS / reader->n_channels;
  uint64_t left = n_rows;
  PondStatus status = POND_OK;
  float* chunk = malloc(CHUNK_FLOATS * sizeof *chunk);
  if (!chunk) {
    return host_error_memory(error, "rows to read over");
  }
  while (!status && left) {
    uint32_t n = 0;
    status = host_reader_read_on(
        reader, chunk, left < n_max ? (uint32_t)left : n_max, &n, error);
    if (!status && !n) {
      status = host_error(error, POND_STATUS_MISMATCH,
                          "%s: it ends after %llu rows, before row %llu; give "
                          "an earlier --start",
                          reader->name, (unsigned long long)(n_rows - left),
                          (unsigned long long)n_rows);
    }
    left -= n;
  }
  free(chunk);
  return status;
}

PondStatus host_reader_rewind(HostReader** reader, PondError* error) {
  HostReader* again = NULL;
  if ((*reader)->rewind) {
    (*reader)->rewind(*reader);
    return POND_OK;
  }
  if (!(*reader)->is_file) {
    return host_error(error, POND_STATUS_UNSUPPORTED,
                      "%s: a pipe cannot be read twice; give a file",
                      (*reader)->name);
  }
  PondStatus status = host_reader_new(&(*reader)->source, &again, error);
  if (status) {
    return status;
  }
  host_reader_free(*reader);
  *reader = again;
  return POND_OK;
}

PondStatus host_reader_count(HostReader** reader, uint64_t* n_rows,
                             PondError* error) {
  uint32_t n = 0, n_max = CHUNK_FLOATS / (*reader)->n_channels;
  uint64_t count = 0;
  PondStatus status = POND_OK;
  if ((*reader)->has_n_rows) {
    *n_rows = (*reader)->n_rows;
    return POND_OK;
  }
  float* chunk = malloc(CHUNK_FLOATS * sizeof *chunk);
  if (!chunk) {
    return host_error_memory(error, "rows to count");
  }
  do {
    status = host_reader_read_on(*reader, chunk, n_max, &n, error);
    count += n;
  } while (!status && n);
  free(chunk);
  if (!status) {
    status = host_reader_rewind(reader, error);
  }
  if (!status) {
    *n_rows = count;
  }
  return status;
}

void host_reader_free(HostReader* reader) {
  if (reader) {
    reader->free(reader);
  }
}

PondStatus host_writer_new(const HostSink* sink, HostWriter** writer,
                           PondError* error) {
  const HostFormat* format = NULL;
  PondStatus status =
      host_format_find(sink->path, sink->format, &format, error);
  return status || !format ? status : format->writer_new(sink, writer, error);
}

PondStatus host_writer_write(HostWriter* writer, const float* rows, uint32_t n,
                             PondError* error) {
  return n ? writer->write(writer, rows, n, error) : POND_OK;
}

PondStatus host_writer_finish(HostWriter* writer, PondError* error) {
  return writer->finish(writer, error);
}

void host_writer_free(HostWriter* writer) {
  if (writer) {
    writer->free(writer);
  }
}
