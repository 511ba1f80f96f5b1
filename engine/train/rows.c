// SPDX-License-Identifier: ISC
// A PondRows, row by row. The job's thread.
#include "rows.h"

#include "alloc.h"
#include "errors.h"

enum { CHUNK_ROWS = 256 };

PondStatus pond_rows_open(PondRowReader* reader, const PondRows* rows,
                          uint32_t n_in, uint32_t n_out, PondError* error) {
  const uint32_t n_target = rows->has_target ? n_out : 0;
  const size_t n_floats = (size_t)CHUNK_ROWS * (n_in + n_target);
  const PondStatus status = rows->rewind(rows->context, error);
  if (status) {
    return status;
  }
  float* buffer = (float*)pond_memory_new(n_floats, sizeof(float));
  if (!buffer) {
    return pond_error_memory(error, "training rows");
  }
  *reader = (PondRowReader){.rows = rows,
                            .n_in = n_in,
                            .n_target = n_target,
                            .in = buffer,
                            .target = buffer + (size_t)CHUNK_ROWS * n_in};
  return POND_OK;
}

static PondStatus refill(PondRowReader* reader, PondError* error) {
  const PondRows* rows = reader->rows;
  uint64_t n_max = CHUNK_ROWS;
  if (rows->n_rows && rows->n_rows - reader->n_read < n_max) {
    n_max = rows->n_rows - reader->n_read;
  }
  PondRowBlock block = {reader->in, reader->n_target ? reader->target : NULL,
                        (uint32_t)n_max, 0};
  if (n_max > 0) {
    const PondStatus status = rows->read(rows->context, &block, error);
    if (status) {
      return status;
    }
  }
  if (block.n > n_max) {
    return pond_error(error, POND_STATUS_BAD_ARG,
                      "the row source filled %u rows where %u were asked for",
                      block.n, (uint32_t)n_max);
  }
  reader->n_filled = block.n;
  reader->next = 0;
  return POND_OK;
}

PondStatus pond_rows_next(PondRowReader* reader, const float** in,
                          const float** target, PondError* error) {
  if (reader->next == reader->n_filled) {
    const PondStatus status = refill(reader, error);
    if (status) {
      return status;
    }
  }
  *in = NULL;
  *target = NULL;
  if (reader->next < reader->n_filled) {
    const size_t row = reader->next++;
    *in = reader->in + row * reader->n_in;
    *target = reader->n_target ? reader->target + row * reader->n_target : NULL;
    reader->n_read += 1;
  }
  return POND_OK;
}

void pond_rows_close(PondRowReader* reader) {
  pond_memory_free(reader->in);
  reader->in = NULL;
}
