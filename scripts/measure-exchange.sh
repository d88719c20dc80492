#!/bin/bash
# Measures the exchange of one update between two ranks: as they are on one machine, or over a line.
#
# usage: measure-exchange.sh [RATE]     such as 1gbit, for root; docs/scale.md has the figures
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(mktemp)
trap 'rm -f "$program"' EXIT
mpicc -O3 -ISources/CExchange/include -o "$program" Benchmarks/exchange.c \
  Sources/CExchange/exchange.c Sources/CMPIExchange/mpi_exchange.c
if [ $# = 0 ]; then
  mpirun --allow-run-as-root --oversubscribe --bind-to none -np 2 "$program"
else
  scripts/two-hosts.sh "$1" "$program"
fi
