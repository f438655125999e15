#!/usr/bin/env bash
# clang-tidy over every source file of src, or over those given: scripts/tidy.sh [FILE…]
# Prints what it found and ends with 1 if that was anything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./scripts/setup.sh --ci
# Nothing is compiled here. Each file by itself and without precompiled headers: clang-tidy cannot read those of g++, and
# a file that includes too little is seen.
cmake -S . -B build/tidy -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=clang++-14 \
  -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DCMAKE_UNITY_BUILD=OFF -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCOGOS_TESTS=OFF >build/tidy.log
files=("$@")
(($#)) || mapfile -t files < <(git ls-files 'src/*.cpp')
printf '%s\0' "${files[@]}" |
  xargs -0 -P "$(nproc)" -n 2 clang-tidy-14 -p build/tidy --quiet
