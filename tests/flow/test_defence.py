"""What becomes of scanners and guessers, and of the keys that they have (wire formats §4 to §8, docs/defence.md)."""

import json

import cogos_client as client
from fixture import ADMIN_KEY, FlowTest, main, stored_rows, wait_for

BODY = b'{"messages":[{"role":"user","content":"Hi"}]}'

# The tests' own address is a trusted proxy's, so that they can speak for others.
BEHIND_A_PROXY = '[ingress]\ntrusted_proxies = ["127.0.0.1"]\n'


def coming_from(address):
    return {"X-Forwarded-For": address}


class DefenceTest(FlowTest):
    config = BEHIND_A_PROXY

    def health(self, address):
        return self.server.call("GET", "/health", headers=coming_from(address))

    def bans_on_record(self, address):
        """The details of the rows, which are written beside the answers."""
        return wait_for(lambda: [row["detail"] for row in stored_rows(self.server.data_dir, "_operator")
                                 if row["route"] == "peer.banned" and row["detail"]["address"] == address],
                        "a row of the ban")

    def assert_banned(self, address, minutes, reason):
        refused = self.health(address)
        self.assert_error(refused, 429, "rate_limit_exceeded")
        self.assertLessEqual(int(refused.header("Retry-After")), 60 * minutes)
        self.assertGreater(int(refused.header("Retry-After")), 60 * minutes - 60)
        self.assertEqual(refused.json()["error"]["retry_after_s"], int(refused.header("Retry-After")))
        rows = self.bans_on_record(address)
        self.assertEqual([row["reason"] for row in rows], [reason])
        self.assertEqual(rows[0]["seconds"], str(60 * minutes))


class Bans(DefenceTest):
    def test_who_guesses_keys_is_banned_for_five_minutes(self):
        guess = {"Authorization": "Bearer sk-cogos-" + "0" * 32, **coming_from("203.0.113.1")}
        for _ in range(11):
            self.assert_error(self.server.call("GET", "/v1/models", headers=guess), 401, "invalid_api_key")
        self.assert_banned("203.0.113.1", 5, "authentication_failures")
        customer = self.server.issue("banned")
        refused = self.server.call("GET", "/v1/me", headers={
            "Authorization": customer.authorization("GET", "/v1/me"), **coming_from("203.0.113.1")})
        self.assertEqual(refused.status, 429, "a right key does not help")
        self.assertIsNone(refused.header("X-Cogos-Signature"), "nothing of the request was looked at")
        self.assertEqual(self.health("203.0.113.2").status, 200)

    def test_who_guesses_the_operators_key_is_banned_too(self):
        for _ in range(11):
            self.assertEqual(self.server.call("GET", "/admin/keys", headers={
                "X-Admin-Key": ADMIN_KEY[:-1], **coming_from("2001:db8:7:7::1")}).status, 401)
        self.assertEqual(self.health("2001:db8:7:7:ffff::2").status, 429, "another address of the same /64")
        self.assertEqual([row["reason"] for row in self.bans_on_record("2001:db8:7:7::/64")],
                         ["authentication_failures"])
        self.assertEqual(self.health("2001:db8:7:8::1").status, 200)

    def test_forgetting_the_key_is_no_guess(self):
        for _ in range(15):
            self.assertEqual(self.server.call("GET", "/v1/me", headers=coming_from("203.0.113.3")).status, 401)
            self.assertEqual(self.server.call("GET", "/admin/keys", headers=coming_from("203.0.113.3")).status, 401)
        self.assertEqual(self.health("203.0.113.3").status, 200)

    def test_a_known_key_that_is_not_admitted_is_no_guess(self):
        customer = self.server.issue("revoked")
        self.assertEqual(self.server.admin("POST", f"/admin/keys/{customer.key_id}/revoke").status, 200)
        for _ in range(15):
            answer = self.server.as_customer(customer, "GET", "/v1/me", headers=coming_from("203.0.113.4"))
            self.assertEqual(answer.status, 401)
        self.assertEqual(self.health("203.0.113.4").status, 200)


