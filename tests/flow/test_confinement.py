"""What the process gives up, as the kernel has it, and that it does not serve without having done so."""

import ctypes
import glob
import os
import platform
import re
import struct
import subprocess

from fixture import COGOS, clean_environment, is_sanitized, main, wait_for
from start_case import StartTest

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 22, 38, 2
SECCOMP_CALL, PRCTL_CALL = {"x86_64": (317, 157), "aarch64": (277, 167)}[platform.machine()]


def as_on_a_kernel_without_filters():
    """From now on the kernel answers this process EINVAL when it brings a filter of system calls, by either of two ways
    (seccomp(2), prctl(2)). The means is such a filter."""
    load, jump_equal, give = 0x20, 0x15, 0x06  # BPF: LD|W|ABS, JMP|JEQ|K, RET|K
    refused, allowed = 0x00050000 | 22, 0x7FFF0000  # SECCOMP_RET_ERRNO with EINVAL, SECCOMP_RET_ALLOW
    steps = [(load, 0, 0, 0),  # the call's number
             (jump_equal, 3, 0, SECCOMP_CALL),
             (jump_equal, 0, 3, PRCTL_CALL),
             (load, 0, 0, 16),  # its first argument's lower half
             (jump_equal, 0, 1, PR_SET_SECCOMP),
             (give, 0, 0, refused),
             (give, 0, 0, allowed)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(code))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_ulong]
    for asked in ((PR_SET_NO_NEW_PRIVS, 1, None), (PR_SET_SECCOMP, FILTER, program)):
        if prctl(*asked, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")


class Confinement(StartTest):
    def setUp(self):
        if is_sanitized():
            self.skipTest("built with a sanitizer, which makes calls of its own and looks into the process")
        super().setUp()

    def test_it_gives_up_what_a_server_does_not_need(self):
        self.server.start()
        self.assertEqual(self.confinement(), ("2", "1", "0"))
        self.assertEqual(self.server.events("system calls are not confined"), [])
        self.server.stop()

    def test_its_system_calls_are_only_unconfined_where_that_is_said(self):
        self.server.configure('[process]\nseccomp = "off"\n')
        self.server.start()
        self.assertEqual(self.confinement()[:2], ("0", "1"))
        self.assertEqual(self.server.events("system calls are not confined")[0]["seccomp"], "off")
        self.server.stop()
        self.server.configure('[process]\nseccomp = "no"\n')
        self.refused("process.seccomp", "kill", "log", "off")

    def test_a_kernel_that_takes_no_filter_stops_the_start(self):
        for wanted in ("kill", "log"):
            self.server.configure(f'[process]\nseccomp = "{wanted}"\n')
            self.refused("takes no filter", 'process.seccomp = "off"', in_child=as_on_a_kernel_without_filters)

    def test_nobody_but_root_looks_into_a_command(self):
        """By whom the kernel has the process's files belong to: its user, or, of one that forbids to be read, root."""
        as_nobody = {} if os.geteuid() else {"user": 65534, "group": 65534, "extra_groups": []}
        command = [COGOS, "verify", "audit", "--rows", "-"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env=clean_environment(), **as_nobody) as reading:
            try:
                wait_for(lambda: os.stat(f"/proc/{reading.pid}/mem").st_uid == 0, "that it belongs to root")
                self.assertIsNone(reading.poll(), "it waits for its input")  # what has ended is root's, too
            finally:
                reading.kill()

    def confinement(self):
        """(mode of seccomp, no new privileges, greatest core dump) as the kernel has them, the same of each thread."""
        found = set()
        threads = glob.glob(f"/proc/{self.server.process.pid}/task/*")
        self.assertGreater(len(threads), 1)
        for thread in threads:
            values = []
            for name, line in (("status", r"Seccomp:\s*(\d)"), ("status", r"NoNewPrivs:\s*(\d)"),
                               ("limits", r"Max core file size\s+\S+\s+(\S+)")):
                with open(os.path.join(thread, name), encoding="ascii") as file:
                    values.append(re.search("^" + line, file.read(), re.M)[1])
            found.add(tuple(values))
        self.assertEqual(len(found), 1, found)
        return found.pop()


if __name__ == "__main__":
    main()
