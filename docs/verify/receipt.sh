#!/usr/bin/env bash
# Checks both receipts of an answer with nothing but OpenSSL 3 and the tools of any Debian.
#
#   receipt.sh BODY HEADERS PUBLIC_PEM HMAC_SECRET_FILE METHOD PATH REQUEST
#
# BODY: the response body; HEADERS: as curl -D writes them, or - for a stream, which holds its receipt itself;
# PUBLIC_PEM: the answer of GET /attestation.pub; REQUEST: the request's body (/dev/null: none).
# Exit code 0: both hold; 1: one does not; 2: wrong use.
set -euo pipefail
[[ $# -eq 7 ]] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
body=$1 headers=$2 public=$3 secret=$4 method=$5 path=$6 request=$7
for file in "$body" "$public" "$secret" "$request"; do [[ -r $file ]] || { echo "cannot read $file" >&2; exit 2; }; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failed() { echo "FAILED: $1" >&2; exit 1; }
sha256() { openssl dgst -sha256 -r "$1" | cut -c1-64; }
header() { tr -d '\r' <"$headers" | sed -n "s/^$1: *//Ip"; }
claim() { sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p" "$work/payload"; }
unbase64url() { local pad='==='; printf '%s%s' "$1" "${pad:0:(4 - ${#1} % 4) % 4}" | tr '_-' '/+' | base64 -d; }

if [[ $headers == - ]]; then
  grep -q '^: cogos-receipt ' "$body" || failed 'the stream holds no receipt'
  receipt=$(sed -n 's/^: cogos-receipt //p' "$body")
  sed '/^: cogos-receipt /,$d' "$body" >"$work/covered"
  # What stands behind the receipt is covered by nothing, so nothing but the end may stand there.
  after=$(sed '1,/^: cogos-receipt /d' "$body")
  [[ -z $after || $after == $'\ndata: [DONE]' ]] || failed 'the stream does not end with its receipt'
  body=$work/covered
  token=$(sed -n 's/.*"attestation":"\([^"]*\)".*/\1/p' <<<"$receipt")
  signature=$(sed -n 's/.*"signature":"\([^"]*\)".*/\1/p' <<<"$receipt")
else
  token=$(header X-Cogos-Attestation) signature=$(header X-Cogos-Signature)
fi

# The attestation: the signature over the payload, then what the payload says.
[[ $token =~ ^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$ ]] || failed 'there is no attestation token'
unbase64url "${token%.*}" >"$work/payload"
unbase64url "${token#*.}" >"$work/sig"
openssl pkeyutl -verify -pubin -inkey "$public" -rawin -in "$work/payload" -sigfile "$work/sig" >/dev/null 2>&1 ||
  failed "the token's signature does not hold"
kid=$(sha256 "$public")
[[ $(claim signer_kid) == "${kid:0:16}" ]] || failed 'the public key is not the one its kid names'
[[ $(claim resp_hash) == "$(sha256 "$body")" ]] || failed 'the token is of another response body'
printf '%s\n%s\n%s\n%s' "$method" "$path" "$(claim ts)" "$(sha256 "$request")" >"$work/request"
[[ $(claim req_hash) == "$(sha256 "$work/request")" ]] || failed 'the token is of another request'

# The HMAC signature. OpenSSL takes the key on its command line only, where others on this machine can see it.
mac=$(openssl mac -digest SHA256 -macopt "key:$(cat "$secret")" -in "$body" HMAC | tr 'A-F' 'a-f')
[[ $mac == "$signature" ]] || failed 'the HMAC signature does not hold'
echo "ok: attested by $(claim signer_kid) ($(claim rev)), chain head $(claim chain_head)"
