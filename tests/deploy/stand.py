"""A Container App that is none, an image that is signed, and the scripts run on them; what holds of each run is checked
here, from the stand-ins' record."""

import base64
import copy
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.join(ROOT, "tests", "deploy")
for folder in ("deploy", "supply"):
    sys.path.insert(0, os.path.join(ROOT, "scripts", folder))

import signing  # noqa: E402  its place is found above

REPOSITORY = "registry.example.com/team/cogos"
COSIGN_IMAGE = "registry.example.com/cosign@sha256:" + "c" * 64
OLD, NEW = "cogos--old1", "cogos--new1"
TRIAL = NEW + "-try"
DEADLINE_S = 120


def host(revision):
    return f"{revision}.test.example"


PUBLIC = host("cogos")


def app_file_text():
    """docker/azure/app.yaml, filled in."""
    with open(os.path.join(ROOT, "docker", "azure", "app.yaml"), encoding="utf-8") as file:
        text = file.read()
    for word, value in (("LOCATION", "northeurope"), ("ENVIRONMENT", "/subscriptions/s/environments/e"),
                        ("IDENTITY", "/subscriptions/s/i"), ("REGISTRY", "registry.example.com"),
                        ("VAULT", "vault.example.com")):
        text = re.sub(rf"\b{word}\b", value, text)
    return text


