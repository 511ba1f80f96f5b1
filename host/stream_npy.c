// SPDX-License-Identifier: ISC
// NumPy's .npy, one- and two-dimensional, <f4 and <f8, versions 1.0 and 2.0.
// Format: numpy, doc/neps/nep-0001-npy-format.rst. Control thread.
#include "stream_formats.h"

#include "bytes.h"
#include "npy_header.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  HostReader base;
  HostBytes bytes;
  size_t item_bytes;  ///< 4 or 8
  size_t row_bytes;
  uint64_t n_left;
} NpyReader;

typedef struct {
  HostWriter base;
  int fd;
  uint64_t n_rows;
} NpyWriter;

static void convert(const NpyReader* reader, const char* from, float* to,
                    size_t n) {
  if (reader->item_bytes == sizeof(float)) {
    memcpy(to, from, n * sizeof(float));
    return;
  }
  for (size_t i = 0; i < n; i++) {
    double value;
    memcpy(&value, from + i * sizeof value, sizeof value);
    to[i] = (float)value;
  }
}

static PondStatus npy_read(HostReader* base, float* rows, uint32_t n_max,
                           uint32_t* n, PondError* error) {
  NpyReader* reader = (NpyReader*)base;
  HostBytes* bytes = &reader->bytes;
  if (!reader->n_left) {
    return POND_OK;
  }
  PondStatus status = host_bytes_want(bytes, reader->row_bytes, error);
  if (status || bytes->stopped) {
    return status;
  }
  size_t n_rows = (bytes->end - bytes->begin) / reader->row_bytes;
  if (!n_rows) {
    return host_error(error, POND_STATUS_BAD_FORMAT,
                      "%s: it ends %llu rows before its header says; copy the "
                      "whole file again",
                      bytes->name, (unsigned long long)reader->n_left);
  }
  if (n_rows > n_max) {
    n_rows = n_max;
  }
  if (n_rows > reader->n_left) {
    n_rows = (size_t)reader->n_left;
  }
  convert(reader, bytes->data + bytes->begin, rows, n_rows * base->n_channels);
  bytes->begin += n_rows * reader->row_bytes;
  reader->n_left -= n_rows;
  *n = (uint32_t)n_rows;
  return POND_OK;
}

static void npy_reader_free(HostReader* base) {
  host_bytes_free(&((NpyReader*)base)->bytes);
  free(base);
}

static PondStatus check_length(const NpyReader* reader, uint64_t data_bytes,
                               PondError* error) {
  const HostBytes* bytes = &reader->bytes;
  uint64_t begin = bytes->n_read - (bytes->end - bytes->begin);
  if (!bytes->is_file || bytes->size_bytes - begin == data_bytes) {
    return POND_OK;
  }
  return host_error(error, POND_STATUS_BAD_FORMAT,
                    "%s: %llu bytes follow its header, whose shape takes %llu; "
                    "copy the whole file again",
                    bytes->name,
                    (unsigned long long)(bytes->size_bytes - begin),
                    (unsigned long long)data_bytes);
}

static PondStatus npy_open(NpyReader* reader, PondError* error) {
  HostNpyHeader header;
  HostReader* base = &reader->base;
  PondStatus status = host_npy_header_read(&reader->bytes, &header, error);
  if (status) {
    return status;
  }
  if (header.n_columns < 1 || header.n_columns > POND_MAX_CHANNELS) {
    return host_error(error, POND_STATUS_LIMIT,
                      "%s: its rows have %llu values; a stream has 1 to %d "
                      "channels",
                      base->name, (unsigned long long)header.n_columns,
                      POND_MAX_CHANNELS);
  }
  if (!header.n_rows ||
      header.n_rows > UINT64_MAX / (8ULL * POND_MAX_CHANNELS)) {
    return host_error(error, POND_STATUS_BAD_FORMAT,
                      "%s: its shape has %llu rows; give a file with at least "
                      "one row",
                      base->name, (unsigned long long)header.n_rows);
  }
  base->n_channels = (uint32_t)header.n_columns;
  base->n_rows = reader->n_left = header.n_rows;
  base->has_n_rows = true;
  reader->item_bytes = header.item_bytes;
  reader->row_bytes = (size_t)base->n_channels * header.item_bytes;
  return check_length(reader, header.n_rows * reader->row_bytes, error);
}

PondStatus host_npy_reader_new(const HostSource* source, HostReader** reader,
                               PondError* error) {
  NpyReader* made = calloc(1, sizeof *made);
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
                            .read = npy_read,
                            .free = npy_reader_free};
  status = npy_open(made, error);
  if (status) {
    npy_reader_free(&made->base);
  } else {
    *reader = &made->base;
  }
  return status;
}

// Rows first, then the header that counts them: a file that is cut off by a
// kill still says no more than it has.
static PondStatus npy_write(HostWriter* base, const float* rows, uint32_t n,
                            PondError* error) {
  NpyWriter* writer = (NpyWriter*)base;
  char header[HOST_NPY_HEADER_BYTES];
  PondStatus status =
      host_output_write(writer->fd, base->name, rows,
                        (size_t)n * base->n_channels * sizeof *rows, error);
  if (status) {
    return status;
  }
  writer->n_rows += n;
  host_npy_header_print(header, writer->n_rows, base->n_channels);
  return host_output_write_first(writer->fd, base->name, header, sizeof header,
                                 error);
}

static PondStatus npy_finish(HostWriter* base, PondError* error) {
  return host_output_close(&((NpyWriter*)base)->fd, base->name, error);
}

static void npy_writer_free(HostWriter* base) {
  PondError unheard;
  (void)npy_finish(base, &unheard);
  free(base);
}

PondStatus host_npy_writer_new(const HostSink* sink, HostWriter** writer,
                               PondError* error) {
  char header[HOST_NPY_HEADER_BYTES];
  if (!host_output_is_file(sink->path)) {
    return host_error(error, POND_STATUS_UNSUPPORTED,
                      "%s: npy counts its rows in front and needs a regular "
                      "file; on a pipe write csv or f32le",
                      host_output_name(sink->path));
  }
  NpyWriter* made = calloc(1, sizeof *made);
  if (!made) {
    return host_error_memory(error, "a writer");
  }
  made->base = (HostWriter){.name = sink->path,
                            .n_channels = sink->n_channels,
                            .write = npy_write,
                            .finish = npy_finish,
                            .free = npy_writer_free};
  PondStatus status = host_output_open(sink->path, &made->fd, error);
  host_npy_header_print(header, 0, sink->n_channels);
  if (!status) {
    status =
        host_output_write(made->fd, sink->path, header, sizeof header, error);
  }
  if (status) {
    npy_writer_free(&made->base);
  } else {
    *writer = &made->base;
  }
  return status;
}
