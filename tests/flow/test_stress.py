"""Everything at once, on four threads: good and bad calls by both schemes, keys issued and revoked, the certificate
exchanged, the log read while it is written, clients that leave, and a stop in the middle of it all. Afterwards the
whole store is replayed against the receipts that the clients kept."""

import threading
import time

import cogos_client as client
from certificates import certificate
from fixture import FlowTest, main
from stress import Book, Client, replace, replay

CLIENTS = 12
CALLS = 500  # in each of the two lives
LONGEST_S = 60  # for as many; fewer do on a slow machine or under a sanitizer
FEWEST = 200


class Stress(FlowTest):
    @classmethod
    def setUpClass(cls):
        """Without a server of the class's own: the test's ends more than once."""

    @classmethod
    def tearDownClass(cls):
        """Likewise."""

    def setUp(self):
        self.server = self.new_server()
        self.pairs = [certificate(serial) for serial in (1, 2)]
        self.files = [self.server.path("cert.pem"), self.server.path("key.pem")]
        self.exchange = threading.Lock()
        self.install(0)
        self.server.ca_file = self.server.write("ca.pem", self.pairs[0][0] + self.pairs[1][0])
        self.server.configure(f'[server]\nthreads = 4\n[tls]\ncert_file = "{self.files[0]}"\n'
                              f'key_file = "{self.files[1]}"\n')
        self.book = Book()

    def install(self, number):
        with self.exchange:
            for path, contents in zip(self.files, self.pairs[number]):
                replace(path, contents)

    def live(self, seed):
        """From a start to a stop in the middle of many calls."""
        self.book.stopping.clear()
        self.server.start()
        self.server.public_pem(self.server.ready["signer_kid"])
        while len(self.book.customers) < 8:
            scheme = ("bearer", "ed25519")[len(self.book.customers) % 2]
            customer = self.server.issue("stress", app_id="abc"[len(self.book.customers) % 3], scheme=scheme)
            self.book.customers.append(customer)
            self.book.operator_heads.append(customer.issued["chain_head_after"])
        before, end = self.book.total(), time.monotonic() + LONGEST_S
        clients = [Client(self.server, self.book, seed + number, self.install) for number in range(CLIENTS)]
        for one in clients:
            one.start()
        while self.book.total() - before < CALLS and time.monotonic() < end and not self.book.failures:
            time.sleep(0.02)
        self.book.stopping.set()
        self.server.stop()
        for one in clients:
            one.join(client.DEADLINE_S)
        self.assertEqual(self.book.failures, [])
        self.assertGreater(self.book.total() - before, FEWEST)

    def test_every_receipt_has_its_row_whatever_went_on_at_once(self):
        self.live(seed=1)
        self.live(seed=100)
        replay(self.server, self.book)
        self.assert_runs(0, "fsck", "--data-dir", self.server.data_dir)
        for name, _ in Client.OPERATIONS:
            self.assertGreater(self.book.done[name], 0, name)
        self.assertGreater(len(self.book.receipts), FEWEST)


if __name__ == "__main__":
    main()
