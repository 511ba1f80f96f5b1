#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# check_exports.sh LIBRARY [FLOOR]: everything that the shared library exports
# begins with pond_, FLOOR symbols or more; it needs no threaded BLAS.
set -euo pipefail
library=$1
floor=${2:-1}
names=$(nm -D --defined-only "$library" | awk '{print $NF}')
n_names=$(grep -c . <<<"$names" || :)
foreign=$(grep -v '^pond_' <<<"$names" || :)
needed=$(readelf -d "$library" | grep -E 'NEEDED.*(openblas|libblas|liblapack|libgomp)' || :)

status=0
if [ -n "$foreign" ]; then
  echo "exported, but not pond_*: $foreign"
  status=1
fi
if [ -n "$needed" ]; then
  echo "needs a library that may start threads: $needed"
  status=1
fi
if [ "$n_names" -lt "$floor" ]; then
  echo "exports $n_names symbols, fewer than $floor"
  status=1
fi
echo "$n_names symbols exported"
exit $status
