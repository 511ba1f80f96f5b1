// SPDX-License-Identifier: ISC
// Planar blocks over one allocation, as the engine takes them. The thread that
// runs the stream: only init and free allocate.
#include "driver_offline.h"
#include "report.h"

#include <stdlib.h>

PondStatus host_planes_init(HostPlanes* planes, uint32_t n_channels,
                            uint32_t n_block, PondError* error) {
  *planes = (HostPlanes){.n_channels = n_channels, .n_block = n_block};
  planes->samples =
      calloc((size_t)n_channels * n_block + 1, sizeof *planes->samples);
  if (!planes->samples) {
    return host_error_memory(error, "blocks of samples");
  }
  for (uint32_t c = 0; c < n_channels; c++) {
    planes->channels[c] = planes->samples + (size_t)c * n_block;
  }
  return POND_OK;
}

void host_planes_free(HostPlanes* planes) {
  free(planes->samples);
  planes->samples = NULL;
}

void host_planes_split(const HostPlanes* planes, const float* rows,
                       uint32_t n) {
  for (uint32_t c = 0; c < planes->n_channels; c++) {
    for (uint32_t i = 0; i < n; i++) {
      planes->channels[c][i] = rows[(size_t)i * planes->n_channels + c];
    }
  }
}

void host_planes_join(const HostPlanes* planes, float* rows, uint32_t n) {
  for (uint32_t c = 0; c < planes->n_channels; c++) {
    for (uint32_t i = 0; i < n; i++) {
      rows[(size_t)i * planes->n_channels + c] = planes->channels[c][i];
    }
  }
}
