"""The root file system that docker/rootfs.sh lays out, and that docker/Dockerfile copies all of it and nothing else."""

import json
import os
import re
import stat
import subprocess
import tempfile
import unittest

import small_image

import proof

ROOTFS = os.path.join(small_image.ROOT, "docker", "rootfs.sh")
RECORDS = "var/lib/dpkg/status.d"


def last_stage():
    """The instructions of the Dockerfile's last stage: (word, rest)."""
    with open(os.path.join(small_image.ROOT, "docker", "Dockerfile"), encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"\\\n\s*", " ", text[text.rindex("\nFROM ") + 1:])
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line and not line.startswith("#")]


class RootFileSystem(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.kept.cleanup)
        # Any program of several libraries; openssl's are among the server's own.
        cls.whole, cls.upon_base = cls.laid_out("whole"), cls.laid_out("upon-base", "--distroless")

    @classmethod
    def path(cls, *names):
        return os.path.join(cls.kept.name, *names)

    @classmethod
    def laid_out(cls, name, *arguments, program="/usr/bin/openssl", environment=None, fails=False):
        done = subprocess.run([ROOTFS, program, cls.path(name), *arguments], capture_output=True, text=True, check=False,
                              timeout=120, env={**os.environ, **(environment or {})})
        if fails:
            assert done.returncode == 1, done
            return done.stderr
        assert done.returncode == 0, done.stderr
        return cls.path(name)

    def files(self, root):
        found = {}
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                found["/" + os.path.relpath(path, root)] = os.lstat(path).st_mode
        return found

    def test_it_holds_what_may_be_run_and_nothing_else_that_can(self):
        executable = {path for path, mode in self.files(self.whole).items() if stat.S_ISREG(mode) and mode & 0o111}
        self.assertEqual(executable, proof.EXECUTABLES)

    def test_the_program_runs_in_it_alone(self):
        if os.geteuid() != 0:
            self.skipTest("changing the root directory needs root")
        done = subprocess.run(["chroot", self.whole, "/usr/bin/cogos", "version"], capture_output=True, text=True,
                              check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("OpenSSL 3.0"), done.stdout)

    def test_each_library_has_its_packages_record_checksum_and_licence(self):
        listed = {}
        for name in os.listdir(os.path.join(self.whole, RECORDS)):
            with open(os.path.join(self.whole, RECORDS, name), encoding="utf-8") as file:
                text = file.read()
            if name.endswith(".md5sums"):
                listed.update({"/" + line.split("  ")[1]: name for line in text.splitlines()})
            else:
                self.assertRegex(text, rf"\APackage: {re.escape(name)}\nStatus: install ok installed\nSource: ")
                self.assertTrue(os.path.exists(f"{self.whole}/usr/share/doc/{name}/copyright.gz"), name)
        for path, mode in self.files(self.whole).items():
            if stat.S_ISREG(mode) and ".so" in path:
                self.assertIn(path, listed)
        self.assertIn("libssl3.md5sums", listed.values())

    def test_the_certificates_are_the_packages_and_not_this_machines(self):
        with open(self.whole + "/etc/ssl/certs/ca-certificates.crt", encoding="utf-8") as file:
            text = file.read()
        folder = "/usr/share/ca-certificates/mozilla"
        self.assertEqual(text.count("-----BEGIN CERTIFICATE-----"), len(os.listdir(folder)))

    def test_upon_the_base_image_it_leaves_the_runtimes_out(self):
        files = self.files(self.upon_base)
        brought = re.compile(r"/(libc|libm|ld-linux.*|libstdc\+\+)\.so|passwd|certs/")
        self.assertFalse([path for path in files if brought.search(path)])
        self.assertTrue([path for path in files if "/libssl.so" in path])
        self.assertFalse(set(files) - set(self.files(self.whole)))

    def test_a_library_that_is_not_as_its_package_brought_it_is_refused(self):
        fake = self.path("fake")
        os.mkdir(fake)
        with open(fake + "/dpkg-query", "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\n/usr/bin/dpkg-query "$@" | '
                       "sed 's,^................................  usr/lib/x86_64-linux-gnu/libssl,"
                       "00000000000000000000000000000000  usr/lib/x86_64-linux-gnu/libssl,'\n")
        os.chmod(fake + "/dpkg-query", 0o755)
        said = self.laid_out("refused", environment={"PATH": fake + ":" + os.environ["PATH"]}, fails=True)
        self.assertIn("libssl.so.3 is not as libssl3 brought it", said)

    def test_wrong_use_is_refused(self):
        self.assertIn("is there already", self.laid_out("whole", fails=True))
        self.assertIn("is not a program", self.laid_out("x", program="/etc/passwd", fails=True))
        self.assertIn("usage:", self.laid_out("x", "--other", fails=True))


class TheDockerfile(unittest.TestCase):
    def test_it_copies_each_directory_of_the_root_file_system_to_its_place(self):
        with tempfile.TemporaryDirectory() as kept:
            root = os.path.join(kept, "root")
            subprocess.run([ROOTFS, "/usr/bin/openssl", root], check=True, timeout=120)
            there = {f"/{name}/" for name in os.listdir(root)}
        copied = {}
        for word, rest in last_stage():
            if word == "COPY":
                *options, source, target = rest.split()
                self.assertIn("--from=build", options)
                self.assertEqual(source, "/root-fs" + target)
                copied[target] = options
        self.assertEqual(set(copied), there)
        self.assertIn(f"--chown={proof.USER}", copied[proof.DATA + "/"])
        self.assertEqual([target for target, options in copied.items() if len(options) > 1], [proof.DATA + "/"])

    def test_it_is_run_as_the_proof_demands(self):
        stage = dict(last_stage())
        self.assertEqual(stage["USER"], proof.USER)
        self.assertEqual(json.loads(stage["ENTRYPOINT"]), proof.ENTRY_POINT)
        self.assertEqual(json.loads(stage["VOLUME"]), [proof.DATA])
        self.assertIn(proof.REVISION + '="${COGOS_REVISION}"', stage["LABEL"])
        self.assertNotIn("RUN", stage)
        # On one line, which scripts/image.sh leaves out, and by the program itself: there is nothing else to ask it with.
        self.assertEqual(json.loads(stage["HEALTHCHECK"].partition(" CMD ")[2])[:3], [*proof.ENTRY_POINT, "probe", "--self"])

    def test_it_builds_what_the_script_builds(self):
        """The same build type of the same tree without tests, laid out by the same script."""
        with open(os.path.join(small_image.ROOT, "docker", "Dockerfile"), encoding="utf-8") as file:
            docker = file.read()
        with open(os.path.join(small_image.ROOT, "scripts", "image.sh"), encoding="utf-8") as file:
            script = file.read()
        for said in ("-G Ninja -DCMAKE_BUILD_TYPE=Release -DCOGOS_TESTS=OFF", "--target cogos", "docker/rootfs.sh"):
            self.assertIn(said, docker)
            self.assertIn(said, script)


if __name__ == "__main__":
    unittest.main()
