// SPDX-License-Identifier: ISC
// Initialisers of the matrices between an input and a reservoir. Control side.
#include "spec.h"

void pond_draw_uniform(const PondDrawing* drawing) {
  const size_t places = (size_t)drawing->rows * drawing->cols;
  for (size_t i = 0; i < places; ++i) {
    drawing->w[i] = (float)pond_random_signed(drawing->random);
  }
}

static void draw_random(const PondDrawing* drawing) {
  const size_t places = (size_t)drawing->rows * drawing->cols;
  const double scale = drawing->knobs[0];
  for (size_t i = 0; i < places; ++i) {
    drawing->w[i] = (float)(scale * pond_random_signed(drawing->random));
  }
}

static void draw_random_binary(const PondDrawing* drawing) {
  const size_t places = (size_t)drawing->rows * drawing->cols;
  const float scale = (float)drawing->knobs[0];
  for (size_t i = 0; i < places; ++i) {
    drawing->w[i] = pond_random_bits(drawing->random) >> 63U ? scale : -scale;
  }
}

static void draw_nothing(const PondDrawing* drawing) { (void)drawing; }

static const PondSpecInfo ROWS[] = {
    {.name = "random",
     .doc = "U(-1, 1) times input_scaling",
     .n_knobs = 1,
     .knobs = {{"input_scaling", POND_KNOB_REAL, 1.0, -1e6, 1e6}},
     .draw = draw_random},
    {.name = "random_binary",
     .doc = "-1 or 1, as likely, times input_scaling",
     .n_knobs = 1,
     .knobs = {{"input_scaling", POND_KNOB_REAL, 1.0, -1e6, 1e6}},
     .draw = draw_random_binary},
    {.name = "zeros", .doc = "no weights", .draw = draw_nothing},
};

const PondSpecTable POND_INITIALIZERS = {"initializer", ROWS,
                                         sizeof(ROWS) / sizeof(ROWS[0])};
