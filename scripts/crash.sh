#!/usr/bin/env bash
# Builds the server and kills it under load, again and again: after each kill every receipt that a client holds must
# have its row in the store, at its place. Prints the seed, and the counts after every twentieth round.
#
#   scripts/crash.sh [ROUNDS [SEED]]     1000 rounds, about a quarter of an hour
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=${1:-1000}
[[ $rounds =~ ^[1-9][0-9]*$ && ${2-0} =~ ^[0-9]+$ ]] || {
  echo "usage: scripts/crash.sh [ROUNDS [SEED]]" >&2
  exit 2
}

./scripts/setup.sh --test
source scripts/compiler_cache.sh
cmake -S . -B build/release -G Ninja -DCMAKE_BUILD_TYPE=Release -DCOGOS_TESTS=OFF >/dev/null
cmake --build build/release --target cogos
# Debian's Python: the one that python3-cryptography is installed for.
COGOS_BIN=$PWD/build/release/cogos exec /usr/bin/python3 tests/crash/crash.py --rounds "$rounds" ${2:+--seed "$2"}
