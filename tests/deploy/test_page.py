"""docs/deployment.md: its commands as printed, on stand-ins; and with an image that is not signed, which must start
nothing."""

import json
import os
import re
import subprocess
import unittest

import yaml

import stand
from stand import Stand

WORDS = {"GROUP": "rg", "ENVIRONMENT": "environment", "ACCOUNT": "account", "HOST": "api.example.com"}


class Page(Stand):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("docker", "kubectl", "chown"):
            os.symlink(os.path.join(stand.HERE, "recorder.py"), cls.path("bin", name))
        for name in ("docker", "scripts"):
            os.symlink(os.path.join(stand.ROOT, name), cls.path(name))
        with open(os.path.join(stand.ROOT, "docs", "deployment.md"), encoding="utf-8") as file:
            cls.text = file.read()

    def setUp(self):
        self.record = self.path("record")
        if os.path.exists(self.record):
            os.unlink(self.record)
        self.cloud(app={"exists": False, "revisions": {}, "traffic": [], "holder": None})
        for name in ("probe-key", "secrets"):
            os.makedirs(self.path(name), exist_ok=True)
        with open(self.key, encoding="utf-8") as file:
            self.write("secrets/cosign.pub", file.read())

    def blocks(self, heading):
        [section] = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", self.text, re.S | re.M)
        return re.findall(r"^```sh\n(.*?)^```$", section, re.S | re.M)

    def run_block(self, block, image=None):
        digest = (image or self.image).partition("@sha256:")[2]
        block = block.replace("REGISTRY/cosign@sha256:COSIGN_DIGEST", stand.COSIGN_IMAGE)
        # What the manifests have in these places stays: it is what the command puts its own words in the place of.
        block = re.sub(r"(repository=|deploy\.sh |REPOSITORY=)REGISTRY/cogos", rf"\1{stand.REPOSITORY}", block)
        block = re.sub(r"(digest=|_DIGEST=|cogos@)sha256:DIGEST", rf"\1sha256:{digest}", block)
        block = re.sub(r"host=HOST", "host=" + WORDS["HOST"], block)
        block = re.sub(r"\b(GROUP|ENVIRONMENT|ACCOUNT)\b", lambda match: WORDS[match[1]], block)
        return subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=self.directory, capture_output=True, text=True,
                              env=self.environment(RECORD=self.record), check=False, timeout=stand.DEADLINE_S)

    def calls(self):
        if not os.path.exists(self.record):
            return []
        with open(self.record, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def good(self, block):
        done = self.run_block(block)
        self.assertEqual(done.returncode, 0, block + done.stdout + done.stderr)

    def refused_unsigned(self, block):
        """Of the calls that start something none is made."""
        before = len(self.calls())
        self.assertNotEqual(self.run_block(block, self.unsigned).returncode, 0)
        return self.calls()[before:]

    def test_secrets(self):
        [block] = self.blocks("The secrets")
        subprocess.run(["rm", "-r", self.path("secrets")], check=True)
        self.good(block)
        for name in ("admin-key", "dek"):
            path = self.path("secrets", name)
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
            with open(path, encoding="utf-8") as file:
                self.assertRegex(file.read(), r"^[0-9a-f]{64}\n$")

    def test_compose(self):
        [block] = self.blocks("Docker Compose")
        self.good(block)
        owner, up = self.calls()
        self.assertEqual(owner["call"][0], "chown")
        self.assertEqual(" ".join(up["call"]), "docker compose --file docker/compose/compose.yaml up --detach --wait")
        repository, digest = self.image.split("@")
        self.assertEqual(up["environment"], {"COGOS_REPOSITORY": repository, "COGOS_IMAGE_DIGEST": digest,
                                             "COGOS_SECRETS": self.path("secrets")})
        with open(os.path.join(stand.ROOT, "docker", "compose", "compose.yaml"), encoding="utf-8") as file:
            asked = set(re.findall(r"\$\{(COGOS_\w+)", file.read()))
        self.assertEqual(asked, set(up["environment"]))
        self.assertEqual([each["call"][0] for each in self.refused_unsigned(block)], ["chown"])

    def test_kubernetes(self):
        kyverno, controller, secrets, server = self.blocks("Kubernetes")
        for block in (kyverno, controller, secrets, server):
            self.good(block)
        calls = self.calls()
        for each in calls:
            if "--filename" in each["call"] and each["call"][-1] != "-":
                self.assertTrue(os.path.exists(os.path.join(stand.ROOT, each["call"][-1])), each["call"])
        applied = [one for one in yaml.safe_load_all(calls[-1]["input"]) if one]
        [container] = next(one for one in applied if one["kind"] == "StatefulSet")["spec"]["template"]["spec"]["containers"]
        self.assertEqual(container["image"], self.image)
        self.assertIn({"name": "COGOS_IMAGE_DIGEST", "value": self.image.partition("@")[2]}, container["env"])
        self.assertNotIn("DIGEST\"", calls[-1]["input"].replace("COGOS_IMAGE_DIGEST", ""))
        settings = applied[0]["data"]["cogos.toml"]
        self.assertIn('origin = "https://api.example.com"', settings)
        self.assertRegex(settings, r'security_expires = "20\d\d-\d\d-\d\dT[0-9:]{8}Z"')
        self.assertFalse(re.search(r"\b(HOST|EXPIRES|REGISTRY|DIGEST)\b", re.sub("#.*", "", calls[-1]["input"])))
        # Each secret that a manifest names is made, with what is to be in it.
        made = {each["call"][each["call"].index("create") + 3] for each in calls if "create" in each["call"]}
        self.assertEqual(made, {"cogos-keys", "cogos-tls", "cogos-cosign-pub"})
        self.assertEqual(self.refused_unsigned(server), [])

    def test_container_apps(self):
        storage, first, onward, back = self.blocks("Azure Container Apps")
        self.good(storage)
        self.good(first)
        self.assertEqual(self.app["holder"], "cogos--one")
        self.good(onward)
        self.assertEqual(self.app["holder"], "cogos--two")
        self.good(back)
        self.assertEqual(self.app["holder"], "cogos--one")
        [name] = re.findall(r"--storage-name (\S+)", storage)
        self.assertIn("storageName: " + name, stand.app_file_text())
        for block in (onward, first):
            before = self.app
            self.assertEqual(self.run_block(block, self.unsigned).returncode, 1)
            self.assertEqual(self.app, before)

    def test_scheduled_probes(self):
        cron, job = self.blocks("Scheduled probes")
        self.good(cron)
        applied = yaml.safe_load(self.calls()[-1]["input"])
        [container] = applied["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        self.assertEqual(container["image"], self.image)
        self.assertIn("https://api.example.com", container["args"])
        self.assertEqual(self.refused_unsigned(cron), [])
        self.good(job)

    def test_every_block_is_run(self):
        headings = ("The secrets", "Docker Compose", "Kubernetes", "Azure Container Apps", "Scheduled probes")
        self.assertEqual(sum(len(self.blocks(heading)) for heading in headings), self.text.count("```sh\n"))

    def test_what_it_names_is_there(self):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", self.text):
            self.assertTrue(os.path.exists(os.path.join(stand.ROOT, "docs", target)), target)


if __name__ == "__main__":
    unittest.main()
