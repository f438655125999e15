#!/usr/bin/env bash
# Prints what audit rows hold, opened with the customer's X25519 key: a line of JSON a row.
#
#   unseal.sh PRIVATE_PEM PAGE...
#
# PAGE: answers of GET /v1/audit as received, oldest first. Needs OpenSSL 3 and jq. OpenSSL's command line decrypts
# AES-GCM's text (it is counter mode) but does not check its tag, so the rows are checked first: content_hash in the core
# is the hash of the whole envelope. It takes keys as arguments, where others on this machine can see them.
# Exit code 0: all opened; 1: one did not; 2: wrong use.
set -euo pipefail
# shellcheck source=docs/verify/rows.sh
source "$(dirname "${BASH_SOURCE[0]}")/rows.sh"
[[ $# -gt 1 ]] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
private=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hex() { od -An -v -tx1 | tr -d ' \n'; }

# The last 32 bytes of a public key in DER are the key itself.
own_kid=$(openssl pkey -in "$private" -pubout -outform DER | tail -c 32 | sha256)

use_row() {
  [[ $has_envelope == true ]] || return 0
  local kid nonce
  member() { jq -re ".$1" <<<"$envelope"; }
  kid=$(member kid)
  [[ $(member v) == 1 && $(member alg) == x25519-hkdf-aes-256-gcm ]] || failed "$name is sealed in an unknown way"
  [[ $kid == "${own_kid:0:16}" ]] || failed "$name is sealed to another key, $kid"
  nonce=$(member nonce_b64 | base64 -d | hex)
  [[ ${#nonce} -eq 24 ]] || failed "$name has an envelope of wrong lengths"
  # SPKI of an X25519 key is this and the key (RFC 8410 §4).
  { printf '\060\052\060\005\006\003\053\145\156\003\041\000'; member ephemeral_pub_b64 | base64 -d; } >"$work/ephemeral"
  # Refuses an ephemeral key that gives a secret of zeros.
  openssl pkeyutl -derive -inkey "$private" -peerkey "$work/ephemeral" -peerform DER -out "$work/shared" 2>/dev/null ||
    failed "$name does not open"
  local key
  key=$(openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt "hexkey:$(hex <"$work/shared")" \
    -kdfopt info:cogos/seal/v1 HKDF | tr -d ':')
  # Counter 1 is for the tag; the text begins with counter 2 (NIST SP 800-38D §7.1).
  member ciphertext_b64 | base64 -d | openssl enc -aes-256-ctr -d -K "$key" -iv "${nonce}00000002" >"$work/content"
  jq -c --argjson seq "$seq" '{seq: $seq, content: .}' "$work/content" 2>/dev/null || failed "$name does not open"
}
check_pages "$@"
