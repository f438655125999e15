"""How much other clients notice of a hostile one: scripts/overload.sh runs this.

    overload.py SECONDS [ATTACK…]

Each attack is measured for SECONDS by a well-behaved client, which is measured without the attack before and after it.
Prints a table; ends with 1 where the p99 of calls moved by 2x or more.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time

import attacks
import probe
import running
from fixture import wait_for

MOST_RATIO = 2.0
RAMP_S = 60  # for slowhttptest to come into full swing, at the most
SLOW = {  # slowhttptest, by TLS: connections, connections a second, seconds between two pieces
    "slow_headers": ["-H", "-c", 1000, "-r", 200, "-i", 3, "-x", 24],
    "slow_body": ["-B", "-c", 1000, "-r", 200, "-i", 3, "-s", 500_000, "-x", 64],
    "slow_read": ["-X", "-c", 1000, "-r", 200, "-n", 2, "-w", 1, "-y", 32, "-z", 8, "-k", 3],
}
# The idle ones must not be let go while the last of them still come.
CONFIG = "[server]\nthreads = 2\n[limits]\npeer_rpm = 0\nmax_connections = 12000\nidle_timeout_ms = 600000\n"


def measured(server, seconds):
    done = subprocess.run(running.script("probe.py", server.key_file, str(seconds)), capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError("the well-behaved client was not served: " + done.stderr)
    found = json.loads(done.stdout)
    return found["calls"], found["connects"]


def slow(server, name, seconds):
    url = f"https://127.0.0.1:{server.port}/v1/" + ("chat/completions" if name == "slow_body" else "models")
    directory = tempfile.mkdtemp(prefix="cogos-slow-")
    # It ends where the server has closed all of its connections; a real one would come again.
    command = ["bash", "-c", "while true; do slowhttptest \"$@\"; done", "-", *SLOW[name], "-u", url, "-l",
               seconds + 60, "-p", 30, "-v", 0]
    process = running.spawn(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=directory)
    wanted = SLOW[name][2]
    end = time.monotonic() + RAMP_S
    # In full swing once nearly all of its connections are there, if the server ever lets so many be.
    while server.descriptors() < wanted * 0.9 and process.poll() is None and time.monotonic() < end:
        time.sleep(0.1)
    shutil.rmtree(directory, ignore_errors=True)
    return process, f"{wanted:,} connections"


def started(server, name, seconds):
    if name in SLOW:
        return slow(server, name, seconds)
    process = running.spawn(running.script("attacks.py", name, server.key_file), stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline().strip()
    if not line:
        raise RuntimeError(f"{name} ended before it began")
    return process, line


def row(name, before, during, after, server_state):
    base = probe.quantile(before[0] + after[0], 0.99)
    ratio = probe.quantile(during[0], 0.99) / base
    cells = [name.replace("_", " ")]
    for samples, share in ((before[0] + after[0], 0.5), (before[0] + after[0], 0.99), (during[0], 0.5),
                           (during[0], 0.99)):
        cells.append(f"{probe.quantile(samples, share):.2f}")
    cells.append(f"{ratio:.2f}")
    for samples in (before[1] + after[1], during[1]):
        cells.append(f"{probe.quantile(samples, 0.99):.1f}")
    print("| " + " | ".join(cells + server_state) + " |", flush=True)
    return ratio


def under(name, seconds):
    """One attack on a server of its own; how much the p99 of calls moved."""
    server = running.LoadedServer(CONFIG).begin()
    try:
        measured(server, 1)  # warms both up
        before = measured(server, seconds)
        process, what = started(server, name, seconds)
        try:
            during = measured(server, seconds)
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended early")
            state = [f"{server.rss_mib():.0f}", f"{server.descriptors():,}"]
        finally:
            running.end(process)
        wait_for(lambda: server.descriptors() < 100, "the end of the attack's connections")
        after = measured(server, seconds)
        server.stop()
        if server.fsck().returncode != 0:
            raise RuntimeError("the store is not whole")
    finally:
        server.discard()
    return row(f"{name}, {what}", before, during, after, state)


def main():
    seconds = float(sys.argv[1])
    print("| attack | p50 without, ms | p99 without | p50 with | p99 with | p99 ratio | new connection p99 without "
          "| with | server's RSS, MiB | descriptors |")
    print("| --- |" + " --- |" * 9, flush=True)
    ratios = {name: under(name, seconds) for name in sys.argv[2:] or [*SLOW, *attacks.ATTACKS]}
    worse = [name for name, ratio in ratios.items() if ratio >= MOST_RATIO]
    print(f"p99 moved by {MOST_RATIO:.0f}x or more: {', '.join(worse)}" if worse else
          f"p99 moved by less than {MOST_RATIO:.0f}x under each")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
