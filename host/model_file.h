// SPDX-License-Identifier: ISC
// Model files as the commands use them. Control thread.
#ifndef HOST_MODEL_FILE_H
#define HOST_MODEL_FILE_H

#include "pond/checkpoint.h"
#include "pond/model.h"

/// Loads `path`; `tree` (may be NULL) gets what the file holds beside the
/// model, such as the state. Errors name the path.
PondStatus host_model_load(const char* path, PondModel** model, PondTree** tree,
                           PondError* error);
/// Writes the model alone, crash-safely; `seed` (NULL: none) is noted as
/// metadata "seed".
PondStatus host_model_save(const PondModel* model, const char* path,
                           const char* seed, PondError* error);
/// True if `tree` holds the state of a stream; `frame` is its next frame.
bool host_state_frame(const PondTree* tree, uint64_t* frame);
/// False if every readout's weights are zero, as they are in a new model.
bool host_model_is_trained(const PondModel* model);
/// True if a command would write over what it reads.
bool host_names_same(const char* a, const char* b);

#endif
