#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# check_files.sh ROOT: what holds for every file of ours: the SPDX line, the
# sentence on its job, at most 500 lines, a name of its own, no path outside
# the clone, links that lead somewhere. Prints each breach; fails if any.
set -euo pipefail
cd "$1"
n_breaches=0

breach() {
  echo "$1: $2"
  n_breaches=$((n_breaches + 1))
}

all_files() {
  find . \( -name .git -o -name 'build*' \) -prune -o -type f -print |
    sed 's|^\./||' | LC_ALL=C sort
}

# Text written by hand, as against data, licence texts and settings.
our_files() {
  all_files | grep -E '(\.(c|h|cc|cpp|cu|cuh|cmake|sh|awk|md)|CMakeLists\.txt)$|^(scripts|\.ci)/|(^|/)\.clang-tidy$'
}

check_head() {
  local first second
  { IFS= read -r first; IFS= read -r second; IFS= read -r third; } <"$1" || :
  if [[ $first == '#!'* ]]; then
    first=$second
    second=$third
  fi
  [[ $first =~ ^(//|\#|\<!--)\ SPDX-License-Identifier:\ ISC ]] ||
    breach "$1" "its first line is not the SPDX line"
  case $1 in
    *.c | *.h) [[ $second == '// '??* ]] ||
      breach "$1" "its second line is not a sentence on its job" ;;
  esac
}

check_length() {
  local n_lines
  n_lines=$(wc -l <"$1")
  [ "$n_lines" -le 500 ] || breach "$1" "$n_lines lines, 500 at most"
}

# Absolute folders of one machine; the system's own may be named, and a test may
# write in /tmp.
check_paths() {
  local found folders='home|root|work|opt|srv|mnt|media|Users|shared'
  [[ $1 == tests/* ]] || folders+='|tmp'
  found=$(grep -nEo "(^|[^A-Za-z0-9_.}\"/-]|[^A-Za-z0-9_.}/-]\"|\.\.)/($folders)(/[A-Za-z0-9._-]*|\b)" "$1" |
    head -3 || :)
  [ -z "$found" ] || breach "$1" "names a path outside the clone: $found"
}

check_links() {
  local link
  while read -r link; do
    [ -e "$(dirname "$1")/${link%%#*}" ] || breach "$1" "no such file: $link"
  done < <(grep -oE '\]\([^)# ]+' "$1" | sed 's/^](//' |
    grep -vE '^[a-z]+:' || :)
}

n_files=0
while read -r file; do
  n_files=$((n_files + 1))
  check_length "$file"
  case $file in
    *.md) check_links "$file" ;;
    *) check_head "$file" ;;
  esac
  case $file in
    tests/house/*) ;;
    *) check_paths "$file" ;;
  esac
done < <(our_files)

while read -r name; do
  breach "$name" "more than one file has this name"
done < <(our_files | sed 's|.*/||' |
  grep -vxE 'CMakeLists\.txt|README\.md|placeholder\.c|\.clang-tidy' | LC_ALL=C sort | uniq -d)

echo "$n_files files, $n_breaches breaches"
[ "$n_breaches" = 0 ] && [ "$n_files" -gt 0 ]
