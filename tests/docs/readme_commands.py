"""Runs the commands of README.md as printed, against the program under test: documents are code."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COGOS = os.environ.get("COGOS_BIN", "")
DEADLINE_S = 120


def shell_blocks(heading):
    """The sh blocks below one heading of README.md."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        text = file.read()
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.S | re.M)
    return re.findall(r"^```sh\n(.*?)^```$", section.group(1), re.S | re.M)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ReadmeCommands(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.port = str(free_port())
        self.environment = {
            **os.environ,
            "PATH": os.path.dirname(COGOS) + os.pathsep + os.environ["PATH"],
            # In place of the port that the page prints, which may be taken here.
            "COGOS_LISTEN": "127.0.0.1:" + self.port,
            "COGOS_SERVER": "https://127.0.0.1:" + self.port,
        }
        for name in ("config", "docs"):
            os.symlink(os.path.join(ROOT, name), os.path.join(self.directory.name, name))

    def run_shell(self, block):
        return subprocess.run(["bash", "-euo", "pipefail", "-c", block.replace("8443", self.port)],
                              cwd=self.directory.name, env=self.environment, capture_output=True, text=True,
                              timeout=DEADLINE_S, check=False)

    def start(self, block):
        log_path = os.path.join(self.directory.name, "log")
        with open(log_path, "w", encoding="utf-8") as log:
            server = subprocess.Popen(["bash", "-c", "exec " + block.strip()], cwd=self.directory.name,
                                      env=self.environment, stderr=log, stdout=log)
        self.addCleanup(server.kill)
        end = time.monotonic() + DEADLINE_S
        while True:
            with open(log_path, encoding="utf-8") as log:
                text = log.read()
            if '"event":"ready"' in text:
                return server
            self.assertIsNone(server.poll(), text)
            self.assertLess(time.monotonic(), end, text)
            time.sleep(0.05)

    def test_the_first_call_and_its_verification_work_as_printed(self):
        serve, first_call = shell_blocks("A first call")
        server = self.start(serve)
        for block in [first_call, *shell_blocks("Verify it")]:
            done = self.run_shell(block)
            self.assertEqual(done.returncode, 0, block + done.stdout + done.stderr)
        with open(os.path.join(self.directory.name, "headers"), encoding="latin-1") as headers:
            self.assertTrue(headers.read().startswith("HTTP/1.1 200"))
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(DEADLINE_S), 0)

    def test_every_command_that_the_readme_names_has_help(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            named = set(re.findall(r"`cogos ([a-z][a-z -]*?)(?: --[^`]*| …)?`", file.read()))
        self.assertIn("fsck", named)
        for command in sorted(named):
            done = subprocess.run([COGOS, *command.split(), "--help"], capture_output=True, text=True, check=False,
                                  timeout=DEADLINE_S)
            self.assertEqual(done.returncode, 0, command + done.stderr)


if __name__ == "__main__":
    if not COGOS:
        sys.exit("COGOS_BIN must name the program under test")
    unittest.main(verbosity=2)
