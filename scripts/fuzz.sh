#!/usr/bin/env bash
# Builds the libFuzzer targets of tests/fuzz with clang and runs each over its kept corpus and beyond, two at a time.
#
#   scripts/fuzz.sh [SECONDS] [TARGET…]   each target, or those named, for so long (60)
#
# The kept corpora alone are replayed by every run of the tests (fuzz.*), without clang.
#
# What a run finds on its way lies in build/fuzz/corpus, what breaks a target in build/fuzz/crashes. To see a crash
# again: build/fuzz/tests/fuzz/fuzz_TARGET FILE. What is worth keeping goes into tests/fuzz/corpus/TARGET by hand.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || {
  echo "usage: scripts/fuzz.sh [SECONDS [TARGET…]]" >&2
  exit 2
}
targets=("${@:2}")
# By the sources, not by the corpora: a target without a corpus must not go unnoticed.
if ((${#targets[@]} == 0)); then
  for source in tests/fuzz/*.cpp; do
    [[ $source == */replay.cpp ]] || targets+=("$(basename "$source" .cpp)")
  done
fi

./scripts/setup.sh --ci
source scripts/compiler_cache.sh
cmake -S . -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG='-O1 -g1 -D_GLIBCXX_ASSERTIONS' \
  -DCMAKE_CXX_COMPILER=clang++-14 -DCOGOS_FUZZ=ON -DCOGOS_TESTS=OFF >/dev/null
cmake --build build/fuzz --target "${targets[@]/#/fuzz_}"
mkdir -p build/fuzz/crashes

run_one() {
  local name=$1 seconds=$2
  local kept=tests/fuzz/corpus/$name grown=build/fuzz/corpus/$name log=build/fuzz/$name.log
  # By the clock on the wall, so long that only what hangs is stopped: a busy machine may stand still for seconds.
  local options=(-timeout=60 -rss_limit_mb=2048 -max_len=16384 -artifact_prefix="build/fuzz/crashes/$name-"
    -print_final_stats=1 -max_total_time="$seconds")
  if [[ ! -d $kept ]]; then
    printf '%-14s FAILED: there is no %s\n' "$name" "$kept"
    return 1
  fi
  if [[ -f tests/fuzz/$name.dict ]]; then options+=(-dict="tests/fuzz/$name.dict"); fi
  mkdir -p "$grown"
  if build/fuzz/tests/fuzz/fuzz_"$name" "${options[@]}" "$grown" "$kept" >"$log" 2>&1; then
    printf '%-14s ok, %s runs\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  else
    printf '%-14s FAILED:\n' "$name"
    tail -n 40 "$log"
    return 1
  fi
}
export -f run_one

# xargs gives non-zero where any run does.
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'run_one "$@"' _ {} "$seconds"
