"""The recipes of /cookbook as they are printed: each command is run, and sees what is wrong; each program on the page is the
file that is served beside it."""

import html
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import npm
from fixture import COGOS, DEADLINE_S, FlowTest, clean_environment, free_port, main

BLOCK = re.compile(r'<pre tabindex="0" class="run( node)?">(.*?)</pre>', re.S)
PROGRAM = re.compile(r'<summary>([^<]*)</summary>\s*<pre tabindex="0" class="program">(.*?)</pre>', re.S)
HEADING = re.compile(r'<h2 id="([a-z]+)">')


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def token_flipped(data):
    return re.sub(rb"(?im)^(X-Cogos-Attestation: .{40})(.)", lambda m: m[1] + (b"A" if m[2] != b"A" else b"B"), data)


def edited(change):
    def apply(data):
        page = json.loads(data)
        change(page["rows"])
        return json.dumps(page, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return apply


row_lost = edited(lambda rows: rows.pop(1))
nonce_changed = edited(lambda rows: rows[1]["sealed_content"].update(nonce_b64="A" * 16))


# What each recipe must notice.
WRONG = {
    "signature": [("response.json", lambda data: flip(data, 10)), ("key/hmac_secret", lambda data: flip(data, 3))],
    "attestation": [("response.json", lambda data: flip(data, 10)), ("headers", token_flipped),
                    ("request.json", lambda data: data + b" ")],
    "chain": [("audit.json", row_lost)],
    "span": [("audit.json", row_lost), ("headers", token_flipped)],
    "unseal": [("audit.json", nonce_changed)],
}


class Cookbook(FlowTest):
    no_node = None

    @classmethod
    def setUpClass(cls):
        port = free_port()
        cls.listen, cls.config = f"127.0.0.1:{port}", f'[server]\norigin = "https://localhost:{port}"\n'
        super().setUpClass()
        cls.page = cls.server.call("GET", "/cookbook").body.decode()
        cls.directory = cls.server.path("customer")
        customer, signs = cls.server.issue("cooks"), cls.server.issue("signs", scheme="ed25519")
        for name, text in (("key/api_key", customer.api_key), ("key/hmac_secret", customer.hmac_secret),
                           ("key/x25519_private_pem", customer.sealing_pem),
                           ("signing-key/private_pem", signs.signing_pem), ("signing-key/key_id", signs.key_id)):
            path = os.path.join(cls.directory, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        for _ in range(2):  # rows before the one that is checked
            cls.server.chat(customer)
        for block, is_node in cls.blocks("begin") + cls.blocks("inputs"):
            if not is_node:
                done = cls.shell(block)
                if done.returncode:
                    raise AssertionError(block + done.stdout + done.stderr)
        [install] = [block for block, is_node in cls.blocks("begin") if is_node]
        cls.no_node = npm.installed_by(install, cls.shell, "Node's recipes")

    @classmethod
    def blocks(cls, section):
        """[(command, whether it needs Node)] of the section with this id."""
        parts = HEADING.split(cls.page)
        text = parts[parts.index(section) + 1]
        return [(html.unescape(command), bool(is_node)) for is_node, command in BLOCK.findall(text)]

    @classmethod
    def shell(cls, block):
        environment = clean_environment(CURL_CA_BUNDLE=cls.server.ca_file, PYTHONDONTWRITEBYTECODE="1")
        # Debian's python3 first: python3-cryptography is installed for that one.
        environment["PATH"] = os.pathsep.join([os.path.dirname(COGOS), "/usr/bin", environment["PATH"]])
        return subprocess.run(["bash", "-eu", "-c", block], cwd=cls.directory, env=environment, capture_output=True,
                              text=True, check=False, timeout=DEADLINE_S)

    def test_programs_on_the_page_are_the_files_beside_it(self):
        shown = {html.unescape(name): html.unescape(text) for name, text in PROGRAM.findall(self.page)}
        self.assertGreaterEqual(len(shown), 14)
        for name, text in shown.items():
            answer = self.server.call("GET", "/cookbook/" + name)
            self.assertEqual((answer.status, answer.body.decode()), (200, text))

    def test_each_recipe_is_in_three_languages(self):
        for section in (*WRONG, "sign"):
            parts = HEADING.split(self.page)
            text = parts[parts.index(section) + 1]
            self.assertEqual(re.findall("<h3>(.*?)</h3>", text), ["Shell", "Python", "JavaScript"])
            self.assertEqual(len(self.blocks(section)), 3)

    def test_each_recipe_holds_and_notices_what_is_wrong(self):
        for section, wrongs in WRONG.items():
            for block, is_node in self.blocks(section):
                if is_node and self.no_node:
                    print(self.no_node)
                    continue
                with self.subTest(section, block=block):
                    done = self.shell(block)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                    for name, change in wrongs:
                        self.with_wrong(name, change, block)

    def with_wrong(self, name, change, block):
        path = os.path.join(self.directory, name)
        with open(path, "rb") as file:
            data = file.read()
        self.assertNotEqual(change(data), data)
        try:
            with open(path, "wb") as file:
                file.write(change(data))
            done = self.shell(block)
            self.assertEqual(done.returncode, 1, f"{name}: {done.stdout}{done.stderr}")
            self.assertIn("FAILED: ", done.stderr)
        finally:
            with open(path, "wb") as file:
                file.write(data)

    def test_requests_are_signed(self):
        for block, is_node in self.blocks("sign"):
            if not (is_node and self.no_node):
                with self.subTest(block=block):
                    done = self.shell(block)
                    self.assertEqual(json.loads(done.stdout)["tenant_id"], "signs", done.stderr)


if __name__ == "__main__":
    main()
