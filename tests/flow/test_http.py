"""TLS, HTTP/1.1 and the limits on both, as a client meets them."""

import json
import os
import signal
import ssl
import warnings

from cryptography import x509

import cogos_client as client
from certificates import certificate
from fixture import FlowTest, JSON, main, question, wait_for

CHAT = "/v1/chat/completions"
HEALTH = client.message("GET", "/health")


class Tls(FlowTest):
    def connect(self, lowest, highest, alpn=None, host="localhost"):
        context = ssl.create_default_context(cafile=self.server.ca_file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = lowest, highest
        if lowest < ssl.TLSVersion.TLSv1_2:
            context.set_ciphers("ALL:@SECLEVEL=0")
        if alpn:
            context.set_alpn_protocols(alpn)
        return client.Wire(self.server.port, context=context, host=host)

    def test_tls_1_2_and_1_3_are_spoken(self):
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            for host in ("localhost", "127.0.0.1"):
                with self.connect(version, version, host=host) as wire:
                    self.assertEqual(wire.socket.version(), name)
                    wire.send(HEALTH)
                    self.assertEqual(wire.response("GET", "/health").status, 200)

    def test_tls_1_1_and_1_0_are_refused(self):
        for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1):
            with self.assertRaises(ssl.SSLError) as refused:
                self.connect(version, version)
            self.assertIn("ALERT_PROTOCOL_VERSION", refused.exception.reason)

    def test_only_http_1_1_is_negotiated(self):
        newest = ssl.TLSVersion.TLSv1_3
        with self.connect(newest, newest, ["h2", "http/1.1"]) as wire:
            self.assertEqual(wire.socket.selected_alpn_protocol(), "http/1.1")
        with self.assertRaises(ssl.SSLError):
            with self.connect(newest, newest, ["h2"]) as wire:
                wire.send(HEALTH)
                wire.response("GET", "/health")

    def test_plaintext_is_not_answered(self):
        with client.Wire(self.server.port) as wire:
            wire.send(HEALTH)
            with self.assertRaises((EOFError, OSError)):
                wire.response("GET", "/health")
        self.assertEqual(self.server.call("GET", "/health").status, 200)

    def test_a_certificate_is_exchanged_while_running_and_a_bad_one_is_not_taken(self):
        server = self.new_server()

        def install(pair):
            for name, pem in zip(("cert.pem", "key.pem"), pair):
                server.write(name + ".new", pem)
                os.replace(server.path(name + ".new"), server.path(name))

        def serial():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with client.Wire(server.port, context=context) as wire:
                return x509.load_der_x509_certificate(wire.socket.getpeercert(True)).serial_number

        install(certificate(1001))
        server.configure(f'[tls]\ncert_file = "{server.path("cert.pem")}"\nkey_file = "{server.path("key.pem")}"\n')
        server.ca_file = server.path("cert.pem")
        server.start()
        self.assertEqual(serial(), 1001)
        with server.wire() as old:
            install(certificate(1002))
            server.send_signal(signal.SIGHUP)
            wait_for(lambda: serial() == 1002, "the new certificate")
            old.send(HEALTH)
            self.assertEqual(old.response("GET", "/health").status, 200)
        install((b"no certificate", b"no key"))
        server.send_signal(signal.SIGHUP)
        wait_for(lambda: server.events("certificate not reloaded; the old one stays in force"), "the refusal")
        self.assertEqual(serial(), 1002)
        install((certificate(1003)[0], certificate(1004)[1]))
        server.send_signal(signal.SIGHUP)
        wait_for(lambda: len(server.events("certificate not reloaded; the old one stays in force")) == 2, "the refusal")
        self.assertEqual(serial(), 1002)
        server.stop()


