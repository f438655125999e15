"""A signature that was accepted for what changes something is good no second time, whatever happens to the server in
between (wire formats §2)."""

import time

from fixture import JSON, FlowTest, main

CHAT = "/v1/chat/completions"


class Replay(FlowTest):
    def send(self, customer, header, method="POST", target=CHAT, body=b"{}"):
        headers = {"Authorization": header, **(JSON if body else {})}
        return self.server.call(method, target, body, headers)

    def restart(self, kill):
        if kill:
            self.server.kill()
        else:
            self.server.stop()
        self.server.start()

    def test_neither_a_crash_nor_a_stop_makes_a_signature_good_again(self):
        customer = self.server.issue("replay", scheme="ed25519")
        now = int(time.time() * 1000)
        # One that is good for nearly ten minutes more, one for some minutes, and one that a bad request spent.
        calls = [customer.authorization("POST", CHAT, b"{}", ts=now + offset, nonce=nonce)
                 for offset, nonce in ((290_000, "a"), (-60_000, "b"), (0, "c"))]
        for header in calls:
            self.assertEqual(self.send(customer, header).status, 400)
        rows = self.server.rows(customer)
        self.assertEqual(len(rows), len(calls))
        for kill in (True, False, True):
            self.restart(kill)
            for header in calls:
                answer = self.send(customer, header)
                self.assert_error(answer, 401, "replayed_request")
                self.server.check_signature(answer, customer)
            fresh = customer.authorization("POST", CHAT, b"{}", nonce=f"after-{kill}-{time.monotonic_ns()}")
            self.assertEqual(self.send(customer, fresh).status, 400)
        self.assertEqual(self.server.rows(customer)[:len(rows)], rows)
        self.assertEqual(len(self.server.rows(customer)), len(rows) + 3)

    def test_reads_may_be_repeated_after_a_restart_too(self):
        customer = self.server.issue("replay-read", scheme="ed25519")
        header = customer.authorization("GET", "/v1/me", b"")
        self.assertEqual(self.send(customer, header, "GET", "/v1/me", b"").status, 200)
        self.restart(True)
        self.assertEqual(self.send(customer, header, "GET", "/v1/me", b"").status, 200)


if __name__ == "__main__":
    main()
