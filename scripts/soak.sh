#!/bin/bash
# Long runs of zk: soak.sh [-m MEGABYTES] [-k KILLS] [-w WORDS] [-f FILES] ZK
#   -m  text through split and through encode, with memory that does not grow
#   -k  kills of training at random moments, half of them while it saves
#   -w  lines of one word
#   -f  files on the command line
set -euo pipefail
megabytes=20 kills=6 words=100000 files=1000
while getopts m:k:w:f: option; do
  case $option in
    m) megabytes=$OPTARG ;; k) kills=$OPTARG ;; w) words=$OPTARG ;; f) files=$OPTARG ;;
    *) exit 64 ;;
  esac
done
shift $((OPTIND - 1))
zk=$(realpath "$1")
root=$(realpath "$(dirname "$0")/..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "soak: $*" >&2; exit 1; }

# Lines of made-up words; the same for the same number of bytes.
lines() {
  awk -v bytes="$1" 'BEGIN {
    srand(1)
    while (sum < bytes) {
      line = ""
      for (count = 3 + int(rand() * 20); count > 0; count--) {
        word = ""
        for (length_ = 1 + int(rand() * 9); length_ > 0; length_--)
          word = word substr("etaoinshrdlucmfw", 1 + int(rand() * 16), 1)
        line = line word " "
      }
      sum += length(line) + 1
      print line
    }
  }'
}

peak() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null || true; }

# Runs a verb over a stream; its peak of memory after a quarter of it must be that of the end.
stream() {
  lines $((megabytes * 1000000 / 16)) >part
  mkfifo "in-$1" 2>/dev/null || true
  "$zk" "$@" --stats "stats-$1" -o /dev/null <"in-$1" &
  local process=$! start=$SECONDS early late=0
  exec 3>"in-$1"
  for part in $(seq 16); do
    cat part >&3
    [ "$part" != 4 ] || early=$(peak $process)
    late=$(peak $process)
  done
  exec 3>&-
  wait $process || fail "$1 ended with $?"
  local bytes; bytes=$(sed 's/.*"text_bytes":\([0-9]*\).*/\1/' "stats-$1")
  [ "$bytes" = $((16 * ($(wc -c <part) - $(wc -l <part)))) ] || fail "$1 read $bytes bytes"
  [ "$late" -le $((early + early / 10)) ] || fail "$1 grew from $early to $late kB"
  echo "soak: $1: $bytes bytes in $((SECONDS - start)) s, peak $early kB after a quarter, $late kB at the end"
}
stream split
stream encode

# Training that is killed: the checkpoint is whole each time, and the run goes on from it.
lines 200000 >corpus
cat >nano.json <<'JSON'
{"levels": [{"width": 16, "compressionVectors": 2, "segmentLength": 12, "documentLength": 128,
  "segmentLimit": 64, "heads": 2, "compressorLayers": 1, "denoiserLayers": 1}],
 "batch": 2, "topDocumentLength": 8, "feedForwardRatio": 2, "warmupSteps": 10}
JSON
"$zk" train -q --corpus corpus --config nano.json --steps 3 -o m.zk
step=3
for number in $(seq "$kills"); do
  every=$((number % 2 ? 1 : 1000))
  "$zk" train -q --corpus corpus --resume -o m.zk --steps 1000000 \
    --save-every "$(awk "BEGIN { print $every / 100 }")s" &
  sleep "0.$((RANDOM % 900 + 100))"
  kill -KILL $! 2>/dev/null || true
  wait $! 2>/dev/null || true
  facts=$("$zk" info --check --json m.zk) || fail "the checkpoint is damaged after kill $number"
  now=$(sed 's/.*"step":\([0-9]*\),"seed".*/\1/' <<<"$facts")
  [ "$now" -ge "$step" ] || fail "step $now after $step"
  step=$now
done
"$zk" train -q --corpus corpus --resume -o m.zk --steps $((step + 1))
[ "$(find . -name '.m.zk.*' | wc -l)" = 0 ] || fail "files are left: $(find . -name '.m.zk.*')"
echo "soak: train: $kills kills, step $step, every checkpoint whole"

rows=$(awk -v count="$words" 'BEGIN { for (i = 0; i < count; i++) print "word" }' \
  | "$zk" split --format offsets | wc -l)
[ "$rows" = "$words" ] || fail "$rows rows of $words words"
echo "soak: split: $words lines of one word"

mkdir many
for number in $(seq "$files"); do echo "text $number" >"many/$number"; done
rows=$("$zk" split --format offsets many/* | wc -l)
[ "$rows" = "$files" ] || fail "$rows rows of $files files"
echo "soak: split: $files files"
