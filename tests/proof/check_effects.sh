#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# check_effects.sh COMPILER SOURCE N_PLANTED FOLDER...: the compiler accepts
# SOURCE with PLANT=0 and refuses each of 1 to N_PLANTED, for its function
# effects and nothing else.
set -euo pipefail
compiler=$1
source=$2
n_planted=$3
shift 3
includes=("${@/#/-I}")

compile() {
  "$compiler" -std=c11 -fsyntax-only -Wall -Wextra -Wfunction-effects -Werror \
    -ferror-limit=0 "${includes[@]}" -DPLANT="$1" "$source" 2>&1
}

if ! output=$(compile 0); then
  echo "the clean source is refused:"
  echo "$output"
  exit 1
fi

n_caught=0
for plant in $(seq "$n_planted"); do
  output=$(compile "$plant" || :)
  first=$(grep -m1 'error:' <<<"$output" || :)
  if [ -n "$first" ] && ! grep 'error:' <<<"$output" |
    grep -qv 'Wfunction-effects\]'; then
    echo "$plant refused: ${first##*error: }"
    n_caught=$((n_caught + 1))
  else
    echo "$plant NOT REFUSED: $output"
  fi
done
echo "$n_caught of $n_planted planted faults refused"
[ "$n_caught" = "$n_planted" ]
