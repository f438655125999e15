"""What of the operators' routes can be seen from outside: an exact list of them, and that nothing public names one."""

import glob
import os
import re

from fixture import ADMIN_KEY, FlowTest, JSON, main

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src")
ADDED = re.compile(r'(?:\.add\(|http::Route route)\s*\{\s*"([A-Z]+)",\s*"([^"]+)",\s*http::Realm::(\w+)')

# A route that is not here does not belong below /admin; one that is no more belongs out of here.
OPERATORS = {
    ("DELETE", "/admin/packages/{id}"),
    ("GET", "/admin/health/deep"),
    ("GET", "/admin/keys"),
    ("GET", "/admin/keys/quarantined"),
    ("GET", "/admin/packages"),
    ("GET", "/admin/usage"),
    ("GET", "/metrics"),
    ("POST", "/admin/keys"),
    ("POST", "/admin/keys/{id}/clear-quarantine"),
    ("POST", "/admin/keys/{id}/revoke"),
    ("POST", "/admin/packages"),
    ("PUT", "/admin/packages/{id}"),
}

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")

# What crawlers and browsers ask for by themselves, and what documents may come to be.
PAGES = ("/", "/robots.txt", "/sitemap.xml", "/favicon.ico", "/.well-known/security.txt", "/.well-known/openid-configuration",
         "/openapi.json", "/v1/openapi.json", "/docs", "/security", "/index.html", "/v1", "/v1/", "/v1/nothing", "/health/",
         "/nothing?a=b", "*", "/attestation.pub?kid=0", "/attestation/keys?x=", "/v1/audit?limit=x", "/v1/me/x")


def routes(room="*"):
    """{(method, pattern): realm} of the routes that a room adds by name, or that any does; the operators' are never added
    otherwise."""
    found, admins = {}, 0
    for path in glob.glob(os.path.join(SOURCES, room, "*.cpp")):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        admins += text.count("http::Realm::admin,")
        found.update({(method, pattern): realm for method, pattern, realm in ADDED.findall(text)})
    if admins != sum(realm == "admin" for realm in found.values()):
        raise AssertionError("a route is added in a form that this test does not read")
    return found


class AllowList(FlowTest):
    def test_the_operators_routes_are_those_of_the_list(self):
        self.assertEqual({route for route, realm in routes().items() if realm == "admin"}, OPERATORS)

    def test_each_is_there_and_asks_for_the_key(self):
        for method, pattern in sorted(OPERATORS):
            answer = self.server.call(method, pattern.replace("{id}", "x"))
            self.assert_error(answer, 401, "invalid_admin_credentials")

    def test_what_is_public_lies_elsewhere(self):
        for (_, pattern), realm in routes().items():
            if realm != "admin":
                self.assertFalse(pattern.startswith("/admin"), pattern)


class Crawl(FlowTest):
    config = '[defence]\nhoneypots = false\n[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\nmax_body_bytes = 2000\n'

    def assert_silent(self, answer, what):
        """Neither the path nor the header nor the realm of the operators' key, in any spelling."""
        text = answer.body.decode("utf-8", "replace") + "".join(f"{name}: {value}\n" for name, value in answer.headers)
        self.assertIsNone(re.search("admin|metrics", text, re.I), f"{what}: {text}")

    def test_nothing_public_names_them(self):
        customer = self.server.issue("crawler")
        signed = self.server.issue("crawler", scheme="ed25519")
        revoked = self.server.issue("crawler")
        self.server.admin("POST", f"/admin/keys/{revoked.key_id}/revoke")
        public = [pattern for (_, pattern), realm in routes().items() if realm != "admin"]
        self.assertIn("/v1/chat/completions", public)
        todo = list(dict.fromkeys(public + list(PAGES)))
        seen, answers = set(), 0
        while todo:
            target = todo.pop()
            if target in seen:
                continue
            seen.add(target)
            for method in METHODS:
                for credentials in self.credentials(customer, signed, revoked, method, target):
                    answer = self.server.call(method, target, b"{}" if method == "POST" else b"", credentials,
                                              checked=False)
                    answers += 1
                    self.assert_silent(answer, f"{method} {target}")
                    if method == "GET" and answer.status == 200:
                        todo += self.links(answer)
        self.assertGreater(answers, 500)

    @staticmethod
    def credentials(customer, signed, revoked, method, target):
        yield JSON
        if target.startswith("/v1"):
            body = b"{}" if method == "POST" else b""
            for key in (customer, signed, revoked):
                yield {**JSON, "Authorization": key.authorization(method, target, body)}

    @staticmethod
    def links(answer):
        """Paths of this server that a document gives; of JSON too, whatever its members are called."""
        found = re.findall(r'"(/[A-Za-z0-9._~/-]*)"', answer.body.decode("utf-8", "replace"))
        return [path for path in found if len(path) < 100]

    def test_nor_does_any_error_that_the_transport_finds(self):
        customer = self.server.issue("clumsy")
        bearer = f"Authorization: Bearer {customer.api_key}\r\n"
        host = "Host: localhost\r\n"
        for head in (f"GET /{'x' * 9000} HTTP/1.1\r\n{host}\r\n", f"GET / HTTP/1.1\r\n{host}A: {'x' * 20000}\r\n\r\n",
                     f"POST /v1/chat/completions HTTP/1.1\r\n{host}{bearer}Content-Length: 5000\r\n\r\n",
                     f"POST /v1/chat/completions HTTP/1.1\r\n{host}{bearer}Content-Type: text/plain\r\n"
                     "Content-Length: 2\r\n\r\n{}",
                     "GET / HTTP/1.1\r\n\r\n", f"G@T / HTTP/1.1\r\n{host}\r\n", "nonsense\r\n\r\n",
                     f"GET / HTTP/9.9\r\n{host}\r\n", f"GET %zz HTTP/1.1\r\n{host}\r\n"):
            with self.server.wire() as wire:
                wire.send(head.encode())
                answer = wire.response()
            self.assertGreaterEqual(answer.status, 400, head[:60])
            self.assert_silent(answer, head[:60])


    def test_for_others_than_operators_their_own_paths_say_nothing_either(self):
        server = self.new_server(self.config + '[admin]\nallow_from = ["10.0.0.0/8"]\n').start()
        for method, pattern in sorted(OPERATORS):
            for asked in (method, "OPTIONS", "GET", "PUT"):
                for headers in ({}, {"X-Admin-Key": ADMIN_KEY}):
                    answer = server.call(asked, pattern.replace("{id}", "x"), headers=headers)
                    self.assertEqual(answer.status, 404)
                    self.assert_silent(answer, f"{asked} {pattern}")
        server.stop()


if __name__ == "__main__":
    main()
