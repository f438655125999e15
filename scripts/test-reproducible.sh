#!/usr/bin/env bash
# Shows that the image's digest is the commit's and the packages': builds it here, and a second time from a clone in another
# directory, and compares. As root.
#
#   scripts/test-reproducible.sh [--cached]
#
# The second build compiles everything anew, about as long as a first build takes. With --cached it may take what the
# compiler cache has, which is quick, and shows less: linking, laying out and packing, but not compiling.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cached=false
case "${1-}" in
  '') ;;
  --cached) cached=true ;;
  *) echo 'usage: scripts/test-reproducible.sh [--cached]' >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
./scripts/image.sh
# Another path, of another length, and another user's habits.
other=$work/another/place/of/the/same
git -c "safe.directory=$PWD" clone --quiet --no-local . "$other"
git -C "$other" -c advice.detachedHead=false checkout --quiet "$(git -c "safe.directory=$PWD" rev-parse HEAD)"
# The cache knows a file by its place as seen from the build tree, so that is the same then.
build=$other/build/release
$cached || { export CCACHE_DISABLE=1 && build=$work/build; }
# What the environment says of the compiler cache is of this checkout.
(umask 077 && cd "$other" && env -u CCACHE_BASEDIR TZ=Asia/Tokyo ./scripts/image.sh --out "$work/image" --build "$build")
if ! cmp build/image/digest "$work/image/digest" || ! cmp build/image/build-inputs "$work/image/build-inputs"; then
  echo 'test-reproducible: FAILED: two builds of one commit differ' >&2
  exit 1
fi
printf 'test-reproducible: both builds are %s\n' "$(<build/image/digest)"
