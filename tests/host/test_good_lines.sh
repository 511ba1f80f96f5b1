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
good doctor
good doctor --json
good --help
good run --help
finish 170
