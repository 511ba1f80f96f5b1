#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# What the program refuses: exit status, and one line that names the thing and
# says what to do.
# shellcheck source=tests/host/program.sh
. "$(dirname "${BASH_SOURCE[0]}")/program.sh"

# m untrained, t trained, s with state, and 500 rows
"$program" new classic -o m.safetensors --set reservoir_size=20 &&
  "$program" train m.safetensors -i "$ecg" --normalize standard \
    -o t.safetensors >out &&
  "$program" run m.safetensors -i "$ecg" -o in.csv --frames 500 \
    --set-param mix=0 2>said &&
  "$program" run t.safetensors -i in.csv -o y.csv \
    --save-state s.safetensors || exit 1
x=x.safetensors

plant 1 frob '' frob
plant 2 florb '' frob
plant 2 frob 'no such remedy' frob
plant 0 '' '' doctor

bad 2 command 'echopond --help'
bad 2 frob 'give demo, new' frob
bad 2 extra 'takes none' doctor extra
bad 2 --heal 'doctor --help' doctor --heal
bad 2 extra 'takes none' demo extra
bad 2 --seed 'whole number' demo --seed frob

# Models and descriptions
: >empty.json
echo '{"format": "echopond-model", ' >cut.json
node='{"name":"input","kind":"input","size":1'
head='{"format": "echopond-model", "version": 1, "nodes": ['
echo "$head$node,\"frob\":2}], \"output\": \"input\"}" >key.json
echo "$head$node}], \"output\": \"input\", \"frob\": 1}" >root_key.json
echo "$head$node}], \"output\": \"florb\"}" >output.json
echo "$head$node},$node}], \"output\": \"input\"}" >twice.json
mkdir folder folder.json folder.csv
bad 2 PRESET 'give a PRESET .*FILE.json' new
bad 2 -o 'give -o M' new classic
bad 2 extra 'one PRESET or FILE.json' new classic extra -o $x
bad 2 --frob 'new --help' new classic --frob -o $x
bad 2 -o 'new --help' new classic -o
bad 2 '--set frob' 'give KEY=VALUE' new classic -o $x --set frob
bad 2 '--seed -1' 'whole number' new classic -o $x --seed -1
bad 2 '--seed 1e3' 'whole number' new classic -o $x --seed 1e3
bad 2 '--seed 99999999999999999999' 'whole number' new classic -o $x --seed 99999999999999999999
bad 2 key.json overwrite new key.json -o key.json
bad 1 nope 'give classic, ott, headless' new nope -o $x
bad 1 nope.json 'check the path' new nope.json -o $x
bad 1 empty.json 'give a JSON description' new empty.json -o $x
bad 1 folder.json 'not a folder' new folder.json -o $x
bad 1 cut.json 'line 2' new cut.json -o $x
bad 1 '"frob"' 'allowed: name, kind, size' new key.json -o $x
bad 1 '"frob"' 'allowed: ' new root_key.json -o $x
bad 1 florb 'output' new output.json -o $x
bad 1 '"input"' 'name' new twice.json -o $x
bad 1 s.safetensors 'not JSON' new ./s.safetensors -o $x
bad 1 'folder' 'choose another name' new classic -o folder
bad 1 /dev/full 'choose another name' new classic -o /dev/full
bad 1 in.csv/x '.' new classic -o in.csv/x

# set_key NAME REMEDY PAIR...
set_key() {
  local name=$1 remedy=$2 pairs=()
  for pair in "${@:3}"; do pairs+=(--set "$pair"); done
  bad 1 "$name" "$remedy" new classic -o $x "${pairs[@]}"
}
set_key '"frob"' 'allowed: reservoir_size' frob=1
set_key 'reservoir_size=0' 'integer from 1 to' reservoir_size=0
set_key '1000000' 'fits up to about' reservoir_size=1000000
set_key '10000000' 'integer from 1 to' reservoir_size=10000000
set_key reservoir_size 'integer from 1 to' reservoir_size=1.5
set_key reservoir_size 'integer from 1 to' reservoir_size=
set_key 'spectral radius 0' 'raise its p' topology=erdos_renyi:p=0.0001 reservoir_size=10
set_key frob 'one of random, erdos_renyi' topology=frob
set_key frob 'p, directed' topology=erdos_renyi:frob=1
set_key frob 'one of tanh' activation=frob
set_key leak_rate 'from 1e-06 to 1' leak_rate=2
set_key leak_rate 'from 1e-06 to 1' leak_rate=0
set_key leak_rate 'a number' leak_rate=nan
set_key bias 'true or false' bias=maybe
set_key spectral_radius 'or none' spectral_radius=-1
set_key input_size 'from 0 to' input_size=5000
set_key output_size 'from 1 to' output_size=0
set_key feedback_size 'from 1 to' feedback_size=2000
set_key feedback_initializer 'one of' feedback_initializer=frob

