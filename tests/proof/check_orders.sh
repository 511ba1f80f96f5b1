#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# check_orders.sh ROOT: in audio-thread code only the headers that the explorer
# runs order anything; the engine has no fence and no other compiler's atomics.
# Then the same on a copy with planted breaches, which must all be found.
set -euo pipefail
root=$1
explored='/(rt_atomic|ring|mailbox|triple|slot)\.h:'
ordering='memory_order_(acquire|release|acq_rel|consume|seq_cst)|POND_(ACQUIRE|RELEASE|ACQ_REL)\b|atomic_(load|store|exchange|fetch_[a-z]+)\('
foreign='atomic_(thread|signal)_fence|__atomic_|__sync_|compare_exchange'

breaches() {
  grep -rnE --include='*.[ch]' "$ordering|$foreign" "$1/engine/rt" |
    grep -vE "$explored" || :
  grep -rnE --include='*.[ch]' "$foreign" "$1/engine" | grep -v '/engine/rt/' || :
}

found=$(breaches "$root")
if [ -n "$found" ]; then
  echo "orders that nothing explores:"
  echo "$found"
  exit 1
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir -p "$copy/engine/rt/kernels" "$copy/engine/session"
cp "$root"/engine/rt/*.[ch] "$copy/engine/rt"
cat >"$copy/engine/rt/planted.c" <<'END'
x = atomic_load_explicit(&a, memory_order_acquire);
POND_STORE(&a, 1, POND_RELEASE);
atomic_store(&a, 1);
END
echo 'atomic_thread_fence(memory_order_seq_cst);' \
  >"$copy/engine/rt/kernels/planted.c"
echo '__atomic_store_n(&a, 1, 3);' >"$copy/engine/session/planted.c"
n_found=$(breaches "$copy" | grep -c planted.c)
echo "no unexplored order; $n_found of 5 planted breaches found"
[ "$n_found" = 5 ]
