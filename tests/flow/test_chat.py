"""Models, the account and chat completions (wire formats §6)."""

import json

import cogos_client as client
from fixture import EXTRACTION, FlowTest, JSON, main, question

CHAT = "/v1/chat/completions"
TOOLS = [{"type": "function", "function": {"name": "weather"}}]


class Account(FlowTest):
    def test_the_models_are_those_that_the_package_allows(self):
        for package, aliases in (("free", ["cogos-tier-b"]), ("team", ["cogos-tier-a", "cogos-tier-b"])):
            customer = self.server.issue("models", package_id=package)
            body = self.server.get(customer, "/v1/models")
            self.assertEqual(set(body), {"object", "data"})
            self.assertEqual(body["object"], "list")
            self.assertEqual([model["id"] for model in body["data"]], aliases)
            for model in body["data"]:
                self.assertEqual(set(model), {"id", "object", "created", "owned_by", "cogos_resolves_to"})
                self.assertEqual((model["object"], model["owned_by"]), ("model", "cogos"))
                self.assertIsInstance(model["created"], int)

    def test_the_account_has_its_members_and_nothing_else(self):
        members = {"ok", "tenant_id", "tenant_type", "key_id", "app_id", "tier", "package_id", "scheme", "issued_at",
                   "expires_at", "active", "rotation_grace", "monthly_request_quota", "rpm_limit",
                   "max_prompt_tokens_per_call", "allowed_model_tiers", "cycle_start_ms"}
        for order in ({"package_id": "team", "app_id": "one"},
                      {"scheme": "ed25519", "expires_at_iso": "2090-01-01T00:00:00Z"}):
            customer = self.server.issue("account", **order)
            me = self.server.get(customer, "/v1/me")
            self.assertEqual(set(me), members)
            for name in ("tenant_id", "tenant_type", "key_id", "app_id", "tier", "package_id", "scheme", "issued_at",
                         "expires_at"):
                self.assertEqual(me[name], customer.issued[name], name)
            self.assertEqual((me["ok"], me["active"], me["rotation_grace"]), (True, True, False))
            self.assertIsInstance(me["allowed_model_tiers"], list)
            for name in ("monthly_request_quota", "rpm_limit", "max_prompt_tokens_per_call", "cycle_start_ms"):
                self.assertIsInstance(me[name], int)


