// SPDX-License-Identifier: ISC
// Signals to drive streams with: recordings and a generated attractor. Test
// support.
#ifndef POND_TESTS_SIGNALS_H
#define POND_TESTS_SIGNALS_H

#include <stdint.h>

/// `n_frames` of `n_channels`, planar: channel c starts at data + c * n_frames.
typedef struct {
  float* data;
  uint32_t n_frames;
  uint32_t n_channels;
  double rate_hz;
} Signal;

/// At most `max_frames` from frame `start` of a sound file; data NULL if it
/// cannot be read.
Signal signal_from_wav(const char* path, uint32_t start, uint32_t max_frames);
/// Lorenz 1963 (sigma 10, rho 28, beta 8/3), RK4 in ten substeps of dt / 10,
/// dt 0.02, divided by 20: three channels.
Signal signal_lorenz(uint32_t n_frames);
void signal_free(Signal* signal);

#endif
