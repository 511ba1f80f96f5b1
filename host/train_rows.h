// SPDX-License-Identifier: ISC
// Training rows from one file or two. The thread that runs the job.
#ifndef HOST_TRAIN_ROWS_H
#define HOST_TRAIN_ROWS_H

#include "row_stream.h"

#include "pond/train.h"

typedef struct {
  HostReader* in;
  HostReader* target;  ///< NULL: the target is the input, later
} HostTrainRows;

/// Opens both, pipes in memory; `target_path` may be NULL. MISMATCH if they
/// differ in length.
PondStatus host_train_rows_new(const HostSource* in, const HostSource* target,
                               HostTrainRows* rows, PondRows* view,
                               PondError* error);
void host_train_rows_free(HostTrainRows* rows);

#endif
