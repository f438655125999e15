# shellcheck shell=bash
# Sourced by the scripts that run an image: containers by runc, each in a directory of its own. Needs root.
#
#   container_unpack LAYOUT DIR DATA          the image's root file system to DIR/rootfs; what it writes will lie in DATA
#   container_start LAYOUT DIR [ARGUMENT…]    starts it in the background; its output goes to DIR/log
#   container_run LAYOUT DIR [ARGUMENT…]      runs it to its end, which SIGTERM asks for
#   container_exec DIR PROGRAM [ARGUMENT…]    runs another program in it, with the same rights
#   container_pid DIR                         the process id of its first process, as this machine sees it
#   container_stop DIR                        SIGTERM, and its exit code
#   container_clean DIR                       ends it in whatever state it is, if it is

supply=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

_runc() {
  local directory=$1
  shift
  command runc --root "$directory/state" "$@"
}

_spec() {
  local layout=$1 directory=$2
  shift 2
  /usr/bin/python3 -B "$supply/runtime_spec.py" "$layout" "$(realpath "$directory/data")" "$@" >"$directory/config.json"
}

container_unpack() {
  local tag
  tag=$(/usr/bin/python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"])' "$1/index.json")
  mkdir -p "$2"
  umoci unpack --image "$1:$tag" "$2/unpacked" >"$2/umoci.log" 2>&1 || { cat "$2/umoci.log" >&2; return 1; }
  mv "$2/unpacked/rootfs" "$2/rootfs"
  ln -s "$(realpath "$3")" "$2/data"
}

container_start() {
  local layout=$1 directory=$2
  shift 2
  _spec "$layout" "$directory" "$@" || return
  : >"$directory/log"
  _runc "$directory" run --bundle "$directory" --pid-file "$directory/pid" cogos >>"$directory/log" 2>&1 </dev/null &
  echo $! >"$directory/runner"
}

container_run() {
  local layout=$1 directory=$2 status=0 runner
  shift 2
  _spec "$layout" "$directory" "$@" || return
  _runc "$directory" run --bundle "$directory" cogos </dev/null &
  runner=$!
  # runc hands signals on to the container. One that ends this wait has not ended the container.
  trap 'kill -TERM "$runner" 2>/dev/null' TERM INT
  wait "$runner" || status=$?
  while kill -0 "$runner" 2>/dev/null; do
    status=0
    wait "$runner" || status=$?
  done
  trap - TERM INT
  return $status
}

container_exec() {
  local directory=$1
  shift
  _runc "$directory" exec cogos "$@" </dev/null
}

container_pid() { cat "$1/pid"; }

container_stop() {
  local status=0
  _runc "$1" kill cogos TERM
  wait "$(<"$1/runner")" || status=$?
  rm -f "$1/runner"
  return $status
}

container_clean() {
  [[ -d $1/state/cogos ]] && _runc "$1" delete --force cogos >/dev/null 2>&1
  [[ -e $1/runner ]] && wait "$(<"$1/runner")" 2>/dev/null
  return 0
}
