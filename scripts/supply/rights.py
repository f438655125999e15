#!/usr/bin/env python3
"""Which rights a running container has, from outside it, as root: rights.py PID

Exit code 0 where its first process is an ordinary user's without any capability and with no way to one, and where nothing
but its data directory can be written to, not even by root; 1 and the faults otherwise.
"""

import errno
import os
import sys

USER = "65532"
WRITABLE = ["/data"]


def status_faults(status):
    """Faults of /proc/PID/status, given as a map from its names to its values."""
    for name in ("Uid", "Gid"):
        if status[name].split() != [USER] * 4:
            yield f"its {name} are {status[name]}, not {USER}"
    if status.get("Groups", "").split():
        yield f"it is in the groups {status['Groups']}"
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        if int(status[name], 16):
            yield f"{name} is {status[name]}"
    if status["NoNewPrivs"] != "1":
        yield "it could gain privileges"
    if status["Seccomp"] != "2":
        yield "its system calls are not confined"


def statuses(process):
    """/proc/PID/status of each thread, as maps: rights are a thread's, not its process's."""
    found = []
    for thread in sorted(os.listdir(process + "/task"), key=int):
        with open(f"{process}/task/{thread}/status", encoding="utf-8") as file:
            found.append(dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line))
    return found


def thread_faults(threads):
    for status in threads:
        yield from (f"thread {status['Pid']}: {fault}" for fault in status_faults(status))


def mount_faults(mountinfo):
    """Faults of /proc/PID/mountinfo: everything is mounted read-only but the data, and /proc for its own process."""
    seen = set()
    for line in mountinfo.splitlines():
        fields = line.split()
        place, options, kind = fields[4], fields[5].split(","), fields[fields.index("-") + 1]
        seen.add(place)
        if "ro" in options or place in WRITABLE or (place == "/proc" and kind == "proc"):
            continue
        if os.path.dirname(place).startswith("/proc") and kind in ("tmpfs", "devtmpfs"):
            continue  # runc hides a file of /proc behind /dev/null
        yield f"{place} ({kind}) is mounted for writing"
    for place in ("/", *WRITABLE):
        if place not in seen:
            yield f"nothing is mounted at {place}"


def write_faults(root, names):
    """Tries to write, as root, through the container's own mounts."""
    for name in names:
        path = os.path.join(root, name, "written")
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            if error.errno != errno.EROFS:
                yield f"/{name}: {error.strerror}, where the file system should be read-only"
        else:
            os.unlink(path)
            yield f"/{name} can be written to"


def main():
    if len(sys.argv) != 2:
        print("usage: rights.py PID", file=sys.stderr)
        return 2
    process = f"/proc/{int(sys.argv[1])}"
    threads = statuses(process)
    with open(process + "/mountinfo", encoding="utf-8") as file:
        mountinfo = file.read()
    root = process + "/root"
    folders = ["", "etc", "etc/cogos", "usr", "usr/bin", "lib/x86_64-linux-gnu", "var/lib", "dev"]
    found = [*thread_faults(threads), *mount_faults(mountinfo), *write_faults(root, folders)]
    for fault in found:
        print(f"rights: {fault}")
    print(f"rights: {len(threads)} threads, user {threads[0]['Uid'].split()[0]}, capabilities {threads[0]['CapEff']}, "
          f"no new privileges {threads[0]['NoNewPrivs']}, {len(folders)} places tried, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
