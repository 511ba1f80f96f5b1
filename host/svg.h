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
void host_svg_line(FILE* file, const HostPanel* panel, const float* y,
                   uint32_t n, double x0, double dx, const char* colour);
/// A dashed line over the whole height, with a word at its top.
void host_svg_mark(FILE* file, const HostPanel* panel, double x,
                   const char* colour, const char* word, int line);
void host_svg_text(FILE* file, double x, double y, const char* colour,
                   const char* text);

#endif
