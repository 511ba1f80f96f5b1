// SPDX-License-Identifier: ISC
// Placeholder until the room has its first source.
#include "pond/types.h"
