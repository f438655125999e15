"""Kills a server under load, again and again, and checks that no receipt a client holds is missing afterwards.

    crash.py [--rounds N] [--seed S]

A round: start the server on the store that the round before left; let callers and an operator work; SIGKILL it at a
random moment (in some rounds already while it starts, or while it stops); then, with nothing running, `cogos fsck`
must find every chain whole, and every receipt must have its row, at its place. A kill shows what the process owes to
the disk; what the disk owes to a power cut is tests/store's matter."""

import argparse
import os
import random
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "flow"))
sys.dont_write_bytecode = True

import cogos_client as client  # noqa: E402
from clients import Caller, Operator  # noqa: E402
from fixture import COGOS, Server  # noqa: E402
from ledger import Ledger  # noqa: E402

ROUNDS_PER_STORE = 20  # fsck reads all of a store, so a store must not grow without bound
LONGEST_LIFE_S = 0.3
# No limit of requests may stand between the clients and the store.
CONFIG = "[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n"


class Counts:
    def __init__(self):
        self.rounds = self.rows = self.receipts = self.unanswered = self.refused = 0
        self.kills = {"at work": 0, "while starting": 0, "while stopping": 0}

    def add(self, ledger):
        self.rows += sum(chain.height for chain in ledger.chains.values())
        self.receipts += ledger.receipts
        self.unanswered += ledger.unanswered
        self.refused += ledger.refused

    def __str__(self):
        kills = ", ".join(f"{count} {when}" for when, count in self.kills.items())
        return (f"{self.rounds} rounds; kills: {kills}; {self.rows} rows; {self.receipts} receipts, each found at its "
                f"place; {self.unanswered} rows that nobody was answered for; {self.refused} calls refused")


class Store:
    """One store and the lives of its server."""

    def __init__(self, rng, counts):
        self.rng, self.counts = rng, counts
        self.ledger = Ledger()
        self.server = Server(CONFIG)
        self.context = None
        self.customers = []
        self.seen_start_s = 0.1

    def set_up(self):
        self.start()
        issue = self.server.issue
        self.customers = [issue("acme"), issue("acme", app_id="billing"), issue("globex"),
                          issue("globex", scheme="ed25519"), issue("initech", audit_content="full")]
        self.context = client.tls_context(self.server.ca_file)
        self.server.stop()
        self.ledger.check_store(self.server.data_dir, [], [])
        self.ledger.unanswered = 0  # the keys' rows just made

    def start(self):
        began = time.monotonic()
        self.server.start()
        self.seen_start_s = time.monotonic() - began
        kid = self.server.ready["signer_kid"]
        self.ledger.signers[kid] = self.server.public_pem(kid)

    def round(self):
        if self.rng.random() < 0.1:
            self.kill_while_starting()
        self.start()
        self.ledger.check_server(self.server, self.customers, Operator.TENANT)
        seeds = [random.Random(self.rng.random()) for _ in range(8)]
        callers = [Caller(self.server, self.context, customer, seed)
                   for customer, seed in zip(self.customers + self.customers[:2], seeds)]
        operator = Operator(self.server, self.context, seeds[-1])
        for thread in (*callers, operator):
            thread.start()
        # Not a wait for anything: the moment of the kill is what a round varies.
        time.sleep(self.rng.uniform(0, LONGEST_LIFE_S))
        when = "at work"
        if self.rng.random() < 0.15:
            when = "while stopping"
            self.server.send_signal(signal.SIGTERM)
            time.sleep(self.rng.uniform(0, 0.05))
        self.server.kill()
        self.counts.kills[when] += 1
        for thread in (*callers, operator):
            thread.join(client.DEADLINE_S)
            if thread.is_alive() or thread.surprise:
                raise AssertionError(f"{thread.name}: {thread.surprise or 'hangs'}")
        self.check(callers, [operator])
        self.counts.rounds += 1

    def kill_while_starting(self):
        self.server.spawn()
        time.sleep(self.rng.uniform(0, self.seen_start_s))
        self.server.kill()
        self.counts.kills["while starting"] += 1
        self.check([], [])

    def check(self, callers, operators):
        found = self.server.fsck()
        if found.returncode != 0:
            raise AssertionError(f"fsck: {found.stdout}{found.stderr}")
        self.ledger.check_store(self.server.data_dir, callers, operators)

    def finish(self):
        self.start()
        self.ledger.check_server(self.server, self.customers, Operator.TENANT)
        self.ledger.check_pages(self.server, self.customers)
        self.server.stop()
        self.check([], [])
        self.counts.add(self.ledger)
        self.server.discard()


def main():
    parser = argparse.ArgumentParser(description="Kills a server under load and checks that nothing promised is lost.")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32),
                        help="of the moments and the calls; the threads' timing is the machine's own")
    options = parser.parse_args()
    if not COGOS:
        sys.exit("COGOS_BIN must name the program under test")
    print(f"seed {options.seed}", flush=True)
    rng, counts, began = random.Random(options.seed), Counts(), time.monotonic()
    while counts.rounds < options.rounds:
        store = Store(rng, counts)
        try:
            store.set_up()
            for _ in range(min(ROUNDS_PER_STORE, options.rounds - counts.rounds)):
                store.round()
            store.finish()
        except BaseException:
            print(f"FAILED in round {counts.rounds + 1}; the store is kept in {store.server.data_dir}", flush=True)
            if store.server.process:
                store.server.kill()
            raise
        print(f"{time.monotonic() - began:.0f} s: {counts}", flush=True)
    if counts.receipts == 0:
        sys.exit("no receipt was checked: nothing was shown")


if __name__ == "__main__":
    main()
