#!/usr/bin/env bash
# Prints the Authorization header's value for a request by a key of the scheme ed25519, made with OpenSSL 3.
#
#   sign_request.sh PRIVATE_PEM KEY_ID METHOD PATH [BODY]
set -euo pipefail
[[ $# -eq 4 || $# -eq 5 ]] || { sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2; }
ts=$(date +%s%3N)
message=$(mktemp)
trap 'rm -f "$message"' EXIT
# From a file: OpenSSL signs Ed25519 in one piece and must know the length.
printf '%s\n%s\n%s\n%s' "$3" "$4" "$ts" "$(openssl dgst -sha256 -r "${5:-/dev/null}" | cut -c1-64)" >"$message"
signature=$(openssl pkeyutl -sign -inkey "$1" -rawin -in "$message" | base64 -w0)
printf 'CogOS-Ed25519 keyId=%s,sig=%s,ts=%s\n' "$2" "$signature" "$ts"
