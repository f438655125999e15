#!/usr/bin/env python3
"""Whole-server figures against nginx in the same run: bench.py [--seconds S] [--rounds N] [--rows N] [CASE…]

nginx and the server take turns under the same load generator, on the same processors, with the same certificate and
answers of the same number of bytes. Printed are medians over the rounds; what counts are the ratios, since the
machine's speed drifts. Needs COGOS_BIN and COGOS_FILL (the program that fills a store)."""

import argparse
import collections
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "flow"))

import cogos_client as client  # noqa: E402
import fixture  # noqa: E402
import machine  # noqa: E402
from nginx_peer import Nginx, location  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
LUA = os.path.join(HERE, "request.lua")
EXAMPLE = os.path.join(HERE, "..", "..", "docs", "examples", "make-request.sh")
CONFIG = "[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n[log]\nlevel = \"info\"\n"
CONNECTIONS = 128
QUESTION = {"model": "cogos-tier-b", "messages": [{"role": "user", "content": (
    "The depot in Bremen opens at six. Deliveries for the north leave at seven. When does the depot open?")}]}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def figures_of(output):
    """What the load generators print at their end."""
    line = next(line for line in output.splitlines() if line.startswith("figures "))
    requests, duration_us, p50_us, p99_us, errors = map(int, line.split()[1:])
    return {"rps": requests / duration_us * 1e6, "p50": p50_us / 1000, "p99": p99_us / 1000, "requests": requests,
            "errors": errors}


