"""Callers that keep a server busy with what customers do, and say how long each call took.

    mix.py KEY_FILE SEED

Runs until it is ended. Prints a line a call: the moment at which it began (seconds), its milliseconds, its name.
"""

import json
import random
import ssl
import sys
import time

import probe

PAUSE_S = 0.0005
BAD = b"{}"
IDLE_S = 30  # half of the server's time-out


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        key = json.load(file)
    dice = random.Random(int(sys.argv[2]))
    api_key = key["api_key"]
    context = ssl.create_default_context(cafile=key["ca_file"])
    calls = {
        "chat": (probe.chat(api_key), 60),
        "models": (probe.models(api_key), 15),
        "bad": (probe.request("POST", "/v1/chat/completions", api_key, BAD), 10),
        "no key": (probe.models(""), 5),  # a wrong one would get the address banned
        "page": (probe.request("GET", "/v1/audit?app_id=_default&after_seq=1&limit=20", api_key), 5),
        "head": (probe.request("GET", "/v1/audit/chain-head", api_key), 3),
        "new connection": (probe.request("GET", "/ready", api_key), 2),
    }
    statuses = {"bad": 400, "no key": 401}
    names, weights = list(calls), [weight for _, weight in calls.values()]
    wire = probe.connect(key["port"], context)
    begin = time.monotonic()
    while True:
        name = dice.choices(names, weights)[0]
        begin, last = time.monotonic(), begin
        # After a long halt of the whole machine the server has let an idle connection go, as it should.
        if name == "new connection" or begin - last > IDLE_S:
            wire.close()
            wire = probe.connect(key["port"], context)
        wire.sendall(calls[name][0])
        status, _ = probe.read_answer(wire)
        took = (time.monotonic() - begin) * 1000
        if status != statuses.get(name, 200):
            raise RuntimeError(f"{name} was answered {status}")
        print(f"{begin:.4f} {took:.3f} {name}", flush=True)
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(0)
