"""The operators' routes: issuing, listing and revoking keys, invisible to everybody else (wire formats §7)."""

import re

import cogos_client as client
from fixture import ADMIN_KEY, FlowTest, JSON, main, stored_rows

ISSUED = {"key_id", "tenant_id", "tenant_type", "app_id", "tier", "package_id", "scheme", "issued_at", "expires_at",
          "hmac_secret", "x25519_pubkey_pem", "warning", "chain_head_after"}


class Issue(FlowTest):
    def order(self, **order):
        return self.server.admin("POST", "/admin/keys", order)

    def test_a_bearer_key_comes_with_all_its_secrets_once(self):
        answer = self.order(tenant_id="acme")
        self.assertEqual(answer.status, 201)
        key = answer.json()
        self.assertEqual(set(key), ISSUED | {"api_key", "x25519_private_pem"})
        self.assertRegex(key["api_key"], r"^sk-cogos-[0-9a-f]{32}$")
        self.assertRegex(key["hmac_secret"], r"^[0-9a-f]{64}$")
        self.assertEqual((key["tenant_id"], key["app_id"], key["scheme"]), ("acme", "_default", "bearer"))
        self.assertRegex(key["issued_at"], client.TIME)
        self.assertTrue(key["x25519_private_pem"].startswith("-----BEGIN PRIVATE KEY-----\n"))
        self.assertTrue(key["x25519_pubkey_pem"].endswith("\n-----END PUBLIC KEY-----\n"))
        self.assertEqual(answer.header("Cache-Control"), "no-store")

    def test_no_two_keys_share_anything_secret(self):
        keys = [self.order(tenant_id="acme", scheme=scheme).json() for scheme in ("bearer", "ed25519") * 3]
        for name in ("key_id", "hmac_secret", "x25519_private_pem", "api_key", "private_pem", "chain_head_after"):
            values = [key[name] for key in keys if name in key]
            self.assertEqual(len(set(values)), len(values), name)

    def test_of_a_customers_own_keys_no_private_half_exists(self):
        ed, x = client.new_ed25519(), client.new_x25519()
        key = self.order(tenant_id="acme", scheme="ed25519", pubkey_pem=ed[1], x25519_pubkey_pem=x[1]).json()
        self.assertEqual(set(key), ISSUED | {"ed25519_key_id", "pubkey_pem"})
        self.assertEqual((key["pubkey_pem"], key["x25519_pubkey_pem"]), (ed[1], x[1]))
        self.assertEqual(key["ed25519_key_id"], key["key_id"])
        key = self.order(tenant_id="acme", scheme="ed25519").json()
        self.assertEqual(set(key), ISSUED | {"ed25519_key_id", "pubkey_pem", "private_pem", "x25519_private_pem"})
        key = self.order(tenant_id="acme", x25519_pubkey_pem=client.new_x25519()[1]).json()
        self.assertEqual(set(key), ISSUED | {"api_key"})

    def test_what_is_ordered_is_what_is_issued(self):
        answer = self.order(tenant_id="acme", app_id="a-b_1", label="Büro \u2028 1", tier="gold", package_id="team",
                            expires_at_iso="2099-12-31T23:59:59Z", audit_content="full")
        key = answer.json()
        self.assertEqual((key["app_id"], key["tier"], key["package_id"], key["expires_at"]),
                         ("a-b_1", "gold", "team", "2099-12-31T23:59:59.000Z"))
        listed = self.server.admin("GET", "/admin/keys?tenant_id=acme&app_id=a-b_1").json()["keys"]
        self.assertEqual([entry["label"] for entry in listed], ["Büro \u2028 1"])

    def test_orders_that_cannot_be_are_refused_with_the_member_at_fault(self):
        for order, param in (({}, "tenant_id"), ({"tenant_id": "Acme"}, "tenant_id"),
                             ({"tenant_id": "_x"}, "tenant_id"),
                             ({"tenant_id": "a" * 65}, "tenant_id"), ({"tenant_id": 5}, "tenant_id"),
                             ({"tenant_id": "a|b"}, "tenant_id"), ({"tenant_id": "a", "app_id": "_x"}, "app_id"),
                             ({"tenant_id": "a", "app_id": "_operator"}, "app_id"),
                             ({"tenant_id": "a", "scheme": "hmac"}, "scheme"),
                             ({"tenant_id": "a", "package_id": "none-such"}, "package_id"),
                             ({"tenant_id": "a", "audit_content": "all"}, "audit_content"),
                             ({"tenant_id": "a", "expires_at_iso": "2020-01-01T00:00:00Z"}, "expires_at_iso"),
                             ({"tenant_id": "a", "expires_at_iso": "tomorrow"}, "expires_at_iso")):
            with self.subTest(order):
                answer = self.order(**order)
                self.assert_error(answer, 400, "validation_failed")
                self.assertEqual(answer.json()["error"]["param"], param)

    def test_bodies_that_are_no_orders_are_refused(self):
        headers = {"X-Admin-Key": ADMIN_KEY}
        for body in (b"", b"{", b"[]", b'{"tenant_id":"a","tenant_id":"b"}'):
            answer = self.server.call("POST", "/admin/keys", body, {**JSON, **headers})
            self.assertEqual(answer.status, 400)
        answer = self.server.call("POST", "/admin/keys", b"{}", {"Content-Type": "text/plain", **headers})
        self.assert_error(answer, 415, "unsupported_media_type")


