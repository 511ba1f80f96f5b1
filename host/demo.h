// SPDX-License-Identifier: ISC
// The demo's parts: train, stream, be killed, resume, compare, show. Main
// thread.
#ifndef HOST_DEMO_H
#define HOST_DEMO_H

#include "presets.h"
#include "row_stream.h"

#include "pond/engine.h"

enum {
  HOST_DEMO_HORIZON = 4,  ///< frames; 11 ms at 360 Hz
  HOST_DEMO_TAPS = 256    ///< of the linear predictor, as the model has units
};

/// One process that streams.
typedef struct {
  PondKernelId kernel;
  uint32_t n_block;
  double speed;    ///< times faster than life
  uint64_t first;  ///< frame it began with
  uint64_t end;    ///< frame after its last
  uint64_t n_saves;
  double mean_us;    ///< a frame
  double worst_us;   ///< a block
  bool is_realtime;  ///< under SCHED_FIFO
  float* rows;       ///< its output, by frame
} HostDemoPart;

typedef struct {
  const char* folder;  ///< where the plot goes
  uint64_t seed;
  HostRows ecg;
  uint64_t split;  ///< first frame that is predicted
  PondModel* model;
  double train_seconds;
  uint64_t kill_at;
  float* reference;  ///< the unbroken run, by frame
  float* linear;     ///< the linear predictor, by frame
  HostDemoPart parts[2];
  char input[HOST_PATH_SIZE];
  char work[HOST_PATH_SIZE];  ///< a folder of its own, removed at the end
  char state[HOST_PATH_SIZE];
  char svg[HOST_PATH_SIZE];
} HostDemo;

/// Loads the recording and trains on its first part.
PondStatus host_demo_train(HostDemo* demo, PondError* error);
/// Streams the first part, writes model and state, goes on unbroken: the
/// reference.
PondStatus host_demo_reference(HostDemo* demo, PondError* error);
/// Fits and runs the linear predictor.
PondStatus host_demo_linear(HostDemo* demo, PondError* error);
/// Streams in a child, kills it, resumes in another.
PondStatus host_demo_stream_parts(HostDemo* demo, PondError* error);
/// Bits that differ from the reference in all frames streamed.
uint64_t host_demo_differing_bits(const HostDemo* demo, uint64_t* n_frames);
/// The table, on stdout.
void host_demo_report(const HostDemo* demo, uint64_t n_differing,
                      uint64_t n_frames);
/// The plot as SVG, and in the terminal where gnuplot is there.
PondStatus host_demo_plot(const HostDemo* demo, PondError* error);
/// The output as it was streamed: the first child's up to its kill.
float host_demo_output(const HostDemo* demo, uint64_t frame);

#endif
