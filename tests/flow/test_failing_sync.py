"""A disk whose fdatasync fails, for real: the writer stops for good, nobody is answered any more, and what was answered
before is there after the disk was unplugged and plugged in again."""

from fixture import FlowTest, main
from small_disk import ThinDisk, enter_a_mount_namespace
from test_durability import call_until_the_end, check_what_was_answered


class FailingSync(FlowTest):
    @classmethod
    def make_server(cls):
        # The disk says that it has room, so the check of its free space cannot help.
        return ThinDisk(24, "[store]\nmin_free_mb = 16\n")

    def test_a_failed_sync_ends_the_server_and_no_answered_row_is_missing(self):
        server = self.server
        customers = [server.issue("sync", app_id=app) for app in ("a", "b", "c")]
        server.fill(leaving=1 << 20)
        answers = call_until_the_end(self, server, customers)
        self.assertIn("I/O error", server.event("the store failed; stopping")["detail"])
        server.make_room()
        server.unplug()
        server.plug_in()
        server.start()
        check_what_was_answered(self, server, customers, answers)


if __name__ == "__main__":
    enter_a_mount_namespace(ThinDisk, "no ext4 can be mounted from a file here (that needs root, a loop device "
                            "and mkfs.ext4); tests/store lets every sync fail too, without a server")
    main()
