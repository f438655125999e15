"""Past each bound the answer is 503 `overloaded` with Retry-After, at once, with both receipts; below it others go on."""

import json
import select
import ssl

import cogos_client as client
from fixture import FlowTest, JSON, main, question, wait_for
from stub_upstream import StubUpstream, http

CHAT = "/v1/chat/completions"
GOOD = http({"model": "m", "message": {"role": "assistant", "content": "here"}, "done": True, "done_reason": "stop"})


class Crowd(FlowTest):
    """Calls that stay where a test holds them, each on a connection of its own."""

    def setUp(self):
        self.wires = []
        self.addCleanup(lambda: [wire.close() for wire in self.wires])

    def begin(self, customer, body, length=None):
        """Sends a call and leaves it there."""
        context = client.tls_context(self.server.ca_file)
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # whose tickets come in the handshake: only answers follow
        wire = client.Wire(self.server.port, context=context)
        self.wires.append(wire)
        headers = {"Authorization": "Bearer " + customer.api_key, **JSON}
        wire.send(client.message("POST", CHAT, headers, body, length=length))
        return wire

    def first_answered(self, wires):
        """Of two, the one that gets its answer while the other goes on waiting; and that other."""
        readable = select.select([wire.socket for wire in wires], [], [], client.DEADLINE_S)[0]
        self.assertEqual(len(readable), 1)
        return sorted(wires, key=lambda wire: wire.socket not in readable)

    def answer_to(self, wire, customer, body):
        answer = self.server.check(wire.response("POST", CHAT, body))
        self.server.check_signature(answer, customer)
        return answer

    def assert_overloaded(self, answer):
        self.assert_error(answer, 503, "overloaded")
        self.assertRegex(answer.header("Retry-After"), r"^[1-9]\d*$")
        self.assertEqual(answer.json()["error"]["retry_after_s"], int(answer.header("Retry-After")))


