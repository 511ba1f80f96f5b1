#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# run(A + B) has the bytes of run(A) and run(B) put together: over cuts, blocks,
# kernels and formats, while ramps, fades, free run and a horizon are under way.
# shellcheck source=tests/host/program.sh
. "$(dirname "${BASH_SOURCE[0]}")/program.sh"
RANDOM=20250101
n_events=0

for preset in classic ott ecg; do
  "$program" new $preset -o m --set reservoir_size=24 --seed 3 &&
    "$program" train m -i "$ecg" -o $preset --normalize standard \
      --horizon 4 >out || exit 1
done
"$program" new classic -o m3 --set reservoir_size=24 --set feedback_size=3 \
  --set output_size=3 &&
  wave 700 3 >three.csv &&
  "$program" train m3 -i three.csv -o three >out || exit 1

# Frames where something is under way: parameters ramp for 3 frames at 360 Hz,
# modes fade as long; free run lasts from 200 to 400, the mute until 500.
cat >events.journal <<'J'
{"frame":100,"event":"param","name":"output_gain","value":0.5}
{"frame":150,"event":"param","name":"mix","value":0.25}
{"frame":200,"event":"mode","mode":"generate"}
{"frame":400,"event":"mode","mode":"predict"}
{"frame":450,"event":"reset"}
{"frame":480,"event":"panic","on":true}
{"frame":500,"event":"panic","on":false}
{"frame":600,"event":"param","name":"mix","value":1}
J
"$program" run classic -i "$ecg" -o one.csv --frames 700 --set-param mix=0 \
  2>said || exit 1

kernels=(scalar auto)
if "$program" doctor | grep -q '^kernels .*avx2 yes'; then
  kernels+=(avx2)
fi
blocks=(1 2 7 64 333 1024)
cuts=(1 99 101 152 200 201 203 300 401 403 450 481 490 501 602 699)

# rows FORMAT FILE: the file's rows without its header.
rows() {
  case $1 in
    csv | f32) cat "$2" ;;
    *) "$program" run id -i "$2" -o "$2.f32" --set-param mix=0 2>said &&
      cat "$2.f32" ;;
  esac
}

# resumed MODEL IN FORMAT CUT OPTION...: in two parts, as in one.
resumed() {
  local model=$1 in=$2 format=$3 cut=$4 kernel block
  shift 4
  cp "$model" id
  good run "$model" -i "$in" -o whole."$format" --rate 360 "$@"
  kernel=${kernels[RANDOM % ${#kernels[@]}]}
  block=${blocks[RANDOM % ${#blocks[@]}]}
  good run "$model" -i "$in" -o a."$format" --rate 360 --frames "$cut" \
    --block "$block" --kernel "$kernel" --save-state s "$@"
  kernel=${kernels[RANDOM % ${#kernels[@]}]}
  block=${blocks[RANDOM % ${#blocks[@]}]}
  good run s --load-states -i "$in" --start "$cut" -o b."$format" --rate 360 \
    --block "$block" --kernel "$kernel" "${again[@]}"
  { rows "$format" a."$format"; rows "$format" b."$format"; } >both
  rows "$format" whole."$format" >whole
  same whole both
  check "rows came out" test -s whole
}

# A journal is read again from where the state stands.
for model in classic ott ecg; do
  for cut in "${cuts[@]}"; do
    again=(--journal events.journal)
    resumed $model one.csv csv "$cut" --journal events.journal
    n_events=$((n_events + 1))
  done
done
again=()
for format in csv f32 npy wav; do
  for mode in predict generate; do
    cut=$((RANDOM % 698 + 1))
    resumed classic one.csv $format $cut --mode $mode
    resumed three three.csv $format $cut --mode $mode --set-param mix=0.5
  done
done
# Blocks of the two parts that do not cross the file: in a second file.
for format in csv f32 wav; do
  "$program" run classic -i one.csv -o in.$format --set-param mix=0 \
    --rate 360 2>said
  "$program" run classic -i in.$format -o first.$format --frames 411 \
    --set-param mix=0 --rate 360
  "$program" run classic -i in.$format -o rest.$format --start 411 \
    --set-param mix=0 --rate 360
  cp classic moving
  good run classic -i in.$format -o whole.f32
  good run moving -i first.$format -o a.f32 --save-state moving --block 5
  good run moving -i rest.$format -o b.f32 --load-states --save-state moving
  cat a.f32 b.f32 >both
  same whole.f32 both
done
echo "$n_events cuts beside an event"
[ "$n_events" -ge 48 ] || n_wrong=$((n_wrong + 1))
finish 330
