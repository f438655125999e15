"""Many clients that do everything at once and keep every receipt, and the replay of a store against what they kept.

A new kind of operation is a method of Client and a line in Client.OPERATIONS; what it promises goes into the Book.
"""

import contextlib
import itertools
import json
import os
import random
import signal
import sqlite3
import threading
from collections import Counter, defaultdict

import cogos_client as client
from fixture import ADMIN_KEY, EXTRACTION, JSON, Customer, question, stored_rows

CHAT = "/v1/chat/completions"
ROTATE = "/v1/keys/rotate"
LOST = (OSError, EOFError)  # the answer will not come; whether the call was recorded is not known
NONCES = itertools.count()


class Book:
    """What all clients know together: the keys, the receipts, and the calls whose answers were lost. Thread-safe:
    it only ever appends, or says so."""

    def __init__(self):
        self.customers = []  # whose keys are good for all that is known
        self.receipts = []  # (customer, answer) of calls that must have a row
        self.glimpses = []  # (customer, answer) of calls that have none, but name the chain's head
        self.lost = Counter()  # by chain: calls that may have a row although no answer came
        self.operator_heads = []
        self.rotations = []  # (old key's id, new key's id) as they were answered
        self.quarantined = Counter()  # by (chain, key's id): how often, as far as a client knows
        self.lost_rotations = 0  # that may have been made although no answer gave a key
        self.pages = defaultdict(dict)  # by chain and seq: rows as they were given out
        self.heads = []  # (chain, height, hash) as they were signed
        self.stopping = threading.Event()  # from here on the server may close connections
        self.done = Counter()
        self.failures = []
        self._lock = threading.Lock()

    def lose(self, chain):
        with self._lock:
            self.lost[chain] += 1

    def quarantine(self, customer):
        with self._lock:
            self.quarantined[(customer.tenant, customer.app), customer.key_id] += 1

    def lose_rotation(self):
        with self._lock:
            self.lost_rotations += 1

    def count(self, name):
        with self._lock:
            self.done[name] += 1

    def total(self):
        with self._lock:
            return sum(self.done.values())