bad 1 activation 'begin with .headless' new linear -o $x --set activation=tanh
bad 1 /proc/no_such_folder '.' new classic -o /proc/no_such_folder/x

# Training
: >empty.csv
printf '1,2\n3,4\n' >two.csv
printf '1\n2\n3\n' >three.csv
printf '1\n2\n1,2\n' >ragged.csv
printf '1\n\n2\n' >blank.csv
printf '1\nfrob\n' >word.csv
for _ in {1..300}; do echo nan; done >nan.csv
printf 'abc' >odd.f32
printf 'RIFF....WAVEfmt ' >cut.wav
printf '\x93NUMPY\x01\x00' >cut.npy
cp in.csv in.xyz
# train_row STATUS NAME REMEDY ARGUMENT...
train_row() {
  bad "$1" "$2" "$3" train m.safetensors -o $x "${@:4}"
}
bad 2 'model M' 'give the model' train
bad 2 -o 'give -o M2' train m.safetensors -i in.csv
bad 2 in.csv 'overwrite' train m.safetensors -i in.csv -o in.csv
bad 2 extra 'one model M' train m.safetensors extra -i in.csv -o $x
bad 1 missing.safetensors 'check the path' train missing.safetensors -i in.csv -o $x
train_row 2 IN 'give -i IN'
train_row 1 missing.csv 'check the path' -i missing.csv
train_row 1 empty.csv 'give a row of numbers' -i empty.csv
train_row 1 folder.csv 'not a folder' -i folder.csv
train_row 1 folder 'give --format' -i folder
train_row 1 in.xyz 'give --format' -i in.xyz
train_row 1 'standard input' 'give a row' -i -
train_row 1 two.csv 'give a file with 1' -i two.csv
train_row 1 two.csv 'give a file with 1' -i in.csv --target two.csv
train_row 1 three.csv 'one target row for each' -i in.csv --target three.csv
train_row 1 missing.csv 'check the path' -i in.csv --target missing.csv
train_row 1 'too few rows' 'give more rows' -i three.csv
train_row 1 'washout takes 500' 'smaller washout' -i in.csv --washout 500
train_row 1 'horizon 600' 'give more rows' -i in.csv --horizon 600
train_row 1 'holdout 499' 'give more rows' -i in.csv --holdout 0.9999
train_row 1 'all 199' 'without nan' -i nan.csv
train_row 1 'ragged.csv: line 3' 'same number' -i ragged.csv
train_row 1 'blank.csv: line 2' 'write nan' -i blank.csv
train_row 1 'word.csv: line 2' 'write nan' -i word.csv
train_row 1 odd.f32 'check the channels' -i odd.f32
train_row 1 cut.wav 'sound file' -i cut.wav
train_row 1 cut.npy '.' -i cut.npy
train_row 2 '--alpha -1' 'at least 0, or auto' -i in.csv --alpha -1
train_row 2 '--alpha frob' 'at least 0, or auto' -i in.csv --alpha frob
train_row 2 '--alpha nan' 'at least 0, or auto' -i in.csv --alpha nan
train_row 2 '--holdout 2' 'from 0 to below 1' -i in.csv --holdout 2
train_row 2 '--holdout 1' 'from 0 to below 1' -i in.csv --holdout 1
train_row 2 '--horizon 100000' 'from 0 to 65536' -i in.csv --horizon 100000
train_row 2 '--horizon 0' 'give 1 or more' -i in.csv --horizon 0
train_row 2 '--washout -1' 'whole number' -i in.csv --washout -1
train_row 2 '--normalize frob' 'none or standard' -i in.csv --normalize frob
train_row 2 '--target -' 'the input already' -i - --target -
train_row 2 '--kernel frob' 'give scalar, avx2' -i in.csv --kernel frob
train_row 1 frob 'give csv, tsv' -i - --format frob
"$program" new headless -o headless.safetensors
bad 1 'no readout' 'begin with' train headless.safetensors -i in.csv -o $x

# Files that are no models, for each command that reads one
printf 'PK\x03\x04 and more than eight bytes' >zip.safetensors
: >empty.safetensors
size=$(stat -c %s s.safetensors)
head -c 300 s.safetensors >cut.safetensors
head -c $((size - 1)) s.safetensors >short.safetensors
cp s.safetensors flipped.safetensors
last=$(tail -c 5 s.safetensors | head -c 1 | od -An -tu1)
printf "\\x$(printf %x $((last ^ 1)))" |
  dd of=flipped.safetensors bs=1 seek=$((size - 5)) conv=notrunc status=none
