#!/usr/bin/env bash
# Sends an Azure Container App's traffic back to an earlier revision, then ends the bad one: scripts/rollback.sh --help
set -euo pipefail
exec /usr/bin/python3 -B "$(dirname "${BASH_SOURCE[0]}")/deploy/rollback.py" "$@"
