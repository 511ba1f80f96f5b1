// SPDX-License-Identifier: ISC
// A graph under one normaliser. Control side.
#include "scaled.h"

#include "alloc.h"
#include "errors.h"

#include <math.h>

static PondStatus check(const char* name, const float* values, size_t n,
                        bool is_scale, PondError* error) {
  for (size_t i = 0; values && i < n; ++i) {
    if (!isfinite(values[i])) {
      return pond_error(error, POND_STATUS_NOT_FINITE,
                        "the normaliser's %s[%zu] is not finite", name, i);
    }
    if (is_scale && values[i] == 0.0F) {
      return pond_error(error, POND_STATUS_BAD_ARG,
                        "the normaliser's %s[%zu] is 0; a constant channel "
                        "takes scale 1",
                        name, i);
    }
  }
  return POND_OK;
}

static PondStatus check_all(const PondNormaliser* given, size_t n_in,
                            size_t n_out, PondError* error) {
  PondStatus status = check("in_offset", given->in_offset, n_in, false, error);
  if (!status) {
    status = check("in_scale", given->in_scale, n_in, true, error);
  }
  if (!status) {
    status = check("out_offset", given->out_offset, n_out, false, error);
  }
  return status ? status
                : check("out_scale", given->out_scale, n_out, true, error);
}

static const float* fill(float* to, const float* from, size_t n,
                         float fallback) {
  for (size_t i = 0; i < n; ++i) {
    to[i] = from ? from[i] : fallback;
  }
  return to;
}

PondStatus pond_scaled_new(PondCore* core, const PondNormaliser* normaliser,
                           PondScaled** scaled, PondError* error) {
  static const PondNormaliser plain = {NULL, NULL, NULL, NULL};
  const PondNormaliser* given = normaliser ? normaliser : &plain;
  const size_t n_in = core->graph.n_in;
  const size_t n_out = core->graph.n_out;
  PondPlan plan = {.size = 0};
  const PondStatus status = check_all(given, n_in, n_out, error);
  if (status) {
    return status;
  }
  (void)pond_plan_add(&plan, 1, sizeof(PondScaled));
  const size_t at = pond_plan_add(&plan, 2 * (n_in + n_out), 4);
  char* block = (char*)pond_plan_new(&plan);
  if (!block) {
    return pond_error_memory(error, "a normaliser");
  }
  PondScaled* built = (PondScaled*)block;
  float* values = (float*)(block + at);
  atomic_init(&built->refs, 1);
  built->core = pond_core_ref(core);
  built->graph = core->graph;
  built->normaliser = (PondNormaliser){
      fill(values, given->in_offset, n_in, 0.0F),
      fill(values + n_in, given->in_scale, n_in, 1.0F),
      fill(values + 2 * n_in, given->out_offset, n_out, 0.0F),
      fill(values + 2 * n_in + n_out, given->out_scale, n_out, 1.0F)};
  *scaled = built;
  return POND_OK;
}

PondScaled* pond_scaled_ref(PondScaled* scaled) {
  // Relaxed: whoever refs already owns, and frees by the release below.
  (void)atomic_fetch_add_explicit(&scaled->refs, 1, memory_order_relaxed);
  return scaled;
}

void pond_scaled_free(PondScaled* scaled) {
  // Release all that this owner did; acquire, as the last one, what others did.
  if (scaled &&
      atomic_fetch_sub_explicit(&scaled->refs, 1, memory_order_acq_rel) == 1) {
    pond_core_free(scaled->core);
    pond_memory_free(scaled);
  }
}
