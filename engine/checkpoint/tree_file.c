// SPDX-License-Identifier: ISC
// Trees in files. Control side.
#include "alloc.h"
#include "errors.h"
#include "file_ops.h"
#include "safetensors.h"

static const uint64_t default_max_bytes = (uint64_t)4 << 30;

static PondStatus check(const void* context, const uint8_t* bytes, size_t have,
                        uint64_t size, PondError* error) {
  return pond_st_check_start(bytes, have, size, (const PondLimits*)context,
                             error);
}

PondStatus pond_tree_load(const char* path, const PondLimits* limits,
                          PondTree** tree, PondError* error) {
  const PondLimits defaults = {0};
  const PondLimits* used = limits ? limits : &defaults;
  PondError inner = {0};
  uint8_t* bytes = NULL;
  size_t size = 0;
  const PondFileRequest request = {
      path, used->max_file_bytes ? used->max_file_bytes : default_max_bytes,
      check, used};
  PondStatus status =
      pond_file_read_with(&pond_file_ops, &request, &bytes, &size, error);
  if (status) {
    return status;
  }
  status = pond_safetensors_decode(bytes, size, used, tree, &inner);
  pond_memory_free(bytes);
  return status ? pond_error(error, status, "%.600s: %s", path, inner.text)
                : POND_OK;
}

PondStatus pond_tree_save(const PondTree* tree, const char* path,
                          PondError* error) {
  PondError inner = {0};
  uint8_t* bytes = NULL;
  size_t size = 0;
  PondStatus status = pond_safetensors_encode(tree, &bytes, &size, &inner);
  if (status) {
    return pond_error(error, status, "cannot save %.600s: %s", path,
                      inner.text);
  }
  status = pond_file_write(path, bytes, size, error);
  pond_memory_free(bytes);
  return status;
}
