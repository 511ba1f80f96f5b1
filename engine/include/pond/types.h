// SPDX-License-Identifier: ISC
// Types and limits that several headers share. No thread, no code.
#ifndef POND_TYPES_H
#define POND_TYPES_H

#include "pond/attributes.h"
#include "pond/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

POND_BEGIN_DECLS

enum {
  POND_MAX_NODES = 64,         ///< nodes in a model
  POND_MAX_FAN_IN = 16,        ///< inputs of one node
  POND_MAX_CHANNELS = 1024,    ///< channels of a stream, in or out
  POND_MAX_NAME = 64,          ///< bytes of a node's name, its end included
  POND_MAX_UNITS = 1 << 20,    ///< units of one node
  POND_MAX_HORIZON = 1 << 16,  ///< frames of horizon
  POND_MAX_DIMS = 8            ///< dimensions of a tensor
};

/// f in `z = f(p)`.
typedef enum {
  POND_ACTIVATION_TANH,
  POND_ACTIVATION_RELU,
  POND_ACTIVATION_SIGMOID,
  POND_ACTIVATION_IDENTITY
} PondActivation;

/// What drives the feedback input of the first input node.
typedef enum {
  POND_MODE_PREDICT,   ///< the incoming signal
  POND_MODE_GENERATE,  ///< free run: the prediction of `horizon` frames ago
  POND_MODE_TEACHER    ///< the target, where one is given, else the signal
} PondMode;

/// What stands in for an incoming sample that is not finite.
typedef enum {
  POND_MISSING_HOLD,    ///< the last good value of that channel
  POND_MISSING_ZERO,    ///< zero
  POND_MISSING_PREDICT  ///< the prediction made for it, where sizes fit
} PondMissing;

/// Live parameters: they belong to the stream, not to the model. The table in
/// pond/session.h has their names, ranges and defaults.
typedef enum {
  POND_PARAM_INPUT_GAIN,
  POND_PARAM_OUTPUT_GAIN,
  POND_PARAM_MIX,            ///< 0 the dry input, 1 the prediction
  POND_PARAM_FEEDBACK_GAIN,  ///< of the prediction in free run
  POND_PARAM_LEAK,           ///< leak rate of all reservoirs; 0: the model's
  POND_PARAM_CEILING,        ///< of the output guard, linear; 0: guard off
  POND_PARAM_COUNT
} PondParam;

/// Which kernels compute; all give the same bits.
typedef enum {
  POND_KERNEL_AUTO,
  POND_KERNEL_SCALAR,
  POND_KERNEL_AVX2,
  POND_KERNEL_AVX512,
  POND_KERNEL_NEON
} PondKernelId;

typedef struct PondModel PondModel;      ///< sealed: weights and readouts
typedef struct PondStream PondStream;    ///< the audio thread's half
typedef struct PondSession PondSession;  ///< the control side's half
typedef struct PondTree PondTree;        ///< named tensors and metadata
typedef struct PondJob PondJob;          ///< long work, run by its owner

POND_END_DECLS

#endif
