"""Streamed answers: the events, their receipts in all three places, and what becomes of a stream that does not come to its
end (wire formats §9)."""

import json
import os
import socket
import threading

import cogos_client as client
from fixture import EXTRACTION, FlowTest, JSON, cogos, is_sanitized, main, question, wait_for
from stub_upstream import BeforeAStub

CHAT = "/v1/chat/completions"
RECEIPT = b": cogos-receipt "
DONE = b"data: [DONE]\n\n"


class Stream:
    """A streamed answer, read to its end and taken apart."""

    def __init__(self, answer):
        self.answer, self.body = answer, answer.body
        self.trailers = dict(answer.trailers)
        mark = self.body.find(RECEIPT)
        self.covered = self.body[:mark] if mark >= 0 else self.body
        rest = self.body[mark:] if mark >= 0 else b""
        line, _, self.after = rest.partition(b"\n\n")
        self.receipt = json.loads(line[len(RECEIPT):]) if line else None

    @property
    def events(self):
        return [json.loads(line[6:]) for line in self.covered.decode().split("\n") if line.startswith("data: ")]

    @property
    def text(self):
        return "".join(choice["delta"].get("content", "") for event in self.events for choice in event.get("choices", []))


class Streaming(FlowTest):
    def begin(self, customer, **members):
        """A connection on which a stream was asked for, the head of its answer, and the request's body."""
        body = json.dumps(question(stream=True, **members)).encode()
        wire = self.server.wire()
        self.addCleanup(wire.close)
        headers = {**JSON, "Authorization": customer.authorization("POST", CHAT, body)}
        wire.send(client.message("POST", CHAT, headers, body))
        return wire, body

    def stream(self, customer, **members):
        wire, body = self.begin(customer, **members)
        answer = wire.response("POST", CHAT, body)
        self.assertEqual((answer.status, answer.header("Content-Type")), (200, "text/event-stream"), answer.body)
        return Stream(answer)

    def last_row(self, customer):
        return self.server.rows(customer)[-1]

    def check_receipts(self, stream, customer):
        """In the comment and in the trailers, the same; over what came before; of the row that was written."""
        request = ("POST", CHAT, stream.answer.request_body)
        self.assertEqual(stream.answer.header("Trailer"), "X-Cogos-Signature, X-Cogos-Attestation")
        self.assertEqual(stream.receipt["attestation"], stream.trailers["X-Cogos-Attestation"])
        self.assertEqual(stream.receipt["signature"], stream.trailers["X-Cogos-Signature"])
        kid = stream.answer.header("X-Cogos-Attestation-Kid")
        claims = client.verify_attestation(stream.receipt["attestation"], self.server.public_pem(kid), stream.covered,
                                           request)
        self.assertEqual(stream.receipt["signature"], client.response_signature(customer.hmac_secret, stream.covered))
        self.assertEqual(stream.receipt["frames"], len(stream.events))
        row = self.last_row(customer)
        self.assertEqual(claims["chain_head"], row["row_hash"])
        return row


