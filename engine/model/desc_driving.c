// SPDX-License-Identifier: ISC
// input_size: the input node "driving", added, resized or taken away. Control
// side.
#include "desc.h"
#include "errors.h"

#include <string.h>

static void shift(uint32_t* index, uint32_t from, bool up) {
  if (*index >= from) {
    *index += up ? 1U : (uint32_t)-1;
  }
}

// Renumbers what points at or past `from`, after a node came there (up) or
// went.
static void renumber(PondDesc* desc, uint32_t from, bool up) {
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    for (uint32_t k = 0; k < desc->nodes[i].n_inputs; ++k) {
      shift(&desc->nodes[i].inputs[k], from, up);
    }
  }
  shift(&desc->output, from, up);
}

static void insert_driving(PondDesc* desc, uint32_t at, uint32_t size) {
  renumber(desc, at, true);
  memmove(&desc->nodes[at + 1], &desc->nodes[at],
          (desc->n_nodes - at) * sizeof(desc->nodes[0]));
  desc->n_nodes += 1;
  desc->nodes[at] = pond_desc_node_init(POND_NODE_INPUT, "driving");
  desc->nodes[at].size = size;
  for (uint32_t i = at + 1; i < desc->n_nodes; ++i) {
    PondDescNode* node = &desc->nodes[i];
    if (node->kind == POND_NODE_RESERVOIR && node->n_inputs == 1) {
      node->inputs[node->n_inputs++] = at;
    }
  }
}

// Whether anything but a reservoir's driving input, or the output, uses it.
static bool is_used(const PondDesc* desc, uint32_t index) {
  bool used = desc->output == index;
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    const PondDescNode* node = &desc->nodes[i];
    for (uint32_t k = 0; k < node->n_inputs; ++k) {
      const bool drives = node->kind == POND_NODE_RESERVOIR && k == 1;
      used = used || (node->inputs[k] == index && !drives);
    }
  }
  return used;
}

static void remove_driving(PondDesc* desc, uint32_t at) {
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    PondDescNode* node = &desc->nodes[i];
    if (node->kind == POND_NODE_RESERVOIR && node->n_inputs == 2 &&
        node->inputs[1] == at) {
      node->n_inputs = 1;
    }
  }
  desc->n_nodes -= 1;
  memmove(&desc->nodes[at], &desc->nodes[at + 1],
          (desc->n_nodes - at) * sizeof(desc->nodes[0]));
  renumber(desc, at + 1, false);
}

static bool wants_driving(const PondDesc* desc) {
  bool wanted = false;
  for (uint32_t i = 0; i < desc->n_nodes; ++i) {
    const PondDescNode* node = &desc->nodes[i];
    wanted =
        wanted || (node->kind == POND_NODE_RESERVOIR && node->n_inputs == 1);
  }
  return wanted;
}

PondStatus pond_desc_set_driving(PondDesc* desc, const json_t* value,
                                 PondError* error) {
  const json_int_t size = json_integer_value(value);
  PondPlace place = {.alias = "input_size"};
  uint32_t at = pond_desc_find(desc, desc->n_nodes, "driving");
  const bool there = at < desc->n_nodes;
  if (!json_is_integer(value) || size < 0 || size > POND_MAX_CHANNELS) {
    return pond_place_bad_value(&place, "input_size", value, error,
                                "an integer from 0 to %d", POND_MAX_CHANNELS);
  }
  if ((there && (desc->nodes[at].kind != POND_NODE_INPUT ||
                 (size == 0 && is_used(desc, at)))) ||
      (!there && size &&
       (desc->n_nodes == POND_MAX_NODES || !wants_driving(desc)))) {
    return pond_error(
        error, POND_STATUS_BAD_ARG,
        "input_size: this graph has no reservoir that waits for a "
        "driving input, another use for a node \"driving\", or "
        "no room for it; change its JSON instead");
  }
  if (there && size == 0) {
    remove_driving(desc, at);
  } else if (there) {
    desc->nodes[at].size = (uint32_t)size;
  } else if (size) {
    for (at = 0; desc->nodes[at].kind != POND_NODE_INPUT;) {
      at += 1;
    }
    insert_driving(desc, at + 1, (uint32_t)size);
  }
  return POND_OK;
}
