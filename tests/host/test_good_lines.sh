#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# What the program does, as a user would: every preset and format, and a stream
# that is cut and resumed with the same bytes.
# shellcheck source=tests/host/program.sh
. "$(dirname "${BASH_SOURCE[0]}")/program.sh"

wave 600 1 >in.csv
wave 600 3 >three.csv
awk 'NR > 4 {print} END {for (i = 0; i < 4; i++) print 0}' in.csv >later.csv

for preset in classic ott headless linear ecg; do
  good new $preset -o $preset --set reservoir_size=30 --seed 5
  good new $preset -o again --set reservoir_size=30 --seed 5
  same $preset again
  good info $preset
  good run $preset -i in.csv -o $preset.csv
  check "one row out for each in" test "$(wc -l <$preset.csv)" = 600
done

# training
good train classic -i in.csv -o t
good train classic -i in.csv -o t5 --horizon 5 --washout 50 --alpha 1e-8
good train classic -i in.csv -o auto --alpha auto --holdout 0.25 --json
cp out report.json
check "a report in JSON" grep -q '"holdout_nrmse": [0-9]' report.json
good train classic -i in.csv --target later.csv -o target --normalize standard
good train ott -i in.csv -o ott_t --normalize standard
good new classic -o c3 --set reservoir_size=40 --set feedback_size=3 \
  --set output_size=3
good train c3 -i three.csv -o t3
good run t3 -i three.csv -o y3.csv
check "three values a row" awk -F, 'NF != 3 {exit 1}' y3.csv

# The prediction made in row i is that of row i + 1 of the input.
good run t -i in.csv -o y.csv
paste -d, y.csv <(tail -n +2 in.csv) | head -n 599 >pairs.csv
check "it predicts one frame on" awk -F, 'NR > 100 {
  d = $1 - $2; if (d > 0.01 || d < -0.01) exit 1}' pairs.csv
good run t5 -i in.csv -o y5.csv
paste -d, y5.csv <(tail -n +6 in.csv) | head -n 595 >pairs.csv
check "it predicts five frames on" awk -F, 'NR > 100 {
  d = $1 - $2; if (d > 0.01 || d < -0.01) exit 1}' pairs.csv

# Formats at either end: the same values go in, the same come out.
for format in f32 npy wav; do
  good run t -i in.csv -o out.$format --rate 1000
  good run linear -i out.$format -o lin1.f32
  good run linear -i out.$format -o lin2.f32 --block 3 --kernel scalar
  same lin1.f32 lin2.f32
done
good run t -i in.csv -o out.flac --rate 48000
good run t -i out.flac -o from_flac.csv
good run linear -i out.npy -o from_npy.f32
good run linear -i out.f32 -o from_f32.f32
same from_npy.f32 from_f32.f32
good run t -i in.csv -o direct.f32
"$program" run t -i - -o - --format csv <in.csv >piped.csv 2>said
good run t -i in.csv -o direct.csv
same piped.csv direct.csv
good run t -i out.f32 -o direct2.f32
"$program" run t -i - -o - --format f32le <out.f32 >piped.f32 2>said
same piped.f32 direct2.f32

# run(A + B) is run(A), save, run(B), for cuts, blocks, kernels, both modes
for mode in predict generate; do
  for cut in 1 7 200 599; do
    for block in 1 64 8192; do
      good run t5 -i in.csv -o whole.csv --mode $mode
      good run t5 -i in.csv -o a.csv --frames $cut --save-state s \
        --block $block --mode $mode
      good run s --load-states -i in.csv --start $cut -o b.csv \
        --kernel scalar --block 33
      cat a.csv b.csv >both.csv
      same whole.csv both.csv
    done
  done
done
# Without --start row 0 is the next frame; the state may go over the model.
head -n 123 in.csv >first.csv
tail -n +124 in.csv >rest.csv
cp t moving
good run moving -i first.csv -o a.csv --save-state moving
good run moving -i rest.csv -o b.csv --load-states --save-state moving
cat a.csv b.csv >both.csv
good run t -i in.csv -o whole.csv
same whole.csv both.csv
good info moving --json
cp out info.json
check "the frame it stands at" grep -q '600' info.json

# a journal by hand, written again, replayed to the same bytes
cat >by_hand.journal <<'J'
{"frame":100,"event":"param","name":"output_gain","value":0.5}
{"frame":200,"event":"mode","mode":"generate"}
{"frame":300,"event":"reset"}
{"frame":350,"event":"panic","on":true}
{"frame":360,"event":"panic","on":false}
{"frame":400,"event":"mode","mode":"predict"}
J
good run t -i in.csv -o j1.csv --journal by_hand.journal --rate 1000 \
  --write-journal written.journal
good run t -i in.csv -o j2.csv --journal written.journal --rate 1000 --block 5
same j1.csv j2.csv
check "the journal changed something" bash -c '! cmp -s j1.csv whole.csv'

