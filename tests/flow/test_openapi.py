"""The API's description (OpenAPI 3.1) against the API: every operation and every answer that is described is made here,
and must be as it is described; what is not described must not come."""

import copy
import json
import re
import time

import jsonschema

import cogos_client as client
from fixture import Customer, FlowTest, JSON, main, question
from stub_upstream import StubUpstream, http
from test_surface import routes

DOCUMENTED = re.compile(r"x-cogos-.*|x-ratelimit-.*|x-request-id|retry-after|etag|allow|www-authenticate|trailer|idempotency-.*")
# What this test does not bring about, and what does.
ELSEWHERE = {
    (None, 503): "needs a disk that is full or broken, or more calls than there is room for: flow.durability, flow.overload",
    ("search", 409): "needs a repetition that finds nothing: as for createChatCompletion",
    ("search", 502): "needs a provider: flow.search", ("search", 504): "likewise", ("search", 403): "needs a proxy: flow.http",
    ("createEmbeddings", 409): "as for createChatCompletion",
    ("answerGrounded", 409): "as for createChatCompletion",
    ("listModels", 400): "a signed request that is malformed: flow.auth", ("describeKey", 400): "likewise",
    ("describeKey", 403): "needs a proxy that says http: flow.http",
    ("readAudit", 403): "likewise", ("readChainHead", 403): "likewise", ("rotateKey", 403): "likewise",
    ("getAttestationKey", 429): "by address, as for getHealth", ("listAttestationKeys", 429): "likewise",
    ("getReadiness", 429): "likewise", ("getDescription", 429): "likewise",
    ("reportProbe", 429): "the 61st report of an hour: api.ProbeReportsTest",
}


class Description:
    """The document, and whether an answer is as it says."""

    def __init__(self, document):
        self.document = document
        self.strict = self._strict(copy.deepcopy(document))
        self.seen = set()

    @classmethod
    def _strict(cls, node):
        """Members of an answer that are not described are a mistake of the description."""
        if isinstance(node, dict):
            if node.get("type") == "object" and "properties" in node:
                node.setdefault("additionalProperties", False)
            for value in node.values():
                cls._strict(value)
        elif isinstance(node, list):
            for value in node:
                cls._strict(value)
        return node

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for name in node["$ref"].removeprefix("#/").split("/"):
                target = target[name]
            node = target
        return node

    def validate(self, schema, value, strict):
        root = self.strict if strict else self.document
        resolver = jsonschema.RefResolver("", root)
        if strict:
            schema = self._strict(copy.deepcopy(schema))
        jsonschema.Draft202012Validator(schema, resolver=resolver,
                                        format_checker=jsonschema.draft202012_format_checker).validate(value)

    def operation(self, method, path):
        return self.document["paths"][path][method.lower()]

    def check(self, answer, path):
        operation = self.operation(answer.method, path)
        name = operation["operationId"]
        described = operation["responses"].get(str(answer.status))
        if described is None:
            raise AssertionError(f"{name}: {answer.status} is not described: {answer.body}")
        described = self.resolve(described)
        headers = {key.lower(): self.resolve(value) for key, value in described.get("headers", {}).items()}
        present = {key.lower(): value for key, value in answer.headers + answer.trailers}
        for key, header in headers.items():
            if header.get("required") and key not in present:
                raise AssertionError(f"{name} {answer.status}: no {key}")
        for key, value in present.items():
            if not DOCUMENTED.fullmatch(key):
                continue
            if key not in headers:
                raise AssertionError(f"{name} {answer.status}: {key} is not described")
            schema = headers[key]["schema"]
            self.validate(schema, int(value) if schema.get("type") == "integer" else value, True)
        self.seen.add((name, answer.status))
        contents = described.get("content", {})
        if not contents and not answer.body:
            return
        kind = (answer.header("Content-Type") or "").split(";")[0]
        if kind not in contents:
            raise AssertionError(f"{name} {answer.status}: {kind} is not described")
        body = answer.json() if kind == "application/json" else answer.body.decode()
        self.validate(contents[kind]["schema"], body, True)
        if kind == "text/event-stream":
            events = [json.loads(data) for data in re.findall(r"^data: (\{.*)$", body, re.M)]
            if not events:
                raise AssertionError(f"{name}: a stream without events")
            self.validate(contents[kind]["schema"]["contentSchema"], events, True)

    def check_request(self, method, path, body):
        schema = self.resolve(self.operation(method, path)["requestBody"])["content"]["application/json"]["schema"]
        self.validate(schema, body, False)


