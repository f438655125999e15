"""A store carried away and brought back: what was promised is there, and what was altered is refused."""

import contextlib
import fcntl
import glob
import hashlib
import json
import os
import shutil
import sqlite3
import threading

import cogos_client as client
from fixture import ADMIN_KEY, FlowTest, cogos, main, stored_rows

CHUNK = 64 * 1024 + 16


def read(path):
    with open(path, "rb") as file:
        return file.read()


def digest(directory):
    return hashlib.sha256(read(os.path.join(directory, "cogos.db"))).hexdigest()


class LockedDirectory:
    """As a process that works in it has it."""

    def __init__(self, path):
        self.descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)

    def close(self):
        os.close(self.descriptor)


class Backup(FlowTest):
    """One backup of a busy server, and what came after it."""

    environment = {"COGOS_ADMIN_KEY": ADMIN_KEY, "COGOS_DEK_HEX": "1f" * 32}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.private_pem, cls.public_pem = client.new_x25519()
        cls.key = cls.server.write("operator.pem", cls.private_pem)
        cls.recipient = cls.server.write("operator.pub.pem", cls.public_pem)
        cls.customer = cls.server.issue("kept", audit_content="full")
        cls.before = [cls.server.chat(cls.customer) for _ in range(3)]
        cls.file = cls.server.path("first.backup")
        # A few chunks, so that there is a first one, one between and a last one.
        cls.server.chat(cls.customer, text="x" * 200_000)
        cls.made = cls.back_up_under_load()
        cls.after = [cls.server.chat(cls.customer) for _ in range(2)]
        cls.server.stop()

    @classmethod
    def back_up_under_load(cls):
        busy, enough = cls.server.issue("busy"), threading.Event()

        def call():
            while not enough.is_set():
                cls.server.chat(busy)

        caller = threading.Thread(target=call)
        caller.start()
        try:
            return cogos("backup", "--data-dir", cls.server.data_dir, "--recipient", cls.recipient, "--to", cls.file,
                         "--json")
        finally:
            enough.set()
            caller.join()

    @classmethod
    def tearDownClass(cls):
        if not cls.server.process:
            cls.server.start()
        super().tearDownClass()

    def restore(self, *arguments, data_dir, file=None, key=None):
        return cogos("restore", "--from", file or self.file, "--key", key or self.key, "--data-dir", data_dir, *arguments)

    def a_copy_of_the_store(self, name):
        directory = self.server.path(name)
        shutil.copytree(self.server.data_dir, directory)
        return directory

    def test_it_is_made_while_the_server_works(self):
        self.assertEqual(self.made.returncode, 0, self.made.stderr)
        report = json.loads(self.made.stdout)
        self.assertGreaterEqual(report["rows"], len(self.before))
        self.assertEqual(report["sealed_bytes"], os.path.getsize(self.file))
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o600)
        self.assertEqual(glob.glob(os.path.join(self.server.data_dir, "backup-*")), [], "the copy is gone")

    def test_nothing_of_the_store_can_be_read_in_it(self):
        data = read(self.file)
        for text in (b"SQLite format 3", b"kept", b"cogos-tier", self.customer.key_id.encode()):
            self.assertNotIn(text, data)

    def test_it_brings_a_store_back_that_holds_its_receipts(self):
        directory = self.server.path("restored")
        done = self.restore("--json", data_dir=directory)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual((report["lost"], report["replaced"]), ([], None))
        self.assertEqual(self.server.fsck(directory).returncode, 0)
        hashes = [row["row_hash"] for row in stored_rows(directory, "kept")]
        for answer in self.before:
            self.assertIn(answer.claims["chain_head"], hashes)
        [row] = [row for row in stored_rows(directory, "_operator") if row["route"] == "store.restored"]
        self.assertEqual(row["detail"], {"backup_created_at": report["created_at"], "forced": "false", "rows_lost": "0",
                                         "chains_with_lost_rows": "0"})
        self.serve_from(directory)

    def serve_from(self, directory):
        """The restored store serves its customers and goes on in their chains."""
        server = self.new_server(environment=self.environment)
        shutil.copytree(directory, server.data_dir)
        for name in ("dev-cert.pem", "dev-key.pem"):
            shutil.copy(os.path.join(self.server.data_dir, name), server.data_dir)
        server.start()
        server.chat(self.customer)
        server.stop()
        self.assertEqual(server.fsck().returncode, 0)
        client.check_chain(stored_rows(server.data_dir, "kept"))

    def test_rows_are_not_lost_without_force(self):
        directory = self.a_copy_of_the_store("newer")
        was = digest(directory)
        done = self.restore(data_dir=directory)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stderr, r"has \d+ rows in \d+ chains that the backup has not")
        self.assertEqual(digest(directory), was)

    def test_with_force_it_says_what_is_lost_keeps_it_aside_and_records_it(self):
        directory = self.a_copy_of_the_store("forced")
        done = self.restore("--force", "--json", data_dir=directory)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        lost = {chain["tenant_id"]: chain["rows"] for chain in report["lost"]}
        self.assertEqual(lost["kept"], len(self.after))
        self.assertEqual(self.server.fsck(directory).returncode, 0)
        self.assertEqual(self.server.fsck(report["replaced"]).returncode, 0)
        self.assertEqual(stored_rows(report["replaced"], "kept"), stored_rows(self.server.data_dir, "kept"))
        [row] = [row for row in stored_rows(directory, "_operator") if row["route"] == "store.restored"]
        self.assertEqual((row["detail"]["forced"], row["detail"]["rows_lost"]), ("true", str(sum(lost.values()))))

    def test_a_store_of_another_history_counts_as_newer(self):
        """As long as the backup and of the same names, but with other rows."""
        directory = self.server.path("other-history")
        other = self.new_server(environment=self.environment).start()
        customer = other.issue("kept")
        for _ in range(3):
            other.chat(customer)
        other.stop()
        shutil.copytree(other.data_dir, directory)
        done = self.restore(data_dir=directory)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("that the backup has not", done.stderr)

    def test_a_damaged_store_is_replaced_by_force_alone(self):
        directory = self.server.path("damaged")
        os.mkdir(directory, 0o700)
        with open(os.path.join(directory, "cogos.db"), "wb") as file:
            file.write(b"no database at all" * 500)
        done = self.restore(data_dir=directory)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("cannot be compared", done.stderr)
        self.assertEqual(self.restore("--force", data_dir=directory).returncode, 0)
        self.assertEqual(self.server.fsck(directory).returncode, 0)

    def test_what_was_altered_is_refused_and_changes_nothing(self):
        data = read(self.file)
        line = data.index(b"\n") + 1
        chunks = [data[at:at + CHUNK] for at in range(line, len(data), CHUNK)]
        self.assertGreater(len(chunks), 3)

        def flipped(at):
            return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]

        wrong = {"a bit of the first line": flipped(30), "a bit of the first chunk": flipped(line + 10),
                 "a bit of the last tag": flipped(len(data) - 1), "cut short": data[:-1],
                 "without its last chunk": data[:line] + b"".join(chunks[:-1]),
                 "two chunks exchanged": data[:line] + b"".join([chunks[1], chunks[0], *chunks[2:]]),
                 "a chunk twice": data[:line] + b"".join([chunks[0], *chunks]), "more behind it": data + b"\0",
                 "the first line alone": data[:line], "nothing": b"", "something else": os.urandom(4096),
                 "another time in the first line": data.replace(b'"created_at":"20', b'"created_at":"21', 1)}
        for what, altered in wrong.items():
            with self.subTest(what):
                directory = self.server.path("altered")
                done = self.restore(data_dir=directory, file=self.server.write("altered.backup", altered))
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertEqual(os.listdir(directory), ["lock"])

    def test_another_key_does_not_open_it(self):
        other = self.server.write("other.pem", client.new_x25519()[0])
        done = self.restore(data_dir=self.server.path("other"), key=other)
        self.assertEqual(done.returncode, 1)
        self.assertIn("another key", done.stderr)

    def test_wrong_use_is_refused(self):
        data_dir = self.server.data_dir
        for arguments in (("backup", "--data-dir", data_dir, "--to", self.server.path("x")),
                          ("backup", "--data-dir", data_dir, "--recipient", self.recipient, "--to", self.file),
                          ("backup", "--data-dir", data_dir, "--recipient", "/nonexistent", "--to", self.server.path("x")),
                          ("backup", "--data-dir", "/nonexistent", "--recipient", self.recipient, "--to",
                           self.server.path("x")),
                          ("restore", "--from", "/nonexistent", "--key", self.key, "--data-dir", self.server.path("y")),
                          ("restore", "--from", self.file, "--key", "/nonexistent", "--data-dir", self.server.path("y"))):
            with self.subTest(arguments[:1], arguments=arguments[3:]):
                self.assertEqual(cogos(*arguments).returncode, 2)
        self.assertFalse(os.path.exists(self.server.path("x")))

    def test_a_store_that_does_not_hold_is_not_backed_up(self):
        directory = self.a_copy_of_the_store("broken")
        with sqlite3.connect(os.path.join(directory, "cogos.db")) as db:
            db.execute("UPDATE rows SET core = CAST(replace(CAST(core AS TEXT), '\"method\":\"POST\"', "
                       "'\"method\":\"GETS\"') AS BLOB) WHERE seq = 2")
        to = self.server.path("broken.backup")
        done = cogos("backup", "--data-dir", directory, "--recipient", self.recipient, "--to", to)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertFalse(os.path.exists(to))

    def test_a_running_server_keeps_its_store(self):
        server = self.new_server().start()
        done = self.restore("--force", data_dir=server.data_dir)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("in use", done.stderr)
        server.stop()

    def test_what_a_killed_one_left_goes_with_the_next_start_or_backup(self):
        """But what another process works in stays, and so does a former store that was laid aside."""
        server = self.new_server(environment=self.environment).start()
        left = [os.path.join(server.data_dir, name)
                for name in ("backup-0011223344556677", "restore-8899aabbccddeeff", "backup-ffffffffffffffff",
                             "replaced-1790000000000")]
        for again in (lambda: (server.stop(), server.start()), lambda: self.assert_runs(
                0, "backup", "--data-dir", server.data_dir, "--recipient", self.recipient, "--to", server.path("next"))):
            for directory in left:
                os.makedirs(directory, exist_ok=True)
                shutil.copy(os.path.join(server.data_dir, "cogos.db"), directory)
            with contextlib.closing(LockedDirectory(left[2])):
                again()
                self.assertEqual([os.path.exists(directory) for directory in left], [False, False, True, True])
        said = [event["path"] for event in server.events("removed what an interrupted backup or restoring left")]
        self.assertEqual(sorted(said), left[:2])
        server.stop()

    def test_the_recipient_may_come_from_the_settings(self):
        config = self.server.write("c.toml", f'[operator]\nsealing_key_file = "{self.recipient}"\n')
        to = self.server.path("by-settings.backup")
        done = cogos("backup", "--data-dir", self.server.data_dir, "--config", config, "--to", to)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.restore(data_dir=self.server.path("by-settings"), file=to).returncode, 0)


if __name__ == "__main__":
    main()
