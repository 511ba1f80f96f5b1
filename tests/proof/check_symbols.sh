#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# check_symbols.sh NM ARCHIVE LIST: what the archive needs from elsewhere is in
# LIST (a symbol a line, # begins a comment). Prints what is not; fails then,
# or if the archive holds nothing.
set -euo pipefail
nm=$1
archive=$2
list=$3

cd "$(dirname "$archive")"  # nm prints the path, which may hold spaces
symbols=$("$nm" -A -P "${archive##*/}")
n_defined=$(awk '$3 ~ /^[TtDdBbRrVvWw]$/' <<<"$symbols" | wc -l)
breaches=$(awk '
  FNR == NR { sub(/#.*/, ""); if (NF > 0) allowed[$1]; next }
  $3 == "U" || $3 == "w" { needs[$2] = needs[$2] " " $1; next }
  { defined[$2] }
  END {
    for (symbol in needs)
      if (!(symbol in defined) && !(symbol in allowed))
        print "not allowed: " symbol ", needed by" needs[symbol]
  }' "$list" - <<<"$symbols" | LC_ALL=C sort)
[ -z "$breaches" ] || echo "$breaches"
echo "$n_defined symbols defined"
[ -z "$breaches" ] && [ "$n_defined" -gt 10 ]
