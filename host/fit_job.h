// SPDX-License-Identifier: ISC
// A training job on a thread of its own, with progress and Ctrl-C. Main
// thread.
#ifndef HOST_FIT_JOB_H
#define HOST_FIT_JOB_H

#include "pond/train.h"

/// Runs `job` to its end. Progress goes to stderr if that is a terminal; a
/// signal cancels it: POND_STATUS_CANCELLED.
PondStatus host_fit_run(PondJob* job, PondError* error);

#endif
