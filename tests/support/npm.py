"""What tests need that run under Node: its version, and packages as a package-lock.json pins them, in a directory of the
build's, since the checkout may be read-only. Where that cannot be had the test is skipped, in words."""

import filecmp
import os
import re
import shutil
import subprocess
import sys

SKIPPED = 77
DEADLINE_S = 240
# No tool asks anybody or tells anybody anything.
ENVIRONMENT = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true"}
_NO_NETWORK = re.compile("EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED")


def skip(why):
    print("skipped: " + why)
    sys.exit(SKIPPED)


def with_registry(run):
    """What `run` gives, a finished process, or nothing where that is over because npm reached no registry in time."""
    try:
        done = run()
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode and _NO_NETWORK.search(done.stderr) else done


def installed_by(command, run, what):
    """Runs the printed `command` of npm by `run`; nothing where its packages are there then, else why `what` cannot be."""
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if missing:
        return f"{what} were not run: there is no {' and no '.join(missing)}"
    done = with_registry(lambda: run(command))
    if done is None:
        return f"{what} were not run: npm reaches no registry for their packages"
    if done.returncode:
        raise AssertionError(command + done.stdout + done.stderr)
    return None


def need_node():
    """Node 20.19, or 22.12 and later, which all packages here run on, and npm."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            skip(f"there is no {program} here")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    major, minor = (int(part) for part in version.strip().lstrip("v").split(".")[:2])
    if not ((major == 20 and minor >= 19) or (major, minor) >= (22, 12)):
        skip("this needs Node 20.19, or 22.12 or later")


def install(source, into, files=()):
    """Copies `files` of the directory `source` into `into`, beside the packages that its package-lock.json names."""
    need_node()
    os.makedirs(into, exist_ok=True)
    lock, installed = os.path.join(source, "package-lock.json"), os.path.join(into, "installed-lock.json")
    for name in (".npmrc", "package.json", "package-lock.json", *files):
        shutil.copy(os.path.join(source, name), into)
    if os.path.exists(installed) and filecmp.cmp(lock, installed, shallow=False):
        return
    done = with_registry(lambda: subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=into, env=ENVIRONMENT,
                                                capture_output=True, text=True, check=False, timeout=DEADLINE_S))
    if done is None:
        skip("the packages are not installed, and npm reaches no registry")
    if done.returncode:
        sys.exit(f"npm ci failed:\n{done.stdout}{done.stderr}")
    shutil.copy(lock, installed)
