#!/bin/sh
# Fuzzes readers with libFuzzer, each for some seconds: fuzz.sh ZK_FUZZ SECONDS [FORMAT...]
# Seeds lie in Tests/Fixtures/fuzz/FORMAT; what is found beside them is thrown away, unless
# FUZZ_CORPUS names a folder to keep it in. FUZZ_RUNS=n tries so many inputs of each, the same ones
# every time, however long it takes. A crash leaves its input in the working folder.
set -eu
fuzz=$1 seconds=$2
shift 2
[ $# -gt 0 ] || set -- $("$fuzz")
seeds=$(dirname "$0")/../Tests/Fixtures/fuzz
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ -n "${FUZZ_RUNS:-}" ]; then bound="-runs=$FUZZ_RUNS -seed=1"; else bound=-max_total_time=$seconds; fi
failed=0
for format; do
  found=${FUZZ_CORPUS:-$scratch}/$format
  mkdir -p "$found" "$seeds/$format"
  if SWIFT_BACKTRACE=enable=no ZK_FUZZ_FORMAT=$format "$fuzz" $bound -max_len=65536 -timeout=60 \
    -rss_limit_mb=2048 -artifact_prefix="fuzz-$format-" -print_final_stats=1 -verbosity=0 \
    "$found" "$seeds/$format" >"$scratch/log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch/log")
    echo "fuzz: $format: $runs runs, nothing found"
  else
    failed=1
    echo "fuzz: $format: FAILED"
    tail -40 "$scratch/log"
  fi
done
exit $failed
