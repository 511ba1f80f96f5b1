// SPDX-License-Identifier: ISC
// Training rows from one file or two. The thread that runs the job.
#include "train_rows.h"

#include "report.h"

static PondStatus open_one(const HostSource* source, HostReader** reader,
                           uint64_t* n_rows, PondError* error) {
  PondStatus status = host_reader_new(source, reader, error);
  if (!status) {
    status = host_reader_keep(reader, error);
  }
  return status ? status : host_reader_count(reader, n_rows, error);
}

static PondStatus read_whole(HostReader* reader, float* rows, uint32_t n,
                             PondError* error) {
  uint32_t got = 0;
  for (uint32_t done = 0; done < n; done += got) {
    PondStatus status =
        host_reader_read_on(reader, rows + (size_t)done * reader->n_channels,
                            n - done, &got, error);
    if (!status && !got) {
      status = host_error(error, POND_STATUS_MISMATCH,
                          "%s: it ends before the input does; give one target "
                          "row for each row in",
                          reader->name);
    }
    if (status) {
      return status;
    }
  }
  return POND_OK;
}

static PondStatus read_rows(void* context, PondRowBlock* block,
                            PondError* error) {
  HostTrainRows* rows = context;
  PondStatus status =
      host_reader_read_on(rows->in, block->in, block->n_max, &block->n, error);
  if (!status && rows->target && block->target) {
    status = read_whole(rows->target, block->target, block->n, error);
  }
  return status;
}

static PondStatus rewind_rows(void* context, PondError* error) {
  HostTrainRows* rows = context;
  PondStatus status = host_reader_rewind(&rows->in, error);
  if (!status && rows->target) {
    status = host_reader_rewind(&rows->target, error);
  }
  return status;
}

PondStatus host_train_rows_new(const HostSource* in, const HostSource* target,
                               HostTrainRows* rows, PondRows* view,
                               PondError* error) {
  uint64_t n_in = 0, n_target = 0;
  *rows = (HostTrainRows){0};
  PondStatus status = open_one(in, &rows->in, &n_in, error);
  if (!status && target) {
    status = open_one(target, &rows->target, &n_target, error);
  }
  if (!status && target && n_in != n_target) {
    status = host_error(
        error, POND_STATUS_MISMATCH,
        "%s has %llu rows, but %s has %llu; give one target row for each row "
        "in",
        rows->target->name, (unsigned long long)n_target, rows->in->name,
        (unsigned long long)n_in);
  }
  if (status) {
    host_train_rows_free(rows);
    return status;
  }
  *view = (PondRows){.read = read_rows,
                     .rewind = rewind_rows,
                     .context = rows,
                     .n_rows = n_in,
                     .has_target = target != NULL};
  return POND_OK;
}

void host_train_rows_free(HostTrainRows* rows) {
  host_reader_free(rows->in);
  host_reader_free(rows->target);
  *rows = (HostTrainRows){0};
}
