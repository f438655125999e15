"""A store of the first schema, with what its build promised, served by this one; and one of a schema that this build
does not know, which every command refuses and none touches."""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3

import cogos_client as client
from fixture import ADMIN_KEY, Customer, FlowTest, Server, clean_environment, cogos, main, stored_rows

FIRST = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "store", "first_schema")


def read(name):
    with open(os.path.join(FIRST, name), encoding="utf-8") as file:
        return file.read()


PROMISED = json.loads(read("promised.json"))
ENVIRONMENT = {"COGOS_ADMIN_KEY": ADMIN_KEY, "COGOS_DEK_HEX": PROMISED["dek_hex"]}


def lay_first_schema(data_dir):
    os.mkdir(data_dir, 0o700)
    with contextlib.closing(sqlite3.connect(os.path.join(data_dir, "cogos.db"))) as db:
        db.executescript(read("store.sql"))


def version_of(data_dir):
    with contextlib.closing(sqlite3.connect(os.path.join(data_dir, "cogos.db"))) as db:
        return db.execute("PRAGMA user_version").fetchone()[0]


def contents(data_dir):
    """Every file but the lock, the log's index, and a log that is empty, which opening a store makes."""
    found = {}
    for name in sorted(set(os.listdir(data_dir)) - {"lock", "cogos.db-shm"}):
        with open(os.path.join(data_dir, name), "rb") as file:
            found[name] = hashlib.sha256(file.read()).hexdigest()
    return {name: digest for name, digest in found.items() if digest != hashlib.sha256().hexdigest()}


