#!/usr/bin/env bash
# clang-tidy over source files of src. Prints what it found and ends with 1 if that was anything.
#
#   scripts/tidy.sh              over all of them; half an hour on two slow cores
#   scripts/tidy.sh --last N     over those that the last N commits changed, and one that includes each header they changed
#   scripts/tidy.sh FILE…        over these
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./scripts/setup.sh --ci
# Nothing is compiled here. Each file by itself and without precompiled headers: clang-tidy cannot read those of g++, and
# a file that includes too little is seen.
cmake -S . -B build/tidy -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=clang++-14 \
  -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DCMAKE_UNITY_BUILD=OFF -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCOGOS_TESTS=OFF \
  >build/tidy.log
if [[ ${1-} == --last ]]; then
  # Empty where there are not so many: the history's beginning, whose difference to now is every file.
  since=$(git rev-list --max-count=1 --skip="${2:?--last needs a number of commits}" HEAD)
  changed=$(git diff --name-only --diff-filter=d "${since:-$(git hash-object -t tree /dev/null)}" HEAD -- \
    'src/*.cpp' 'src/*.hpp' 'include/*.hpp')
  mapfile -t files < <(grep '\.cpp$' <<<"$changed")
  # What is wrong in a header is said of whatever includes it; the first will do.
  mapfile -t headers < <(grep '\.hpp$' <<<"$changed")
  for header in "${headers[@]}"; do
    mapfile -t users < <(git grep -lF "#include \"${header#*/}\"" -- 'src/*.cpp')
    files+=("${users[@]:0:1}")
  done
  ((${#files[@]})) || exit 0
  mapfile -t files < <(printf '%s\n' "${files[@]}" | sort -u)
elif (($#)); then
  files=("$@")
else
  mapfile -t files < <(git ls-files 'src/*.cpp')
fi
printf '%s\0' "${files[@]}" |
  xargs -0 -P "$(nproc)" -n 2 clang-tidy-14 -p build/tidy --quiet
