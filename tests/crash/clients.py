"""The clients of a server that is about to be killed: each calls over one connection of its own, one call after
another, and keeps what it was answered. What a call's receipt claims is checked later, against the store."""

import json
import threading

import cogos_client as client
from fixture import ADMIN_KEY, EXTRACTION, JSON, question

# What a client may see when the server goes away under it.
GONE = (OSError, EOFError, client.http.client.HTTPException)


class Caller(threading.Thread):
    """Makes calls in one customer's name until the server is gone."""

    def __init__(self, server, context, customer, rng):
        super().__init__(name=f"{customer.tenant}/{customer.app}")
        self.server, self.context, self.customer, self.rng = server, context, customer, rng
        self.answers = []  # in the order of the calls; every one of them came back whole
        self.surprise = None

    def run(self):
        try:
            with client.Wire(self.server.port, context=self.context) as wire:
                while True:
                    self.answers.append(self.ask(wire))
        except GONE:
            pass
        except Exception as error:  # handed to the checking thread, which fails by it
            self.surprise = error

    def ask(self, wire):
        body = self.body()
        headers = {**JSON, "Authorization": self.customer.authorization("POST", CHAT, body)}
        wire.send(client.message("POST", CHAT, headers, body))
        return wire.response("POST", CHAT, body)

    def body(self):
        kind = self.rng.random()
        if kind < 0.1:
            return b"{"  # refused, and recorded like any other call
        filler = self.rng.choice((0, 0, 0, 200, 6000))
        text = f"Acme reported revenue of ${self.rng.randrange(1, 999)} million for fiscal year 2024. " + "x" * filler
        return json.dumps(question(text, schema=EXTRACTION if kind < 0.5 else None)).encode()


CHAT = "/v1/chat/completions"


class Operator(threading.Thread):
    """Issues keys and revokes some of them until the server is gone."""

    TENANT = "minted"

    def __init__(self, server, context, rng):
        super().__init__(name="operator")
        self.server, self.context, self.rng = server, context, rng
        self.heads = []  # of the operator's chain, in the order of the answers
        self.issued = {}  # key_id: whether the answer of its revocation came
        self.doubtful = set()  # key_ids whose revocation was asked for and not answered
        self.surprise = None

    def run(self):
        try:
            with client.Wire(self.server.port, context=self.context) as wire:
                while True:
                    self.work(wire)
        except GONE:
            pass
        except Exception as error:
            self.surprise = error

    def work(self, wire):
        made = self.post(wire, "/admin/keys", {"tenant_id": self.TENANT})
        if made is None:
            return
        key_id = made["key_id"]
        self.issued[key_id] = False
        if self.rng.random() < 0.5:
            self.doubtful.add(key_id)
            if self.post(wire, f"/admin/keys/{key_id}/revoke", {}) is not None:
                self.issued[key_id] = True
                self.doubtful.discard(key_id)

    def post(self, wire, target, order):
        """The answer's body, its head kept; None where the change was refused because it could not be recorded."""
        body = json.dumps(order).encode()
        wire.send(client.message("POST", target, {**JSON, "X-Admin-Key": ADMIN_KEY}, body))
        answer = wire.response("POST", target, body)
        if answer.status == 503:
            return None
        if answer.status not in (200, 201):
            raise AssertionError(f"POST {target}: {answer.status} {answer.body}")
        self.heads.append(answer.json()["chain_head_after"])
        return answer.json()
