#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# check_includes.sh ROOT: the dependency law, read off the include lines of the
# engine, the host and the plugin. Prints each breach; fails if there is one.
set -euo pipefail
cd "$1"

folders=()
for folder in engine host plugin; do
  [ -d "$folder" ] && folders+=("$folder")
done
find "${folders[@]}" -name '*.[ch]' -o -name '*.cu' -o -name '*.cuh' |
  LC_ALL=C sort | awk '
function allow(room, seen) { law[room] = " " room " " seen " " }
function room_of(path) {
  if (path ~ /^engine\/include\/pond\//) return "pond"
  if (path ~ /^engine\/rt\/kernels\//) return "kernels"
  if (path ~ /^(host|plugin)\//) return substr(path, 1, index(path, "/") - 1)
  sub(/^engine\//, "", path)
  return substr(path, 1, index(path, "/") - 1)
}
function breach(text) {
  printf "%s:%d: %s\n", path, line_number, text
  n_breaches++
}
# A quoted include: where it stands, and whether this room may see it.
function check_ours(name, room,    base, seen) {
  if (name ~ /^pond\//) {
    if (!(("engine/include/" name) in is_file)) {
      breach("there is no engine/include/" name)
      return
    }
    seen = "pond"
  } else {
    base = name
    sub(/.*\//, "", base)
    if (!(base in place)) {
      breach("\"" name "\" is no file of ours; use <> for others")
      return
    }
    seen = room_of(place[base])
    if (seen == "pond") breach("write \"pond/" base "\"")
  }
  if (index(law[room], " " seen " ") == 0)
    breach(room " may not include " seen " (" name ")")
}
function check_system(name, room) {
  if (name ~ /^pond\//) breach("write \"" name "\" with quotes")
  if ((room == "rt" || room == "kernels" || room == "arith") &&
      index(realtime, " " name " ") == 0)
    breach(room " may not include <" name ">")
  if (path ~ /^engine\// && index(never, " " name " "))
    breach("the engine may not include <" name ">")
  if (path ~ /^engine\// && name == "errno.h" && room != "checkpoint" &&
      room != "session")
    breach("only checkpoint and session may include <errno.h>")
}
BEGIN {
  allow("pond", "")
  allow("arith", "pond")
  allow("base", "pond")
  allow("kernels", "arith pond")
  allow("rt", "kernels arith pond")
  allow("model", "rt kernels arith base pond")
  allow("train", "model rt kernels arith base pond")
  allow("checkpoint", "rt kernels arith base pond")
  allow("session", "model train checkpoint rt kernels arith base pond")
  allow("cuda", "arith pond")
  allow("host", "pond")
  allow("plugin", "pond")
  realtime = " stdatomic.h stdbool.h stddef.h stdint.h string.h float.h " \
    "limits.h math.h immintrin.h emmintrin.h xmmintrin.h arm_neon.h fenv.h "
  never = " locale.h xlocale.h setjmp.h alloca.h "
}
{ is_file[$0] = 1; n_files++; files[n_files] = $0 }
END {
  for (i = 1; i <= n_files; i++) {
    base = files[i]
    sub(/.*\//, "", base)
    if (base ~ /h$/) place[base] = files[i]
  }
  for (i = 1; i <= n_files; i++) {
    path = files[i]
    room = room_of(path)
    line_number = 0
    if (!(room in law)) breach("no room of this name: " room)
    while ((getline line < path) > 0) {
      line_number++
      if (line !~ /^[ \t]*#[ \t]*include/) continue
      n_includes++
      if (match(line, /"[^"]*"/))
        check_ours(substr(line, RSTART + 1, RLENGTH - 2), room)
      else if (match(line, /<[^>]*>/))
        check_system(substr(line, RSTART + 1, RLENGTH - 2), room)
      else if (line !~ /include POND_ATOMIC_SEAM$/)  # the tests swap atomics here
        breach("an include that names no file")
    }
    close(path)
  }
  printf "%d files, %d include lines, %d breaches of the law\n",
    n_files, n_includes, n_breaches
  exit n_breaches > 0 || n_includes == 0
}'
