"""What of a process's memory can be seen from outside, for tests that look for secrets there."""

import re

from fixture import FlowTest, is_sanitized


class Memory:
    """The writable memory of a process."""

    def __init__(self, pid):
        self.pid = pid

    def places(self, needle):
        """The addresses where these bytes are."""
        found = []
        with open(f"/proc/{self.pid}/maps", encoding="ascii") as maps, open(f"/proc/{self.pid}/mem", "rb", 0) as memory:
            for line in maps:
                start, end, flags = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
                if not flags.startswith("rw"):
                    continue
                start, end = int(start, 16), int(end, 16)
                try:
                    memory.seek(start)
                    data = memory.read(end - start)
                except (OSError, OverflowError, ValueError):
                    continue  # gone meanwhile, or of the kernel's own
                found += [start + match.start() for match in re.finditer(re.escape(needle), data)]
        return found

    def flags(self, address):
        """What the kernel says of the mapping there: `lo` is locked, `dd` left out of core dumps."""
        with open(f"/proc/{self.pid}/smaps", encoding="ascii") as smaps:
            inside = False
            for line in smaps:
                header = re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line)
                if header:
                    inside = int(header.group(1), 16) <= address < int(header.group(2), 16)
                elif inside and line.startswith("VmFlags:"):
                    return line.split()[1:]
        return []


def secrets_of(issued):
    """A part of each that is spelt the same wherever the secret is in clear."""
    return {name: text.split("\n")[1].encode() if "pem" in name else text.encode()
            for name, text in issued.items() if name in ("api_key", "hmac_secret", "private_pem", "x25519_private_pem")}


class MemoryTest(FlowTest):
    def setUp(self):
        self.memory = Memory(self.server.process.pid)
        try:
            with open(f"/proc/{self.memory.pid}/mem", "rb") as file:
                file.fileno()
        except PermissionError:
            self.skipTest("this system lets nobody look into a process")
        if is_sanitized():
            self.skipTest("built with a sanitizer, whose shadow memory nobody could read through")
