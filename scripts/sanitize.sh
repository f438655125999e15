#!/usr/bin/env bash
# The suite under a sanitizer: scripts/sanitize.sh address|thread. Without what only looks at files, and what runs in
# Node or a browser against the same server as the other tests: a sanitizer sees nothing new there. Under
# ThreadSanitizer also without the rooms that start no threads, and without the thousands of stores on a failing disk, in
# which one script does one thing after another.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rooms=()
left_out='house\.|image\.|openapi\.Lint|clients$|browser$'
case "${1-}" in
  address) sanitizers=address,undefined ;;
  thread)
    sanitizers=thread
    rooms=(-DCOGOS_TEST_ROOMS='keys;http;store;stages;checkout;api;site;net')
    left_out+='|store\.(Of/EachDiskCall|PowerCut)'
    ;;
  *) echo "usage: scripts/sanitize.sh address|thread" >&2; exit 2 ;;
esac

./scripts/setup.sh --test
source scripts/compiler_cache.sh
cmake -S . -B "build/$1" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG='-O1 -g1' -DCOGOS_SANITIZE="$sanitizers" \
  "${rooms[@]}"
cmake --build "build/$1" -- -k 0
ctest --test-dir "build/$1" --parallel 2 --output-on-failure --no-tests=error \
  --exclude-regex "^($left_out)"