class Honeypots(DefenceTest):
    def ask(self, path, address, method="GET", **options):
        return self.server.call(method, path, headers=coming_from(address), **options)

    def test_a_scanner_finds_what_it_asks_for_and_none_of_it_is_real(self):
        found = {path: self.ask(path, f"203.0.113.{10 + number}") for number, path in enumerate((
            "/.env", "/.ENV/", "/%2eenv", "/%252Egit/config", "/.aws/credentials", "/wp-config.php.bak", "/phpMyAdmin/",
            "/backup.sql", "/server-status?auto", "/actuator/env", "/phpinfo.php", "/v2/models", "/api/v1/models"))}
        for path, answer in found.items():
            with self.subTest(path):
                self.assertEqual(answer.status, 200)
                self.assertIn(b"CANARY", answer.body)
                self.assertNotIn(b"/admin", answer.body)
        self.assertEqual(found["/.env"].header("Content-Type"), "text/plain; charset=utf-8")
        self.assertEqual(found["/v2/models"].header("Content-Type"), "application/json")

    def test_any_method_and_body_will_do(self):
        for method, body in (("POST", b"{not JSON"), ("PUT", b"x"), ("DELETE", b"")):
            answer = self.server.call(method, "/wp-login.php", body, coming_from("203.0.113.30"))
            self.assertEqual(answer.status, 200)

    def test_the_fourth_hit_within_a_minute_bans_for_a_quarter_of_an_hour(self):
        for path in ("/.env", "/.git/HEAD", "/wp-login.php", "/dump.sql"):
            self.assertEqual(self.ask(path, "203.0.113.31").status, 200)
        self.assertEqual(self.ask("/.env", "203.0.113.31").status, 429)
        self.assert_banned("203.0.113.31", 15, "scanner_hits")

    def test_below_the_servers_own_roots_there_are_none(self):
        for path in ("/v1/.env", "/admin/.env", "/admin/../.env", "/V1/.git/config"):
            for _ in range(5):
                self.assert_error(self.ask(path, "203.0.113.32"), 404, "not_found")
        self.assertEqual(self.health("203.0.113.32").status, 200)

    def test_what_others_may_ask_for_is_no_honeypot(self):
        for path in ("/", "/robots.txt", "/favicon.ico", "/openapi.json", "/.well-known/security.txt", "/security"):
            answer = self.ask(path, "203.0.113.33")
            self.assertNotIn(b"CANARY", answer.body)
        self.assertEqual(self.health("203.0.113.33").status, 200)


