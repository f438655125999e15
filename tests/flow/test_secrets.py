"""No secret that was given or issued is to be found afterwards: not in the log, not in the data directory, not in the
process's environment or command line, whatever clients do with theirs."""

import base64
import json
import os

from cryptography.hazmat.primitives import serialization

import cogos_client as client
from fixture import Customer, FlowTest, Server, main, question
from stub_upstream import StubUpstream, http

ADMIN = "sentinel-admin-key-4c1de0a98b77"
DEK = "c0ffee0123456789" * 4
UPSTREAM_KEY = "sentinel-upstream-key-94be1f"
CHAT = "/v1/chat/completions"


def spellings(secret):
    """What a secret's bytes may look like where they were written down."""
    found = set()
    for data in secret:
        found |= {data, data.hex().encode(), data.hex().upper().encode()}
        # Base64 depends on where in a longer text the secret stands: the part of it that is the same for each place.
        for before in range(3):
            for code in (base64.b64encode, base64.urlsafe_b64encode):
                found.add(code(b"\0" * before + data).rstrip(b"=")[4 if before else 0:-1])
    return {text for text in found if len(text) >= 12}


def of_text(text):
    """A secret text, and where it is hex the bytes that it spells."""
    forms = [text.encode()]
    digits = text.rpartition("-")[2]
    if len(digits) >= 32 and set(digits) <= set("0123456789abcdef"):
        forms += [digits.encode(), bytes.fromhex(digits)]
    return spellings(forms)


def of_pem(pem):
    key = serialization.load_pem_private_key(pem.encode(), None)
    raw = key.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return spellings([raw, der, pem.split("\n")[1].encode()])


