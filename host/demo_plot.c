// SPDX-License-Identifier: ISC
// The demo's plot around the kill: signal, prediction, residual. Main thread.
#include "demo.h"
#include "gnuplot.h"
#include "report.h"
#include "svg.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

// A stretch of the stream, in millivolts; prediction of frame t beside frame t.
typedef struct {
  uint64_t from;
  uint32_t n;
  double rate_hz;
  float* signal;
  float* prediction;
  float* residual;
} Stretch;

static const double g_millivolts = 32768.0 / 200.0;  // of full scale

// `seconds` around the frame of the kill.
static bool stretch_init(const HostDemo* demo, double seconds, Stretch* s) {
  uint64_t n = (uint64_t)(seconds * demo->ecg.rate_hz);
  uint64_t first = demo->split + HOST_DEMO_HORIZON;
  uint64_t middle = demo->parts[0].end;
  uint64_t from = middle > first + n / 2 ? middle - n / 2 : first;
  if (from + n > demo->ecg.n_rows) {
    from = demo->ecg.n_rows - n;
  }
  *s = (Stretch){.from = from, .n = (uint32_t)n, .rate_hz = demo->ecg.rate_hz};
  s->signal = malloc(3 * n * sizeof(float));
  if (!s->signal) {
    return false;
  }
  s->prediction = s->signal + n;
  s->residual = s->prediction + n;
  for (uint32_t i = 0; i < s->n; i++) {
    double u = (double)demo->ecg.data[from + i] * g_millivolts;
    double y = (double)host_demo_output(demo, from + i - HOST_DEMO_HORIZON) *
               g_millivolts;
    s->signal[i] = (float)u;
    s->prediction[i] = (float)y;
    s->residual[i] = (float)(u - y);
  }
  return true;
}

static void span(const float* values, uint32_t n, double* low, double* high) {
  for (uint32_t i = 0; i < n; i++) {
    *low = fmin(*low, (double)values[i]);
    *high = fmax(*high, (double)values[i]);
  }
}

static void mark_frames(FILE* file, const HostDemo* demo,
                        const HostPanel* panel, bool with_words) {
  const double killed = (double)demo->parts[0].end / demo->ecg.rate_hz;
  const double resumed = (double)demo->parts[1].first / demo->ecg.rate_hz;
  if (resumed >= panel->x0 && resumed <= panel->x1) {
    host_svg_mark(file, panel,
                  &(HostMark){resumed, "#2a7", with_words ? "resumed" : "", 1});
  }
  if (killed >= panel->x0 && killed <= panel->x1) {
    host_svg_mark(file, panel,
                  &(HostMark){killed, "#c33", with_words ? "killed" : "", 0});
  }
}

static void draw(FILE* file, const HostDemo* demo, const Stretch* s) {
  double dx = 1 / s->rate_hz, x0 = (double)s->from * dx, low = 0, high = 0;
  span(s->signal, s->n, &low, &high);
  span(s->prediction, s->n, &low, &high);
  low = floor(low * 2) / 2;
  high = ceil(high * 2) / 2;
  HostPanel top = {64, 48, 816, 250, x0, x0 + s->n * dx, low, high};
  HostPanel bottom = {64, 342, 816, 120, x0, x0 + s->n * dx, -1, 1};
  host_svg_begin(file, 900, 510);
  host_svg_text(file, 64, 20, "#000",
                "ECG, MIT-BIH record 208 (PhysioNet, ODC-By 1.0), predicted "
                "11 ms ahead by echopond");
  host_svg_text(file, 64, 38, "#888", "signal");
  host_svg_text(file, 110, 38, "#06c", "prediction");
  host_svg_axes(file, &top, 1, (high - low) > 4 ? 1 : 0.5, "mV");
  host_svg_line(file, &top, &(HostCurve){s->signal, s->n, x0, dx, "#888"});
  host_svg_line(file, &top, &(HostCurve){s->prediction, s->n, x0, dx, "#06c"});
  mark_frames(file, demo, &top, true);
  host_svg_axes(file, &bottom, 1, 0.5, "residual, mV");
  host_svg_line(file, &bottom, &(HostCurve){s->residual, s->n, x0, dx, "#06c"});
  mark_frames(file, demo, &bottom, false);
  host_svg_text(file, 64, 500, "#000", "seconds");
  host_svg_end(file);
}

static PondStatus write_svg(const HostDemo* demo, PondError* error) {
  Stretch s;
  if (!stretch_init(demo, 8, &s)) {
    return host_error_memory(error, "the plot");
  }
  FILE* file = fopen(demo->svg, "w");
  if (!file) {
    int number = errno;
    free(s.signal);
    return host_error_system(error, demo->svg, "cannot write", number);
  }
  draw(file, demo, &s);
  bool is_bad = ferror(file) != 0;
  is_bad = fclose(file) || is_bad;
  free(s.signal);
  return is_bad ? host_error_system(error, demo->svg, "cannot write", errno)
                : POND_OK;
}

static void write_script(FILE* file, const Stretch* s) {
  fputs("$d << E\n", file);
  for (uint32_t i = 0; i < s->n; i++) {
    fprintf(file, "%.4f %.4f %.4f %.4f\n", (double)(s->from + i) / s->rate_hz,
            (double)s->signal[i], (double)s->prediction[i],
            (double)s->residual[i]);
  }
  fputs(
      "E\nset terminal dumb 79 20\nset key top left\n"
      "set ylabel 'mV' offset 2\nset xrange [*:*] noextend\n"
      "plot $d u 1:2 w l t 'signal', $d u 1:3 w l t 'prediction'\n"
      "set terminal dumb 79 11\nset yrange [-1:1]\nset ytics 1\n"
      "plot $d u 1:4 w l t 'residual'\n",
      file);
}

static void draw_in_terminal(const HostDemo* demo) {
  Stretch s;
  char* script = NULL;
  size_t size = 0;
  if (!stretch_init(demo, 2, &s)) {
    return;
  }
  FILE* file = open_memstream(&script, &size);
  if (file) {
    write_script(file, &s);
    if (!fclose(file) && !host_gnuplot_run(script, size)) {
      printf(
          "no plot in the terminal: gnuplot is not there; `apt-get install "
          "gnuplot-nox` brings it\n");
    }
  }
  free(script);
  free(s.signal);
}

PondStatus host_demo_plot(const HostDemo* demo, PondError* error) {
  PondStatus status = write_svg(demo, error);
  if (status) {
    return status;
  }
  draw_in_terminal(demo);
  printf("plot       %s\n", demo->svg);
  return POND_OK;
}
