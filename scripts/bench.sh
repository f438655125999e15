#!/usr/bin/env bash
# What the server costs, beside nginx in the same run, and what each stage of a request costs.
#
#   scripts/bench.sh                  everything; about a quarter of an hour
#   scripts/bench.sh stages           the stages alone
#   scripts/bench.sh [OPTION…] CASE…  some of the whole-server cases: tests/bench/bench.py --help lists both
#
# The machine should have nothing else to do. Judge by the ratios: speeds drift, ratios within one run do less.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./scripts/setup.sh --bench
source scripts/compiler_cache.sh
cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DCOGOS_TESTS=OFF -DCOGOS_BENCH=ON >/dev/null
cmake --build build/bench

stages() {
  # In the build's directory: the store of one stage lies where the program runs, and must lie on a disk.
  (cd build/bench && tests/bench/bench_stages --benchmark_min_time=0.2)
}

if [[ ${1-} == stages ]]; then
  stages
  exit
fi
# The 1,000 open connections of one case, at both of their ends.
ulimit -n 8192 || echo "bench: cannot open 8192 files; the case of 1,000 connections will fail" >&2
TMPDIR=$PWD/build/bench COGOS_BIN=$PWD/build/bench/cogos COGOS_FILL=$PWD/build/bench/tests/bench/bench_fill \
  BENCH_HANDSHAKES=$PWD/build/bench/tests/bench/bench_handshakes \
  /usr/bin/python3 -B tests/bench/bench.py "$@"
if (($# == 0)); then stages; fi
