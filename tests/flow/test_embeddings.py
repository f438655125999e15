"""Embeddings: what reaches the model server, what comes back, and what is refused (docs/chat.md)."""

import base64
import json
import struct

from fixture import FlowTest, main
from stub_upstream import BeforeAStub, http

EMBEDDINGS = "/v1/embeddings"
VECTORS = [[0.5, -0.25, 1e-7], [1, 2.5, -3]]


class Embedding(FlowTest):
    def embed(self, customer=None, **members):
        body = {"model": "nomic", "input": ["one", "two"], **members}
        return self.server.as_customer(customer or self.customer, "POST", EMBEDDINGS, json.dumps(body).encode())

    def assert_refused(self, param, **members):
        answer = self.embed(**members)
        self.assert_error(answer, 400, "invalid_request_error")
        self.assertEqual(answer.json()["error"]["param"], param)


class FromUpstream(BeforeAStub, Embedding):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.package("vectors", allowed_model_tiers=["cogos-tier-b", "nomic"])
        cls.customer = cls.server.issue("vectors", package_id="vectors")

    def setUp(self):
        super().setUp()
        self.stub.answer = self.good(VECTORS)


class Behaviour:
    """What holds in either language. `good` and the rest come from the subclass."""

    def test_texts_become_vectors_with_a_row_and_receipts(self):
        answer = self.embed(user="u", unknown={"x": 1})
        self.assertEqual(answer.status, 200, answer.body)
        body = answer.json()
        self.assertEqual((body["object"], body["model"]), ("list", "nomic"))
        self.assertEqual(body["data"], [{"object": "embedding", "index": i, "embedding": vector}
                                        for i, vector in enumerate(VECTORS)])
        self.assertEqual(body["usage"], {"prompt_tokens": 11, "total_tokens": 11})
        self.assertEqual((answer.header("X-Cogos-Model"), answer.header("X-Cogos-Request-Id")),
                         ("nomic", body["cogos"]["request_id"]))
        row = self.server.rows(self.customer)[-1]
        self.assertEqual((row["route"], row["status"], row["model"], row["prompt_tokens"], row["completion_tokens"],
                          row["total_tokens"]), (EMBEDDINGS, "success", "nomic", 11, 0, 11))
        self.assertEqual(row["row_hash"], answer.claims["chain_head"])
        self.assertEqual(self.stub.last_call().target, self.path + self.route)
        self.assertEqual(self.stub.last_call().json(), self.sent)

    def test_one_text_and_floats_as_bytes(self):
        self.stub.answer = self.good(VECTORS[:1])
        answer = self.embed(input="one", encoding_format="base64", dimensions=3)
        self.assertEqual(answer.status, 200, answer.body)
        data = base64.b64decode(answer.json()["data"][0]["embedding"], validate=True)
        self.assertEqual(data, struct.pack("<3f", *VECTORS[0]))
        sent = self.stub.last_call().json()
        self.assertEqual((sent["input"], sent["dimensions"]), (["one"], 3))

    def test_what_is_wrong_is_named(self):
        for param, members in (("input", {"input": []}), ("input", {"input": ["x"] * 257}), ("input", {"input": None}),
                               ("input[0]", {"input": [1, 2, 3]}), ("input[1]", {"input": ["a", [1]]}),
                               ("model", {"model": 5}), ("model", {"model": None}), ("dimensions", {"dimensions": 0}),
                               ("encoding_format", {"encoding_format": "hex"})):
            with self.subTest(members):
                self.assert_refused(param, **members)
        self.assert_error(self.embed(model="other"), 403, "model_tier_denied")
        self.assertEqual(self.stub.calls, [])

    def test_an_upstream_that_fails_fails_as_for_chat(self):
        nan = self.good(VECTORS).replace(b"0.5", b"NaN")
        for answer, status, error_type, row_status in (
                (http({"error": "x"}, "500 Oops"), 502, "upstream_error", "upstream_500"),
                (http(b"<html>"), 502, "upstream_error", "upstream_error"), (nan, 502, "upstream_error", "upstream_error"),
                (self.good([[1], [1, 2]]), 502, "upstream_error", "upstream_error"),
                (self.good([[1]]), 502, "upstream_error", "upstream_error"),
                (self.good([[1e39], [1]]), 502, "upstream_error", "upstream_error"),
                (None, 502, "upstream_error", "upstream_error"),
                (self.stub.HOLD, 504, "upstream_timeout", "upstream_error")):
            with self.subTest(answer):
                self.stub.answer = answer
                self.assert_error(self.embed(), status, error_type)
                self.assertEqual(self.server.rows(self.customer)[-1]["status"], row_status)
        self.assertIsNone(self.server.process.poll())

    def test_it_is_metered_and_bounded_as_a_chat_is(self):
        package = self.server.package("few-" + self.engine, monthly_request_quota=2, max_prompt_tokens_per_call=100,
                                      allowed_model_tiers=["nomic"])
        customer = self.server.issue("few-" + self.engine, package_id=package)
        self.assert_error(self.embed(customer, input=["x" * 101, "y"]), 413, "prompt_too_large")
        self.assertEqual(self.embed(customer).header("X-Cogos-Quota-Remaining"), "1")
        self.assertEqual(self.embed(customer).status, 200)
        self.assert_error(self.embed(customer), 429, "quota_exceeded")
        rows = self.server.rows(customer)
        self.assertEqual([row["http_status"] for row in rows], [413, 200, 200])

    def test_an_answer_that_the_day_does_not_cover_is_withheld(self):
        package = self.server.package("day-" + self.engine, daily_token_cap=60, allowed_model_tiers=["nomic"])
        customer = self.server.issue("day-" + self.engine, package_id=package)
        self.stub.answer = self.good(VECTORS, tokens=61)
        self.assert_error(self.embed(customer), 429, "daily_quota_exceeded")
        self.stub.answer = self.good(VECTORS, tokens=11)
        self.assertEqual(self.embed(customer).header("X-Cogos-Daily-Tokens-Remaining"), "49")


class OpenAi(Behaviour, FromUpstream):
    engine, path, route = "openai", "/v1", "/embeddings"
    sent = {"model": "nomic", "input": ["one", "two"], "encoding_format": "float"}

    @staticmethod
    def good(vectors, tokens=11):
        data = [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)]
        return http({"object": "list", "data": data[::-1], "model": "m",
                     "usage": {"prompt_tokens": tokens, "total_tokens": tokens}})


class Ollama(Behaviour, FromUpstream):
    engine, route = "ollama", "/api/embed"
    sent = {"model": "nomic", "input": ["one", "two"], "truncate": False}

    @staticmethod
    def good(vectors, tokens=11):
        return http({"model": "m", "embeddings": vectors, "prompt_eval_count": tokens})


class Builtin(Embedding):
    def test_an_engine_without_vectors_says_so(self):
        self.customer = self.server.issue("no-vectors")
        for model in ("nomic", "cogos-tier-b"):
            self.assert_refused("model", model=model)
        row = self.server.rows(self.customer)[-1]
        self.assertEqual((row["route"], row["http_status"], row["status"]), (EMBEDDINGS, 400, "client_error"))


class Unreachable(Embedding):
    config = '[inference]\nengine = "openai"\nurl = "http://127.0.0.1:1/v1"\n'

    def test_an_upstream_that_is_not_there_is_502(self):
        self.server.package("vectors", allowed_model_tiers=["nomic"])
        self.customer = self.server.issue("unreachable", package_id="vectors")
        self.assert_error(self.embed(), 502, "upstream_error")


del FromUpstream, Embedding

if __name__ == "__main__":
    main()
