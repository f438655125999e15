#!/usr/bin/env bash
# Proves of an image what docs/image.md says of it: reads its blobs, checks how its program was hardened, then runs it
# under runc with the least rights, makes a call to it and verifies the answer outside of it, and stops it.
#
#   scripts/prove-image.sh [DIR]    an image in the OCI layout; build/image/oci, which scripts/image.sh makes, if left out
#
# Exit code 0: all of it holds; 1: something does not; 2: there is no such image. What cannot be tried is a failure, too.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ $# -le 1 ]] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
image=$(realpath -m "${1-build/image/oci}")
[[ -r $image/index.json ]] || { echo "prove-image: no image at $image; scripts/image.sh makes one" >&2; exit 2; }
[[ $(id -u) -eq 0 ]] || { echo 'prove-image: a container is started; run this as root' >&2; exit 2; }
./scripts/setup.sh --image
source scripts/supply/container.sh

work=$(mktemp -d)
step='start'
finish() {
  status=$?
  container_clean "$work/c"
  if ((status != 0)); then
    printf 'prove-image: FAILED: %s\n' "$step" >&2
    [[ ! -s $work/c/log ]] || tail -n 20 "$work/c/log" >&2
  fi
  rm -rf "$work"
}
trap finish EXIT
begin() {
  step=$1
  printf '\n== %s\n' "$step"
}
fail() {
  printf 'prove-image: %s\n' "$1" >&2
  exit 1
}

begin 'What is in it'
/usr/bin/python3 -B scripts/supply/proof.py "$image"

begin 'How its program was hardened'
data=$work/data
install -d -m 0700 -o 65532 -g 65532 "$data"
container_unpack "$image" "$work/c" "$data"
hardening-check "$work/c/rootfs/usr/bin/cogos" | tee "$work/hardening"
[[ $(grep -c ': yes' "$work/hardening") -ge 6 ]] || fail 'a way to harden the program is missing'
# It knows the probes of some compilers only, and says "unknown" of g++ 12's: each page of a large frame is touched.
objdump --disassemble --no-show-raw-insn "$work/c/rootfs/usr/bin/cogos" | grep -A 1 'sub  *[$]0x1000,%rsp' |
  grep -c 'orq  *[$]0x0,(%rsp)' >"$work/probes" || fail 'the program was built without -fstack-clash-protection'
echo "probes of the stack, page by page: $(<"$work/probes")"

begin 'It starts without rights'
container_start "$image" "$work/c" serve --config /etc/cogos/cogos.toml --dev
# Its last line before it serves; the loop ends with it, or with the process.
until grep -q '"event":"ready"' "$work/c/log"; do
  kill -0 "$(<"$work/c/runner")" 2>/dev/null || fail 'it ended before it was ready'
  sleep 0.1
done
pid=$(container_pid "$work/c")
/usr/bin/python3 -B scripts/supply/rights.py "$pid"
# As the health check of docker/Dockerfile asks it.
container_exec "$work/c" /usr/bin/cogos probe --self --config /etc/cogos/cogos.toml || fail 'it is not well, it says of itself'

begin 'A call to it, verified outside of it'
outside() { nsenter "--net=/proc/$pid/ns/net" "$@"; }
container_exec "$work/c" /usr/bin/cogos admin keys issue --server https://127.0.0.1:8443 --ca /data/dev-cert.pem \
  --admin-key-file /data/admin-key --tenant proof --package team --out /data/key
url=https://127.0.0.1:8443
docs/examples/make-request.sh >"$work/request"
curl() { outside curl --silent --show-error --max-time 30 --cacert "$data/dev-cert.pem" "$@"; }
curl -D "$work/headers" -o "$work/answer" -H "Authorization: Bearer $(<"$data/key/api_key")" \
  -H 'Content-Type: application/json' --data-binary "@$work/request" "$url/v1/chat/completions"
grep -q '^HTTP/1.1 200' "$work/headers" || fail 'the call did not go well'
curl -o "$work/keys" "$url/attestation/keys"
verify() {
  /usr/bin/python3 -B docs/verify/verify_receipt.py --body "$1" --headers "$work/headers" --keys "$work/keys" \
    --method POST --path /v1/chat/completions --request "$work/request" --hmac-secret "$data/key/hmac_secret"
}
verify "$work/answer" | tee "$work/verified"
revision=$(/usr/bin/python3 -B scripts/supply/layout.py "$image" --revision)
grep -q "+${revision:0:7}" "$work/verified" || fail "the answer is attested by another build than $revision"
printf ' ' | cat "$work/answer" - >"$work/changed"
if verify "$work/changed" >/dev/null 2>&1; then fail 'a changed answer was verified, too'; fi

begin 'It stops when told to, and its log is whole'
container_stop "$work/c" || fail "it ended with $?"
container_run "$image" "$work/c" fsck --data-dir /data

printf '\nprove-image: all of it holds\n'
