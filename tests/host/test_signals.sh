#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# SIGINT and SIGTERM while a program waits for rows: training ends with status 1
# and writes nothing; a run ends with status 0, its rows out and its state saved.
# shellcheck source=tests/host/program.sh
. "$(dirname "${BASH_SOURCE[0]}")/program.sh"

wave 2000 1 >in.csv
good new classic -o m --set reservoir_size=20
good train m -i in.csv -o t
mkfifo rows

# catches_int PID: its handler of SIGINT (bit 1 of the last digit) is in place.
catches_int() {
  until grep -q '^Name:.*echopond' "/proc/$1/status" &&
    grep -q '^SigCgt:.*[2367abef]$' "/proc/$1/status"; do
    kill -0 "$1" 2>/dev/null || return
  done
}

# has_rows PID FILE: a row has come out; true at once where FILE is none.
has_rows() {
  until [ -z "$2" ] || [ -s "$2" ]; do
    kill -0 "$1" 2>/dev/null || return
  done
}

# stopped SIGNAL STATUS ARGUMENT...: gets all of in.csv, waits for more, and is
# sent the signal.
stopped() {
  local signal=$1 wanted=$2
  shift 2
  n_rows=$((n_rows + 1))
  # bash ignores SIGINT in the background of a script; env undoes that.
  env --default-signal=INT,TERM "$program" "$@" <rows >out 2>said &
  local child=$!
  exec 9>rows
  cat in.csv >&9
  catches_int "$child"
  has_rows "$child" "$awaited"
  kill -s "$signal" "$child"
  wait "$child"
  status=$?
  exec 9>&-
  [ "$status" = "$wanted" ] || wrong "$signal: $* (wanted $wanted)"
}

for signal in INT TERM; do
  rm -f never y.csv s
  awaited=
  stopped $signal 1 train m -i - -o never
  cp said told
  check "the signal is named" grep -q 'signal' told
  check "nothing written" test ! -e never
  awaited=y.csv
  stopped $signal 0 run t -i - -o y.csv --save-state s
  rows_out=$(wc -l <y.csv)
  good info s --json
  cp out info.json
  check "the state stands after the last row" \
    grep -q "\"frame\": $rows_out\$" info.json
done
finish 14
