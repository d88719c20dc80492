#!/bin/sh
# Loads what zk writes with pandas, polars, duckdb, datasets, numpy and safetensors from PyPI, and
# runs the recipes of docs/tools.md.
#
# usage: check-tools.sh ZK
set -eu

zk=$(realpath "$1")
cd "$(dirname "$0")/.."
venv=.build-install/tools
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install -q pandas polars duckdb datasets numpy safetensors
"$venv/bin/python" Tests/python/check-tools.py "$zk"
"$venv/bin/python" Tests/python/check-dataframes.py --zk "$zk"
