// SPDX-License-Identifier: ISC
// The keys of each kind of node, in one table that reading, writing and setting
// share. Control side.
#ifndef POND_MODEL_FIELDS_H
#define POND_MODEL_FIELDS_H

#include "desc.h"

typedef enum {
  POND_FIELD_COUNT,        ///< uint32_t from min to max
  POND_FIELD_STATED,       ///< the same, only compared with what follows
  POND_FIELD_REAL,         ///< double from min to max
  POND_FIELD_RADIUS,       ///< the same, or null
  POND_FIELD_FLAG,         ///< bool
  POND_FIELD_ACTIVATION,   ///< PondActivation by name
  POND_FIELD_PARITY,       ///< PondParity by name
  POND_FIELD_TOPOLOGY,     ///< PondSpec
  POND_FIELD_INITIALIZER,  ///< PondSpec
  POND_FIELD_NODE,         ///< name of input 0
  POND_FIELD_DRIVING,      ///< name of input 1, or null
  POND_FIELD_NODES         ///< names of all inputs
} PondFieldKind;

typedef struct {
  PondNodeKind node;
  const char* key;
  PondFieldKind kind;
  bool required;
  size_t offset;  ///< of the member in PondDescNode
  double min;
  double max;
} PondField;

/// The field of `node` kind with that key; NULL if there is none.
const PondField* pond_field_find(PondNodeKind node, const char* key);
/// The fields of all kinds.
const PondField* pond_field_at(uint32_t index);
uint32_t pond_field_count(void);
/// "name, kind, ..." of one kind.
PondList pond_field_names(PondNodeKind node);
/// What the field may hold, in words.
void pond_field_rule(const PondField* field, PondList* rule);

/// What is read: `value`, for node `index` of `desc`.
typedef struct {
  const PondField* field;
  const PondPlace* place;
  const json_t* value;
  const PondDesc* desc;
  uint32_t index;
  PondError* error;
} PondFieldReading;

/// Reads into `node`. Names of other nodes must stand before it.
PondStatus pond_field_read(const PondFieldReading* reading, PondDescNode* node);
/// The value as new JSON; NULL if no memory.
json_t* pond_field_to_json(const PondField* field, const PondDesc* desc,
                           const PondDescNode* node);

#endif
