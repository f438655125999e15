"""Both receipts on every response under /v1, whatever its status (wire formats §3). That every answer of every test
carries an attestation that holds is checked where the answers come in, in fixture.py."""

import json
import time

import cogos_client as client
from fixture import FlowTest, JSON, cogos, main, question, wait_for

CHAT = "/v1/chat/completions"


class Receipts(FlowTest):
    config = "[limits]\nmax_body_bytes = 20000\nmax_header_bytes = 8192\nmax_target_bytes = 1024\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("receipts")

    def authorization(self, **more):
        return {"Authorization": "Bearer " + self.customer.api_key, **more}

    def test_a_read_carries_both(self):
        for target in ("/v1/models", "/v1/me", "/v1/audit?since=0&limit=1", "/v1/audit/chain-head"):
            with self.subTest(target):
                self.assertEqual(self.server.as_customer(self.customer, "GET", target).status, 200)

    def test_a_completion_carries_both_and_names_its_own_row(self):
        answer = self.server.chat(self.customer)
        self.assertEqual(answer.status, 200)
        last = self.server.rows(self.customer)[-1]
        self.assertEqual(answer.claims["chain_head"], last["row_hash"])

    def test_every_kind_of_bad_request_carries_both_and_names_its_own_row(self):
        bodies = [b"", b"{", b"[]", b'"x"', b"{} {}", b'{"messages":1}', b'{"messages":[]}', b'{"a":1,"a":2}',
                  b'{"messages":[{"role":"user","content":"\\ud800"}]}', b"\xff",
                  b"{\"x\":" + b"[" * 200 + b"]" * 200 + b"}"]
        bodies += [json.dumps(question(**wrong)).encode() for wrong in (
            {"stream": 1}, {"temperature": 9}, {"n": 2}, {"model": 7}, {"tools": [{}]}, {"schema": 5},
            {"schema": {"type": "no such type"}})]
        for body in bodies:
            with self.subTest(body[:60]):
                answer = self.server.as_customer(self.customer, "POST", CHAT, body)
                self.assertEqual((answer.status, answer.error_type), (400, "invalid_request_error"), answer.body)
                rows = self.server.rows(self.customer)
                self.assertEqual(answer.claims["chain_head"], rows[-1]["row_hash"])

    def test_a_bad_query_carries_both(self):
        for query in ("limit=1001", "limit=x", "limit=-1", "since=1.5", "after_seq=1", "limit=1&limit=2", "app_id=%ff",
                      "app_id=NO", "%zz"):
            with self.subTest(query):
                answer = self.server.as_customer(self.customer, "GET", "/v1/audit?" + query)
                self.assert_error(answer, 400, "invalid_request_error")

    def test_without_a_known_key_only_the_attestation_is_there_and_names_no_chain(self):
        wrong = "Bearer sk-cogos-" + "0" * 32
        for headers in ({}, {"Authorization": wrong}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}):
            with self.subTest(headers):
                answer = self.server.call("GET", "/v1/me", headers=headers)
                self.assertEqual(answer.status, 401)
                self.assertIsNone(answer.header("X-Cogos-Signature"))
                self.assertIsNone(answer.header("X-Cogos-Signature-Algo"))
                self.assertEqual(answer.claims["chain_head"], client.NO_HASH)

    def test_a_key_without_rows_is_attested_against_the_empty_chain(self):
        fresh = self.server.issue("receipts-fresh")
        self.assertEqual(self.server.as_customer(fresh, "GET", "/v1/me").claims["chain_head"], client.NO_HASH)
        self.server.chat(fresh)
        head = self.server.rows(fresh)[-1]["row_hash"]
        self.assertEqual(self.server.as_customer(fresh, "GET", "/v1/me").claims["chain_head"], head)

    def test_a_revoked_key_still_gets_its_signature(self):
        revoked = self.server.issue("receipts-revoked")
        self.server.chat(revoked)
        head = self.server.rows(revoked)[-1]["row_hash"]
        self.assertEqual(self.server.admin("POST", f"/admin/keys/{revoked.key_id}/revoke").status, 200)
        answer = self.server.as_customer(revoked, "GET", "/v1/me")
        self.assert_error(answer, 401, "invalid_api_key")
        self.assertEqual(answer.claims["chain_head"], head)

    def test_an_expired_key_still_gets_its_signature(self):
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 5))
        expiring = self.server.issue("receipts-expired", expires_at_iso=soon)

        def expired():
            answer = self.server.as_customer(expiring, "GET", "/v1/me")
            return answer if answer.status != 200 else None

        self.assert_error(wait_for(expired, "the key's expiry"), 401, "expired_api_key")

    def test_an_unknown_path_and_a_wrong_method_carry_both(self):
        self.assert_error(self.server.as_customer(self.customer, "GET", "/v1/nothing"), 404, "not_found")
        self.assert_error(self.server.as_customer(self.customer, "GET", "/v1"), 404, "not_found")
        self.assert_error(self.server.as_customer(self.customer, "POST", "/v1/nothing", b"{}"), 404, "not_found")
        answer = self.server.as_customer(self.customer, "DELETE", "/v1/models")
        self.assert_error(answer, 405, "method_not_allowed")
        self.assertEqual(answer.header("Allow"), "GET, HEAD")
        self.assert_error(self.server.call("GET", "/v1/nothing"), 404, "not_found")

    def test_an_answer_to_head_is_attested_as_the_empty_body_that_it_is(self):
        for target, status in (("/v1/me", 200), ("/v1/nothing", 404), ("/v1/chat/completions", 405)):
            with self.subTest(target):
                answer = self.server.as_customer(self.customer, "HEAD", target)
                self.assertEqual((answer.status, answer.body), (status, b""))

    def test_another_media_type_carries_both(self):
        for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/json; charset=latin-1"}, {}):
            with self.subTest(headers):
                answer = self.server.exchange(
                    client.message("POST", CHAT, self.authorization(**headers), b"{}"), "POST", CHAT, b"{}")
                self.assert_error(answer, 415, "unsupported_media_type")
                self.server.check_signature(answer, self.customer)

    def test_a_body_that_is_too_large_carries_both_over_the_empty_body(self):
        announced = client.message("POST", CHAT, self.authorization(**JSON), length=20001)
        chunked = client.message("POST", CHAT, self.authorization(**JSON, **{"Transfer-Encoding": "chunked"}),
                                 b"4e21\r\n" + b"x" * 20001 + b"\r\n0\r\n\r\n")
        for data in (announced, chunked):
            answer = self.server.exchange(data, "POST", CHAT)
            self.assert_error(answer, 413, "body_too_large")
            self.server.check_signature(answer, self.customer)
            self.assertEqual(answer.claims["chain_head"], self.server.rows(self.customer)[-1]["row_hash"])

    def test_a_target_that_is_too_long_carries_both(self):
        target = "/v1/audit?since=" + "0" * 1100
        answer = self.server.exchange(client.message("GET", target, self.authorization()), "GET", target)
        self.assert_error(answer, 414, "target_too_long")
        self.server.check_signature(answer, self.customer)

    def test_a_head_that_is_too_large_carries_the_attestation(self):
        headers = self.authorization(**{f"X-Filler-{i}": "y" * 500 for i in range(20)})
        answer = self.server.exchange(client.message("GET", "/v1/me", headers), "GET", "/v1/me")
        self.assert_error(answer, 431, "headers_too_large")

    def test_what_is_not_http_is_answered_with_an_attestation(self):
        for data in (b"GARBAGE\r\n\r\n", b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n"):
            with self.subTest(data):
                self.assert_error(self.server.exchange(data), 400, "invalid_request_error")

    def test_malformed_http_to_a_path_under_v1_carries_what_could_be_proved(self):
        head = f"GET /v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.customer.api_key}\r\n"
        for bad in ("Bad Name: x\r\n", "X: a\r\n folded\r\n", "Content-Length: 1\r\nContent-Length: 2\r\n",
                    "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Host: twice\r\n", "X: a\n"):
            with self.subTest(bad):
                answer = self.server.exchange((head + bad + "\r\n").encode(), "GET", "/v1/me")
                self.assert_error(answer, 400, "invalid_request_error")

    def test_the_build_and_the_key_are_the_ones_published(self):
        answer = self.server.as_customer(self.customer, "GET", "/v1/me")
        self.assertEqual(cogos("version").stdout.strip(), "cogos " + answer.claims["rev"])
        self.assertRegex(answer.claims["rev"], r"^\d+\.\d+\.\d+\+[0-9a-z.-]+$")
        published = self.server.call("GET", "/attestation.pub")
        self.assertEqual(published.header("X-Cogos-Attestation-Kid"), answer.claims["signer_kid"])
        self.assertEqual(published.header("Content-Type").partition(";")[0], "text/plain")
        self.assertEqual(client.kid_of_pem(published.body.decode()), answer.claims["signer_kid"])
        self.assertTrue(published.body.endswith(b"-----END PUBLIC KEY-----\n"))
        listed = self.server.call("GET", "/attestation/keys").json()["keys"]
        self.assertIn(published.body.decode(), [key["public_pem"] for key in listed])
        self.assert_error(self.server.call("GET", "/attestation.pub?kid=0123456789abcdef"), 404, "not_found")

    def test_nothing_outside_v1_carries_receipts(self):
        for target in ("/health", "/attestation.pub", "/v10", "/nothing"):
            answer = self.server.call("GET", target, headers=self.authorization())
            self.assertIsNone(answer.token, target)
            self.assertIsNone(answer.header("X-Cogos-Signature"), target)

    def test_the_offline_verifier_agrees(self):
        body = json.dumps(question()).encode()
        answer = self.server.as_customer(self.customer, "POST", CHAT, body)
        write = self.server.write
        files = {"response": write("response", answer.body), "request": write("request", body),
                 "key": write("key.pem", self.server.public_pem(answer.claims["signer_kid"])),
                 "secret": write("secret", self.customer.hmac_secret + "\n"),
                 "altered": write("altered", answer.body.replace(b"assistant", b"assistent")),
                 "other_secret": write("other-secret", "0" * 64),
                 "other_key": write("other.pem", client.new_ed25519()[1])}
        signature = answer.header("X-Cogos-Signature")

        def check(code, response="response", key="key", method="POST", request="request", secret="secret",
                  token=answer.token, path=CHAT):
            self.assert_runs(code, "verify", "receipt", "--response-body", files[response], "--token", token,
                             "--public-key", files[key], "--method", method, "--path", path, "--request-body",
                             files[request], "--hmac-secret-file", files[secret], "--signature", signature)

        check(0)
        for altered in ({"response": "altered"}, {"key": "other_key"}, {"method": "PUT"}, {"request": "response"},
                        {"secret": "other_secret"}, {"path": CHAT + "?"}, {"token": answer.token[:-6] + "AAAAAA"}):
            with self.subTest(altered):
                check(1, **altered)
        self.assert_runs(0, "verify", "receipt", "--response-body", files["response"], "--hmac-secret-file",
                         files["secret"], "--signature", signature)
        self.assert_runs(2, "verify", "receipt", "--response-body", files["response"])
        self.assert_runs(2, "verify", "receipt", "--response-body", self.server.path("absent"), "--hmac-secret-file",
                         files["secret"], "--signature", signature)

    def test_the_offline_verifier_takes_receipts_of_errors_too(self):
        answer = self.server.call("GET", "/v1/nothing")
        self.assert_runs(0, "verify", "receipt", "--response-body", self.server.write("error", answer.body), "--token",
                         answer.token, "--public-key",
                         self.server.write("key.pem", self.server.public_pem(answer.claims["signer_kid"])), "--method",
                         "GET", "--path", "/v1/nothing")


if __name__ == "__main__":
    main()
