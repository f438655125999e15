#!/usr/bin/env bash
# What other clients notice while one attacks: scripts/overload.sh [SECONDS [ATTACK…]]
# Builds Release, starts a server on loopback, and measures a well-behaved client with and without each attack, for
# SECONDS each (8). Prints a table; ends with 1 where the p99 moved by 2x or more. docs/reliability.md explains it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./scripts/setup.sh --load
source scripts/compiler_cache.sh
cmake -S . -B build/release -G Ninja -DCMAKE_BUILD_TYPE=Release -DCOGOS_TESTS=OFF >/dev/null
cmake --build build/release --target cogos

# 10,000 connections at each end, and what else is open.
ulimit -n 16384 || { echo "overload: needs 16,384 open files; raise the hard limit (ulimit -Hn)" >&2; exit 2; }
# The store lies in memory: a sync of a disk takes milliseconds, and would hide what an attack costs.
export TMPDIR=${TMPDIR-/dev/shm}
seconds=${1:-8}
(($# > 0)) && shift
COGOS_BIN=$PWD/build/release/cogos exec /usr/bin/python3 -B tests/load/overload.py "$seconds" "$@"
