// SPDX-License-Identifier: ISC
// Signals to drive streams with. Test support.
#include "signals.h"

#include <sndfile.h>
#include <stdlib.h>

static Signal new_signal(uint32_t n_frames, uint32_t n_channels,
                         double rate_hz) {
  const Signal signal = {
      (float*)calloc((size_t)n_frames * n_channels + 1, sizeof(float)),
      n_frames, n_channels, rate_hz};
  return signal;
}

Signal signal_from_wav(const char* path, uint32_t start, uint32_t max_frames) {
  SF_INFO info = {0};
  SNDFILE* file = sf_open(path, SFM_READ, &info);
  Signal signal = {NULL, 0, 0, 0.0};
  if (!file) {
    return signal;
  }
  const uint32_t n_channels = (uint32_t)info.channels;
  float* rows = (float*)calloc((size_t)max_frames * n_channels, sizeof(float));
  if (rows && sf_seek(file, start, SEEK_SET) >= 0) {
    const uint32_t n = (uint32_t)sf_readf_float(file, rows, max_frames);
    signal = new_signal(n, n_channels, info.samplerate);
    for (uint32_t i = 0; i < n; ++i) {
      for (uint32_t c = 0; c < n_channels; ++c) {
        signal.data[c * n + i] = rows[i * n_channels + c];
      }
    }
  }
  free(rows);
  sf_close(file);
  return signal;
}

static void slope(const double x[3], double d[3]) {
  d[0] = 10.0 * (x[1] - x[0]);
  d[1] = x[0] * (28.0 - x[2]) - x[1];
  d[2] = x[0] * x[1] - 8.0 / 3.0 * x[2];
}

static void rk4(double x[3], double h) {
  double k[4][3];
  double at[3];
  const double part[4] = {0.0, 0.5, 0.5, 1.0};
  for (int s = 0; s < 4; ++s) {
    for (int i = 0; i < 3; ++i) {
      at[i] = x[i] + (s > 0 ? part[s] * h * k[s - 1][i] : 0.0);
    }
    slope(at, k[s]);
  }
  for (int i = 0; i < 3; ++i) {
    x[i] += h / 6.0 * (k[0][i] + 2.0 * k[1][i] + 2.0 * k[2][i] + k[3][i]);
  }
}

Signal signal_lorenz(uint32_t n_frames) {
  enum { SUBSTEPS = 10 };
  const double dt = 0.02;
  Signal signal = new_signal(n_frames, 3, 1.0 / dt);
  double x[3] = {1.0, 1.0, 1.0};
  for (uint32_t i = 0; i < n_frames; ++i) {
    for (int s = 0; s < SUBSTEPS; ++s) {
      rk4(x, dt / (double)SUBSTEPS);
    }
    for (uint32_t c = 0; c < 3; ++c) {
      signal.data[c * n_frames + i] = (float)(x[c] / 20.0);
    }
  }
  return signal;
}

void signal_free(Signal* signal) {
  free(signal->data);
  signal->data = NULL;
}
