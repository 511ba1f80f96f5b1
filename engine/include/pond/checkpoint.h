// SPDX-License-Identifier: ISC
// Files: named tensors and metadata, read strictly and written crash-safely.
// Control side; nothing here keeps a file open between calls.
#ifndef POND_CHECKPOINT_H
#define POND_CHECKPOINT_H

#include "pond/types.h"

POND_BEGIN_DECLS

typedef enum {
  POND_DTYPE_F32,
  POND_DTYPE_F64,
  POND_DTYPE_F16,
  POND_DTYPE_BF16,
  POND_DTYPE_I64,
  POND_DTYPE_I32,
  POND_DTYPE_I16,
  POND_DTYPE_I8,
  POND_DTYPE_U64,
  POND_DTYPE_U32,
  POND_DTYPE_U16,
  POND_DTYPE_U8,
  POND_DTYPE_BOOL,
  POND_DTYPE_C64,
  POND_DTYPE_OTHER  ///< a sub-byte or 8-bit float: bytes kept, not understood
} PondDtype;

/// One tensor, contiguous, row-major, little-endian; owned by the tree.
typedef struct {
  const char* name;
  PondDtype dtype;
  uint32_t n_dims;  ///< 0 is a scalar
  uint64_t shape[POND_MAX_DIMS];
  const void* data;  ///< 64-byte aligned
  size_t size_bytes;
} PondTensor;

/// What a reader accepts; 0 means default.
typedef struct {
  uint64_t max_file_bytes;    ///< default 4 GiB
  uint32_t max_tensors;       ///< default and most 4096
  uint32_t max_header_bytes;  ///< default and most 4 MiB
} PondLimits;

POND_API POND_NODISCARD PondStatus pond_tree_new(PondTree** tree,
                                                 PondError* error);
POND_API void pond_tree_free(PondTree* tree);
/// Copies `tensor` in. MISMATCH if size and shape disagree, BAD_ARG if the name
/// is taken, empty, or no UTF-8.
POND_API POND_NODISCARD PondStatus pond_tree_add(PondTree* tree,
                                                 const PondTensor* tensor,
                                                 PondError* error);
/// Sets or replaces a metadata string; NULL `value` removes it.
POND_API POND_NODISCARD PondStatus pond_tree_set_meta(PondTree* tree,
                                                      const char* key,
                                                      const char* value,
                                                      PondError* error);
POND_API const char* pond_tree_meta(const PondTree* tree, const char* key);
POND_API uint32_t pond_tree_meta_count(const PondTree* tree);
POND_API const char* pond_tree_meta_at(const PondTree* tree, uint32_t index,
                                       const char** value);
POND_API uint32_t pond_tree_count(const PondTree* tree);
POND_API const PondTensor* pond_tree_at(const PondTree* tree, uint32_t index);
/// NULL if there is none of that name.
POND_API const PondTensor* pond_tree_find(const PondTree* tree,
                                          const char* name);
/// Name of a dtype as safetensors spells it, and its bytes per element.
POND_API const char* pond_dtype_name(PondDtype dtype, uint32_t* size_bytes);

/// The tree as .safetensors bytes, the same for the same content in whatever
/// order it was added; free() them. With metadata "pond.format" present, a
/// content hash, "pond.hash", is added; it never appears in a tree. Data begin
/// at a multiple of 64; tensors whose size is a multiple of 64 come first, then
/// the wider types, then by name. UNSUPPORTED for tensors of POND_DTYPE_OTHER.
POND_API POND_NODISCARD PondStatus pond_safetensors_encode(const PondTree* tree,
                                                           uint8_t** bytes,
                                                           size_t* size_bytes,
                                                           PondError* error);
/// Strict reading of hostile bytes; a content hash, if there, is checked, and a
/// file with "pond.format" but without one is refused. At most 4096 metadata
/// strings. Tensors come in the order of the header. BAD_FORMAT and LIMIT name
/// the byte; UNSUPPORTED names another format by its first bytes.
POND_API POND_NODISCARD PondStatus pond_safetensors_decode(
    const uint8_t* bytes, size_t size_bytes, const PondLimits* limits,
    PondTree** tree, PondError* error);

/// Reads a whole regular file into memory and decodes it. Errors name the path.
POND_API POND_NODISCARD PondStatus pond_tree_load(const char* path,
                                                  const PondLimits* limits,
                                                  PondTree** tree,
                                                  PondError* error);
/// Encodes and replaces `path` as pond_file_write() does.
POND_API POND_NODISCARD PondStatus pond_tree_save(const PondTree* tree,
                                                  const char* path,
                                                  PondError* error);

/// Replaces `path` by `bytes`, whole or not at all: temporary file beside it,
/// preallocated, written, synced, read back, renamed, folder synced. An error
/// at any step, or a kill, leaves an old file as it was. Parent folders are
/// made. The new file has the old one's mode, or 0666 less the umask; another
/// hard link keeps the old content. A symbolic link or anything else that is no
/// regular file is refused.
POND_API POND_NODISCARD PondStatus pond_file_write(const char* path,
                                                   const void* bytes,
                                                   size_t size_bytes,
                                                   PondError* error);
/// Reads a whole regular file of at most `max_bytes`; free() the bytes. A zero
/// follows the last, so that text can be read as a string.
POND_API POND_NODISCARD PondStatus pond_file_read(const char* path,
                                                  uint64_t max_bytes,
                                                  uint8_t** bytes,
                                                  size_t* size_bytes,
                                                  PondError* error);

/// A model as a tree of its parameters and description, and back.
POND_API POND_NODISCARD PondStatus pond_model_to_tree(const PondModel* model,
                                                      PondTree* tree,
                                                      PondError* error);
POND_API POND_NODISCARD PondStatus pond_model_from_tree(const PondTree* tree,
                                                        PondModel** model,
                                                        PondError* error);

POND_END_DECLS

#endif
