"""How often one address and one tenant may ask (wire formats §6, §7 and §8)."""

import threading
import time

import cogos_client as client
from fixture import FlowTest, main

BODY = b'{"messages":[{"role":"user","content":"Hi"}]}'
RATE = "x-ratelimit-%s-requests"


class PeerLimit(FlowTest):
    config = "[limits]\npeer_rpm = 40\nadmin_peer_rpm = 0\n"

    def test_whoever_asks_too_often_is_refused_with_a_receipt(self):
        customer = self.server.issue("eager")
        # A bucket of 40 lets the 40 and what comes back meanwhile through, and then refuses.
        answers = []
        while not answers or answers[-1].status != 429:
            self.assertLess(len(answers), 200)
            answer = self.server.call("POST", "/v1/chat/completions", b'{"messages":[{"role":"user","content":"Hi"}]}',
                                      {"Content-Type": "application/json",
                                       "Authorization": customer.authorization("POST", "/v1/chat/completions")},
                                      checked=False)
            answers.append(answer)
        refused = answers.pop()
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertGreaterEqual(len(answers), 38, "the package and the key were the first two of the 40")
        self.assertEqual(refused.json()["error"]["type"], "rate_limit_exceeded")
        self.assertIn(int(refused.header("Retry-After")), (1, 2))
        self.assertEqual(refused.json()["error"]["retry_after_s"], int(refused.header("Retry-After")))
        self.assertIsNotNone(refused.header("X-Cogos-Attestation"))
        self.assertIsNone(refused.header("X-Cogos-Signature"))
        # What it attests is a request without its body, which was not looked at.
        claims = client.read_attestation(refused.header("X-Cogos-Attestation"))[0]
        text = client.request_text("POST", "/v1/chat/completions", claims["ts"], b"")
        self.assertEqual(claims["req_hash"], client.sha256_hex(text))
        self.assertEqual(claims["resp_hash"], client.sha256_hex(refused.body))


class AdminPeerLimit(FlowTest):
    config = "[limits]\npeer_rpm = 600\nadmin_peer_rpm = 4\n"

    def test_guessing_the_operators_key_is_slower_still(self):
        statuses = [self.server.call("POST", "/admin/keys", b"{}", {"X-Admin-Key": "guess"}, checked=False).status
                    for _ in range(8)]
        self.assertIn(429, statuses)
        self.assertEqual(set(statuses[:statuses.index(429)]) - {401}, set())


class TenantLimit(FlowTest):
    RPM = 240

    def setUp(self):
        self.server.package(self._testMethodName.replace("_", "-")[:60], rpm_limit=self.RPM)

    def issue(self, tenant):
        return self.server.issue(tenant, package_id=self._testMethodName.replace("_", "-")[:60])

    def standing(self, answer):
        return tuple(answer.header(RATE % name) for name in ("limit", "remaining", "reset"))

    def test_eight_keys_at_four_times_the_limit_get_what_one_bucket_allows(self):
        customers = [self.issue("busy") for _ in range(8)]
        calls, lock = [], threading.Lock()

        def run(customer):
            request = client.message("POST", "/v1/chat/completions", {
                "Authorization": "Bearer " + customer.api_key, "Content-Type": "application/json"}.items(), BODY)
            mine = []
            with self.server.wire() as wire:
                for _ in range(4 * self.RPM // len(customers)):
                    sent = time.monotonic()
                    wire.send(request)
                    answer = wire.response("POST", "/v1/chat/completions", BODY)
                    mine.append((sent, time.monotonic(), answer.status, answer.header("Retry-After")))
            with lock:
                calls.extend(mine)

        threads = [threading.Thread(target=run, args=(customer,)) for customer in customers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(calls), 4 * self.RPM)
        granted = [call for call in calls if call[2] == 200]
        refused = [call for call in calls if call[2] == 429]
        self.assertEqual(len(granted) + len(refused), len(calls))
        # What the bucket held and what came back, between moments that the server's own lie within or around.
        at_most = self.RPM + self.RPM / 60 * (max(end for _, end, _, _ in calls) - min(sent for sent, *_ in calls))
        last_refusal = max(sent for sent, *_ in refused)
        at_least = self.RPM + self.RPM / 60 * (last_refusal - min(end for _, end, _, _ in calls))
        self.assertLessEqual(len(granted), at_most + 1)
        self.assertGreaterEqual(len(granted), at_least - 1)
        self.assertEqual({wait for *_, wait in refused}, {"1"})

    def test_each_response_says_where_the_tenant_stands(self):
        customer = self.issue("told")
        answer = self.server.as_customer(customer, "GET", "/v1/me")
        self.assertEqual(self.standing(answer), (str(self.RPM), str(self.RPM - 1), "250ms"))
        answer = self.server.as_customer(customer, "GET", "/v1/nowhere")
        self.assertEqual((answer.status, answer.header(RATE % "limit")), (404, str(self.RPM)))
        self.assertIsNone(self.server.call("GET", "/v1/me").header(RATE % "limit"), "no limit counts for it here")

    def test_a_changed_limit_is_in_force_at_once_and_a_refusal_has_no_row(self):
        customer = self.issue("lowered")
        package = customer.issued["package_id"]
        self.server.admin("PUT", "/admin/packages/" + package, {"rpm_limit": 1})
        self.assertEqual(self.server.chat(customer).status, 200)
        refused = self.server.as_customer(customer, "POST", "/v1/chat/completions", b"{no JSON")
        self.assert_error(refused, 429, "rate_limit_exceeded")
        self.assertLessEqual(int(refused.header("Retry-After")), 60)
        self.server.admin("PUT", "/admin/packages/" + package, {"rpm_limit": 0})
        self.assertEqual(self.standing(self.server.as_customer(customer, "GET", "/v1/me")), (None, None, None))
        self.assertEqual(len(self.server.rows(customer)), 1)


class PeerStanding(FlowTest):
    config = "[limits]\npeer_rpm = 600\nadmin_peer_rpm = 0\n"

    def test_without_a_key_the_address_is_told_where_it_stands(self):
        for target, status in (("/v1/me", 401), ("/v1/nowhere", 404)):
            answer = self.server.call("GET", target)
            self.assertEqual((answer.status, answer.header(RATE % "limit")), (status, "600"))
            self.assertIn("ms", answer.header(RATE % "reset"))
        self.assertIsNone(self.server.call("GET", "/health").header(RATE % "limit"))


if __name__ == "__main__":
    main()
