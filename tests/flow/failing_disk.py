"""Commands on a disk that fails at any one of their calls, whichever library makes it, or that end there: by a library
that is loaded before all others (tests/disk/failing_disk.cpp)."""

import itertools
import os

from fixture import DEADLINE_S, clean_environment, cogos, is_sanitized

LIBRARY = os.environ.get("COGOS_FAILING_DISK", "")
# Every call; otherwise, of those that follow each other and are alike, the first and the last; and of these every
# fourth where a sanitizer makes each start take seconds.
EVERY_CALL = os.environ.get("COGOS_EVERY_DISK_CALL") == "1"

CHANGES = {"write", "writev", "pwrite64", "ftruncate", "ftruncate64", "fsync", "fdatasync", "mkdir", "link", "rename",
           "renameat2", "unlink", "unlinkat", "remove", "rmdir"}
OPENING = {"open", "open64", "openat", "fopen"}
NEED_NO_ROOM = {"ftruncate", "ftruncate64", "unlink", "unlinkat", "remove", "rmdir"}
# Where the program may end or be without room; an error, at any call.
MATTER = {"kill": CHANGES | OPENING, "full": CHANGES - NEED_NO_ROOM | OPENING, "eio": None}


class FailingDisk:
    """What is below one directory."""

    def __init__(self, below, environment=None):
        self.below = below
        self.environment = {"LD_PRELOAD": LIBRARY, "FAILING_DISK_BELOW": below,
                            # The sanitizers' libraries want to be first.
                            "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", ""),
                            **(environment or {})}

    def run(self, *command, how=None, at=None, trace=None):
        plan = {"FAILING_DISK_HOW": how, "FAILING_DISK_AT": str(at)} if how else {}
        if trace:
            plan["FAILING_DISK_TRACE"] = trace
        return cogos(*command, environment=clean_environment(**self.environment, **plan), timeout=DEADLINE_S)

    @staticmethod
    def places(trace, how, every=EVERY_CALL):
        """The numbers of the calls at which to try this failure, with what they are, from the trace of a run that went
        well."""
        with open(trace, encoding="utf-8") as file:
            calls = list(enumerate(file.read().splitlines()))
        tried = []
        for _, alike in itertools.groupby(calls, key=lambda call: call[1]):
            alike = list(alike)
            tried += alike if every else alike[:1] + alike[1:][-1:]
        matter = [(n, call) for n, call in tried if MATTER[how] is None or call.split()[0] in MATTER[how]]
        return matter if every or not is_sanitized() else matter[::4]
