// SPDX-License-Identifier: ISC
// Topologies: the pattern of a reservoir's own matrix before it is scaled.
// w[v * n + u] is the edge from unit u to unit v. Control side.
#include "spec.h"

// Chance or weight; the order is that of `knobs` in the table below.
enum { KNOB_FIRST, KNOB_DIRECTED, KNOB_SELF_LOOPS };

// Exactly round(density * places) places, each such set as likely (selection
// sampling: Knuth, TAOCP 2, 3.4.2, algorithm S), weights from U(-1, 1).
static void draw_random(const PondDrawing* drawing) {
  const uint64_t places = (uint64_t)drawing->rows * drawing->cols;
  const double wish = drawing->knobs[KNOB_FIRST] * (double)places;
  uint64_t needed = (uint64_t)(wish + 0.5);
  for (uint64_t i = 0; i < places && needed; ++i) {
    if (pond_random_below(drawing->random, places - i) < needed) {
      drawing->w[i] = (float)pond_random_signed(drawing->random);
      needed -= 1;
    }
  }
}

static float random_sign(PondRandom* random) {
  return pond_random_bits(random) >> 63U ? 1.0F : -1.0F;
}

// Each pair is an edge with chance p, of weight -1 or 1 (Gilbert, Ann. Math.
// Stat. 30:1141, 1959). Undirected: one draw a pair, the same weight both ways.
static void draw_erdos_renyi(const PondDrawing* drawing) {
  const size_t n = drawing->rows;
  const double p = drawing->knobs[KNOB_FIRST];
  const bool directed = drawing->knobs[KNOB_DIRECTED] != 0.0;
  const bool self_loops = drawing->knobs[KNOB_SELF_LOOPS] != 0.0;
  for (size_t u = 0; u < n; ++u) {
    for (size_t v = directed ? 0 : u; v < n; ++v) {
      if ((u == v && !self_loops) || pond_random_unit(drawing->random) >= p) {
        continue;
      }
      const float weight = random_sign(drawing->random);
      drawing->w[v * n + u] = weight;
      if (!directed) {
        drawing->w[u * n + v] = weight;
      }
    }
  }
}

// One simple cycle i -> i + 1 (Rodan and Tino, IEEE Trans. Neural Netw. 22:131,
// 2011); its eigenvalues are the weight times the n-th roots of one.
static void draw_ring(const PondDrawing* drawing) {
  const size_t n = drawing->rows;
  for (size_t u = 0; u < n; ++u) {
    drawing->w[(u + 1) % n * n + u] = (float)drawing->knobs[KNOB_FIRST];
  }
}

static double ring_radius(const double* knobs) {
  const double weight = (double)(float)knobs[KNOB_FIRST];
  return weight < 0.0 ? -weight : weight;
}

static void draw_nothing(const PondDrawing* drawing) { (void)drawing; }

static const PondSpecInfo ROWS[] = {
    {.name = "random",
     .doc = "exactly round(density * N * N) weights from U(-1, 1)",
     .n_knobs = 1,
     .knobs = {{"density", POND_KNOB_REAL, 0.5, 0.0, 1.0}},
     .draw = draw_random},
    {.name = "erdos_renyi",
     .doc = "each pair an edge with chance p, of weight -1 or 1",
     .n_knobs = 3,
     .knobs = {{"p", POND_KNOB_REAL, 0.1, 0.0, 1.0},
               {"directed", POND_KNOB_FLAG, 1.0, 0.0, 1.0},
               {"self_loops", POND_KNOB_FLAG, 1.0, 0.0, 1.0}},
     .draw = draw_erdos_renyi},
    {.name = "ring",
     .doc = "one simple cycle, every weight the same",
     .n_knobs = 1,
     .knobs = {{"weight", POND_KNOB_REAL, 1.0, -1e6, 1e6}},
     .draw = draw_ring,
     .radius = ring_radius},
    {.name = "zeros",
     .doc = "no edges; spectral_radius is not applied",
     .draw = draw_nothing,
     .unscaled = true},
};

const PondSpecTable POND_TOPOLOGIES = {"topology", ROWS,
                                       sizeof(ROWS) / sizeof(ROWS[0])};