class Http(FlowTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("http")
        cls.credentials = {"Authorization": "Bearer " + cls.customer.api_key}
        cls.body = json.dumps(question()).encode()

    def ask(self, wire, data, method="GET", target="/health", body=b""):
        wire.send(data)
        return self.server.check(wire.response(method, target, body))

    def test_health_and_readiness(self):
        self.assertEqual(self.server.call("GET", "/health").json(), {"ok": True})
        ready = self.server.call("GET", "/ready")
        self.assertEqual((ready.status, ready.json()["ok"]), (200, True))
        for target in ("/health", "/ready", "/attestation.pub"):  # front doors probe with HEAD
            probe = self.server.call("HEAD", target)
            self.assertEqual((probe.status, probe.body), (200, b""))

    def test_a_connection_serves_many_requests(self):
        with self.server.wire() as wire:
            for _ in range(3):
                self.assertEqual(self.ask(wire, HEALTH).status, 200)
                self.assertEqual(self.ask(wire, client.message("GET", "/nothing"), target="/nothing").status, 404)
                answer = self.ask(wire, client.message("POST", CHAT, {**self.credentials, **JSON}, self.body), "POST",
                                  CHAT,
                                  self.body)
                self.assertEqual(answer.status, 200)

    def test_requests_sent_ahead_are_answered_in_their_order(self):
        posts = client.message("POST", CHAT, {**self.credentials, **JSON}, self.body)
        with self.server.wire() as wire:
            wire.send(HEALTH + posts + client.message("GET", "/nothing") + posts
                      + client.message("GET", "/v1/me", self.credentials))
            expected = (("GET", "/health", b"", 200), ("POST", CHAT, self.body, 200), ("GET", "/nothing", b"", 404),
                        ("POST", CHAT, self.body, 200), ("GET", "/v1/me", b"", 200))
            for method, target, body, status in expected:
                self.assertEqual(self.server.check(wire.response(method, target, body)).status, status)

    def test_a_request_may_arrive_in_any_portions(self):
        data = client.message("POST", CHAT, {**self.credentials, **JSON}, self.body)
        with self.server.wire() as wire:
            for start in range(0, len(data), 7):
                wire.send(data[start:start + 7])
            self.assertEqual(self.server.check(wire.response("POST", CHAT, self.body)).status, 200)

    def test_a_chunked_body_is_read(self):
        headers = {**self.credentials, **JSON, "Transfer-Encoding": "chunked"}
        half = len(self.body) // 2
        chunks = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(part), part) for part in (self.body[:half], self.body[half:]))
        data = client.message("POST", CHAT, headers, chunks + b"0\r\nTrailer: x\r\n\r\n")
        with self.server.wire() as wire:
            self.assertEqual(self.ask(wire, data, "POST", CHAT, self.body).status, 200)
            self.assertEqual(self.ask(wire, HEALTH).status, 200)

    def test_a_client_that_waits_is_invited_to_go_on(self):
        headers = {**self.credentials, **JSON, "Expect": "100-continue"}
        with self.server.wire() as wire:
            wire.send(client.message("POST", CHAT, headers, length=len(self.body)))
            self.assertEqual(wire.response("POST", CHAT).status, 100)
            self.assertEqual(self.ask(wire, self.body, "POST", CHAT, self.body).status, 200)
        with self.server.wire() as wire:
            wire.send(client.message("POST", CHAT, headers, length=2 << 20))
            self.assert_error(self.server.check(wire.response("POST", CHAT)), 413, "body_too_large")

    def test_a_connection_ends_when_the_client_asks_for_it(self):
        with self.server.wire() as wire:
            answer = self.ask(wire, client.message("GET", "/health", {"Connection": "close"}))
            self.assertEqual((answer.status, answer.header("Connection")), (200, "close"))
            self.assertTrue(wire.at_end())
        with self.server.wire() as wire:
            answer = self.ask(wire, b"GET /health HTTP/1.0\r\n\r\n")
            self.assertEqual(answer.status, 200)
            self.assertTrue(wire.at_end())

    def test_what_two_parsers_could_read_differently_is_refused_and_ends_the_connection(self):
        head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
        for rest in ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                     "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "Content-Length: 5, 5\r\n\r\n",
                     "Content-Length: +5\r\n\r\n", "Content-Length: 0x5\r\n\r\n",
                     "Transfer-Encoding: gzip, chunked\r\n\r\n",
                     "Transfer-Encoding: xchunked\r\n\r\n", "X: a\r\n b\r\n\r\n", "X : a\r\n\r\n", "X: a\nY: b\r\n\r\n",
                     "Host: other\r\n\r\n", "X: \x00\r\n\r\n",
                     "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "Transfer-Encoding: chunked\r\n\r\n-1\r\n"):
            with self.subTest(rest), self.server.wire() as wire:
                answer = self.ask_blindly(wire, (head + rest).encode("latin-1"))
                self.assert_error(answer, 400, "invalid_request_error")
                self.assertEqual(answer.header("Connection"), "close")
                self.assertTrue(wire.at_end())
        for line in ("GET /health HTTP/1.1\r\n\r\n", "GET /health HTTP/2.0\r\nHost: x\r\n\r\n",
                     "GET  /health HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
                     "GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n",
                     "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n"):
            with self.subTest(line), self.server.wire() as wire:
                wire.send(line.encode("latin-1"))
                self.assert_error(wire.response(), 400, "invalid_request_error")

    def ask_blindly(self, wire, data):
        """Where the body of the request cannot be told, only the empty one can be attested."""
        return self.ask(wire, data, "POST", CHAT)

    def test_a_target_may_be_a_whole_url(self):
        with self.server.wire() as wire:
            answer = self.ask(wire, client.message("GET", "https://localhost/v1/me", self.credentials), target="/v1/me")
            self.assertEqual(answer.status, 200)

    def test_an_unknown_method_is_refused_by_name_of_those_that_are_known(self):
        answer = self.server.call("BREW", "/health")
        self.assert_error(answer, 405, "method_not_allowed")
        self.assertEqual(answer.header("Allow"), "GET, HEAD")
        self.assert_error(self.server.call("OPTIONS", "/nothing"), 404, "not_found")

    def test_an_error_of_the_server_shows_nothing_of_itself(self):
        for target in ("//", "/nothing", "/v1/nothing?x=<script>", "/favicon.ico", "/../../etc/passwd"):
            answer = self.server.call("GET", target)
            self.assert_error(answer, 404, "not_found")
            self.assertNotIn(b"script", answer.body)

    def test_fifty_clients_at_once_are_all_served(self):
        wires = [self.server.wire() for _ in range(50)]
        try:
            for wire in wires:
                wire.send(client.message("POST", CHAT, {**self.credentials, **JSON}, self.body))
            for wire in wires:
                self.assertEqual(self.server.check(wire.response("POST", CHAT, self.body)).status, 200)
        finally:
            for wire in wires:
                wire.close()
        client.check_chain(self.server.rows(self.customer))


