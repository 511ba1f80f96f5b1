// SPDX-License-Identifier: ISC
// Descriptions and sealed models. Control side; no call here may run on an
// audio thread. Different objects may be used from different threads.
#ifndef POND_MODEL_H
#define POND_MODEL_H

#include "pond/types.h"

POND_BEGIN_DECLS

/// A validated description: the graph, its sizes and how weights are drawn.
typedef struct PondDesc PondDesc;

/// One named matrix or vector of a model, row-major, owned by the model.
typedef struct {
  const char* name;  ///< such as "ReservoirLayer_1.weight_hh"
  const float* data;
  uint32_t n_dims;  ///< 1 or 2
  uint32_t shape[2];
} PondParameter;

/// Offset and scale of each channel: `u = (in - in_offset) / in_scale`,
/// `out = y * out_scale + out_offset`. NULL pointers mean 0 and 1.
typedef struct {
  const float* in_offset;   ///< n_in
  const float* in_scale;    ///< n_in, none may be 0
  const float* out_offset;  ///< n_out
  const float* out_scale;   ///< n_out, none may be 0
} PondNormaliser;

/// What training learned beside the weights; all-zero is an untrained model.
typedef struct {
  uint32_t horizon;  ///< frames from the input to the target
  double out_power;  ///< mean square of the target; 0 unknown (output guard)
  double rate_hz;    ///< frame rate of the training data; 0 unknown
} PondFit;

/// A premade description: "classic", "ott", "headless" or "linear", with
/// torch_rc's defaults. POND_STATUS_NOT_FOUND names those that exist.
POND_API POND_NODISCARD PondStatus pond_desc_premade(const char* name,
                                                     PondDesc** desc,
                                                     PondError* error);
/// Reads and validates a JSON description of at most 1 MB; errors name the key
/// and what is allowed there.
POND_API POND_NODISCARD PondStatus pond_desc_from_json(const char* text,
                                                       size_t size_bytes,
                                                       PondDesc** desc,
                                                       PondError* error);
/// Sets one of torch_rc's names ("reservoir_size", "leak_rate", ...) to a value
/// given as text. Errors name the key and what is allowed.
POND_API POND_NODISCARD PondStatus pond_desc_set(PondDesc* desc,
                                                 const char* key,
                                                 const char* value,
                                                 PondError* error);
/// The description as canonical JSON; free it with free().
POND_API POND_NODISCARD PondStatus pond_desc_to_json(const PondDesc* desc,
                                                     char** text,
                                                     PondError* error);
/// Channels of all input nodes, and of the output node.
POND_API uint32_t pond_desc_in_size(const PondDesc* desc);
POND_API uint32_t pond_desc_out_size(const PondDesc* desc);
POND_API void pond_desc_free(PondDesc* desc);

/// Draws all weights from `seed` and seals them. Untrained readouts are zero.
/// POND_STATUS_LIMIT when it would need more memory than a model may have.
POND_API POND_NODISCARD PondStatus pond_model_new(const PondDesc* desc,
                                                  uint64_t seed,
                                                  PondModel** model,
                                                  PondError* error);
/// Looks up a parameter for pond_model_from_parameters(): `wanted` has name and
/// shape; sets `data` to its floats, row-major, which live until that call
/// ends.
typedef PondStatus PondFindParameter(void* context, const PondParameter* wanted,
                                     const float** data, PondError* error);
/// What a model is sealed from, beside its description.
typedef struct {
  PondFindParameter* find;
  void* context;
  const PondNormaliser* normaliser;  ///< NULL: none
  const PondFit* fit;                ///< NULL: untrained
} PondModelParts;
/// Seals given weights in the shape that `desc` describes. Not finite weights
/// are refused by name.
POND_API POND_NODISCARD PondStatus
pond_model_from_parameters(const PondDesc* desc, const PondModelParts* parts,
                           PondModel** model, PondError* error);
/// A readout to take the place of a model's.
typedef struct {
  uint32_t index;        ///< 0 is the first readout node
  const float* weights;  ///< n_outputs x n_features, row-major
  const float* bias;     ///< n_outputs, or NULL where the readout has none
  const PondFit* fit;    ///< NULL: the model's
} PondReadoutFit;
/// The same reservoirs (shared, not copied) with another readout. The old model
/// stays as it is. Swapping between two such models keeps the state.
POND_API POND_NODISCARD PondStatus
pond_model_with_readout(const PondModel* model, const PondReadoutFit* readout,
                        PondModel** out, PondError* error);
/// The same weights (shared) under another normaliser. Another model to the
/// audio thread: swapping to it does not keep the state.
POND_API POND_NODISCARD PondStatus pond_model_with_normaliser(
    const PondModel* model, const PondNormaliser* normaliser, PondModel** out,
    PondError* error);

/// One more owner; returns `model`. The count is atomic.
POND_API PondModel* pond_model_ref(PondModel* model);
/// One owner less; the last one frees. NULL is allowed.
POND_API void pond_model_free(PondModel* model);

POND_API const PondDesc* pond_model_desc(const PondModel* model);
POND_API const PondFit* pond_model_fit(const PondModel* model);
/// Pointers into `model`, never NULL inside.
POND_API PondNormaliser pond_model_normaliser(const PondModel* model);
POND_API uint32_t pond_model_in_size(const PondModel* model);
POND_API uint32_t pond_model_out_size(const PondModel* model);
/// Size of the first input node: what free run feeds back into.
POND_API uint32_t pond_model_feedback_size(const PondModel* model);
POND_API uint32_t pond_model_parameter_count(const PondModel* model);
POND_API PondParameter pond_model_parameter(const PondModel* model,
                                            uint32_t index);
POND_API uint32_t pond_model_readout_count(const PondModel* model);
/// Name, inputs and outputs of readout `readout`.
POND_API const char* pond_model_readout_name(const PondModel* model,
                                             uint32_t readout,
                                             uint32_t* n_features,
                                             uint32_t* n_outputs);

POND_END_DECLS

#endif
