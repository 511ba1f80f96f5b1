#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# lint_format.sh ROOT CLANG_FORMAT: every C file is as clang-format writes it.
set -euo pipefail
cd "$1"
mapfile -t files < <(find engine host bench plugin tests -name '*.[ch]' \
  2>/dev/null | LC_ALL=C sort)
echo "${#files[@]} files"
[ ${#files[@]} -gt 0 ]
"$2" --dry-run -Werror "${files[@]}"
