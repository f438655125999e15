"""What scripts/prove-image.sh says of an image's blobs: nothing of a good one, and of each bad one what is bad in it."""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import unittest

import small_image
from small_image import elf, good_config, good_members, member

import layout
import proof

PROOF = os.path.join(small_image.ROOT, "scripts", "supply", "proof.py")


class ImageTest(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.directory = kept.name

    def faults(self, *more, layers=None, **config):
        """Faults of the good image with more members or another configuration."""
        small_image.write(self.directory, layers or [[*good_members(), *more]], {**good_config(), **config})
        return proof.faults(layout.read(self.directory))

    def assert_fault(self, words, *more, **config):
        found = self.faults(*more, **config)
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])


class WhatIsInIt(ImageTest):
    def test_a_good_image_has_no_fault(self):
        self.assertEqual(self.faults(), [])

    def test_a_shell_is_found_by_its_name(self):
        for name in ("sh", "bash", "dash", "busybox", "python3", "python3.11", "perl", "awk"):
            self.assert_fault("is a shell", member("/usr/local/" + name, b"x"))

    def test_a_link_to_a_shell_is_one(self):
        self.assert_fault("is a shell", member("/bin/run", b"", type=tarfile.SYMTYPE, linkname="../usr/bin/busybox"))

    def test_a_script_is_found_by_its_first_bytes(self):
        found = self.faults(member("/usr/share/start", b"#!/usr/bin/cogos\n"))
        self.assertTrue(any("is a script" in fault for fault in found), found)

    def test_a_package_manager_is_found(self):
        for name in ("apt-get", "dpkg", "dpkg-deb", "apk", "rpm", "pip3", "npm", "libapt-pkg.so.6.0"):
            found = self.faults(member("/opt/" + name, b"x"))
            self.assertTrue(any("package manager" in fault for fault in found), (name, found))

    def test_the_records_of_a_package_manager_are_none(self):
        self.assertEqual(self.faults(member("/usr/share/doc/dpkg"), member("/usr/share/doc/dpkg/copyright", b"x")), [])

    def test_an_executable_that_is_not_on_the_list_is_found(self):
        for mode in (0o755, 0o744, 0o654, 0o645):
            self.assert_fault("not on the list", member("/usr/bin/helper", b"x", mode))

    def test_a_program_is_found_without_its_execute_bit(self):
        self.assert_fault("is a program", member("/usr/share/helper", elf()))
        self.assert_fault("is a program", member("/usr/share/helper", elf(kind=2, interpreter=False)))

    def test_a_program_that_is_missing_is_found(self):
        layers = [[entry for entry in good_members() if entry[0].name != "usr/bin/cogos"]]
        self.assert_fault("/usr/bin/cogos is missing", layers=layers)

    def test_set_id_bits_are_found_on_files_and_directories(self):
        for mode in (0o4644, 0o2644):
            self.assert_fault("set-uid or set-gid", member("/usr/share/x", b"x", mode))
        self.assert_fault("set-uid or set-gid", member("/usr/share/x", mode=0o2755))

    def test_file_capabilities_are_found(self):
        self.assert_fault("file capabilities", member(
            "/usr/share/x", b"x", pax_headers={"SCHILY.xattr.security.capability": "\x01"}))

    def test_what_everybody_can_write_is_found_sticky_or_not(self):
        self.assert_fault("/tmp is world-writable", member("/tmp", mode=0o1777))
        self.assert_fault("/etc/x is world-writable", member("/etc/x", b"x", 0o646))

    def test_the_user_owns_nothing_but_its_data(self):
        self.assert_fault("not to root", member("/etc/x", b"x", owner=65532))
        self.assertEqual(self.faults(member("/data/x", b"x", owner=65532)), [])

    def test_data_that_others_can_write_or_own_is_found(self):
        rest = good_members()[1:]
        for data in (member("/data"), member("/data", mode=0o775, owner=65532), member("/data", b"", owner=65532)):
            self.assert_fault("/data is not a directory", layers=[[data, *rest]])
        self.assert_fault("/data is not a directory", layers=[rest])

    def test_devices_are_found(self):
        self.assert_fault("is a device", member("/dev/null", b"", type=tarfile.CHRTYPE))

    def test_a_library_of_no_package_is_found(self):
        self.assert_fault("no package on record", member("/usr/lib/libevil.so.1", elf(interpreter=False)))

    def test_an_image_that_is_too_large_is_found(self):
        self.assert_fault("bytes unpacked", member("/usr/share/x", bytes(proof.MOST_UNPACKED)))


