"""GET /admin/usage and GET /admin/health/deep, and their commands."""

import contextlib
import json
import os
import sqlite3

from fixture import ADMIN_KEY, FlowTest, cogos, main
from stub_upstream import StubUpstream, http

SHOWN = {"ts", "tenant_id", "app_id", "seq", "key_id", "method", "route", "http_status", "status", "model",
         "prompt_tokens", "completion_tokens", "total_tokens", "latency_ms", "schema_enforced", "live_search",
         "package_id", "detail"}


def admin_command(server, *arguments):
    return cogos("admin", *arguments, "--ca", server.ca_file, "--server", f"https://localhost:{server.port}",
                 environment={"COGOS_ADMIN_KEY": ADMIN_KEY})


class Usage(FlowTest):
    def usage(self, query=""):
        answer = self.server.admin("GET", "/admin/usage" + query)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.header("Cache-Control"), "no-store")
        body = answer.json()
        self.assertEqual(set(body), {"rows", "next_cursor", "more", "server_time_ms"})
        for row in body["rows"]:
            self.assertEqual(set(row), SHOWN)
        return body

    def test_it_shows_every_call_and_nothing_that_is_sealed(self):
        self.server.unlimited()  # its package has a row of its own
        start = self.usage("?limit=1000")["next_cursor"]
        one = self.server.issue("usage-one", audit_content="full")
        two = self.server.issue("usage-two", app_id="second")
        self.server.chat(one, text="the-prompt-itself")
        self.server.chat(two, b"{")
        body = self.usage(f"?cursor={start}")
        self.assertIs(body["more"], False)
        calls = [(row["tenant_id"], row["app_id"], row["route"], row["http_status"], row["status"])
                 for row in body["rows"]]
        self.assertEqual(calls, [
            ("_operator", "_default", "/admin/keys", 201, "recorded"),
            ("_operator", "_default", "/admin/keys", 201, "recorded"),
            ("usage-one", "_default", "/v1/chat/completions", 200, "success"),
            ("usage-two", "second", "/v1/chat/completions", 400, "client_error")])
        done = body["rows"][2]
        self.assertEqual((done["key_id"], done["package_id"]), (one.key_id, one.issued["package_id"]))
        self.assertGreater(done["total_tokens"], 0)
        # What the customer reads of the same row, without what binds and seals it.
        row = self.server.rows(one)[0]
        self.assertEqual(done, {name: row[name] for name in SHOWN})
        text = json.dumps(body)
        for word in ("the-prompt-itself", "sealed", "ciphertext", "hash", "req-"):
            self.assertNotIn(word, text.replace("chain_head", ""), word)

    def test_pages_follow_each_other_and_can_be_one_tenants(self):
        start = self.usage("?limit=1000")["next_cursor"]
        customers = [self.server.issue(f"paged-{i % 2}") for i in range(2)]
        for i in range(7):
            self.server.chat(customers[i % 2])
        seen, cursor = [], start
        while True:
            page = self.usage(f"?cursor={cursor}&limit=2")
            self.assertLessEqual(len(page["rows"]), 2)
            seen += [(row["tenant_id"], row["seq"]) for row in page["rows"] if row["tenant_id"] != "_operator"]
            cursor = page["next_cursor"]
            if not page["more"]:
                break
        self.assertEqual(seen, [(f"paged-{i % 2}", i // 2 + 1) for i in range(7)])
        own = self.usage("?tenant_id=paged-1")["rows"]
        self.assertEqual([(row["tenant_id"], row["seq"]) for row in own], [("paged-1", i) for i in (1, 2, 3)])
        self.assertEqual(self.usage("?tenant_id=no-such-tenant")["rows"], [])
        later = self.usage(f"?since={self.usage()['server_time_ms'] + 60_000}")
        self.assertEqual((later["rows"], later["more"]), ([], False))

    def test_queries_that_cannot_be_are_refused(self):
        for query, param in (("since=yesterday", "since"), ("limit=1001", "limit"), ("limit=-1", "limit"),
                             ("cursor=x", "cursor"), ("tenant_id=A%20B", "tenant_id")):
            answer = self.server.admin("GET", "/admin/usage?" + query)
            self.assert_error(answer, 400, "invalid_request_error")
            self.assertEqual(answer.json()["error"]["param"], param)
        self.assert_error(self.server.admin("GET", "/admin/usage", key=None), 401, "invalid_admin_credentials")

    def test_the_command_prints_a_table_or_json(self):
        customer = self.server.issue("tabled")
        self.server.chat(customer)
        table = admin_command(self.server, "usage", "--tenant", "tabled", "--since", "2020-01-01T00:00:00Z")
        self.assertEqual(table.returncode, 0, table.stderr)
        self.assertRegex(table.stdout, r"^TIME +TENANT +APP +SEQ +ROUTE")
        self.assertRegex(table.stdout, r"\n\S+Z +tabled +_default +1 +/v1/chat/completions +success +200 ")
        lines = admin_command(self.server, "usage", "--tenant", "tabled", "--json")
        self.assertEqual([row["key_id"] for row in json.loads(lines.stdout)["rows"]], [customer.key_id])
        metrics = admin_command(self.server, "metrics")
        self.assertEqual(metrics.returncode, 0, metrics.stderr)
        self.assertIn("\ncogos_audit_writable 1\n", metrics.stdout)


class Health(FlowTest):
    MEMBERS = {"ok", "chain_ok", "upstream_ok", "audit_writes_per_min", "audit_queue_depth", "last_commit_ms",
               "checks_failed"}

    def health(self, server=None):
        server = server or self.server
        # Not checked: a 503 of this route is a report, and no error.
        answer = server.call("GET", "/admin/health/deep", headers={"X-Admin-Key": ADMIN_KEY}, checked=False)
        self.assertEqual(answer.header("Cache-Control"), "no-store")
        self.assertEqual(set(answer.json()), self.MEMBERS)
        return answer.status, answer.json()

    def test_a_server_that_is_well_says_so(self):
        customer = self.server.issue("healthy")
        before = self.health()[1]["audit_writes_per_min"]
        for _ in range(3):
            self.server.chat(customer)
        status, body = self.health()
        self.assertEqual((status, body["ok"], body["chain_ok"], body["upstream_ok"], body["checks_failed"]),
                         (200, True, True, True, []))
        self.assertEqual(body["audit_writes_per_min"], before + 3)
        self.assertEqual(body["audit_queue_depth"], 0)
        self.assertLess(abs(body["last_commit_ms"] - self.server.admin("GET", "/admin/usage").json()["server_time_ms"]),
                        60_000)
        self.assert_error(self.server.admin("GET", "/admin/health/deep", key=None), 401, "invalid_admin_credentials")
        done = admin_command(self.server, "health")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("ok: true\n", done.stdout)

    def test_a_chain_that_was_tampered_with_is_a_failed_check(self):
        server = self.new_server().start()
        customer = server.issue("tampered")
        server.chat(customer)
        self.assertEqual(self.health(server)[0], 200)
        path = os.path.join(server.data_dir, "cogos.db")
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("UPDATE rows SET core = CAST(replace(CAST(core AS TEXT), '\"success\"', '\"succesS\"') AS BLOB)")
            db.commit()
        status, body = self.health(server)
        self.assertEqual((status, body["ok"], body["chain_ok"], body["checks_failed"]), (503, False, False, ["chain"]))
        self.assertIn("tampered/_default", server.event("a health check failed")["what"])
        done = admin_command(server, "health", "--json")
        self.assertEqual((done.returncode, json.loads(done.stdout)["checks_failed"]), (1, ["chain"]))
        server.stop()

    def test_an_upstream_is_asked_for_next_to_nothing(self):
        for engine, path, answer in (("ollama", "/api/version", {"version": "0.1"}), ("openai", "/v1/models", {"data": []})):
            with contextlib.closing(StubUpstream()) as upstream:
                url = f"http://127.0.0.1:{upstream.port}" + ("/v1" if engine == "openai" else "")
                server = self.new_server(f'[inference]\nengine = "{engine}"\nurl = "{url}"\n').start()
                upstream.answer = http(answer)
                self.assertEqual(self.health(server)[0], 200)
                self.assertEqual([(call.method, call.target) for call in upstream.calls], [("GET", path)])
                upstream.answer = http({}, "500 Internal Server Error")
                status, body = self.health(server)
                self.assertEqual((status, body["upstream_ok"], body["checks_failed"]), (503, False, ["upstream"]))
                upstream.answer = None
                self.assertEqual(self.health(server)[0], 503)
                server.stop()


if __name__ == "__main__":
    main()
