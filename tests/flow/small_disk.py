"""Servers on file systems of the tests' own, small ones and such that break, in a mount namespace that goes with the
process. Mounting needs root, or for the first kind user namespaces."""

import contextlib
import os
import subprocess
import sys
import tempfile

from fixture import Server

SKIPPED = 77  # ctest's SKIP_RETURN_CODE


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def free_bytes(directory):
    status = os.statvfs(directory)
    return status.f_bavail * status.f_frsize


class SmallDisk(Server):
    """A server whose data directory lies on a file system in memory, of so many MiB."""

    def __init__(self, mib, config):
        super().__init__(config)
        self.memory = self.path("memory")
        os.mkdir(self.memory)
        try:
            run("mount", "-t", "tmpfs", "-o", f"size={mib}m", "none", self.memory)
        except (OSError, subprocess.CalledProcessError):
            super().discard()
            raise
        self.ballast = os.path.join(self.memory, "ballast")
        self.place_data_in(self.memory)

    def place_data_in(self, disk):
        self.data_dir = os.path.join(disk, "data")
        self.ca_file = os.path.join(self.data_dir, "dev-cert.pem")

    def fill(self, leaving):
        with open(self.ballast, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, free_bytes(self.memory) - leaving)

    def make_room(self):
        with contextlib.suppress(FileNotFoundError):  # made before
            os.remove(self.ballast)

    def discard(self):
        if self.process:
            self.kill()
        run("umount", self.memory)
        super().discard()


class ThinDisk(SmallDisk):
    """A disk that claims more than it has: an ext4 of 64 MiB in a sparse file. Where that file cannot grow, writes
    still go well, into the system's memory, and then the sync fails and what was written is lost."""

    def __init__(self, mib, config):
        super().__init__(mib, config)
        self.image, self.disk = os.path.join(self.memory, "image"), self.path("disk")
        os.mkdir(self.disk)
        try:
            run("truncate", "-s", "64m", self.image)
            run("mkfs.ext4", "-q", "-m", "0", "-J", "size=4", "-E", "lazy_journal_init=0,lazy_itable_init=0",
                self.image)
            self.plug_in()
        except (OSError, subprocess.CalledProcessError):
            super().discard()
            raise
        self.place_data_in(self.disk)

    def plug_in(self):
        run("mount", "-o", "loop", self.image, self.disk)

    def unplug(self):
        run("umount", self.disk)

    def discard(self):
        if self.process:
            self.kill()
        self.unplug()
        super().discard()


def can_be_made(disk):
    try:
        disk(24, "").discard()
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def enter_a_mount_namespace(disk, missing):
    """Starts this program again in a namespace where `disk` can be made, or ends it as skipped, saying what is
    missing. Returns where it runs in such a namespace already."""
    if os.environ.get("COGOS_TEST_NAMESPACE") == "entered":
        if can_be_made(disk):
            return
        print(f"skipped: {missing}")
        sys.exit(SKIPPED)
    for command in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        with tempfile.TemporaryDirectory() as directory:
            probe = subprocess.run([*command, "mount", "-t", "tmpfs", "none", directory], stderr=subprocess.DEVNULL,
                                   check=False)
        if probe.returncode == 0:
            os.execvpe(command[0], [*command, sys.executable, *sys.argv],
                       {**os.environ, "COGOS_TEST_NAMESPACE": "entered"})
    print(f"skipped: {missing}")
    sys.exit(SKIPPED)
