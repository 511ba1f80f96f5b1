// SPDX-License-Identifier: ISC
// Inside the .safetensors reader and writer. Control side.
// Format: huggingface/safetensors, README.md and safetensors/src/tensor.rs.
#ifndef POND_CHECKPOINT_SAFETENSORS_H
#define POND_CHECKPOINT_SAFETENSORS_H

#include "dtypes.h"
#include "name_map.h"
#include "tree.h"

enum {
  POND_ST_PREFIX = 8,            ///< bytes of the header's length
  POND_ST_MAX_HEADER = 4 << 20,  ///< bytes of a header
  POND_ST_SNIFF = 512            ///< bytes that tell what a file is
};

/// A tensor as the header announces it.
typedef struct {
  const char* name;
  const PondDtypeRow* row;
  uint32_t n_dims;
  uint64_t shape[POND_MAX_DIMS];
  uint64_t begin, end;  ///< in the data
  uint64_t at;          ///< where the name lies in the file
} PondStEntry;

/// A header as read: nothing in it is larger than a small multiple of it.
typedef struct {
  PondStEntry* entries;
  uint32_t count, capacity;
  PondNameMap names;   ///< of the entries
  char* text;          ///< all strings
  PondTree* tree;      ///< the metadata, but for the hash
  uint64_t format_at;  ///< where "pond.format" lies in the file; 0: nowhere
  uint64_t hash_at;    ///< where the digits lie in the file; 0: no hash
} PondStHeader;

/// What else the first bytes of a file may be ("a PyTorch .pt file: ..."), NULL
/// when nothing known.
const char* pond_file_kind(const uint8_t* bytes, size_t size_bytes);

/// Whether the first `have` bytes of a file of `file_bytes` may begin a
/// .safetensors file.
PondStatus pond_st_check_start(const uint8_t* bytes, size_t have,
                               uint64_t file_bytes, const PondLimits* limits,
                               PondError* error);

/// Reads the header's JSON. Free it also after a failure.
PondStatus pond_st_header_read(const uint8_t* bytes, size_t header_bytes,
                               uint32_t max_tensors, PondStHeader* header,
                               PondError* error);
void pond_st_header_free(PondStHeader* header);

/// A file's two parts.
typedef struct {
  const uint8_t* header;
  size_t header_bytes;
  const uint8_t* data;
  size_t data_bytes;
} PondStParts;

/// XXH3-128 as 32 digits of the header, its hash digits at `hash_at` (counted
/// from the header) taken as zeros, and the data.
void pond_st_hash(const PondStParts* parts, size_t hash_at,
                  char digits[POND_HASH_DIGITS]);

#endif
