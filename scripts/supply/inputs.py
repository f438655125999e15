#!/usr/bin/env python3
"""What a build tree's program was made from, beside this project's own sources: inputs.py BUILD

Prints a line for each Debian package: `headers` (some of its headers were read, so code of it may be in the program) or
`tools` (it worked on the program), name, version, architecture, source package, source version; tab-separated, sorted.
It is read from what the compiler itself reported of each file (`ninja -t deps`), not from a list kept by hand.
"""

import os
import re
import subprocess
import sys

TOOLS = ("CMAKE_CXX_COMPILER", "CMAKE_COMMAND", "CMAKE_MAKE_PROGRAM", "CMAKE_STRIP")
COMPILERS_TOOLS = ("cc1plus", "as", "ld")


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout


def headers(build):
    """System files that any translation unit read."""
    lines = output("ninja", "-C", build, "-t", "deps").splitlines()
    return {os.path.normpath(line.strip()) for line in lines if line.startswith(" ") and line.strip().startswith("/usr/")}


def tools(build):
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as file:
        cache = dict(re.findall(r"^(\w+):\w+=(.*)$", file.read(), re.M))
    found = [cache[name] for name in TOOLS]
    for name in COMPILERS_TOOLS:
        path = output(cache["CMAKE_CXX_COMPILER"], "-print-prog-name=" + name).strip()
        # An absolute path, or a bare name that is looked for in PATH.
        found.append(path if os.path.isabs(path) else output("which", path).strip())
    return {os.path.realpath(path) for path in found}


def packages(paths):
    """The packages that own `paths`; it is an error where one owns none."""
    # dpkg knows some paths by where they were before /lib and /usr/lib became one.
    candidates = sorted(paths | {path.removeprefix("/usr") for path in paths})
    done = subprocess.run(["dpkg-query", "--search", *candidates], capture_output=True, text=True, check=False, timeout=300)
    owners = {}
    for line in done.stdout.splitlines():
        names, _, path = line.rpartition(": ")
        if not names.startswith("diversion "):
            owners[path] = names.split(", ")[0]
    lost = sorted(path for path in paths if path not in owners and path.removeprefix("/usr") not in owners)
    if lost:
        sys.exit(f"inputs: no package of Debian's brought {', '.join(lost[:5])}, which the program was built with")
    return {owners.get(path) or owners[path.removeprefix("/usr")] for path in paths}


def main():
    if len(sys.argv) != 2:
        print("usage: inputs.py BUILD", file=sys.stderr)
        return 2
    read = headers(sys.argv[1])
    if not read:
        sys.exit("inputs: the build tree knows of no header; was it built here, and by Ninja?")
    by_role = {"headers": packages(read), "tools": packages(tools(sys.argv[1]))}
    fields = "${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n"
    for role, names in sorted(by_role.items()):
        for line in sorted(set(output("dpkg-query", "--show", "--showformat", fields, *sorted(names)).splitlines())):
            print(f"{role}\t{line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
