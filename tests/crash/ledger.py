"""What the clients of one store hold in their hands, life after life of its server, and the check that the store
still has all of it."""

import contextlib
import os
import shutil
import sqlite3
import tempfile

import cogos_client as client
from fixture import Server

OPERATOR = ("_operator", "_default")


@contextlib.contextmanager
def copy_of_store(data_dir):
    """A connection to a copy, log included, so that looking changes nothing that the next start will find."""
    with tempfile.TemporaryDirectory(prefix="cogos-crash-copy-") as directory:
        for name in ("cogos.db", "cogos.db-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(os.path.join(data_dir, name), directory)
        with contextlib.closing(sqlite3.connect(os.path.join(directory, "cogos.db"))) as db:
            yield db


class Chain:
    """One chain as far as it was checked: the place of each row by its hash."""

    def __init__(self):
        self.height, self.head, self.last_ts = 0, client.NO_HASH, ""
        self.places = {}

    def follow(self, rows):
        head, _ = client.check_chain(rows, self.height + 1, self.head)
        if rows and rows[0]["ts"] < self.last_ts:
            raise AssertionError("time runs back")
        self.places.update((row["row_hash"], row["seq"]) for row in rows)
        if rows:
            self.height, self.head, self.last_ts = rows[-1]["seq"], head, rows[-1]["ts"]

    def place(self, row_hash, whose):
        if row_hash not in self.places:
            raise AssertionError(f"{whose} holds a receipt for the row {row_hash}, which is not in the store")
        return self.places[row_hash]


class Ledger:
    def __init__(self):
        self.chains = {}
        self.keys = {}  # key_id: (revoked for certain, perhaps)
        self.signers = {}  # public PEMs by kid
        self.receipts = self.unanswered = self.refused = 0

    # After a kill, while nothing runs

    def check_store(self, data_dir, callers, operators):
        new = self._follow(data_dir)
        rows_before = sum(map(len, new.values()))
        held = 0
        for caller in callers:
            chain = (caller.customer.tenant, caller.customer.app)
            held += self._check_caller(caller, self.chains.setdefault(chain, Chain()),
                                       {row["row_hash"]: row for row in new.get(chain, ())})
        for operator in operators:
            held += self._check_operator(operator)
        own = sum(row["key_id"] is None and row["route"] in ("attestation.key", "server.stop")
                  for row in new.get(OPERATOR, ()))
        self.receipts += held
        self.unanswered += rows_before - held - own

    def _follow(self, data_dir):
        new = {}
        with copy_of_store(data_dir) as db:
            for number, tenant, app in db.execute("SELECT id, tenant_id, app_id FROM chains").fetchall():
                chain = self.chains.setdefault((tenant, app), Chain())
                found = db.execute("SELECT core, sealed, row_hash FROM rows WHERE chain = ? AND seq > ? ORDER BY seq",
                                   (number, chain.height)).fetchall()
                rows = [{**client.load_json(core), "sealed_content": client.load_json(sealed) if sealed else None,
                         "row_hash": row_hash.hex()} for core, sealed, row_hash in found]
                chain.follow(rows)
                new[tenant, app] = rows
            for (tenant, app), chain in self.chains.items():
                kept = db.execute("SELECT count(*), max(seq) FROM rows WHERE chain = (SELECT id FROM chains WHERE "
                                  "tenant_id = ? AND app_id = ?)", (tenant, app)).fetchone()
                if kept != (chain.height, chain.height or None):
                    raise AssertionError(f"{tenant}/{app} had {chain.height} rows, and now has {kept}")
        return new

    def _check_caller(self, caller, chain, rows):
        """Each receipt is genuine, and its row stands in the chain, says the same, and after the one before it."""
        customer, last, held = caller.customer, 0, 0
        for answer in caller.answers:
            claims = client.verify_attestation(answer.token, self.signers[answer.header("X-Cogos-Attestation-Kid")],
                                               answer.body, (answer.method, answer.target, answer.request_body))
            Server.check_signature(answer, customer)
            if answer.status == 503:  # says itself that nothing was recorded
                self.refused += 1
                continue
            place = chain.place(claims["chain_head"], caller.name)
            if place <= last:
                raise AssertionError(f"{caller.name}: row {place} was answered after row {last}")
            last = place
            row = rows[claims["chain_head"]]
            content = client.unseal(row, customer.sealing_pem)
            said = (row["http_status"], row["key_id"], content["req_hash"], content["resp_hash"])
            if said != (answer.status, customer.key_id, claims["req_hash"], client.sha256_hex(answer.body)):
                raise AssertionError(f"{caller.name}: row {place} says {said}, the receipt {claims}")
            if content.get("response", answer.body.decode()) != answer.body.decode():
                raise AssertionError(f"{caller.name}: row {place} has another response")
            held += 1
        return held

    def _check_operator(self, operator):
        last = 0
        for head in operator.heads:
            place = self.chains[OPERATOR].place(head, operator.name)
            if place <= last:
                raise AssertionError(f"operator: row {place} was answered after row {last}")
            last = place
        for key_id, revoked in operator.issued.items():
            self.keys[key_id] = (revoked, key_id in operator.doubtful)
        return len(operator.heads)

    # After the next start

    def check_server(self, server, customers, tenant):
        """What the started server makes of the store: heads, keys, and the former processes' public keys."""
        for customer in customers:
            told = server.get(customer, "/v1/audit/chain-head")
            chain = self.chains.setdefault((customer.tenant, customer.app), Chain())
            if (told["height"], told["head_hash"]) != (chain.height, chain.head):
                raise AssertionError(f"{customer.tenant}/{customer.app} goes on at {told}, and ended at {chain.height}")
        listed = {key["key_id"]: key["active"]
                  for key in server.admin("GET", "/admin/keys?tenant_id=" + tenant).json()["keys"]}
        for key_id, (revoked, perhaps) in self.keys.items():
            if key_id not in listed:
                raise AssertionError(f"the key {key_id} was issued and is gone")
            if listed[key_id] == revoked and not perhaps:
                raise AssertionError(f"the key {key_id}: active is {listed[key_id]}, revoked was {revoked}")
            self.keys[key_id] = (not listed[key_id], False)
        published = {key["kid"]: key["public_pem"] for key in server.call("GET", "/attestation/keys").json()["keys"]}
        for kid, pem in self.signers.items():
            if published.get(kid) != pem:
                raise AssertionError(f"the attestation key {kid} signed receipts and is not published any more")

    def check_pages(self, server, customers):
        """The whole of each chain once more, as its customer reads it."""
        for customer in customers:
            rows = server.rows(customer)
            head, _ = client.check_chain(rows)
            chain = self.chains[customer.tenant, customer.app]
            if (len(rows), head) != (chain.height, chain.head):
                raise AssertionError(f"{customer.tenant}/{customer.app}: the pages end at {len(rows)} {head}")
