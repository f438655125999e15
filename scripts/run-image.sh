#!/usr/bin/env bash
# Runs an image from a registry under runc, if a key signed it and nothing else: checks the signature of this very digest,
# fetches that digest, judges what is in it, and only then starts a container. Whatever fails, no container starts.
#
#   scripts/run-image.sh REGISTRY/REPOSITORY@sha256:DIGEST --key FILE --data DIR [-- ARGUMENT…]
#
#   --key FILE   the public key: P-256, PEM
#   --data DIR   what the container writes lies there; it belongs to 65532:65532, which the container runs as
#   ARGUMENT…    in the place of the image's own
#
# The container has no capability, a read-only root file system, and a network with nothing but its own loopback. Exit code:
# the container's; 1 where the image is not to be run; 2 where that could not be found out.
set -euo pipefail
export LC_ALL=C
usage() {
  sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
image=${1-} key='' data=''
[[ -n $image && $image != -* ]] || usage
shift
while (($#)); do
  case $1 in
    --key | --data)
      (($# > 1)) || usage
      if [[ $1 == --key ]]; then key=$2; else data=$2; fi
      shift 2
      ;;
    --)
      shift
      break
      ;;
    *) usage ;;
  esac
done
[[ -n $key && -n $data ]] || usage
[[ $(id -u) -eq 0 ]] || { echo 'run-image: a container is started; run this as root' >&2; exit 2; }
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=SCRIPTDIR/supply/container.sh
source "$scripts/supply/container.sh"

"$scripts/verify-image.sh" "$image" --key "$key" >&2

work=$(mktemp -d)
trap 'container_clean "$work/c"; rm -rf "$work"' EXIT
/usr/bin/python3 -B "$scripts/supply/pull.py" "$image" "$work/oci"
/usr/bin/python3 -B "$scripts/supply/proof.py" "$work/oci" >&2
install -d -m 0700 -o 65532 -g 65532 "$data"
container_unpack "$work/oci" "$work/c" "$data"
container_run "$work/oci" "$work/c" "$@"
