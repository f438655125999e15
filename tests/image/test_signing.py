"""Signatures of images by OpenSSL alone: cosign's own are taken, and nothing that is changed, moved or another key's.

scripts/test-supply-chain.sh has both tools sign and verify in a registry."""

import base64
import json
import os
import subprocess
import tempfile
import unittest

import small_image

import registry
import signing

DIGEST, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
REPOSITORY = "registry.example.com/cogos"
BILL = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}


class SigningTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kept = tempfile.TemporaryDirectory()
        cls.addClassCleanup(kept.cleanup)
        cls.directory = kept.name
        cls.private, cls.public = cls.pair("ours", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        cls.other = cls.pair("other", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")[1]
        with open(os.path.join(small_image.ROOT, "tests", "image", "cosign.json"), encoding="utf-8") as file:
            cls.cosigns = json.load(file)
        cls.cosigns_key = cls.file("cosign.pub", cls.cosigns["public_key"].encode())

    @classmethod
    def file(cls, name, data):
        path = os.path.join(cls.directory, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    @classmethod
    def pair(cls, name, *options):
        private, public = (os.path.join(cls.directory, name + ending) for ending in (".pem", ".pub"))
        subprocess.run(["openssl", "genpkey", *options, "-out", private], check=True, capture_output=True, timeout=60)
        subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True, timeout=60)
        return private, public

    def assert_refused(self, words, function, *arguments, error=signing.NotVerified):
        with self.assertRaises(error) as caught:
            function(*arguments)
        self.assertIn(words, str(caught.exception))


class AnImagesSignature(SigningTest):
    def check(self, data, signature, digest=DIGEST, key=None):
        signing.check_payload(data, signature, digest, key or self.public)

    def test_cosigns_own_is_taken_and_the_payload_is_the_same_to_the_byte(self):
        given = self.cosigns
        data, signature = given["payload"].encode(), base64.b64decode(given["signature"])
        self.assertEqual(signing.payload(given["repository"], given["digest"]), data)
        signing.check_payload(data, signature, given["digest"], self.cosigns_key)
        self.assert_refused("not this key's", signing.check_payload, data, signature, given["digest"], self.public)

    def test_what_is_signed_here_is_taken(self):
        data = signing.payload(REPOSITORY, DIGEST)
        self.check(data, signing.sign(data, self.private))

    def test_another_key_is_refused(self):
        data = signing.payload(REPOSITORY, DIGEST)
        self.assert_refused("not this key's", self.check, data, signing.sign(data, self.private), DIGEST, self.other)

    def test_a_good_signature_of_another_image_is_refused(self):
        data = signing.payload(REPOSITORY, OTHER)
        self.assert_refused(f"of another image, {OTHER}", self.check, data, signing.sign(data, self.private))

    def test_a_changed_payload_or_signature_is_refused(self):
        data = signing.payload(REPOSITORY, DIGEST)
        signature = signing.sign(data, self.private)
        self.assert_refused("not this key's", self.check, data + b" ", signature)
        self.assert_refused("not this key's", self.check, data, signature[:-1] + bytes([signature[-1] ^ 1]))
        for wrong in (b"", b"x", signature[:-1], signature + b"x"):
            self.assert_refused("not this key's", self.check, data, wrong)

    def test_what_the_key_signed_for_another_purpose_is_refused(self):
        for data, words in ((b"{}", "not an image"), (b"hello", "not JSON"),
                            (signing.payload(REPOSITORY, DIGEST).replace(b"container image", b"other"), "not an image")):
            self.assert_refused(words, self.check, data, signing.sign(data, self.private))

    def test_text_that_is_not_base64_is_refused(self):
        for text in ("%%%%", "AAA", None, "AA==\n"):
            self.assert_refused("not base64", signing.unbase64, text)


class AnAttestation(SigningTest):
    def check(self, data, digest=DIGEST, key=None):
        return signing.check_envelope(data, digest, key or self.public)

    def changed(self, **members):
        return json.dumps({**json.loads(signing.envelope(REPOSITORY, DIGEST, BILL, self.private)), **members}).encode()

    def signed(self, **members):
        """An envelope whose statement has other members, well signed."""
        statement = {"_type": signing.STATEMENT, "predicateType": signing.CYCLONEDX, "predicate": BILL,
                     "subject": [{"name": REPOSITORY, "digest": {"sha256": "1" * 64}}], **members}
        body = json.dumps(statement).encode()
        signature = signing.sign(signing.pre_authentication(signing.STATEMENT_TYPE, body), self.private)
        return json.dumps({"payloadType": signing.STATEMENT_TYPE, "payload": base64.b64encode(body).decode(),
                           "signatures": [{"sig": base64.b64encode(signature).decode()}]}).encode()

    def test_cosigns_own_is_taken(self):
        given = self.cosigns
        found = signing.check_envelope(given["envelope"].encode(), given["digest"], self.cosigns_key)
        self.assertEqual(found, given["bill"])

    def test_what_is_attested_here_is_taken(self):
        self.assertEqual(self.check(signing.envelope(REPOSITORY, DIGEST, BILL, self.private)), BILL)
        self.assertEqual(self.check(self.signed()), BILL)

    def test_another_key_is_refused(self):
        self.assert_refused("not this key's", self.check, self.changed(), DIGEST, self.other)
        self.assert_refused("not this key's", self.check, self.changed(signatures=[]))

    def test_a_changed_statement_is_refused(self):
        other = json.loads(self.signed(predicate={"bomFormat": "none"}))["payload"]
        self.assert_refused("not this key's", self.check, self.changed(payload=other))

    def test_the_bill_of_another_image_is_refused(self):
        self.assert_refused("of another image", self.check, self.signed(), OTHER)
        both = [{"name": "x", "digest": {"sha256": digit * 64}} for digit in "12"]
        self.assert_refused("of another image", self.check, self.signed(subject=both))

    def test_a_statement_of_another_kind_is_refused(self):
        self.assert_refused("no bill of materials", self.check, self.signed(predicateType="https://slsa.dev/provenance/v1"))
        self.assert_refused("no bill of materials", self.check, self.signed(_type="x"))
        self.assert_refused("the attestation is a", self.check, self.changed(payloadType="text/plain"))


class Keys(SigningTest):
    def test_only_a_p256_public_key_is_one(self):
        signing.check_public_key(self.public)
        signing.check_public_key(self.cosigns_key)
        wrong = [self.private, self.file("empty", b""), self.file("text", b"not a key"), "/nowhere/key.pub",
                 self.pair("p384", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384")[1],
                 self.pair("ed25519", "-algorithm", "ED25519")[1]]
        for path in wrong:
            with self.assertRaises(signing.Unusable, msg=path):
                signing.check_public_key(path)

    def test_a_private_key_may_have_a_password_which_comes_from_the_environment(self):
        locked = os.path.join(self.directory, "locked.pem")
        subprocess.run(["openssl", "pkey", "-in", self.private, "-aes256", "-passout", "pass:secret", "-out", locked],
                       check=True, timeout=60)
        self.addCleanup(os.environ.pop, signing.PASSWORD, None)
        os.environ[signing.PASSWORD] = "secret"
        data = signing.payload(REPOSITORY, DIGEST)
        signing.check_payload(data, signing.sign(data, locked), DIGEST, self.public)
        os.environ[signing.PASSWORD] = "wrong"
        self.assert_refused("did not sign", signing.sign, data, locked, error=signing.Unusable)


class References(unittest.TestCase):
    def test_an_image_is_named_by_registry_repository_and_digest(self):
        found = registry.reference(f"registry.example.com:5000/team/cogos@{DIGEST}")
        self.assertEqual((found.repository, found.digest, found.plain),
                         ("registry.example.com:5000/team/cogos", DIGEST, False))
        self.assertEqual(found.beside("sig"), f"docker://registry.example.com:5000/team/cogos:sha256-{'1' * 64}.sig")

    def test_only_a_registry_on_loopback_may_do_without_tls(self):
        for host, plain in (("localhost", True), ("127.0.0.1", True), ("[::1]", True), ("localhost.example.com", False),
                            ("10.0.0.1", False), ("registry", False)):
            self.assertEqual(registry.reference(f"{host}:5000/cogos@{DIGEST}").plain, plain, host)

    def test_a_tag_is_no_name_nor_is_what_a_tool_could_take_for_an_option(self):
        for text in ("r/cogos", "r/cogos:1.0", "r/cogos:1.0@" + DIGEST, "cogos@" + DIGEST, "r/cogos@sha256:12",
                     "r/cogos@" + DIGEST.upper(), "r/cogos@" + DIGEST + "0", "r/../cogos@" + DIGEST, "", "--help",
                     "docker://r/cogos@" + DIGEST, "r/cogos@" + DIGEST + "\n", "r/co gos@" + DIGEST):
            with self.assertRaises(signing.Unusable, msg=text):
                registry.reference(text)


if __name__ == "__main__":
    unittest.main()
