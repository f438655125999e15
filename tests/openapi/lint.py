"""Lints the API's description with Redocly's linter, pinned in package-lock.json, and shows that a description with a
mistake does not pass. Skipped, in words, where there is no Node that the linter runs on, or no registry to fetch it from."""

import filecmp
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DESCRIPTION = os.path.join(HERE, "..", "..", "src", "api", "openapi.json")
FILES = ("package.json", "package-lock.json", ".npmrc", "redocly.yaml")
SKIPPED = 77
NO_NETWORK = re.compile("EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED")
DEADLINE_S = 240
# The linter asks nobody and tells nobody anything.
ENVIRONMENT = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true"}


def skip(why):
    print("skipped: " + why)
    sys.exit(SKIPPED)


def node_fits():
    """As package-lock.json says of the linter: Node 20.19, or 22.12 and later; npm 10 and later."""
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    major, minor = (int(part) for part in version.strip().lstrip("v").split(".")[:2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def install(into):
    """The linter in a directory of the build's: the checkout may be read-only."""
    os.makedirs(into, exist_ok=True)
    lock = os.path.join(into, "package-lock.json")
    linter = os.path.join(into, "node_modules", ".bin", "redocly")
    fresh = os.path.exists(linter) and os.path.exists(lock) and filecmp.cmp(
        lock, os.path.join(HERE, "package-lock.json"), shallow=False)
    for name in FILES:
        shutil.copy(os.path.join(HERE, name), into)
    if not fresh:
        done = subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=into, env=ENVIRONMENT, capture_output=True,
                              text=True, check=False, timeout=DEADLINE_S)
        if done.returncode != 0 and NO_NETWORK.search(done.stderr):
            skip("the linter is not installed, and npm reaches no registry")
        if done.returncode != 0:
            sys.exit(f"npm ci failed:\n{done.stdout}{done.stderr}")
    return linter


def lint(linter, directory, path):
    return subprocess.run([linter, "lint", "--config", "redocly.yaml", path], cwd=directory, env=ENVIRONMENT,
                          capture_output=True, text=True, check=False, timeout=DEADLINE_S)


def broken(document):
    """Copies of the description, each with one mistake."""
    for name, spoil in (
            ("a reference to nothing",
             lambda copy: copy["paths"]["/v1/me"]["get"]["responses"].update({"200": {"$ref": "#/components/x"}})),
            ("an operation without answers", lambda copy: copy["paths"]["/v1/me"]["get"].pop("responses")),
            ("two operations of one name",
             lambda copy: copy["paths"]["/v1/me"]["get"].update({"operationId": "listModels"})),
            ("an example that its schema does not allow",
             lambda copy: copy["paths"]["/v1/search"]["post"]["requestBody"]["content"]["application/json"]
             .update({"example": {"query": 5}})),
            ("a schema that nothing uses", lambda copy: copy["components"]["schemas"].update({"Idle": {"type": "null"}}))):
        copy = json.loads(json.dumps(document))
        spoil(copy)
        yield name, copy


def main():
    directory = os.path.abspath(sys.argv[1])
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            skip(f"there is no {program} here")
    if not node_fits():
        skip("the linter needs Node 20.19, or 22.12 or later")
    linter = install(directory)
    done = lint(linter, directory, os.path.realpath(DESCRIPTION))
    print(done.stdout + done.stderr)
    if done.returncode != 0:
        sys.exit("the description does not pass")
    with open(DESCRIPTION, encoding="utf-8") as file:
        document = json.load(file)
    for name, copy in broken(document):
        path = os.path.join(directory, "broken.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(copy, file)
        if lint(linter, directory, path).returncode == 0:
            sys.exit("the linter lets pass: " + name)


if __name__ == "__main__":
    main()
