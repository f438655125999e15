#!/bin/sh
# Fails where the program given links what only a server needs.
set -eu
program=$1
"$program" version
if readelf -d "$program" | grep NEEDED | grep -E 'sqlite|libssl|boost|spdlog'; then
  echo "the offline program needs a library of the server" >&2
  exit 1
fi
if nm -C "$program" | grep -E 'cogos::cli::add_(admin|serve|fsck|check_config)|cogos::(store|net|http|app|api)::'; then
  echo "the offline program contains a part of the server" >&2
  exit 1
fi