class Quarantine(DefenceTest):
    def chat(self, customer, address):
        return self.server.as_customer(customer, "POST", "/v1/chat/completions", BODY,
                                       {"Content-Type": "application/json", **coming_from(address)})

    def scan(self, address, path="/.env"):
        answer = self.server.call("GET", path, headers=coming_from(address))
        self.assertEqual(answer.status, 200)
        self.assertIn(b"CANARY", answer.body)

    def listed(self):
        answer = self.server.admin("GET", "/admin/keys/quarantined")
        self.assertEqual(answer.status, 200)
        return {key["key_id"]: key for key in answer.json()["keys"]}

    def clear(self, customer):
        return self.server.admin("POST", f"/admin/keys/{customer.key_id}/clear-quarantine")

    def operator_events(self, customer):
        return [row for row in stored_rows(self.server.data_dir, "_operator")
                if (row["detail"] or {}).get("key_id") == customer.key_id and "quarantine" in row["detail"]["event"]]

    def assert_quarantined(self, customer, address):
        answer = self.chat(customer, address)  # which checks both receipts
        self.assert_error(answer, 401, "key_quarantined_for_review")

    def test_a_leaked_key_from_the_hit_to_its_clearing(self):
        for scheme in ("bearer", "ed25519"):
            with self.subTest(scheme):
                address = {"bearer": "203.0.113.50", "ed25519": "203.0.113.51"}[scheme]
                customer = self.server.issue("leaky-" + scheme, scheme=scheme)
                self.assertEqual(self.chat(customer, address).status, 200)
                self.scan(address)
                self.assert_quarantined(customer, address)
                self.assert_quarantined(customer, "203.0.113.99")

                listed = self.listed()[customer.key_id]
                self.assertEqual(listed["tenant_id"], "leaky-" + scheme)
                self.assertIsNotNone(listed["quarantined_at"])
                self.assertFalse(listed["active"])
                evidence = listed["evidence"]
                self.assertLessEqual(evidence.pop("apart_ms"), 60_000)
                self.assertEqual(evidence, {"address": address, "pattern": "dot_env", "order": "key_first",
                                            "scanner_hits": 1, "authentication_failures": 0})

                cleared = self.clear(customer)
                self.assertEqual(cleared.status, 200)
                head = stored_rows(self.server.data_dir, "_operator")[-1]["row_hash"]
                self.assertEqual(cleared.json(),
                                 {"cleared": True, "key_id": customer.key_id, "chain_head_after": head})
                self.assertNotIn(customer.key_id, self.listed())
                self.assertEqual(self.chat(customer, address).status, 200, "the old event is not held against it")

                # The operator's chain and the customer's own say what happened; only the one names the address.
                first, second = self.operator_events(customer)
                self.assertEqual((first["method"], first["route"]), ("SYSTEM", "key.quarantined"))
                self.assertEqual(first["detail"]["address"], address)
                self.assertEqual(second["detail"]["event"], "key.quarantine_cleared")
                rows = self.server.rows(customer)
                client.check_chain(rows)
                self.assertEqual([row["route"] for row in rows],
                                 ["/v1/chat/completions", "key.quarantined", "key.quarantine_cleared",
                                  "/v1/chat/completions"])
                self.assertEqual([row["key_id"] for row in rows[1:3]], [None, None])
                self.assertEqual(rows[1]["detail"]["pattern"], "dot_env")
                self.assertNotIn(address, json.dumps(rows))
                file = self.server.write("rows.json", json.dumps(rows))
                self.assert_runs(0, "verify", "audit", "--rows", file)
                pem = self.server.write("seal.pem", customer.sealing_pem)
                self.assert_runs(0, "unseal", "--rows", file, "--key", pem)

    def test_the_other_order(self):
        customer = self.server.issue("late")
        self.scan("203.0.113.52", "/wp-login.php")
        self.assert_quarantined(customer, "203.0.113.52")
        self.assert_quarantined(customer, "203.0.113.99")
        self.assertEqual(self.listed()[customer.key_id]["evidence"]["order"], "pattern_first")
        self.assertEqual(self.listed()[customer.key_id]["evidence"]["pattern"], "wordpress")
        self.assertEqual([row["route"] for row in stored_rows(self.server.data_dir, "late")], ["key.quarantined"],
                         "no call of it was answered")

    def test_all_keys_from_there_and_no_others(self):
        there = [self.server.issue("crowd") for _ in range(5)]
        elsewhere = self.server.issue("crowd")
        for customer in there:
            self.assertEqual(self.chat(customer, "203.0.113.53").status, 200)
        self.assertEqual(self.chat(elsewhere, "203.0.113.54").status, 200)
        self.scan("203.0.113.53")
        for customer in there:
            self.assert_quarantined(customer, "203.0.113.99")
        self.assertEqual(self.chat(elsewhere, "203.0.113.54").status, 200)

    def test_an_address_of_ipv6_is_its_network(self):
        customer = self.server.issue("six")
        self.assertEqual(self.chat(customer, "2001:db8:50:1::1").status, 200)
        self.scan("2001:db8:50:1:ffff::2")
        self.assert_quarantined(customer, "203.0.113.99")

    def test_what_cannot_be_cleared(self):
        customer = self.server.issue("fine")
        self.assert_error(self.clear(customer), 409, "conflict")
        unknown = self.server.admin("POST", "/admin/keys/unknown/clear-quarantine")
        self.assert_error(unknown, 404, "not_found")
        self.assertEqual(self.server.admin("GET", "/admin/keys/quarantined", key=None).status, 401)
        self.assertEqual(self.operator_events(customer), [])


