#!/usr/bin/env bash
# Shows on a registry of its own, on loopback, that an image runs where the right key signed its digest, and that each
# wrong case ends with no container started; and that OpenSSL and cosign say the same of every case.
#
#   scripts/test-supply-chain.sh [DIR]    what scripts/image.sh made; build/image where left out
set -euo pipefail
export LC_ALL=C
directory=$(realpath -m "${1-$(dirname "${BASH_SOURCE[0]}")/../build/image}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ -r $directory/digest ]] || { echo "test-supply-chain: no image at $directory; scripts/image.sh makes one" >&2; exit 2; }
./scripts/setup.sh --image
cosign=''
if fetched=$(./scripts/supply/cosign.sh); then
  cosign=$fetched
else
  echo 'test-supply-chain: skipped: what cosign says of each case; it cannot be had here, for the reason above'
fi

work=$(mktemp -d)
registry=''
passed=0
finish() {
  status=$?
  [[ -z $registry ]] || kill "$registry" 2>/dev/null || true
  if ((status != 0)); then
    echo "test-supply-chain: FAILED after $passed cases" >&2
    [[ ! -s $work/said ]] || tail -n 20 "$work/said" >&2
  fi
  rm -rf "$work"
}
trap finish EXIT
fail() {
  printf 'test-supply-chain: %s\n' "$1" >&2
  exit 1
}

# Every container that is started from here on leaves a line: what is not started is shown by its absence.
mkdir "$work/bin"
real_runc=$(PATH=$PATH:/usr/sbin command -v runc)
printf '#!/bin/sh\ncase " $* " in *" run "*) echo started >>"%s" ;; esac\nexec "%s" "$@"\n' "$work/started" "$real_runc" \
  >"$work/bin/runc"
chmod +x "$work/bin/runc"
export PATH=$work/bin:$PATH

start_registry() {
  cat >"$work/registry.yml" <<YAML
version: 0.1
log: {level: info}
storage: {filesystem: {rootdirectory: $work/stored}}
http: {addr: "127.0.0.1:0"}
YAML
  docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
  registry=$!
  until grep -q 'listening on' "$work/registry.log"; do
    kill -0 "$registry" 2>/dev/null || { cat "$work/registry.log" >&2; fail 'the registry did not start'; }
    sleep 0.1
  done
  repository=$(sed -n 's/.*listening on \(127.0.0.1:[0-9]*\).*/\1/p' "$work/registry.log")/cogos
}

pair() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/$1.pem" 2>/dev/null
  openssl pkey -in "$work/$1.pem" -pubout -out "$work/$1.pub"
}

# CASE IMAGE KEY RUNS WORDS: whether the image is run with that public key, and what is said
expect() {
  local name=$1 image=$2 key=$work/$3.pub runs=$4 words=$5 status=0
  rm -rf "$work/started" "$work/data"
  ./scripts/run-image.sh "$image" --key "$key" --data "$work/data" -- version >"$work/said" 2>&1 </dev/null || status=$?
  grep -q -- "$words" "$work/said" || fail "$name: it does not say '$words'"
  if $runs; then
    [[ $status -eq 0 && -s $work/started ]] || fail "$name: no container ran (exit code $status)"
  else
    [[ $status -ne 0 ]] || fail "$name: it ended well"
    [[ ! -e $work/started && ! -e $work/data ]] || fail "$name: a container was started"
  fi
  passed=$((passed + 1))
  printf 'ok: %s: %s\n' "$name" "$($runs && echo 'it ran' || echo "no container; exit code $status")"
}

# CASE IMAGE KEY VERIFIED: what OpenSSL and cosign say, each alone
agree() {
  local by status
  for by in openssl ${cosign:+cosign}; do
    status=0
    ./scripts/verify-image.sh "$2" --key "$work/$3.pub" --by "$by" >"$work/said" 2>&1 || status=$?
    [[ $status -eq $4 ]] || fail "$1: $by ends with $status, not $4"
  done
  passed=$((passed + 1))
  printf 'ok: %s: exit code %s by OpenSSL%s\n' "$1" "$4" "${cosign:+ and by cosign}"
}

start_registry
pair right
pair wrong
other() { PYTHONPATH=scripts/supply /usr/bin/python3 -B tests/image/other_image.py "$directory/oci" "$@"; }
other "$work/other"
other "$work/shell" /bin/sh
push() { /usr/bin/python3 -B scripts/supply/push.py "$1" "$repository" "$2"; }
image=$(push "$directory/oci" released)
other=$(push "$work/other" other)
shell=$(push "$work/shell" shell)
revision=$(/usr/bin/python3 -B scripts/supply/layout.py "$directory/oci" --revision)
revision=${revision:0:7}
beside() { printf '%s:sha256-%s.%s' "$repository" "${1#*@sha256:}" "$2"; }
copy() { skopeo --insecure-policy copy -q --src-tls-verify=false --dest-tls-verify=false "docker://$1" "docker://$2"; }
# cosign orders the members anew.
same_bill() {
  /usr/bin/python3 -c 'import json, sys
bills = [json.load(open(path, encoding="utf-8")) for path in sys.argv[1:]]
sys.exit(bills[0] != bills[1])' "$work/bill.json" "$work/verified.json"
}

expect 'unsigned' "$image" right false 'manifest unknown'
agree 'unsigned' "$image" right 1
./scripts/sbom.sh "$directory" >"$work/bill.json"
status=0
/usr/bin/python3 -B tests/image/validate_bom.py build/tools/validator "$work/bill.json" >"$work/said" 2>&1 || status=$?
case $status in
  0) passed=$((passed + 1)) && echo "ok: the bill of materials is as CycloneDX's schema demands" ;;
  77) sed 's/^/test-supply-chain: the schema of the bill of materials: /' "$work/said" ;;
  *) fail "the bill of materials is not as CycloneDX's schema demands" ;;
