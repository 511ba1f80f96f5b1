#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# The main job: the demo is killed, resumes, and not one bit differs.
# shellcheck source=tests/host/program.sh
. "$(dirname "${BASH_SOURCE[0]}")/program.sh"

for seed in 1 2; do
  good demo --seed $seed --output-dir "$work"
  cp out report
  check "no bit differs" grep -q 'bits that differ.*: 0 of [1-9]' report
  check "it was killed" grep -q 'by SIGKILL at frame [1-9]' report
  check "it resumed elsewhere" grep -q 'new process at frame [1-9]' report
  check "a plot" grep -Eq '<(polyline|path) ' echopond-demo.svg
  check "SVG" bash -c 'head -c 5 echopond-demo.svg | grep -qx "<svg " ||
    head -c 5 echopond-demo.svg | grep -qx "<?xml"'
  check "SVG to its end" bash -c 'tail -n 1 echopond-demo.svg | grep -q "</svg>"'
  check "no number is missing" bash -c '! grep -Ei "nan|inf[^o]" echopond-demo.svg'
  check "nothing left behind" bash -c '! ls -d echopond-demo-* 2>said'
done
finish 16
