"""GET /metrics: who may read it, what it counts, and that no label can hold anything of a customer's."""

import re

from fixture import ADMIN_KEY, FlowTest, main

SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)')

STAGES = {"whole", "gates", "handler", "record", "seals"}
REFUSALS = {"address_rate", "tenant_rate", "monthly_quota", "daily_quota", "prompt_ceiling", "model_tier", "quarantine",
            "overload", "audit_unavailable"}
OUTCOMES = {"done", "schema_unsatisfiable", "upstream_error", "upstream_timeout", "overloaded", "client_closed"}

# Every label there may be, with what it may say.
LABELS = {
    "method": r"-|\*|GET|POST|PUT|DELETE",
    "route": r"-|decoy:[a-z_]+|(/(\{[a-z_]+\}|[a-z0-9_.-]+))+",
    "status": r"[1-5][0-9][0-9]",
    "stage": "|".join(STAGES),
    "kind": "|".join(REFUSALS),
    "type": r"[a-z_]+",
    "engine": "builtin|ollama|openai",
    "outcome": "|".join(OUTCOMES),
    "event": "ban|quarantine|suspicion|not_recorded",
    "rev": r"[0-9]+\.[0-9]+\.[0-9]+\+[0-9a-z.-]+",
    "le": r"[0-9.e+-]+|\+Inf",
}


def parse(text):
    """{(name, ((label, value), …)): number}; fails where a line is not of Prometheus's text format."""
    samples, kinds = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            if name in kinds:
                raise AssertionError("twice: " + line)
            kinds[name] = kind
        elif line and not line.startswith("# HELP "):
            match = SAMPLE.match(line)
            if not match:
                raise AssertionError("not a sample: " + line)
            labels = tuple(sorted(LABEL.findall(match[2] or "")))
            if (match[1], labels) in samples:
                raise AssertionError("twice: " + line)
            samples[match[1], labels] = float(match[3])
    return samples


class MetricsTest(FlowTest):
    def scrape(self):
        answer = self.server.call("GET", "/metrics", headers={"X-Admin-Key": ADMIN_KEY})
        self.assertEqual(answer.status, 200, answer.body)
        return parse(answer.body.decode())

    @staticmethod
    def value(samples, name, **labels):
        return samples.get((name, tuple(sorted(labels.items()))), 0)


class Reading(MetricsTest):
    def test_it_takes_the_operators_key_and_no_other(self):
        customer = self.server.issue("curious")
        for headers in ({}, {"X-Admin-Key": "wrong"}, {"Authorization": "Bearer wrong"}, {"Authorization": ADMIN_KEY},
                        {"Authorization": "Basic " + ADMIN_KEY}, {"Authorization": "Bearer " + customer.api_key},
                        {"Authorization": "Bearer " + ADMIN_KEY, "X-Admin-Key": "wrong"}):
            with self.subTest(headers):
                answer = self.server.call("GET", "/metrics", headers=headers)
                self.assert_error(answer, 401, "invalid_admin_credentials")
                self.assertNotIn(b"cogos_", answer.body)
        for headers in ({"X-Admin-Key": ADMIN_KEY}, {"Authorization": "Bearer " + ADMIN_KEY},
                        {"Authorization": "bearer " + ADMIN_KEY}):
            answer = self.server.call("GET", "/metrics", headers=headers)
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8")
            self.assertEqual(answer.header("Cache-Control"), "no-store")

    def test_as_a_bearer_token_the_key_opens_nothing_else(self):
        answer = self.server.call("GET", "/admin/keys", headers={"Authorization": "Bearer " + ADMIN_KEY})
        self.assert_error(answer, 401, "invalid_admin_credentials")

    def test_other_methods_do_not_show_that_it_is_there(self):
        for method in ("POST", "HEAD", "OPTIONS", "DELETE"):
            answer = self.server.call(method, "/metrics", headers={"X-Admin-Key": ADMIN_KEY})
            self.assertEqual(answer.status, 404)
            self.assertIsNone(answer.header("Allow"))


class Counting(MetricsTest):
    config = '[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n'

    def test_what_was_answered_is_what_is_counted(self):
        customer = self.server.issue("counted")
        before = self.scrape()
        for _ in range(3):
            self.assertEqual(self.server.chat(customer).status, 200)
        self.assertEqual(self.server.chat(customer, b"{").status, 400)
        self.assertEqual(self.server.call("GET", "/v1/me").status, 401)
        for _ in range(2):
            self.assertEqual(self.server.call("GET", "/sk-nowhere").status, 404)
        after = self.scrape()

        def grown(name, **labels):
            return self.value(after, name, **labels) - self.value(before, name, **labels)

        chat = {"method": "POST", "route": "/v1/chat/completions"}
        self.assertEqual(grown("cogos_requests_total", **chat, status="200"), 3)
        self.assertEqual(grown("cogos_requests_total", **chat, status="400"), 1)
        self.assertEqual(grown("cogos_requests_total", method="GET", route="/v1/me", status="401"), 1)
        self.assertEqual(grown("cogos_requests_total", method="-", route="-", status="404"), 2)
        self.assertEqual(grown("cogos_requests_total", method="GET", route="/metrics", status="200"), 1)
        for stage in STAGES:
            self.assertEqual(grown("cogos_stage_duration_seconds_count", **chat, stage=stage), 4, stage)
            self.assertEqual(grown("cogos_stage_duration_seconds_bucket", **chat, stage=stage, le="+Inf"), 4)
            self.assertGreater(grown("cogos_stage_duration_seconds_sum", **chat, stage=stage), 0)
        parts = sum(grown("cogos_stage_duration_seconds_sum", **chat, stage=stage) for stage in STAGES - {"whole"})
        self.assertLessEqual(parts, grown("cogos_stage_duration_seconds_sum", **chat, stage="whole") + 1e-9)
        self.assertEqual(grown("cogos_errors_total", type="not_found"), 2)
        self.assertEqual(grown("cogos_errors_total", type="invalid_request_error"), 2)
        self.assertEqual(grown("cogos_audit_rows_total"), 4)
        self.assertEqual(grown("cogos_audit_commit_changes_sum"), 4)
        self.assertEqual(grown("cogos_audit_commit_duration_seconds_count"), grown("cogos_audit_commit_changes_count"))
        self.assertEqual(grown("cogos_inference_calls_total", engine="builtin", outcome="done"), 3)
        self.assertEqual(grown("cogos_inference_duration_seconds_count", engine="builtin"), 3)
        self.assertEqual(self.value(after, "cogos_audit_writable"), 1)
        self.assertGreaterEqual(self.value(after, "cogos_open_connections"), 1)
        self.assertEqual(self.value(after, "cogos_pending_requests"), 1)
        self.assertEqual(self.value(after, "cogos_build_info", rev=self.server.ready["rev"]), 1)
        self.assertGreater(self.value(after, "process_resident_memory_bytes"), 1 << 20)
        self.assertGreater(self.value(after, "process_open_fds"), 3)