esac
./scripts/sign.sh "$image" --key "$work/right.pem" --sbom "$work/bill.json" >/dev/null
expect 'the right key' "$image" right true "+$revision"
agree 'the right key' "$image" right 0
expect 'the wrong key' "$image" wrong false "the signature is not this key's"
agree 'the wrong key' "$image" wrong 1
expect 'no such key' "$image" absent false 'cannot be read'

copy "$(beside "$image" sig)" "$(beside "$other" sig)"
expect 'a good signature, moved to another image' "$other" right false 'the signature is of another image'
agree 'a good signature, moved to another image' "$other" right 1

./scripts/verify-image.sh "$image" --key "$work/right.pub" --sbom "$work/verified.json" >/dev/null
same_bill || fail 'the bill of materials came back changed'
copy "$(beside "$image" att)" "$(beside "$other" att)"
./scripts/sign.sh "$other" --key "$work/right.pem" >/dev/null
agree 'another image, signed since' "$other" right 0
if ./scripts/verify-image.sh "$other" --key "$work/right.pub" --sbom "$work/none.json" >"$work/said" 2>&1 ||
  [[ -e $work/none.json ]]; then
  fail 'the bill of one image was taken for another'
fi
passed=$((passed + 1))
echo 'ok: a bill of materials, moved to another image: refused'

copy "${other/@*/:other}" "$repository:released"
expect 'the tag, moved after its image was verified' "$repository:released" right false 'a tag can be moved'
expect 'the digest that was verified, after the tag was moved' "$image" right true "+$revision"

./scripts/sign.sh "$shell" --key "$work/right.pem" >/dev/null
agree 'an image with a shell, signed' "$shell" right 0
expect 'an image with a shell, signed' "$shell" right false '/bin/sh is a shell'

if [[ -n $cosign ]]; then
  (cd "$work" && COSIGN_PASSWORD="test" "$cosign" generate-key-pair 2>/dev/null && mv cosign.pub cosigns.pub)
  COSIGN_PASSWORD="test" ./scripts/sign.sh "$image" --key "$work/cosign.key" --sbom "$work/bill.json" >/dev/null
  expect "a key of cosign's own" "$image" cosigns true "+$revision"
  agree "a key of cosign's own" "$image" cosigns 0
  agree 'the first key, after the second signed, too' "$image" right 0
  ./scripts/verify-image.sh "$image" --key "$work/cosigns.pub" --sbom "$work/verified.json" >/dev/null
  same_bill || fail "the bill of materials that cosign attested came back changed"
fi

# The page's own commands, as printed but for the placeholders; skopeo has to be told that this registry has no TLS.
printed() { # NUMBER of the block below the heading "Signatures"
  sed -n '/^## Signatures/,$p' docs/image.md | awk -v block="$1" '/^```sh/ {n = int(n) + 1; next} /^```/ {n += 0.5} n == block' |
    sed -e "s|REGISTRY/cogos|$repository|g; s|DIGEST|${image#*@sha256:}|g; s|scripts/|$PWD/scripts/|g" \
      -e "s|skopeo copy|& --src-tls-verify=false|; s|SIGNATURE in|one in|; s|SIGNATURE|$signature|; s|PAYLOAD|$payload|"
}
follow() {
  local commands
  commands=$(printed "$1")
  [[ $commands == *cosign.pub* ]] || fail "docs/image.md has no block $1 of commands on signatures"
  (cd "$work/page" && COSIGN_PASSWORD="a password" bash -euo pipefail -c "$commands") >"$work/said" 2>&1
}
mkdir "$work/page"
cp "$work/bill.json" "$work/page/sbom.json"
signature='' payload=''
follow 1 || fail 'the commands of docs/image.md do not sign and verify'
skopeo --insecure-policy copy -q --src-tls-verify=false "docker://$(beside "$image" sig)" "dir:$work/latest"
read -r payload signature < <(/usr/bin/python3 -c 'import json, sys
layer = json.load(open(sys.argv[1], encoding="utf-8"))["layers"][-1]
print(layer["digest"][7:], layer["annotations"]["dev.cosignproject.cosign/signature"])' "$work/latest/manifest.json")
follow 2 || fail 'the commands of docs/image.md do not verify without the scripts'
cp "$work/wrong.pub" "$work/page/cosign.pub"
rm -rf "$work/page/sig"
if follow 2; then fail 'the commands of docs/image.md verify with the wrong key'; fi
passed=$((passed + 1))
echo 'ok: the commands of docs/image.md, as printed'

# On the registry's own disk, what the signed digest leads to: a layer, then the manifest.
spoil() { # DIGEST
  local hex=${1#sha256:}
  printf ' ' >>"$work/stored/docker/registry/v2/blobs/sha256/${hex:0:2}/$hex/data"
}
spoil "$(/usr/bin/python3 -B scripts/supply/layout.py "$directory/oci" --layers | head -n 1)"
expect 'a layer, changed in the registry' "$image" right false 'Digest did not match'
spoil "${image#*@}"
expect 'a manifest, changed in the registry' "$image" right false 'another manifest than the digest names'

kill "$registry"
wait "$registry" 2>/dev/null || true
registry=''
expect 'the registry is down' "$other" right false 'the registry did not do as asked'
agree 'the registry is down' "$other" right 2

printf '\n%d passed, 0 failed\n' "$passed"
