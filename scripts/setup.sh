#!/usr/bin/env bash
# Installs from Debian's packages what is missing to build CogOS, and nothing else. Silent where nothing is.
#
#   scripts/setup.sh               what the build needs
#   scripts/setup.sh --quickstart  and what scripts/quickstart.sh needs
#   scripts/setup.sh --test        and what the tests need
#   scripts/setup.sh --bench       and what scripts/bench.sh needs
#   scripts/setup.sh --load        and what scripts/overload.sh needs
#   scripts/setup.sh --image       and what scripts/image.sh and those that prove, sign and run an image need
#   scripts/setup.sh --audit       and what scripts/audit.sh needs
#   scripts/setup.sh --ci          and what .ci/run and scripts/fuzz.sh need
set -euo pipefail

fail() {
  printf 'setup: %s\n' "$1" >&2
  exit 1
}

# Versioned names where Debian has them, so that every machine gets the same compiler and formatter.
wanted=(
  brotli ccache cmake g++ gzip ninja-build pkg-config
  libboost1.81-dev libboost-url1.81-dev libbrotli-dev libcli11-dev libgtest-dev libkainjow-mustache-dev libseccomp-dev
  libsodium-dev libspdlog-dev libsqlite3-dev libssl-dev libtomlplusplus-dev libvalijson-dev nlohmann-json3-dev
  prometheus-cpp-dev zlib1g-dev
)
quickstart_only=(curl)
test_only=(
  binutils ca-certificates curl e2fsprogs jq mount openssl python3 python3-cryptography python3-jsonschema python3-yaml
)
bench_only=(libbenchmark-dev nginx-light wrk)
load_only=(slowhttptest)
audit_only=(chromium testssl.sh)
# devscripts has hardening-check. cosign, which Debian 12 has not, comes by scripts/supply/cosign.sh.
image_only=(buildah ca-certificates curl devscripts docker-registry openssl python3 python3-cryptography runc skopeo umoci)
# llvm-14 brings the symbolizer without which clang's sanitizers print bare addresses.
ci_only=(clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev llvm-14 shellcheck)

case "${1-}" in
  '') ;;
  --quickstart) wanted+=("${quickstart_only[@]}") ;;
  --test) wanted+=("${test_only[@]}") ;;
  --bench) wanted+=("${test_only[@]}" "${bench_only[@]}") ;;
  --load) wanted+=("${test_only[@]}" "${load_only[@]}") ;;
  --image) wanted+=("${image_only[@]}") ;;
  --audit) wanted+=("${test_only[@]}" "${audit_only[@]}") ;;
  --ci) wanted+=("${test_only[@]}" "${image_only[@]}" "${ci_only[@]}") ;;
  *) fail "unknown option '$1'; use --quickstart, --test, --bench, --load, --image, --audit, --ci or none" ;;
esac

for tool in dpkg-query apt-get; do
  command -v "$tool" >/dev/null || fail "there is no $tool here; this script knows Debian 12 only"
done

# One query for all: a package dpkg never heard of is an error for it and simply missing for us.
installed=" $(dpkg-query -W -f='${db:Status-Status}/${Package} ' "${wanted[@]}" 2>/dev/null || true)"
missing=()
for package in "${wanted[@]}"; do
  [[ $installed == *" installed/$package "* ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  # Without a terminal nobody can type a password, so sudo must not ask for one there.
  if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    fail "missing: ${missing[*]}. Installing needs root: run this script as root or through sudo."
  fi
  as_root=(sudo)
fi

printf 'setup: installing %s\n' "${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 </dev/null
}
if ! apt update; then
  cat "$log" >&2
  fail "the package lists could not be fetched; is there a network, and is /etc/apt/sources.list in order?"
fi
if ! apt install --yes --no-install-recommends "${missing[@]}"; then
  cat "$log" >&2
  fail "not installed: ${missing[*]}. apt-get's reasons stand above; without a network nothing can be fetched."
fi
