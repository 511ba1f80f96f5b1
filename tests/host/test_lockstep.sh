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

# close_pipe: what the program says to the end of its input.
close_pipe() {
  local child=$stream_PID
  exec {stream[1]}>&-
  wait "$child"
  status=$?
  [ "$status" = 0 ] || wrong "the end of the pipe"
}

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
close_pipe

# The same with float32: two channels, rows of eight bytes.
wave 50 2 >two.csv
good new classic -o m2 --set reservoir_size=20 --set feedback_size=2 \
  --set output_size=2
good train m2 -i two.csv -o t2 --washout 5
good run t2 -i two.csv -o in.f32 --set-param mix=0
good run t2 -i in.f32 -o y.f32
coproc stream { "$program" run t2 -i - -o - --format f32le 2>said; }
for row in {0..49}; do
  n_rows=$((n_rows + 1))
  dd if=in.f32 bs=8 skip="$row" count=1 status=none >&"${stream[1]}"
  timeout 60 dd bs=8 count=1 iflag=fullblock status=none \
    <&"${stream[0]}" >answer
  dd if=y.f32 bs=8 skip="$row" count=1 status=none >wanted
  status=-
  if ! cmp wanted answer >said 2>&1; then
    wrong "float32 row $row"
    break
  fi
done
close_pipe
finish 107
