"""The commands that customers and operators use, against a running server."""

import json
import os
import stat
import time

import cogos_client as client
from fixture import ADMIN_KEY, Customer, FlowTest, JSON, clean_environment, cogos, main, question

CHAT = "/v1/chat/completions"


class Cli(FlowTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = f"https://localhost:{cls.server.port}"
        cls.key_file = cls.server.write("admin-key", ADMIN_KEY + "\n")

    def path(self, name):
        """A place of this test's own."""
        return self.server.path(f"{self.id().rsplit('.', 1)[1]}-{name}")

    def admin(self, *arguments, code=0, environment=None, options=None):
        if options is None:
            options = ("--server", self.url, "--ca", self.server.ca_file, "--admin-key-file", self.key_file)
        return self.assert_runs(code, "admin", "keys", *arguments, *options, environment=environment)

    @staticmethod
    def read(path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    # Without a server

    def test_the_version_is_the_rev_of_the_running_server(self):
        self.assertEqual(cogos("version").stdout, f"cogos {self.server.ready['rev']}\n")

    def test_every_command_explains_itself(self):
        self.assertIn("verify", self.assert_runs(0, "--help").stdout)
        for command in ("serve", "check-config", "fsck", "prune", "verify receipt", "verify audit", "verify span",
                        "unseal", "keygen ed25519", "keygen x25519", "sign-request", "admin keys issue", "admin keys list",
                        "admin keys revoke", "version"):
            self.assertIn("Example", self.assert_runs(0, *command.split(), "--help").stdout, command)

    def test_wrong_use_is_2(self):
        for arguments in ((), ("nonsense", ), ("verify", ), ("verify", "receipt"), ("keygen", "rsa", "--out", "x"),
                          ("unseal", ), ("sign-request", "--key", "x"), ("admin", "keys"), ("serve", "--nonsense"),
                          ("verify", "audit", "--rows", "/nonexistent"), ("verify", "audit", "--rows", self.key_file),
                          ("unseal", "--rows", self.key_file, "--key", self.key_file)):
            with self.subTest(arguments):
                done = self.assert_runs(2, *arguments)
                self.assertTrue(done.stderr)

    def test_generated_keys_are_private_and_never_overwritten(self):
        for kind, load in (("ed25519", client.Ed25519PrivateKey), ("x25519", client.X25519PrivateKey)):
            prefix = self.path(kind)
            self.assert_runs(0, "keygen", kind, "--out", prefix)
            self.assertEqual(stat.S_IMODE(os.stat(prefix + ".pem").st_mode), 0o600)
            private = client.serialization.load_pem_private_key(self.read(prefix + ".pem").encode(), None)
            self.assertIsInstance(private, load)
            self.assertEqual(client._pems(private), (self.read(prefix + ".pem"), self.read(prefix + ".pub.pem")))
            before = self.read(prefix + ".pem")
            self.assert_runs(2, "keygen", kind, "--out", prefix)
            self.assertEqual(self.read(prefix + ".pem"), before)

    # Against the server

    def test_keys_are_issued_listed_and_revoked_over_https(self):
        issued = json.loads(self.admin("issue", "--tenant", "cli", "--app", "one", "--package", "team",
                                       "--json").stdout)
        customer = Customer(issued)
        self.assertEqual(self.server.chat(customer).status, 200)
        listed = self.admin("list", "--tenant", "cli").stdout
        self.assertIn(customer.key_id, listed)
        self.assertNotIn(customer.hmac_secret, listed)
        by_json = json.loads(self.admin("list", "--tenant", "cli", "--app", "one", "--json").stdout)
        self.assertEqual([key["key_id"] for key in by_json["keys"]], [customer.key_id])
        self.assertIn(customer.key_id, self.admin("revoke", customer.key_id).stdout)
        self.assertEqual(self.server.as_customer(customer, "GET", "/v1/me").status, 401)
        self.admin("revoke", customer.key_id, code=1)
        self.admin("revoke", "no-such-key", code=1)
        self.assertIn("revoked", self.admin("list", "--tenant", "cli").stdout)

    def test_secrets_may_go_to_files_instead_of_the_screen(self):
        directory = self.path("key")
        done = self.admin("issue", "--tenant", "cli-files", "--out", directory)
        names = set(os.listdir(directory))
        self.assertEqual(names, {"api_key", "hmac_secret", "x25519_private_pem"})
        for name in names:
            path = os.path.join(directory, name)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            self.assertNotIn(self.read(path).strip().split("\n")[-2 if "pem" in name else 0], done.stdout + done.stderr)
        answer = self.server.call("GET", "/v1/me",
                                  headers={"Authorization": "Bearer " + self.read(directory + "/api_key").strip()})
        self.assertEqual(answer.status, 200)

    def test_a_customers_own_keys_are_taken_and_then_sign_and_unseal(self):
        for kind in ("ed25519", "x25519"):
            self.assert_runs(0, "keygen", kind, "--out", self.path(kind))
        issued = json.loads(self.admin("issue", "--tenant", "cli-own", "--pubkey", self.path("ed25519.pub.pem"),
                                       "--x25519-pubkey", self.path("x25519.pub.pem"), "--audit-content", "full",
                                       "--json").stdout)
        self.assertNotIn("private_pem", issued)
        self.assertNotIn("x25519_private_pem", issued)
        body = json.dumps(question()).encode()
        file = self.server.write("request.json", body)
        answer = None
        for extra in ((), ("--nonce", "again"), ("--ts", str(int(time.time() * 1000) - 100_000))):
            header = self.assert_runs(0, "sign-request", "--key", self.path("ed25519.pem"), "--key-id",
                                      issued["key_id"],
                                      "--method", "POST", "--path", CHAT, "--body", file, *extra).stdout.strip()
            answer = self.server.call("POST", CHAT, body, {**JSON, "Authorization": header})
            self.assertEqual(answer.status, 200, answer.body)
        header = self.assert_runs(0, "sign-request", "--key", self.path("ed25519.pem"), "--key-id", issued["key_id"],
                                  "--method", "GET", "--path", "/v1/audit?since=0").stdout.strip()
        page = self.server.call("GET", "/v1/audit?since=0", headers={"Authorization": header})
        self.assertEqual(page.status, 200)
        rows = self.server.write("page.json", page.body)
        self.assert_runs(0, "verify", "audit", "--rows", rows, "--expect-head", answer.claims["chain_head"])
        lines = self.assert_runs(0, "unseal", "--rows", rows, "--key", self.path("x25519.pem")).stdout.splitlines()
        opened = [client.load_json(line) for line in lines]
        self.assertEqual([line["seq"] for line in opened], [1, 2, 3])
        self.assertEqual(opened[2]["content"]["response"].encode(), answer.body)
        self.assertEqual(opened[2]["content"]["request"].encode(), body)

    def test_the_program_signs_as_the_other_implementation_does(self):
        private_pem, _ = client.new_ed25519()
        key = self.server.write("sign.pem", private_pem)
        for nonce in (None, "n-1"):
            done = self.assert_runs(0, "sign-request", "--key", key, "--key-id", "kid-1", "--method", "GET", "--path",
                                    "/v1/me?x=1",
                                    "--ts", "1763900000000", *(("--nonce", nonce) if nonce else ()))
            self.assertEqual(done.stdout.strip(),
                             client.sign_request(private_pem, "kid-1", "GET", "/v1/me?x=1", b"", 1763900000000, nonce))

    def test_the_server_must_be_the_one_that_is_trusted(self):
        stranger = self.new_server().start()
        self.admin("list", code=2, options=("--server", self.url, "--ca", stranger.ca_file, "--admin-key-file",
                                            self.key_file))
        self.admin("list", code=2, options=("--server", self.url, "--admin-key-file", self.key_file))
        stranger.stop()
        self.admin("list", code=2, options=("--server", f"http://localhost:{self.server.port}", "--admin-key-file",
                                            self.key_file))
        self.admin("list", code=2, options=("--server", f"https://localhost:{stranger.port}", "--ca",
                                            self.server.ca_file,
                                            "--admin-key-file", self.key_file))

    def test_the_admin_key_comes_from_a_file_or_the_environment_and_must_be_right(self):
        options = ("--server", self.url, "--ca", self.server.ca_file)
        self.admin("list", options=options, environment=clean_environment(COGOS_ADMIN_KEY=ADMIN_KEY))
        self.admin("list", options=(), environment=clean_environment(COGOS_ADMIN_KEY=ADMIN_KEY), code=2)
        done = self.admin("list", options=options, environment=clean_environment(COGOS_ADMIN_KEY="x" * 20), code=1)
        self.assertIn("invalid_admin_credentials", done.stderr)
        self.admin("list", options=options, code=2)

    def test_an_order_that_the_server_refuses_is_explained(self):
        done = self.admin("issue", "--tenant", "NO", code=1)
        self.assertIn("validation_failed", done.stderr)
        self.assertIn("tenant_id", done.stderr)
        self.admin("issue", "--tenant", "a", "--scheme", "hmac", code=2)
        self.admin("issue", code=2)

    def test_a_store_in_use_is_not_checked(self):
        self.assert_runs(2, "fsck", "--data-dir", self.server.data_dir)


if __name__ == "__main__":
    main()
