"""A customer exchanges its key for a new one: every outcome that a client can see (docs/keys.md)."""

import json
import threading

import cogos_client as client
from fixture import JSON, Customer, FlowTest, main, question

ROTATE = "/v1/keys/rotate"


class Rotation(FlowTest):
    def rotate(self, customer, body=b"", idempotency_key=None, **signing):
        headers = dict(JSON) if body else {}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        return self.server.as_customer(customer, "POST", ROTATE, body, headers, **signing)

    def rotated(self, customer, *arguments, **options):
        """The new key; the sealing key stays the old one's where the order names none."""
        answer = self.rotate(customer, *arguments, **options)
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(answer.header("Cache-Control"), "no-store")
        return Customer(answer.json(), sealing_pem=customer.sealing_pem)

    def me(self, customer):
        return self.server.as_customer(customer, "GET", "/v1/me")

    def test_both_keys_work_and_the_old_one_says_until_when(self):
        for scheme in ("bearer", "ed25519"):
            old = self.server.issue("both-" + scheme, scheme=scheme, app_id="billing", label="first", tier="gold",
                                    package_id="team", expires_at_iso="2099-01-01T00:00:00Z")
            new = self.rotated(old)
            issued = new.issued
            self.assertEqual(issued["rotated_from_key_id"], old.key_id)
            self.assertNotEqual(issued["hmac_secret"], old.hmac_secret)
            self.assertNotIn("x25519_private_pem", issued)
            for name in ("tenant_id", "tenant_type", "app_id", "tier", "package_id", "scheme", "expires_at",
                         "x25519_pubkey_pem"):
                self.assertEqual(issued[name], old.issued[name], name)
            until = issued["rotation_grace_until"]
            for customer, deprecated in ((old, f"rotation_grace_until={until}"), (new, None)):
                me = self.me(customer)
                self.assertEqual(me.status, 200)
                self.assertEqual(me.header("X-Cogos-Key-Deprecated"), deprecated)
                self.assertEqual(self.server.chat(customer).status, 200)
            listed = {key["key_id"]: key for key in
                      self.server.admin("GET", "/admin/keys?tenant_id=both-" + scheme).json()["keys"]}
            self.assertEqual((listed[old.key_id]["rotation_grace_until"], listed[old.key_id]["active"]), (until, True))
            self.assertEqual(listed[new.key_id]["rotated_from_key_id"], old.key_id)
            rows = self.server.rows(new)
            client.check_chain(rows)
            self.assertEqual([(row["route"], row["key_id"], row["http_status"]) for row in rows],
                             [(ROTATE, old.key_id, 201), ("/v1/chat/completions", old.key_id, 200),
                              ("/v1/chat/completions", new.key_id, 200)])
            for row in rows:
                client.unseal(row, old.sealing_pem)

    def test_the_row_of_a_rotation_holds_hashes_and_no_body(self):
        old = self.server.issue("sealed", audit_content="full")
        answer = self.rotate(old, b'{"x25519_pubkey_pem":null}')
        self.assertEqual(answer.status, 201)
        content = client.unseal(self.server.rows(old)[0], old.sealing_pem)
        self.assertEqual(set(content), {"req_hash", "request_id", "resp_hash"})
        self.assertEqual(content["resp_hash"], client.sha256_hex(answer.body))

    def test_the_customers_own_public_keys_are_taken(self):
        old = self.server.issue("own", scheme="ed25519")
        signing, sealing = client.new_ed25519(), client.new_x25519()
        body = json.dumps({"pubkey_pem": signing[1], "x25519_pubkey_pem": sealing[1]}).encode()
        answer = self.rotate(old, body)
        self.assertEqual(answer.status, 201, answer.body)
        self.assertNotIn("private_pem", answer.json())
        new = Customer(answer.json(), *[pair[0] for pair in (signing, sealing)])
        self.assertEqual(self.server.chat(new).status, 200)
        client.unseal(self.server.rows(new)[-1], sealing[0])
        again = self.rotate(new, body)
        self.assert_error(again, 409, "conflict")
        for wrong in ({"pubkey_pem": sealing[1]}, {"x25519_pubkey_pem": signing[1]}, {"pubkey_pem": 1}):
            self.assert_error(self.rotate(new, json.dumps(wrong).encode()), 400, "validation_failed")

    def test_a_second_rotation_replaces_a_key_that_was_never_used(self):
        old = self.server.issue("again")
        first = self.rotated(old)
        second = self.rotated(old)
        self.assertEqual(second.issued["rotation_grace_until"], first.issued["rotation_grace_until"])
        self.assert_error(self.me(first), 401, "invalid_api_key")
        self.assertEqual(self.me(second).status, 200)
        refused = self.rotate(old)
        self.assert_error(refused, 409, "conflict")
        self.assertEqual(refused.json()["error"]["new_key_id"], second.key_id)
        third = self.rotated(second)
        self.assertEqual(third.issued["rotated_from_key_id"], second.key_id)

    def test_a_key_that_is_not_admitted_is_not_rotated(self):
        old = self.server.issue("revoked")
        self.assertEqual(self.server.admin("POST", f"/admin/keys/{old.key_id}/revoke").status, 200)
        self.assert_error(self.rotate(old), 401, "invalid_api_key")
        self.assert_error(self.server.call("POST", ROTATE), 401, "invalid_request_error")
        self.assertEqual(len(self.server.admin("GET", "/admin/keys?tenant_id=revoked").json()["keys"]), 1)

    def test_the_same_rotation_sent_twice_has_the_same_answer(self):
        for scheme in ("bearer", "ed25519"):
            old = self.server.issue("twice-" + scheme, scheme=scheme)
            first = self.rotate(old, idempotency_key="once", nonce="1") if scheme == "ed25519" else \
                self.rotate(old, idempotency_key="once")
            second = self.rotate(old, idempotency_key="once", nonce="2") if scheme == "ed25519" else \
                self.rotate(old, idempotency_key="once")
            self.assertEqual((first.status, second.status), (201, 201))
            self.assertEqual(first.body, second.body)
            self.assertNotEqual(first.claims["chain_head"], second.claims["chain_head"])
            self.assertEqual([row["http_status"] for row in self.server.rows(old)], [201, 201])
            self.assertEqual(len(self.server.admin("GET", "/admin/keys?tenant_id=twice-" + scheme).json()["keys"]), 2)
            self.assert_error(self.rotate(old, b"{}", "once"), 409, "rotation_already_done")

    def test_twins_at_the_same_time_have_the_same_answer(self):
        old = self.server.issue("twins")
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.rotate(old, idempotency_key="twins")))
                   for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({answer.status for answer in answers}, {201})
        self.assertEqual(len({answer.body for answer in answers}), 1)

    def test_of_others_at_the_same_time_one_key_stays(self):
        old = self.server.issue("race")
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.rotate(old))) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({answer.status for answer in answers} - {201, 409}, set())
        keys = self.server.admin("GET", "/admin/keys?tenant_id=race").json()["keys"]
        live = [key["key_id"] for key in keys if key["rotated_from_key_id"] and key["active"]]
        self.assertEqual(len(live), 1)
        self.assertEqual(len(keys), 1 + sum(answer.status == 201 for answer in answers))
        for answer in answers:
            if answer.status == 409:
                self.assertIn(answer.json()["error"]["new_key_id"], {key["key_id"] for key in keys})

    def test_an_idempotency_key_that_is_not_acceptable_is_refused(self):
        old = self.server.issue("header")
        for wrong in ("", "x" * 256, "a b", "\u00e4"):
            answer = self.rotate(old, idempotency_key=wrong)
            self.assert_error(answer, 400, "invalid_request_error")
            self.assertEqual(answer.json()["error"]["param"], "Idempotency-Key")
        self.assertEqual(self.rotate(old, idempotency_key="x" * 255).status, 201)


