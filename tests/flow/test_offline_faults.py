"""Backup, restore, prune and the change of the data encryption key on a disk that fails, is full, or under a process
that is killed, at any of their calls to the disk: the store is as it was or as it is to be, nothing half-made has a
name that looks whole, and no copy of the store stays behind unnamed."""

import contextlib
import datetime
import glob
import os
import shutil
import sqlite3
import stat
import sys
import threading
import unittest

import cogos_client as client
from failing_disk import LIBRARY, FailingDisk
from fixture import ADMIN_KEY, FlowTest, clean_environment, cogos, main

FORMER, NEW = "1f" * 32, "2e" * 32


def state_of(data_dir):
    """Rows with what is erased of them, and the keys' sealed secrets."""
    with contextlib.closing(sqlite3.connect(os.path.join(data_dir, "cogos.db"))) as db:
        rows = db.execute("SELECT tenant_id, app_id, seq, hex(row_hash), sealed IS NULL FROM rows JOIN chains "
                          "ON chains.id = rows.chain ORDER BY 1, 2, 3").fetchall()
        return rows, db.execute("SELECT key_id, hex(hmac_ciphertext) FROM keys ORDER BY 1").fetchall()


def customers(rows):
    return [row for row in rows if row[0] != "_operator"]


def copies(data_dir):
    return [path for kind in ("backup", "restore") for path in glob.glob(os.path.join(data_dir, kind + "-*"))]


