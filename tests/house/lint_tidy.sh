#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# lint_tidy.sh ROOT BUILD CLANG_TIDY FOLDER: clang-tidy finds nothing in the
# sources that BUILD compiles in FOLDER (and, with them, in our headers).
set -euo pipefail
cd "$1"
build=$2
tidy=$3
folder=$4
mapfile -t files < <(sed -n 's/^ *"file": "\(.*\)",*$/\1/p' \
  "$build/compile_commands.json" | grep -F "$PWD/$folder/" | LC_ALL=C sort -u)
echo "$folder: ${#files[@]} files"
[ ${#files[@]} -gt 0 ]
set +e
"$tidy" --quiet -p "$build" "${files[@]}" 2>&1 |
  grep -vE '^[0-9]+ warnings? |^Suppressed |^Use -header|^\[[0-9]+/'
exit "${PIPESTATUS[0]}"