class Client(threading.Thread):
    """One of the many, with a connection of its own that it changes from time to time."""

    def __init__(self, server, book, seed, install):
        super().__init__(daemon=True)
        self.server, self.book, self.install = server, book, install
        self.random = random.Random(seed)
        self.wire = None
        self.seen = defaultdict(int)  # by chain: how far its head was known to this client

    OPERATIONS = [("good", 30), ("signed", 12), ("bad", 12), ("nowhere", 3), ("read", 8), ("page", 8), ("head", 5),
                  ("ready", 5), ("replay", 3), ("leave", 3), ("reconnect", 5), ("issue", 3), ("revoke", 2),
                  ("rotate", 4), ("leak", 2), ("reload", 1)]

    def run(self):
        names, weights = zip(*self.OPERATIONS)
        try:
            while not self.book.failures:
                name = self.random.choices(names, weights)[0]
                getattr(self, name)()
                self.book.count(name)
        except LOST as error:
            self.drop()
            if not self.book.stopping.is_set():
                self.book.failures.append(f"lost while the server was up: {error!r}")
        except Exception as error:  # pylint: disable=broad-except; reported by the test
            self.book.failures.append(f"{type(error).__name__}: {error}")

    def customer(self, scheme=None):
        return self.random.choice([one for one in self.book.customers if scheme in (None, one.issued["scheme"])])

    # One exchange

    def drop(self):
        if self.wire:
            self.wire.close()
        self.wire = None

    def ask(self, method, target, headers=(), body=b""):
        if not self.wire:
            self.wire = self.server.wire()
        self.wire.send(client.message(method, target, headers, body))
        answer = self.server.check(self.wire.response(method, target, body))
        if answer.header("Connection") == "close":
            self.drop()
        return answer

    def as_customer(self, customer, method, target, body=b"", has_row=None, authorization=None, more=()):
        """A call whose answer must carry both receipts; both are kept."""
        nonce = {} if customer.api_key else {"nonce": f"n{next(NONCES)}"}
        headers = {"Authorization": authorization or customer.authorization(method, target, body, **nonce)}
        headers.update(more)
        if method == "POST":
            headers.update(JSON)
        chain = (customer.tenant, customer.app)
        try:
            answer = self.ask(method, target, headers, body)
        except LOST:
            if method == "POST" and has_row is not False:
                self.book.lose(chain)
            raise
        self.server.check_signature(answer, customer)
        # Of a key that others revoke meanwhile, what holds is decided by its answer.
        recorded = method == "POST" and answer.status not in (401, 404) if has_row is None else has_row
        (self.book.receipts if recorded else self.book.glimpses).append((customer, answer))
        return answer

    def expect(self, answer, *statuses):
        if answer.status not in statuses:
            raise AssertionError(f"{answer.method} {answer.target}: {answer.status} {answer.body}")
        return answer

    def admin(self, method, target, body=b""):
        answer = self.ask(method, target, {"X-Admin-Key": ADMIN_KEY, **(JSON if body else {})}, body)
        if answer.status < 300 and "chain_head_after" in answer.json():
            self.book.operator_heads.append(answer.json()["chain_head_after"])
        return answer

    # The operations

    def good(self, scheme=None):
        body = json.dumps(question(schema=EXTRACTION, name="facts")).encode()
        self.expect(self.as_customer(self.customer(scheme), "POST", CHAT, body), 200, 401)

    def signed(self):
        self.good("ed25519")

    def bad(self):
        body = self.random.choice((b"", b"{", b"[]", b"{}", json.dumps(question(temperature=9)).encode(),
                                   json.dumps(question(schema={"type": "nonsense"})).encode()))
        self.expect(self.as_customer(self.customer(), "POST", CHAT, body), 400, 401)

    def nowhere(self):
        self.expect(self.as_customer(self.customer(), "POST", "/v1/nothing", b"{}", has_row=False), 404)

    def read(self):
        self.expect(self.as_customer(self.customer(), "GET", self.random.choice(("/v1/models", "/v1/me"))), 200, 401)

    def page(self):
        customer = self.customer()
        after = self.random.randrange(0, self.seen[customer.app] + 1)
        target = f"/v1/audit?app_id={customer.app}&after_seq={after}&limit=30"
        answer = self.expect(self.as_customer(customer, "GET", target), 200, 401)
        if answer.status == 401:
            return
        page = answer.json()
        if page["chain_ok"] is not True or page["chain_break"] is not None:
            raise AssertionError(f"a chain does not hold: {page['chain_break']}")
        rows = page["rows"]
        if rows:
            client.check_chain(rows, after + 1, rows[0]["prev_hash"])
            self.seen[customer.app] = max(self.seen[customer.app], rows[-1]["seq"])
        given = self.book.pages[customer.tenant, customer.app]
        for row in rows:
            if given.setdefault(row["seq"], row) != row:
                raise AssertionError(f"row {row['seq']} was given out in two forms")

    def head(self):
        customer = self.customer()
        answer = self.expect(self.as_customer(customer, "GET", "/v1/audit/chain-head"), 200, 401)
        if answer.status == 200:
            found = answer.json()
            client.verify_chain_head(found, self.server.public_pem(found["attestation_kid"]))
            self.book.heads.append(((customer.tenant, customer.app), found["height"], found["head_hash"]))

    def ready(self):
        self.expect(self.ask("GET", self.random.choice(("/ready", "/health"))), 200)

    def replay(self):
        customer = self.customer("ed25519")
        body = b"{}"
        signature = customer.authorization("POST", CHAT, body, nonce=f"n{next(NONCES)}")
        first = self.as_customer(customer, "POST", CHAT, body, authorization=signature)
        if self.expect(first, 400, 401).status == 400:
            again = self.as_customer(customer, "POST", CHAT, body, has_row=False, authorization=signature)
            self.expect(again, 401)

    def leave(self):
        """Sends a call and does not wait for its answer."""
        customer = self.customer("bearer")
        self.drop()
        with self.server.wire() as wire:
            self.book.lose((customer.tenant, customer.app))
            wire.send(client.message("POST", CHAT, {"Authorization": "Bearer " + customer.api_key, **JSON}, b"{}"))

    def reconnect(self):
        self.drop()

    def issue(self):
        order = {"tenant_id": "stress", "package_id": "unlimited", "app_id": self.random.choice("abc"),
                 "scheme": self.random.choice(("bearer", "ed25519")),
                 "audit_content": self.random.choice(("digest", "full"))}
        answer = self.expect(self.admin("POST", "/admin/keys", json.dumps(order).encode()), 201)
        customer = Customer(answer.json())
        self.book.customers.append(customer)
        self.expect(self.as_customer(customer, "POST", CHAT, b"{}"), 400, 401)

    def revoke(self):
        """Takes a key that the others may be using just now; from the answer on nobody may."""
        customer = self.customer()
        if sum(one.issued["scheme"] == customer.issued["scheme"] for one in self.book.customers) < 4:
            return
        try:
            self.book.customers.remove(customer)
        except ValueError:
            return  # another client's
        self.expect(self.admin("POST", f"/admin/keys/{customer.key_id}/revoke"), 200)
        for method, target, body in (("POST", CHAT, b"{}"), ("GET", "/v1/me", b"")):
            self.expect(self.as_customer(customer, method, target, body, has_row=False), 401)

    def leak(self):
        """A scanner gets hold of a key that the others may be using just now; from its pattern on nobody may, until
        the operator gives the key back."""
        customer = self.customer("bearer")
        if sum(one.issued["scheme"] == "bearer" for one in self.book.customers) < 4:
            return
        try:
            self.book.customers.remove(customer)
        except ValueError:
            return  # another client's
        number = next(NONCES)
        address = f"127.{100 + number // 65536}.{number // 256 % 256}.{number % 256}"
        with client.Wire(self.server.port, self.server.ca_file, source=address) as scanner:
            for target in ("/v1/me", "/.env"):
                scanner.send(client.message("GET", target, {"Authorization": "Bearer " + customer.api_key}))
                answer = self.server.check(scanner.response("GET", target))
                if self.expect(answer, 200, 401).status == 401:
                    return  # it went out of use before, with the key that it was rotated from
        self.book.quarantine(customer)
        refused = self.expect(self.as_customer(customer, "POST", CHAT, b"{}", has_row=False), 401)
        if refused.error_type != "key_quarantined_for_review":
            raise AssertionError(f"a leaked key: {refused.body}")
        self.expect(self.admin("POST", f"/admin/keys/{customer.key_id}/clear-quarantine"), 200)
        for key in self.admin("GET", "/admin/keys/quarantined").json()["keys"]:
            if key["rotated_from_key_id"] == customer.key_id:
                self.expect(self.admin("POST", f"/admin/keys/{key['key_id']}/clear-quarantine"), 200, 409)
        self.book.customers.append(customer)

    def ask_to_rotate(self, customer, idempotency_key):
        """Which may be refused because others revoke or rotate the same key just now."""
        try:
            answer = self.as_customer(customer, "POST", ROTATE, b"{}", more={"Idempotency-Key": idempotency_key})
        except LOST:
            self.book.lose_rotation()
            raise
        if answer.status == 401:
            # Revoked before; or while the rotation was written, and then there is a key that nobody was given.
            self.book.lose_rotation()
        return self.expect(answer, 201, 401, 409)

    def rotate(self):
        """Exchanges a key that others may be using, and rotating, just now."""
        old = self.customer()
        once = f"once-{next(NONCES)}"
        first = self.ask_to_rotate(old, once)
        if first.status != 201:
            return
        new = Customer(first.json(), sealing_pem=old.sealing_pem)
        self.book.rotations.append((old.key_id, new.key_id))
        self.book.operator_heads.append(first.json()["chain_head_after"])
        again = self.ask_to_rotate(old, once)
        if again.status == 201 and again.body != first.body:
            raise AssertionError("the same rotation sent twice has two answers")
        if self.expect(self.as_customer(new, "POST", CHAT, b"{}"), 400, 401).status == 401:
            return  # another client's rotation has replaced it, or the old key was revoked before it came into force
        # In use from here on: nothing replaces it any more.
        late = self.ask_to_rotate(old, f"late-{next(NONCES)}")
        if late.status == 201 or late.status == 409 and late.json()["error"]["new_key_id"] != new.key_id:
            raise AssertionError(f"a key in use was replaced, or is not named: {late.body}")
        self.book.customers.append(new)
        try:
            self.book.customers.remove(old)
        except ValueError:
            pass  # another client has revoked it

    def reload(self):
        self.install(self.random.randrange(2))
        process = self.server.process
        if process:  # else the stop is over already
            process.send_signal(signal.SIGHUP)


