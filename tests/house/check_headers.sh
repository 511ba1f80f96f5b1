#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# check_headers.sh ROOT CC CXX: each public header compiled alone as C11 and as
# C++17, each inner one as C11, warnings being errors.
set -uo pipefail
root=$1
cc=$2
cxx=$3
n_compiled=0
n_failed=0
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)

# compile NAME INCLUDE compiler options...
compile() {
  local name=$1 line="#include \"$2\""
  shift 2
  n_compiled=$((n_compiled + 1))
  if ! printf '%s\ntypedef int PondNotEmpty;\n' "$line" |
    "$@" -fsyntax-only -; then
    echo "$name: does not compile alone: $*"
    n_failed=$((n_failed + 1))
  fi
}

include=$root/engine/include
for header in "$include"/pond/*.h; do
  line=pond/${header##*/}
  compile "$header" "$line" "$cc" -std=c11 "${warnings[@]}" -Wstrict-prototypes \
    -I"$include" -xc
  compile "$header" "$line" "$cxx" -std=c++17 "${warnings[@]}" \
    -I"$include" -xc++
done

seen=()
for folder in "$root"/engine/* "$root"/engine/rt/kernels; do
  [ -d "$folder" ] && seen+=(-I"$folder")
done
while read -r header; do
  isa=()
  case $header in
    *_avx2.h) isa=(-mavx2 -mfma) ;;
    *_avx512.h) isa=(-mavx512f -mfma) ;;
    *_neon.h) continue ;;
  esac
  compile "$header" "${header##*/}" "$cc" -std=c11 -D_POSIX_C_SOURCE=200809L \
    "${warnings[@]}" -Wno-unused-function "${isa[@]}" "${seen[@]}" \
    -I"$(dirname "$header")" -xc
done < <(find "$root/engine" "$root/host" -name '*.h' \
  -not -path '*/include/pond/*' 2>/dev/null | LC_ALL=C sort)

echo "$n_compiled compiled, $n_failed failed"
[ "$n_failed" = 0 ] && [ "$n_compiled" -gt 1 ]
