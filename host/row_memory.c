// SPDX-License-Identifier: ISC
// All rows of a source in memory, and a reader of them. Control thread.
#include "report.h"
#include "row_stream.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_FLOATS = 1 << 16, MOST_FLOATS = 1 << 30 };

typedef struct {
  HostReader base;
  HostRows rows;
  uint64_t next;
} MemoryReader;

// Makes `rows` hold at least `n_chunk` rows more than it does.
static PondStatus grow(HostRows* rows, uint64_t* capacity, uint32_t n_chunk,
                       const char* name, PondError* error) {
  if (rows->n_rows + n_chunk <= *capacity) {
    return POND_OK;
  }
  uint64_t n = *capacity ? *capacity * 2 : 2 * (uint64_t)n_chunk;
  if (n * rows->n_channels > MOST_FLOATS) {
    return host_error(error, POND_STATUS_LIMIT,
                      "%s: more than 4 GiB of samples; give a file, which is "
                      "read in pieces",
                      name);
  }
  const size_t size = n * rows->n_channels * sizeof(float);
  float* larger = size ? realloc(rows->data, size) : NULL;
  if (!larger) {
    return host_error_memory(error, "the rows of a stream");
  }
  rows->data = larger;
  *capacity = n;
  return POND_OK;
}

PondStatus host_rows_load(HostReader* reader, HostRows* rows,
                          PondError* error) {
  HostRows all = {.n_channels = reader->n_channels, .rate_hz = reader->rate_hz};
  uint64_t capacity = 0;
  uint32_t n = 0, n_chunk = CHUNK_FLOATS / reader->n_channels;
  PondStatus status;
  do {
    status = grow(&all, &capacity, n_chunk, reader->name, error);
    if (!status && all.data) {
      status = host_reader_read_on(
          reader, all.data + all.n_rows * all.n_channels, n_chunk, &n, error);
    }
    all.n_rows += n;
  } while (!status && n);
  if (status) {
    host_rows_free(&all);
  } else {
    *rows = all;
  }
  return status;
}

void host_rows_free(HostRows* rows) {
  free(rows->data);
  rows->data = NULL;
}

static PondStatus memory_read(HostReader* base, float* rows, uint32_t n_max,
                              uint32_t* n, PondError* error) {
  MemoryReader* reader = (MemoryReader*)base;
  uint64_t left = reader->rows.n_rows - reader->next;
  (void)error;
  *n = left < n_max ? (uint32_t)left : n_max;
  memcpy(rows, reader->rows.data + reader->next * base->n_channels,
         (size_t)*n * base->n_channels * sizeof *rows);
  reader->next += *n;
  return POND_OK;
}

static void memory_rewind(HostReader* base) { ((MemoryReader*)base)->next = 0; }

static void memory_free(HostReader* base) {
  host_rows_free(&((MemoryReader*)base)->rows);
  free(base);
}

PondStatus host_reader_keep(HostReader** reader, PondError* error) {
  HostReader* from = *reader;
  if (from->is_file && strcmp(from->source.path, "-") != 0) {
    return POND_OK;
  }
  MemoryReader* made = calloc(1, sizeof *made);
  if (!made) {
    return host_error_memory(error, "a reader");
  }
  PondStatus status = host_rows_load(from, &made->rows, error);
  if (status) {
    free(made);
    return status;
  }
  made->base = *from;
  made->base.is_file = made->base.has_n_rows = true;
  made->base.n_rows = made->rows.n_rows;
  made->base.read = memory_read;
  made->base.rewind = memory_rewind;
  made->base.free = memory_free;
  host_reader_free(from);
  *reader = &made->base;
  return POND_OK;
}
