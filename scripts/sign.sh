#!/usr/bin/env bash
# Signs an image in its registry, by its digest, and attests its bill of materials: scripts/sign.sh --help
set -euo pipefail
exec /usr/bin/python3 -B "$(dirname "${BASH_SOURCE[0]}")/supply/sign.py" "$@"
