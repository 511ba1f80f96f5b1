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
  check "a plot" grep -q '<polyline' echopond-demo.svg
done
finish 10
