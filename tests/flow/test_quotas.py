"""What a package includes (wire formats §6 and §7): quotas of requests and tokens, and the ceiling of a prompt."""

import contextlib
import datetime
import os
import sqlite3
import threading

import cogos_client as client
from fixture import FlowTest, main, question, stored_rows
from stub_upstream import StubUpstream, http

CHAT = "/v1/chat/completions"
BODY = b'{"messages":[{"role":"user","content":"Hi"}]}'
JSON = {"Content-Type": "application/json"}


def next_month():
    today = datetime.datetime.now(datetime.timezone.utc)
    return datetime.datetime(today.year + today.month // 12, today.month % 12 + 1, 1, tzinfo=datetime.timezone.utc)


def at_once(server, customers, calls):
    """Each customer on a connection and a thread of its own; the statuses and error types of all calls."""
    outcomes, lock = [], threading.Lock()
    barrier = threading.Barrier(len(customers))

    def run(customer):
        request = client.message("POST", CHAT, {"Authorization": "Bearer " + customer.api_key, **JSON}, BODY)
        mine = []
        with server.wire() as wire:
            barrier.wait()
            for _ in range(calls):
                wire.send(request)
                answer = wire.response("POST", CHAT, BODY)
                mine.append((answer.status, answer.json().get("error", {}).get("type")))
        with lock:
            outcomes.extend(mine)

    threads = [threading.Thread(target=run, args=(customer,)) for customer in customers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


class Requests(FlowTest):
    def test_a_month_of_100_lets_64_callers_through_100_times_and_a_kill_forgets_none(self):
        package = self.server.package("hundred", monthly_request_quota=100)
        customers = [self.server.issue("many", package_id=package) for _ in range(8)]
        outcomes = at_once(self.server, customers * 8, 3)
        self.assertEqual(len(outcomes), 192)
        self.assertEqual(outcomes.count((200, None)), 100)
        self.assertEqual(outcomes.count((429, "quota_exceeded")), 92)
        self.server.kill()
        self.server.start()
        self.assertEqual(set(at_once(self.server, customers, 2)), {(429, "quota_exceeded")})
        self.assertEqual(len(self.server.rows(customers[0])), 100, "a refusal has no row")

    def test_a_restart_in_mid_month_goes_on_counting(self):
        package = self.server.package("five", monthly_request_quota=5, daily_request_cap=4)
        customer = self.server.issue("restart", package_id=package)
        for _ in range(2):
            self.assertEqual(self.server.chat(customer).status, 200)
        self.server.kill()
        self.server.start()
        answer = self.server.chat(customer)
        self.assertEqual((answer.header("X-Cogos-Quota-Remaining"), answer.header("X-Cogos-Daily-Quota-Remaining")),
                         ("2", "1"))

    def test_the_headers_say_what_is_left_after_the_call(self):
        package = self.server.package("told", monthly_request_quota=9, daily_request_cap=3, daily_token_cap=100000)
        customer = self.server.issue("told", package_id=package)
        answer = self.server.chat(customer)
        self.assertEqual(answer.header("X-Cogos-Quota-Limit"), "9")
        self.assertEqual(answer.header("X-Cogos-Quota-Remaining"), "8")
        self.assertEqual(answer.header("X-Cogos-Quota-Reset"), next_month().strftime("%Y-%m-%dT%H:%M:%S.000Z"))
        self.assertEqual(answer.header("X-Cogos-Daily-Quota-Limit"), "3")
        self.assertEqual(answer.header("X-Cogos-Daily-Quota-Remaining"), "2")
        self.assertEqual(answer.header("X-Cogos-Daily-Tokens-Limit"), "100000")
        self.assertEqual(int(answer.header("X-Cogos-Daily-Tokens-Remaining")),
                         100000 - answer.json()["usage"]["total_tokens"])
        tomorrow = answer.header("X-Cogos-Daily-Quota-Reset")
        self.assertEqual((tomorrow, tomorrow[11:]), (answer.header("X-Cogos-Daily-Tokens-Reset"), "00:00:00.000Z"))
        self.assertIsNone(self.server.as_customer(customer, "GET", "/v1/me").header("X-Cogos-Quota-Limit"))

    def test_a_refused_call_waits_until_the_next_period_and_a_raised_quota_is_in_force_at_once(self):
        package = self.server.package("one", daily_request_cap=1)
        customer = self.server.issue("one", package_id=package)
        self.assertEqual(self.server.chat(customer).status, 200)
        refused = self.server.chat(customer)
        self.assert_error(refused, 429, "daily_quota_exceeded")
        self.assertLessEqual(int(refused.header("Retry-After")), 86400)
        self.assertEqual(refused.header("X-Cogos-Daily-Quota-Remaining"), "0")
        self.server.admin("PUT", "/admin/packages/one", {"daily_request_cap": 2})
        self.assertEqual(self.server.chat(customer).status, 200)

    def test_what_is_refused_before_inference_gives_its_place_back(self):
        package = self.server.package("two", monthly_request_quota=2)
        customer = self.server.issue("two", package_id=package)
        for body, status in ((b"{no JSON", 400), (b"{}", 400), (question(model="nothing"), 403),
                             (question(schema={"type": "string", "pattern": "("}), None)):
            answer = self.server.chat(customer, body)
            self.assertIn(answer.status, (status, 400, 422))
            self.assertEqual(answer.header("X-Cogos-Quota-Remaining"), "2")
        self.assertEqual([self.server.chat(customer).status for _ in range(3)], [200, 200, 429])

    def test_the_columns_that_are_counted_say_what_the_rows_say(self):
        package = self.server.package("counted")
        customer = self.server.issue("counted", package_id=package)
        for body in (None, b"{}", question(model="nothing")):
            self.server.chat(customer, body)
        self.server.stop()
        with contextlib.closing(sqlite3.connect(os.path.join(self.server.data_dir, "cogos.db"))) as db:
            charged = [one for one, in db.execute(
                "SELECT charged FROM rows WHERE chain = (SELECT id FROM chains WHERE tenant_id = 'counted') "
                "ORDER BY seq")]
        self.assertEqual(charged, [1, 0, 0])
        rows = stored_rows(self.server.data_dir, "counted")
        self.assertEqual([row["status"] for row in rows], ["success", "client_error", "client_error"])
        self.server.start()


class Tokens(FlowTest):
    def test_a_days_tokens_are_never_overspent_by_many_at_once(self):
        package = self.server.package("tokens", daily_token_cap=500)
        customers = [self.server.issue("tokens", package_id=package) for _ in range(4)]
        outcomes = at_once(self.server, customers * 4, 40)
        self.assertEqual(set(outcomes), {(200, None), (429, "daily_quota_exceeded")})
        used = sum(row["total_tokens"] for row in self.server.rows(customers[0]))
        self.assertLessEqual(used, 500)
        answer = self.server.chat(customers[0])
        used = sum(row["total_tokens"] for row in self.server.rows(customers[0]))
        self.assertEqual(int(answer.header("X-Cogos-Daily-Tokens-Remaining")), 500 - used)

    def test_a_prompt_above_the_ceiling_is_refused_with_the_estimate(self):
        package = self.server.package("short", max_prompt_tokens_per_call=200, monthly_request_quota=3)
        customer = self.server.issue("short", package_id=package)
        refused = self.server.chat(customer, question("x" * 300))
        self.assert_error(refused, 413, "prompt_too_large")
        error = refused.json()["error"]
        self.assertEqual(error["max_prompt_tokens_per_call"], 200)
        self.assertGreaterEqual(error["estimated_prompt_tokens"], 300)
        self.assertEqual(refused.header("X-Cogos-Quota-Remaining"), "3")
        self.assertEqual(self.server.chat(customer, question("the same to you " * 10)).status, 200)
        row = self.server.rows(customer)[0]
        self.assertEqual((row["http_status"], row["status"]), (413, "client_error"))


class Upstream(FlowTest):
    @classmethod
    def setUpClass(cls):
        cls.stub = StubUpstream()
        cls.addClassCleanup(cls.stub.close)
        cls.config = f'[inference]\nengine = "openai"\nurl = "http://127.0.0.1:{cls.stub.port}"\ntimeout_ms = 1000\n'
        super().setUpClass()

    def ask(self, package, completion_tokens=7, status="200 OK", **more):
        self.stub.answer = http({"choices": [{"index": 0, "finish_reason": "stop",
                                              "message": {"role": "assistant", "content": "Hello"}}],
                                 "usage": {"prompt_tokens": 11, "completion_tokens": completion_tokens}}, status)
        return self.server.chat(self.server.issue(package, package_id=package), question("Hi", **more))

    def test_a_call_whose_upstream_is_down_gives_its_place_back(self):
        self.server.package("failed", monthly_request_quota=3)
        customer = self.server.issue("failed", package_id="failed")
        for answer in (None, http({}, "500 Internal Server Error"), http(b"<html>")):
            self.stub.answer = answer
            refused = self.server.chat(customer, question("Hi"))
            self.assert_error(refused, 502, "upstream_error")
            self.assertEqual(refused.header("X-Cogos-Quota-Remaining"), "3")
        self.assertEqual(self.ask("failed").header("X-Cogos-Quota-Remaining"), "2")

    def test_a_call_whose_answer_was_of_no_use_is_charged(self):
        self.server.package("useless", monthly_request_quota=3)
        answer = self.ask("useless", schema={"type": "object", "required": ["n"]})
        self.assert_error(answer, 502, "upstream_schema_violation")
        self.assertEqual(answer.header("X-Cogos-Quota-Remaining"), "2")

    def test_a_call_whose_upstream_takes_too_long_is_charged(self):
        self.server.package("slow", monthly_request_quota=3)
        self.stub.answer = StubUpstream.HOLD
        answer = self.server.chat(self.server.issue("slow", package_id="slow"), question("Hi"))
        self.assert_error(answer, 504, "upstream_timeout")
        self.assertEqual(answer.header("X-Cogos-Quota-Remaining"), "2")

    def test_the_engine_is_asked_for_no_more_than_the_day_has_left(self):
        self.server.package("cut", daily_token_cap=60)
        self.assertEqual(self.ask("cut", max_tokens=5).status, 200)
        self.assertEqual(self.stub.last_call().json()["max_tokens"], 5)
        self.assertEqual(self.ask("cut").status, 200)
        self.assertLess(self.stub.last_call().json()["max_tokens"], 60 - 18 - 11)
        self.assertEqual(self.ask("cut").status, 429, "24 are left: less than the bound of the prompt")
        self.server.package("roomy", daily_token_cap=100)
        self.assertEqual(self.ask("roomy").status, 200)
        self.assertLess(self.stub.last_call().json()["max_tokens"], 100 - 11)
        self.server.package("open")
        self.assertEqual(self.ask("open").status, 200)
        self.assertNotIn("max_tokens", self.stub.last_call().json())

    def test_an_engine_that_takes_more_than_is_left_is_not_let_through(self):
        self.server.package("greedy", daily_token_cap=100)
        answer = self.ask("greedy", completion_tokens=500)
        self.assert_error(answer, 429, "daily_quota_exceeded")
        self.assertEqual(answer.header("X-Cogos-Daily-Tokens-Remaining"), "100")


if __name__ == "__main__":
    main()