class Builtin(Streaming):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("streams", package_id="enterprise")

    def test_a_stream_says_what_the_whole_answer_says(self):
        stream = self.stream(self.customer)
        whole = self.server.chat(self.customer).json()
        self.assertEqual(stream.text, whole["choices"][0]["message"]["content"])
        self.assertEqual(stream.events[-1]["choices"][0]["finish_reason"], "stop")
        self.assertEqual({event["object"] for event in stream.events}, {"chat.completion.chunk"})
        for event in stream.events:
            self.assertIn(b"data: " + client.canonical(event) + b"\n\n", stream.covered)

    def test_its_receipts_are_in_the_comment_and_in_the_trailers(self):
        stream = self.stream(self.customer)
        row = self.check_receipts(stream, self.customer)
        self.assertEqual((row["status"], row["http_status"]), ("success", 200))
        self.assertGreater(row["completion_tokens"], 0)
        self.assertEqual((stream.receipt["finish"], stream.after), ("stop", DONE))

    def test_usage_and_receipt_come_as_chunks_where_they_are_asked_for(self):
        stream = self.stream(self.customer, stream_options={"include_usage": True, "include_receipt": True})
        self.assertIsNone(stream.receipt, "no comment")
        self.assertTrue(stream.body.endswith(DONE))
        events = [json.loads(line[6:]) for line in stream.body[:-len(DONE)].decode().split("\n") if line]
        row = self.last_row(self.customer)
        self.assertEqual(events[-2]["usage"]["total_tokens"], row["total_tokens"])
        receipt = events[-1]["cogos"]["receipt"]
        covered = stream.body[:stream.body.index(b"data: " + client.canonical(events[-1]))]
        self.assertEqual(receipt["signature"], client.response_signature(self.customer.hmac_secret, covered))
        self.assertEqual((receipt["frames"], events[-1]["choices"]), (len(events) - 1, []))
        self.assert_verifies(stream, 0)

    def assert_verifies(self, stream, code):
        pem = self.server.public_pem(stream.answer.header("X-Cogos-Attestation-Kid"))
        return self.assert_runs(
            code, "verify", "receipt", "--stream", self.server.write("stream", stream.body), "--public-key",
            self.server.write("attestation.pem", pem), "--hmac-secret-file",
            self.server.write("secret", self.customer.hmac_secret), "--method", "POST", "--path", CHAT, "--request-body",
            self.server.write("request", stream.answer.request_body))

    def test_the_command_verifies_a_captured_stream(self):
        stream = self.stream(self.customer)
        report = self.assert_verifies(stream, 0)
        self.assertIn("signature: holds", report.stdout)
        sound = stream.body
        for altered in (sound.replace(b"assistant", b"assistand", 1), sound[:-len(DONE)], sound + b"data: {}\n\n",
                        sound.replace(b"data: {", b": x\ndata: {", 1)):
            stream.body = altered
            self.assert_verifies(stream, 1)

    def test_a_schema_is_checked_at_the_end_of_a_stream_too(self):
        stream = self.stream(self.customer, schema=EXTRACTION)
        self.assertTrue(stream.events[-1]["cogos"]["schema_enforced"])
        self.assertEqual(json.loads(stream.text)["company"], "Acme Corp")
        self.assertTrue(self.check_receipts(stream, self.customer)["schema_enforced"])

    def test_a_stream_counts_against_the_quotas(self):
        package = self.server.package("streamed", monthly_request_quota=2, daily_token_cap=1000)
        customer = self.server.issue("streamed", package_id=package)
        answer = self.stream(customer).answer
        self.assertEqual(answer.header("X-Cogos-Quota-Remaining"), "1", "from the beginning on")
        used = self.last_row(customer)["total_tokens"]
        self.assertGreater(used, 0)
        wire, _ = self.begin(customer)
        answer = wire.response("POST", CHAT)
        self.assertEqual((answer.status, answer.header("X-Cogos-Quota-Remaining")), (200, "0"))
        self.assertLessEqual(int(answer.header("X-Cogos-Daily-Tokens-Remaining")), 1000 - used)
        self.assert_error(self.server.chat(customer), 429, "quota_exceeded")

    def test_a_bad_request_for_a_stream_is_an_ordinary_error(self):
        for wrong, param in (({"stream": "yes"}, "stream"), ({"stream": True, "stream_options": 1}, "stream_options"),
                             ({"stream_options": {"include_usage": True}}, "stream_options")):
            answer = self.server.chat(self.customer, question(**wrong))
            self.assert_error(answer, 400, "invalid_request_error")
            self.assertEqual(answer.json()["error"]["param"], param)

    def test_a_key_that_has_its_content_sealed_has_the_stream_sealed(self):
        customer = self.server.issue("streams-full", package_id="enterprise", audit_content="full")
        stream = self.stream(customer)
        content = client.unseal(self.check_receipts(stream, customer), customer.sealing_pem)
        self.assertEqual(content["response"].encode(), stream.covered)
        self.assertEqual(content["resp_hash"], client.sha256_hex(stream.covered))

    def test_the_connection_goes_on_after_a_stream(self):
        wire, body = self.begin(self.customer)
        self.assertEqual(wire.response("POST", CHAT, body).status, 200)
        wire.send(client.message("GET", "/v1/me", {"Authorization": self.customer.authorization("GET", "/v1/me")}))
        self.assertEqual(wire.response("GET", "/v1/me").status, 200)

    def test_a_client_of_http_1_0_gets_it_without_chunks_and_with_the_comment(self):
        body = json.dumps(question(stream=True)).encode()
        wire = self.server.wire()
        self.addCleanup(wire.close)
        headers = {**JSON, "Authorization": self.customer.authorization("POST", CHAT, body)}
        wire.send(client.message("POST", CHAT, headers, body).replace(b"HTTP/1.1", b"HTTP/1.0", 1))
        head, _, stream = wire.rest().partition(b"\r\n\r\n")
        self.assertNotIn(b"Transfer-Encoding", head)
        covered, _, tail = stream.partition(RECEIPT)
        receipt = json.loads(tail.partition(b"\n")[0])
        self.assertEqual(receipt["signature"], client.response_signature(self.customer.hmac_secret, covered))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data):
    data = data if isinstance(data, bytes) else data.encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