def replay(server, book):
    """Compares a stopped server's store with the book; raises AssertionError where a promise is broken."""
    chains = {(customer.tenant, customer.app): [] for customer, _ in book.receipts + book.glimpses}
    for chain in chains:
        chains[chain] = stored_rows(server.data_dir, *chain)
        client.check_chain(chains[chain])
        for seq, row in book.pages[chain].items():
            if seq > len(chains[chain]) or row != chains[chain][seq - 1]:
                raise AssertionError(f"row {seq} of {chain} is not as it was given out")
    for chain, height, head in book.heads:
        if head != (chains[chain][height - 1]["row_hash"] if height else client.NO_HASH):
            raise AssertionError(f"the signed head of {chain} at {height} is not the row there")
    places = {row["row_hash"]: row for rows in chains.values() for row in rows}

    claimed = set()
    for customer, answer in book.receipts:
        head = answer.claims["chain_head"]
        row = places.get(head)
        if row is None or head in claimed:
            raise AssertionError(f"{answer.status} {answer.body}: its row is " + ("another's" if row else "missing"))
        claimed.add(head)
        told = (row["tenant_id"], row["app_id"], row["key_id"], row["method"], row["route"], row["http_status"])
        if told != (customer.tenant, customer.app, customer.key_id, answer.method, answer.target, answer.status):
            raise AssertionError(f"{told} is in the place of {answer.method} {answer.target} {answer.status}")
        content = client.unseal(row, customer.sealing_pem)
        text = client.request_text(answer.method, answer.target, answer.claims["ts"], answer.request_body)
        kept = (answer.header("X-Cogos-Request-Id"), client.sha256_hex(answer.body), client.sha256_hex(text))
        if kept != (content["request_id"], content["resp_hash"], content["req_hash"]):
            raise AssertionError("the sealed content is another call's")
    for _, answer in book.glimpses:
        if answer.claims["chain_head"] not in places and answer.claims["chain_head"] != client.NO_HASH:
            raise AssertionError("an answer names a head that no chain has")
    for chain, rows in chains.items():
        unclaimed = sum(row["row_hash"] not in claimed for row in rows if row["method"] != "SYSTEM")
        if unclaimed > book.lost[chain]:
            raise AssertionError(f"{chain}: {unclaimed} rows that no client has a receipt for; {book.lost[chain]} lost")

    operator = stored_rows(server.data_dir, "_operator")
    client.check_chain(operator)
    check_rotations(server, book, operator)
    check_quarantines(book, chains, operator)
    missing = set(book.operator_heads) - {row["row_hash"] for row in operator}
    if missing or len(set(book.operator_heads)) != len(book.operator_heads):
        raise AssertionError("an operator's change is not in the operator's chain, or two are one")


