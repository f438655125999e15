"""A server under load for a long time: scripts/soak.sh runs this.

    soak.py MINUTES

Prints a line an interval, then the last third against the first; ends with 1 where memory, descriptors or the
write-ahead log grew beyond the tolerance below.
"""

import os
import subprocess
import sys
import threading
import time

import probe
import running

CALLERS = 6
INTERVALS = 30
SHORTEST_INTERVAL_S = 5
LOOK_S = 0.02
# Of the last third's mean over the first's; the first interval, in which caches fill, does not count.
MOST_GROWTH_MIB = 8  # of memory; rows cost none, so it may not depend on their number
MOST_DESCRIPTORS = 4
MOST_WAL_MIB = 32  # at any moment; the writer makes a checkpoint at a fraction of that
CONFIG = "[server]\nthreads = 2\n[limits]\npeer_rpm = 0\n"


class Wal(threading.Thread):
    """Watches the write-ahead log: how long it is, and when a checkpoint was complete. SQLite counts in the log's
    header how often it began again at the front, which is what it does after each complete checkpoint."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.longest, self.restarts = path, 0, []
        self.start()

    def run(self):
        last = None
        while True:
            try:
                with open(self.path, "rb") as file:
                    header = file.read(32)
                self.longest = max(self.longest, os.path.getsize(self.path))
                if last is not None and header[12:16] != last:
                    self.restarts.append(time.monotonic())
                last = header[12:16]
            except OSError:
                pass  # not there yet, or not any more
            time.sleep(LOOK_S)


class Callers:
    """Processes that call, and what they say of it."""

    def __init__(self, server):
        self.samples, self.failures = [], []
        self.processes = [running.spawn(running.script("mix.py", server.key_file, str(seed)), stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True) for seed in range(CALLERS)]
        for process in self.processes:
            threading.Thread(target=self._listen, args=(process, ), daemon=True).start()
            threading.Thread(target=self._complain, args=(process, ), daemon=True).start()

    def _listen(self, process):
        for line in process.stdout:
            begin, took, _ = line.split(" ", 2)
            self.samples.append((float(begin), float(took)))

    def _complain(self, process):
        for line in process.stderr:
            self.failures.append(line)

    def take(self):
        taken, self.samples = self.samples, []
        return taken

    def end(self):
        for process in self.processes:
            running.end(process)


def during_checkpoints(samples, restarts):
    """The calls that were under way while a checkpoint was made: it lies between the last look but one and the look
    that found the log begun again, and calls queue behind it."""
    within = []
    ends = sorted(restarts)
    for begin, ms in samples:
        done = begin + ms / 1000
        if any(begin <= end and done >= end - 10 * LOOK_S for end in ends):
            within.append((begin, ms))
    return within


def mean(values):
    return sum(values) / len(values)


def main():
    total = float(sys.argv[1]) * 60
    interval = max(total / INTERVALS, SHORTEST_INTERVAL_S)
    server = running.LoadedServer(CONFIG).begin()
    lines = []
    everything, in_checkpoints = [], []
    try:
        wal = Wal(os.path.join(server.data_dir, "cogos.db-wal"))
        callers = Callers(server)
        print("| minute | calls/s | p50, ms | p99 | checkpoints | p99 in them | RSS, MiB | descriptors | WAL, MiB "
              "| store, MiB |\n| --- |" + " --- |" * 9, flush=True)
        begin = time.monotonic()
        while time.monotonic() - begin < total:
            time.sleep(interval)
            samples, restarts = callers.take(), wal.restarts
            wal.restarts = []
            if callers.failures:
                raise RuntimeError("a call failed: " + "".join(callers.failures))
            held = during_checkpoints(samples, restarts)
            everything += samples
            in_checkpoints += held
            longest, wal.longest = wal.longest, 0
            lines.append((server.rss_mib(), server.descriptors(), longest / 2**20))
            stall = probe.quantile(held, 0.99)
            store = os.path.getsize(os.path.join(server.data_dir, "cogos.db")) / 2**20
            print(f"| {(time.monotonic() - begin) / 60:.1f} | {len(samples) / interval:.0f} "
                  f"| {probe.quantile(samples, 0.5):.2f} | {probe.quantile(samples, 0.99):.2f} | {len(restarts)} "
                  f"| {'-' if stall is None else f'{stall:.2f}'} | {lines[-1][0]:.1f} | {lines[-1][1]} "
                  f"| {lines[-1][2]:.1f} | {store:.0f} |", flush=True)
        callers.end()
        server.stop()
        fsck = server.fsck(timeout=600)  # of millions of rows, on whatever machine
        if fsck.returncode != 0:
            raise RuntimeError("the store is not whole: " + fsck.stdout)
    finally:
        server.discard()
    return verdict(lines, everything, in_checkpoints)


def verdict(lines, everything, in_checkpoints):
    settled = lines[1:]
    third = max(len(settled) // 3, 1)
    first, last = settled[:third], settled[-third:]
    bad = []
    for place, name, unit, most in ((0, "RSS", "MiB", MOST_GROWTH_MIB), (1, "descriptors", "", MOST_DESCRIPTORS)):
        before, after = mean([line[place] for line in first]), mean([line[place] for line in last])
        print(f"{name}: {before:.1f} {unit} in the first third, {after:.1f} in the last; {most} more would be too many")
        if after - before > most:
            bad.append(name)
    longest = max(line[2] for line in lines)
    print(f"WAL: {longest:.1f} MiB at its longest; more than {MOST_WAL_MIB} would be too long")
    if longest > MOST_WAL_MIB:
        bad.append("WAL")
    whole, held = probe.quantile(everything, 0.99), probe.quantile(in_checkpoints, 0.99)
    print(f"{len(everything):,} calls: p99 {whole:.2f} ms; of the {len(in_checkpoints):,} around a checkpoint "
          f"{'-' if held is None else f'{held:.2f}'} ms")
    print("grew: " + ", ".join(bad) if bad else "nothing grew")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
