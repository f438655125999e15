"""Another data encryption key for a store: every secret of it is under the new one, and nothing is left of the former."""

import contextlib
import json
import os
import shutil
import sqlite3

from fixture import ADMIN_KEY, FlowTest, Server, clean_environment, cogos, main, stored_rows
from test_backup import digest, read


class Dek(FlowTest):
    environment = {"COGOS_ADMIN_KEY": ADMIN_KEY, "COGOS_DEK_HEX": "1f" * 32}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("sealed")
        cls.server.chat(cls.customer)
        cls.server.stop()
        with sqlite3.connect(os.path.join(cls.server.data_dir, "cogos.db")) as db:
            cls.boxes = [box for (box,) in db.execute("SELECT hmac_ciphertext FROM keys")]

    @classmethod
    def tearDownClass(cls):
        if not cls.server.process:
            cls.server.start()
        super().tearDownClass()

    def rotate(self, data_dir, old="1f" * 32, new="2e" * 32):
        given = {name: value for name, value in (("COGOS_DEK_HEX", old), ("COGOS_NEW_DEK_HEX", new)) if value}
        return cogos("dek", "rotate", "--data-dir", data_dir, environment=clean_environment(**given))

    def test_secrets_are_sealed_under_the_new_key_and_nothing_of_the_old_is_left(self):
        server = self.new_server(environment={**self.environment, "COGOS_DEK_HEX": "2e" * 32})
        shutil.copytree(self.server.data_dir, server.data_dir)
        done = self.rotate(server.data_dir)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 key", done.stdout)
        self.assertTrue(self.boxes)
        for name in os.listdir(server.data_dir):
            for box in self.boxes:
                self.assertNotIn(box, read(os.path.join(server.data_dir, name)), name)
        self.assertEqual([row["detail"] for row in stored_rows(server.data_dir, "_operator")
                          if row["route"] == "dek.rotated"], [{"keys": "1"}])
        server.start()
        server.chat(self.customer)  # whose signature is checked
        server.stop()
        self.assertEqual(server.fsck().returncode, 0)
        former = Server(environment=self.environment)
        self.addCleanup(former.discard)
        shutil.copytree(server.data_dir, former.data_dir)
        former.spawn()
        self.assertEqual(former.process.wait(30), 2, "the former key opens it no more")
        former.process = None

    def test_a_wrong_key_changes_nothing(self):
        directory = self.server.path("wrong")
        shutil.copytree(self.server.data_dir, directory)
        was = digest(directory)
        for old, new in (("3c" * 32, "2e" * 32), ("1f" * 32, "2e"), (None, "2e" * 32), ("1f" * 32, None)):
            with self.subTest(old=old, new=new):
                done = self.rotate(directory, old, new)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertNotIn("1f1f", done.stderr)
        self.assertEqual(digest(directory), was)

    def test_a_log_that_could_not_be_emptied_is_told(self):
        """While another program reads an older state, what lay under the former key is still in the log."""
        directory = self.server.path("read")
        shutil.copytree(self.server.data_dir, directory)
        with contextlib.closing(sqlite3.connect(os.path.join(directory, "cogos.db"))) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM keys").fetchall()
            done = self.rotate(directory)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("the change is made", done.stderr)
        self.assertIn("another program has the database open", done.stderr)

    def test_former_stores_beside_it_are_named(self):
        directory = self.server.path("with-a-former-one")
        shutil.copytree(self.server.data_dir, directory)
        former = os.path.join(directory, "replaced-1790000000000")
        shutil.copytree(self.server.data_dir, former)
        self.assertIn(former + " holds a store under the former key", self.rotate(directory).stdout)
        pruned = json.loads(self.assert_runs(0, "prune", "--data-dir", directory, "--before", "2026-01-01", "--json").stdout)
        self.assertEqual(pruned["other_copies"], [former])

    def test_a_running_server_keeps_its_store(self):
        server = self.new_server(environment=self.environment).start()
        self.assertIn("in use", self.rotate(server.data_dir).stderr)
        server.stop()

    def test_a_secret_that_was_altered_stops_it(self):
        directory = self.server.path("altered")
        shutil.copytree(self.server.data_dir, directory)
        with sqlite3.connect(os.path.join(directory, "cogos.db")) as db:
            db.execute("UPDATE keys SET hmac_tag = zeroblob(16)")
        done = self.rotate(directory)
        self.assertEqual(done.returncode, 2)
        self.assertIn("was altered", done.stderr)


if __name__ == "__main__":
    main()
