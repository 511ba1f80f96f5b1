// SPDX-License-Identifier: ISC
// Reads a PondRows one row at a time, from its beginning, through a small
// buffer. The job's thread.
#ifndef POND_TRAIN_ROWS_H
#define POND_TRAIN_ROWS_H

#include "pond/train.h"

typedef struct {
  const PondRows* rows;
  uint32_t n_in;
  uint32_t n_target;  ///< 0 without a target source
  uint32_t n_filled;  ///< rows in the buffer
  uint32_t next;      ///< of them
  uint64_t n_read;    ///< rows handed out
  float* in;
  float* target;
} PondRowReader;

/// Rewinds `rows`, which must outlive the reader.
PondStatus pond_rows_open(PondRowReader* reader, const PondRows* rows,
                          uint32_t n_in, uint32_t n_out, PondError* error);
/// The next row, valid until the next call; `in` is NULL at the end, `target`
/// without a target source. Rows past rows->n_rows are not read.
PondStatus pond_rows_next(PondRowReader* reader, const float** in,
                          const float** target, PondError* error);
void pond_rows_close(PondRowReader* reader);

#endif
