#!/bin/bash
# Long runs of zk: soak.sh [-m MEGABYTES] [-e MEGABYTES] [-l MEGABYTES] [-k KILLS] [-w WORDS]
#   [-f FILES] ZK
#   -m  text through split, with memory that does not grow and a steady rate
#   -e  text through encode, likewise
#   -l  one line of so much through both, with memory that does not depend on its length
#   -k  kills of training at random moments, half of them while it saves; what is resumed must
#       become the model that an unbroken run makes
#   -w  lines of one word
#   -f  files on the command line
# 0 leaves a part out.
set -euo pipefail
megabytes=10 encoded=10 line=8 kills=6 words=100000 files=1000
while getopts m:e:l:k:w:f: option; do
  case $option in
    m) megabytes=$OPTARG ;; e) encoded=$OPTARG ;; l) line=$OPTARG ;; k) kills=$OPTARG ;; w) words=$OPTARG ;;
    f) files=$OPTARG ;;
    *) exit 64 ;;
  esac
done
shift $((OPTIND - 1))
zk=$(realpath "$1")
tests=$(realpath "$(dirname "$0")/../Tests")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "soak: $*" >&2; exit 1; }

# Lines of made-up words, few of them often, many of them seldom; the same for the same number of bytes.
lines() {
  awk -v bytes="$1" 'BEGIN {
    srand(1)
    for (known = 0; known < 50000; known++)
      for (length_ = 1 + int(rand() * 9); length_ > 0; length_--)
        words[known] = words[known] substr("etaoinshrdlucmfw", 1 + int(rand() * 16), 1)
    while (sum < bytes) {
      line = ""
      for (count = 3 + int(rand() * 20); count > 0; count--)
        line = line words[int(known * rand() ^ 4)] " "
      sum += length(line) + 1
      print line
    }
  }'
}

# A model so small that it is the rest of the program that is tried. Four heads take the same loops
# as the model that comes with zk.
settings=settings.json
sed 's/"heads": 2/"heads": 4/' "$tests/Fixtures/nano.json" >$settings
lines 200000 >corpus
train=("$zk" train -q --corpus corpus --threads 1)
"${train[@]}" --config "$settings" --steps 200 --seed 1 -o nano.zk
export ZK_MODEL=$work/nano.zk

# Long streams go through one that has the least to compute for a byte: 20 GB take hours even so.
cat >quick.json <<'END'
{"levels": [
  {"width": 16, "compressionVectors": 1, "segmentLength": 8, "documentLength": 64, "segmentLimit": 32,
   "heads": 1, "splitterReach": 1, "compressorLayers": 1, "denoiserLayers": 1}],
 "batch": 2, "feedForwardRatio": 1, "warmupSteps": 10}
END
"${train[@]}" --config quick.json --steps 100 --seed 1 -o quick.zk

# The peak of a process's memory in kB, and the hundredths of a second that it has computed.
peak() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null || echo 0; }
ticks() { awk '{ print $14 }' "/proc/$1/stat"; }

# Runs a verb over so many MB; its peak of memory after a quarter of them must be that of the end,
# and the last quarter must take no longer than the second did. What it reads comes again after a
# 160th, which is more than it remembers of a long stream.
stream() {
  local verb=$1 early late=0 part marks=(0) start=$SECONDS
  lines $(($2 * 1000000 / 160)) >block
  mkfifo "in-$verb"
  "$zk" "$verb" -m quick.zk --stats "stats-$verb" -o /dev/null <"in-$verb" &
  local process=$!
  exec 3>"in-$verb"
  for part in $(seq 160); do
    cat block >&3
    [ $((part % 40)) = 0 ] || continue
    late=$(peak $process)
    [ "$part" != 40 ] || early=$late
    marks+=("$(ticks $process)")
    echo "soak: $verb: $((part / 40)) of 4, peak $late kB," \
      "$((marks[-1] - marks[-2])) hundredths of a second of processor time"
  done
  exec 3>&-
  wait $process || fail "$verb ended with $?"
  local bytes; bytes=$(sed 's/.*"text_bytes":\([0-9]*\).*/\1/' "stats-$verb")
  echo "soak: $verb: $bytes bytes in $((SECONDS - start)) s"
  [ "$bytes" = $((160 * ($(wc -c <block) - $(wc -l <block)))) ] || fail "$verb did not read all"
  [ "$late" -le $((early + early / 10)) ] || fail "$verb grew from $early to $late kB"
  local second=$((marks[2] - marks[1])) last=$((marks[4] - marks[3]))
  # Short ones say more of the machine than of the program.
  [ $last -lt 1000 ] || [ $last -le $((second + second / 5)) ] || fail "$verb became slower"
}
[ "$megabytes" = 0 ] || stream split "$megabytes"
[ "$encoded" = 0 ] || stream encode "$encoded"