class OpenApi(FlowTest):
    @classmethod
    def setUpClass(cls):
        cls.stub = StubUpstream()
        cls.addClassCleanup(cls.stub.close)
        cls.config = (f'[inference]\nengine = "openai"\nurl = "http://127.0.0.1:{cls.stub.port}"\n'
                      'model_tier_a = "big"\nmodel_tier_b = "small"\ntimeout_ms = 700\n'
                      '[server]\norigin = "https://api.example"\n[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n'
                      'max_body_bytes = 4000000\n')
        super().setUpClass()
        cls.fetched = cls.server.call("GET", "/openapi.json")
        cls.description = Description(cls.fetched.json())

    def setUp(self):
        self.stub.answer = self.good("Hello")
        self.customer = self.server.issue("described")

    @staticmethod
    def good(text):
        return http({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
                     "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}})

    @staticmethod
    def vectors():
        return http({"data": [{"index": 0, "embedding": [0.5, -1]}], "usage": {"prompt_tokens": 3}})

    def send(self, method, path, body=None, status=200, customer=None, query="", valid=True, **headers):
        """One call that must be answered with `status` and as it is described. `valid`: as is the request."""
        customer = customer or self.customer
        if valid and body is not None:
            self.description.check_request(method, path, body)
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = {} if body is None or "Content-Type" in headers else JSON
        headers = {"Authorization": customer.authorization(method, path + query, data), **kind, **headers}
        answer = self.server.call(method, path + query, data, {name: value for name, value in headers.items() if value})
        self.assertEqual(answer.status, status, answer.body)
        self.description.check(answer, path)
        return answer

    def test_1_every_route_is_there_and_no_other(self):
        described = {(method.upper(), path) for path, methods in self.fetched.json()["paths"].items() for method in methods}
        # The pages are for people; what programs call is all added in one room.
        public = {route for route, realm in routes("api").items() if realm != "admin"}
        self.assertEqual(described, public)

    def test_2_the_document_is_of_this_server_and_is_kept_by_who_has_it(self):
        document = self.fetched.json()
        self.assertEqual(document["info"]["version"], self.server.ready["rev"])
        self.assertEqual(document["servers"][0]["url"], "https://api.example")
        self.assertEqual(client.canonical(document), self.fetched.body)
        self.description.check(self.fetched, "/openapi.json")
        tag = self.fetched.header("ETag")
        for tags, status in ((tag, 304), (f'"x", W/{tag}', 304), ("*", 304), ('"x"', 200)):
            answer = self.server.call("GET", "/openapi.json", headers={"If-None-Match": tags})
            self.assertEqual((answer.status, answer.header("ETag")), (status, tag))
            self.description.check(answer, "/openapi.json")
        self.assertEqual(self.server.call("HEAD", "/openapi.json").header("ETag"), tag)
        for headers, status in (({"Accept-Encoding": "identity;q=0"}, 406), ({"If-Match": '"x"'}, 412),
                                ({"If-Match": tag}, 200)):
            answer = self.server.call("GET", "/openapi.json", headers=headers)
            self.assertEqual(answer.status, status)
            self.description.check(answer, "/openapi.json")
        elsewhere = self.new_server().start()  # nobody told this one its origin
        self.assertEqual(elsewhere.call("GET", "/openapi.json").json()["servers"][0]["url"], "/")

    def test_3_calls_that_go_well(self):
        chat, full = "/v1/chat/completions", self.server.issue("described-free", package_id="team")
        whole = {"model": "cogos-tier-b", "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
                 "max_completion_tokens": 9, "max_tokens": None, "temperature": 0.5, "top_p": 1, "seed": -3, "stop": ["x"],
                 "n": 1, "user": "me", "response_format": {"type": "text"}, "another": 1}
        self.send("POST", chat, whole, customer=full)
        call = {"id": "c", "type": "function", "function": {"name": "clock", "arguments": "{}"}}
        self.stub.answer = http({"choices": [{"finish_reason": "tool_calls",
                                              "message": {"content": None, "tool_calls": [call]}}]})
        tools = {"tools": [{"type": "function", "function": {"name": "clock"}}], "tool_choice": "required",
                 "parallel_tool_calls": False}
        history = [{"role": "user", "content": "x"}, {"role": "assistant", "content": None, "tool_calls": [call]},
                   {"role": "tool", "tool_call_id": "c", "content": "noon"}]
        self.send("POST", chat, {"messages": history, **tools}, customer=full)
        self.stub.answer = self.good("Hello")
        name = {"Idempotency_Key": "once"}
        for _ in range(2):
            self.send("POST", chat, question(), customer=full, **name)
        events = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
        self.stub.answer = http(events, kind="text/event-stream")
        body = json.dumps(question(stream=True, stream_options={"include_usage": True, "include_receipt": True})).encode()
        self.description.check_request("POST", chat, json.loads(body))
        with self.server.wire() as wire:
            wire.send(client.message("POST", chat, {**JSON, "Authorization": full.authorization("POST", chat, body)}, body))
            stream = wire.response("POST", chat, body)
        self.description.check(stream, chat)
        type(self).streamed = stream
        self.stub.answer = self.vectors()
        for more in ({}, {"encoding_format": "base64", "user": "me"}):
            self.send("POST", "/v1/embeddings", {"model": "cogos-tier-b", "input": ["x"], **more}, customer=full)
        self.stub.answer = self.good("Hello")
        self.send("POST", "/v1/search", {"query": "weather", "max_results": 3}, customer=full)
        for mode in ("auto", "always-search", "never-search"):
            self.send("POST", "/v1/chat-grounded", {"query": "weather today", "mode": mode}, customer=full)
        for path in ("/v1/models", "/v1/me", "/v1/audit", "/v1/audit/chain-head"):
            self.send("GET", path, customer=full)
        self.send("GET", "/v1/audit", query="?app_id=_default&after_seq=1&limit=2", customer=full)
        for scheme in ("bearer", "ed25519"):
            self.send("POST", "/v1/keys/rotate", {}, 201, customer=self.server.issue("described-rotates", scheme=scheme))

    @staticmethod
    def report(run="run-0001", **changes):
        started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return {"run_id": run, "target": "https://api.example", "started_at": started,
                "checks": [{"check": "tls.1_2", "ok": True, "ms": 3, "detail": "accepted"}], **changes}

    def test_3_reports_of_probes(self):
        probe, reports = self.server.issue("described-probe", tenant_type="probe"), "/v1/probe-reports"
        report = self.report()
        for status in (201, 200):
            self.send("POST", reports, report, status, probe)
        self.send("POST", reports, self.report(target="https://other.example"), 409, probe)
        self.send("POST", reports, report, 401, probe, Authorization="Bearer nonsense")
        self.send("POST", reports, report, 403)
        self.send("POST", reports, report, 415, probe, Content_Type="text/plain")
        self.send("POST", reports, self.report(more="x" * 65536), 413, probe)
        check = {"check": "a", "ok": True, "ms": 0}
        for changes in ({"run_id": "short"}, {"target": "http://api.example"}, {"target": "https://a/b"}, {"checks": []},
                        {"checks": [{**check, "ok": "yes"}]}, {"checks": [{**check, "ms": -1}]},
                        {"checks": [{**check, "check": "A B"}]}, {"checks": [{**check, "detail": "x" * 201}]},
                        {"started_at": 1}):
            with self.subTest(changes):
                with self.assertRaises(jsonschema.ValidationError):
                    self.description.check_request("POST", reports, self.report(**changes))
                self.send("POST", reports, self.report(**changes), 400, probe, valid=False)
        self.send("GET", "/v1/models", status=403, customer=probe)
        self.send("GET", "/v1/me", customer=probe)

    def test_4_calls_that_are_refused(self):
        inference = {"/v1/chat/completions": question(), "/v1/search": {"query": "x"}, "/v1/chat-grounded": {"query": "x"},
                     "/v1/embeddings": {"model": "cogos-tier-b", "input": "x"}}
        one_rpm = self.server.package("one-rpm", rpm_limit=1)
        for path, body in {**inference, "/v1/keys/rotate": {}}.items():
            self.send("POST", path, b"[", 400, valid=False)
            self.send("POST", path, body, 401, Authorization="Bearer nonsense")
            self.send("POST", path, body, 415, Content_Type="text/plain")
            self.send("POST", path, b'"' + b"x" * 4_000_001 + b'"', 413, valid=False)
            limited = self.server.issue("described-limited" + str(len(path)), package_id=one_rpm)
            self.send("POST", path, b"[", 400, limited, valid=False)
            self.send("POST", path, body, 429, limited)
        for number, (path, body) in enumerate(inference.items()):
            name = {"Idempotency_Key": f"order-{number}"}
            self.stub.answer = self.vectors() if path == "/v1/embeddings" else self.good("Hello")
            self.send("POST", path, body, **name)
            self.send("POST", path, {**body, "another": 1}, 422, **name)
        denied = {**question(), "model": "cogos-tier-a"}
        self.send("POST", "/v1/chat/completions", denied, 403)
        self.send("POST", "/v1/chat-grounded", {"query": "x", "model": "cogos-tier-a"}, 403)
        self.send("POST", "/v1/embeddings", {"input": "x", "model": "cogos-tier-a"}, 403)
        for path in ("/v1/models", "/v1/me", "/v1/audit", "/v1/audit/chain-head"):
            self.send("GET", path, status=401, Authorization=None)
            limited = self.server.issue("described-reads" + str(len(path)), package_id=one_rpm)
            self.send("GET", path, customer=limited)
            self.send("GET", path, status=429, customer=limited)
        self.send("GET", "/v1/audit", status=400, query="?limit=x")
        self.send("GET", "/v1/audit/chain-head", status=400, query="?app_id=..")
        fresh = self.server.issue("described-twice")
        used = Customer(self.send("POST", "/v1/keys/rotate", {}, 201, fresh).json())
        self.send("GET", "/v1/me", customer=used)
        self.send("POST", "/v1/keys/rotate", {}, 409, fresh)

    def test_5_upstreams_that_fail(self):
        inference = {"/v1/chat/completions": question(), "/v1/chat-grounded": {"query": "x"},
                     "/v1/embeddings": {"model": "cogos-tier-b", "input": "x"}}
        for path, body in inference.items():
            self.stub.answer = http({}, status="500 No")
            self.send("POST", path, body, 502)
            self.stub.answer = StubUpstream.HOLD
            self.send("POST", path, body, 504)
        self.stub.answer = self.good("x" * 1_100_000)
        name = {"Idempotency_Key": "a-long-one"}
        self.send("POST", "/v1/chat/completions", question(), **name)
        self.send("POST", "/v1/chat/completions", question(), 409, **name)

    def test_6_examples_are_requests_that_go_well(self):
        self.server.package("examples", allowed_model_tiers=["cogos-tier-b", "nomic-embed-text"])
        sent = 0
        vectors = [{"index": index, "embedding": [0.5, -1]} for index in range(2)]
        for path, methods in self.fetched.json()["paths"].items():
            content = methods.get("post", {}).get("requestBody", {}).get("content", {})
            if "example" in content.get("application/json", {}):
                self.stub.answer = self.good('{"number":"4711"}') if path != "/v1/embeddings" else http(
                    {"data": vectors, "usage": {"prompt_tokens": 3}})
                status = next(int(one) for one in methods["post"]["responses"] if one.startswith("2"))
                self.send("POST", path, content["application/json"]["example"], status,
                          self.server.issue("described-examples", package_id="examples"))
                sent += 1
        self.assertGreaterEqual(sent, 5)

    def test_6_what_is_open_to_everybody(self):
        for path in ("/health", "/ready", "/attestation.pub", "/attestation/keys"):
            self.description.check(self.server.call("GET", path), path)
        page = self.server.call("GET", "/health", headers={"Accept": "text/html"})
        self.assertTrue(page.body.startswith(b"<!DOCTYPE html>"))
        self.description.check(page, "/health")
        for query, status in (("?kid=0", 404), ("?kid=1&kid=2", 400)):
            answer = self.server.call("GET", "/attestation.pub" + query)
            self.assertEqual(answer.status, status)
            self.description.check(answer, "/attestation.pub")
        few = self.new_server("[limits]\npeer_rpm = 1\n").start()
        answers = [few.call("GET", "/health") for _ in range(2)]
        self.assertIn(429, [answer.status for answer in answers])
        for answer in answers:
            self.description.check(answer, "/health")

    def test_7_nothing_described_was_left_out(self):
        described = {(operation["operationId"], int(status)) for methods in self.fetched.json()["paths"].values()
                     for operation in methods.values() for status in operation["responses"]}
        left = {one for one in described - self.description.seen
                if one not in ELSEWHERE and (None, one[1]) not in ELSEWHERE}
        self.assertEqual(left, set())
        self.assertEqual(set(ELSEWHERE) & self.description.seen, set(), "seen, though it is said not to be")

    def test_8_what_the_server_refuses_the_description_does_too(self):
        chat, search, grounded, embed = "/v1/chat/completions", "/v1/search", "/v1/chat-grounded", "/v1/embeddings"
        tool = {"type": "function", "function": {"name": "clock"}}
        user, silent = {"role": "user", "content": "x"}, {"role": "assistant", "content": None}
        for path, changes in ((chat, {"messages": []}), (chat, {"messages": [user, {"role": "nobody", "content": "x"}]}),
                              (chat, {"messages": [user, silent]}), (chat, {"messages": [{**user, "role": "tool"}]}),
                              (chat, {"tools": [{"type": "function", "function": {"name": "no name"}}]}),
                              (chat, {"tools": [tool], "tool_choice": "any"}), (chat, {"parallel_tool_calls": "no"}),
                              (chat, {"n": 2}), (chat, {"temperature": 2.5}), (chat, {"top_p": -1}), (chat, {"seed": 0.5}),
                              (chat, {"stop": ["x"] * 5}), (chat, {"max_tokens": 0}), (chat, {"stream": "yes"}),
                              (chat, {"response_format": {"type": "xml"}}), (embed, {"input": []}),
                              (embed, {"input": ["x", ""]}), (embed, {"input": [1]}), (embed, {"input": ["x"] * 257}),
                              (embed, {"dimensions": 16385}), (embed, {"model": None}), (embed, {"encoding_format": "hex"}),
                              (search, {"query": ""}), (search, {"max_results": 21}), (grounded, {"mode": "never"})):
            with self.subTest(changes):
                good = {chat: question(), embed: {"model": "cogos-tier-b", "input": "x"}}.get(path, {"query": "x"})
                self.description.check_request("POST", path, good)
                with self.assertRaises(jsonschema.ValidationError):
                    self.description.check_request("POST", path, {**good, **changes})
                self.send("POST", path, {**good, **changes}, 400, valid=False)

    def test_8_the_check_finds_what_is_wrong(self):
        answer = self.send("GET", "/v1/me")

        def with_(body=None, status=None, headers=None):
            changed = copy.copy(answer)
            changed.body = json.dumps({**answer.json(), **(body or {})}).encode()
            changed.status = status or answer.status
            changed.headers = [one for one in answer.headers if one[0] != "X-Cogos-Attestation"] if headers == "less" \
                else answer.headers + (headers or [])
            return changed

        self.description.check(with_(), "/v1/me")
        for broken in (with_({"rpm_limit": "20"}), with_({"news": 1}), with_({"issued_at": None}), with_(status=418),
                       with_(headers=[("X-Cogos-News", "1")]), with_(headers="less")):
            with self.assertRaises((AssertionError, jsonschema.ValidationError)):
                self.description.check(broken, "/v1/me")
        for part, other in ((b'"index":0', b'"index":"0"'), (b'"delta":', b'"message":'), (b'"frames":', b'"events":'),
                            (b"data: ", b"datum: ")):
            stream = copy.copy(self.streamed)
            stream.body = stream.body.replace(part, other)
            self.assertNotEqual(stream.body, self.streamed.body)
            with self.assertRaises((AssertionError, jsonschema.ValidationError)):
                self.description.check(stream, "/v1/chat/completions")


if __name__ == "__main__":
    main()
