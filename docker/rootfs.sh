#!/usr/bin/env bash
# Lays out the image's root file system in a new directory: one program, and from Debian's packages as they are installed
# here what it needs to run. Both ways to the image use it, docker/Dockerfile and scripts/image.sh.
#
#   docker/rootfs.sh PROGRAM DIRECTORY               all of it
#   docker/rootfs.sh PROGRAM DIRECTORY --distroless  without what the base image gcr.io/distroless/cc-debian12 brings
#
# A file of a package is taken only while it is as the package brought it. Each package's record lies in
# /var/lib/dpkg/status.d, where scanners look in images without a package manager, and its licence where Debian has it.
set -euo pipefail
export LC_ALL=C
umask 022

fail() {
  printf 'rootfs: %s\n' "$1" >&2
  exit 1
}

[[ $# -ge 2 && $# -le 3 && ${3---distroless} == --distroless ]] ||
  fail 'usage: docker/rootfs.sh PROGRAM DIRECTORY [--distroless]'
program=$1 root=$2 base=
# The C and C++ runtimes and the certificates come with the base image; what else it has may be replaced.
[[ $# -eq 2 ]] || base=' libc6 libgcc-s1 libstdc++6 ca-certificates '
[[ -x $program ]] || fail "$program is not a program"
[[ ! -e $root ]] || fail "$root is there already"
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Every directory that docker/Dockerfile copies, whether anything comes into it or not.
mkdir -p "$root"/{usr/bin,lib,lib64,etc/cogos,var/lib/dpkg/status.d,data}
chmod 0700 "$root/data"

declare -A md5sums=() # of a package: its md5sums file

# The package that a path belongs to, and the path that the package itself uses: /usr/lib where that is merged with /lib.
package=
owned=
declare -A owners=()
find_owners() { # PATH…, in one question to dpkg, which reads all its lists for each
  local candidates=() path
  for path in "$@"; do candidates+=("$path" "/usr$path" "${path#/usr}"); done
  while IFS=' ' read -r owner path; do owners[$path]=${owner%%:*}; done < <(
    dpkg-query --search "${candidates[@]}" 2>/dev/null | grep -v '^diversion ')
}
find_owner() {
  for owned in "$1" "/usr$1" "${1#/usr}"; do
    package=${owners[$owned]-}
    [[ -z $package ]] || return 0
  done
  fail "$1 belongs to no package of Debian's"
}

checked() { # PATH: fails where the file is not as its package brought it
  [[ -n ${md5sums[$package]-} ]] || md5sums[$package]=$(dpkg-query --control-show "$package" md5sums)
  local sum
  sum=$(awk -v path="${1#/}" '$2 == path {print $1; exit}' <<<"${md5sums[$package]}")
  [[ -n $sum ]] || fail "$package has no checksum of $1"
  [[ $(md5sum <"$1") == "$sum  -" ]] || fail "$1 is not as $package brought it; install that package again"
  printf '%s  %s\n' "$sum" "${1#/}" >>"$root/var/lib/dpkg/status.d/$package.md5sums"
}

record() { # the package's record and licence, once
  local status=$root/var/lib/dpkg/status.d/$package licence
  [[ ! -e $status ]] || return 0
  # shellcheck disable=SC2016  # dpkg-query's variables, not the shell's
  dpkg-query --show --showformat='Package: ${Package}\nStatus: ${Status}\nSource: ${source:Package} (${source:Version})
Version: ${Version}\nArchitecture: ${Architecture}\nMaintainer: ${Maintainer}\nDescription: ${binary:Synopsis}\n' \
    "$package" >"$status"
  licence=/usr/share/doc/$package/copyright
  [[ -r $licence ]] || fail "$package has no licence at $licence"
  # Compressed: Boost's alone is 2 MB.
  mkdir -p "$root$(dirname "$licence")"
  gzip -9cn "$licence" >"$root$licence.gz"
}

link_target() { # PATH: what the link there stands for, by an absolute path
  local target
  target=$(readlink "$1")
  if [[ $target == /* ]]; then echo "$target"; else echo "$(dirname "$1")/$target"; fi
}

install_library() {
  find_owner "$1"
  [[ $base != *" $package "* ]] || return 0
  # The name that the loader asks for may be a link to the file beside it.
  if [[ -L $owned ]]; then
    mkdir -p "$root$(dirname "$owned")"
    ln -sf "$(readlink "$owned")" "$root$owned"
    find_owner "$(link_target "$owned")"
    [[ ! -L $owned ]] || fail "$1 is a link to a link"
  fi
  record
  checked "$owned"
  install -D -m "$(stat -c %a "$owned")" "$owned" "$root$owned"
}

install -m 0755 "$program" "$root/usr/bin/cogos"
strip "$root/usr/bin/cogos"
install -m 0644 "$top/config/cogos.toml" "$root/etc/cogos/cogos.toml"
install -D -m 0644 "$top/LICENSE" "$root/usr/share/doc/cogos/copyright"

needed=$(ldd "$program" | awk '$2 == "=>" {print $3} $1 ~ /^\// {print $1}')
[[ $needed != *not* && -n $needed ]] || fail "$program needs a library that is not installed: $(ldd "$program" | grep not)"
read -ra libraries <<<"${needed//$'\n'/ }"
files=("${libraries[@]}")
for library in "${libraries[@]}"; do [[ ! -L $library ]] || files+=("$(link_target "$library")"); done
find_owners "${files[@]}"
for library in "${libraries[@]}"; do install_library "$library"; done

if [[ $base != *' ca-certificates '* ]]; then
  # From the package alone: the file that this machine uses holds what was added here, too.
  package=ca-certificates
  record
  mkdir -p "$root/etc/ssl/certs"
  for certificate in /usr/share/ca-certificates/mozilla/*.crt; do
    checked "$certificate"
    cat "$certificate"
    echo
  done >"$root/etc/ssl/certs/ca-certificates.crt"
  grep -q 'BEGIN CERTIFICATE' "$root/etc/ssl/certs/ca-certificates.crt" || fail 'ca-certificates has no certificate'
  printf '%s\n' 'root:x:0:0:root:/:/sbin/nologin' 'nonroot:x:65532:65532:nonroot:/data:/sbin/nologin' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'nonroot:x:65532:' >"$root/etc/group"
  echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
fi
for sums in "$root"/var/lib/dpkg/status.d/*.md5sums; do sort -u -k 2 -o "$sums" "$sums"; done