class Upstream(Crowd):
    limits = ""

    @classmethod
    def setUpClass(cls):
        cls.stub = StubUpstream()
        cls.addClassCleanup(cls.stub.close)
        cls.config = f'[inference]\nengine = "ollama"\nurl = "http://127.0.0.1:{cls.stub.port}"\n{cls.limits}'
        super().setUpClass()
        cls.body = json.dumps(question()).encode()

    def hold(self, customer, count):
        """So many calls that wait for the upstream's answer; each gets it on a connection that ends with it."""
        self.stub.answer = self.stub.HOLD
        self.stub.calls.clear()
        wires = []
        for held in range(count):
            wires.append(self.begin(customer, self.body))
            wait_for(lambda seen=held + 1: len(self.stub.calls) == seen, "the call at the upstream")
        return wires

    def let_go(self):
        self.stub.answer = GOOD
        for call in self.stub.calls:
            call.connection.sendall(GOOD.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        self.stub.calls.clear()

    def assert_refusal_is_recorded(self, customer, answer):
        self.assert_overloaded(answer)
        row = self.server.rows(customer)[-1]
        self.assertEqual((row["http_status"], row["status"], row["row_hash"]),
                         (503, "server_error", answer.claims["chain_head"]))


class UpstreamCalls(Upstream):
    limits = "max_calls = 2\nmax_waiting_calls = 1\nmax_wait_ms = 60000\n"

    def test_calls_beyond_the_pool_and_its_queue_are_refused_and_those_within_are_served(self):
        customer = self.server.issue("pool")
        held = self.hold(customer, 2)
        # There is room for one more to wait: whichever comes second is refused.
        refused, waiting = self.first_answered([self.begin(customer, self.body) for _ in range(2)])
        self.assert_refusal_is_recorded(customer, self.answer_to(refused, customer, self.body))
        self.assertEqual(len(self.stub.calls), 2)
        self.let_go()
        for wire in (*held, waiting):
            self.assertEqual(self.answer_to(wire, customer, self.body).status, 200)
        self.assertEqual(self.server.chat(customer, self.body).status, 200)

    def test_a_client_that_leaves_makes_room_in_the_queue(self):
        customer = self.server.issue("leaves")
        held = self.hold(customer, 2)
        rows = len(self.server.rows(customer))
        waiting = self.begin(customer, self.body)
        waiting.close()
        wait_for(lambda: len(self.server.rows(customer)) == rows + 1, "the row of the one that left")
        self.assertEqual(self.server.rows(customer)[-1]["status"], "client_closed")
        next_one = self.begin(customer, self.body)
        self.let_go()
        for wire in (*held, next_one):
            self.assertEqual(self.answer_to(wire, customer, self.body).status, 200)


class UpstreamWait(Upstream):
    limits = "max_calls = 1\nmax_waiting_calls = 9\nmax_wait_ms = 200\n"

    def test_nobody_waits_for_the_pool_for_longer_than_the_bound(self):
        customer = self.server.issue("wait")
        held, = self.hold(customer, 1)
        self.assert_refusal_is_recorded(customer, self.server.chat(customer, self.body))
        self.let_go()
        self.assertEqual(self.answer_to(held, customer, self.body).status, 200)


class Pending(Upstream):
    limits = "[limits]\nmax_pending_requests = 2\n"

    def test_requests_beyond_the_bound_are_refused_before_their_bodies_are_read_and_health_is_not(self):
        customer, signer = self.server.issue("busy"), self.server.issue("signed", scheme="ed25519")
        held = self.hold(customer, 2)
        refused = self.server.chat(customer, b"no JSON at all")
        self.assert_overloaded(refused)
        signed = self.server.chat(signer)
        self.assert_overloaded(signed)
        self.assert_overloaded(self.server.as_customer(customer, "GET", "/v1/models"))
        self.assert_error(self.server.admin("GET", "/admin/keys"), 503, "overloaded")
        self.assertEqual(self.server.call("GET", "/v1/models").status, 401)
        for route in ("/health", "/ready"):
            self.assertEqual(self.server.call("GET", route).status, 200)
        with self.server.wire() as wire:  # the connection goes on after such a refusal
            for _ in range(3):
                wire.send(client.message("GET", "/v1/me", {"Authorization": "Bearer " + customer.api_key}))
                self.assertEqual(self.server.check(wire.response("GET", "/v1/me")).status, 503)
        self.let_go()
        for wire in held:
            self.assertEqual(self.answer_to(wire, customer, self.body).status, 200)
        for answer, caller in ((refused, customer), (signed, signer)):
            self.assertIn((503, answer.claims["chain_head"]),
                          [(row["http_status"], row["row_hash"]) for row in self.server.rows(caller)])


class Memory(Crowd):
    config = "[limits]\nmax_buffered_bytes = 300000\n"

    def test_large_bodies_beyond_the_memory_for_them_are_refused_and_small_ones_are_not(self):
        customer = self.server.issue("large")
        large = json.dumps(question("x" * 200_000)).encode()

        # Both cannot fit in whole: whichever comes second with its bytes is refused, long before its end.
        wires = [self.begin(customer, large[:-10], len(large)) for _ in range(2)]
        second, first = self.first_answered(wires)
        answer = self.server.check(second.response("POST", CHAT))  # the empty body stands for one not read to its end
        self.server.check_signature(answer, customer)
        self.assert_overloaded(answer)
        self.assertEqual(answer.header("Connection"), "close")
        row = self.server.rows(customer)[-1]
        self.assertEqual((row["http_status"], row["row_hash"]), (503, answer.claims["chain_head"]))

        self.assertEqual(self.server.chat(customer).status, 200)
        first.send(large[-10:])
        self.assertEqual(self.answer_to(first, customer, large).status, 200)
        # What it held is given back a moment after its last byte was sent.
        headers = {**JSON, "Authorization": customer.authorization("POST", CHAT, large)}
        wait_for(lambda: self.server.call("POST", CHAT, large, headers, checked=False).status == 200,
                 "room for another large body")


del Crowd, Upstream  # have no tests of their own

if __name__ == "__main__":
    main()
