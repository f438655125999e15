#!/usr/bin/env bash
# Builds the libFuzzer targets of tests/fuzz with clang and runs each over its kept corpus and beyond.
#
#   scripts/fuzz.sh [SECONDS]   each target for so long (60)
#   scripts/fuzz.sh --corpus    the kept corpora alone, once; what CI does
#
# What a run finds on its way lies in build/fuzz/corpus, what breaks a target in build/fuzz/crashes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
[[ $seconds == --corpus || $seconds =~ ^[0-9]+$ ]] || { echo "usage: scripts/fuzz.sh [SECONDS | --corpus]" >&2; exit 2; }

./scripts/setup.sh --ci
cmake -S . -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG='-O1 -g1' \
  -DCMAKE_CXX_COMPILER=clang++-14 -DCOGOS_FUZZ=ON -DCOGOS_TESTS=OFF >/dev/null
cmake --build build/fuzz --target fuzz
mkdir -p build/fuzz/crashes

run_one() {
  local name=$1 seconds=$2
  local kept=tests/fuzz/corpus/$name grown=build/fuzz/corpus/$name
  local options=(-timeout=5 -rss_limit_mb=2048 -max_len=65536 -artifact_prefix=build/fuzz/crashes/"$name"-
    -print_final_stats=1)
  mkdir -p "$grown"
  if [[ $seconds == --corpus ]]; then
    options+=(-runs=0)
  else
    options+=(-max_total_time="$seconds")
  fi
  if build/fuzz/tests/fuzz/fuzz_"$name" "${options[@]}" "$grown" "$kept" >build/fuzz/"$name".log 2>&1; then
    printf '%-14s ok, %s runs\n' "$name" \
      "$(sed -n 's/^stat::number_of_executed_units: *//p' build/fuzz/"$name".log)"
  else
    printf '%-14s FAILED:\n' "$name"
    tail -n 40 build/fuzz/"$name".log
    return 1
  fi
}
export -f run_one

# Two at a time. xargs gives non-zero where any run does.
find tests/fuzz/corpus -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort |
  xargs -P 2 -I{} bash -c 'run_one "$@"' _ {} "$seconds"
