#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# test_checkers.sh CC CXX [CLANG_FORMAT CLANG_TIDY]: every checker of this
# folder passes a small good tree and catches each fault planted in it.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cc=$1
cxx=$2
format=${3:-}
tidy=${4:-}
n_passed=0
n_failed=0
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
spdx='// SPDX-License-Identifier: ISC'

# put FILE LINE...: writes a file of the small tree.
put() {
  mkdir -p "$tree/$(dirname "$1")"
  printf '%s\n' "${@:2}" >"$tree/$1"
}

# source_file FILE LINE...: the same with a right head.
source_file() { put "$1" "$spdx" "// Does its job." "${@:2}"; }

good_tree() {
  rm -rf "${tree:?}"/*
  source_file engine/include/pond/types.h '#include <stdint.h>' \
    'typedef uint32_t PondSize;'
  source_file engine/include/pond/rt.h '#include "pond/types.h"'
  source_file engine/base/alloc.h '#include <stddef.h>'
  source_file engine/rt/kernels/kernels.h '#include "pond/types.h"'
  source_file engine/rt/program.h '#include "kernels.h"'
  source_file engine/model/sealed.h '#include "alloc.h"' '#include "program.h"'
  source_file engine/checkpoint/tensor.h '#include "pond/types.h"'
  source_file engine/train/ridge.c '#include "sealed.h"'
  source_file host/main.c '#include "pond/rt.h"' 'int main(void) { return 0; }'
  put README.md '# Pond' '[house](host/main.c)'
}

report() {
  if [ "$1" = 0 ]; then
    n_passed=$((n_passed + 1))
    echo "ok: $2"
  else
    n_failed=$((n_failed + 1))
    echo "FAILED: $2"
    echo "$output"
  fi
}

# passes WHAT checker...: the good tree is passed.
passes() {
  output=$("${@:2}" 2>&1)
  report $? "$1"
}

# catches WHAT TEXT checker...: it fails, and its words hold TEXT.
catches() {
  if output=$("${@:3}" 2>&1); then
    report 1 "$1"
  else
    grep -qF -- "$2" <<<"$output"
    report $? "$1"
  fi
}

includes() { "$here/check_includes.sh" "$tree"; }
files() { "$here/check_files.sh" "$tree"; }
headers() { "$here/check_headers.sh" "$tree" "$cc" "$cxx"; }

good_tree
passes good_tree_keeps_the_law includes
passes good_tree_keeps_the_file_rules files
passes good_headers_compile_alone headers

source_file engine/rt/ring.c '#include "alloc.h"'
catches rt_including_base_is_caught 'ring.c:3: rt may not include base' includes
source_file engine/rt/ring.c '#include <stdlib.h>'
catches rt_including_stdlib_is_caught 'rt may not include <stdlib.h>' includes
source_file engine/rt/ring.c '  #  include   "sealed.h"'
catches spaced_include_is_caught 'rt may not include model' includes
source_file engine/rt/ring.c '#include "../base/alloc.h"'
catches relative_include_is_caught 'rt may not include base' includes
good_tree
source_file engine/include/pond/types.h '#include "alloc.h"'
catches public_header_seeing_inside_is_caught 'pond may not include base' \
  includes
good_tree
source_file engine/train/ridge.c '#include "tensor.h"'
catches train_including_checkpoint_is_caught \
  'train may not include checkpoint' includes
source_file engine/train/ridge.c '#include "nowhere.h"'
catches unknown_file_is_caught 'no file of ours' includes
source_file engine/train/ridge.c '#include <locale.h>'
catches locale_in_the_engine_is_caught '<locale.h>' includes
good_tree
source_file host/main.c '#include "program.h"'
catches host_seeing_inside_is_caught 'host may not include rt' includes
source_file plugin/ui.c '#include "pond/rt.h"'
source_file plugin/ui.h ''
source_file host/main.c '#include "ui.h"'
catches host_seeing_plugin_is_caught 'host may not include plugin' includes
good_tree
source_file engine/attic/old.c '#include "pond/rt.h"'
catches unlisted_room_is_caught 'no room of this name: attic' includes

good_tree
put host/main.c 'int main(void) { return 0; }'
catches missing_spdx_is_caught 'host/main.c: its first line' files
put host/main.c "$spdx" 'int main(void) { return 0; }'
catches missing_sentence_is_caught 'host/main.c: its second line' files
good_tree
mkdir -p "$tree/scripts"
put scripts/start '#!/bin/sh' 'true'
catches script_without_spdx_is_caught 'scripts/start: its first line' files
good_tree
source_file host/long.c "$(seq -f '// %g' 600)"
catches long_file_is_caught '602 lines' files
good_tree
source_file engine/train/main.c ''
catches name_used_twice_is_caught 'main.c: more than one' files
good_tree
put README.md 'See /home/me/notes.txt.'
catches path_outside_is_caught '/home/me' files
put README.md 'See ../shared/design.md.'
catches path_above_is_caught '/shared' files
put README.md '[gone](docs/gone.md)'
catches dead_link_is_caught 'docs/gone.md' files

good_tree
source_file engine/include/pond/rt.h 'PondSize pond_size(void);'
catches header_that_leans_on_another_is_caught 'pond/rt.h: does not' headers
source_file engine/include/pond/rt.h 'void pond_make(int class);'
catches header_unfit_for_cxx_is_caught '-std=c++17' headers
good_tree
source_file engine/model/sealed.h 'size_t pond_size(void);'
catches inner_header_that_leans_is_caught 'sealed.h: does not' headers

if [ -n "$format" ]; then
  good_tree
  cp "$here/../../.clang-format" "$tree/.clang-format"
  passes good_format_passes "$here/lint_format.sh" "$tree" "$format"
  source_file host/main.c 'int main( void ){return 0 ;}'
  catches bad_format_is_caught 'main.c' "$here/lint_format.sh" "$tree" "$format"
fi
if [ -n "$tidy" ]; then
  good_tree
  cp "$here/../../.clang-tidy" "$tree/.clang-tidy"
  put compile_commands.json "[{" "  \"directory\": \"$tree\"," \
    "  \"command\": \"$cc -I$tree/engine/include -c $tree/host/main.c\"," \
    "  \"file\": \"$tree/host/main.c\"" "}]"
  passes good_source_is_tidy "$here/lint_tidy.sh" "$tree" "$tree" "$tidy" host
  source_file host/main.c 'int main(void) {' '  int* p = 0;' '  return *p;' '}'
  catches null_dereference_is_caught 'core.NullDereference' \
    "$here/lint_tidy.sh" "$tree" "$tree" "$tidy" host
  source_file host/main.c \
    'static int sum(int a, int b, int c, int d, int e, int f) {' \
    '  return a + b + c + d + e + f;' '}' \
    'int main(void) { return sum(0, 0, 0, 0, 0, 0); }'
  catches six_parameters_are_caught 'readability-function-size' \
    "$here/lint_tidy.sh" "$tree" "$tree" "$tidy" host
fi

echo "$n_passed passed, $n_failed failed"
[ "$n_failed" = 0 ] && [ "$n_passed" -ge 20 ]
