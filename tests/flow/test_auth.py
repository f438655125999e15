"""Who may call: bearer keys, signed requests, and what is refused (wire formats §2)."""

import base64
import json
import time

import cogos_client as client
from fixture import FlowTest, JSON, main, question

CHAT = "/v1/chat/completions"
PRIME = 2**255 - 19


def spki(raw, algorithm):
    """The PEM of 32 bytes that nobody checked (RFC 8410): algorithm 112 is Ed25519, 110 X25519."""
    der = bytes.fromhex("302a300506032b65") + bytes([algorithm]) + bytes.fromhex("032100") + raw
    return f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(der).decode()}\n-----END PUBLIC KEY-----\n"


class Bearer(FlowTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("bearer")

    def status_and_type(self, authorization):
        answer = self.server.call("GET", "/v1/me", headers={"Authorization": authorization})
        return answer.status, answer.error_type

    def test_a_key_that_was_issued_is_admitted(self):
        self.assertEqual(self.server.get(self.customer, "/v1/me")["key_id"], self.customer.key_id)

    def test_no_or_a_malformed_header_is_told_so(self):
        malformed = (401, "invalid_request_error")
        self.assertEqual((lambda a: (a.status, a.error_type))(self.server.call("GET", "/v1/me")), malformed)
        for header in ("Bearer", "Basic eDp5", self.customer.api_key, "", "CogOS-Ed25519", "CogOS-Ed25519 x",
                       "CogOS-Ed25519 keyId=a,sig=b", "CogOS-Ed25519 keyId=a,keyId=a,sig=,ts=1"):
            with self.subTest(header):
                self.assertEqual(self.status_and_type(header), malformed)

    def test_two_credentials_in_one_request_are_refused(self):
        with self.server.wire() as wire:
            line = f"Authorization: Bearer {self.customer.api_key}\r\n"
            wire.send(f"GET /v1/me HTTP/1.1\r\nHost: localhost\r\n{line}{line}\r\n".encode())
            self.assert_error(self.server.check(wire.response("GET", "/v1/me")), 401, "invalid_request_error")

    def test_what_is_no_key_of_ours_is_refused(self):
        key = self.customer.api_key
        for wrong in (key[:-1], key + "0", key.upper(), key[:-1] + ("0" if key[-1] != "0" else "1"), "sk-cogos-",
                      "sk-other-" + key[9:], self.customer.hmac_secret, self.customer.key_id):
            with self.subTest(wrong):
                self.assertEqual(self.status_and_type("Bearer " + wrong), (401, "invalid_api_key"))

    def test_a_refusal_names_the_schemes_and_repeats_no_credential(self):
        wrong = "sk-cogos-" + "ab" * 16
        answer = self.server.call("GET", "/v1/me", headers={"Authorization": "Bearer " + wrong})
        self.assertIn("Bearer", answer.header("WWW-Authenticate"))
        self.assertNotIn(wrong.encode(), answer.body)

    def test_a_path_has_one_spelling(self):
        for target in ("/v1/me/", "//v1/me", "/v1//me", "/V1/me", "/v1/./me", "/v1/%6de", "/x/../v1/me"):
            with self.subTest(target):
                answer = self.server.call("GET", target, headers={"Authorization": "Bearer " + self.customer.api_key})
                self.assertEqual(answer.status, 404)


class Signed(FlowTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        private_pem, public_pem = client.new_ed25519()
        cls.customer = cls.server.issue("signed", signing_pem=private_pem, scheme="ed25519", pubkey_pem=public_pem)

    def get(self, target="/v1/me", signed_target=None, method="GET", body=b"", sent_body=None, key=None, **signing):
        key = key or self.customer
        header = client.sign_request(key.signing_pem, key.key_id, method, signed_target or target, body, **signing)
        headers = {"Authorization": header, **(JSON if method == "POST" else {})}
        return self.server.call(method, target, body if sent_body is None else sent_body, headers)

    def test_a_signed_request_is_admitted_in_every_spelling_of_its_parameters(self):
        for spelling in ({}, {"order": "ts sig keyId"}, {"order": "nonce sig ts keyId", "nonce": "a_B-9"},
                         {"separator": ", "}, {"separator": ",   ", "nonce": "n" * 64}):
            with self.subTest(spelling):
                self.assertEqual(self.get(**spelling).status, 200)
        self.assertEqual(self.get("/v1/audit?since=0&limit=1&app_id=_default").status, 200)
        self.assertEqual(self.get(CHAT, method="POST", body=json.dumps(question()).encode()).status, 200)

    def test_a_key_pair_made_by_the_server_signs_too(self):
        made = self.server.issue("signed-made", scheme="ed25519")
        self.assertEqual(self.get(key=made).status, 200)
        self.assertEqual(self.server.chat(made).status, 200)

    def test_every_part_of_a_request_is_covered(self):
        body = json.dumps(question()).encode()
        now = int(time.time() * 1000)
        for what in ({"target": "/v1/audit?limit=2", "signed_target": "/v1/audit?limit=1"},
                     {"target": "/v1/me?x", "signed_target": "/v1/me"},
                     {"target": CHAT, "method": "POST", "body": body, "sent_body": body + b" "},
                     {"target": CHAT, "method": "POST", "body": b"", "sent_body": body}):
            with self.subTest(what):
                self.assert_error(self.get(**what), 401, "invalid_api_key")
        header = client.sign_request(self.customer.signing_pem, self.customer.key_id, "GET", "/v1/me", ts=now,
                                     nonce="a")
        for old, new in ((f"ts={now}", f"ts={now + 1}"), ("nonce=a", "nonce=b"), (",nonce=a", "")):
            answer = self.server.call("GET", "/v1/me", headers={"Authorization": header.replace(old, new)})
            self.assert_error(answer, 401, "invalid_api_key")
        head = client.sign_request(self.customer.signing_pem, self.customer.key_id, "GET", "/v1/me")
        answer = self.server.call("HEAD", "/v1/me", headers={"Authorization": head})
        self.assertIn(answer.status, (401, 405))
        self.assertIsNone(answer.header("X-Cogos-Signature"))

    def test_another_keys_signature_is_refused_and_unsigned_by_hmac(self):
        stranger = self.server.issue("signed-stranger", scheme="ed25519")
        header = client.sign_request(stranger.signing_pem, self.customer.key_id, "GET", "/v1/me")
        for value in (header, header.replace(self.customer.key_id, "kid-0123456789abcdef")):
            answer = self.server.call("GET", "/v1/me", headers={"Authorization": value})
            self.assert_error(answer, 401, "invalid_api_key")
            self.assertIsNone(answer.header("X-Cogos-Signature"))

    def test_a_clock_may_be_off_by_300_seconds_and_no_more(self):
        now = int(time.time() * 1000)
        for offset in (-270_000, 270_000):
            self.assertEqual(self.get(ts=now + offset).status, 200)
        for offset in (-400_000, 400_000):
            answer = self.get(ts=now + offset)
            self.assertEqual(answer.status, 401)

    def test_parameters_that_are_not_as_specified_are_refused(self):
        now = int(time.time() * 1000)
        good = client.sign_request(self.customer.signing_pem, self.customer.key_id, "GET", "/v1/me", ts=now)
        for wrong in (good + ",x=1", good + ",nonce=" + "n" * 65, good + ",nonce=a b", good + ",nonce=", good + ",",
                      good.replace("ts=", "ts=+"), good.replace("ts=", "ts=0"), good.replace("==", ""),
                      good.replace("sig=", "sig=!")):
            with self.subTest(wrong):
                answer = self.server.call("GET", "/v1/me", headers={"Authorization": wrong})
                self.assertEqual(answer.status, 401)

    def test_a_signature_is_good_once_for_what_changes_something(self):
        body = json.dumps(question()).encode()
        now = int(time.time() * 1000)
        for nonce in (None, "first", "second"):
            self.assertEqual(self.get(CHAT, method="POST", body=body, ts=now, nonce=nonce).status, 200)
        rows = self.server.rows(self.customer)
        for nonce in (None, "first"):
            answer = self.get(CHAT, method="POST", body=body, ts=now, nonce=nonce)
            self.assert_error(answer, 401, "replayed_request")
            self.server.check_signature(answer, self.customer)
        self.assertEqual(self.server.rows(self.customer), rows)

    def test_a_signature_that_was_accepted_for_a_failing_call_is_spent_too(self):
        now = int(time.time() * 1000)
        self.assertEqual(self.get(CHAT, method="POST", body=b"{}", ts=now).status, 400)
        self.assert_error(self.get(CHAT, method="POST", body=b"{}", ts=now), 401, "replayed_request")

    def test_reads_may_be_repeated(self):
        now = int(time.time() * 1000)
        for _ in range(3):
            self.assertEqual(self.get(ts=now).status, 200)

    def test_once_the_scheme_is_named_there_is_no_falling_back(self):
        bearer = self.server.issue("signed-bearer")
        for value in ("CogOS-Ed25519 " + bearer.api_key, f"CogOS-Ed25519 keyId={bearer.key_id},sig=AA==,ts=1",
                      f"cogos-ed25519 {bearer.api_key}"):
            answer = self.server.call("GET", "/v1/me", headers={"Authorization": value})
            self.assertEqual(answer.status, 401)
            self.assertIsNone(answer.header("X-Cogos-Signature"))

    def test_a_signed_key_is_not_a_bearer_key(self):
        answer = self.server.call("GET", "/v1/me", headers={"Authorization": "Bearer " + self.customer.key_id})
        self.assert_error(answer, 401, "invalid_api_key")

    def test_a_body_that_was_not_read_proves_nothing(self):
        body = b"x" * (1 << 20) + b"x"
        headers = {"Authorization": self.customer.authorization("POST", CHAT, body), **JSON}
        answer = self.server.exchange(client.message("POST", CHAT, headers, length=len(body)), "POST", CHAT)
        self.assert_error(answer, 413, "body_too_large")
        self.assertIsNone(answer.header("X-Cogos-Signature"))
        self.assertEqual(answer.claims["chain_head"], client.NO_HASH)


class Keys(FlowTest):
    """Public keys that must not be registered: with some of them anybody's signature would hold."""

    def refuse(self, **order):
        answer = self.server.admin("POST", "/admin/keys", {"tenant_id": "keys", **order})
        self.assert_error(answer, 400, "validation_failed")

    def test_small_order_and_non_canonical_signing_keys_are_refused(self):
        small = ["00" * 32, "01" + "00" * 31, "00" * 31 + "80", "01" + "00" * 30 + "80", "ec" + "ff" * 30 + "7f",
                 "ec" + "ff" * 31, "ed" + "ff" * 30 + "7f", "ed" + "ff" * 31, "ee" + "ff" * 30 + "7f", "ee" + "ff" * 31,
                 "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                 "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                 "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                 "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"]
        # y = 3 + p is the same point as y = 3, spelt with more than p.
        other_spelling = (3 + PRIME).to_bytes(32, "little").hex()
        for raw in small + [other_spelling, "02" + "00" * 31]:
            with self.subTest(raw):
                self.refuse(scheme="ed25519", pubkey_pem=spki(bytes.fromhex(raw), 112))

    def test_small_order_sealing_keys_are_refused(self):
        for raw in ("00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "ed" + "ff" * 30 + "7f",
                    "ee" + "ff" * 30 + "7f",
                    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"):
            with self.subTest(raw):
                self.refuse(x25519_pubkey_pem=spki(bytes.fromhex(raw), 110))

    def test_a_key_of_another_kind_or_half_is_refused(self):
        ed, x = client.new_ed25519(), client.new_x25519()
        for pem in (ed[0], x[1], "-", ed[1].strip()[:-5], ed[1].replace("PUBLIC", "PRIVATE"), ed[1].split("\n")[1]):
            with self.subTest(pem):
                self.refuse(scheme="ed25519", pubkey_pem=pem)
        for pem in (x[0], ed[1], "x"):
            with self.subTest(pem):
                self.refuse(x25519_pubkey_pem=pem)
        self.refuse(scheme="bearer", pubkey_pem=ed[1])

    def test_one_signing_key_belongs_to_one_customer(self):
        public_pem = client.new_ed25519()[1]
        self.server.issue("keys", scheme="ed25519", pubkey_pem=public_pem)
        answer = self.server.admin("POST", "/admin/keys",
                                   {"tenant_id": "keys-other", "scheme": "ed25519", "pubkey_pem": public_pem})
        self.assert_error(answer, 409, "conflict")


if __name__ == "__main__":
    main()
