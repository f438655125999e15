"""What scripts/supply/rights.py says of a container's first process, and what runc is told so that it says nothing."""

import os
import tempfile
import threading
import unittest

import small_image

import layout
import proof
import rights
import runtime_spec

STATUS = {"Uid": "65532\t65532\t65532\t65532", "Gid": "65532\t65532\t65532\t65532", "Groups": " ",
          "CapInh": "0000000000000000", "CapPrm": "0000000000000000", "CapEff": "0000000000000000",
          "CapBnd": "0000000000000000", "CapAmb": "0000000000000000", "NoNewPrivs": "1",
          "Seccomp": "2"}
MOUNTS = """100 90 254:0 /x/rootfs / ro,relatime - ext4 /dev/vda rw
101 100 0:50 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
102 100 0:51 / /dev ro,nosuid,noexec - tmpfs tmpfs rw,size=64k,mode=755
103 100 254:0 /x/data /data rw,nosuid,nodev,noexec,relatime - ext4 /dev/vda rw
104 101 0:50 /sys /proc/sys ro,nosuid,nodev,noexec,relatime - proc proc rw
105 101 0:51 /null /proc/kcore rw,nosuid,noexec - tmpfs tmpfs rw,size=64k,mode=755
"""


class OfAProcess(unittest.TestCase):
    def test_a_process_without_rights_has_no_fault(self):
        self.assertEqual([*rights.status_faults(STATUS), *rights.mount_faults(MOUNTS)], [])

    def test_each_right_too_many_is_found(self):
        for name, value in (("Uid", "0\t0\t0\t0"), ("Uid", "65532\t65532\t0\t65532"), ("Gid", "0\t0\t0\t0"), ("Groups", "0 "),
                            ("CapEff", "0000000000000400"), ("CapPrm", "0000000000000001"),
                            ("CapBnd", "000001ffffffffff"), ("CapInh", "0000000000000001"),
                            ("CapAmb", "0000000000000001"), ("NoNewPrivs", "0"), ("Seccomp", "0")):
            self.assertEqual(len(list(rights.status_faults({**STATUS, name: value}))), 1, (name, value))

    def test_one_thread_with_more_rights_is_found(self):
        threads = [{**STATUS, "Pid": "1"}, {**STATUS, "Pid": "7", "Seccomp": "0"}]
        self.assertEqual(list(rights.thread_faults(threads)), ["thread 7: its system calls are not confined"])
        self.assertEqual(list(rights.thread_faults([threads[0]])), [])

    def test_of_a_process_each_thread_is_looked_at(self):
        go = threading.Event()
        other = threading.Thread(target=go.wait)
        other.start()
        try:
            found = rights.statuses("/proc/self")
        finally:
            go.set()
            other.join()
        self.assertIn(str(other.native_id), [status["Pid"] for status in found])
        self.assertGreaterEqual(len(found), 2)

    def test_each_mount_that_can_be_written_to_is_found(self):
        for before, after in (("/ ro", "/ rw"), ("/dev ro", "/dev rw"), ("/proc/sys ro", "/proc/sys rw")):
            self.assertEqual(len(list(rights.mount_faults(MOUNTS.replace(before, after)))), 1, after)
        more = "106 100 0:52 / /tmp rw - tmpfs tmpfs rw\n"
        self.assertEqual(list(rights.mount_faults(MOUNTS + more)), ["/tmp (tmpfs) is mounted for writing"])

    def test_a_mount_that_is_missing_is_found(self):
        without = "".join(line + "\n" for line in MOUNTS.splitlines() if " /data " not in line)
        self.assertEqual(list(rights.mount_faults(without)), ["nothing is mounted at /data"])

    def test_a_place_that_can_be_written_to_is_found_and_left_as_it_was(self):
        with tempfile.TemporaryDirectory() as directory:
            os.mkdir(os.path.join(directory, "etc"))
            self.assertEqual(list(rights.write_faults(directory, ["etc"])), ["/etc can be written to"])
            self.assertEqual(os.listdir(os.path.join(directory, "etc")), [])
            self.assertEqual(len(list(rights.write_faults(directory, ["nowhere"]))), 1)


class WhatRuncIsTold(unittest.TestCase):
    def setUp(self):
        with tempfile.TemporaryDirectory() as directory:
            small_image.write(directory)
            image = layout.read(directory)
        self.spec = runtime_spec.spec(image, "/srv/data", [])

    def test_it_runs_what_the_image_says_as_the_image_says(self):
        process = self.spec["process"]
        self.assertEqual(process["args"], [*proof.ENTRY_POINT, "serve"])
        self.assertEqual((process["user"]["uid"], process["user"]["gid"], process["cwd"]), (65532, 65532, "/data"))
        self.assertEqual(process["env"], ["COGOS_DATA_DIR=/data"])

    def test_it_grants_nothing(self):
        process = self.spec["process"]
        self.assertTrue(process["noNewPrivileges"])
        self.assertEqual(len(process["capabilities"]), 5)
        self.assertFalse(any(process["capabilities"].values()))
        self.assertIn({"type": "RLIMIT_CORE", "hard": 0, "soft": 0}, process["rlimits"])
        self.assertTrue(self.spec["root"]["readonly"])
        self.assertEqual({each["type"] for each in self.spec["linux"]["namespaces"]},
                         {"pid", "network", "ipc", "uts", "mount"})

    def test_only_the_data_can_be_written_to(self):
        writable = [each["destination"] for each in self.spec["mounts"]
                    if "ro" not in each["options"] and each["type"] != "proc"]
        self.assertEqual(writable, [proof.DATA])


if __name__ == "__main__":
    unittest.main()
