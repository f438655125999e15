"""Calls that their client sends again under one Idempotency-Key: the same answer with receipts of its own, and nothing
done, charged or recorded twice."""

import json
import threading

import cogos_client as client
from fixture import FlowTest, JSON, main, question, wait_for
from stub_upstream import BeforeAStub, http

CHAT = "/v1/chat/completions"


class SentAgain(BeforeAStub, FlowTest):
    inference = 'model_tier_a = "big"\nmodel_tier_b = "small"\ntimeout_ms = 20000\n'

    def setUp(self):
        super().setUp()
        self.stub.answer = self.good("the one answer")
        self.customer = self.server.issue("again")
        self.before = len(self.server.rows(self.customer))

    @staticmethod
    def good(text):
        return http({"choices": [{"index": 0, "finish_reason": "stop",
                                  "message": {"role": "assistant", "content": text}}],
                     "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}})

    def send(self, name, customer=None, target=CHAT, **members):
        body = json.dumps(question(**members)).encode()
        return self.server.as_customer(customer or self.customer, "POST", target, body,
                                       {**JSON, "Idempotency-Key": name})

    def answers_late(self, text):
        """The model server answers once the event that this gives is set."""
        release, answer = threading.Event(), self.good(text)

        def hold(connection):
            release.wait(client.DEADLINE_S)
            connection.sendall(answer)

        self.stub.answer = hold
        return release

    def new_rows(self):
        return self.server.rows(self.customer)[self.before:]

    def test_the_same_bytes_a_fresh_attestation_one_row_one_charge(self):
        package = self.server.package("two-a-month", monthly_request_quota=2)
        self.customer = self.server.issue("again-charged", package_id=package)
        first = self.send("order-1")
        self.assertEqual((first.status, first.header("Idempotency-Replayed")), (200, None), first.body)
        self.stub.answer = self.good("another answer")
        for _ in range(5):
            again = self.send("order-1")
            self.assertEqual((again.status, again.body), (200, first.body))
            self.assertEqual(again.header("Idempotency-Replayed"), "true")
            self.assertEqual(again.header("X-Cogos-Model"), first.header("X-Cogos-Model"))
            self.assertEqual(again.header("Content-Type"), "application/json")
            self.assertNotEqual(again.token, first.token)
            self.assertNotEqual(again.header("X-Request-Id"), first.header("X-Request-Id"))
            self.assertEqual(again.claims["chain_head"], first.claims["chain_head"])
        self.assertEqual(len(self.stub.calls), 1)
        self.assertEqual(len(self.server.rows(self.customer)), 1)
        self.assertEqual(self.send("order-2").status, 200, "one of the two is left")
        self.assert_error(self.send("order-3"), 429, "quota_exceeded")
        self.assertEqual(self.send("order-1").body, first.body)
        self.server.stop()
        self.assert_runs(0, "fsck", "--data-dir", self.server.data_dir)
        self.server.start()

    def test_another_body_under_the_same_name_is_refused(self):
        self.send("order-1")
        answer = self.send("order-1", text="something else")
        self.assert_error(answer, 422, "idempotency_key_reused")
        self.assertEqual(answer.json()["error"]["param"], "Idempotency-Key")
        self.assertEqual([row["status"] for row in self.new_rows()], ["success", "client_error"])

    def test_a_signed_request_is_signed_anew_and_neither_can_be_replayed_after_a_restart(self):
        customer = self.server.issue("again-signed", scheme="ed25519")
        body = json.dumps(question()).encode()
        sent = []
        for nonce in ("one", "two"):
            sent.append({**JSON, "Idempotency-Key": "order-1",
                         "Authorization": customer.authorization("POST", CHAT, body, nonce=nonce)})
        first, again = (self.server.call("POST", CHAT, body, headers) for headers in sent)
        self.assertEqual((first.status, again.body), (200, first.body))
        self.assertEqual(len(self.stub.calls), 1)
        self.server.kill()
        self.server.start()
        for headers in sent:
            self.assert_error(self.server.call("POST", CHAT, body, headers), 401, "replayed_request")
        self.assertEqual(len(self.stub.calls), 1)

    def test_twins_wait_for_the_first(self):
        release = self.answers_late("late")
        answers = []
        twins = [threading.Thread(target=lambda: answers.append(self.send("order-1"))) for _ in range(4)]
        for twin in twins:
            twin.start()
        self.stub.last_call()
        self.stub.answer = self.good("nobody should ask for this")
        release.set()
        for twin in twins:
            twin.join()
        self.assertEqual([one.status for one in answers], [200] * 4)
        self.assertEqual(len({one.body for one in answers}), 1)
        self.assertEqual(sorted(str(one.header("Idempotency-Replayed")) for one in answers), ["None"] + ["true"] * 3)
        self.assertEqual((len(self.stub.calls), len(self.new_rows())), (1, 1))

    def test_a_failed_call_is_done_again(self):
        self.stub.answer = http({"error": "no"}, status="500 Internal Server Error")
        self.assertEqual(self.send("order-1").status, 502)
        self.stub.answer = self.good("better")
        answer = self.send("order-1")
        self.assertEqual((answer.status, answer.header("Idempotency-Replayed")), (200, None))
        self.assertEqual([row["status"] for row in self.new_rows()], ["upstream_500", "success"])

    def test_whoever_lost_the_connection_finds_the_answer(self):
        release = self.answers_late("for whom it may concern")
        body = json.dumps(question()).encode()
        headers = {**JSON, "Idempotency-Key": "order-1",
                   "Authorization": self.customer.authorization("POST", CHAT, body)}
        with self.server.wire() as wire:
            wire.send(client.message("POST", CHAT, headers, body))
            self.stub.last_call()
        # Long enough for the server to look whether the client is there: another call of the same kind was stopped.
        with self.server.wire() as wire:
            bare = {**headers, "Authorization": self.customer.authorization("POST", CHAT, body)}
            del bare["Idempotency-Key"]
            wire.send(client.message("POST", CHAT, bare, body))
            wait_for(lambda: len(self.stub.calls) == 2, "the other call")
        wait_for(lambda: [row["status"] for row in self.new_rows()] == ["client_closed"], "the other call's row")
        release.set()
        again = self.send("order-1")
        self.assertEqual((again.status, again.header("Idempotency-Replayed")), (200, "true"), again.body)
        self.assertIn(b"for whom it may concern", again.body)
        self.assertEqual([row["status"] for row in self.new_rows()], ["client_closed", "success"])

    def test_a_stream_comes_again_with_receipts_of_its_own(self):
        events = b"".join(b"data: " + json.dumps(
            {"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": reason}]}).encode() + b"\n\n"
            for word, reason in (("one ", None), ("two", "stop"))) + b"data: [DONE]\n\n"
        self.stub.answer = http(events, kind="text/event-stream")
        first, again = (self.stream("order-1") for _ in range(2))
        mark = b": cogos-receipt "
        self.assertEqual(first.body.split(mark)[0], again.body.split(mark)[0])
        self.assertIn(b"two", again.body)
        self.assertTrue(again.body.endswith(b"data: [DONE]\n\n"))
        self.assertNotEqual(first.body, again.body)
        self.assertEqual((len(self.stub.calls), len(self.new_rows())), (1, 1))
        for answer in (first, again):
            covered, _, rest = answer.body.partition(mark)
            receipt = json.loads(rest.split(b"\n")[0])
            kid = answer.header("X-Cogos-Attestation-Kid")
            client.verify_attestation(receipt["attestation"], self.server.public_pem(kid), covered,
                                      ("POST", CHAT, answer.request_body))
            self.assertEqual(receipt["signature"], client.response_signature(self.customer.hmac_secret, covered))
            self.assertEqual((receipt["finish"], dict(answer.trailers)["X-Cogos-Signature"]),
                             ("stop", receipt["signature"]))
        self.assertEqual(again.header("Idempotency-Replayed"), "true")

    def stream(self, name):
        body = json.dumps(question(stream=True)).encode()
        headers = {**JSON, "Idempotency-Key": name, "Authorization": self.customer.authorization("POST", CHAT, body)}
        with self.server.wire() as wire:
            wire.send(client.message("POST", CHAT, headers, body))
            answer = wire.response("POST", CHAT, body)
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def test_nothing_of_it_survives_a_restart(self):
        self.send("order-1")
        self.server.stop()
        self.server.start()
        self.assertEqual(self.send("order-1").header("Idempotency-Replayed"), None)
        self.assertEqual(len(self.new_rows()), 2)


if __name__ == "__main__":
    main()
