"""The Ollama and OpenAI engines against a model server that behaves, misbehaves and hangs (wire formats §6, §4)."""

import json

import cogos_client as client
from fixture import ADMIN_KEY, EXTRACTION, FlowTest, JSON, environment_of, main, question, wait_for
from stub_upstream import BeforeAStub, StubUpstream, http

CHAT = "/v1/chat/completions"
UPSTREAM_KEY = "upstream-key-7f3a9c"
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Grüße 東京"}]


class Upstream(BeforeAStub, FlowTest):
    extra = ""

    @classmethod
    def setUpClass(cls):
        cls.inference = f'model_tier_a = "big:70b"\nmodel_tier_b = "small:1b"\ntimeout_ms = 3000\n{cls.extra}'
        super().setUpClass()
        cls.customer = cls.server.issue("upstream", package_id="team")

    def ask(self, answer, **more):
        self.stub.answer = answer
        return self.server.chat(self.customer, {**question(**more),
                                                **({} if "text" in more else {"messages": MESSAGES})})

    def assert_row(self, answer, http_status, status):
        row = self.server.rows(self.customer)[-1]
        self.assertEqual((row["http_status"], row["status"]), (http_status, status))
        self.assertEqual(row["row_hash"], answer.claims["chain_head"])
        return row

    def assert_failure(self, answer, status, error_type, row_status):
        self.assert_error(answer, status, error_type)
        self.assertNotIn(UPSTREAM_KEY.encode(), answer.body)
        self.assert_row(answer, status, row_status)


class Behaviour:
    """What holds in either language. `good`, `text_of` and so on come from the subclass."""

    def test_the_answer_and_its_counts_come_through(self):
        answer = self.ask(self.good("Hallo \U0001f600"))
        self.assertEqual(answer.status, 200, answer.body)
        body = answer.json()
        self.assertEqual(body["choices"][0]["message"]["content"], "Hallo \U0001f600")
        self.assertEqual(body["choices"][0]["finish_reason"], "stop")
        self.assertEqual(body["usage"], {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18})
        row = self.assert_row(answer, 200, "success")
        self.assertEqual((row["prompt_tokens"], row["completion_tokens"], row["total_tokens"]), (11, 7, 18))
        self.assertEqual(row["live_search"], None)

    def test_an_answer_that_ran_into_its_length_says_so(self):
        answer = self.ask(self.good("cut", reason="length"))
        self.assertEqual(answer.json()["choices"][0]["finish_reason"], "length")

    def test_the_alias_is_translated_for_the_upstream_and_kept_for_the_customer(self):
        for alias, model in (("cogos-tier-a", "big:70b"), ("cogos-tier-b", "small:1b")):
            answer = self.ask(self.good("x"), model=alias)
            self.assertEqual((answer.json()["model"], self.stub.last_call().json()["model"]), (alias, model))
        listed = self.server.get(self.customer, "/v1/models")["data"]
        self.assertEqual([model["cogos_resolves_to"] for model in listed], ["big:70b", "small:1b"])

    def test_an_answer_under_a_schema_is_checked_here(self):
        value = {"company": "Acme Corp", "fiscal_year": 2024, "revenue": 4.2e9}
        answer = self.ask(self.good(json.dumps(value)), schema=EXTRACTION)
        self.assertEqual((answer.status, answer.header("X-Cogos-Schema-Enforced")), (200, "1"))
        self.assertTrue(self.server.rows(self.customer)[-1]["schema_enforced"])
        for wrong in ("no JSON", "{}", json.dumps({**value, "fiscal_year": "2024"}), json.dumps({**value, "more": 1}),
                      json.dumps(value) + " and so on", "```json\n{}\n```"):
            with self.subTest(wrong):
                answer = self.ask(self.good(wrong), schema=EXTRACTION)
                self.assert_failure(answer, 502, "upstream_schema_violation", "upstream_error")

    def test_a_status_that_is_no_success_is_passed_on_as_502_and_kept_in_the_row(self):
        for status in ("400 Bad Request", "401 Unauthorized", "404 Not Found", "429 Slow Down", "500 Oops", "503 Busy"):
            answer = self.ask(http({"error": "no " + UPSTREAM_KEY}, status))
            self.assert_failure(answer, 502, "upstream_error", "upstream_" + status[:3])

    def test_a_redirection_is_not_followed(self):
        redirect = http(b"", "302 Found").replace(b"\r\n\r\n", b"\r\nLocation: http://127.0.0.1:1/\r\n\r\n")
        self.assert_failure(self.ask(redirect), 502, "upstream_error", "upstream_302")
        self.assertEqual(len(self.stub.calls), 1)

    def test_an_answer_that_is_none_is_502(self):
        good = self.good("x")
        for answer in (b"garbage\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", http(b"<html>"), http(b"[]"), http(b"{}"),
                       http(b""),
                       http({"error": {"message": UPSTREAM_KEY}}), http(b'{"a":1,"a":2}'), good[:-5],
                       http(good.split(b"\r\n\r\n", 1)[1], length=10**6), None):
            with self.subTest(answer):
                self.assert_failure(self.ask(answer), 502, "upstream_error", "upstream_error")
        self.assertEqual(self.ask(good).status, 200)

    def test_an_upstream_that_does_not_answer_in_time_is_504(self):
        answer = self.ask(self.stub.HOLD)
        self.assert_failure(answer, 504, "upstream_timeout", "upstream_error")
        self.assertTrue(self.stub.last_call().left())

    def test_a_client_that_leaves_ends_the_upstream_call_and_is_recorded(self):
        rows = len(self.server.rows(self.customer))
        self.stub.answer = self.stub.HOLD
        body = json.dumps(question()).encode()
        wire = self.server.wire()
        wire.send(client.message("POST", CHAT, {"Authorization": "Bearer " + self.customer.api_key, **JSON}, body))
        call = self.stub.last_call()
        wire.close()
        self.assertTrue(call.left())
        wait_for(lambda: len(self.server.rows(self.customer)) == rows + 1, "the row of the call")
        row = self.server.rows(self.customer)[-1]
        self.assertEqual((row["status"], row["completion_tokens"]), ("client_closed", 0))

    def test_a_request_that_is_refused_here_never_reaches_the_upstream(self):
        for wrong in ({"stream": 1}, {"temperature": 5}, {"schema": {"type": "nonsense"}}):
            self.assertEqual(self.ask(self.good("x"), **wrong).status, 400)
        self.assertEqual(self.stub.calls, [])

    def test_a_call_in_flight_is_finished_at_a_stop(self):
        body = json.dumps(question()).encode()
        self.stub.answer = self.stub.HOLD
        with self.server.wire() as wire:
            wire.send(client.message("POST", CHAT, {"Authorization": "Bearer " + self.customer.api_key, **JSON}, body))
            call = self.stub.last_call()
            self.server.send_signal(15)
            wait_for(lambda: self.server.event("stopping"), "the stop's beginning")
            call.connection.sendall(self.good("after all"))
            answer = wire.response("POST", CHAT, body)
        self.server.ended()
        self.server.start()
        self.server.check_signature(answer, self.customer)
        self.assertEqual((answer.status, answer.json()["choices"][0]["message"]["content"]), (200, "after all"))
        client.verify_attestation(answer.token, self.server.public_pem(answer.claims["signer_kid"]), answer.body,
                                  ("POST", CHAT, body))
        self.assert_row(answer, 200, "success")