# samples that are missing, parameters, tensors
awk 'NR % 50 == 0 {print "nan"; next} {print}' in.csv >gaps.csv
for policy in hold zero predict; do
  good run t -i gaps.csv -o $policy.csv --missing $policy
  check "finite" awk '/nan|inf/ {exit 1}' $policy.csv
done
good run t -i in.csv -o dry.csv --set-param mix=0
good info t --dump ReservoirLayer_1.weight_hh -o w.npy
good info t --dump ReservoirLayer_1.weight_hh -o w.csv
check "30 rows" test "$(wc -l <w.csv)" = 30
good info moving --dump reservoir_states/ReservoirLayer_1 -o x.f32
check "30 floats" test "$(stat -c %s x.f32)" = 120

# Reports in JSON: json NAME KEY... of what came last.
json() {
  cp out "$1.json"
  check "JSON of $1" "$json_keys" "$1.json" "${@:2}"
}
good train classic -i in.csv -o x --holdout 0.25 --washout 40 --json
json train alpha horizon washout rows_trained rows_held_out rows_skipped \
  train_nrmse holdout_nrmse holdout_mse persistence_nrmse
check "a quarter held out" grep -q '"rows_held_out": 150,' train.json
check "the washout" grep -q '"rows_trained": 409,' train.json
good train classic -i in.csv -o x --json
json no_holdout holdout_nrmse
check "no error is null" grep -q '"holdout_nrmse": null' no_holdout.json
good info moving --json
json info model state tensors metadata
good info classic --json
json info_stateless model tensors
check "no state is null" grep -q '"state": null' info_stateless.json
good doctor --json
json doctor version numerics kernels kernel_auto fma

# Each preset on a real recording, as it is and normalised
for preset in classic ott ecg; do
  good train $preset -i "$ecg" -o x
  check "better than persistence" awk '$1 == "NRMSE" {e = $2}
    $1 == "persistence" {p = $2} END {exit !(e > 0 && e < p)}' out
  good train $preset -i "$ecg" -o x --normalize standard --holdout 0.2
  good run x -i "$ecg" -o x.wav
  good info x
  check "trained" grep -q '^trained   horizon 1 frame at 360 Hz' out
  good run x -i "$ecg" -o x.f32 --kernel scalar --frames 5000
  good run x -i "$ecg" -o x2.f32 --block 77 --frames 5000
  same x.f32 x2.f32
done
sound=/usr/share/sounds/alsa/Front_Center.wav
if [ -r $sound ]; then
  good train classic -i $sound -o x
  good run x -i $sound -o x.flac
  good run x -i x.flac -o x.csv --frames 100
else
  echo "skipped: speech (alsa-utils is not installed)"
fi

# Seeds, places, formats by name
good new classic -o seed5 --set reservoir_size=30 --seed 5
good new classic -o seed6 --set reservoir_size=30 --seed 6
same seed5 classic
check "another seed, another model" bash -c '! cmp -s seed5 seed6'
good new classic -o one_unit --set reservoir_size=1
good run t -i in.csv -o part.csv --start 100 --frames 50
check "fifty rows" test "$(wc -l <part.csv)" = 50
sed -n 101,150p in.csv >cut.csv
good run t -i cut.csv -o cut_out.csv
same part.csv cut_out.csv
good run t -i in.csv -o all.csv --frames 100000
check "all rows" test "$(wc -l <all.csv)" = 600
good run t -i in.csv -o end.csv --start 600
check "no row" test ! -s end.csv
good run t -i in.csv -o none.csv --frames 0
good run t3 -i three.csv -o y3.tsv
good run t3 -i y3.tsv -o y3.wav --rate 100
good run t3 -i y3.wav -o y3.npy
cp in.csv in.data
good run t -i in.data -o data.csv --format csv
same data.csv y.csv
printf 'sensor\n' | cat - in.csv | sed 's/$/\r/' >dos.csv
good run t -i dos.csv -o dos_out.csv
same dos_out.csv y.csv
for _ in {1..50}; do echo nan; done >nan.csv
good run t -i nan.csv -o nan_out.csv
check "finite from nothing" awk '/nan|inf/ {exit 1}' nan_out.csv
check "a row for each nan" test "$(wc -l <nan_out.csv)" = 50
good train classic -i gaps.csv -o x
check "rows with gaps are skipped" grep -q ' [1-9][0-9]* skipped' out
for way in cat file; do
  n_rows=$((n_rows + 1))
  if [ $way = cat ]; then
    cat in.csv | "$program" train classic -i - -o x >out 2>said
  else
    "$program" train classic -i - -o x <in.csv >out 2>said
  fi
  status=$?
  [ "$status" = 0 ] || wrong "training from standard input, $way"
  same x t
done
good doctor
good --help
good --version
for command in new train run info doctor demo; do
  good $command --help
  check "usage" grep -q "^Usage: echopond $command" out
done
finish 273