class FirstSchema(FlowTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(environment=ENVIRONMENT)
        cls.addClassCleanup(cls.server.discard)
        lay_first_schema(cls.server.data_dir)
        cls.before = {tenant: stored_rows(cls.server.data_dir, tenant, app)
                      for tenant, app in (("acme", "_default"), ("globex", "billing"), ("_operator", "_default"))}
        if version_of(cls.server.data_dir) != 1:
            raise AssertionError("the fixture is not of the first schema")
        cls.server.start()
        cls.keys = {key["key_id"]: Customer({**key, "x25519_private_pem": key["sealing_pem"]}, key["signing_pem"])
                    for key in PROMISED["keys"]}

    def test_receipts_from_before_verify_and_their_rows_are_there(self):
        hashes = {row["row_hash"] for rows in self.before.values() for row in rows}
        self.assertEqual(len(PROMISED["answers"]), 7)
        for answer in PROMISED["answers"]:
            pem = self.server.public_pem(answer["kid"])
            body = answer["body"].encode()
            claims = client.verify_attestation(answer["attestation"], pem, body,
                                               (answer["method"], answer["target"], answer["request"].encode()))
            self.assertIn(claims["chain_head"], hashes)
            customer = self.keys[answer["key_id"]]
            self.assertEqual(client.response_signature(customer.hmac_secret, body), answer["signature"])

    def test_its_keys_work_as_they_did_and_their_chains_go_on(self):
        for key in PROMISED["keys"]:
            customer = self.keys[key["key_id"]]
            answer = self.server.chat(customer)  # whose signature is checked under the secret from before
            if key["revoked"]:
                self.assert_error(answer, 401, "invalid_api_key")
                continue
            self.assertEqual(answer.status, 200)
            rows = self.server.rows(customer)
            client.check_chain(rows)
            self.assertEqual(rows[:len(self.before[customer.tenant])], self.before[customer.tenant])
            sealed = [row for row in self.before[customer.tenant] if row["key_id"] == customer.key_id]
            self.assertGreaterEqual(len(sealed), 2)
            for row in sealed:
                self.assertIn("request_id", client.unseal(row, customer.sealing_pem))

    def test_operators_see_what_was(self):
        listed = self.server.admin("GET", "/admin/keys").json()["keys"]
        self.assertEqual({key["key_id"]: key["active"] for key in listed},
                         {key["key_id"]: not key["revoked"] for key in PROMISED["keys"]})
        usage = self.server.admin("GET", "/admin/usage?since=0&tenant_id=globex").json()["rows"]
        self.assertGreaterEqual(len(usage), 2)

    def test_commands_that_do_not_take_a_store_forward_say_what_does(self):
        """A backup of it is made by the version that wrote it."""
        directory = self.server.path("older")
        lay_first_schema(directory)
        was = contents(directory)
        recipient = self.server.write("op.pub.pem", client.new_x25519()[1])
        for command in (("fsck", "--data-dir", directory),
                        ("backup", "--data-dir", directory, "--recipient", recipient, "--to", directory + ".backup")):
            done = self.assert_runs(2, *command)
            self.assertIn("start the server once to take it to version", done.stderr)
        self.assertEqual(contents(directory), was)


class NewerSchema(FlowTest):
    environment = ENVIRONMENT

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        private_pem, public_pem = client.new_x25519()
        cls.key, cls.recipient = cls.server.write("op.pem", private_pem), cls.server.write("op.pub.pem", public_pem)
        cls.server.chat(cls.server.issue("newer"))
        cls.server.stop()
        cls.backup = cls.server.path("before.backup")
        cogos("backup", "--data-dir", cls.server.data_dir, "--recipient", cls.recipient, "--to", cls.backup)
        cls.known = version_of(cls.server.data_dir)
        cls.newer = cls.server.path("newer")
        shutil.copytree(cls.server.data_dir, cls.newer)
        with contextlib.closing(sqlite3.connect(os.path.join(cls.newer, "cogos.db"))) as db:
            db.execute(f"PRAGMA user_version = {cls.known + 1}")

    @classmethod
    def tearDownClass(cls):
        cls.server.start()
        super().tearDownClass()

    def assert_refused(self, code, *arguments, **environment):
        was = contents(self.newer)
        done = self.assert_runs(code, *arguments, environment=clean_environment(**ENVIRONMENT, **environment))
        self.assertIn(f"the store has schema version {self.known + 1}, and this build knows versions up to {self.known}",
                      done.stderr)
        self.assertEqual(contents(self.newer), was)
        return done

    def test_every_command_refuses_it_and_leaves_it_alone(self):
        at = ("--data-dir", self.newer)
        target = self.server.path("x.backup")
        self.assert_refused(2, "serve", "--config", self.server.config_file, "--dev", *at, "--listen", "127.0.0.1:0")
        self.assert_refused(2, "fsck", *at)
        self.assert_refused(2, "backup", *at, "--recipient", self.recipient, "--to", target)
        self.assertFalse(os.path.exists(target))
        self.assert_refused(2, "prune", *at, "--before", "2026-01-01")
        self.assert_refused(2, "dek", "rotate", *at, COGOS_NEW_DEK_HEX="2e" * 32)
        self.assert_refused(1, "restore", *at, "--from", self.backup, "--key", self.key)

    def test_going_back_is_by_the_backup_from_before_and_the_loss_is_recorded_as_unknown(self):
        directory = self.server.path("going-back")
        shutil.copytree(self.newer, directory)
        done = self.assert_runs(0, "restore", "--data-dir", directory, "--from", self.backup, "--key", self.key,
                                "--force", "--json")
        report = json.loads(done.stdout)
        self.assertIsNone(report["lost"])
        self.assertEqual((version_of(directory), version_of(report["replaced"])), (self.known, self.known + 1))
        [row] = [row for row in stored_rows(directory, "_operator") if row["route"] == "store.restored"]
        self.assertEqual((row["detail"]["forced"], row["detail"]["rows_lost"], row["detail"]["chains_with_lost_rows"]),
                         ("true", "unknown", "unknown"))

    def test_another_programs_database_is_left_alone(self):
        directory = self.server.path("foreign")
        os.mkdir(directory)
        with contextlib.closing(sqlite3.connect(os.path.join(directory, "cogos.db"))) as db:
            db.execute("CREATE TABLE theirs (x)")
        was = contents(directory)
        done = self.assert_runs(2, "serve", "--config", self.server.config_file, "--dev", "--data-dir", directory,
                                "--listen", "127.0.0.1:0", environment=clean_environment(**ENVIRONMENT))
        self.assertIn("was not made by CogOS", done.stderr)
        self.assertEqual(contents(directory)["cogos.db"], was["cogos.db"])


if __name__ == "__main__":
    main()
