#!/usr/bin/env bash
# Brings a signed image to an Azure Container App, or leaves the app as it was: scripts/deploy.sh --help
set -euo pipefail
exec /usr/bin/python3 -B "$(dirname "${BASH_SOURCE[0]}")/deploy/deploy.py" "$@"
