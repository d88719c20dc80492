#!/bin/sh
# Trains the model that comes with zk again, from a dump or any other corpus that zk reads.
#
#   scripts/train-default.sh CORPUS VALID MODEL [ZK]
#
# Some five hours of two cores, by an estimate. Level 0 first: its splitter for 0.7 MB, then everything else to words that come
# back, and once more from the full rate; its decoder alone, on rare signs; a small splitter learns from level
# 0's. Then level 1 on its frozen latents: its splitter alone, all of it nearly without noise, with noise, and
# once more at a lower rate; at last the decoders of both together. The commonest segments become the lexicon.
# MODEL.work keeps the checkpoints and logs of all stages; a stage that is complete is not repeated.
set -eu
[ $# -ge 3 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 64; }
corpus=$1 valid=$2 model=$3 zk=${4:-zk}
work=$model.work
text=$corpus
mkdir -p "$work"

# stage NAME STEPS arguments...
stage() {
  name=$1 steps=$2
  shift 2
  [ ! -f "$work/$name.done" ] || return 0
  rm -f "$work/$name.zk"
  "$zk" train --corpus "$text" --valid "$valid" --seed 3 --steps "$steps" \
    --log "$work/$name.jsonl" -o "$work/$name.zk" "$@"
  touch "$work/$name.done"
}

printf '{"levels": [{}]}' > "$work/words.json"
stage words 8000 --preset tiny --config "$work/words.json"

cat > "$work/polish.json" << 'JSON'
{"levels": [{"documentLength": 1024, "splitterToByte": 1}],
 "decayShare": 0.75, "lastNoiseStep": 0.05, "weights": {"maskedModelling": 0}}
JSON
stage polish 6000 --from "$work/words.zk" --config "$work/polish.json"

# Signs that text seldom has: level 0's decoder alone learns on, from lines with many of them and some others.
[ -f "$work/signs.zst" ] || {
  "$zk" extract -q --format text "$corpus" -o "$work/lines.zst"
  zstd -dc "$work/lines.zst" |
    LC_ALL=C awk '{ n = gsub(/[^ -~]|[][!=+~{}<>|\\^*_#@`]/, "&") } n * 80 > length || NR % 16 == 0' |
    zstd -q -o "$work/signs.part"
  mv "$work/signs.part" "$work/signs.zst"
  rm "$work/lines.zst"
}
cat > "$work/signs.json" << 'JSON'
{"levels": [{"encoderToByte": 1}], "learningRate": 2e-3, "batch": 3}
JSON
text=$work/signs.zst
stage signs 14000 --from "$work/polish.zk" --config "$work/signs.json"
text=$corpus

# Level 0's splitter at a quarter of its width, which finds the same starts in a third of the time. Of half of the
# text it does not see all spaces, and learns to find words without them.
stage narrow 18000 --teacher "$work/signs.zk" --set levels.0.splitterWidth=16 --set learningRate=3e-3 \
  --set batch=8 --set hiddenSpaces=0.5
stage narrower 12000 --from "$work/narrow.zk" --teacher "$work/signs.zk" --set learningRate=1e-3 --set batch=2

# Above a frozen level 0; crops are longer, since a sentence has some eighteen units.
cat > "$work/splits.json" << 'JSON'
{"levels": [
   {"learningRateShare": 0, "documentLength": 3072, "segmentLimit": 4096},
   {"compressionVectors": 8, "segmentLength": 40, "documentLength": 640, "segmentLimit": 512,
    "compressorLayers": 3, "decompressorLayers": 2, "denoiserLayers": 3,
    "minimumLength": 6, "targetRate": 0.055, "learningRateShare": 1, "fullRateInputs": 256, "priorLayers": 4,
    "parallelDecoder": true, "placeMaps": false, "unitShares": true, "centred": true,
    "splitterReach": 1, "splitterWidth": 0, "splitterToByte": 0, "timeNetwork": true, "noiseSkew": 2,
    "weights": {"cleanReconstruction": 0, "cleanExistence": 0, "cleanStitcherPosition": 0,
      "cleanStitcherSequence": 0, "meanBoundary": 0, "rate": 3, "patch": 0.1, "shortSegment": 0.1, "lineStart": 1,
      "unitPrior": 0}}],
 "batch": 2, "decayShare": 0, "wholeShare": 0.15}
JSON
stage splits 400 --from "$work/narrower.zk" --config "$work/splits.json"

cat > "$work/sentences.json" << 'JSON'
{"levels": [
   {"documentLength": 2048},
   {"chosenEnds": true, "weights": {"unitPrior": 1, "cleanReconstruction": 1, "cleanExistence": 10,
      "cleanStitcherPosition": 1, "cleanStitcherSequence": 1, "unitSymbols": 1}}],
 "learningRate": 2e-3}
JSON
stage sentences 3700 --from "$work/splits.zk" --config "$work/sentences.json"

cat > "$work/noise.json" << 'JSON'
{"levels": [{}, {"noisyConcentration": 30, "weights": {"dirtyReconstruction": 0.5, "dirtyExistence": 10}}],
 "decayShare": 0.85}
JSON
stage noise 11000 --from "$work/sentences.zk" --config "$work/noise.json"

# Once more with units as they are in use, and sentences a little longer.
cat > "$work/end.json" << 'JSON'
{"levels": [{"chosenEnds": true}, {"targetRate": 0.0533}], "learningRate": 6e-4, "decayShare": 0.9}
JSON
stage end 3000 --from "$work/noise.zk" --config "$work/end.json"

# Both decoders together, level 0's by its own text and by what level 1 makes of it, on articles with rare signs and
# every fourth of the others. What level 1 gives weighs twenty times as much as what level 0 has left to learn, which
# forgets where texts end; so it learns alone again, for a short time at a low rate.
[ -f "$work/mixed.zst" ] || {
  "$zk" extract -q "$corpus" | LC_ALL=C awk '{ n = gsub(/[^ -~]/, "&") } n * 200 > length || NR % 4 == 0' |
    zstd -q -o "$work/mixed.part"
  mv "$work/mixed.part" "$work/mixed.zst"
}
cat > "$work/both.json" << 'JSON'
{"levels": [
   {"learningRateShare": 1, "chosenEnds": false, "weights": {"cleanExistence": 200, "cleanReconstruction": 5,
      "cleanStitcherPosition": 5, "cleanStitcherSequence": 5}},
   {"learningRateShare": 0.5, "encoderToByte": 1, "weights": {"unitSymbols": 0.5}}],
 "learningRate": 1e-3, "wholeShare": 0.3}
JSON
cat > "$work/ends.json" << 'JSON'
{"levels": [
   {"documentLength": 1024, "weights": {"cleanExistence": 10, "cleanReconstruction": 1, "cleanStitcherPosition": 1,
      "cleanStitcherSequence": 1}},
   {"learningRateShare": 0}],
 "learningRate": 6e-4, "batch": 3, "wholeShare": 0.15}
JSON
text=$work/mixed.zst
stage both 5000 --from "$work/end.zk" --config "$work/both.json"
text=$work/signs.zst
stage ends 1700 --from "$work/both.zk" --config "$work/ends.json"

"$zk" export "$work/ends.zk" --lexicon "$corpus" -o "$model"
