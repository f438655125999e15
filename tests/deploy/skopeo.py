#!/usr/bin/python3 -IS
"""A stand-in for `skopeo`, as far as the check of a signature asks for it: a registry that is the directory FAKE_REGISTRY,
with a file a manifest, by its digest, and a directory of skopeo's kind a tag. No such directory: the registry is down."""

import os
import shutil
import sys


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    registry = os.environ["FAKE_REGISTRY"]
    if not os.path.isdir(registry):
        sys.exit("FATA[0000] connection refused")
    source = words[1].removeprefix("docker://")
    there = os.path.join(registry, source.rpartition("@" if "@" in source else ":")[2])
    if not os.path.exists(there):
        sys.exit("FATA[0000] manifest unknown")
    if words[0] == "inspect":
        with open(there, "rb") as file:
            sys.stdout.buffer.write(file.read())
    else:
        shutil.copytree(there, words[2].removeprefix("dir:"), dirs_exist_ok=True)


if __name__ == "__main__":
    main()
