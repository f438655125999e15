#!/usr/bin/env python3
"""What runc is told of a container: runtime_spec.py LAYOUT DATA [ARGUMENT…]

Prints a config.json (OCI runtime-spec 1.0) that runs the image of LAYOUT as the image itself says, with the least rights:
its root file system read-only, the directory DATA of this machine as the only thing that can be written to, no
capability, no new privileges, a network with nothing but its own loopback. ARGUMENTs replace the image's command.
"""

import json
import sys

import layout

# What the container may see of the kernel's own files: nothing of this list.
HIDDEN = ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/sched_debug",
          "/proc/scsi"]
FIXED = ["/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
SHUT = ["nosuid", "noexec", "nodev"]
OPEN_FILES = 8192


def spec(image, data, arguments):
    config = image.config["config"]
    uid, gid = (int(part) for part in config["User"].split(":"))
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            "user": {"uid": uid, "gid": gid, "additionalGids": [], "umask": 0o077},
            "args": config["Entrypoint"] + (arguments or config.get("Cmd") or []),
            "env": config.get("Env") or [],
            "cwd": config.get("WorkingDir") or "/",
            "capabilities": {kind: [] for kind in ("bounding", "effective", "permitted", "inheritable", "ambient")},
            "rlimits": [{"type": "RLIMIT_NOFILE", "hard": OPEN_FILES, "soft": OPEN_FILES},
                        {"type": "RLIMIT_CORE", "hard": 0, "soft": 0}],
            "noNewPrivileges": True,
        },
        "root": {"path": "rootfs", "readonly": True},
        "hostname": "cogos",
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc", "options": SHUT},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
             "options": ["nosuid", "noexec", "strictatime", "mode=755", "size=64k", "ro"]},
            {"destination": "/data", "type": "bind", "source": data, "options": ["bind", "rw", *SHUT]},
        ],
        "linux": {
            "namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")],
            "resources": {"devices": [{"allow": False, "access": "rwm"}]},
            "maskedPaths": HIDDEN,
            "readonlyPaths": FIXED,
        },
    }


def main():
    if len(sys.argv) < 3:
        print("usage: runtime_spec.py LAYOUT DATA [ARGUMENT…]", file=sys.stderr)
        return 2
    try:
        image = layout.read(sys.argv[1])
        json.dump(spec(image, sys.argv[2], sys.argv[3:]), sys.stdout, indent=1)
    except (layout.ImageError, KeyError, ValueError) as error:
        print(f"runtime_spec: the image cannot be run: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