no_model() {
  local file=$1 remedy=$2
  bad 1 "$file" "$remedy" info "$file"
  bad 1 "$file" "$remedy" run "$file" -i in.csv -o y.csv
  bad 1 "$file" "$remedy" train "$file" -i in.csv -o $x
}
no_model in.csv '.safetensors'
no_model zip.safetensors 'a .safetensors file is wanted'
no_model empty.safetensors 'get or write it again'
no_model cut.safetensors 'get it again'
no_model short.safetensors '.'
no_model flipped.safetensors 'take an older copy'
no_model folder 'a regular file'
no_model missing.safetensors 'check the path'
no_model "$ecg" 'a .safetensors file is wanted'
for file in "$root"/tests/data/hostile/st_[!o]*.safetensors; do
  case $file in *st_name_traversal*) continue ;; esac  # a name, not a path
  bad 1 "$file" '.' info "$file"
done

# Running
cat in.csv >own.csv
run_row() {
  bad "$1" "$2" "$3" run t.safetensors "${@:4}"
}
ready=(-i own.csv -o y.csv)
bad 2 'model M' 'give the model' run
run_row 2 IN 'give -i IN' -o y.csv
run_row 2 OUT 'give -o OUT' -i own.csv
run_row 2 extra 'one model M' extra "${ready[@]}"
run_row 2 --frob 'run --help' "${ready[@]}" --frob
run_row 2 own.csv 'overwrite what is read' -i own.csv -o own.csv
run_row 2 own.csv 'overwrite what is read' -i own.csv -o ./own.csv
run_row 2 t.safetensors 'overwrite what is read' -i own.csv -o t.safetensors
run_row 2 own.csv 'overwrite what is read' "${ready[@]}" --save-state own.csv
run_row 2 y.csv 'writes there already' "${ready[@]}" --save-state y.csv
run_row 2 y.csv 'writes there already' "${ready[@]}" --write-journal y.csv
run_row 2 j.txt 'overwrite what is read' "${ready[@]}" --journal j.txt --write-journal j.txt
run_row 1 missing.csv 'check the path' -i missing.csv -o y.csv
run_row 1 empty.csv 'give a row' -i empty.csv -o y.csv
run_row 1 two.csv 'give a file with 1' -i two.csv -o y.csv
run_row 1 word.csv 'write nan' -i word.csv -o y.csv
run_row 1 folder 'give --format' -i own.csv -o folder
run_row 1 folder.csv 'not a folder' -i own.csv -o folder.csv
run_row 1 /proc/nowhere '; ' -i own.csv -o /proc/nowhere/y.csv
run_row 1 own.csv/y.csv 'not a folder' -i own.csv -o own.csv/y.csv
run_row 1 y.xyz 'give --format' -i own.csv -o y.xyz
run_row 1 frob 'give csv, tsv' -i own.csv -o - --format frob
run_row 1 'no stream state' 'file that --save-state wrote' "${ready[@]}" --load-states
run_row 1 own.csv 'earlier --start' "${ready[@]}" --start 501
run_row 2 '--start -1' 'whole number' "${ready[@]}" --start -1
run_row 2 '--start 1.5' 'whole number' "${ready[@]}" --start 1.5
run_row 2 '--frames frob' 'whole number' "${ready[@]}" --frames frob
run_row 2 '--block 0' 'from 1 to 1048576' "${ready[@]}" --block 0
run_row 2 '--block 10000000' 'from 1 to 1048576' "${ready[@]}" --block 10000000
run_row 2 '--kernel frob' 'give scalar, avx2' "${ready[@]}" --kernel frob
run_row 2 '--mode frob' 'predict or generate' "${ready[@]}" --mode frob
run_row 2 '--missing frob' 'hold, zero or predict' "${ready[@]}" --missing frob
run_row 2 '--set-param frob=1' 'give input_gain' "${ready[@]}" --set-param frob=1
run_row 2 '--set-param mix' 'NAME=VALUE' "${ready[@]}" --set-param mix
run_row 2 '--set-param mix 7' 'from 0 to 1' "${ready[@]}" --set-param mix=7
run_row 2 '--rate 0' 'a number from' "${ready[@]}" --rate 0
run_row 1 folder 'another name' "${ready[@]}" --save-state folder
run_row 2 --missing 'leave it out' "${ready[@]}" --load-states --missing zero
missing=
for kernel in avx2 avx512 neon; do
  if ! "$program" doctor | grep -q "^kernels .*$kernel yes"; then
    missing=$kernel
  fi
done
run_row 2 "--kernel $missing" 'give auto' "${ready[@]}" --kernel "${missing:-none}"