class ListAndRevoke(FlowTest):
    def test_the_list_holds_metadata_and_nothing_secret(self):
        bearer = self.server.issue("listed", app_id="one")
        signed = self.server.issue("listed", app_id="two", scheme="ed25519")
        answer = self.server.admin("GET", "/admin/keys?tenant_id=listed")
        self.assertEqual(answer.status, 200)
        self.assertEqual({key["key_id"] for key in answer.json()["keys"]}, {bearer.key_id, signed.key_id})
        text = answer.body.decode()
        secrets = [bearer.api_key, bearer.api_key[9:], client.sha256_hex(bearer.api_key.encode()), bearer.hmac_secret,
                   signed.hmac_secret]
        secrets += [pem.split("\n")[1] for pem in (signed.signing_pem, bearer.sealing_pem, signed.sealing_pem)]
        for secret in secrets:
            self.assertNotIn(secret, text)
        for word in ("hash", "sha256", "secret", "cipher", "nonce", "private", "envelope", "pem"):
            self.assertNotIn(word, text)

    def test_the_list_is_narrowed_by_tenant_and_app(self):
        keys = [self.server.issue("narrow", app_id=app) for app in ("one", "two")] + [self.server.issue("narrower")]

        def listed(query):
            return {key["key_id"] for key in self.server.admin("GET", "/admin/keys" + query).json()["keys"]}

        self.assertEqual(listed("?tenant_id=narrow"), {keys[0].key_id, keys[1].key_id})
        self.assertEqual(listed("?tenant_id=narrow&app_id=two"), {keys[1].key_id})
        self.assertEqual(listed("?tenant_id=nobody"), set())
        self.assertLessEqual({key.key_id for key in keys}, listed(""))

    def test_a_revoked_key_is_refused_at_once_and_for_good(self):
        key = self.server.issue("revoked")
        with self.server.wire() as wire:
            request = client.message("GET", "/v1/me", {"Authorization": "Bearer " + key.api_key})
            wire.send(request)
            self.assertEqual(wire.response("GET", "/v1/me").status, 200)
            answer = self.server.admin("POST", f"/admin/keys/{key.key_id}/revoke")
            self.assertEqual(answer.status, 200)
            self.assertEqual(set(answer.json()), {"revoked", "key_id", "chain_head_after"})
            self.assertEqual((answer.json()["revoked"], answer.json()["key_id"]), (True, key.key_id))
            self.assertRegex(answer.json()["chain_head_after"], r"^[0-9a-f]{64}$")
            wire.send(request)
            refused = self.server.check(wire.response("GET", "/v1/me"))
        self.assert_error(refused, 401, "invalid_api_key")
        self.server.check_signature(refused, key)
        listed = self.server.admin("GET", "/admin/keys?tenant_id=revoked").json()["keys"][0]
        self.assertIs(listed["active"], False)
        self.assertRegex(listed["revoked_at"], client.TIME)

    def test_revoking_takes_a_signing_key_too_and_no_other_of_the_tenant(self):
        gone, kept = (self.server.issue("revoked-signed", scheme="ed25519") for _ in range(2))
        self.server.admin("POST", f"/admin/keys/{gone.key_id}/revoke")
        self.assert_error(self.server.as_customer(gone, "GET", "/v1/me"), 401, "invalid_api_key")
        self.assertEqual(self.server.as_customer(kept, "GET", "/v1/me").status, 200)

    def test_a_key_is_revoked_once(self):
        key = self.server.issue("twice")
        self.assertEqual(self.server.admin("POST", f"/admin/keys/{key.key_id}/revoke").status, 200)
        self.assert_error(self.server.admin("POST", f"/admin/keys/{key.key_id}/revoke"), 409, "conflict")

    def test_a_key_that_is_not_there_cannot_be_revoked(self):
        for key_id in ("0e37df36-f698-11e6-8dd4-cb9ced3df976", "x", "%00", "..", "a" * 200):
            self.assert_error(self.server.admin("POST", f"/admin/keys/{key_id}/revoke"), 404, "not_found")


