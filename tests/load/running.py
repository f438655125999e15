"""A server under load, and what the machine says of it."""

import json
import os
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "flow"))
from fixture import Server  # noqa: E402 pylint: disable=wrong-import-position

NICENESS = 15  # of what makes the load: on other machines it would cost this one nothing


class LoadedServer(Server):
    """A server with a customer, whose key lies in a file for the processes that call it."""

    def begin(self, tenant="load"):
        self.start()
        self.customer = self.issue(tenant)
        self.key_file = self.write("key.json", json.dumps(
            {"port": self.port, "ca_file": self.ca_file, "api_key": self.customer.api_key}))
        return self

    def descriptors(self):
        try:
            return len(os.listdir(f"/proc/{self.process.pid}/fd"))
        except PermissionError:
            sys.exit("only root may look into a server's process; run this as root")

    def rss_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        raise AssertionError("no VmRSS")


def spawn(command, **options):
    """A process that makes load, with a group of its own, to be ended by end()."""
    # Straight to the value: added to the caller's own niceness it would depend on how the script was started. Not a
    # session of its own: between sessions Linux shares evenly (autogroup), whatever their niceness.
    return subprocess.Popen([*map(str, command)], preexec_fn=lambda: os.setpriority(os.PRIO_PROCESS, 0, NICENESS),
                            process_group=0, **options)


def end(process):
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(10)
            return
        except subprocess.TimeoutExpired:
            pass


def script(name, *arguments):
    return [sys.executable, "-B", os.path.join(HERE, name), *arguments]
