"""Validates bills of materials in files: validate_bom.py DIRECTORY FILE…; DIRECTORY keeps the packages. Exit code 77 and
the reason where there is no Node, or no registry to have them from."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

import npm  # noqa: E402


def validate(directory, *paths):
    """The finished validator: its exit code says whether all are valid, its output which is not and why."""
    npm.install(HERE, directory, ["validate.mjs"])
    return subprocess.run(["node", "validate.mjs", *map(os.path.abspath, paths)], cwd=directory, env=npm.ENVIRONMENT,
                          capture_output=True, text=True, check=False, timeout=npm.DEADLINE_S)


if __name__ == "__main__":
    done = validate(*sys.argv[1:])
    print(done.stdout + done.stderr, end="")
    sys.exit(done.returncode)
