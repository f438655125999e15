"""A well-behaved client: calls at an even pace on one connection, now and then on a new one, and how long each took.

    probe.py KEY_FILE SECONDS

KEY_FILE is JSON: port, ca_file, api_key. Prints JSON: the milliseconds of every call and of every new connection's
first call, each with the second at which it began.
"""

import json
import os
import socket
import ssl
import sys
import time

PACE_S = 0.003
NEW_CONNECTION_EVERY = 10
TIMEOUT_S = 30
REPORT = "Acme Corp reported revenue of $4.2 billion for fiscal year 2024, up 12% from the year before."
SCHEMA = {"type": "object", "properties": {"company": {"type": "string"}, "fiscal_year": {"type": "integer"}},
          "required": ["company", "fiscal_year"], "additionalProperties": False}
BODY = json.dumps({"messages": [{"role": "user", "content": REPORT}],
                   "response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}}).encode()


def request(method, target, api_key, body=b""):
    head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api_key}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def chat(api_key):
    return request("POST", "/v1/chat/completions", api_key, BODY)


def models(api_key):
    return request("GET", "/v1/models", api_key)


def connect(port, context):
    plain = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(plain, server_hostname="localhost")


def read_answer(wire):
    """The status and the size of one answer with a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += receive(wire)
    head, body = data.split(b"\r\n\r\n", 1)
    size = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    while len(body) < size:
        body += receive(wire)
    return int(head[9:12]), size


def receive(wire):
    data = wire.recv(65536)
    if not data:
        raise EOFError("the server closed the connection")
    return data


def ask(wire, data):
    wire.sendall(data)
    status, _ = read_answer(wire)
    if status != 200:
        raise RuntimeError(f"a well-behaved call was answered {status}")


def measure(port, ca_file, api_key, seconds):
    context = ssl.create_default_context(cafile=ca_file)
    calls, connects = [], []
    with connect(port, context) as wire:
        for one in (models(api_key), chat(api_key)):
            ask(wire, one)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begin = time.monotonic()
            ask(wire, (models if len(calls) % 2 else chat)(api_key))
            calls.append((begin, (time.monotonic() - begin) * 1000))
            if len(calls) % NEW_CONNECTION_EVERY == 0:
                begin = time.monotonic()
                with connect(port, context) as other:
                    ask(other, models(api_key))
                connects.append((begin, (time.monotonic() - begin) * 1000))
            time.sleep(PACE_S)
    return calls, connects


def quantile(samples, share):
    """Of milliseconds with their moments; None without samples."""
    ordered = sorted(ms for _, ms in samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        key = json.load(file)
    try:
        # On a machine of its own it would not wait for a processor that the server or an attacker has.
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        print("probe: without the right to real-time scheduling the times hold waits of the client's own",
              file=sys.stderr)
    calls, connects = measure(key["port"], key["ca_file"], key["api_key"], float(sys.argv[2]))
    json.dump({"calls": calls, "connects": connects}, sys.stdout)


if __name__ == "__main__":
    main()