class HowItIsRun(ImageTest):
    def test_another_user_is_found(self):
        for user in ("", "0", "root", "65532", "nonroot:nonroot", "0:65532", None):
            self.assert_fault("the user is", User=user)

    def test_a_shell_in_front_of_the_program_is_found(self):
        for entry in (["/bin/sh", "-c", "/usr/bin/cogos"], None, ["cogos"]):
            self.assert_fault("the entry point is", Entrypoint=entry)

    def test_other_volumes_are_found(self):
        for volumes in ({}, None, {"/data": {}, "/etc": {}}):
            self.assert_fault("the volumes are", Volumes=volumes)

    def test_a_secret_in_the_environment_is_found_and_not_printed(self):
        for name in ("COGOS_ADMIN_KEY", "COGOS_DEK_HEX", "DB_PASSWORD", "ACCESS_TOKEN"):
            self.assert_fault(name, Env=[name + "=hunter2"])
            self.assertNotIn("hunter2", str(self.faults(Env=[name + "=hunter2"])))

    def test_an_image_of_no_revision_is_found(self):
        for labels in (None, {}, {small_image.REVISION: "unknown"}, {small_image.REVISION: "abc1234"}):
            self.assert_fault("names no revision", Labels=labels)


class WhetherItIsWhole(ImageTest):
    def assert_unreadable(self, words):
        with self.assertRaises(layout.ImageError) as caught:
            layout.read(self.directory)
        self.assertIn(words, str(caught.exception))

    def test_zipped_layers_are_read(self):
        small_image.write(self.directory, zipped=True)
        self.assertEqual(proof.faults(layout.read(self.directory)), [])

    def test_what_a_later_layer_hides_is_gone_and_what_it_brings_is_there(self):
        hidden = [member("/usr/bin/.wh.sh", b"")]
        self.assertEqual(self.faults(layers=[[*good_members(), member("/usr/bin/sh", b"x", 0o755)], hidden]), [])
        opaque = [member("/opt/.wh..wh..opq", b""), member("/opt/kept", b"x")]
        self.assertEqual(self.faults(layers=[[*good_members(), member("/opt/sh", b"x")], opaque]), [])
        self.assert_fault("is a shell", layers=[good_members(), [*opaque, member("/opt/sh", b"x")]])

    def test_a_second_name_of_a_file_has_its_rights(self):
        link = member("/usr/share/x", b"", type=tarfile.LNKTYPE, linkname="usr/bin/cogos")
        self.assert_fault("not on the list", link)

    def test_a_changed_blob_is_found_wherever_it_is(self):
        small_image.write(self.directory)
        blobs = os.path.join(self.directory, "blobs", "sha256")
        for name in os.listdir(blobs):
            path = os.path.join(blobs, name)
            with open(path, "rb") as file:
                data = file.read()
            with open(path, "wb") as file:
                file.write(data[:-1] + bytes([data[-1] ^ 1]))
            self.assert_unreadable("other bytes than its name says")
            os.unlink(path)
            self.assert_unreadable("cannot be read")
            with open(path, "wb") as file:
                file.write(data)
        layout.read(self.directory)

    def test_two_images_or_none_are_not_judged(self):
        small_image.write(self.directory)
        path = os.path.join(self.directory, "index.json")
        with open(path, encoding="utf-8") as file:
            index = json.load(file)
        for manifests in ([], index["manifests"] * 2):
            with open(path, "w", encoding="utf-8") as file:
                json.dump({**index, "manifests": manifests}, file)
            self.assert_unreadable("exactly one")

    def test_paths_that_leave_the_root_or_come_twice_are_not_judged(self):
        small_image.write(self.directory, [[member("/usr/../../x", b"x")]])
        self.assert_unreadable("leaves the root")
        small_image.write(self.directory, [[member("/x", b"x"), member("/x", b"y")]])
        self.assert_unreadable("twice")


class TheProgram(ImageTest):
    def run_proof(self, *arguments):
        return subprocess.run([sys.executable, "-B", PROOF, *arguments], capture_output=True, text=True, check=False,
                              timeout=60)

    def test_its_exit_code_is_its_verdict(self):
        digest = small_image.write(self.directory)
        done = self.run_proof(self.directory)
        self.assertEqual((done.returncode, done.stdout.count(digest)), (0, 1), done)
        small_image.write(self.directory, [[*good_members(), member("/bin/sh", b"x", 0o755)]])
        done = self.run_proof(self.directory)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("/bin/sh is a shell", done.stdout)
        done = self.run_proof(os.path.join(self.directory, "nowhere"))
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("not in the OCI layout", done.stderr)


if __name__ == "__main__":
    unittest.main()
