#!/usr/bin/env bash
# Checks that between two receipts kept from different days no row of the chain is missing or changed.
#
#   span.sh HEADERS HEADERS PUBLIC_PEM PAGE...
#
# HEADERS: an earlier and a later answer's headers as curl -D wrote them; PUBLIC_PEM: the key that signed both (from
# GET /attestation.pub?kid=KID; for keys of two processes give the two files as OLD.pub,NEW.pub); PAGE: answers of
# GET /v1/audit as received, oldest first. Needs OpenSSL 3 and jq. Exit code 0: holds; 1: does not; 2: wrong use.
set -euo pipefail
# shellcheck source=docs/verify/rows.sh
source "$(dirname "${BASH_SOURCE[0]}")/rows.sh"
[[ $# -gt 3 ]] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

unbase64url() { local pad='==='; printf '%s%s' "$1" "${pad:0:(4 - ${#1} % 4) % 4}" | tr '_-' '/+' | base64 -d; }

# read_token HEADERS PUBLIC_PEM: the chain's head and the time that a receipt names, once its signature holds.
read_token() {
  local token kid
  token=$(tr -d '\r' <"$1" | sed -n 's/^X-Cogos-Attestation: *//Ip')
  [[ $token =~ ^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$ ]] || failed "$1 holds no attestation token"
  unbase64url "${token%.*}" >"$work/payload"
  unbase64url "${token#*.}" >"$work/sig"
  openssl pkeyutl -verify -pubin -inkey "$2" -rawin -in "$work/payload" -sigfile "$work/sig" >/dev/null 2>&1 ||
    failed "the signature of the token in $1 does not hold"
  kid=$(sha256 <"$2")
  jq -r --arg kid "${kid:0:16}" 'if .signer_kid == $kid then "\(.chain_head) \(.ts)" else error("another key") end' \
    "$work/payload" || failed "the public key is not the one that the token in $1 names"
}
earlier=$(read_token "$1" "${3%,*}")
later=$(read_token "$2" "${3#*,}")
shift 3
check_pages "$@"

# position CHAIN HEAD: how many rows the chain had when this was its last row's hash.
position() {
  local before=$((first_seq[$1] - 1))
  if [[ $2 == "${first_prev[$1]}" ]]; then echo "$before"; else echo "${seq_of[$1/$2]-}"; fi
}
for chain in "${!head[@]}"; do
  start=$(position "$chain" "${earlier% *}") end=$(position "$chain" "${later% *}")
  [[ -n $start && -n $end ]] || continue
  [[ $end -ge $start && ${later#* } -ge ${earlier#* } ]] ||
    failed 'the chain was shorter at the later receipt than at the earlier one'
  echo "ok: $chain rows $((start + 1))..$end are all there ($((end - start)) rows; $pruned pruned in all)"
  exit 0
done
failed 'no chain among these rows holds the chain heads of both receipts'