class Faults(FlowTest):
    """One store, a backup of it, and the rows that came after."""

    environment = {"COGOS_ADMIN_KEY": ADMIN_KEY, "COGOS_DEK_HEX": FORMER}

    @classmethod
    def setUpClass(cls):
        if not LIBRARY:
            raise unittest.SkipTest("COGOS_FAILING_DISK names no library to load before all others")
        super().setUpClass()
        private_pem, public_pem = client.new_x25519()
        cls.key, cls.recipient = cls.server.write("op.pem", private_pem), cls.server.write("op.pub.pem", public_pem)
        cls.customer = cls.server.issue("kept", audit_content="full")
        for _ in range(3):
            cls.server.chat(cls.customer)
        cls.backup = cls.server.path("first.backup")
        done = cogos("backup", "--data-dir", cls.server.data_dir, "--recipient", cls.recipient, "--to", cls.backup)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        cls.server.chat(cls.customer)
        # Killed, so that there is something in the log.
        cls.server.kill()
        cls.template = cls.server.path("template")
        shutil.copytree(cls.server.data_dir, cls.template)
        cls.before = cls.state("was")

    @classmethod
    def state(cls, name, of=None):
        """Of a copy, since looking takes the log in."""
        directory = cls.server.path(name)
        shutil.copytree(of or cls.template, directory)
        try:
            return state_of(directory)
        finally:
            shutil.rmtree(directory)

    @classmethod
    def tearDownClass(cls):
        cls.server.start()
        super().tearDownClass()

    def try_all(self, command, check, environment=None, hows=("eio", "full", "kill"), **which):
        """`command(place)` gives the arguments in a fresh directory `place`, with a fresh copy of the store in
        `place/data`; `check(place, done, how)` says what must hold afterwards."""
        work = self.server.path("work-" + self.id().rsplit(".", 1)[1])
        disk = FailingDisk(work, environment)
        trace = work + ".trace"
        self.in_place(work, "first", lambda place: self.assertEqual(
            (done := disk.run(*command(place), trace=trace)).returncode, 0, done.stderr))
        tried = [(how, n, call) for how in hows for n, call in disk.places(trace, how, **which)]
        self.assertGreater(len(tried), 25)
        outcomes = {}
        failures = []
        turns = iter(tried)

        def work_off():
            for how, n, call in turns_of(turns, lock):
                try:
                    self.in_place(work, f"{how}-{n}", lambda place: outcomes.__setitem__(
                        (how, n), self.try_one(disk, command, check, place, how, n)))
                except Exception as error:  # pylint: disable=broad-except
                    failures.append(f"{how} at call {n}, {call}: {error!r}")

        lock = threading.Lock()
        threads = [threading.Thread(target=work_off) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        counts = {}
        for (how, _), outcome in outcomes.items():
            counts[how, outcome] = counts.get((how, outcome), 0) + 1
        print(f"{self.id().rsplit('.', 1)[1]}: {len(tried)} runs, by failure and exit code: {counts}", file=sys.stderr)
        for how in hows:
            self.assertTrue(any(found == how and outcome != 0 for found, outcome in counts), f"no {how} was met")

    @classmethod
    def in_place(cls, work, name, then):
        place = os.path.join(work, name)
        os.makedirs(place)
        shutil.copytree(cls.template, os.path.join(place, "data"))
        try:
            then(place)
        finally:
            shutil.rmtree(place)

    def try_one(self, disk, command, check, place, how, n):
        done = disk.run(*command(place), how=how, at=n)
        if how == "kill":
            self.assertIn(done.returncode, (-9, 0))  # the call may come to nothing of itself
        else:
            self.assertIn(done.returncode, (0, 2), done.stdout + done.stderr)
        if done.returncode == 2:
            self.assertRegex(done.stderr, r"^cogos: [^\n]+\n$")
            for path in copies(os.path.join(place, "data")):
                self.assertIn(path, done.stderr, "a copy stays behind unnamed")
        for path in copies(os.path.join(place, "data")):
            self.assert_private(path)
        self.assert_runs(0, "fsck", "--data-dir", os.path.join(place, "data"))
        check(place, done, how)
        return done.returncode

    def assert_private(self, directory):
        self.assertEqual(stat.S_IMODE(os.stat(directory).st_mode), 0o700)
        for name in os.listdir(directory):
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(directory, name)).st_mode), 0o600, name)

    # Checking

    def test_a_check(self):
        """A disk that cannot be read says nothing about what is on it: no answer is another one than no."""
        self.try_all(lambda place: ("fsck", "--data-dir", os.path.join(place, "data")), lambda place, done, how: None,
                     hows=("eio", ), every=True)

    # Backup

    def back_up(self, place, to="x.backup"):
        return ("backup", "--data-dir", os.path.join(place, "data"), "--recipient", self.recipient, "--to",
                os.path.join(place, to))

    def after_backup(self, place, done, how):
        data_dir, target = os.path.join(place, "data"), os.path.join(place, "x.backup")
        if done.returncode == 2 and "is whole" not in done.stderr:
            self.assertFalse(os.path.exists(target))
            self.assertFalse(os.path.exists(target + ".incomplete") and how != "eio")
        elif done.returncode == 0:
            self.assertTrue(os.path.exists(target))
        if os.path.exists(target):
            self.assert_runs(0, "restore", "--from", target, "--key", self.key, "--data-dir",
                             os.path.join(place, "drill"))
            self.assertEqual(customers(state_of(os.path.join(place, "drill"))[0]), customers(self.before[0]))
        else:
            # Once more: what was left is not in its way, and goes.
            self.assert_runs(0, *self.back_up(place))
            self.assertFalse(os.path.exists(target + ".incomplete"))
            self.assertEqual(copies(data_dir), [])
        self.assertEqual(state_of(data_dir), self.before)

    def test_a_backup(self):
        self.try_all(self.back_up, self.after_backup)

    # Restore

    def restore(self, place):
        return ("restore", "--from", self.backup, "--key", self.key, "--data-dir", os.path.join(place, "data"),
                "--force")

    def after_restore(self, place, done, how):
        data_dir = os.path.join(place, "data")
        rows, keys = state_of(data_dir)
        restored = any(row[0] == "_operator" for row in rows) and rows != self.before[0]
        replaced = glob.glob(os.path.join(data_dir, "replaced-*"))
        if done.returncode == 2 and "the store was replaced" not in done.stderr:
            self.assertFalse(restored)
        elif done.returncode == 0:
            self.assertTrue(restored)
        if restored:
            self.assertEqual(len(customers(rows)), 3)
            with contextlib.closing(sqlite3.connect(os.path.join(data_dir, "cogos.db"))) as db:
                self.assertEqual(db.execute("SELECT count(*) FROM rows WHERE CAST(core AS TEXT) LIKE '%store.restored%'").fetchone(),
                                 (1, ), "a restored store without its record")
            self.assertEqual([state_of(path) for path in replaced], [self.before], "the former store is not there")
            return
        self.assertEqual((rows, keys), self.before)
        if done.returncode == 2:
            self.assertEqual(replaced, [])
        done = self.assert_runs(0, *self.restore(place))
        self.assertEqual(copies(data_dir), [])
        self.assertEqual(len(glob.glob(os.path.join(data_dir, "replaced-*"))), 1, "what a killed one laid aside")

    def test_a_restoring(self):
        self.try_all(self.restore, self.after_restore)

    # Another data encryption key

    def rotate_dek(self, place):
        return ("dek", "rotate", "--data-dir", os.path.join(place, "data"))

    def after_dek_rotation(self, place, done, how):
        data_dir = os.path.join(place, "data")
        rows, keys = state_of(data_dir)
        rotated = keys != self.before[1]
        self.assertEqual(customers(rows), customers(self.before[0]))
        if done.returncode == 2:
            said = "the change is made" in done.stderr, "so either every secret" in done.stderr
            self.assertFalse(all(said))
            self.assertTrue(rotated if said[0] else said[1] or not rotated, done.stderr)
        elif done.returncode == 0:
            self.assertTrue(rotated)
        # All of it is under one key: that one opens every secret, and rotates it.
        now, other = (NEW, FORMER) if rotated else (FORMER, NEW)
        for key, code in ((other, 2), (now, 0)):
            again = cogos(*self.rotate_dek(place), environment=clean_environment(COGOS_DEK_HEX=key,
                                                                                 COGOS_NEW_DEK_HEX="3d" * 32))
            self.assertEqual(again.returncode, code, again.stderr)

    def test_another_data_encryption_key(self):
        self.try_all(self.rotate_dek, self.after_dek_rotation,
                     {"COGOS_DEK_HEX": FORMER, "COGOS_NEW_DEK_HEX": NEW})

    # Pruning

    def prune(self, place):
        return ("prune", "--data-dir", os.path.join(place, "data"), "--before", self.now)

    def after_pruning(self, place, done, how):
        data_dir = os.path.join(place, "data")
        again = self.assert_runs(0, *self.prune(place))
        if done.returncode == 0:
            self.assertIn("nothing to erase", again.stdout)
        rows = state_of(data_dir)[0]
        self.assertEqual([row[:4] for row in customers(rows)], [row[:4] for row in customers(self.before[0])])
        self.assertTrue(all(row[4] for row in customers(rows)))
        self.assert_runs(0, "fsck", "--data-dir", data_dir)

    def test_pruning(self):
        self.now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.try_all(self.prune, self.after_pruning)


def turns_of(turns, lock):
    while True:
        with lock:
            turn = next(turns, None)
        if turn is None:
            return
        yield turn


if __name__ == "__main__":
    main()
