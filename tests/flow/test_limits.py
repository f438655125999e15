"""How often one address may ask (wire formats §6, §7 and §8)."""

import cogos_client as client
from fixture import FlowTest, main


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
        self.assertGreaterEqual(len(answers), 39, "the key's issue was the first of the 40")
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


if __name__ == "__main__":
    main()