class Ollama(Behaviour, Upstream):
    engine = "ollama"

    @staticmethod
    def good(text, reason="stop"):
        return http({"model": "m", "message": {"role": "assistant", "content": text}, "done": True,
                     "done_reason": reason,
                     "prompt_eval_count": 11, "eval_count": 7})

    def test_the_request_has_the_shape_that_ollama_takes(self):
        self.ask(self.good("{}"), schema=EXTRACTION, temperature=0.25, top_p=0.5, seed=7, max_tokens=33,
                 stop=["a", "b"])
        call = self.stub.last_call()
        self.assertEqual((call.method, call.target, call.headers["content-type"]),
                         ("POST", "/api/chat", "application/json"))
        self.assertNotIn("authorization", call.headers)
        self.assertEqual(call.json(), {
            "model": "big:70b", "messages": MESSAGES, "stream": False, "format": EXTRACTION,
            "options": {"temperature": 0.25, "top_p": 0.5, "seed": 7, "num_predict": 33, "stop": ["a", "b"]}})

    def test_an_answer_that_is_not_done_is_none(self):
        answer = self.ask(http({"message": {"role": "assistant", "content": "x"}, "done": False}))
        self.assert_failure(answer, 502, "upstream_error", "upstream_error")


class OpenAi(Behaviour, Upstream):
    engine, path = "openai", "/v1"
    extra = 'api_key_env = "STUB_KEY"\n'
    environment = {"COGOS_ADMIN_KEY": ADMIN_KEY, "STUB_KEY": UPSTREAM_KEY}

    @staticmethod
    def good(text, reason="stop"):
        return http({"id": "x", "object": "chat.completion", "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason}],
                     "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}})

    def test_the_request_has_the_shape_that_openai_takes(self):
        self.ask(self.good("{}"), schema=EXTRACTION, name="results", temperature=0.25, top_p=0.5, seed=7, max_tokens=33,
                 stop=["a", "b"])
        call = self.stub.last_call()
        self.assertEqual((call.method, call.target), ("POST", "/v1/chat/completions"))
        self.assertEqual(call.headers["authorization"], "Bearer " + UPSTREAM_KEY)
        self.assertEqual(call.json(), {
            "model": "big:70b", "messages": MESSAGES, "stream": False, "temperature": 0.25, "top_p": 0.5, "seed": 7,
            "max_tokens": 33, "stop": ["a", "b"], "response_format": {
                "type": "json_schema", "json_schema": {"name": "results", "schema": EXTRACTION, "strict": True}}})

    def test_the_upstreams_key_is_neither_logged_nor_kept_in_the_environment(self):
        self.ask(http({"error": "key " + UPSTREAM_KEY}, "401 Unauthorized"))
        self.assertNotIn(UPSTREAM_KEY, self.server.log())
        self.assertNotIn(UPSTREAM_KEY.encode(), environment_of(self.server.process) or b"")


class Unreachable(FlowTest):
    def test_an_upstream_that_is_not_there_is_502(self):
        stub = StubUpstream()
        stub.close()
        server = self.new_server(f'[inference]\nengine = "ollama"\nurl = "http://127.0.0.1:{stub.port}"\n').start()
        customer = server.issue("unreachable")
        answer = server.chat(customer)
        self.assert_error(answer, 502, "upstream_error")
        row = server.rows(customer)[-1]
        self.assertEqual((row["http_status"], row["status"]), (502, "upstream_error"))
        server.stop()


del Upstream  # has no tests of its own

if __name__ == "__main__":
    main()
