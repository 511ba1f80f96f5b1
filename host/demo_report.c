// SPDX-License-Identifier: ISC
// The demo's table. Main thread.
#include "demo.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Predictions of frame t, made at t - horizon, against what came.
static double error_of(const HostDemo* demo, const float* predictions) {
  uint64_t n = demo->ecg.n_rows - demo->split - HOST_DEMO_HORIZON;
  return pond_nrmse(predictions + demo->split,
                    demo->ecg.data + demo->split + HOST_DEMO_HORIZON, n);
}

static double error_of_stream(const HostDemo* demo) {
  float* streamed = malloc(demo->ecg.n_rows * sizeof *streamed);
  if (!streamed) {
    return NAN;
  }
  for (uint64_t t = 0; t < demo->ecg.n_rows; t++) {
    streamed[t] = t < demo->split ? 0 : host_demo_output(demo, t);
  }
  double error = error_of(demo, streamed);
  free(streamed);
  return error;
}

static void print_part(const HostDemoPart* part) {
  printf("block %" PRIu32 ", kernel %s, %.0f times faster than life, %s\n",
         part->n_block, pond_kernel_name(part->kernel), floor(part->speed),
         part->is_realtime ? "SCHED_FIFO"
                           : "normal priority (real time is not allowed here)");
}

static void print_times(const HostDemo* demo, const HostDemoPart* part) {
  double period_us = 1e6 / demo->ecg.rate_hz;
  printf(
      "  %-6s %8.2f us a frame, %.3f %% of the frame period; worst block "
      "%.0f us\n",
      pond_kernel_name(part->kernel), part->mean_us,
      100 * part->mean_us / period_us, part->worst_us);
}

void host_demo_report(const HostDemo* demo, uint64_t n_differing,
                      uint64_t n_frames) {
  double rate_hz = demo->ecg.rate_hz;
  const HostDemoPart* parts = demo->parts;
  printf("recording  electrocardiogram, MIT-BIH record 208, %g Hz, %.0f s\n",
         rate_hz, (double)demo->ecg.n_rows / rate_hz);
  printf(
      "trained    on the first %.0f s in %.1f s: 256 units, ridge, horizon "
      "%d frames (%.1f ms)\n",
      (double)demo->split / rate_hz, demo->train_seconds, HOST_DEMO_HORIZON,
      1000 * HOST_DEMO_HORIZON / rate_hz);
  printf("streamed   the other %.0f s: ",
         (double)(demo->ecg.n_rows - demo->split) / rate_hz);
  print_part(&parts[0]);
  printf("killed     by SIGKILL at frame %" PRIu64 " (seed %" PRIu64
         "), %" PRIu64 " states saved by then\n",
         parts[0].end, demo->seed, parts[0].n_saves);
  printf("resumed    in a new process at frame %" PRIu64 ": ", parts[1].first);
  print_part(&parts[1]);
  printf("\nerror of the prediction (root mean square over deviation)\n");
  printf("  echopond            %.4f\n", error_of_stream(demo));
  printf("  linear predictor    %.4f   %d taps, least squares, same frames\n",
         error_of(demo, demo->linear), HOST_DEMO_TAPS);
  printf("  persistence         %.4f\n", error_of(demo, demo->ecg.data));
  printf("\ntime (a frame lasts %.0f us at %g Hz)\n", 1e6 / rate_hz, rate_hz);
  print_times(demo, &parts[0]);
  print_times(demo, &parts[1]);
  printf("\nbits that differ from the unbroken run: %" PRIu64 " of %" PRIu64
         " (%" PRIu64 " frames)\n",
         n_differing, 32 * n_frames, n_frames);
}
