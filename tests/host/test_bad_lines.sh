#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# What the program refuses: exit status, and a message that names the thing.
# shellcheck source=tests/host/program.sh
. "$(dirname "${BASH_SOURCE[0]}")/program.sh"

wave 300 1 >in.csv
wave 300 2 >two.csv
wave 200 1 >short.csv
: >empty.csv
printf 'a,b\nx,y\n' >words.csv
printf '1\n2,3\n' >ragged.csv
mkdir folder
"$program" new classic -o m --set reservoir_size=20 || exit 1
"$program" train m -i in.csv -o t >out || exit 1
head -c 200 t >cut
{ head -c 3000 t; printf 'X'; tail -c +3002 t; } >flipped
printf 'PK\003\004 rest of a zip file' >zip.pt
printf '{"format":"echopond-model","version":1,"kind":"graph","nodes":[]}' \
  >no_nodes.json
printf '{"format":"echopond-model","version":1,"colour":3,"nodes":[]}' \
  >unknown_key.json
printf 'not json' >broken.json
printf '{"frame":5,"event":"dance"}\n' >dance.journal
printf '{"frame":9,"event":"reset"}\n{"frame":3,"event":"reset"}\n' \
  >unsorted.journal
printf 'nonsense\n' >broken.journal
printf '{"frame":5,"event":"param","name":"volume","value":1}\n' \
  >volume.journal

# the command line itself
bad 2 'command|--help'
bad 2 'bogus|new' bogus
bad 2 'PRESET' new
bad 2 '-o' new classic
bad 2 '--colour' new classic -o x --colour
bad 2 '--seed|many' new classic -o x --seed many
bad 2 '--seed|-1' new classic -o x --seed -1
bad 2 '--set' new classic -o x --set reservoir_size
bad 2 '-i' train m -o x
bad 2 '-o' train m -i in.csv
bad 2 '--alpha|-1' train m -i in.csv -o x --alpha -1
bad 2 '--alpha|none' train m -i in.csv -o x --alpha none
bad 2 '--holdout|2' train m -i in.csv -o x --holdout 2
bad 2 '--holdout|1' train m -i in.csv -o x --holdout 1
bad 2 '--washout|-5' train m -i in.csv -o x --washout -5
bad 2 '--horizon|100000' train m -i in.csv -o x --horizon 100000
bad 2 '--normalize|maybe' train m -i in.csv -o x --normalize maybe
bad 2 'give the model' run
bad 2 '-i' run m -o x
bad 2 '-o' run m -i in.csv
bad 2 '--block|0' run m -i in.csv -o x.csv --block 0
bad 2 '--kernel|fast' run m -i in.csv -o x.csv --kernel fast
bad 2 '--kernel|neon' run m -i in.csv -o x.csv --kernel neon
bad 2 '--missing|skip' run m -i in.csv -o x.csv --missing skip
bad 2 '--mode|sing' run m -i in.csv -o x.csv --mode sing
bad 2 '--frames|x' run m -i in.csv -o x.csv --frames x
bad 2 '--start|-2' run m -i in.csv -o x.csv --start -2
bad 2 '--set-param|volume' run m -i in.csv -o x.csv --set-param volume=1
bad 2 '--set-param|mix' run m -i in.csv -o x.csv --set-param mix=7
bad 2 'FILE' info
bad 2 '--heal' doctor --heal
bad 2 '--fast' demo --fast

# models
bad 1 'nowhere|classic' new nowhere -o x
bad 1 'reservoir_sise|reservoir_size' new classic -o x --set reservoir_sise=5
bad 1 'reservoir_size=0|1' new classic -o x --set reservoir_size=0
bad 1 'reservoir_size' new classic -o x --set reservoir_size=many
bad 1 '1000000|GB' new classic -o x --set reservoir_size=1000000
bad 1 'leak_rate' new classic -o x --set leak_rate=0
bad 1 'activation|tanh' new classic -o x --set activation=step
bad 1 'topology|erdos_renyi' new classic -o x --set topology=web
bad 1 'spectral_radius' new classic -o x --set reservoir_size=9 \
  --set topology=erdos_renyi:p=0.0001
