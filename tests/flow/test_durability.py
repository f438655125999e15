"""An answer that has a row leaves only when the row is on disk; where it cannot be written, nothing of the result
leaves (wire formats §4)."""

import contextlib
import json
import os
import resource
import sqlite3
import threading

import cogos_client as client
from fixture import EXTRACTION, JSON, FlowTest, main, question

CHAT = "/v1/chat/completions"


def call_until_the_end(test, server, customers):
    """Two callers a customer, each on a connection of its own, until the server ends by itself. It must end with 1,
    and have told those whose rows were in flight. Gives (app, row_hash) of every answer that has a row."""
    context = client.tls_context(server.ca_file)
    server.public_pem(server.ready["signer_kid"])
    answered, refused = [], []

    def work(customer):
        headers = {**JSON, "Authorization": customer.authorization("POST", CHAT)}
        body = json.dumps(question(schema=EXTRACTION)).encode()
        with contextlib.suppress(OSError, EOFError), client.Wire(server.port, context=context) as wire:
            while True:
                wire.send(client.message("POST", CHAT, headers, body))
                answer = server.check(wire.response("POST", CHAT, body))
                server.check_signature(answer, customer)
                if answer.status == 200:
                    answered.append((customer.app, answer.claims["chain_head"]))
                else:
                    refused.append((answer.status, answer.error_type, b"Acme" in answer.body))

    threads = [threading.Thread(target=work, args=(customer, )) for customer in customers * 2]
    for thread in threads:
        thread.start()
    code = server.process.wait(client.DEADLINE_S)
    server.process = None
    for thread in threads:
        thread.join(client.DEADLINE_S)
        test.assertFalse(thread.is_alive())
    test.assertEqual(code, 1, server.log())
    test.assertEqual(set(refused), {(503, "audit_unavailable", False)})
    test.assertGreater(len(answered), 0)
    test.assertRaises(OSError, server.call, "GET", "/ready")
    test.assertEqual(len(server.events("the store failed; stopping")), 1)
    test.assert_runs(0, "fsck", "--data-dir", server.data_dir)
    return answered


def check_what_was_answered(test, server, customers, answered):
    for customer in customers:
        rows = server.rows(customer)
        client.check_chain(rows)
        missing = {head for app, head in answered if app == customer.app} - {row["row_hash"] for row in rows}
        test.assertEqual(missing, set())
        test.assertEqual(server.chat(customer).status, 200)


class Unwritable(FlowTest):
    @contextlib.contextmanager
    def locked(self):
        """Another program holds the database's lock for writing."""
        with contextlib.closing(sqlite3.connect(os.path.join(self.server.data_dir, "cogos.db"),
                                                isolation_level=None)) as db:
            db.execute("PRAGMA busy_timeout = 60000")
            db.execute("BEGIN IMMEDIATE")
            yield
            db.execute("ROLLBACK")

    def test_a_call_that_cannot_be_recorded_gives_nothing_of_its_result(self):
        customer = self.server.issue("unwritable")
        self.assertEqual(self.server.chat(customer, schema=EXTRACTION).status, 200)
        rows = self.server.rows(customer)
        with self.locked():
            answer = self.server.chat(customer, schema=EXTRACTION)
            self.assert_error(answer, 503, "audit_unavailable")
            self.assertNotIn(b"Acme", answer.body)
            for name in ("X-Cogos-Model", "X-Cogos-Schema-Enforced", "X-Cogos-Latency-Ms"):
                self.assertIsNone(answer.header(name))
            self.assertEqual(answer.claims["chain_head"], rows[-1]["row_hash"])
            refused = self.server.chat(customer, b"{")
            self.assert_error(refused, 503, "audit_unavailable")
            self.assertEqual(self.server.rows(customer), rows)
        self.assertEqual(self.server.chat(customer, schema=EXTRACTION).status, 200)
        later = self.server.rows(customer)
        client.check_chain(later)
        self.assertEqual(len(later), len(rows) + 1)

    def test_a_key_that_cannot_be_recorded_is_not_issued_nor_revoked(self):
        customer = self.server.issue("unissued")
        with self.locked():
            answer = self.server.admin("POST", "/admin/keys", {"tenant_id": "unissued"})
            self.assert_error(answer, 503, "audit_unavailable")
            for word in (b"secret", b"sk-cogos", b"PRIVATE"):
                self.assertNotIn(word, answer.body)
            self.assert_error(self.server.admin("POST", f"/admin/keys/{customer.key_id}/revoke"), 503,
                              "audit_unavailable")
        listed = self.server.admin("GET", "/admin/keys?tenant_id=unissued").json()["keys"]
        self.assertEqual([(key["key_id"], key["active"]) for key in listed], [(customer.key_id, True)])
        self.assertEqual(self.server.as_customer(customer, "GET", "/v1/me").status, 200)


class Crash(FlowTest):
    def test_no_answer_that_a_client_saw_is_missing_after_a_crash_under_load(self):
        customers = [self.server.issue("crash", app_id=app) for app in ("a", "b", "c")]
        self.server.public_pem(self.server.ready["signer_kid"])
        seen, enough = [], threading.Event()

        def work(customer):
            try:
                while True:
                    answer = self.server.chat(customer, b"{}")
                    seen.append((customer.app, answer.claims["chain_head"]))
                    if len(seen) > 60:
                        enough.set()
            except (OSError, EOFError, client.http.client.HTTPException):
                enough.set()

        threads = [threading.Thread(target=work, args=(customer, )) for customer in customers * 2]
        for thread in threads:
            thread.start()
        self.assertTrue(enough.wait(client.DEADLINE_S))
        self.server.kill()
        for thread in threads:
            thread.join()
        self.assertGreater(len(seen), 60)
        self.assert_runs(0, "fsck", "--data-dir", self.server.data_dir)
        self.server.start()
        for customer in customers:
            rows = self.server.rows(customer)
            client.check_chain(rows)
            missing = {head for app, head in seen if app == customer.app} - {row["row_hash"] for row in rows}
            self.assertEqual(missing, set())
            self.assertEqual(self.server.chat(customer).status, 200)
        pages = self.server.as_customer(customers[0], "GET", "/v1/audit?since=0&limit=1000").body
        report = json.loads(self.assert_runs(0, "verify", "audit", "--json", "--rows",
                                             self.server.write("pages", pages)).stdout)
        self.assertEqual(len(report["chains"]), 3)


class Failing(FlowTest):
    def test_an_io_error_ends_the_server_and_no_answered_row_is_missing(self):
        server = self.server
        customers = [server.issue("failing", app_id=app) for app in ("a", "b", "c")]
        log = os.path.join(server.data_dir, "cogos.db-wal")
        # A write beyond it fails in the middle of the work, as on a disk that breaks.
        limit = os.path.getsize(log) + 300_000
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (limit, limit))
        answers = call_until_the_end(self, server, customers)
        stopped = server.event("the store failed; stopping")
        self.assertIn("I/O error", stopped["detail"])
        server.start()
        check_what_was_answered(self, server, customers, answers)


if __name__ == "__main__":
    main()