class AcrossRestarts(FlowTest):
    """What a restart, even a sudden one, does not change."""

    rotate = Rotation.rotate
    rotated = Rotation.rotated
    me = Rotation.me

    def test_the_answer_is_gone_and_the_rotation_stays(self):
        old, busy = self.server.issue("restart"), self.server.issue("restart-used")
        new = self.rotated(old, idempotency_key="once")
        used = self.rotated(busy, idempotency_key="once")
        self.assertEqual(self.server.chat(used, question("hello")).status, 200)
        self.server.kill()
        self.server.start()
        refused = self.rotate(old, idempotency_key="once")
        self.assert_error(refused, 409, "rotation_already_done")
        self.assertEqual(refused.json()["error"]["new_key_id"], new.key_id)
        fresh = self.rotated(old, idempotency_key="twice")
        self.assertEqual(fresh.issued["rotation_grace_until"], new.issued["rotation_grace_until"])
        self.assert_error(self.me(new), 401, "invalid_api_key")
        self.assertEqual(self.me(fresh).status, 200)
        # That the other's new key was used before the crash is on record: it is not replaced.
        refused = self.rotate(busy)
        self.assert_error(refused, 409, "conflict")
        self.assertEqual(refused.json()["error"]["new_key_id"], used.key_id)
        self.assertEqual(self.me(used).status, 200)

    def test_a_signed_rotation_is_not_replayed(self):
        customer = self.server.issue("replay-rotate", scheme="ed25519")
        header = {"Authorization": customer.authorization("POST", ROTATE, b"")}
        self.assertEqual(self.server.call("POST", ROTATE, b"", header).status, 201)
        self.server.kill()
        self.server.start()
        self.assert_error(self.server.call("POST", ROTATE, b"", header), 401, "replayed_request")
        self.assertEqual(len(self.server.admin("GET", "/admin/keys?tenant_id=replay-rotate").json()["keys"]), 2)


if __name__ == "__main__":
    main()
