#!/usr/bin/env bash
# Checks that a key signed an image, by its digest, with and without cosign: scripts/verify-image.sh --help
set -euo pipefail
exec /usr/bin/python3 -B "$(dirname "${BASH_SOURCE[0]}")/supply/verify.py" "$@"