class Secrets(FlowTest):
    @classmethod
    def setUpClass(cls):
        cls.stub = StubUpstream()
        cls.addClassCleanup(cls.stub.close)
        # A certificate from outside the data directory, so that none of its files holds a secret rightly.
        maker = Server()
        cls.addClassCleanup(maker.discard)
        maker.start()
        maker.stop()
        cls.server = Server(
            f'[tls]\ncert_file = "{maker.data_dir}/dev-cert.pem"\nkey_file = "{maker.data_dir}/dev-key.pem"\n'
            f'[inference]\nengine = "openai"\nurl = "http://127.0.0.1:{cls.stub.port}"\napi_key_env = "STUB_KEY"\n'
            '[log]\nlevel = "debug"\n', dev=False,
            environment={"COGOS_ADMIN_KEY": ADMIN, "COGOS_DEK_HEX": DEK, "STUB_KEY": UPSTREAM_KEY})
        cls.addClassCleanup(cls.server.discard)
        cls.server.ca_file = maker.data_dir + "/dev-cert.pem"
        cls.server.start()
        cls.server.admin("PUT", "/admin/packages/free", {"rpm_limit": 0}, key=ADMIN)
        with open(maker.data_dir + "/dev-key.pem", encoding="ascii") as file:
            cls.tls_key = file.read()

    def issue(self, **order):
        answer = self.server.admin("POST", "/admin/keys", {"tenant_id": "secrets", **order}, key=ADMIN)
        self.assertEqual(answer.status, 201, answer.body)
        return Customer(answer.json())

    def misuse(self, customer):
        """Clients put secrets where they do not belong."""
        for secret in filter(None, (customer.api_key, customer.hmac_secret, ADMIN, UPSTREAM_KEY)):
            for target in ("/v1/" + secret, "/" + secret, "/admin/keys/" + secret + "/revoke", "/v1/me?key=" + secret,
                           "/v1/audit?app_id=" + secret, "/attestation.pub?kid=" + secret):
                self.server.call("GET", target, headers={"Authorization": "Bearer " + secret, "X-Admin-Key": secret})
            self.server.admin("POST", f"/admin/keys/{secret}/revoke", key=ADMIN)
            self.server.call(secret[:20], "/v1/me", headers={"X-Secret": secret, "Cookie": secret, "Referer": secret})
            self.server.chat(customer, json.dumps({secret: secret, "model": secret}).encode())
            self.server.chat(customer, secret.encode())
            self.server.admin("POST", "/admin/keys", {"tenant_id": secret, "scheme": secret}, key=ADMIN)
            self.server.exchange(f"GET /v1/me {secret}\r\nHost: {secret}\r\n\r\n".encode())

    def upstream_misuse(self, customer):
        """The upstream repeats what it was given."""
        prompt = json.dumps(question("my key is " + (customer.api_key or customer.hmac_secret))).encode()
        for status in ("200 OK", "401 Unauthorized", "500 Oops"):
            for body in ({"error": {"message": "wrong key: " + UPSTREAM_KEY}}, {"error": UPSTREAM_KEY},
                         UPSTREAM_KEY.encode()):
                self.stub.answer = http(body, status)
                answer = self.server.as_customer(customer, "POST", CHAT, prompt)
                self.assertEqual(answer.status, 502)
                self.assertNotIn(UPSTREAM_KEY.encode(), answer.body)

    def files(self):
        paths = [self.server.log_file]
        for directory, _, names in os.walk(self.server.data_dir):
            paths += [os.path.join(directory, name) for name in names]
        self.assertGreater(len(paths), 1)
        if self.server.process:
            paths += [f"/proc/{self.server.process.pid}/{name}" for name in ("environ", "cmdline")]
        return [path for path in paths if os.access(path, os.R_OK)]  # the environment is root's alone to see

    def assert_clean(self, secrets):
        for path in self.files():
            with open(path, "rb") as file:
                data = file.read()
            for name, forms in secrets.items():
                for form in forms:
                    self.assertNotIn(form, data, f"{name} is in {path}")

    def test_a_whole_run_leaves_no_secret_behind(self):
        sealing = client.new_x25519()
        customers = [self.issue(), self.issue(scheme="ed25519"), self.issue(audit_content="full"),
                     self.issue(scheme="ed25519", x25519_pubkey_pem=sealing[1])]
        for customer in customers:
            self.stub.answer = http({"choices": [{"message": {"content": "fine"}, "finish_reason": "stop"}]})
            self.assertEqual(self.server.chat(customer).status, 200)
            self.misuse(customer)
            self.upstream_misuse(customer)
        self.server.admin("POST", f"/admin/keys/{customers[0].key_id}/revoke", key=ADMIN)
        self.server.as_customer(customers[0], "GET", "/v1/me")
        secrets = {"the admin key": of_text(ADMIN), "the DEK": of_text(DEK),
                   "the upstream's key": of_text(UPSTREAM_KEY),
                   "the TLS key": spellings([line.encode() for line in self.tls_key.split("\n")[1:3]])}
        for number, customer in enumerate(customers):
            for name in ("api_key", "hmac_secret"):
                if getattr(customer, name):
                    secrets[f"{name} {number}"] = of_text(getattr(customer, name))
            for name in ("signing_pem", "sealing_pem"):
                if getattr(customer, name):
                    secrets[f"{name} {number}"] = of_pem(getattr(customer, name))
        self.assertEqual(len(secrets), 4 + 2 + 4 + 2 + 3)
        self.assert_clean(secrets)
        self.server.stop()
        self.assert_clean(secrets)

    def test_the_search_finds_what_it_looks_for(self):
        secret = "sk-cogos-" + "0123456789abcdef" * 2
        forms = of_text(secret)
        for place in (secret.encode(), b"x" + bytes.fromhex(secret[9:]), secret[9:].encode(),
                      base64.b64encode(b"Authorization: Bearer " + secret.encode()),
                      base64.b64encode(b"x" + bytes.fromhex(secret[9:]) + b"y"), secret.encode().hex().encode()):
            self.assertTrue(any(form in place for form in forms), place)


if __name__ == "__main__":
    main()
