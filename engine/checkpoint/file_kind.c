// SPDX-License-Identifier: ISC
// Telling by its first bytes what a file is that is no .safetensors file.
// Control side, no state.
#include "safetensors.h"

#include <string.h>

typedef struct {
  const char* magic;
  size_t size;
  size_t at;
  const char* kind;
} Kind;

#define LATER "reading these comes with a later version"
#define KIND(magic, at, kind) {magic, sizeof(magic) - 1, at, kind}

static const Kind kinds[] = {
    KIND("PK\3\4", 0, "a PyTorch .pt file (or another zip): " LATER),
    KIND("PK\5\6", 0, "an empty zip, not even a PyTorch .pt file: save again"),
    KIND("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46", 0,
         "a PyTorch .pt file from before version 1.6: save it again with a "
         "newer PyTorch"),
    KIND("\x80\x02", 0, "a Python pickle: save tensors, not objects"),
    KIND("\x80\x03", 0, "a Python pickle: save tensors, not objects"),
    KIND("\x80\x04", 0, "a Python pickle: save tensors, not objects"),
    KIND("\x80\x05", 0, "a Python pickle: save tensors, not objects"),
    KIND("\x1f\x8b", 0, "a gzip file: unpack it first"),
    KIND("GGUF", 0, "a GGUF file: convert it to .safetensors"),
    KIND("ustar", 257, "a tar file: unpack it first"),
    KIND("\x89HDF\r\n", 0, "an HDF5 file: convert it to .safetensors"),
    KIND("\x93NUMPY", 0, "a NumPy .npy array, data rather than a model"),
    KIND("PYTORCH1", 0, "a Caffe2 file: convert it to .safetensors"),
    KIND("version https://git-lfs", 0,
         "a Git LFS pointer, not the file itself: run `git lfs pull`"),
    KIND("RIFF", 0, "a sound file, data rather than a model"),
    KIND("fLaC", 0, "a sound file, data rather than a model"),
};

static bool has(const uint8_t* bytes, size_t size_bytes, const Kind* kind) {
  return size_bytes >= kind->at + kind->size &&
         memcmp(bytes + kind->at, kind->magic, kind->size) == 0;
}

static size_t skip_space(const uint8_t* bytes, size_t size_bytes) {
  size_t at = 0;
  while (at < size_bytes && bytes[at] && strchr(" \t\r\n", bytes[at])) {
    ++at;
  }
  return at;
}

// A small length and the '{' of a header: whatever else the bytes look like.
static bool is_safetensors(const uint8_t* bytes, size_t size_bytes) {
  static const uint8_t high_bytes[5] = {0};
  return size_bytes > POND_ST_PREFIX && bytes[POND_ST_PREFIX] == '{' &&
         memcmp(bytes + 3, high_bytes, sizeof(high_bytes)) == 0;
}

const char* pond_file_kind(const uint8_t* bytes, size_t size_bytes) {
  if (is_safetensors(bytes, size_bytes)) {
    return NULL;
  }
  for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); ++i) {
    if (has(bytes, size_bytes, &kinds[i])) {
      return kinds[i].kind;
    }
  }
  const size_t at = skip_space(bytes, size_bytes);
  const uint8_t first = at < size_bytes ? bytes[at] : 0;
  const uint8_t second = at + 1 < size_bytes ? bytes[at + 1] : 0;
  if (first == '<' && second && strchr("!?hHsSbB", second)) {
    return "a web page (HTML or XML), perhaps an error page: download again";
  }
  if (first == '{' && second && strchr(" \t\r\n\"}", second)) {
    return "a JSON text: `echopond new` makes a model of a description";
  }
  return NULL;
}