class Stand(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kept = tempfile.TemporaryDirectory()
        cls.addClassCleanup(kept.cleanup)
        cls.directory = kept.name
        os.mkdir(cls.path("bin"))
        for name, program in (("az", "az.py"), ("skopeo", "skopeo.py"), ("cogos", "prober.py")):
            os.symlink(os.path.join(HERE, program), cls.path("bin", name))
        # Where the real one is at hand it is asked, too; of this registry it could not say anything.
        with open(cls.path("bin", "cosign"), "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexit 0\n")
        os.chmod(cls.path("bin", "cosign"), 0o755)
        cls.key, cls.other_key = cls.pair("ours"), cls.pair("theirs")
        os.mkdir(cls.path("registry"))
        cls.image, cls.unsigned = cls.push("one", signed=True), cls.push("two", signed=False)
        cls.app_file = cls.write("app.yaml", app_file_text())

    @classmethod
    def path(cls, *names):
        return os.path.join(cls.directory, *names)

    @classmethod
    def write(cls, name, text):
        with open(cls.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return cls.path(name)

    @classmethod
    def pair(cls, name):
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
                        cls.path(name + ".pem")], check=True, capture_output=True, timeout=60)
        subprocess.run(["openssl", "pkey", "-in", cls.path(name + ".pem"), "-pubout", "-out", cls.path(name + ".pub")],
                       check=True, timeout=60)
        return cls.path(name + ".pub")

    @classmethod
    def push(cls, what, signed):
        """A manifest, and beside it a signature as scripts/sign.sh lays it there."""
        manifest = json.dumps({"schemaVersion": 2, "annotations": {"what": what}}).encode()
        digest = "sha256:" + hashlib.sha256(manifest).hexdigest()
        with open(cls.path("registry", digest), "wb") as file:
            file.write(manifest)
        if signed:
            beside = cls.path("registry", digest.replace(":", "-") + ".sig")
            os.mkdir(beside)
            payload = signing.payload(REPOSITORY, digest)
            named = hashlib.sha256(payload).hexdigest()
            with open(os.path.join(beside, named), "wb") as file:
                file.write(payload)
            signature = base64.b64encode(signing.sign(payload, cls.path("ours.pem"))).decode()
            layer = {"mediaType": signing.SIGNATURE_LAYER, "digest": "sha256:" + named, "size": len(payload),
                     "annotations": {signing.SIGNATURE: signature}}
            with open(os.path.join(beside, "manifest.json"), "w", encoding="utf-8") as file:
                json.dump({"layers": [layer]}, file)
        return f"{REPOSITORY}@{digest}"

    # The app

    def revision(self, image=None, active=True, store="NfsAzureFile"):
        return {"active": active, "template": {
            "containers": [{"name": "cogos", "image": image or self.image, "volumeMounts": [
                {"volumeName": "store", "mountPath": "/data"}]}],
            "volumes": [{"name": "store", "storageType": store}]}}

    def cloud(self, app=None, **changes):
        """A fresh app, whose traffic goes to OLD."""
        state = {"group": "rg", "public": PUBLIC, "fqdn": host("REVISION"), "calls": [], "faults": {}, "dead_from": 1000,
                 "ill": [], "images": {}, "signals": {}, "probes": {}, "slow": {},
                 "app": {"exists": True, "name": "cogos", "mode": "Multiple", "holder": OLD,
                         "traffic": [{"revisionName": OLD, "weight": 100}], "revisions": {OLD: self.revision()}}}
        state["app"].update(app or {})
        state.update(changes)
        self.state_file = self.write("state.json", json.dumps(state))
        self.before = copy.deepcopy(state["app"])

    @property
    def state(self):
        with open(self.state_file, encoding="utf-8") as file:
            return json.load(file)

    @property
    def app(self):
        return self.state["app"]

    def environment(self, **changes):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COGOS_")}
        return {**kept, "PATH": self.path("bin") + os.pathsep + os.environ["PATH"], "AZ_STATE": self.state_file,
                "FAKE_REGISTRY": self.path("registry"), **changes}

    def script(self, name, *arguments, environment=None):
        done = subprocess.run([os.path.join(ROOT, "scripts", name), *arguments], capture_output=True, text=True, check=False,
                              env=self.environment(**(environment or {})), timeout=DEADLINE_S, cwd=self.directory)
        self.assertNotIn("Traceback", done.stderr)
        self.check_record()
        return done

    def deploy(self, *more, image=None, key=None, origin=("--from", OLD), environment=None):
        return self.script("deploy.sh", image or self.image, "--key", key or self.key, "--app-file", self.app_file,
                           "--cosign-image", COSIGN_IMAGE, "--resource-group", "rg", "--app", "cogos", *origin,
                           "--suffix", "new1", "--attempts", "3", "--every", "0", "--work", self.path("work"), *more,
                           environment=environment)

    def rollback(self, *more, to=OLD, bad=NEW, key=None):
        return self.script("rollback.sh", "--to", to, "--bad", bad, "--key", key or self.key, "--resource-group", "rg",
                           "--app", "cogos", "--attempts", "3", "--every", "0", *more)

    # What holds

    def calls(self, *start):
        return [each for each in self.state["calls"] if each[:len(start)] == list(start)]

    def check_record(self):
        """No run of any script does one of these, whatever happens."""
        record = self.state["calls"]
        for each in record:
            self.assertNotIn("restart", each)
            self.assertNotIn("delete", each)
            self.assertFalse([word for word in each if word in ("--force", "--image", "--no-wait", "--yes")], each)
        # To a new revision traffic goes only after that very revision passed a probe.
        for place, each in enumerate(record):
            if "--revision-weight" in each and NEW + "=100" in each:
                probed = [one for one in record[:place] if one[0] == "cogos" and f"https://{self.host_of(NEW)}" in one]
                self.assertTrue(probed, "traffic moved to what was not probed")
                self.assertEqual(self.state["probes"].get(self.host_of(NEW), 0), 0, "traffic moved to what failed its probe")
                self.assertNotIn(NEW, self.state["ill"])

    def host_of(self, revision):
        return self.state["fqdn"].replace("REVISION", revision)

    def bearing(self):
        """The entries of the app's traffic that have any."""
        return [each for each in self.app["traffic"] if each["weight"]]

    def assert_as_before(self, words=""):
        app = self.app
        self.assertEqual(self.bearing(), self.before["traffic"], words)
        self.assertEqual(app["holder"], self.before["holder"], words)
        self.assertEqual({name for name, one in app["revisions"].items() if one["active"]},
                         {name for name, one in self.before["revisions"].items() if one["active"]}, words)

    def assert_untouched(self, done, code, words):
        """Refused before anything was changed."""
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(self.app, self.before)
        for each in self.state["calls"]:
            self.assertIn(tuple(each[2:4])[0], ("show", "list", "revision"), each)
            self.assertFalse({"activate", "deactivate", "update", "create", "set"} & set(each), each)


def printed(text):
    """The calls of az among what a script printed."""
    return [shlex.split(line) for line in text.splitlines() if line.startswith("az ")]


def once(calls):
    """Looking again is no other call."""
    return [each for place, each in enumerate(calls) if place == 0 or each != calls[place - 1]]

