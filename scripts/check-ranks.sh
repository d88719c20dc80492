#!/bin/bash
# Trains with several ranks on this machine: equal checkpoints and logs for 1, 2 and 4 of them, ranks
# that are lost, signals, wrong use.
#
# usage: check-ranks.sh ZK ZK-MPI
set -euo pipefail
zk=$(realpath "$1") mpi=$(realpath "$2")
package=$(realpath "$(dirname "$0")/..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "check-ranks: $*" >&2; exit 1; }

cd "$work"
cat >nano.json <<'JSON'
{"levels": [
  {"width": 16, "compressionVectors": 2, "segmentLength": 12, "documentLength": 128,
   "segmentLimit": 64, "heads": 2, "compressorLayers": 1, "denoiserLayers": 1},
  {"width": 32, "compressionVectors": 2, "segmentLength": 8, "documentLength": 32,
   "segmentLimit": 16, "heads": 2, "compressorLayers": 1, "denoiserLayers": 1}],
 "batch": 2, "topDocumentLength": 8, "feedForwardRatio": 2, "warmupSteps": 10, "accumulate": 4}
JSON
corpus=$package/Tests/Fixtures/demo-wiki.xml
training=(train --corpus "$corpus" --valid "$corpus" --config nano.json --seed 9 --threads 1)
# Containers run this as root, and there may be more ranks than processors.
ranks=(mpirun --allow-run-as-root --oversubscribe -np)
steps() { "$zk" info --json "$1" | grep -o '"step":[0-9]*' | sed -n '1s/.*://p'; }
same() { python3 "$package/Tests/python/same-run.py" "$@"; }
# A log without what the clock says.
log() { sed 's/"\(step_seconds\|elapsed_seconds\|time\)":[^,}]*,\?//g' "$1"; }

"$zk" "${training[@]}" --steps 20 --log one.log -o one.zk 2>/dev/null
for count in 1 2 4; do
  "${ranks[@]}" $count "$mpi" "${training[@]}" --steps 20 --log $count.log -o ranks$count.zk 2>/dev/null
  diff <(log one.log) <(log $count.log) || fail "$count ranks have another log"
done
same one.zk ranks1.zk ranks2.zk ranks4.zk

# Two hosts with a line between them, where this machine lets us make them.
if ip netns add zk-try-$$ 2>/dev/null; then
  ip netns delete zk-try-$$
  "$package/scripts/two-hosts.sh" 1gbit "$mpi" "${training[@]}" --steps 20 -o hosts.zk 2>/dev/null
  same one.zk hosts.zk
else
  echo "check-ranks: two hosts are left out, there are no network namespaces"
fi

# A run that was begun with 4 ranks goes on with 1 and with 2.
"${ranks[@]}" 4 "$mpi" "${training[@]}" --steps 10 -o begun.zk 2>/dev/null
cp begun.zk begun2.zk
resume=(train --corpus "$corpus" --valid "$corpus" --threads 1 --steps 20)
"$zk" "${resume[@]}" --resume -o begun.zk 2>/dev/null
"${ranks[@]}" 2 "$mpi" "${resume[@]}" --resume -o begun2.zk 2>/dev/null
# Their schedule was planned for 10 steps, so that they are another run than `one`.
same begun.zk begun2.zk

# A lost rank, and all of them lost: the run ends, and its last checkpoint is good.
lose() {
  local name=$1 who=$2 processes
  "${ranks[@]}" 2 "$mpi" "${training[@]}" --steps 100000 --save-every 1s -o "$name.zk" >"$name.said" 2>&1 &
  local run=$!
  for _ in $(seq 300); do [ ! -e "$name.zk" ] || break; sleep 0.1; done
  sleep 2
  # The ranks are the children of mpirun; the last is not the one that saves.
  mapfile -t processes < <(pgrep -P $run)
  [ "${#processes[@]}" -ge 2 ] || fail "$name: there are no two ranks"
  if [ "$who" = all ]; then kill -9 "${processes[@]}"; else kill -9 "${processes[-1]}"; fi
  if wait $run; then fail "$name: a lost rank was not noticed"; fi
  grep -qi 'killed\|lost\|signal' "$name.said" || fail "$name: nothing was said"
  "$zk" info --check "$name.zk" >/dev/null
  local step
  step=$(($(steps "$name.zk") + 5))
  "${ranks[@]}" 2 "$mpi" train --corpus "$corpus" --threads 1 --steps $step --resume \
    -o "$name.zk" 2>/dev/null
  [ "$(steps "$name.zk")" = $step ] || fail "$name: the run did not go on"
}
lose one-lost last
lose all-lost all

# SIGTERM saves, like that of one process.
"${ranks[@]}" 2 "$mpi" "${training[@]}" --steps 100000 --save-every 1h -o term.zk >term.said 2>&1 &
run=$!
for _ in $(seq 300); do [ ! -e term.zk ] || break; sleep 0.1; done
sleep 2
kill -TERM $run
wait $run || true
"$zk" info --check term.zk >/dev/null
[ "$(steps term.zk)" -gt 1 ] || fail "SIGTERM: only the first step was saved"

# What cannot work is said before training, by one rank.
refused() {
  local said=$1
  shift
  if "$@" >refused.said 2>&1; then fail "not refused: $said"; fi
  [ "$(grep -c "$said" refused.said)" = 1 ] || { cat refused.said; fail "not said once: $said"; }
  [ ! -e refused.zk ] || fail "trained all the same: $said"
}
common=("${training[@]}" --steps 2 -o refused.zk)
colon() { "${ranks[@]}" 1 "$mpi" "${first[@]}" : \
  -np 1 "$mpi" "${second[@]}"; }
first=("${common[@]}") second=("${common[@]}" --set learningRate=0.1)
refused 'not all have the same settings' colon
second=("${common[@]/#"$corpus"/$package/README.md}")
refused 'different texts for step 1' colon
first=("${common[@]}" --set accumulate=1) second=("${common[@]}" --set accumulate=1)
refused 'too few batches for 2 ranks' colon
refused 'No such file' "${ranks[@]}" 2 "$mpi" train --corpus none --steps 1 -o refused.zk
refused 'No such file' "${ranks[@]}" 1 "$zk" train --corpus none --steps 1 -o refused.zk
"${ranks[@]}" 2 "$zk" "${common[@]}" >plain.said 2>&1 && fail "zk without MPI ran twice"
grep -q 'built without MPI' plain.said || fail "zk without MPI does not say so"
echo "check-ranks: all is well"
