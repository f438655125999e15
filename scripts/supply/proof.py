#!/usr/bin/env python3
"""Judges an image by its blobs alone: proof.py LAYOUT

Prints what is wrong, a line each; exit code 0 where nothing is, 1 where something is, 2 where there is no image to
judge. Each rule yields its faults; what an image must be is in the constants below and in docs/image.md.
"""

import posixpath
import re
import struct
import sys

import layout

USER = "65532:65532"
OWNER = 65532
DATA = "/data"
ENTRY_POINT = ["/usr/bin/cogos"]
MOST_UNPACKED = 25 * 1000 * 1000
# All that may be run. The loader must be; Debian's C library says its version when run, and nothing else.
EXECUTABLES = {
    "/usr/bin/cogos",
    "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
    "/lib/x86_64-linux-gnu/libc.so.6",
}
SHELLS = re.compile(
    r"sh|[abckz]sh|bash|rbash|dash|fish|mksh|lksh|pdksh|tcsh|yash|rc|posh|elvish|xonsh|nu|pwsh|busybox|toybox|env"
    r"|[gmn]?awk|tclsh[\d.]*|(?:python|perl|ruby|lua|php|node|nodejs|bun|deno|guile)[\d.]*")
PACKAGE_MANAGERS = re.compile(
    r"apt(?:-(?:get|cache|config|key|mark))?|aptitude|dpkg(?:-[a-z]+)?|rpm|yum|u?dnf|microdnf|zypper|apk|pacman|opkg|snap"
    r"|flatpak|nix|brew|pip[\d.]*|npm|npx|yarn|gem|cargo|libapt-(?:pkg|private|inst)\.so[\d.]*")
# Names that a secret would have in the environment: none belongs into an image.
SECRET_NAMES = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|PASSWD|DEK|CREDENTIAL", re.I)
REVISION = "org.opencontainers.image.revision"


def program(data):
    """Whether these bytes are a script or a program that the kernel would run: an ELF file that names its loader, or
    that is linked to a fixed place and so needs none."""
    if data[:2] == b"#!":
        return True
    if data[:4] != b"\x7fELF" or len(data) < 64:
        return False
    if data[4:6] != b"\x02\x01":
        return True  # not a 64-bit little-endian file: nothing of ours
    if struct.unpack_from("<H", data, 16)[0] == 2:
        return True
    offset, size, count = (struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54))
    for number in range(count):
        at = offset + number * size
        if at + 4 <= len(data) and struct.unpack_from("<I", data, at)[0] == 3:
            return True
    return False


def shells(image):
    """No shell or interpreter, by name, and nothing that would need one."""
    for path, entry in image.entries.items():
        names = {posixpath.basename(path), posixpath.basename(entry.target)}
        if entry.kind != "directory" and any(SHELLS.fullmatch(name) for name in names):
            yield f"{path} is a shell or an interpreter"
        if entry.content[:2] == b"#!":
            yield f"{path} is a script"


def package_managers(image):
    """No package manager. The records of what is installed stay, for scanners."""
    for path, entry in image.entries.items():
        names = {posixpath.basename(path), posixpath.basename(entry.target)}
        if entry.kind != "directory" and any(PACKAGE_MANAGERS.fullmatch(name) for name in names):
            yield f"{path} is part of a package manager"


def executables(image):
    """What may be run is on the list, all of it is there, and nothing else could be made to run."""
    for path, entry in image.entries.items():
        if entry.kind != "file" or path in EXECUTABLES:
            continue
        if entry.mode & 0o111:
            yield f"{path} may be executed and is not on the list"
        elif program(entry.content):
            yield f"{path} is a program that is not on the list"
    for path in sorted(EXECUTABLES):
        if path not in image.entries or not image.entries[path].mode & 0o001:
            yield f"{path} is missing or may not be executed"


def set_ids(image):
    """Nothing lends its owner's rights to whoever runs it."""
    for path, entry in image.entries.items():
        if entry.kind != "symlink" and entry.mode & 0o6000:
            yield f"{path} is set-uid or set-gid"
        if entry.capabilities:
            yield f"{path} has file capabilities"


def writable(image):
    """Nothing is for everybody to write, and the server's own user owns nothing but its data directory."""
    for path, entry in image.entries.items():
        if entry.kind == "symlink":
            continue
        if entry.mode & 0o002:
            yield f"{path} is world-writable"
        if path == DATA or path.startswith(DATA + "/"):
            continue
        if entry.uid != 0 or entry.gid != 0:
            yield f"{path} belongs to {entry.uid}:{entry.gid}, not to root"
    data = image.entries.get(DATA)
    if data is None or data.kind != "directory" or (data.uid, data.gid) != (OWNER, OWNER) or data.mode & 0o022:
        yield f"{DATA} is not a directory that {USER} alone can write to"


def special(image):
    """Directories, files and links only."""
    for path, entry in image.entries.items():
        if entry.kind == "special":
            yield f"{path} is a device, pipe or socket"


def configuration(image):
    """An ordinary user, no shell in between, nothing secret, and the revision that it was built from."""
    config = image.config.get("config", {})
    if config.get("User") != USER:
        yield f"the user is {config.get('User')!r}, not {USER}"
    if config.get("Entrypoint") != ENTRY_POINT:
        yield f"the entry point is {config.get('Entrypoint')!r}, not {ENTRY_POINT}"
    if list(config.get("Volumes") or {}) != [DATA]:
        yield f"the volumes are {list(config.get('Volumes') or {})}, not {DATA} alone"
    for variable in config.get("Env") or []:
        name = variable.partition("=")[0]
        if SECRET_NAMES.search(name):
            yield f"the environment holds {name}, which looks like a secret"
    revision = (config.get("Labels") or {}).get(REVISION, "")
    if not re.fullmatch(r"[0-9a-f]{40}(-dirty)?", revision):
        yield f"the label {REVISION} names no revision: {revision!r}"


def records(image):
    """Every shared library has its package's record, by which scanners know its version."""
    listed = set()
    for path, entry in image.entries.items():
        if path.startswith("/var/lib/dpkg/status.d/") and path.endswith(".md5sums"):
            listed |= {"/" + line.split(None, 1)[1].strip() for line in entry.content.decode().splitlines()}
    for path, entry in image.entries.items():
        if entry.kind == "file" and re.search(r"\.so(\.\d+)*$", path) and path not in listed:
            yield f"{path} belongs to no package on record"


def size(image):
    if image.size() > MOST_UNPACKED:
        yield f"{image.size()} bytes unpacked, of {MOST_UNPACKED} allowed"


RULES = (shells, package_managers, executables, set_ids, writable, special, configuration, records, size)


def faults(image):
    return [fault for rule in RULES for fault in rule(image)]


def main():
    if len(sys.argv) != 2:
        print("usage: proof.py LAYOUT", file=sys.stderr)
        return 2
    try:
        image = layout.read(sys.argv[1])
    except layout.ImageError as error:
        print(f"proof: {error}", file=sys.stderr)
        return 2
    found = faults(image)
    for fault in found:
        print(f"proof: {fault}")
    print(f"proof: {image.digest}: {len(image.entries)} paths, {image.size() / 1e6:.1f} MB unpacked, "
          f"{len(RULES)} rules, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