class QuarantineAndRestarts(DefenceTest):
    def test_a_quarantine_outlasts_the_process_even_a_killed_one(self):
        server = self.new_server(self.config).start()
        customer = server.issue("lasting")
        chat = ("POST", "/v1/chat/completions", BODY, {"Content-Type": "application/json",
                                                       **coming_from("203.0.113.60")})
        self.assertEqual(server.as_customer(customer, *chat).status, 200)
        self.assertEqual(server.call("GET", "/.env", headers=coming_from("203.0.113.60")).status, 200)
        server.kill()  # the decoy's answer has left: the quarantine is on disk
        server.start()
        self.assert_error(server.as_customer(customer, *chat), 401, "key_quarantined_for_review")
        listed = server.admin("GET", "/admin/keys/quarantined").json()["keys"]
        self.assertEqual([key["evidence"]["address"] for key in listed], ["203.0.113.60"])
        self.assertEqual(server.admin("POST", f"/admin/keys/{customer.key_id}/clear-quarantine").status, 200)
        server.stop()
        server.start()
        self.assertEqual(server.as_customer(customer, *chat).status, 200)
        self.assertEqual(server.admin("GET", "/admin/keys/quarantined").json()["keys"], [])
        server.stop()
        self.assertEqual(server.fsck().returncode, 0)


class AlertOnly(DefenceTest):
    config = BEHIND_A_PROXY + '[defence]\nquarantine = "alert"\n'

    def test_the_key_stays_in_use_and_both_chains_have_the_warning(self):
        customer = self.server.issue("shared")
        chat = ("POST", "/v1/chat/completions", BODY, {"Content-Type": "application/json",
                                                       **coming_from("203.0.113.70")})
        self.assertEqual(self.server.as_customer(customer, *chat).status, 200)
        self.assertEqual(self.server.call("GET", "/.env", headers=coming_from("203.0.113.70")).status, 200)
        self.assertEqual(self.server.as_customer(customer, *chat).status, 200)
        self.assertEqual(self.server.admin("GET", "/admin/keys/quarantined").json()["keys"], [])
        rows = wait_for(lambda: [row for row in self.server.rows(customer) if row["method"] == "SYSTEM"], "the row")
        self.assertEqual([row["route"] for row in rows], ["key.quarantine_alert"])
        wait_for(lambda: self.server.events("key would be quarantined"), "the line of the log")
        self.assertEqual([row["route"] for row in stored_rows(self.server.data_dir, "_operator")
                          if row["route"].startswith("key.")], ["key.quarantine_alert"])


class Exempt(DefenceTest):
    config = BEHIND_A_PROXY + '[defence]\nexempt = ["203.0.113.80", "2001:db8:80::/48"]\n'

    def test_nothing_is_suspicious_there(self):
        customer = self.server.issue("office")
        for address, status in (("203.0.113.80", 200), ("2001:db8:80:1::1", 200), ("203.0.113.81", 401)):
            headers = coming_from(address)
            self.assertEqual(self.server.as_customer(customer, "GET", "/v1/me", headers=headers).status, 200)
            self.assertEqual(self.server.call("GET", "/.env", headers=headers).status, 200)
            self.assertEqual(self.server.as_customer(customer, "GET", "/v1/me", headers=headers).status, status)

    def test_a_bad_entry_stops_the_start_and_shows_in_a_check(self):
        for entry in ("203.0.113.1/24", "office", "203.0.113.0/33"):
            with self.subTest(entry):
                file = self.server.write("bad.toml", f'[defence]\nexempt = ["{entry}"]\n')
                done = self.assert_runs(1, "check-config", "--config", file)
                self.assertIn(entry, done.stdout + done.stderr)
                done = self.assert_runs(2, "serve", "--dev", "--config", file, "--data-dir", self.server.path("none"))
                self.assertIn(entry, done.stderr)


class WithoutHoneypots(DefenceTest):
    config = BEHIND_A_PROXY + "[defence]\nhoneypots = false\n"

    def test_there_is_nothing_and_nothing_is_held_against_anybody(self):
        for _ in range(10):
            answer = self.server.call("GET", "/.env", headers=coming_from("203.0.113.40"))
            self.assert_error(answer, 404, "not_found")
        self.assertEqual(self.health("203.0.113.40").status, 200)


if __name__ == "__main__":
    main()