bad 1 'feedback_size' new classic -o x --set feedback_size=0
bad 1 'activation' new linear -o x --set activation=tanh
bad 1 'broken.json' new broken.json -o x
bad 1 'nodes' new no_nodes.json -o x
bad 1 'colour' new unknown_key.json -o x
bad 1 'missing.json' new missing.json -o x
bad 1 'proc' new classic -o /proc/no_such_folder/x
bad 1 'folder' new classic -o folder

# files
bad 1 'nope|not found' run nope -i in.csv -o x.csv
bad 1 'in.csv' run in.csv -i in.csv -o x.csv
bad 1 'cut' run cut -i in.csv -o x.csv
bad 1 'flipped|damaged' run flipped -i in.csv -o x.csv
bad 1 'zip.pt|PyTorch' run zip.pt -i in.csv -o x.csv
bad 1 'folder' run folder -i in.csv -o x.csv
bad 1 'gone.csv' run t -i gone.csv -o x.csv
bad 1 'empty.csv' run t -i empty.csv -o x.csv
bad 1 'two.csv|2|1' run t -i two.csv -o x.csv
bad 1 'words.csv' run t -i words.csv -o x.csv
bad 1 'ragged.csv' run t -i ragged.csv -o x.csv
bad 1 'in.xyz|--format' run t -i in.xyz -o x.csv
bad 1 'x.xyz|--format' run t -i in.csv -o x.xyz
bad 1 'folder' run t -i folder -o x.csv
bad 2 'in.csv|overwrite' run t -i in.csv -o in.csv
bad 2 'overwrite' run t -i in.csv -o t --format csv
bad 2 'overwrite' new no_nodes.json -o no_nodes.json
bad 1 'state' run t -i in.csv -o x.csv --load-states
bad 1 '--start|300' run t -i in.csv -o x.csv --start 5000
bad 1 'dance' run t -i in.csv -o x.csv --journal dance.journal
bad 1 'unsorted.journal' run t -i in.csv -o x.csv --journal unsorted.journal
bad 1 'broken.journal' run t -i in.csv -o x.csv --journal broken.journal
bad 1 'volume' run t -i in.csv -o x.csv --journal volume.journal
bad 1 'gone.journal' run t -i in.csv -o x.csv --journal gone.journal
bad 1 'folder' run t -i in.csv -o x.csv --save-state folder
bad 1 'two.csv' train m -i two.csv -o x
bad 1 'short.csv' train m -i in.csv --target short.csv -o x
bad 1 'two.csv' train m -i in.csv --target two.csv -o x
bad 1 'rows' train m -i in.csv -o x --washout 5000
bad 1 'empty.csv' train m -i empty.csv -o x
bad 1 'nowhere' info t --dump nowhere -o x.npy
bad 1 'gone' info gone

# disks and pipes
if [ -w /dev/full ]; then
  "$program" run t -i in.csv -o - >/dev/full 2>said </dev/null
  status=$?
  n_rows=$((n_rows + 1))
  { [ "$status" = 1 ] && grep -q 'space' said; } || wrong 'a full disk'
fi
{ "$program" run t -i <(wave 200000 1) -o - --format csv 2>said
  echo $? >status; } | head -n 1 >out
status=$(cat status)
n_rows=$((n_rows + 1))
[ "$status" = 1 ] || wrong 'a pipe that was closed'
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
  unshare -m bash -c "mkdir small && mount -t tmpfs -o size=64k none small &&
    cp t small/t && '$program' run t -i in.csv -o x.csv --save-state small/t &&
    cat /dev/zero >small/filler 2>/dev/null;
    '$program' run t -i in.csv -o y.csv --save-state small/t 2>said
    echo \$? >status; '$program' run small/t -i in.csv -o z.csv" >out 2>&1
  after=$?
  status=$(cat status)
  n_rows=$((n_rows + 1))
  { [ "$status" = 1 ] && [ "$after" = 0 ] && grep -q 'space' said; } ||
    wrong 'a state saved on a full disk; the old one has to stay'
else
  echo "skipped: the full disk of 64 KiB (needs root and unshare)"
fi
finish 84
