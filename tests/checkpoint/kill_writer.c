// SPDX-License-Identifier: ISC
// Rewrites a file for ever until it is killed. Started by test_kill as
// kill_writer PATH FIRST_VERSION whole|part
// To stdout, four bytes each: 2 * VERSION before a save, 2 * VERSION + 1 after.
#include "pond/checkpoint.h"
#include "tree_tools.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TENSOR_BYTES = 400000 };

// What must not be done, as a control.
static bool write_in_place(const PondTree* tree, const char* path) {
  uint8_t* bytes = NULL;
  size_t size = 0;
  if (pond_safetensors_encode(tree, &bytes, &size, NULL)) {
    return false;
  }
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  size_t done = 0;
  while (file >= 0 && done < size) {
    const size_t part = size - done < 4096 ? size - done : 4096;
    const ssize_t count = write(file, bytes + done, part);
    if (count <= 0) {
      break;
    }
    done += (size_t)count;
  }
  free(bytes);
  return file >= 0 && close(file) == 0 && done == size;
}

static bool say(uint32_t number) {
  return write(STDOUT_FILENO, &number, sizeof(number)) ==
         (ssize_t)sizeof(number);
}

static bool save(uint32_t version, const char* path, bool whole) {
  PondError error = {0};
  PondTree* tree = seeded_tree(version, TENSOR_BYTES);
  const bool saved = tree && say(2 * version) &&
                     (whole ? !pond_tree_save(tree, path, &error)
                            : write_in_place(tree, path));
  if (!saved) {
    (void)fprintf(stderr, "kill_writer: %s\n", error.text);
  }
  pond_tree_free(tree);
  return saved && say(2 * version + 1);
}

int main(int argc, char** argv) {
  if (argc != 4) {
    return 2;
  }
  const bool whole = strcmp(argv[3], "whole") == 0;
  for (uint32_t version = (uint32_t)strtoul(argv[2], NULL, 10);; ++version) {
    if (!save(version, argv[1], whole)) {
      return 1;
    }
  }
}
