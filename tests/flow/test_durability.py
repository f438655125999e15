"""An answer that has a row leaves only when the row is on disk; where it cannot be written, nothing of the result
leaves (wire formats §4)."""

import contextlib
import json
import os
import sqlite3
import threading

import cogos_client as client
from fixture import EXTRACTION, FlowTest, main


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


if __name__ == "__main__":
    main()
