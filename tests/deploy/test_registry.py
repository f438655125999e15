"""scripts/deploy.sh with a real registry on loopback, and signatures that scripts/sign.sh laid there."""

import os
import re
import shutil
import subprocess
import sys
import time
import unittest

import stand
from stand import NEW, OLD, Stand

sys.path.insert(0, os.path.join(stand.ROOT, "tests", "image"))

import small_image  # noqa: E402  its place is found above

PROGRAMS = ("docker-registry", "skopeo")


class ARealRegistry(Stand):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("skopeo", "cosign"):
            os.unlink(cls.path("bin", name))
        cls.log = cls.write("registry.log", "")
        settings = cls.write("registry.yml", "version: 0.1\nlog: {level: info}\nhttp: {addr: \"127.0.0.1:0\"}\n"
                             f"storage: {{filesystem: {{rootdirectory: {cls.path('stored')}}}}}\n")
        with open(cls.log, "wb") as log:
            cls.registry = subprocess.Popen(["docker-registry", "serve", settings], stdout=log, stderr=log)
        cls.addClassCleanup(cls.stop)
        end = time.monotonic() + stand.DEADLINE_S
        while not (found := cls.listening()):
            assert cls.registry.poll() is None and time.monotonic() < end, "the registry did not start"
            time.sleep(0.05)
        cls.repository = found[1] + "/cogos"
        cls.signed, cls.other = cls.pushed("signed", "0" * 40), cls.pushed("other", "1" * 40)
        cls.run_script("sign.sh", cls.signed, "--key", cls.path("ours.pem"))

    @classmethod
    def listening(cls):
        with open(cls.log, encoding="utf-8", errors="replace") as file:
            return re.search(r"listening on (127\.0\.0\.1:\d+)", file.read())

    @classmethod
    def stop(cls):
        cls.registry.terminate()
        cls.registry.wait(stand.DEADLINE_S)

    @classmethod
    def run_script(cls, name, *arguments):
        return subprocess.run([os.path.join(stand.ROOT, "scripts", name), *arguments], capture_output=True, text=True,
                              check=True, timeout=stand.DEADLINE_S).stdout.strip()

    @classmethod
    def pushed(cls, name, revision):
        directory = cls.path("layout-" + name)
        config = {**small_image.good_config(), "Labels": {small_image.REVISION: revision}}
        small_image.write(directory, config=config)
        return subprocess.run(["/usr/bin/python3", "-B", os.path.join(stand.ROOT, "scripts", "supply", "push.py"), directory,
                               cls.repository, name], capture_output=True, text=True, check=True,
                              timeout=stand.DEADLINE_S).stdout.strip()

    def refuse(self, words, **arguments):
        self.cloud()
        done = self.deploy(**arguments)
        self.assert_untouched(done, 1, words)
        self.assertEqual(self.state["calls"], [])

    def test_what_the_key_signed_is_deployed_and_nothing_else(self):
        self.cloud()
        done = self.deploy(image=self.signed)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.app["revisions"][NEW]["template"]["containers"][0]["image"], self.signed)
        self.refuse("manifest unknown", image=self.other)
        self.refuse("the signature is not this key's", image=self.signed, key=self.other_key)
        beside = [self.repository + ":" + image.partition("@")[2].replace(":", "-") + ".sig"
                  for image in (self.signed, self.other)]
        subprocess.run(["skopeo", "--insecure-policy", "copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false",
                        *("docker://" + place for place in beside)], check=True, timeout=stand.DEADLINE_S)
        self.refuse("the signature is of another image", image=self.other)
        self.refuse("does not have it", image=f"{self.repository}@sha256:{'0' * 64}")
        # Back to it the same way.
        revisions = {OLD: self.revision(self.signed, active=False), NEW: self.revision(self.other)}
        self.cloud(app={"holder": NEW, "revisions": revisions, "traffic": [{"revisionName": NEW, "weight": 100}]})
        self.assertEqual(self.rollback().returncode, 0)
        self.stop()
        self.refuse("the registry did not do as asked", image=self.signed)


if __name__ == "__main__":
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        print(f"skipped: there is no {' and no '.join(missing)} here; scripts/setup.sh --image installs them")
        sys.exit(77)
    unittest.main()
