// SPDX-License-Identifier: ISC
// A stream driven by files and pipes: as fast as rows come, both halves of the
// engine in this one thread.
#include "driver_offline.h"

#include "interrupt.h"
#include "report.h"

#include <stdlib.h>

typedef struct {
  const HostDrive* drive;
  HostPlanes in;
  HostPlanes out;
  float* rows_in;
  float* rows_out;
} Work;

static void run_block(const Work* work, const float* rows_in, float* rows_out,
                      uint32_t n) {
  PondBlock block = {.in = (const float* const*)work->in.channels,
                     .out = work->out.channels,
                     .n_frames = n,
                     .n_in = work->in.n_channels,
                     .n_out = work->out.n_channels};
  host_planes_split(&work->in, rows_in, n);
  pond_stream_run(pond_session_stream(work->drive->session), &block);
  host_planes_join(&work->out, rows_out, n);
  pond_session_service(work->drive->session);
}

// `n` rows that have come, in as many blocks as a replayed journal asks for.
static PondStatus run_rows(const Work* work, uint32_t n, PondError* error) {
  PondSession* session = work->drive->session;
  uint32_t done = 0;
  while (done < n) {
    uint64_t frame = pond_stream_frame(pond_session_stream(session));
    uint64_t end = frame + (n - done);
    PondStatus status = pond_session_replay(session, &end, error);
    if (status) {
      return status;
    }
    uint32_t step = end > frame ? (uint32_t)(end - frame) : n - done;
    run_block(work, work->rows_in + (size_t)done * work->in.n_channels,
              work->rows_out + (size_t)done * work->out.n_channels, step);
    done += step;
  }
  return POND_OK;
}

static PondStatus run_all(const Work* work, uint64_t* n_done,
                          PondError* error) {
  const HostDrive* drive = work->drive;
  uint32_t n = 0;
  for (uint64_t left = drive->n_frames; left && !host_interrupted();) {
    uint32_t n_max = left < drive->n_block ? (uint32_t)left : drive->n_block;
    PondStatus status =
        host_reader_read(drive->in, work->rows_in, n_max, &n, error);
    if (!status && !n) {
      return POND_OK;
    }
    if (!status) {
      status = run_rows(work, n, error);
    }
    if (!status) {
      status = host_writer_write(drive->out, work->rows_out, n, error);
    }
    if (status) {
      return status;
    }
    left -= n;
    *n_done += n;
  }
  return POND_OK;
}

static void work_free(Work* work) {
  host_planes_free(&work->in);
  host_planes_free(&work->out);
  free(work->rows_in);
  free(work->rows_out);
}

static PondStatus work_init(Work* work, const HostDrive* drive,
                            PondError* error) {
  uint32_t n_in = drive->in->n_channels, n_out = drive->out->n_channels;
  *work = (Work){.drive = drive};
  PondStatus status = host_planes_init(&work->in, n_in, drive->n_block, error);
  if (!status) {
    status = host_planes_init(&work->out, n_out, drive->n_block, error);
  }
  if (status) {
    return status;
  }
  work->rows_in = calloc((size_t)n_in * drive->n_block, sizeof(float));
  work->rows_out = calloc((size_t)n_out * drive->n_block, sizeof(float));
  if (!work->rows_in || !work->rows_out) {
    return host_error_memory(error, "blocks of rows");
  }
  return POND_OK;
}

PondStatus host_drive(const HostDrive* drive, uint64_t* n_done,
                      PondError* error) {
  Work work;
  *n_done = 0;
  PondStatus status = work_init(&work, drive, error);
  if (!status) {
    status = run_all(&work, n_done, error);
  }
  work_free(&work);
  return status;
}

PondStatus host_drive_save(PondSession* session, const char* path,
                           PondError* error) {
  PondBlock nothing = {0};
  PondStatus status = pond_session_snapshot(session, 0, error);
  if (status) {
    return status;
  }
  pond_stream_run(pond_session_stream(session), &nothing);
  pond_session_service(session);
  return pond_session_save(session, path, error);
}
