#!/usr/bin/env bash
# The suite under a sanitizer: scripts/sanitize.sh address|thread. Without what only looks at files, and what runs in
# Node, a browser or a deployment against the same server as the other tests: a sanitizer sees nothing new there. And
# ThreadSanitizer without programs of one thread, and without the documents' commands, which other tests give, too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

without='house\.|deploy\.|image\.|openapi\.Lint$|clients$|browser$'
case "${1-}" in
  address) sanitizers=address,undefined ;;
  thread) sanitizers=thread without+='|docs\.|fuzz\.|flow\.offline_faults$' ;;
  *) echo "usage: scripts/sanitize.sh address|thread" >&2; exit 2 ;;
esac

./scripts/setup.sh --test
source scripts/compiler_cache.sh
cmake -S . -B "build/$1" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG='-O1 -g1' -DCOGOS_SANITIZE="$sanitizers"
cmake --build "build/$1" -- -k 0
ctest --test-dir "build/$1" --parallel 2 --output-on-failure --no-tests=error \
  --exclude-regex "^($without)"
