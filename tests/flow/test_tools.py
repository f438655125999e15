"""Tools in chat completions: what reaches the model server, what comes back of its calls, whole and streamed, and who
refuses them (docs/chat.md)."""

import json

from fixture import EXTRACTION, main, question
from stub_upstream import BeforeAStub, http
from test_stream import DONE, HEAD, Streaming, chunk

CHAT = "/v1/chat/completions"
WEATHER = {"type": "function", "function": {"name": "weather", "description": "Of a town.", "parameters": {
    "type": "object", "properties": {"town": {"type": "string"}}}}}
CLOCK = {"type": "function", "function": {"name": "clock"}}
ARGUMENTS = '{"town":"Ulm"}'


def history(arguments=ARGUMENTS, call_id="call_1"):
    call = {"id": call_id, "type": "function", "function": {"name": "weather", "arguments": arguments}}
    return [{"role": "user", "content": "Is it warm in Ulm?"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": call_id, "content": "18 C"}]


class Tools(BeforeAStub, Streaming):
    inference = "timeout_ms = 3000\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("tools", package_id="enterprise")

    def ask(self, answer=None, **members):
        self.stub.answer = answer
        return self.server.chat(self.customer, {**question(), **members})

    def assert_refused(self, param, **members):
        answer = self.ask(**members)
        self.assert_error(answer, 400, "invalid_request_error")
        self.assertEqual(answer.json()["error"]["param"], param)
        self.assertEqual(self.stub.calls, [])
        row = self.server.rows(self.customer)[-1]
        self.assertEqual((row["http_status"], row["status"], row["model"]), (400, "client_error", None))


class Behaviour:
    """What holds in either language. `calling`, `plays` and so on come from the subclass."""

    def test_calls_come_back_in_the_shape_that_clients_know(self):
        answer = self.ask(self.calling(("weather", ARGUMENTS), ("clock", "{}")), tools=[WEATHER, CLOCK],
                          tool_choice="auto")
        self.assertEqual(answer.status, 200, answer.body)
        choice = answer.json()["choices"][0]
        self.assertEqual((choice["finish_reason"], choice["message"]["content"]), ("tool_calls", None))
        calls = choice["message"]["tool_calls"]
        self.assertEqual([(call["type"], call["function"]) for call in calls],
                         [("function", {"name": "weather", "arguments": ARGUMENTS}),
                          ("function", {"name": "clock", "arguments": "{}"})])
        self.assertEqual(len({call["id"] for call in calls} - {""}), 2)
        row = self.server.rows(self.customer)[-1]
        self.assertEqual((row["status"], row["prompt_tokens"], row["completion_tokens"]), ("success", 11, 7))
        self.assertEqual(row["row_hash"], answer.claims["chain_head"])
        self.assertEqual(self.stub.last_call().json()["tools"], [WEATHER, CLOCK])

    def test_an_answer_with_words_and_calls_keeps_both(self):
        answer = self.ask(self.calling(("clock", "{}"), text="Let me see."), tools=[CLOCK])
        message = answer.json()["choices"][0]["message"]
        self.assertEqual((message["content"], len(message["tool_calls"])), ("Let me see.", 1))

    def test_calls_are_not_held_to_the_schema_and_an_answer_is(self):
        answer = self.ask(self.calling(("clock", "{}")), tools=[CLOCK], **question(schema=EXTRACTION))
        self.assertEqual((answer.status, answer.header("X-Cogos-Schema-Enforced")), (200, "0"), answer.body)
        self.assertFalse(answer.json()["cogos"]["schema_enforced"])
        self.assertFalse(self.server.rows(self.customer)[-1]["schema_enforced"])
        value = json.dumps({"company": "Acme", "fiscal_year": 2024, "revenue": 1})
        answer = self.ask(self.calling(text=value), tools=[CLOCK], **question(schema=EXTRACTION))
        self.assertEqual((answer.status, answer.header("X-Cogos-Schema-Enforced")), (200, "1"), answer.body)
        answer = self.ask(self.calling(text="{}"), tools=[CLOCK], **question(schema=EXTRACTION))
        self.assert_error(answer, 502, "upstream_schema_violation")

    def test_what_the_model_may_not_call_it_has_not_called(self):
        for members in ({"tools": [CLOCK]}, {}, {"tools": [WEATHER], "tool_choice": "none"}):
            with self.subTest(members):
                answer = self.ask(self.calling(("weather", ARGUMENTS)), **members)
                self.assert_error(answer, 502, "upstream_error")
                self.assertEqual(self.server.rows(self.customer)[-1]["status"], "upstream_error")

    def test_too_many_or_too_long_calls_are_the_upstreams_error(self):
        long = json.dumps({"x": "y" * (256 << 10)})
        for calls in ([("clock", "{}")] * 129, [("clock", long)]):
            self.assert_error(self.ask(self.calling(*calls), tools=[CLOCK]), 502, "upstream_error")

    def test_what_is_wrong_is_named_by_its_place(self):
        for param, members in (("tools[0].function.name", {"tools": [{"type": "function", "function": {}}]}),
                               ("tools", {"tools": {}}), ("tools", {"tools": [CLOCK] * 129}),
                               ("tool_choice", {"tools": [CLOCK], "tool_choice": "any"}),
                               ("parallel_tool_calls", {"parallel_tool_calls": 1}),
                               ("messages[1].tool_calls[0].function.arguments", {"messages": history({})}),
                               ("messages[0].tool_call_id", {"messages": history()[2:]})):
            with self.subTest(param):
                self.assert_refused(param, **members)

    def test_tools_count_towards_the_ceiling_of_a_prompt(self):
        package = self.server.package("tools-" + self.engine, max_prompt_tokens_per_call=400)
        customer = self.server.issue("tools-" + self.engine, package_id=package)
        self.stub.answer = self.calling(text="x")
        self.assertEqual(self.server.chat(customer, question("hi", tools=[CLOCK])).status, 200)
        big = {"type": "function", "function": {"name": "clock", "description": "word " * 40}}
        self.assert_error(self.server.chat(customer, question("hi", tools=[big])), 413, "prompt_too_large")
        calls = {**question("hi"), "messages": history('{"x":"' + "y" * 200 + '"}')}
        self.assert_error(self.server.chat(customer, calls), 413, "prompt_too_large")

    def test_calls_are_streamed_with_their_receipts(self):
        self.plays(*self.stream_of(("weather", ARGUMENTS), ("clock", "{}")))
        stream = self.stream(self.customer, tools=[WEATHER, CLOCK])
        calls = self.assembled(stream)
        self.assertEqual([call["function"] for call in calls], [{"name": "weather", "arguments": ARGUMENTS},
                                                                {"name": "clock", "arguments": "{}"}])
        self.assertEqual(len({call["id"] for call in calls} - {""}), 2)
        self.assertIsNone(stream.events[0]["choices"][0]["delta"]["content"])
        self.assertEqual(stream.events[-1]["choices"][0]["finish_reason"], "tool_calls")
        row = self.check_receipts(stream, self.customer)
        self.assertEqual((row["status"], row["prompt_tokens"], row["completion_tokens"]), ("success", 11, 7))
        self.assertEqual((stream.receipt["finish"], stream.after), ("tool_calls", DONE))
        report = self.assert_runs(0, "verify", "receipt", "--stream", self.server.write("stream", stream.body),
                                  "--public-key", self.server.write(
                                      "key.pem", self.server.public_pem(stream.answer.header("X-Cogos-Attestation-Kid"))))
        self.assertIn("holds", report.stdout)

    def test_a_stream_that_calls_what_it_was_not_offered_breaks_off(self):
        self.plays(*self.stream_of(("clock", "{}"), ("weather", ARGUMENTS)))
        stream = self.stream(self.customer, tools=[CLOCK])
        self.assertEqual(stream.events[-1]["error"]["type"], "upstream_error")
        self.assertEqual(self.check_receipts(stream, self.customer)["status"], "upstream_error")
        self.assertNotIn(DONE, stream.body)

    def plays(self, *pieces):
        def play(connection):
            connection.sendall(HEAD)
            for piece in (*pieces, b""):
                connection.sendall(chunk(piece))

        self.stub.answer = play

    @staticmethod
    def assembled(stream):
        """The calls, put together as clients do."""
        calls = []
        for event in stream.events:
            for piece in event["choices"][0]["delta"].get("tool_calls", []):
                if piece["index"] == len(calls):
                    calls.append({"id": piece["id"], "type": piece["type"], "function": dict(piece["function"])})
                else:
                    calls[piece["index"]]["function"]["arguments"] += piece["function"]["arguments"]
        return calls


class OpenAi(Behaviour, Tools):
    engine, path = "openai", "/v1"

    @staticmethod
    def calling(*calls, text=None):
        made = [{"id": f"call_{i}", "type": "function", "function": {"name": name, "arguments": arguments}}
                for i, (name, arguments) in enumerate(calls)]
        return http({"choices": [{"index": 0, "finish_reason": "tool_calls" if calls else "stop",
                                  "message": {"role": "assistant", "content": text,
                                              **({"tool_calls": made} if made else {})}}],
                     "usage": {"prompt_tokens": 11, "completion_tokens": 7}})

    @staticmethod
    def stream_of(*calls):
        def event(delta, reason=None):
            one = {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
            return b"data: " + json.dumps(one).encode() + b"\n\n"

        yield event({"role": "assistant", "content": None})
        for i, (name, arguments) in enumerate(calls):
            yield event({"tool_calls": [{"index": i, "id": f"call_{i}", "type": "function",
                                         "function": {"name": name, "arguments": ""}}]})
            for letter in arguments:
                yield event({"tool_calls": [{"index": i, "function": {"arguments": letter}}]})
        usage = {"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7}}
        yield event({}, "tool_calls") + b"data: " + json.dumps(usage).encode() + b"\n\n" + DONE

    def test_pieces_of_the_arguments_pass_as_they_come(self):
        self.plays(*self.stream_of(("weather", ARGUMENTS)))
        stream = self.stream(self.customer, tools=[WEATHER])
        self.assertGreater(len(stream.events), len(ARGUMENTS))

    def test_the_choice_and_the_conversation_pass_unchanged(self):
        choice = {"type": "function", "function": {"name": "clock"}}
        self.assertEqual(self.ask(self.calling(("clock", "{}")), tools=[CLOCK], tool_choice=choice,
                                  parallel_tool_calls=False, messages=history("{no JSON")).status, 200)
        sent = self.stub.last_call().json()
        self.assertEqual((sent["tool_choice"], sent["parallel_tool_calls"]), (choice, False))
        self.assertEqual(sent["messages"], history("{no JSON"))


class Ollama(Behaviour, Tools):
    engine = "ollama"

    @staticmethod
    def message(calls, text=""):
        made = [{"function": {"name": name, "arguments": json.loads(arguments)}} for name, arguments in calls]
        return {"role": "assistant", "content": text, **({"tool_calls": made} if made else {})}

    @classmethod
    def calling(cls, *calls, text=""):
        return http({"message": cls.message(calls, text), "done": True, "done_reason": "stop",
                     "prompt_eval_count": 11, "eval_count": 7})

    @classmethod
    def stream_of(cls, *calls):
        for call in calls:
            yield json.dumps({"message": cls.message([call]), "done": False}).encode() + b"\n"
        yield json.dumps({"message": cls.message([]), "done": True, "done_reason": "stop", "prompt_eval_count": 11,
                          "eval_count": 7}).encode() + b"\n"

    def test_ids_are_made_that_no_other_answer_has(self):
        ids = {self.ask(self.calling(("clock", "{}")), tools=[CLOCK]).json()["choices"][0]["message"]["tool_calls"][0]["id"]
               for _ in range(3)}
        self.assertEqual(len(ids), 3)
        self.assertTrue(all(len(one) <= 40 for one in ids), "no longer than OpenAI takes them back")

    def test_the_conversation_goes_in_ollamas_words(self):
        self.assertEqual(self.ask(self.calling(text="Warm."), tools=[WEATHER], messages=history()).status, 200)
        self.assertEqual(self.stub.last_call().json()["messages"], [
            {"role": "user", "content": "Is it warm in Ulm?"},
            {"role": "assistant", "content": "", "tool_calls": [
                {"id": "call_1", "function": {"name": "weather", "arguments": {"town": "Ulm"}}}]},
            {"role": "tool", "tool_call_id": "call_1", "tool_name": "weather", "content": "18 C"}])

    def test_what_ollama_cannot_do_is_refused(self):
        self.assert_refused("tool_choice", tools=[CLOCK], tool_choice="required")
        self.assert_refused("parallel_tool_calls", tools=[CLOCK], parallel_tool_calls=False)
        self.assert_refused("messages[1].tool_calls[0].function.arguments", messages=history("[]"))


class Builtin(Streaming):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("no-tools", package_id="enterprise")

    def test_tools_and_what_came_of_them_are_refused_by_name(self):
        for param, members in (("tools", {"tools": [CLOCK]}), ("tools", {"tools": [CLOCK], "tool_choice": "none"}),
                               ("tools", {"tools": [CLOCK], "stream": True}),
                               ("messages[1].tool_calls", {"messages": history()})):
            answer = self.server.chat(self.customer, {**question(), **members})
            self.assert_error(answer, 400, "invalid_request_error")
            self.assertEqual(answer.json()["error"]["param"], param)

    def test_what_asks_for_nothing_is_accepted(self):
        for members in ({"tools": []}, {"tools": None, "tool_choice": "auto"}, {"tool_choice": "none"}):
            self.assertEqual(self.server.chat(self.customer, {**question(), **members}).status, 200)


del Tools, Streaming

if __name__ == "__main__":
    main()