class Completions(FlowTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("chat", package_id="team")

    def check_form(self, answer, enforced):
        self.assertEqual(answer.status, 200, answer.body)
        body = answer.json()
        self.assertEqual(body["object"], "chat.completion")
        self.assertRegex(body["id"], "^chatcmpl-")
        self.assertIsInstance(body["created"], int)
        choice, = body["choices"]
        self.assertEqual((choice["index"], choice["message"]["role"], choice["finish_reason"]),
                         (0, "assistant", "stop"))
        usage = body["usage"]
        self.assertEqual(usage["total_tokens"], usage["prompt_tokens"] + usage["completion_tokens"])
        cogos = body["cogos"]
        self.assertEqual(set(cogos), {"schema_enforced", "latency_ms", "request_id"})
        self.assertEqual(cogos["schema_enforced"], enforced)
        headers = {name: answer.header("X-Cogos-" + name) for name in ("Model", "Latency-Ms", "Schema-Enforced",
                                                                       "Request-Id")}
        self.assertEqual(headers, {"Model": body["model"], "Latency-Ms": str(cogos["latency_ms"]),
                                   "Schema-Enforced": "1" if enforced else "0", "Request-Id": cogos["request_id"]})
        return choice["message"]["content"]

    def test_a_question_is_answered(self):
        text = self.check_form(self.server.chat(self.customer), enforced=False)
        self.assertIsInstance(text, str)

    def test_three_properties_of_a_report_are_extracted_under_a_schema(self):
        text = self.check_form(self.server.chat(self.customer, schema=EXTRACTION, name="results"), enforced=True)
        self.assertEqual(client.load_json(text), {"company": "Acme Corp", "fiscal_year": 2024, "revenue": 4200000000})

    def test_an_object_may_be_asked_for_without_a_schema(self):
        answer = self.server.chat(self.customer, question(response_format={"type": "json_object"}))
        self.assertIsInstance(client.load_json(self.check_form(answer, enforced=True)), dict)

    def test_text_in_parts_and_in_any_script_is_read(self):
        parts = [{"type": "text", "text": "Acme Corp reported revenue of $4.2 billion "},
                 {"type": "text", "text": "for fiscal year 2024. \u20ac \U0001f600 \u2028 \"\\"}]
        body = {"messages": [{"role": "developer", "content": "Antworte auf Deutsch – knapp."},
                             {"role": "user", "content": parts}]}
        self.check_form(self.server.chat(self.customer, body), enforced=False)

    def test_the_model_that_was_asked_for_is_named(self):
        for model in ("cogos-tier-a", "cogos-tier-b"):
            self.assertEqual(self.server.chat(self.customer, question(model=model)).json()["model"], model)
        free = self.server.issue("chat-free")
        for model in ("cogos-tier-a", "gpt-4", "builtin-extractive"):
            self.assert_error(self.server.chat(free, question(model=model)), 403, "model_tier_denied")

    def test_what_is_not_supported_is_refused_by_name(self):
        for member, value in (("n", 2), ("tools", TOOLS), ("stream", "yes"),
                              ("temperature", 3), ("top_p", -1), ("max_tokens", 0), ("seed", 0.5), ("stop", [1]),
                              ("response_format", {"type": "xml"}), ("model", 5)):
            with self.subTest(member):
                answer = self.server.chat(self.customer, question(**{member: value}))
                self.assert_error(answer, 400, "invalid_request_error")
                self.assertEqual(answer.json()["error"]["param"], member)

    def test_what_openai_clients_send_by_default_is_accepted(self):
        self.check_form(self.server.chat(self.customer, question(
            stream=False, n=1, temperature=1, top_p=1, max_tokens=64, stop=None, user="u", presence_penalty=0,
            frequency_penalty=0, logit_bias={}, tools=[], seed=7, metadata={"a": "b"})), enforced=False)

    def test_messages_that_are_none_are_refused_with_their_place(self):
        for messages, param in (([], "messages"), ("x", "messages"), (None, "messages"), ([1], "messages[0]"),
                                ([{"role": "user"}], "messages[0].content"),
                                ([{"role": "robot", "content": "x"}], "messages[0].role"),
                                ([{"role": "user", "content": "x"},
                                  {"role": "user", "content": [{"type": "image_url"}]}],
                                 "messages[1].content[0]")):
            with self.subTest(param):
                answer = self.server.chat(self.customer, json.dumps({"messages": messages}).encode())
                self.assert_error(answer, 400, "invalid_request_error")
                self.assertEqual(answer.json()["error"]["param"], param)

    def test_a_schema_that_is_none_or_that_nothing_fits_is_refused(self):
        for schema in ({"type": "nonsense"}, {"minimum": "x"}, {"$ref": "http://example.com/schema"}):
            with self.subTest(schema):
                answer = self.server.chat(self.customer, question(schema=schema))
                self.assertEqual(answer.status, 400, answer.body)
        impossible = {"type": "object", "properties": {"a": False}, "required": ["a"]}
        self.assert_error(self.server.chat(self.customer, question(schema=impossible)), 422, "schema_unsatisfiable")

    def test_every_enforced_answer_fits_its_schema(self):
        schema = {"type": "object", "required": ["region", "size", "note"], "additionalProperties": False,
                  "properties": {"region": {"enum": ["north", "south"]},
                                 "note": {"type": ["string", "null"], "maxLength": 9},
                                 "size": {"type": "integer", "minimum": 3, "maximum": 5}}}
        answer = self.server.chat(self.customer, text="Region: south. Size: 4.", schema=schema)
        value = client.load_json(self.check_form(answer, enforced=True))
        self.assertEqual(set(value), {"region", "size", "note"})
        self.assertEqual((value["region"], value["size"]), ("south", 4))

    def test_each_answer_has_an_id_of_its_own(self):
        ids = {self.server.chat(self.customer).header("X-Cogos-Request-Id") for _ in range(5)}
        self.assertEqual(len(ids), 5)

    def test_a_bearer_key_works_with_any_spelling_of_the_media_type(self):
        body = json.dumps(question()).encode()
        for kind in ("application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"'):
            answer = self.server.as_customer(self.customer, "POST", CHAT, body, {**JSON, "Content-Type": kind})
            self.assertEqual(answer.status, 200, kind)


if __name__ == "__main__":
    main()
