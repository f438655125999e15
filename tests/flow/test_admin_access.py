"""Who can reach the operators' routes at all (wire formats §7 and §8): a listener of their own, and addresses."""

import cogos_client as client
from fixture import ADMIN_KEY, FlowTest, cogos, main

LISTED = (("GET", "/admin/keys"), ("POST", "/admin/keys"), ("POST", "/admin/keys/x/revoke"),
          ("GET", "/metrics"))


def shape(answer):
    """Everything of an answer that may not depend on the path or the key."""
    changing = ("date", "x-cogos-request-id", "x-request-id")
    return answer.status, answer.body, sorted((n, v) for n, v in answer.headers if n.lower() not in changing)


class AccessTest(FlowTest):
    def ask(self, port, method, target, key=None, headers=()):
        keyed = {**dict(headers), **({"X-Admin-Key": key} if key else {})}
        return self.server.check(client.call(port, self.server.ca_file, method, target, headers=keyed))

    def assert_hidden(self, port, headers=()):
        for method, target in LISTED:
            for known_method in (method, "GET", "OPTIONS", "DELETE"):
                unknown = shape(self.ask(port, known_method, "/nothing"))
                self.assertEqual(unknown[0], 404)
                for key in (None, "wrong", ADMIN_KEY):
                    with self.subTest(method=known_method, target=target, key=key):
                        self.assertEqual(shape(self.ask(port, known_method, target, key, headers)), unknown)


class OwnListener(AccessTest):
    config = '[admin]\nlisten = "127.0.0.1:0"\n'

    def test_on_the_public_listener_the_operators_routes_are_unknown_paths(self):
        self.assert_hidden(self.server.port)

    def test_on_their_own_they_ask_for_the_key_and_work(self):
        port = self.server.ready["operators_port"]
        self.assertNotIn(port, (0, self.server.port))
        for method, target in LISTED:
            self.assert_error(self.ask(port, method, target), 401, "invalid_admin_credentials")
        self.assertEqual(self.ask(port, "GET", "/admin/keys", ADMIN_KEY).json(), {"keys": []})

    def test_their_own_has_nothing_else_but_the_probes(self):
        port = self.server.ready["operators_port"]
        for target in ("/health", "/ready"):
            self.assertEqual(self.ask(port, "GET", target).status, 200)
        for target in ("/v1/models", "/v1/chat/completions", "/attestation.pub", "/attestation/keys"):
            for method in ("GET", "POST", "OPTIONS"):
                answer = self.ask(port, method, target, ADMIN_KEY)
                self.assert_error(answer, 404, "not_found")
                self.assertIsNone(answer.header("Allow"))

    def test_the_command_line_reaches_them_there(self):
        done = cogos("admin", "keys", "list", "--json", "--ca", self.server.ca_file,
                     "--server", f"https://localhost:{self.server.ready['operators_port']}",
                     environment={"COGOS_ADMIN_KEY": ADMIN_KEY})
        self.assertEqual((done.returncode, done.stdout), (0, '{"keys":[]}\n'), done.stderr)


class AllowFrom(AccessTest):
    config = '[admin]\nallow_from = ["10.0.0.0/8"]\n[ingress]\ntrusted_proxies = ["127.0.0.1"]\n'

    def test_from_elsewhere_the_operators_routes_are_unknown_paths(self):
        self.assert_hidden(self.server.port)
        self.assert_hidden(self.server.port, {"X-Forwarded-For": "11.0.0.1"})

    def test_from_the_networks_listed_they_are_there(self):
        from_inside = {"X-Forwarded-For": "10.1.2.3"}
        answer = self.ask(self.server.port, "GET", "/admin/keys", headers=from_inside)
        self.assert_error(answer, 401, "invalid_admin_credentials")
        self.assertEqual(self.ask(self.server.port, "GET", "/admin/keys", ADMIN_KEY, from_inside).status, 200)
        # What a client says of itself counts only through a trusted proxy, whose own word is the last.
        lying = {"X-Forwarded-For": "10.1.2.3, 11.0.0.1"}
        self.assertEqual(self.ask(self.server.port, "GET", "/admin/keys", ADMIN_KEY, lying).status, 404)


class AllowFromOnOwnListener(AccessTest):
    config = '[admin]\nlisten = "127.0.0.1:0"\nallow_from = ["10.0.0.0/8"]\n'

    def test_both_must_hold(self):
        self.assert_hidden(self.server.port)
        self.assert_hidden(self.server.ready["operators_port"])
        self.assertEqual(self.ask(self.server.ready["operators_port"], "GET", "/health").status, 200)


class Settings(FlowTest):
    def test_what_cannot_be_is_refused_before_a_start(self):
        for setting, word in (('listen = "nowhere"', "admin.listen"), ('allow_from = ["10.0.0.1/8"]', "admin.allow_from"),
                              ('allow_from = ["example.com"]', "example.com")):
            file = self.server.write("bad.toml", f"[admin]\n{setting}\n")
            done = self.assert_runs(1, "check-config", "--config", file)
            self.assertIn(word, done.stdout + done.stderr)


if __name__ == "__main__":
    main()
