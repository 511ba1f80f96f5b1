// SPDX-License-Identifier: ISC
// A stream driven by files and pipes: as fast as rows come, both halves of the
// engine in this one thread.
#ifndef HOST_DRIVER_OFFLINE_H
#define HOST_DRIVER_OFFLINE_H

#include "row_stream.h"

#include "pond/session.h"

typedef struct {
  PondSession* session;
  HostReader* in;
  HostWriter* out;
  uint32_t n_block;   ///< most frames in a block
  uint64_t n_frames;  ///< most frames in all
} HostDrive;

/// Runs row after row until the input ends, a signal comes or `n_frames` are
/// done; each row in is written out before the next is waited for.
PondStatus host_drive(const HostDrive* drive, uint64_t* n_done,
                      PondError* error);
/// Model and state after the last frame, crash-safely to `path`.
PondStatus host_drive_save(PondSession* session, const char* path,
                           PondError* error);

/// Planar blocks over one allocation, as the engine takes them.
typedef struct {
  uint32_t n_channels;
  uint32_t n_block;
  float* samples;                      ///< n_channels x n_block
  float* channels[POND_MAX_CHANNELS];  ///< into `samples`
} HostPlanes;

PondStatus host_planes_init(HostPlanes* planes, uint32_t n_channels,
                            uint32_t n_block, PondError* error);
void host_planes_free(HostPlanes* planes);
/// n rows, interleaved, into the planes; and back.
void host_planes_split(const HostPlanes* planes, const float* rows, uint32_t n);
void host_planes_join(const HostPlanes* planes, float* rows, uint32_t n);

#endif
