#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# On a pipe a row that comes in goes out before the next is awaited: one row is
# written, one is read, in turns; a program that waits for more is caught by the
# time limit of a read, which a right one never meets.
# shellcheck source=tests/host/program.sh
. "$(dirname "${BASH_SOURCE[0]}")/program.sh"

wave 50 1 >in.csv
good new classic -o m --set reservoir_size=20
good train m -i in.csv -o t --washout 5
good run t -i in.csv -o y.csv

coproc stream { "$program" run t -i - -o - --format csv 2>said; }
row=0
while read -r value; do
  row=$((row + 1))
  n_rows=$((n_rows + 1))
  echo "$value" >&"${stream[1]}"
  status=-
  if ! read -r -t 60 answer <&"${stream[0]}"; then
    wrong "row $row: no answer before the next row"
    break
  fi
  [ "$answer" = "$(sed -n "${row}p" y.csv)" ] || wrong "row $row: $answer"
done <in.csv
child=$stream_PID
exec {stream[1]}>&-
wait "$child"
status=$?
[ "$status" = 0 ] || wrong "the end of the pipe"
finish 53
