#!/usr/bin/python3 -IS
"""A stand-in for `cogos probe`: notes its call beside those of az, and ends with what AZ_STATE has in `probes` for the host:
0 where nothing is said."""

import json
import os
import sys


def main():
    path = os.environ["AZ_STATE"]
    with open(path, encoding="utf-8") as file:
        state = json.load(file)
    state["calls"].append(["cogos", *sys.argv[1:]])
    with open(path, "w", encoding="utf-8") as file:
        json.dump(state, file)
    host = sys.argv[sys.argv.index("--target") + 1].removeprefix("https://")
    if host in state["signals"]:
        os.kill(os.getppid(), state["signals"][host])
    sys.exit(state["probes"].get(host, 0))


if __name__ == "__main__":
    main()
