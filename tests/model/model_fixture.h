// SPDX-License-Identifier: ISC
// What the model room's tests share: descriptions in one line. Test support.
#ifndef POND_TESTS_MODEL_FIXTURE_H
#define POND_TESTS_MODEL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first.
#include <cmocka.h>

#include "pond/model.h"

/// A premade description with "key=value key=value" set; fails the test else.
PondDesc* fixture_desc(const char* name, const char* settings);
/// A model of it.
PondModel* fixture_model(const char* name, const char* settings, uint64_t seed);
/// Values of one parameter and its shape; fails the test if there is none.
const float* fixture_parameter(const PondModel* model, const char* name,
                               uint32_t* rows, uint32_t* cols);
/// Fails with the error's text if `status` is not success.
void fixture_ok(PondStatus status, const PondError* error);
/// Fails unless `text` contains `part`, printing both.
void fixture_says(const char* text, const char* part);
/// FNV-1a over the bytes of `n` floats.
uint64_t fixture_hash(const float* values, size_t n);

#endif
