// SPDX-License-Identifier: ISC
// Line plots as SVG. Control thread.
#ifndef HOST_SVG_H
#define HOST_SVG_H

#include <stdint.h>
#include <stdio.h>

/// One panel: a frame with axes, for lines drawn in its own units.
typedef struct {
  double left, top, width, height;  ///< in the picture
  double x0, x1, y0, y1;            ///< what its edges stand for
} HostPanel;

void host_svg_begin(FILE* file, int width, int height);
void host_svg_end(FILE* file);
/// Frame, ticks with numbers at multiples of the steps, and the y label.
void host_svg_axes(FILE* file, const HostPanel* panel, double x_step,
                   double y_step, const char* y_label);
/// y[i] at x0 + i * dx.
typedef struct {
  const float* y;
  uint32_t n;
  double x0, dx;
  const char* colour;
} HostCurve;
void host_svg_line(FILE* file, const HostPanel* panel, const HostCurve* curve);
/// A dashed line at x over the whole height, with a word in a line at its top.
typedef struct {
  double x;
  const char* colour;
  const char* word;
  int line;
} HostMark;
void host_svg_mark(FILE* file, const HostPanel* panel, const HostMark* mark);
void host_svg_text(FILE* file, double x, double y, const char* colour,
                   const char* text);

#endif
