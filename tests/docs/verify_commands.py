"""Runs the commands of docs/verify/README.md as printed against the program under test, then with one thing changed in
what they read: each must then fail with exit code 1 and say why. The examples share no code with the server or with
tests/flow; only the server that they check is started by the latter."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests", "flow"), os.path.join(ROOT, "tests", "support")]

from fixture import ADMIN_KEY, COGOS, DEADLINE_S, FlowTest, clean_environment, main  # noqa: E402

import npm  # noqa: E402

VERIFY = os.path.join(ROOT, "docs", "verify")


def shell_blocks(heading):
    """The sh blocks below one heading of the page."""
    with open(os.path.join(VERIFY, "README.md"), encoding="utf-8") as file:
        section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", file.read(), re.S | re.M)
    return re.findall(r"^```sh\n(.*?)^```$", section.group(1), re.S | re.M)


def is_node(block):
    return "node docs/" in block


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def in_token(data, part):
    """Changes one character of the first half (the payload) or the second (the signature) of a token."""
    begin = re.search(rb'(?:^X-Cogos-Attestation: *|"attestation":")', data, re.I | re.M).end()
    at = begin + 20 if part == "payload" else data.index(b".", begin) + 20
    return data[:at] + (b"B" if data[at:at + 1] == b"A" else b"A") + data[at + 1:]


def canonical(value):
    # Enough for rows: ASCII names, integers, no control characters.
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def edited_rows(edit):
    def change(data):
        page = json.loads(data)
        edit(page["rows"])
        return canonical(page)
    return change


def forged(at, **members):
    """A row with other members and the row_hash that belongs to them."""
    def edit(rows):
        rows[at].update(members)
        core = {name: value for name, value in rows[at].items() if name not in ("sealed_content", "row_hash")}
        rows[at]["row_hash"] = hashlib.sha256(canonical(core)).hexdigest()
    return edited_rows(edit)


def set_envelope(name, value):
    return edited_rows(lambda rows: rows[1]["sealed_content"].__setitem__(name, value))


def other_ciphertext(rows):
    rows[1]["sealed_content"]["ciphertext_b64"] = rows[2]["sealed_content"]["ciphertext_b64"]


def later_member_first(data):
    """The same rows, with a member given twice: a reader that takes the last sees what was hashed."""
    return data.replace(b'"seq":2,', b'"seq":7,"seq":2,', 1)


ANSWER = {
    "a bit of the body": ("response.json", lambda data: flipped(data, 10)),
    "a byte more of the body": ("response.json", lambda data: data + b" "),
    "a bit of the token's payload": ("headers", lambda data: in_token(data, "payload")),
    "a bit of the token's signature": ("headers", lambda data: in_token(data, "signature")),
    "no token": ("headers", lambda data: re.sub(rb"(?im)^X-Cogos-Attestation:.*\n", b"", data)),
    "a bit of the signature": ("headers", lambda data: re.sub(
        rb"(?im)^(X-Cogos-Signature: *)(.)", lambda m: m[1] + (b"0" if m[2] != b"0" else b"1"), data)),
    "another request": ("request.json", lambda data: data + b" "),
    "another HMAC secret": ("key/hmac_secret", lambda data: flipped(data, 3)),
}
STREAM = {
    "a bit of an event": ("stream.txt", lambda data: flipped(data, 20)),
    "an event less": ("stream.txt", lambda data: data[data.index(b"\n\n") + 2:]),
    "a bit of the token's payload": ("stream.txt", lambda data: in_token(data, "payload")),
    "a bit of the token's signature": ("stream.txt", lambda data: in_token(data, "signature")),
    "an event behind the receipt": ("stream.txt",
                                    lambda data: data.replace(b"data: [DONE]", b"data: {}\n\ndata: [DONE]")),
    "no receipt": ("stream.txt", lambda data: re.sub(rb"(?m)^: cogos-receipt .*\n\n", b"", data)),
    "another request": ("stream-request.json", lambda data: data + b" "),
    "another HMAC secret": ("key/hmac_secret", lambda data: flipped(data, 3)),
}
ROWS = {
    "a row changed": ("audit.json", edited_rows(lambda rows: rows[1].__setitem__("total_tokens", 0))),
    "a row's member removed": ("audit.json", edited_rows(lambda rows: rows[1].pop("detail"))),
    "a row removed": ("audit.json", edited_rows(lambda rows: rows.pop(1))),
    "two rows exchanged": ("audit.json", edited_rows(lambda rows: rows.insert(1, rows.pop(2)))),
    "a row twice": ("audit.json", edited_rows(lambda rows: rows.insert(1, rows[1]))),
    "another first row": ("audit.json", edited_rows(lambda rows: rows[0].__setitem__("prev_hash", "1" * 64))),
    "an envelope changed": ("audit.json", set_envelope("nonce_b64", "AAAAAAAAAAAAAAAA")),
    "an envelope of another row": ("audit.json", edited_rows(other_ciphertext)),
    "a row forged": ("audit.json", forged(1, total_tokens=0)),
    "a row forged that is earlier than the one before": ("audit.json", forged(-1, ts="2020-01-01T00:00:00.000Z")),
    "a row forged that leaves a gap": ("audit.json", forged(-1, seq=9)),
    "a row forged that was never sealed": ("audit.json", forged(-1, sealed=False, sealed_content=None)),
    "a member twice": ("audit.json", later_member_first),
    "a value that no row has": ("audit.json", edited_rows(lambda rows: rows[1].__setitem__("total_tokens", 1.5))),
}
SPAN = {
    **ROWS,
    "the last row removed": ("audit.json", edited_rows(lambda rows: rows.pop())),
    "a bit of the earlier token": ("headers", lambda data: in_token(data, "payload")),
    "a bit of the later token": ("audit-headers", lambda data: in_token(data, "signature")),
}
SEALED = {
    "the ciphertext changed": ("audit.json", edited_rows(other_ciphertext)),
    "the nonce changed": ("audit.json", set_envelope("nonce_b64", "AAAAAAAAAAAAAAAA")),
    "the tag changed": ("audit.json", set_envelope("tag_b64", "A" * 22 + "==")),
    "a tag cut short": ("audit.json", set_envelope("tag_b64", "AAAAAAAA")),
    "an ephemeral key of small order": ("audit.json", set_envelope("ephemeral_pub_b64", "A" * 43 + "=")),
    "sealed to another": ("audit.json", set_envelope("kid", "0" * 16)),
    "the row's time changed": ("audit.json",
                               edited_rows(lambda rows: rows[1].__setitem__("ts", "2026-01-01T00:00:00.000Z"))),
}


class VerifyCommands(FlowTest):
    no_node = None  # why Node's examples cannot run

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("verifies", audit_content="full")
        cls.directory = cls.server.path("customer")
        os.makedirs(os.path.join(cls.directory, "key"))
        # A copy, since npm writes beside the examples.
        for part in ("verify", "examples"):
            shutil.copytree(os.path.join(ROOT, "docs", part), os.path.join(cls.directory, "docs", part),
                            ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
        os.symlink(cls.server.data_dir, os.path.join(cls.directory, "cogos-data"))
        cls.write_file("cogos-data/admin-key", ADMIN_KEY.encode())
        for name, secret in (("api_key", cls.customer.api_key), ("hmac_secret", cls.customer.hmac_secret),
                             ("x25519_private_pem", cls.customer.sealing_pem)):
            cls.write_file("key/" + name, secret.encode())
        [install] = shell_blocks("Node")
        cls.no_node = npm.installed_by(install, cls.shell, "Node's examples")
        # A row before those of the page, with what canonical JSON escapes.
        cls.server.chat(cls.customer, text='a "quoted" \\ line\n\tand \u20ac, \U0001f600, \u007f')
        for block in shell_blocks("Inputs"):
            done = cls.shell(block)
            if done.returncode != 0:
                raise AssertionError(block + done.stdout + done.stderr)

    @classmethod
    def shell(cls, block):
        environment = clean_environment(COGOS_SERVER=f"https://127.0.0.1:{cls.server.port}",
                                        PYTHONDONTWRITEBYTECODE="1")
        # Debian's python3 first: python3-cryptography is installed for that one.
        environment["PATH"] = os.pathsep.join([os.path.dirname(COGOS), "/usr/bin", environment["PATH"]])
        return subprocess.run(["bash", "-euo", "pipefail", "-c", block.replace("8443", str(cls.server.port))],
                              cwd=cls.directory, env=environment, capture_output=True, text=True, check=False,
                              timeout=DEADLINE_S)

    @classmethod
    def write_file(cls, name, data):
        with open(os.path.join(cls.directory, name), "wb") as file:
            file.write(data)

    @classmethod
    def read_file(cls, name):
        with open(os.path.join(cls.directory, name), "rb") as file:
            return file.read()

    def assert_block(self, code, block):
        done = self.shell(block)
        said = block + done.stdout + done.stderr
        self.assertEqual(done.returncode, code, said)
        self.assertIn("FAILED: " if code else "", done.stderr, said)
        self.assertNotIn("Traceback", done.stderr)
        return done

    def with_change(self, name, change, then):
        data = self.read_file(name)
        changed = change(data)
        self.assertNotEqual(data, changed)
        self.write_file(name, changed)
        try:
            then()
        finally:
            self.write_file(name, data)

    def check(self, heading, node, changes):
        if node and self.no_node:
            self.skipTest(self.no_node)
        blocks = [block for block in shell_blocks(heading) if is_node(block) == node]
        self.assertTrue(blocks)
        for block in blocks:
            self.assert_block(0, block)
            for what, (name, change) in changes.items():
                with self.subTest(block.split()[0:2], changed=what):
                    self.with_change(name, change, lambda block=block: self.assert_block(1, block))

    def another_key(self, name):
        """The keys of another server under the kid of this one: what a liar would hand out."""
        pem = self.new_server().start()
        other = pem.call("GET", "/attestation.pub").body.decode()
        if name == "attestation.pub":
            return lambda _: other.encode()
        listed = json.loads(self.read_file(name))
        listed["keys"][-1]["public_pem"] = other
        return lambda _: canonical(listed)

    def test_an_answer(self):
        self.check("An answer", False, ANSWER)

    def test_an_answer_with_node(self):
        self.check("An answer", True, ANSWER)

    def test_a_stream(self):
        self.check("A captured stream", False, STREAM)

    def test_a_stream_with_node(self):
        self.check("A captured stream", True, STREAM)

    def test_the_attestation_alone_is_of_this_body(self):
        for block in shell_blocks("An answer"):
            alone = block.replace(" --hmac-secret key/hmac_secret", "")
            if alone != block and not (self.no_node and is_node(block)):
                self.assert_block(0, alone)
                self.with_change("response.json", lambda data: flipped(data, 10), lambda: self.assertIn(
                    "another response body", self.assert_block(1, alone).stderr))

    def test_another_key(self):
        for name in ("keys.json", "attestation.pub"):
            change = self.another_key(name)
            for heading in ("An answer", "A captured stream", "The span between two receipts"):
                for block in shell_blocks(heading):
                    if name in block and not (self.no_node and is_node(block)):
                        self.with_change(name, change, lambda block=block: self.assert_block(1, block))

    def test_a_token_of_another_signer_under_this_servers_kid(self):
        """Only that a kid is derived from its key tells it: all else of the forgery holds."""
        key = Ed25519PrivateKey.generate()
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

        def token(data):
            payload = re.search(rb"^X-Cogos-Attestation: *([^.]*)", data, re.I | re.M)[1]
            signature = key.sign(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
            return re.sub(rb"(?im)^(X-Cogos-Attestation: *).*\r$",
                          lambda m: m[1] + payload + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=") + b"\r",
                          data)

        def keys(data):
            listed = json.loads(data)
            listed["keys"][-1]["public_pem"] = pem.decode()
            return canonical(listed)

        for block in shell_blocks("An answer"):
            if not (self.no_node and is_node(block)):
                name, change = ("keys.json", keys) if "keys.json" in block else ("attestation.pub", lambda _: pem)
                with self.subTest(block.split()[0:2]):
                    self.with_change(name, change, lambda: self.with_change("headers", token, lambda: self.assertIn(
                        "not the one its kid names", self.assert_block(1, block).stderr)))

    def test_a_chain(self):
        self.check("The chain", False, ROWS)

    def test_a_chain_with_node(self):
        self.check("The chain", True, ROWS)

    def pruned_and_headed(self, node):
        if node and self.no_node:
            self.skipTest(self.no_node)
        for block in shell_blocks("The chain"):
            if is_node(block) == node:
                with self.subTest(block.split()[0:2]):
                    self.pruned_sliced_and_headed(block)

    def pruned_sliced_and_headed(self, block):
        prune = edited_rows(lambda rows: rows[0].__setitem__("sealed_content", None))
        self.with_change("audit.json", prune,
                         lambda: self.assertIn("3 rows, 1 pruned", self.assert_block(0, block).stdout))
        head = json.loads(self.read_file("audit.json"))["rows"][-1]["row_hash"]
        headed = block.replace(" audit.json", f" --head {head} audit.json")
        self.assert_block(0, headed)
        self.with_change("audit.json", edited_rows(lambda rows: rows.pop()), lambda: self.assert_block(1, headed))
        # A slice is held to its own first row; the last row alone is one.
        self.with_change("audit.json", edited_rows(lambda rows: rows.__delitem__(slice(0, 2))),
                         lambda: self.assertIn("rows 3..3", self.assert_block(0, block).stdout))

    def test_pruned_rows_slices_and_heads(self):
        self.pruned_and_headed(False)

    def test_pruned_rows_slices_and_heads_with_node(self):
        self.pruned_and_headed(True)

    def test_a_span(self):
        self.check("The span between two receipts", False, SPAN)

    def test_a_span_with_node(self):
        self.check("The span between two receipts", True, SPAN)

    def test_a_span_is_from_the_earlier_receipt_to_the_later(self):
        """All else of it holds: both tokens, the rows, and both heads among them."""
        for block in shell_blocks("The span between two receipts"):
            if not (self.no_node and is_node(block)):
                reversed_span = re.sub(r"(--from |span\.sh )headers( --to | )audit-headers",
                                       r"\1audit-headers\2headers", block)
                self.assertNotEqual(reversed_span, block)
                self.assertIn("shorter at the later receipt", self.assert_block(1, reversed_span).stderr)

    def unsealed(self, node):
        self.check("What a row holds", node, SEALED)
        stranger = self.server.issue("strangers").sealing_pem.encode()
        for block in shell_blocks("What a row holds"):
            if is_node(block) == node:
                found = [json.loads(line) for line in self.assert_block(0, block).stdout.splitlines()]
                self.assertEqual([line["seq"] for line in found], [1, 2, 3])
                self.assertEqual(found[1]["content"]["request"].encode(), self.read_file("request.json"))
                self.with_change("key/x25519_private_pem", lambda _: stranger,
                                 lambda block=block: self.assert_block(1, block))

    def test_sealed_content(self):
        self.unsealed(False)

    def test_sealed_content_with_node(self):
        self.unsealed(True)

    def test_signed_requests(self):
        issue, *calls = shell_blocks("Sign a request")
        self.assert_block(0, issue)
        for block in calls:
            if is_node(block) and self.no_node:
                print(self.no_node)
                continue
            self.assertEqual(json.loads(self.assert_block(0, block).stdout)["tenant_id"], "signs")
            # Of another path, so the signature is not of this request, and curl's --fail says so.
            done = self.shell(block.replace("https://localhost:8443/v1/me", "https://localhost:8443/v1/models"))
            self.assertEqual((done.returncode, done.stdout), (22, ""), done.stderr)


if __name__ == "__main__":
    main()
