"""A full disk refuses new work before it loses any; and where it is full all the same, nothing that was promised is
lost."""

import glob
import os

import cogos_client as client
from fixture import FlowTest, cogos, main
from small_disk import SmallDisk, enter_a_mount_namespace, run
from test_durability import call_until_the_end, check_what_was_answered

MIB = 1 << 20


class NearlyFull(FlowTest):
    """The reserve is 4 MiB of 16."""

    @classmethod
    def make_server(cls):
        return SmallDisk(16, "[store]\nmin_free_mb = 4\n")

    def ready(self):
        answer = self.server.call("GET", "/ready", checked=False)  # its 503 is no error in the form of one
        return answer.status, answer.json()["audit"]

    def test_what_needs_a_row_is_refused_until_there_is_room_again_and_nothing_is_lost(self):
        server = self.server
        customer = server.issue("nearly")
        self.assertEqual(server.chat(customer).status, 200)
        rows = server.rows(customer)
        self.assertEqual(self.ready(), (200, "writable"))
        server.fill(leaving=2 * MIB)
        self.assertEqual(self.ready(), (503, "unavailable"))
        for body in (None, b"{"):
            refused = server.chat(customer, body)
            self.assert_error(refused, 503, "audit_unavailable")
            self.assertEqual(refused.claims["chain_head"], rows[-1]["row_hash"])
        self.assert_error(server.admin("POST", "/admin/keys", {"tenant_id": "nearly"}), 503, "audit_unavailable")
        # What needs no row goes on.
        self.assertEqual(server.call("GET", "/health").status, 200)
        self.assertEqual(server.as_customer(customer, "GET", "/v1/models").status, 200)
        self.assertEqual(server.rows(customer), rows)
        self.assertIsNone(server.process.poll())
        server.make_room()
        self.assertEqual(self.ready(), (200, "writable"))
        self.assertEqual(server.chat(customer).status, 200)
        later = server.rows(customer)
        client.check_chain(later)
        self.assertEqual(len(later), len(rows) + 1)
        self.assertEqual(len(server.events("the disk is nearly full; refusing what needs an audit row")), 1)
        self.assertEqual(len(server.events("the disk has room again")), 1)

    def test_a_server_does_not_start_without_room_for_its_own_row(self):
        rival = SmallDisk(8, "[store]\nmin_free_mb = 16\n")
        self.addCleanup(rival.discard)
        rival.spawn()
        self.assertEqual(rival.process.wait(client.DEADLINE_S), 2)
        rival.process = None
        self.assertIn("the disk is nearly full", rival.log())


class BackupWithoutRoom(FlowTest):
    """The reserve is 4 MiB of 24, and the store has a few."""

    @classmethod
    def make_server(cls):
        return SmallDisk(24, "[store]\nmin_free_mb = 4\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("large", audit_content="full")
        for _ in range(4):
            cls.server.chat(cls.customer, text="x" * 400_000)
        # All of it in the database then: a checkpoint in the midst of a test would double the store.
        cls.server.stop()
        cls.server.start()
        cls.recipient = cls.server.write("op.pub.pem", client.new_x25519()[1])

    def back_up(self, to, config=True):
        settings = ("--config", self.server.config_file) if config else ()
        return cogos("backup", "--data-dir", self.server.data_dir, "--recipient", self.recipient, "--to", to, *settings)

    def test_a_copy_does_not_take_the_room_that_the_server_needs(self):
        server, elsewhere = self.server, self.server.path("elsewhere.backup")
        beside = os.path.join(server.memory, "beside.backup")
        # Twice the store is needed where the backup is to be on that disk too: the copy, and the sealed one.
        store = sum(os.path.getsize(path) for path in glob.glob(os.path.join(server.data_dir, "cogos.db*")))
        server.fill(leaving=4 * MIB + store * 3 // 2)
        self.addCleanup(server.make_room)
        for to, config, code in ((beside, True, 2), (elsewhere, False, 2), (elsewhere, True, 0)):
            with self.subTest(to=to, config=config):
                done = self.back_up(to, config)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn("there is no room for a backup" if code else "", done.stderr)
                self.assertEqual([name for name in os.listdir(server.data_dir) if name.startswith("backup-")], [])
        self.assertEqual([os.path.exists(path) for path in (beside, elsewhere)], [False, True])
        server.make_room()
        self.assertEqual(server.chat(self.customer).status, 200)
        self.assertEqual(server.events("the disk is nearly full; refusing what needs an audit row"), [])

    def test_a_disk_that_fills_up_under_it_ends_the_backup_and_not_the_server(self):
        """By a file system of its own that is full from the start, for what the backup writes."""
        server = self.server
        full = server.path("full")
        os.mkdir(full)
        run("mount", "-t", "tmpfs", "-o", "size=1m", "none", full)
        self.addCleanup(run, "umount", full)
        done = self.back_up(os.path.join(full, "x.backup"))
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("No space left on device", done.stderr)
        self.assertEqual(os.listdir(full), [])
        self.assertEqual(server.chat(self.customer).status, 200)


class Full(FlowTest):
    """The check is off, so that the log meets the end of the disk."""

    @classmethod
    def make_server(cls):
        return SmallDisk(16, "[store]\nmin_free_mb = 0\n")

    def test_a_disk_that_fills_up_ends_the_server_and_no_answered_row_is_missing(self):
        server = self.server
        customers = [server.issue("full", app_id=app) for app in ("a", "b", "c")]
        server.fill(leaving=MIB)
        answers = call_until_the_end(self, server, customers)
        stopped = server.event("the store failed; stopping")
        self.assertIn("The disk is full", stopped["reason"])
        server.make_room()
        server.start()
        check_what_was_answered(self, server, customers, answers)


if __name__ == "__main__":
    enter_a_mount_namespace(SmallDisk, "neither root nor user namespaces are at hand, so no small file system "
                            "can be mounted; tests/store tries full disks too, without a server")
    main()