class FromUpstream(BeforeAStub, Streaming):
    """A model server that streams as a test tells it to; subclasses say in which language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("upstream-streams", package_id="enterprise")

    def plays(self, *pieces):
        """The upstream sends these, each as a chunk; bytes that are framed already, as they are; functions are called."""

        def play(connection):
            connection.sendall(HEAD)
            for piece in pieces:
                if callable(piece):
                    piece()
                else:
                    connection.sendall(chunk(piece))

        self.stub.answer = play

    def ended_with(self, finish, status):
        """A stream that broke off: how its receipt and its row name it."""
        stream = self.stream(self.customer)
        row = self.check_receipts(stream, self.customer)
        self.assertEqual((stream.receipt["finish"], row["status"]), (finish, status), stream.body)
        self.assertNotIn(DONE, stream.body)
        self.assertEqual(stream.after, b"")
        return stream, row


class Behaviour:
    """What holds in either language; `words`, `end` and `error` come from the subclass."""

    def test_words_pass_as_they_come(self):
        read = threading.Event()
        self.plays(self.words("one "), lambda: read.wait(client.DEADLINE_S), self.words("two"), self.end(), b"")
        wire, body = self.begin(self.customer)
        answer = wire.head("POST", CHAT, body)
        while b'"one "' not in answer.body:
            answer.body += wire.chunk()
        self.assertNotIn(b"two", answer.body)
        read.set()
        while piece := wire.chunk():
            answer.body += piece
        answer.trailers = wire.trailers()
        stream = Stream(answer)
        self.assertEqual((stream.text, stream.after), ("one two", DONE))
        row = self.check_receipts(stream, self.customer)
        self.assertEqual((row["prompt_tokens"], row["completion_tokens"]), (11, 7))

    def test_a_length_that_ran_out_is_the_reason_everywhere(self):
        self.plays(self.words("cut"), self.end("length"), b"")
        stream = self.stream(self.customer)
        self.assertEqual(stream.events[-1]["choices"][0]["finish_reason"], "length")
        self.assertEqual((stream.receipt["finish"], stream.after), ("length", DONE))

    def test_an_upstream_that_breaks_off_ends_with_an_error_and_no_done(self):
        for name, rest in (("closes", []), ("ends", [b""]), ("says an error", [self.error()]),
                           ("sends garbage", [b"\xff\xfe\n\n"]), ("sends half a line", [self.words("x")[:-9], b""]),
                           ("sends invalid UTF-8", [self.words("x").replace(b"x", b"\xc3(")]),
                           ("sends a gigantic line", [b"data: " + b"x" * 1_100_000])):
            with self.subTest(name):
                self.plays(self.words("one "), *rest)
                stream, row = self.ended_with("upstream_error", "upstream_error")
                self.assertIn(b"event: error\n", stream.covered)
                self.assertEqual(stream.events[-1]["error"]["type"], "upstream_error")
                self.assertGreater(row["completion_tokens"], 0)

    def test_an_upstream_that_stalls_is_given_up(self):
        release = threading.Event()
        self.addCleanup(release.set)
        self.plays(self.words("one "), release.wait)
        stream, _ = self.ended_with("upstream_error", "upstream_error")
        self.assertEqual(stream.events[-1]["error"]["type"], "upstream_timeout")

    def test_an_error_before_the_first_words_is_an_ordinary_one(self):
        for status, answer in ((502, b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
                               (502, HEAD + chunk(self.error())), (502, HEAD + chunk(b"<html>\n")), (502, None)):
            self.stub.answer = (lambda connection, data=answer: connection.sendall(data)) if answer else None
            refused = self.server.chat(self.customer, question(stream=True))
            self.assert_error(refused, status, "upstream_error")
            self.assertEqual(refused.claims["chain_head"], self.last_row(self.customer)["row_hash"])

    def test_a_client_that_leaves_stops_the_upstream_and_is_recorded(self):
        left = threading.Event()
        self.plays(self.words("one "), lambda: left.wait(client.DEADLINE_S), self.words("two"))
        before = len(self.server.rows(self.customer))
        wire, body = self.begin(self.customer)
        self.assertIn(b"one", wire.head("POST", CHAT, body).body + wire.chunk())
        wire.close()
        wait_for(lambda: len(self.server.rows(self.customer)) > before, "the row of the stream that was left")
        row = self.last_row(self.customer)
        self.assertEqual((row["status"], row["http_status"]), ("client_closed", 200))
        self.assertEqual((row["prompt_tokens"] > 0, row["completion_tokens"]), (True, 1))
        self.assertTrue(self.stub.last_call().left())
        left.set()

    def test_a_slow_reader_holds_the_upstream_back(self):
        blocked = threading.Event()

        def push(connection):
            connection.sendall(HEAD)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
            connection.settimeout(0.5)
            piece = chunk(self.words("x" * 60_000))
            try:
                for _ in range(120):
                    connection.sendall(piece)
            except TimeoutError:
                blocked.set()

        self.stub.answer = push
        before = self.resident()
        wire, body = self.begin(self.customer)
        wire.head("POST", CHAT, body)
        self.assertTrue(blocked.wait(client.DEADLINE_S), "the upstream could send all of it")
        if not is_sanitized():  # which holds freed memory back, to see who uses it still
            self.assertLess(self.resident() - before, 4 << 20)
        wire.close()
        wait_for(lambda: self.last_row(self.customer)["status"] == "client_closed", "the row of the stream")

    def resident(self):
        with open(f"/proc/{self.server.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class OpenAi(Behaviour, FromUpstream):
    engine, path = "openai", "/v1"

    @staticmethod
    def words(text):
        return b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n"

    @staticmethod
    def end(reason="stop"):
        usage = {"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7}}
        last = {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
        return b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in (last, usage)) + DONE

    @staticmethod
    def error():
        return b'data: {"error":{"message":"out of memory"}}\n\n'


class Ollama(Behaviour, FromUpstream):
    engine = "ollama"

    @staticmethod
    def words(text):
        return json.dumps({"message": {"role": "assistant", "content": text}, "done": False}).encode() + b"\n"

    @staticmethod
    def end(reason="stop"):
        return json.dumps({"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": reason,
                           "prompt_eval_count": 11, "eval_count": 7}).encode() + b"\n"

    @staticmethod
    def error():
        return b'{"error":"out of memory"}\n'


del FromUpstream

if __name__ == "__main__":
    main()
