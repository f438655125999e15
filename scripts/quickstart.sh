#!/usr/bin/env bash
# From a fresh checkout to a verified call: builds CogOS, starts it in development mode on loopback, issues a key,
# makes one call, and checks with the offline tool what came back. Ends with everything stopped, or with --keep
# leaves the server up and prints what to try next.
#
#   scripts/quickstart.sh [--keep]
#   COGOS_QUICKSTART_LISTEN=127.0.0.1:9443 scripts/quickstart.sh     another address
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

keep=false
case "${1-}" in
  '') ;;
  --keep) keep=true ;;
  *) echo "usage: scripts/quickstart.sh [--keep]" >&2; exit 2 ;;
esac

step() { printf '\n== %s\n' "$*"; }

step "Setting up and building (a few minutes the first time)"
./scripts/setup.sh --quickstart
source scripts/compiler_cache.sh
cmake -S . -B build/release -G Ninja -DCMAKE_BUILD_TYPE=Release -DCOGOS_TESTS=OFF >/dev/null
cmake --build build/release --target cogos
cogos=$PWD/build/release/cogos

work=$(mktemp -d "${TMPDIR:-/tmp}/cogos-quickstart.XXXXXX")
server=
finish() {
  status=$?
  if [[ -n $server ]] && ! { $keep && ((status == 0)); }; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  if ((status != 0)) && [[ -s $work/log ]]; then
    echo "quickstart: failed; the server's log:" >&2
    tail -n 20 "$work/log" >&2
  fi
  if ! { $keep && ((status == 0)); }; then rm -rf "$work"; fi
}
trap finish EXIT

step "Starting the server in development mode"
listen=${COGOS_QUICKSTART_LISTEN:-127.0.0.1:8443}
"$cogos" serve --config config/cogos.toml --dev --data-dir "$work/data" --listen "$listen" >"$work/log" 2>&1 &
server=$!
# `ready` is logged once the socket accepts; the loop ends with it, or with the process.
until grep -q '"event":"ready"' "$work/log"; do
  kill -0 "$server" 2>/dev/null || { echo "quickstart: the server did not start" >&2; exit 1; }
  sleep 0.1
done
port=$(sed -n 's/.*"event":"ready".*"tls_port":\([0-9]*\).*/\1/p' "$work/log")
url=https://localhost:$port
ca=$work/data/dev-cert.pem
echo "$url is up; its data lies in $work/data"

step "Issuing a key"
"$cogos" admin keys issue --server "$url" --ca "$ca" --admin-key-file "$work/data/admin-key" \
  --tenant quickstart --package team --out "$work/key"

step "Making a call with a JSON Schema on docs/examples/report.txt"
docs/examples/make-request.sh >"$work/request.json"
curl --silent --show-error --cacert "$ca" -D "$work/headers" -o "$work/response.json" \
  -H "Authorization: Bearer $(cat "$work/key/api_key")" -H 'Content-Type: application/json' \
  --data-binary "@$work/request.json" "$url/v1/chat/completions"
cat "$work/headers" "$work/response.json"
echo
grep -q '^HTTP/1.1 200' "$work/headers"
header() { tr -d '\r' <"$work/headers" | sed -n "s/^$1: //Ip"; }

step "Verifying both receipts of the answer"
curl --silent --show-error --cacert "$ca" -o "$work/attestation.pub" "$url/attestation.pub"
"$cogos" verify receipt --response-body "$work/response.json" \
  --token "$(header X-Cogos-Attestation)" --public-key "$work/attestation.pub" \
  --method POST --path /v1/chat/completions --request-body "$work/request.json" \
  --hmac-secret-file "$work/key/hmac_secret" --signature "$(header X-Cogos-Signature)"

step "Verifying the audit chain and opening the sealed row"
curl --silent --show-error --cacert "$ca" -o "$work/audit.json" \
  -H "Authorization: Bearer $(cat "$work/key/api_key")" "$url/v1/audit?limit=1000"
"$cogos" verify audit --rows "$work/audit.json"
"$cogos" unseal --rows "$work/audit.json" --key "$work/key/x25519_private_pem"

if $keep; then
  step "The server stays up (process $server). Try:"
  cat <<NEXT
  cogos=$cogos
  work=$work
  url=$url
  curl --cacert \$work/data/dev-cert.pem -i -H "Authorization: Bearer \$(cat \$work/key/api_key)" \$url/v1/me
  \$cogos admin keys list --server \$url --ca \$work/data/dev-cert.pem --admin-key-file \$work/data/admin-key
  kill $server; \$cogos fsck --data-dir \$work/data    # once it has stopped
NEXT
  disown "$server"
else
  step "Stopping the server and checking its store"
  kill -TERM "$server"
  wait "$server"
  server=
  "$cogos" fsck --data-dir "$work/data"
  step "Done: the call was answered, receipted, recorded and verified"
fi
