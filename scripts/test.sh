#!/usr/bin/env bash
# Sets up, builds and runs every test. Arguments go to ctest: scripts/test.sh -R proof
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./scripts/setup.sh --test
source scripts/compiler_cache.sh

cmake -S . -B build/test -G Ninja -DCMAKE_BUILD_TYPE=Debug
cmake --build build/test
ctest --test-dir build/test --parallel 2 --output-on-failure --no-tests=error "$@"
