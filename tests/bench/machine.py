"""What the operating system says of processes and of the disk."""

import os
import time

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_s(pids):
    """Processor time, user and system, that these processes have used."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total * TICK_S


def rss_mib(pids):
    """Memory that is resident now, shared pages counted once a process."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            total += next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
    return total / 1024


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def sync_ms(directory, times=300):
    """The median cost of writing 4 KiB over an existing block and waiting until the disk has it."""
    path = os.path.join(directory, "sync-probe")
    took = []
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, bytes(4096 * 16), 0)
        os.fsync(descriptor)
        for i in range(times):
            began = time.perf_counter()
            os.pwrite(descriptor, os.urandom(4096), 4096 * (i % 16))
            os.fdatasync(descriptor)
            took.append(time.perf_counter() - began)
    finally:
        os.close(descriptor)
        os.unlink(path)
    return sorted(took)[times // 2] * 1000
