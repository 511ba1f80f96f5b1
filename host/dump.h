// SPDX-License-Identifier: ISC
// One tensor of a file written to .npy, .csv or .f32. Control thread.
#ifndef HOST_DUMP_H
#define HOST_DUMP_H

#include "pond/checkpoint.h"

/// .npy keeps the type (F32, F64, integers) and shape; .csv and .f32 hold
/// float32, a row a line.
PondStatus host_dump(const PondTensor* tensor, const char* path,
                     PondError* error);

#endif
