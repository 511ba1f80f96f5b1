// SPDX-License-Identifier: ISC
// Drawing weights, and scaling them. Control side.
#include "draw.h"

#include "errors.h"
#include "spectral.h"

// A radius below this share of the largest weight is taken for 0.
#define NILPOTENT 1e-8

static void scale(float* w, size_t n, double factor) {
  for (size_t i = 0; i < n; ++i) {
    w[i] = (float)((double)w[i] * factor) + 0.0F;  // no -0
  }
}

static bool needs_radius(const PondDescNode* node) {
  const PondSpecInfo* info = node->topology.info;
  return node->kind == POND_NODE_RESERVOIR && node->has_radius &&
         !(info && info->unscaled);
}

PondStatus pond_draw_check(const PondDesc* desc, PondError* error) {
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    const PondDescNode* node = &desc->nodes[i];
    const PondSpecInfo* info = node->topology.info;
    if (needs_radius(node) && !(info && info->radius) &&
        node->size > POND_MAX_EXACT_UNITS) {
      return pond_error(error, POND_STATUS_LIMIT,
                        "\"%s\": a spectral_radius is computed exactly for up "
                        "to %d units, not %u; take fewer, topology ring, or "
                        "spectral_radius none",
                        node->name, POND_MAX_EXACT_UNITS, node->size);
    }
  }
  return POND_OK;
}

static double largest(const float* w, size_t n) {
  float max = 0.0F;
  for (size_t i = 0; i < n; ++i) {
    const float size = w[i] < 0.0F ? -w[i] : w[i];
    max = size > max ? size : max;
  }
  return (double)max;
}

static PondStatus nilpotent(const PondDescNode* node, uint64_t seed,
                            PondError* error) {
  const PondSpecInfo* info = node->topology.info;
  return pond_error(
      error, POND_STATUS_SINGULAR,
      "\"%s\": the topology %s drawn from seed %llu has spectral radius 0 (no "
      "cycle that counts), so no scaling makes it %g; raise its %s, take "
      "another seed, or set spectral_radius to none",
      node->name, info ? info->name : "none", (unsigned long long)seed,
      node->spectral_radius,
      info && info->n_knobs ? info->knobs[0].name : "size");
}

static PondStatus scale_radius(const PondDescNode* node, uint64_t seed,
                               float* w, PondError* error) {
  const PondSpec* spec = &node->topology;
  const size_t places = (size_t)node->size * node->size;
  double radius = 0.0;
  if (!needs_radius(node)) {
    return POND_OK;
  }
  if (node->spectral_radius == 0.0) {
    scale(w, places, 0.0);
    return POND_OK;
  }
  if (spec->info && spec->info->radius) {
    radius = spec->info->radius(spec->knobs);
  } else {
    const PondStatus status =
        pond_spectral_radius(w, node->size, &radius, error);
    if (status) {
      return status;
    }
  }
  if (radius <= NILPOTENT * largest(w, places)) {
    return nilpotent(node, seed, error);
  }
  scale(w, places, node->spectral_radius / radius);
  return POND_OK;
}

static void draw(const PondSpec* spec, const PondDrawing* drawing) {
  if (spec->info) {
    spec->info->draw(drawing);
  } else {
    pond_draw_uniform(drawing);
  }
}

static PondStatus draw_slot(PondCore* core, uint32_t index, uint64_t seed,
                            PondError* error) {
  static const PondSpec uniform = {.info = NULL};
  const PondSlot* slot = &core->slots[index];
  const PondDescNode* node = &core->desc.nodes[slot->node];
  PondRandom random = pond_random_init(seed, slot->name);
  PondDrawing drawing = {.w = core->data[index],
                         .rows = slot->shape[0],
                         .cols = slot->shape[1],
                         .random = &random};
  const PondSpec* spec = &uniform;
  double factor = node->bias_scaling;
  if (slot->role == POND_ROLE_WEIGHT_HH) {
    spec = &node->topology;
    factor = 1.0;
  } else if (slot->role == POND_ROLE_WEIGHT_FEEDBACK) {
    spec = &node->feedback_initializer;
    factor = node->feedback_scaling;
  } else if (slot->role == POND_ROLE_WEIGHT_INPUT) {
    spec = &node->input_initializer;
    factor = node->input_scaling;
  }
  drawing.knobs = spec->knobs;
  draw(spec, &drawing);
  if (slot->role == POND_ROLE_WEIGHT_HH) {
    return scale_radius(node, seed, drawing.w, error);
  }
  scale(drawing.w, pond_slot_size(slot), factor);
  return POND_OK;
}

PondStatus pond_draw_core(PondCore* core, uint64_t seed, PondError* error) {
  PondStatus status = POND_OK;
  for (uint32_t i = 0; i < core->n_slots && !status; ++i) {
    if (!pond_role_is_readout(core->slots[i].role)) {
      status = draw_slot(core, i, seed, error);
    }
  }
  return status;
}
