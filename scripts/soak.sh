#!/usr/bin/env bash
# A server under mixed load for MINUTES (30): scripts/soak.sh [MINUTES]
# Builds Release, prints memory, descriptors, write-ahead log and latencies an interval, and ends with 1 where something
# grew that must not. docs/reliability.md explains it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./scripts/setup.sh --test
source scripts/compiler_cache.sh
cmake -S . -B build/release -G Ninja -DCMAKE_BUILD_TYPE=Release -DCOGOS_TESTS=OFF >/dev/null
cmake --build build/release --target cogos

COGOS_BIN=$PWD/build/release/cogos exec /usr/bin/python3 -B tests/load/soak.py "${1:-30}"
