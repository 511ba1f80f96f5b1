// SPDX-License-Identifier: ISC
// libFuzzer target of stream states: hostile JSON beside good tensors is
// refused, or the stream runs on from it with a finite output. One thread.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graphs.h"
#include "pond/checkpoint.h"
#include "rig.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static void must(PondStatus status) {
  if (status) {
    abort();
  }
}

// A stream in the middle of a fade, with another model waiting.
static PondTree* make_tree(void) {
  PondError error;
  PondTree* tree = NULL;
  PondModel* a = graph_model(GRAPH_CLASSIC, 1, 6, 1);
  PondModel* b = graph_other_readouts(a, 2, 3, 0.01);
  Rig* rig = rig_start(a, NULL);
  rig_run(rig, 10, 10);
  must(pond_session_post(rig->session, b, 120, &error));
  rig_run(rig, 125, 5);
  must(pond_session_post(rig->session, a, 500, &error));
  must(pond_session_snapshot(rig->session, 0, &error));
  rig_run(rig, 125, 1);
  must(pond_tree_new(&tree, &error));
  must(pond_session_to_tree(rig->session, tree, &error));
  rig_stop(rig);
  pond_model_free(a);
  pond_model_free(b);
  return tree;
}

static void run_on(Rig* rig) {
  for (uint32_t i = 0; i < RIG_FRAMES; i += 7) {
    rig->in[0][i] = i % 2 ? NAN : 1e30f;
  }
  rig_run(rig, 300, 50);
  for (uint32_t i = 0; i < 300; ++i) {
    if (!isfinite(rig->out[0][i])) {
      abort();
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static PondTree* tree;
  PondError error;
  char* text = (char*)malloc(size + 1);
  if (!text || memchr(data, 0, size)) {
    free(text);
    return 0;
  }
  memcpy(text, data, size);
  text[size] = 0;
  tree = tree ? tree : make_tree();
  if (!pond_tree_set_meta(tree, "pond.stream", text, &error)) {
    Rig* rig = rig_start(NULL, NULL);
    rig->n_channels = 1;
    if (!pond_session_restore(rig->session, tree, &error)) {
      run_on(rig);
    }
    rig_stop(rig);
  }
  free(text);
  return 0;
}