# Journals
top='{"format":"echopond-journal","version":1,"numerics":1,"rate_hz":360.0}'
journal_row() {
  printf '%s\n' "${@:3}" >j.txt
  run_row 1 "$1" "$2" "${ready[@]}" --journal j.txt
}
journal_row 'j.txt, line 1' 'expected' frob
journal_row 'j.txt, line 2' 'expected' "$top" '{"frame":1'
journal_row 'j.txt, line 2' '"frame"' "$top" '{"frame":-1,"event":"reset"}'
journal_row 'j.txt, line 3' 'sort the journal' "$top" \
  '{"frame":100,"event":"reset"}' '{"frame":50,"event":"reset"}'
journal_row 'j.txt, frame 100' 'give param' "$top" '{"frame":100,"event":"frob"}'
journal_row 'j.txt, frame 100' 'live parameter' "$top" \
  '{"frame":100,"event":"param","name":"frob","value":0.5}'
journal_row 'j.txt, frame 1' 'predict, generate' "$top" \
  '{"frame":1,"event":"mode","mode":"frob"}'
journal_row 'j.txt, frame 100' 'in the folder j.txt.d' "$top" \
  '{"frame":100,"event":"swap","model":"../x.safetensors","via_dry":false}'
journal_row 'j.txt.d/2.safetensors' 'check the path' "$top" \
  '{"frame":100,"event":"swap","model":"2.safetensors","via_dry":false}'
run_row 1 missing.txt 'check the path' "${ready[@]}" --journal missing.txt

# Looking inside
bad 2 FILE 'give the FILE' info
bad 1 frob 'echopond info lists' info t.safetensors --dump frob -o y.npy
bad 2 --dump 'give -o FILE' info t.safetensors --dump CGReadoutLayer_1.weight
bad 2 y.npy 'give --dump' info t.safetensors -o y.npy
bad 2 t.safetensors overwrite info t.safetensors --dump CGReadoutLayer_1.weight -o t.safetensors


# Disks that are full and pipes that nobody reads: full COMMAND...
full() {
  n_rows=$((n_rows + 1))
  "$program" "$@" >/dev/full 2>said </dev/null
  status=$?
  { [ "$status" = 1 ] && grep -Eq 'standard output: cannot write' said; } ||
    wrong "$* >/dev/full"
}
if [ -w /dev/full ]; then
  full run t.safetensors -i own.csv -o -
  full run t.safetensors -i own.csv -o - --format f32le
  full info t.safetensors
  full info t.safetensors --json
  full doctor
  full --help
  full train m.safetensors -i own.csv -o y.safetensors
  full train m.safetensors -i own.csv -o y.safetensors --json
  run_row 1 'No space left' 'make room' -i own.csv -o /dev/full --format csv
  run_row 1 'No space left' 'make room' -i own.csv -o /dev/full --format f32le
else
  echo "skipped: /dev/full (not on this system)"
fi
wave 200000 1 >long.csv
for format in csv f32le; do
  n_rows=$((n_rows + 1))
  { "$program" run t.safetensors -i long.csv -o - --format $format 2>said
    echo $? >status; } | head -c 1 >out
  status=$(<status)
  { [ "$status" = 1 ] && grep -q 'has gone away' said; } ||
    wrong "a pipe of $format that was closed"
done

# A disk of 64 KiB of our own, which only we see: each command that writes.
small_disk() {
  mount -t tmpfs -o size=64k none small && cp s.safetensors small/old || return
  cat /dev/zero >small/filler 2>/dev/null
  local n=0 line
  for line in 'new classic -o small/x' 'train m.safetensors -i own.csv -o small/x' \
    'run t.safetensors -i own.csv -o small/y.csv' \
    'run t.safetensors -i own.csv -o small/y.npy' \
    'run t.safetensors -i own.csv -o small/y.f32' \
    'run t.safetensors -i own.csv -o small/y.wav' \
    'run t.safetensors -i own.csv -o small/y.flac' \
    'run t.safetensors -i own.csv -o y.csv --save-state small/x' \
    'run t.safetensors -i own.csv -o y.csv --save-state small/old' \
    'run t.safetensors -i own.csv -o y.csv --write-journal small/j.txt' \
    'info t.safetensors --dump ReservoirLayer_1.weight_hh -o small/w.npy'; do
    # shellcheck disable=SC2086
    "$program" $line >out 2>said.$n </dev/null
    echo "$? $line" >status.$n
    n=$((n + 1))
  done
  cmp s.safetensors small/old && [ ! -e small/x ]
}
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
  mkdir small
  export program
  unshare -m bash -c "$(declare -f small_disk); small_disk" >out 2>&1 ||
    { status=$?; cp out said; wrong 'a full disk: the old state has to stay'; }
  for file in status.*; do
    n_rows=$((n_rows + 1))
    cp "said.${file#status.}" said
    read -r status line <"$file"
    { [ "$status" = 1 ] && grep -q small said && grep -Eq ' space|make room' said; } ||
      wrong "a full disk: $line"
  done
else
  echo "skipped: the full disk of 64 KiB (needs root and unshare)"
fi
finish 200