def handshakes(port, seconds, path):
    """A full handshake a request."""
    command = [os.environ["BENCH_HANDSHAKES"], str(port), str(seconds), "16", path]
    return figures_of(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def wrk(port, seconds, method="GET", path="/", body=None, auth=None, signed=None, pause_ms=0,
        connections=CONNECTIONS, scheme="https"):
    """One load: requests a second, p50 and p99 in ms, requests, errors."""
    environment = {**os.environ, "BENCH_METHOD": method, "BENCH_PATH": path}
    for name, value in (("BENCH_BODY", body), ("BENCH_AUTH", auth), ("BENCH_SIGNED", signed)):
        if value:
            environment[name] = value
    if pause_ms:
        environment["BENCH_PAUSE_MS"] = str(pause_ms)
    threads = min(2, connections)
    environment["BENCH_THREADS"] = str(threads)
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "-s", LUA, f"{scheme}://127.0.0.1:{port}/"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return figures_of(done.stdout)


class Bench:
    def __init__(self, seconds, rounds, rows):
        self.seconds, self.rounds, self.rows = seconds, rounds, rows
        self.table = []
        self.failed = []
        self.nginx = None
        self.server = fixture.Server(config=CONFIG)

    def open(self):
        self.server.start()
        self.bearer = self.server.issue("bench")
        self.signer = self.server.issue("bench", scheme="ed25519", app_id="signed")
        self.auth = "Bearer " + self.bearer.api_key
        self.body = self.server.write("question.json", json.dumps(QUESTION))
        self.schema_body = self.server.write("schema.json", subprocess.run(["sh", EXAMPLE], capture_output=True,
                                                                           check=True).stdout)
        self.nginx = self.start_nginx()

    def start_nginx(self):
        with open(self.body, "rb") as file:
            body = file.read()
        headers = {**fixture.JSON, "Authorization": self.auth}
        sizes = {"/v1/models": self.answer_bytes("GET", "/v1/models", b"", headers),
                 "/v1/chat/completions": self.answer_bytes("POST", "/v1/chat/completions", body, headers),
                 "/health": self.answer_bytes("GET", "/health", b"", {})}
        completion = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "An answer."}}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}}
        nginx = Nginx(self.server.directory, free_port(), free_port(), self.server.ca_file,
                      os.path.join(self.server.data_dir, "dev-key.pem"),
                      "".join(location(path, size) for path, size in sizes.items()), json.dumps(completion))
        for path, size in sizes.items():
            with client.Wire(nginx.port, self.server.ca_file) as wire:
                wire.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                there = len(wire.rest())
            # `Connection: close` is ten bytes shorter in nginx's answer than `keep-alive`.
            if abs(there - size) > 16:
                nginx.stop()
                raise RuntimeError(f"nginx answers {path} with {there} bytes, the server with {size}")
        return nginx

    def answer_bytes(self, method, path, body, headers):
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{lines}Content-Length: {len(body)}\r\n" \
               "Connection: close\r\n\r\n"
        with self.server.wire() as wire:
            wire.send(head.encode() + body)
            return len(wire.rest())

    def signed_headers(self, count):
        """Authorization values, each with a nonce of its own: a signature is accepted once."""
        with open(self.body, "rb") as file:
            body = file.read()
        key = client.serialization.load_pem_private_key(self.signer.signing_pem.encode(), None)
        stem = f"POST\n/v1/chat/completions\n{int(time.time() * 1000)}\n{client.sha256_hex(body)}\n"
        ts = stem.split("\n")[2]
        path = self.server.path("signed")
        with open(path, "w", encoding="ascii") as file:
            for i in range(count):
                nonce = f"{ts}-{i}"
                signature = client.base64.b64encode(key.sign((stem + nonce).encode())).decode()
                file.write(f"CogOS-Ed25519 keyId={self.signer.key_id},sig={signature},ts={ts},nonce={nonce}\n")
        return path

    def measured(self, pids, port, generator=wrk, **load):
        before = machine.cpu_s(pids)
        figures = generator(port, self.seconds, **load)
        figures["cpu_us"] = (machine.cpu_s(pids) - before) / figures["requests"] * 1e6
        if figures["errors"]:
            refusals = collections.Counter((line["status"], line["error"]) for line in self.server.events("request")
                                           if line["status"] >= 400)
            self.failed.append(f"{figures['errors']} errors in {load}; the server's own: {dict(refusals)}")
        return figures

    def versus(self, name, goal, ours, theirs=None):
        """The two in turn; the ratio of each round, then the median."""
        rounds = []
        for _ in range(self.rounds):
            other = self.measured(self.nginx.pids, self.nginx.port, **(theirs or ours))
            load = dict(ours)
            if load.get("signed"):
                load["signed"] = self.signed_headers(int(self.seconds * 14_000))
            own = self.measured([self.server.process.pid], self.server.port, **load)
            rounds.append((own, other, own["rps"] / other["rps"]))
        def median(which, figure):
            return statistics.median(r[which][figure] for r in rounds)
        self.row(name, goal, f"{statistics.median(r[2] for r in rounds):.2f} of nginx",
                 f"{median(0, 'rps'):,.0f} rps (nginx {median(1, 'rps'):,.0f}), p50 {median(0, 'p50'):.2f} ms, "
                 f"p99 {median(0, 'p99'):.2f} ms, CPU {median(0, 'cpu_us'):.1f} us a request "
                 f"(nginx {median(1, 'cpu_us'):.1f}), RSS {machine.rss_mib([self.server.process.pid]):.0f} MiB")
        return median(0, "rps")

    def row(self, name, goal, result, more=""):
        self.table.append((name, goal, result, more))
        print(f"{name:40}  {goal:22}  {result:18}  {more}", flush=True)

    # The cases

    def reads(self):
        self.versus("GET /v1/models", "0.45, 34 us", {"path": "/v1/models", "auth": self.auth})

    def calls(self):
        load = {"method": "POST", "path": "/v1/chat/completions", "body": self.body, "auth": self.auth}
        rps = self.versus("POST /v1/chat/completions", "0.14, 115 us, 25 ms", load)
        pause = max(1, round(CONNECTIONS / (rps / 2) * 1000))
        figures = self.measured([self.server.process.pid], self.server.port, pause_ms=pause, **load)
        self.row("  the same at half load", "p99 3 ms", f"p99 {figures['p99']:.2f} ms",
                 f"{figures['rps']:,.0f} rps, p50 {figures['p50']:.2f} ms")

    def schema(self):
        """The README's first call: three facts from a page of text under a JSON Schema."""
        self.versus("  the same with a JSON Schema", "", {"method": "POST", "path": "/v1/chat/completions",
                                                          "body": self.schema_body, "auth": self.auth})

    def signed(self):
        load = {"method": "POST", "path": "/v1/chat/completions", "body": self.body}
        self.versus("  the same, Ed25519-signed", "0.11", {**load, "signed": "made anew each round"},
                    {**load, "auth": self.auth})

    def handshakes(self):
        self.versus("full TLS handshakes", "0.95", {"path": "/health", "generator": handshakes})

    def upstream(self):
        """One connection and no load: through the server, and straight to its upstream."""
        server = fixture.Server(config=CONFIG + f'[inference]\nengine = "openai"\n'
                                f'url = "http://127.0.0.1:{self.nginx.plain_port}/v1"\n')
        try:
            server.start()
            key = server.issue("bench")
            body = server.write("ask.json", json.dumps({"messages": [{"role": "user", "content": "Well?"}]}))
            load = {"method": "POST", "path": "/v1/chat/completions", "body": body, "connections": 1}
            added, syncs = [], []
            for _ in range(self.rounds):
                straight = wrk(self.nginx.plain_port, self.seconds, scheme="http", **load)
                syncs.append(machine.sync_ms(server.data_dir))
                through = wrk(server.port, self.seconds, auth="Bearer " + key.api_key, **load)
                added.append(through["p50"] - straight["p50"])
            sync = statistics.median(syncs)
            self.row("added before an upstream, p50", "0.6 ms beyond a sync", f"{statistics.median(added) - sync:.2f} ms",
                     f"{statistics.median(added):.2f} ms in all, one fdatasync {sync:.2f} ms")
        finally:
            server.discard()

    def confined(self):
        """What the kernel takes to look at each system call: with the filter of system calls, and without."""
        servers = []
        try:
            for seccomp in ("off", "kill"):
                servers.append(fixture.Server(config=CONFIG + f'[process]\nseccomp = "{seccomp}"\n').start())
                servers[-1].auth = "Bearer " + servers[-1].issue("bench").api_key
            for name, load in (("a read", {"path": "/v1/models"}),
                               ("a call", {"method": "POST", "path": "/v1/chat/completions", "body": self.body})):
                self.compared(f"{name}: with its filter / without", "", servers, [load, load])
        finally:
            for server in servers:
                server.discard()

    def size(self):
        """The same calls and pages with many rows and with few."""
        stores = []
        try:
            for rows in (1000, self.rows):
                stores.append(self.filled(rows))
            self.row(f"ready with {self.rows:,} rows", "1 s", f"{stores[1].ready_s:.2f} s",
                     f"with 1,000 {stores[0].ready_s:.2f} s")
            call = {"method": "POST", "path": "/v1/chat/completions", "body": self.body}
            by_few = f"{self.rows:,} rows / 1,000"
            self.compared(f"a call: {by_few}", "1.15", stores, [call, call])
            # Pages from the middle of the log.
            pages = [{"path": f"/v1/audit?app_id=_default&after_seq={rows // 2}&limit=100"}
                     for rows in (1000, self.rows)]
            self.compared(f"a page of 100 rows: {by_few}", "1.15", stores, pages)
            self.open_connections(stores[1])
            self.verify_audit(stores[1])
            stores[1].stop()
            self.fsck(stores[1])
        finally:
            for server in stores:
                server.discard()

    def filled(self, rows):
        """A server whose store has so many rows of one customer."""
        server = fixture.Server(config=CONFIG)
        server.start()
        key = server.issue("filled")
        server.stop()
        pem = server.write("sealing.pub.pem", key.issued["x25519_pubkey_pem"])
        subprocess.run([os.environ["COGOS_FILL"], server.data_dir, str(rows), key.tenant, key.app, key.key_id, pem],
                       check=True)
        began = time.perf_counter()
        server.start()
        server.ready_s = time.perf_counter() - began
        server.auth = "Bearer " + key.api_key
        return server

    def compared(self, name, goal, servers, loads):
        """Two servers in turn, the second by the first."""
        times, cpus = [], []
        for _ in range(self.rounds):
            first, second = (self.measured([server.process.pid], server.port, auth=server.auth, **load)
                             for server, load in zip(servers, loads))
            times.append(first["rps"] / second["rps"])
            cpus.append(second["cpu_us"] / first["cpu_us"])
        self.row(name, goal, f"{statistics.median(times):.2f} in time", f"{statistics.median(cpus):.2f} in CPU")

    def open_connections(self, server):
        wires = [server.wire() for _ in range(1000)]
        try:
            self.row("RSS, 1,000 connections open", "64 MiB", f"{machine.rss_mib([server.process.pid]):.0f} MiB",
                     f"{self.rows:,} rows in the store")
        finally:
            for wire in wires:
                wire.close()

    def verify_audit(self, server, rows=100_000):
        path = server.path("rows.jsonl")
        head = {"Authorization": server.auth}
        with open(path, "wb") as file:
            for seq in range(0, min(rows, self.rows), 1000):
                answer = client.call(server.port, server.ca_file, "GET",
                                     f"/v1/audit?app_id=_default&after_seq={seq}&limit=1000", b"", head)
                file.write(answer.body + b"\n")
        self.offline("verify audit", ["verify", "audit", "--rows", path],
                     lambda report: sum(chain["rows"] for chain in report["chains"]))

    def fsck(self, server):
        self.offline("fsck", ["fsck", "--data-dir", server.data_dir], lambda report: report["rows"])

    def offline(self, name, command, count):
        before, began = os.times(), time.perf_counter()
        done = fixture.cogos(*command, "--json")
        after, took = os.times(), time.perf_counter() - began
        if done.returncode:
            self.failed.append(f"{name}: {done.stdout}{done.stderr}")
            return
        rows = count(json.loads(done.stdout))
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        self.row(name, "100,000 rows/s a core", f"{rows / cpu:,.0f} rows/s", f"{rows:,} rows in {took:.1f} s")

    def close(self):
        if self.nginx:
            self.nginx.stop()
        self.server.discard()


CASES = ("reads", "calls", "schema", "signed", "handshakes", "upstream", "confined", "size")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5, help="of load a measurement")
    parser.add_argument("--rounds", type=int, default=5, help="of nginx and the server in turn")
    parser.add_argument("--rows", type=int, default=1_000_000, help="in the big store")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    options = parser.parse_args()
    for case in options.cases:
        if case not in CASES:
            parser.error(f"there is no case {case}; there are {', '.join(CASES)}")
    for tool in ("wrk", "nginx"):
        if not shutil.which(tool):
            parser.error(f"{tool} is missing; scripts/bench.sh installs it")
    bench = Bench(options.seconds, options.rounds, options.rows)
    try:
        bench.open()
        for case in options.cases or CASES:
            getattr(bench, case)()
    finally:
        bench.close()
    for line in bench.failed:
        print("FAILED: " + line, file=sys.stderr)
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
