#!/usr/bin/env bash
# Builds the container image from this checkout's commit and Debian's packages alone, as a directory in the OCI layout.
# The same commit with the same packages gives the same digest in whatever directory (docs/image.md).
#
#   scripts/image.sh [--out DIR] [--build DIR] [--dirty]
#
#   --out DIR    where to: DIR/oci (the image), DIR/digest, DIR/build-inputs; build/image where left out
#   --build DIR  the build tree to use; build/release where left out
#   --dirty      builds although files differ from the commit, and says so in the image's revision
set -euo pipefail
export LC_ALL=C
umask 022

fail() {
  printf 'image: %s\n' "$1" >&2
  exit 1
}

out=build/image build=build/release dirty=false
while (($#)); do
  case $1 in
    --out) out=${2:?--out needs a directory} && shift 2 ;;
    --build) build=${2:?--build needs a directory} && shift 2 ;;
    --dirty) dirty=true && shift ;;
    *) fail "unknown option '$1'; use --out DIR, --build DIR, --dirty" ;;
  esac
done
out=$(realpath -m "$out") build=$(realpath -m "$build")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ $(id -u) -eq 0 ]] || fail 'files of several owners are put into the image; run this as root'

# Git asks whose the checkout is; it is this script's.
git() { command git -c "safe.directory=$PWD" "$@"; }
revision=$(git rev-parse HEAD 2>/dev/null) || fail 'there is no git checkout here, so the image would name no revision'
COGOS_COMMIT=${revision:0:7}
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
if [[ -n $(git status --porcelain) ]]; then
  $dirty || fail 'files here differ from the commit, which the image would name; commit them, or give --dirty'
  revision+=-dirty COGOS_COMMIT+=-dirty
fi
export COGOS_COMMIT SOURCE_DATE_EPOCH

./scripts/setup.sh --image
source scripts/compiler_cache.sh
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCOGOS_TESTS=OFF >/dev/null
# The cache takes a language of messages for a difference, and other scripts set none.
env -u LC_ALL cmake --build "$build" --target cogos

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
docker/rootfs.sh "$build/cogos" "$work/context/root-fs"
# docker/Dockerfile's last stage on nothing, since the root file system brings here what the base image brings there. A
# health check is no part of the OCI format: whoever runs the image says it.
sed -n '/^FROM gcr\.io\/distroless\//,$p' docker/Dockerfile |
  sed -e 's/^FROM .*/FROM scratch/' -e 's/^COPY --from=build /COPY /' -e '/^HEALTHCHECK /d' >"$work/Containerfile"
buildah() { command buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
buildah build --isolation chroot --layers=false --format oci --identity-label=false --timestamp "$SOURCE_DATE_EPOCH" \
  --build-arg "COGOS_REVISION=$revision" -f "$work/Containerfile" -t "oci:$work/oci:cogos" "$work/context" \
  >"$work/log" 2>&1 </dev/null || { cat "$work/log" >&2; fail 'buildah did not build the image; its reasons stand above'; }

/usr/bin/python3 -B scripts/supply/inputs.py "$build" >"$work/build-inputs"
# The digest comes last: where there is one, the image is whole.
mkdir -p "$out"
rm -rf "$out/digest" "$out/oci"
mv "$work/oci" "$out/oci"
mv "$work/build-inputs" "$out/build-inputs"
/usr/bin/python3 -B scripts/supply/layout.py "$out/oci" | tee "$out/digest"
