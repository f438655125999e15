"""The worked bytes of /whitepaper: whoever follows the page with them arrives where it says."""

import base64
import hashlib
import hmac
import html
import json
import re

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

import cogos_client as client
from fixture import FlowTest, main


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Whitepaper(FlowTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = cls.server.call("GET", "/whitepaper").body.decode()
        worked = re.findall(r'id="worked-([a-z-]+)">(.*?)</(?:pre|code)>', cls.page, re.S)
        cls.worked = {name: html.unescape(text) for name, text in worked}

    def test_section_four_is_the_canonical_json_rule(self):
        self.assertIn('<h2 id="canonical-json">4. The canonical-JSON rule</h2>', self.page)

    def test_the_table_names_the_members_of_a_row(self):
        customer = self.server.issue("reads")
        self.server.chat(customer)
        [row] = self.server.rows(customer)
        table = self.page[self.page.index('id="row"'):self.page.index('id="hashing"')]
        named = re.findall(r"<code>([a-z0-9_]+)</code>", "".join(re.findall(r'<th scope="row">(.*?)</th>', table)))
        self.assertEqual(sorted(named), sorted(row))
        self.assertIn(f"exactly these {len(row)} members", table)

    def test_the_row(self):
        core, envelope = self.worked["core"], self.worked["envelope"]
        for text in (core, envelope):
            self.assertEqual(client.canonical(json.loads(text)).decode(), text)
        self.assertEqual(sha256(core), self.worked["row-hash"])
        self.assertEqual(sha256(envelope), self.worked["content-hash"])
        self.assertEqual(json.loads(core)["content_hash"], self.worked["content-hash"])
        row = {**json.loads(core), "sealed_content": json.loads(envelope), "row_hash": self.worked["row-hash"]}
        client.check_chain([row])

    def test_the_envelope(self):
        row, envelope = json.loads(self.worked["core"]), json.loads(self.worked["envelope"])
        field = {name: base64.b64decode(envelope[name + "_b64"]) for name in ("ciphertext", "nonce", "ephemeral_pub", "tag")}
        private = load_pem_private_key(self.worked["private-key"].encode(), None)
        shared = private.exchange(X25519PublicKey.from_public_bytes(field["ephemeral_pub"]))
        self.assertEqual(shared.hex(), self.worked["shared"])
        key = HKDF(SHA256(), 32, salt=b"", info=b"cogos/seal/v1").derive(shared)
        self.assertEqual(key.hex(), self.worked["key"])
        associated = "|".join((row["tenant_id"], row["app_id"], row["ts"]))
        self.assertEqual(associated, self.worked["associated"])
        content = AESGCM(key).decrypt(field["nonce"], field["ciphertext"] + field["tag"], associated.encode())
        self.assertEqual(content.decode(), self.worked["content"])

    def test_the_signature(self):
        made = hmac.new(self.worked["secret"].encode(), self.worked["signed-body"].encode(), hashlib.sha256).hexdigest()
        self.assertEqual(made, self.worked["signature"])

    def test_the_attestation(self):
        payload = json.loads(self.worked["payload"])
        encoded, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
                              for part in self.worked["token"].split("."))
        self.assertEqual(encoded.decode(), self.worked["payload"])
        pem = self.worked["public-key"] + "\n"
        load_pem_public_key(pem.encode()).verify(signature, encoded)
        self.assertEqual(sha256(pem)[:16], payload["signer_kid"])
        self.assertEqual(sha256(self.worked["response"]), payload["resp_hash"])
        self.assertEqual(sha256(self.worked["request-text"]), payload["req_hash"])
        self.assertEqual(self.worked["request-text"].splitlines()[2:],
                         [str(payload["ts"]), sha256(self.worked["request"])])

    def test_the_signed_request(self):
        fields = dict(re.findall(r"(keyId|sig|ts)=([^,]+)", self.worked["authorization"]))
        text = self.worked["signed-request"]
        self.assertEqual(text.splitlines()[2], fields["ts"])
        key = load_pem_public_key((self.worked["request-key"] + "\n").encode())
        key.verify(base64.b64decode(fields["sig"]), text.encode())


if __name__ == "__main__":
    main()
