"""What becomes of scanners and guessers, and of the keys that they have (wire formats §4 to §8, docs/defence.md)."""

from fixture import ADMIN_KEY, FlowTest, main, stored_rows, wait_for

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


class WithoutHoneypots(DefenceTest):
    config = BEHIND_A_PROXY + "[defence]\nhoneypots = false\n"

    def test_there_is_nothing_and_nothing_is_held_against_anybody(self):
        for _ in range(10):
            answer = self.server.call("GET", "/.env", headers=coming_from("203.0.113.40"))
            self.assert_error(answer, 404, "not_found")
        self.assertEqual(self.health("203.0.113.40").status, 200)


if __name__ == "__main__":
    main()