class Invisible(FlowTest):
    LISTED = (("GET", "/admin/keys"), ("POST", "/admin/keys"), ("POST", "/admin/keys/x/revoke"))

    @staticmethod
    def shape(answer):
        """Everything of an answer that may not depend on the path or the key."""
        changing = ("date", "x-cogos-request-id", "x-request-id")
        return answer.status, answer.body, sorted((n, v) for n, v in answer.headers if n.lower() not in changing)

    def test_a_listed_route_asks_for_the_key_before_anything_else(self):
        for method, target in self.LISTED:
            for key in (None, "wrong", ADMIN_KEY + "x", ADMIN_KEY[:-1], ADMIN_KEY.upper()):
                with self.subTest(target=target, key=key):
                    headers = {"X-Admin-Key": key} if key else {}
                    answer = self.server.call(method, target, b"not JSON" if method == "POST" else b"", headers)
                    self.assert_error(answer, 401, "invalid_admin_credentials")
                    self.assertEqual(answer.header("Cache-Control"), "no-store")
                    self.assertNotIn(ADMIN_KEY.encode(), answer.body)

    def test_two_admin_keys_are_none(self):
        line = f"X-Admin-Key: {ADMIN_KEY}\r\n"
        head = f"GET /admin/keys HTTP/1.1\r\nHost: localhost\r\n{line}{line}\r\n"
        self.assert_error(self.server.exchange(head.encode(), "GET", "/admin/keys"), 401, "invalid_admin_credentials")

    def test_a_customers_key_opens_no_operators_route(self):
        customer = self.server.issue("curious")
        for headers in ({"Authorization": "Bearer " + customer.api_key}, {"X-Admin-Key": customer.api_key},
                        {"Authorization": "Bearer " + ADMIN_KEY}):
            self.assert_error(self.server.call("GET", "/admin/keys", headers=headers), 401, "invalid_admin_credentials")

    def test_other_paths_below_admin_are_the_same_404_with_and_without_a_key(self):
        for target in ("/admin", "/admin/", "/admin/nothing", "/admin/keys/", "/admin/keys/x", "/admin/keys/x/other",
                       "/admin/keys//revoke"):
            for method in ("GET", "POST"):
                with self.subTest(method=method, target=target):
                    shapes = {str(self.shape(self.server.admin(method, target, key=key)))
                              for key in (None, "wrong", ADMIN_KEY)}
                    self.assertEqual(len(shapes), 1, shapes)
                    self.assertEqual(self.server.admin(method, target).status, 404)

    def test_other_paths_below_admin_are_the_same_404_as_any_unknown_path(self):
        self.assertEqual(self.shape(self.server.call("GET", "/admin/nothing")),
                         self.shape(self.server.call("GET", "/nothing")))

    def test_other_methods_on_a_listed_path_do_not_show_that_it_is_there(self):
        for method, target in (("DELETE", "/admin/keys"), ("PUT", "/admin/keys"), ("GET", "/admin/keys/x/revoke"),
                               ("POST", "/admin/keys/x")):
            with self.subTest(method=method, target=target):
                self.assert_error(self.server.admin(method, target, key=None), 404, "not_found")
        self.assertEqual(self.shape(self.server.admin("HEAD", "/admin/keys")),
                         self.shape(self.server.call("HEAD", "/nothing")))

    def test_nothing_public_names_the_operators_routes(self):
        for target in ("/", "/health", "/ready", "/attestation/keys", "/nothing", "/v1/nothing"):
            answer = self.server.call("GET", target)
            self.assertNotIn(b"admin", answer.body.lower(), target)
            self.assertIsNone(re.search("admin", str(answer.headers), re.I), target)


class Recorded(FlowTest):
    def test_each_change_has_a_row_of_its_own_and_reads_and_refusals_none(self):
        first = self.server.admin("POST", "/admin/keys", {"tenant_id": "a"}).json()
        self.server.admin("GET", "/admin/keys")
        self.server.admin("POST", "/admin/keys", {"tenant_id": "_a"})
        self.server.admin("POST", "/admin/keys/x/revoke")
        self.server.admin("POST", "/admin/keys", {"tenant_id": "a"}, key="wrong")
        revoked = self.server.admin("POST", f"/admin/keys/{first['key_id']}/revoke").json()
        self.server.stop()
        rows = stored_rows(self.server.data_dir, "_operator")
        client.check_chain(rows)
        self.assertEqual([(row["method"], row["route"], row["http_status"]) for row in rows], [
            ("SYSTEM", "attestation.key", 0), ("POST", "/admin/keys", 201),
            ("POST", f"/admin/keys/{first['key_id']}/revoke", 200), ("SYSTEM", "server.stop", 0)])
        self.assertEqual([rows[1]["row_hash"], rows[2]["row_hash"]],
                         [first["chain_head_after"], revoked["chain_head_after"]])
        for row in rows:
            self.assertEqual((row["tenant_id"], row["app_id"], row["key_id"]), ("_operator", "_default", None))
            self.assertTrue(all(isinstance(value, str) for value in row["detail"].values()))
            # No operator sealing key is set here.
            self.assertEqual((row["sealed"], row["sealed_content"], row["content_hash"]), (False, None, None))
        self.assertEqual(rows[1]["detail"]["key_id"], first["key_id"])
        self.assertNotIn(first["hmac_secret"], str(rows))


if __name__ == "__main__":
    main()
