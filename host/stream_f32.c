// SPDX-License-Identifier: ISC
// Raw little-endian float32 streams: rows without any header. Control thread.
#include "stream_formats.h"

#include "bytes.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  HostReader base;
  HostBytes bytes;
  size_t row_bytes;
} F32Reader;

typedef struct {
  HostWriter base;
  int fd;
} F32Writer;

static PondStatus f32_read(HostReader* base, float* rows, uint32_t n_max,
                           uint32_t* n, PondError* error) {
  F32Reader* reader = (F32Reader*)base;
  HostBytes* bytes = &reader->bytes;
  PondStatus status = host_bytes_want(bytes, reader->row_bytes, error);
  if (status) {
    return status;
  }
  size_t unread = bytes->end - bytes->begin,
         n_rows = unread / reader->row_bytes;
  if (!n_rows && unread && !bytes->stopped) {
    return host_error(error, POND_STATUS_BAD_FORMAT,
                      "%s: it ends inside a row, %zu bytes of the %zu that %u "
                      "channels take; check the channels and the format",
                      bytes->name, unread, reader->row_bytes, base->n_channels);
  }
  if (n_rows > n_max) {
    n_rows = n_max;
  }
  memcpy(rows, bytes->data + bytes->begin, n_rows * reader->row_bytes);
  bytes->begin += n_rows * reader->row_bytes;
  *n = (uint32_t)n_rows;
  return POND_OK;
}

static void f32_reader_free(HostReader* base) {
  host_bytes_free(&((F32Reader*)base)->bytes);
  free(base);
}

// What can be known of a regular file before reading it.
static PondStatus check_size(F32Reader* reader, PondError* error) {
  const HostBytes* bytes = &reader->bytes;
  HostReader* base = &reader->base;
  if (!bytes->is_file) {
    return POND_OK;
  }
  if (!bytes->size_bytes) {
    return host_error(error, POND_STATUS_BAD_FORMAT,
                      "%s: it is empty; give a file with at least one row",
                      bytes->name);
  }
  if (bytes->size_bytes % reader->row_bytes) {
    return host_error(
        error, POND_STATUS_MISMATCH,
        "%s: its %llu bytes are no whole number of rows of %u float32 "
        "channels, as %s has; check the channels and the format",
        bytes->name, (unsigned long long)bytes->size_bytes, base->n_channels,
        base->source.wanted_by);
  }
  base->has_n_rows = true;
  base->n_rows = bytes->size_bytes / reader->row_bytes;
  return POND_OK;
}

PondStatus host_f32_reader_new(const HostSource* source, HostReader** reader,
                               PondError* error) {
  F32Reader* made = calloc(1, sizeof *made);
  if (!made) {
    return host_error_memory(error, "a reader");
  }
  PondStatus status = host_bytes_init(&made->bytes, source->path, error);
  if (status) {
    free(made);
    return status;
  }
  made->base = (HostReader){.source = *source,
                            .name = made->bytes.name,
                            .n_channels = source->n_channels,
                            .is_file = made->bytes.is_file,
                            .read = f32_read,
                            .free = f32_reader_free};
  if (!source->n_channels) {
    made->base.n_channels = 1;
  }
  made->row_bytes = made->base.n_channels * sizeof(float);
  status = check_size(made, error);
  if (status) {
    f32_reader_free(&made->base);
  } else {
    *reader = &made->base;
  }
  return status;
}

static PondStatus f32_write(HostWriter* base, const float* rows, uint32_t n,
                            PondError* error) {
  return host_output_write(((F32Writer*)base)->fd, base->name, rows,
                           (size_t)n * base->n_channels * sizeof *rows, error);
}

static PondStatus f32_finish(HostWriter* base, PondError* error) {
  F32Writer* writer = (F32Writer*)base;
  return host_output_close(&writer->fd, base->name, error);
}

static void f32_writer_free(HostWriter* base) {
  PondError unheard;
  (void)f32_finish(base, &unheard);
  free(base);
}

PondStatus host_f32_writer_new(const HostSink* sink, HostWriter** writer,
                               PondError* error) {
  F32Writer* made = calloc(1, sizeof *made);
  if (!made) {
    return host_error_memory(error, "a writer");
  }
  made->base = (HostWriter){.name = host_output_name(sink->path),
                            .n_channels = sink->n_channels,
                            .write = f32_write,
                            .finish = f32_finish,
                            .free = f32_writer_free};
  PondStatus status = host_output_open(sink->path, &made->fd, error);
  if (status) {
    free(made);
  } else {
    *writer = &made->base;
  }
  return status;
}
