"""The listener without TLS: it sends browsers on to https, and serves nothing."""

import cogos_client as client
from fixture import ADMIN_KEY, FlowTest, main

ORIGIN = "https://api.example"


class Redirect(FlowTest):
    config = f'[server]\norigin = "{ORIGIN}"\nredirect_listen = "127.0.0.1:0"\n'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("in-clear")

    def ask(self, method, target, body=b"", **headers):
        with client.Wire(self.server.redirect_port) as wire:
            fields = {name.replace("_", "-"): value for name, value in headers.items()}
            wire.send(client.message(method, target, fields, body))
            answer = wire.response(method, target)
            if answer.status == 308:
                self.server.check_headers(answer, by_tls=False)
                return answer
            return self.server.check(answer, by_tls=False)

    def test_each_path_is_led_to_itself(self):
        for method in ("GET", "HEAD", "DELETE"):
            for target in ("/", "/security", "/nosuch?a=b&c=%2F", "//elsewhere.example/", "/admin/keys", "/v10",
                           "/.well-known/security.txt"):
                with self.subTest(method=method, target=target):
                    answer = self.ask(method, target)
                    self.assertEqual((answer.status, answer.header("Location")), (308, ORIGIN + target))
                    self.assertIsNone(answer.header("X-Cogos-Attestation"))

    def test_what_is_no_path_is_led_to_the_front(self):
        self.assertEqual(self.ask("OPTIONS", "*").header("Location"), ORIGIN + "/")

    def test_the_host_that_a_client_names_leads_nowhere(self):
        with client.Wire(self.server.redirect_port) as wire:
            wire.send(b"GET /a HTTP/1.1\r\nHost: evil.example\r\n\r\n")
            self.assertEqual(wire.response("GET", "/a").header("Location"), ORIGIN + "/a")

    def test_a_body_is_not_read(self):
        with client.Wire(self.server.redirect_port) as wire:
            wire.send(b"POST /signup HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
            answer = wire.response("POST", "/signup")
            self.assertEqual((answer.status, answer.header("Connection")), (308, "close"))

    def test_an_api_call_is_refused_with_receipts_and_not_led_on(self):
        for method, target in (("GET", "/v1/models"), ("POST", "/v1/chat/completions"), ("GET", "/v1")):
            with self.subTest(target):
                answer = self.ask(method, target)
                self.assert_error(answer, 403, "forbidden")
                self.assertIsNone(answer.header("Location"))
                self.assertIn("replace every key", answer.json()["error"]["message"])

    def test_a_key_that_was_sent_is_on_record(self):
        before = len(self.server.rows(self.customer))
        answer = self.ask("POST", "/v1/chat/completions", b"", Authorization="Bearer " + self.customer.api_key,
                          Content_Type="application/json")
        self.assert_error(answer, 403, "forbidden")
        self.server.check_signature(answer, self.customer)
        rows = self.server.rows(self.customer)
        self.assertEqual([row["http_status"] for row in rows[before:]], [403])

    def test_credentials_anywhere_are_refused(self):
        for headers in ({"Authorization": "Bearer x"}, {"X_Admin_Key": ADMIN_KEY}):
            for target in ("/", "/admin/keys"):
                with self.subTest(target=target, headers=headers):
                    self.assert_error(self.ask("GET", target, **headers), 403, "forbidden")

    def test_what_is_not_http_gets_an_error(self):
        with client.Wire(self.server.redirect_port) as wire:
            wire.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
            self.assertEqual(wire.response().status, 400)

    def test_tls_is_served_all_the_same(self):
        self.assertEqual(self.server.get(self.customer, "/v1/me")["tenant_id"], "in-clear")


if __name__ == "__main__":
    main()
