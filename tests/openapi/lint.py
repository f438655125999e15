"""Lints the API's description with Redocly's linter, pinned in package-lock.json, and shows that a description with a
mistake does not pass. Skipped, in words, where there is no Node that the linter runs on, or no registry to fetch it from."""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

import npm  # noqa: E402

DESCRIPTION = os.path.join(HERE, "..", "..", "src", "api", "openapi.json")


def lint(linter, directory, path):
    return subprocess.run([linter, "lint", "--config", "redocly.yaml", path], cwd=directory, env=npm.ENVIRONMENT,
                          capture_output=True, text=True, check=False, timeout=npm.DEADLINE_S)


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
    npm.install(HERE, directory, ["redocly.yaml"])
    linter = os.path.join(directory, "node_modules", ".bin", "redocly")
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
