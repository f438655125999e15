#!/usr/bin/env bash
# Makes sure that there is cosign, and prints where. Debian 12 has no package of it; the one of Debian 13 asks for nothing
# that is newer, so its program is taken from there into build/tools, without changing what this machine's apt knows. The
# archive's address is the one that this machine has Debian 12 from, and apt checks the archive's signature.
#
# Exit code 0: there is; 1: it could not be had, and why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
release=trixie

if command -v cosign; then exit; fi
tool=$PWD/build/tools/cosign
if [[ -x $tool ]]; then
  echo "$tool"
  exit
fi

fail() {
  printf 'cosign: %s\n' "$1" >&2
  exit 1
}
command -v apt-get >/dev/null || fail 'there is no apt-get here to fetch it with'
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[[ -r $keyring ]] || fail "there is no $keyring here to check it with"
# shellcheck disable=SC2016  # apt's variable, not the shell's
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' \
  'Codename: bookworm' 'Component: main' | head -n 1)
[[ -n $archive ]] || fail "this machine's apt sources name no archive of Debian 12; is 'apt-get update' due?"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{sources,lists/partial,cache/archives/partial,unpacked}
printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$archive" "$release" >"$work/sources/next.list"
apt() {
  apt-get -qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/sources" -o "Dir::State::Lists=$work/lists" \
    -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none "$@" >"$work/log" 2>&1 </dev/null
}
cd "$work"
{ apt update && apt download cosign; } || { cat "$work/log" >&2; fail 'it could not be fetched; apt says why above'; }
dpkg-deb --extract "$work"/cosign_*.deb "$work/unpacked"
"$work/unpacked/usr/bin/cosign" version >/dev/null 2>&1 || fail 'it does not run here'
mkdir -p "$(dirname "$tool")"
mv "$work/unpacked/usr/bin/cosign" "$tool"
echo "$tool"
