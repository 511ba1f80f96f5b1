// SPDX-License-Identifier: ISC
// Where the presets lie, and descriptions by name or file. Control thread.
#ifndef HOST_PRESETS_H
#define HOST_PRESETS_H

#include "pond/model.h"

enum { HOST_PATH_SIZE = 4096 };

/// Path of `file` in the folder of presets: $ECHOPOND_PRESETS, the source tree
/// this was built from, or where it is installed. NOT_FOUND names them all.
PondStatus host_preset_path(const char* file, char path[HOST_PATH_SIZE],
                            PondError* error);
/// True if a description's name is taken as that of a file.
bool host_desc_is_file(const char* name);
/// A description: "classic" and other premade ones, NAME for NAME.json among
/// the presets, or the path of a .json file.
PondStatus host_desc_find(const char* name, PondDesc** desc, PondError* error);

#endif
