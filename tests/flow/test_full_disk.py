"""A full disk refuses new work before it loses any; and where it is full all the same, nothing that was promised is
lost."""

import cogos_client as client
from fixture import FlowTest, main
from small_disk import SmallDisk, enter_a_mount_namespace
from test_durability import call_until_the_end, check_what_was_answered

MIB = 1 << 20


class NearlyFull(FlowTest):
    """The reserve is 4 MiB of 16."""

    @classmethod
    def setUpClass(cls):
        cls.server = SmallDisk(16, "[store]\nmin_free_mb = 4\n")
        cls.addClassCleanup(cls.server.discard)
        cls.server.start()

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


class Full(FlowTest):
    """The check is off, so that the log meets the end of the disk."""

    @classmethod
    def setUpClass(cls):
        cls.server = SmallDisk(16, "[store]\nmin_free_mb = 0\n")
        cls.addClassCleanup(cls.server.discard)
        cls.server.start()

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
