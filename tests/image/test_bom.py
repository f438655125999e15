"""The bill of materials of a small image: what is in it, that it is the same each time, and that CycloneDX's own schema
takes it, where there is Node."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest

import small_image
import validate_bom
from small_image import good_members, member

BOM = os.path.join(small_image.ROOT, "scripts", "supply", "bom.py")
INPUTS = ("headers\tliby-dev\t1:2.0~rc1+b2\tamd64\ty\t1:2.0~rc1\n"
          "tools\tg++-12\t12.2.0-14\tamd64\tgcc-12\t12.2.0-14\n")
LICENCE = (b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: BSD-2-clause\n"
           b" text\n\nLicense: MIT\n text\n")


class BillOfMaterials(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.directory = kept.name
        self.digest = small_image.write(self.directory, [
            [*good_members(), member("/usr/share/doc/libx1/copyright.gz", gzip.compress(LICENCE))]])
        self.put(INPUTS)

    def put(self, inputs):
        with open(os.path.join(self.directory, "build-inputs"), "w", encoding="utf-8") as file:
            file.write(inputs)

    def run_bom(self):
        return subprocess.run([sys.executable, "-B", BOM, self.directory, os.path.join(self.directory, "build-inputs")],
                              capture_output=True, text=True, check=False, timeout=60)

    def bill(self):
        done = self.run_bom()
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def component(self, name):
        return next(each for each in self.bill()["components"] if each["name"] == name)

    def test_it_names_the_image_by_its_digest(self):
        component = self.bill()["metadata"]["component"]
        self.assertEqual(component["hashes"][0]["content"], self.digest.removeprefix("sha256:"))
        self.assertEqual(component["version"], "0123456789" * 4)

    def test_a_package_in_the_image_has_its_version_source_licences_and_the_digests_of_its_files(self):
        found = self.component("libx1")
        self.assertEqual(found["purl"], "pkg:deb/debian/libx1@1.2-3%2Bb1?arch=amd64&distro=debian-12")
        self.assertEqual(found["scope"], "required")
        self.assertIn({"name": "cogos:debian-source", "value": "x 1.2-3"}, found["properties"])
        self.assertEqual([each["license"]["name"] for each in found["licenses"]], ["BSD-2-clause", "MIT"])
        path = "/usr/lib/x86_64-linux-gnu/libx.so.1.2"
        digests = {each["name"]: each["hashes"][0]["content"] for each in found["components"]}
        self.assertEqual(digests[path], small_image.digest_of(small_image.elf(interpreter=False)).removeprefix("sha256:"))

    def test_what_the_program_was_made_from_is_told_from_what_made_it(self):
        self.assertEqual(self.component("liby-dev")["scope"], "required")
        self.assertEqual(self.component("liby-dev")["purl"],
                         "pkg:deb/debian/liby-dev@1%3A2.0~rc1%2Bb2?arch=amd64&distro=debian-12")
        self.assertEqual(self.component("g++-12")["scope"], "excluded")
        depends = {each["ref"]: each["dependsOn"] for each in self.bill()["dependencies"]}
        self.assertEqual(depends["cogos"], [self.component("liby-dev")["bom-ref"]])
        self.assertIn(self.component("libx1")["bom-ref"], depends["image"])

    def test_a_package_that_is_input_in_two_ways_stands_there_once(self):
        self.put(INPUTS + INPUTS.replace("headers", "tools").splitlines()[0] + "\n")
        names = [each["name"] for each in self.bill()["components"]]
        self.assertEqual(names.count("liby-dev"), 1)
        self.assertEqual(self.component("liby-dev")["scope"], "required")

    def test_the_same_image_gives_the_same_bytes(self):
        self.assertEqual(self.run_bom().stdout, self.run_bom().stdout)

    def test_inputs_that_are_none_are_refused(self):
        for inputs in ("sources\ta\tb\tc\td\te\n", "headers\tonly-a-name\n"):
            self.put(inputs)
            done = self.run_bom()
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("not as scripts/image.sh makes them", done.stderr)

    def test_the_schema_takes_it_and_refuses_it_spoiled(self):
        directory = os.environ.get("COGOS_IMAGE_TOOLS_DIR") or os.path.join(self.directory, "tools")
        bills = {"good": lambda copy: None, "no-bill": lambda copy: copy.update({"bomFormat": "Other"}),
                 "more": lambda copy: copy.update({"more": 1}),
                 "type": lambda copy: copy["components"][0].update({"type": "thing"}),
                 "hash": lambda copy: copy["components"][0]["hashes"][0].update({"content": "short"})}
        paths = []
        for name, spoil in bills.items():
            copy = self.bill()
            spoil(copy)
            paths.append(os.path.join(self.directory, name + ".json"))
            with open(paths[-1], "w", encoding="utf-8") as file:
                json.dump(copy, file)
        try:
            done = validate_bom.validate(directory, *paths)
        except SystemExit as ended:
            self.assertEqual(ended.code, 77, ended)
            self.skipTest("there is no Node, or no registry to have the validator from")
        self.assertEqual(done.returncode, 1, done.stderr)
        valid = [line for line in done.stdout.splitlines() if line.endswith(": valid")]
        self.assertEqual(valid, [paths[0] + ": valid"], done.stdout)
        self.assertEqual(len(done.stdout.splitlines()), len(bills), done.stdout)


if __name__ == "__main__":
    unittest.main()