class Limits(FlowTest):
    config = ("[limits]\nmax_connections = 6\nheader_timeout_ms = 4000\nrequest_timeout_ms = 4000\n"
              "idle_timeout_ms = 4000\nmax_body_bytes = 5000\nmax_header_bytes = 4096\nmax_target_bytes = 1000\n")

    def test_a_client_that_does_not_go_on_is_told_so_and_an_idle_one_is_let_go(self):
        customer = self.server.issue("slow")
        credentials = {"Authorization": "Bearer " + customer.api_key, **JSON}
        with self.server.wire() as head, self.server.wire() as body, self.server.wire() as idle:
            head.send(client.message("GET", "/v1/me", credentials)[:-10])
            body.send(client.message("POST", CHAT, credentials, length=100) + b"{")
            idle.send(HEALTH)
            self.assertEqual(idle.response("GET", "/health").status, 200)
            answer = self.server.check(head.response("GET", "/v1/me"))
            self.assert_error(answer, 408, "request_timeout")
            answer = self.server.check(body.response("POST", CHAT))
            self.assert_error(answer, 408, "request_timeout")
            self.server.check_signature(answer, customer)
            self.assertTrue(body.at_end())
            self.assertTrue(idle.at_end())
        row = self.server.rows(customer)[-1]
        self.assertEqual((row["http_status"], row["status"], row["row_hash"]),
                         (408, "client_error", answer.claims["chain_head"]))

    def test_sizes_are_bounded(self):
        for data, target, status, error_type in (
                (client.message("POST", CHAT, JSON, length=5001), CHAT, 413, "body_too_large"),
                (client.message("POST", CHAT, JSON, length=10**30), CHAT, None, None),
                (client.message("POST", "/v1/me?" + "x" * 1000), "/v1/me?" + "x" * 1000, 414, "target_too_long"),
                (client.message("POST", "/v1/me", {"X": "x" * 4096}), "/v1/me", 431, "headers_too_large")):
            with self.subTest(target=target[:30], status=status):
                answer = self.server.exchange(data, "POST", target)
                if status:
                    self.assert_error(answer, status, error_type)
                else:
                    self.assertIn(answer.status, (400, 413))
                self.assertEqual(answer.header("Connection"), "close")

    def test_connections_beyond_the_limit_are_told_to_come_back(self):
        def crowd():
            wires = [self.server.wire() for _ in range(7)]
            try:
                answers = []
                for wire in wires:
                    wire.send(client.message("GET", "/v1/me"))
                    answers.append(self.server.check(wire.response("GET", "/v1/me")))
                return answers
            except (OSError, EOFError):
                return None
            finally:
                for wire in wires:
                    wire.close()

        self.server.public_pem(self.server.ready["signer_kid"])  # before the crowd comes
        answers = wait_for(crowd, "seven connections at once")
        refused = [answer for answer in answers if answer.status == 503]
        self.assertGreaterEqual(len(refused), 1)
        for answer in refused:
            self.assert_error(answer, 503, "overloaded")
            self.assertRegex(answer.header("Retry-After"), r"^\d+$")
        wait_for(lambda: self.server.call("GET", "/health").status == 200, "room after the crowd has left")


