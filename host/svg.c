// SPDX-License-Identifier: ISC
// Line plots as SVG. Control thread.
#include "svg.h"

#include <math.h>

static double at_x(const HostPanel* panel, double x) {
  return panel->left + (x - panel->x0) / (panel->x1 - panel->x0) * panel->width;
}

static double at_y(const HostPanel* panel, double y) {
  return panel->top + (panel->y1 - y) / (panel->y1 - panel->y0) * panel->height;
}

void host_svg_begin(FILE* file, int width, int height) {
  fprintf(file,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
          "font-family=\"sans-serif\" font-size=\"12\">\n"
          "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
          width, height, width, height);
}

void host_svg_end(FILE* file) { fputs("</svg>\n", file); }

void host_svg_text(FILE* file, double x, double y, const char* colour,
                   const char* text) {
  fprintf(file, "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s</text>\n", x, y,
          colour, text);
}

static void x_ticks(FILE* file, const HostPanel* panel, double step) {
  double bottom = panel->top + panel->height;
  const long last = lround(floor(panel->x1 / step));
  for (long tick = lround(ceil(panel->x0 / step)); tick <= last; tick++) {
    const double x = (double)tick * step;
    fprintf(file,
            "<path d=\"M%.1f %.1fv5\" stroke=\"#333\"/>"
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%g</text>\n",
            at_x(panel, x), bottom, at_x(panel, x), bottom + 18, x);
  }
}

static void y_ticks(FILE* file, const HostPanel* panel, double step) {
  const long last = lround(floor(panel->y1 / step));
  for (long tick = lround(ceil(panel->y0 / step)); tick <= last; tick++) {
    const double y = (double)tick * step;
    fprintf(file,
            "<path d=\"M%.1f %.1fh%.1f\" stroke=\"#e4e4e4\"/>"
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
            panel->left, at_y(panel, y), panel->width, panel->left - 6,
            at_y(panel, y) + 4, y);
  }
}

void host_svg_axes(FILE* file, const HostPanel* panel, double x_step,
                   double y_step, const char* y_label) {
  x_ticks(file, panel, x_step);
  y_ticks(file, panel, y_step);
  fprintf(file,
          "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
          "fill=\"none\" stroke=\"#333\"/>\n",
          panel->left, panel->top, panel->width, panel->height);
  fprintf(file,
          "<text transform=\"translate(%.1f %.1f) rotate(-90)\" "
          "text-anchor=\"middle\">%s</text>\n",
          panel->left - 42, panel->top + panel->height / 2, y_label);
}

void host_svg_line(FILE* file, const HostPanel* panel, const HostCurve* curve) {
  fprintf(file,
          "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.2\" "
          "points=\"",
          curve->colour);
  for (uint32_t i = 0; i < curve->n; i++) {
    const double y = fmin(fmax((double)curve->y[i], panel->y0), panel->y1);
    fprintf(file, "%.1f,%.1f ", at_x(panel, curve->x0 + i * curve->dx),
            at_y(panel, y));
  }
  fputs("\"/>\n", file);
}

void host_svg_mark(FILE* file, const HostPanel* panel, const HostMark* mark) {
  const double x = at_x(panel, mark->x);
  fprintf(file,
          "<path d=\"M%.1f %.1fv%.1f\" stroke=\"%s\" "
          "stroke-dasharray=\"4 3\"/>\n",
          x, panel->top, panel->height, mark->colour);
  host_svg_text(file, x + 4, panel->top + 14 + 14 * mark->line, mark->colour,
                mark->word);
}