class Refusals(MetricsTest):
    config = '[limits]\npeer_rpm = 20\nadmin_peer_rpm = 0\n'

    def test_an_address_that_asks_too_often_is_counted_as_such(self):
        refused = 0
        while refused < 5:
            refused += self.server.call("GET", "/health").status == 429
        answer = None
        while answer is None or answer.status == 429:
            answer = self.server.call("GET", "/metrics", headers={"X-Admin-Key": ADMIN_KEY})
            refused += answer.status == 429
        samples = parse(answer.body.decode())
        self.assertEqual(self.value(samples, "cogos_refusals_total", kind="address_rate"), refused)
        self.assertEqual(self.value(samples, "cogos_errors_total", type="rate_limit_exceeded"), refused)
        self.assertEqual(self.value(samples, "cogos_requests_total", method="GET", route="/health", status="429") +
                         self.value(samples, "cogos_requests_total", method="GET", route="/metrics", status="429"),
                         refused)


class Labels(MetricsTest):
    def test_no_label_holds_anything_of_a_customers(self):
        customer = self.server.issue("tenant-canary", app_id="app-canary", label="label-canary", scheme="ed25519")
        bearer = self.server.issue("tenant-canary", app_id="app-canary")
        self.server.chat(customer)
        self.server.get(bearer, "/v1/audit?app_id=app-canary")
        for target in ("/path-canary", "/v1/path-canary", "/admin/path-canary", "/.env"):
            self.server.call("GET", target + "?query-canary=1")
        self.server.call("METHODCANARY", "/health")
        self.server.call("GET", "/v1/me", headers={"Authorization": "Bearer sk-cogos-" + "c" * 32})
        self.server.admin("POST", f"/admin/keys/{customer.key_id}/revoke")
        answer = self.server.call("GET", "/metrics", headers={"X-Admin-Key": ADMIN_KEY})
        text = answer.body.decode()
        for word in ("canary", "CANARY", customer.key_id, bearer.key_id, bearer.api_key[9:], "127.0.0.1", ADMIN_KEY,
                     ".env", "cccc"):
            self.assertNotIn(word, text)
        names = set()
        for (name, labels), _ in parse(text).items():
            names.add(name)
            for label, value in labels:
                self.assertIn(label, LABELS, name)
                self.assertRegex(value, f"^(?:{LABELS[label]})$", f"{name}{{{label}}}")
        routes = {dict(labels)["route"] for (name, labels) in parse(text) if name == "cogos_requests_total"}
        self.assertLessEqual({"-", "decoy:dot_env", "/v1/chat/completions", "/admin/keys/{id}/revoke"}, routes)
        self.assertTrue(all(name.startswith(("cogos_", "process_")) for name in names), names)


class Defence(MetricsTest):
    config = "[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n"  # all calls from one address

    def test_what_the_defence_does_is_counted_without_saying_to_whom(self):
        customer = self.server.issue("leaky")
        self.assertEqual(self.server.as_customer(customer, "GET", "/v1/me").status, 200)
        self.assertEqual(self.server.call("GET", "/.env").status, 200)
        self.assert_error(self.server.as_customer(customer, "GET", "/v1/me"), 401, "key_quarantined_for_review")
        samples = self.scrape()
        self.assertEqual(self.value(samples, "cogos_defence_events_total", event="quarantine"), 1)
        self.assertEqual(self.value(samples, "cogos_refusals_total", kind="quarantine"), 1)
        for event in ("ban", "suspicion", "not_recorded"):
            self.assertEqual(self.value(samples, "cogos_defence_events_total", event=event), 0)
        self.assertEqual(self.value(samples, "cogos_requests_total", method="*", route="decoy:dot_env", status="200"), 1)


class Upstream(MetricsTest):
    def test_an_upstream_that_fails_is_counted(self):
        server = self.new_server('[inference]\nengine = "ollama"\nurl = "http://127.0.0.1:1"\n').start()
        customer = server.issue("unlucky")
        self.assert_error(server.chat(customer), 502, "upstream_error")
        answer = server.call("GET", "/metrics", headers={"X-Admin-Key": ADMIN_KEY})
        samples = parse(answer.body.decode())
        self.assertEqual(self.value(samples, "cogos_inference_calls_total", engine="ollama", outcome="upstream_error"), 1)
        self.assertEqual(self.value(samples, "cogos_inference_duration_seconds_count", engine="ollama"), 1)
        server.stop()


if __name__ == "__main__":
    main()
