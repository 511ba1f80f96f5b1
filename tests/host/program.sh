#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# Sourced by the tests of the program: rows of command lines, each with what it
# has to answer. The first argument of a test is the program.
set -uo pipefail
program=$(realpath "$1")
# shellcheck disable=SC2034
json_keys=$(realpath "${2:-/dev/null}")
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
# shellcheck disable=SC2034
ecg=$root/presets/data/ecg_mitbih208_360hz.wav
export LC_ALL=C
unset ECHOPOND_PRESETS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
n_rows=0
n_wrong=0

wrong() {
  n_wrong=$((n_wrong + 1))
  printf 'WRONG: %s\n  status %s\n  said: %s\n' "$1" "$status" "$(cat said)"
}

# bad STATUS NAME REMEDY ARGUMENT...: ends with STATUS; stderr is one line that
# begins with the program's name, holds NAME and matches the expression REMEDY;
# nothing on stdout, and no model x.safetensors written.
bad() {
  local wanted=$1 name=$2 remedy=$3 text
  shift 3
  n_rows=$((n_rows + 1))
  rm -f x.safetensors
  timeout 120 "$program" "$@" >out 2>said </dev/null
  status=$?
  text=$(<said)
  if [ "$status" != "$wanted" ]; then
    wrong "$* (wanted $wanted)"
  elif [[ $text != echopond* || $text == *$'\n'* ]]; then
    wrong "$* (not one line)"
  elif [[ $text != *"$name"* ]]; then
    wrong "$* (no word of $name)"
  elif [[ ! $text =~ $remedy ]]; then
    wrong "$* (no remedy: $remedy)"
  elif [ -s out ]; then
    wrong "$* (words on stdout)"
  elif [ -e x.safetensors ]; then
    wrong "$* (a model was written)"
  fi
}

# plant STATUS NAME REMEDY ARGUMENT...: a row that bad() has to find wrong.
plant() {
  local before=$n_wrong
  bad "$@" >planted
  if [ "$n_wrong" = "$before" ]; then
    wrong "a wrong row was not found: $*"
  else
    n_wrong=$before
  fi
}

# good ARGUMENT...: ends with 0.
good() {
  n_rows=$((n_rows + 1))
  "$program" "$@" >out 2>said </dev/null
  status=$?
  [ "$status" = 0 ] || wrong "$*"
}

# same A B: two files have the same bytes.
same() {
  n_rows=$((n_rows + 1))
  status=-
  cmp "$1" "$2" >said 2>&1 || wrong "cmp $1 $2"
}

# check WHAT COMMAND...: any command that has to succeed.
check() {
  local what=$1
  shift
  n_rows=$((n_rows + 1))
  "$@" >checked 2>said
  status=$?
  [ "$status" = 0 ] || wrong "$what"
}

# finish FLOOR: the sum, and the exit status of the test.
finish() {
  echo "$n_rows rows, $n_wrong wrong"
  if [ "$n_rows" -lt "$1" ]; then
    echo "fewer than $1 rows: the table was not read to its end"
    exit 1
  fi
  [ "$n_wrong" = 0 ]
}

# wave ROWS CHANNELS: CSV of slow sines.
wave() {
  awk -v n="$1" -v c="$2" 'BEGIN {
    for (i = 0; i < n; i++) {
      for (k = 0; k < c; k++)
        printf "%s%.6g", k ? "," : "", sin(i * (0.07 + 0.031 * k)) * 0.5
      printf "\n"
    }
  }'
}
