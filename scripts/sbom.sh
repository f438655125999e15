#!/usr/bin/env bash
# Prints the bill of materials of an image that scripts/image.sh made: CycloneDX 1.6, JSON. docs/image.md says what is in it.
#
#   scripts/sbom.sh [DIR]    the directory that scripts/image.sh filled; build/image where left out
set -euo pipefail
[[ $# -le 1 ]] || { sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2; }
directory=$(realpath -m "${1-$(dirname "${BASH_SOURCE[0]}")/../build/image}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec /usr/bin/python3 -B scripts/supply/bom.py "$directory/oci" "$directory/build-inputs"
