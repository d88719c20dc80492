#!/bin/bash
# Runs the recipes of docs/scale.md on this machine: shards, GNU parallel, the body of a Slurm array,
# Spark; then training with several ranks.
#
# usage: check-scale.sh ZK ZK-MPI
set -euo pipefail
zk=$(realpath "$1") mpi=$(realpath "$2")
cd "$(dirname "$0")/.."
venv=.build-install/scale
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install -q pyspark pandas pyarrow
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$zk" train -q --corpus Tests/Fixtures/demo-wiki.xml --config Tests/Fixtures/demo.json \
  --set batch=1 --steps 3 -o "$work/model.zk"
"$venv/bin/python" Tests/python/check-scale.py "$zk" "$work/model.zk"
scripts/check-ranks.sh "$zk" "$mpi"
