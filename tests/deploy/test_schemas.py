"""The manifests against what others publish of theirs, where there is Node: Kubernetes' schemas of its objects, and the
types of Azure's own client library. Of what is no such thing each must find something."""

import json
import os
import re
import subprocess
import sys
import unittest

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

import npm  # noqa: E402  its place is found above

PACKAGES = os.environ["COGOS_DEPLOY_TOOLS_DIR"]
COMPILER = ["node", "node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext",
            "--moduleResolution", "nodenext", "--target", "es2022"]
# Of the app file and the job's what Azure's library has a type for.
AZURE = (("app.yaml", "template", "Template"), ("app.yaml", "configuration", "Configuration"),
         ("probe-job.yaml", "template", "JobTemplate"), ("probe-job.yaml", "configuration", "JobConfiguration"))


def text_of(*names):
    with open(os.path.join(ROOT, "docker", *names), encoding="utf-8") as file:
        return file.read()


def run(command, name, text):
    """The finished check of a file with that text."""
    with open(os.path.join(PACKAGES, name), "w", encoding="utf-8") as file:
        file.write(text)
    return subprocess.run([*command, name], cwd=PACKAGES, env=npm.ENVIRONMENT, capture_output=True, text=True, check=False,
                          timeout=npm.DEADLINE_S)


class Kubernetes(unittest.TestCase):
    def validated(self, change=lambda text: text):
        objects = [each for name in ("namespace.yaml", "server.yaml", "probe.yaml")
                   for each in yaml.safe_load_all(change(text_of("kubernetes", name))) if each]
        return run(["node", "validate.mjs"], "objects.json", json.dumps(objects))

    def test_its_objects_are_as_its_schemas_demand(self):
        done = self.validated()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_is_no_such_object_is_found(self):
        for old, new in (("replicas: 1", "replicas: one"), ("accessModes: [ReadWriteOncePod]", "accessModes: 7"),
                         ("concurrencyPolicy: Forbid", "concurrencyPolicy: [Forbid]"),
                         ("targetPort: https", "targetPort: {}")):
            done = self.validated(lambda text, old=old, new=new: text.replace(old, new))
            self.assertEqual(done.returncode, 1, old + done.stderr)
            self.assertNotEqual(done.stdout, "")


class Azure(unittest.TestCase):
    def compiled(self, change=lambda text: text):
        lines = [f'import type {{ {", ".join(kind for _, _, kind in AZURE)} }} from "@azure/arm-appcontainers";']
        for number, (file, part, kind) in enumerate(AZURE):
            value = yaml.safe_load(change(text_of("azure", file)))["properties"][part]
            lines.append(f"export const part{number}: {kind} = {json.dumps(value)};")
        return run(COMPILER, "manifests.ts", "\n".join(lines) + "\n")

    def test_the_app_and_the_job_are_of_the_types_of_azures_library(self):
        done = self.compiled()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_azure_does_not_know_is_found(self):
        for old, new in (("terminationGracePeriodSeconds", "terminationGraceSeconds"),
                         ("{volumeName: store,", "{name: store,"),
                         ("replicaRetryLimit: 0", "replicaRetryLimit: no"), ("path: /ready", "path: 7")):
            done = self.compiled(lambda text, old=old, new=new: text.replace(old, new))
            self.assertNotEqual(done.returncode, 0, old)
            self.assertRegex(done.stdout, re.compile(r"^manifests\.ts.*error TS2", re.M))


if __name__ == "__main__":
    npm.install(os.path.dirname(os.path.abspath(__file__)), PACKAGES, ["validate.mjs"])
    unittest.main()