# One line: four times as much text takes no more memory but for the text itself.
long() {
  lines $((line * 1000000 / 4)) | tr '\n' ' ' >quarter
  for _ in 1 2 3 4; do cat quarter; done >whole
  local name small large
  for name in quarter whole; do
    "$zk" "$@" -o "out" <"$name" &
    local process=$! most=0 now
    while kill -0 $process 2>/dev/null; do
      now=$(peak $process)
      [ "${now:-0}" -le $most ] || most=$now
      sleep 0.05
    done
    wait $process || fail "$1 ended with $? on a long line"
    [ $name = quarter ] && small=$most || large=$most
  done
  rm -f out
  # The text lies in memory once, and twice while the array that holds it grows.
  [ "$large" -le $((small + 2 * line * 1000 + 10000)) ] ||
    fail "$*: $small kB for a line of $((line / 4)) MB, $large kB for one of $line MB"
  echo "soak: $*: a line of $line MB, peak $large kB; $small kB for a quarter of it"
}
if [ "$line" -gt 0 ]; then
  export TMPDIR=$work
  for level in 0 1; do
    long split --level $level
    long encode --level $level
  done
  rm quarter whole
fi

# Training that is killed: the checkpoint is whole each time, and the run that goes on from it ends
# where an unbroken one ends.
id() { "$zk" info --check --json "$1" | sed 's/.*"model":"\([0-9a-f]*\)".*/\1/'; }
if [ "$kills" -gt 0 ]; then
  steps=1500 killed=0 ends=0
  "${train[@]}" --config "$settings" --seed 2 --steps $steps -o unbroken.zk
  wanted=$(id unbroken.zk)
  finished() {
    [ "$(id m.zk)" = "$wanted" ] || fail "a run that was killed became another model"
    ends=$((ends + 1))
    rm m.zk
  }
  start() {
    local from=(--config "$settings" --seed 2)
    [ ! -e m.zk ] || from=(--resume)
    exec "${train[@]}" "${from[@]}" --steps $steps -o m.zk "$@"
  }
  while [ "$killed" -lt "$kills" ]; do
    # Every second one saves all the time.
    start --save-every "$([ $((killed % 2)) = 0 ] && echo 0.01s || echo 10s)" &
    sleep "0.$((RANDOM % 900 + 100))"
    kill -KILL $! 2>/dev/null || true
    status=0
    wait $! 2>/dev/null || status=$?
    case $status in
      0) finished ;;
      137)
        killed=$((killed + 1))
        [ ! -e m.zk ] || id m.zk >/dev/null || fail "the checkpoint is damaged after kill $killed"
        ;;
      *) fail "training ended with $status" ;;
    esac
  done
  (start)
  finished
  left=$(find . -name '.*.zk.*')
  [ -z "$left" ] || fail "files are left: $left"
  echo "soak: train: $kills kills, every checkpoint whole; $ends resumed runs of $steps steps became" \
    "the model of the unbroken one"
fi

if [ "$words" -gt 0 ]; then
  rows=$(awk -v count="$words" 'BEGIN { for (i = 0; i < count; i++) print "word" }' \
    | "$zk" split --format offsets | wc -l)
  [ "$rows" = "$words" ] || fail "$rows rows of $words words"
  echo "soak: split: $words lines of one word"
fi

if [ "$files" -gt 0 ]; then
  mkdir many
  for number in $(seq "$files"); do echo "text $number" >"many/$number"; done
  rows=$("$zk" split --format offsets many/* | wc -l)
  [ "$rows" = "$files" ] || fail "$rows rows of $files files"
  echo "soak: split: $files files"
fi
