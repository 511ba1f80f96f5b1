// SPDX-License-Identifier: ISC
// gnuplot, where it is installed, for plots in the terminal. Control thread.
#ifndef HOST_GNUPLOT_H
#define HOST_GNUPLOT_H

#include "presets.h"

/// The path of gnuplot on PATH; false if there is none.
bool host_gnuplot_find(char path[HOST_PATH_SIZE]);
/// Runs gnuplot on a script, its output to stdout; false if that failed.
bool host_gnuplot_run(const char* script, size_t size_bytes);

#endif