class RequestId(FlowTest):
    def test_it_is_on_every_answer_under_both_names(self):
        customer = self.server.issue("ids")
        bodies = [self.server.chat(customer), self.server.call("GET", "/health"), self.server.call("GET", "/v1/models"),
                  self.server.call("GET", "/nothing"), self.server.admin("GET", "/admin/keys"),
                  self.server.call("GET", "/admin/keys")]
        self.assertEqual([answer.status for answer in bodies], [200, 200, 401, 404, 200, 401])
        with self.server.wire() as wire:
            wire.send(b"nonsense\r\n\r\n")
            bodies.append(wire.response())
        self.assertEqual(bodies[-1].status, 400)
        ids = [answer.header("X-Request-Id") for answer in bodies]
        self.assertEqual(ids, [answer.header("X-Cogos-Request-Id") for answer in bodies])
        self.assertEqual(len(set(ids)), len(bodies))
        for one in ids:
            self.assertRegex(one, r"^req-[0-9a-f]{24}$")


class Ingress(FlowTest):
    config = '[ingress]\nplaintext_listen = "127.0.0.1:0"\ntrusted_proxies = ["127.0.0.1"]\n'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("ingress")

    def ask(self, **headers):
        with client.Wire(self.server.plaintext_port) as wire:
            fields = {"Authorization": "Bearer " + self.customer.api_key}
            fields.update({name.replace("_", "-"): value for name, value in headers.items()})
            wire.send(client.message("GET", "/v1/me", fields))
            return self.server.check(wire.response("GET", "/v1/me"))

    def test_a_trusted_proxy_that_says_https_is_served(self):
        answer = self.ask(X_Forwarded_Proto="https", X_Forwarded_For="203.0.113.9")
        self.assertEqual(answer.status, 200)
        self.server.check_signature(answer, self.customer)
        wait_for(lambda: "203.0.113.9" in [event["peer"] for event in self.server.events("request")],
                 "the client's address in the log")

    def test_a_request_that_did_not_come_by_tls_is_refused_with_receipts(self):
        for headers in ({}, {"X_Forwarded_Proto": "http"}, {"X_Forwarded_Proto": "https, http"},
                        {"X_Forwarded_Proto": ""}):
            with self.subTest(headers):
                self.assert_error(self.ask(**headers), 403, "forbidden")

    def test_the_tls_listener_needs_no_such_word(self):
        self.assertEqual(self.server.as_customer(self.customer, "GET", "/v1/me").status, 200)

    def test_plaintext_from_anybody_else_is_dropped_unread(self):
        server = self.new_server(self.config.replace('"127.0.0.1"]', '"10.1.2.3"]')).start()
        with client.Wire(server.plaintext_port) as wire:
            try:
                wire.send(client.message("GET", "/health", {"X-Forwarded-Proto": "https",
                                                            "X-Forwarded-For": "10.1.2.3"}))
            except OSError:
                pass
            self.assertTrue(wire.at_end())
        server.stop()

    def test_behind_a_front_door_no_certificate_is_needed(self):
        server = self.new_server(self.config, dev=False, arguments=(),
                                 environment={"COGOS_ADMIN_KEY": "0" * 16, "COGOS_DEK_HEX": "ab" * 32}).start()
        self.assertFalse(server.port)
        with client.Wire(server.plaintext_port) as wire:
            wire.send(client.message("GET", "/health", {"X-Forwarded-Proto": "https"}))
            self.assertEqual(wire.response("GET", "/health").status, 200)
        server.stop()


if __name__ == "__main__":
    main()