def check_rotations(server, book, operator):
    """Each rotation is a key in the store and a row of the operator's, and both are there or neither."""
    rows = [(row["detail"]["key_id"], row["detail"]["new_key_id"]) for row in operator if row["route"] == "key.rotated"]
    with contextlib.closing(sqlite3.connect(f"file:{server.path('data/cogos.db')}?mode=ro", uri=True)) as db:
        stored = db.execute(
            "SELECT rotated_from_key_id, key_id FROM keys WHERE rotated_from_key_id IS NOT NULL").fetchall()
        unfinished = db.execute(
            "SELECT count(*) FROM keys JOIN keys AS old ON old.key_id = keys.rotated_from_key_id "
            "WHERE old.rotation_grace_until_ms IS NULL").fetchone()[0]
    if sorted(rows) != sorted(stored) or len(set(rows)) != len(rows):
        raise AssertionError("the rotated keys are not those that the operator's rows report")
    if unfinished or not set(book.rotations) <= set(rows):
        raise AssertionError("a rotation is missing, or was made by half")
    if len(rows) - len(book.rotations) > book.lost_rotations:
        raise AssertionError(f"{len(rows)} rotations, and the clients know of {len(book.rotations)}")


def check_quarantines(book, chains, operator):
    """Each quarantine has a row of the operator's and one in the customer's own chain."""
    told = Counter((chain, row["detail"]["key_id"]) for chain, rows in chains.items() for row in rows
                   if row["route"] == "key.quarantined")
    noted = Counter(((row["detail"]["tenant_id"], row["detail"]["app_id"]), row["detail"]["key_id"])
                    for row in operator if row["route"] == "key.quarantined")
    if told != noted:
        raise AssertionError("customers were not told what the operator was")
    if book.quarantined - noted:
        raise AssertionError(f"quarantines without a row: {book.quarantined - noted}")


def replace(path, contents):
    """As a whole or not at all."""
    with open(path + ".new", "wb") as file:
        file.write(contents)
    os.replace(path + ".new", path)
