#!/usr/bin/env bash
# What real browsers and others' checkers say of the pages and the TLS: installs Chromium and testssl.sh, builds Release, and
# runs tests/browser with all of it: Chromium with axe at two widths and in both colour schemes, html-validate,
# csp_evaluator, the MDN HTTP Observatory, Lighthouse for every page, testssl.sh. About ten minutes; needs Node 20.19 or
# later and npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for program in node npm; do
  command -v "$program" >/dev/null || { echo "audit: there is no $program here; install Node 20.19 or later" >&2; exit 1; }
done
./scripts/setup.sh --audit
# shellcheck source=scripts/compiler_cache.sh
source scripts/compiler_cache.sh
cmake -S . -B build/release -G Ninja -DCMAKE_BUILD_TYPE=Release -DCOGOS_TESTS=OFF
cmake --build build/release --target cogos
COGOS_BIN="$PWD/build/release/cogos" COGOS_BROWSER_DIR="$PWD/build/release/browser" \
  /usr/bin/python3 -B tests/browser/test_browser.py --full
