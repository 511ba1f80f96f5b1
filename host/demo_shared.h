// SPDX-License-Identifier: ISC
// The file through which a stream of the demo shows its progress and output to
// the process that will kill it. Control threads of both.
#ifndef HOST_DEMO_SHARED_H
#define HOST_DEMO_SHARED_H

#include "driver_clock.h"

typedef struct {
  HostClockCounts counts;
  _Atomic uint64_t n_saves;
  _Atomic uint64_t first_frame;  ///< where the stream went on
  _Atomic uint32_t is_realtime;
} HostShared;

/// Creates (`n_rows` of one channel, none done) or opens, and maps.
PondStatus host_shared_create(const char* path, uint64_t n_rows,
                              HostShared** shared, PondError* error);
PondStatus host_shared_open(const char* path, uint64_t n_rows,
                            HostShared** shared, PondError* error);
/// The rows of output, in the same mapping.
float* host_shared_rows(HostShared* shared);
void host_shared_free(HostShared* shared, uint64_t n_rows);

#endif
