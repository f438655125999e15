"""A new key's secrets in the memory of the process that made them: gone once they were sent, and where the answer can
be asked for again, in one locked place until that is over. And the model server's key: in its one place."""

import time

from fixture import ADMIN_KEY, main
from process_memory import MemoryTest, secrets_of
from stub_upstream import StubUpstream, http

DEADLINE_S = 20
ROTATE = "/v1/keys/rotate"


class SecretMemory(MemoryTest):
    def assert_places(self, issued, count):
        """Soon: the client may have its answer a moment before the server has wiped it."""
        secrets = secrets_of(issued)
        self.assertGreaterEqual(len(secrets), 2)
        end = time.monotonic() + DEADLINE_S
        while True:
            places = {name: self.memory.places(secret) for name, secret in secrets.items()}
            if all(len(found) == count for found in places.values()):
                return [place for found in places.values() for place in found]
            self.assertLess(time.monotonic(), end, f"{count} each were to be there: {places}")

    def rotate(self, customer, idempotency_key=None):
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        signing = {} if customer.api_key else {"nonce": str(time.monotonic_ns())}
        answer = self.server.as_customer(customer, "POST", ROTATE, b"", headers, **signing)
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json()

    def test_secrets_are_gone_once_they_were_sent(self):
        for scheme in ("bearer", "ed25519"):
            customer = self.server.issue("memory", scheme=scheme)
            self.assert_places(customer.issued, 0)
            self.assert_places(self.rotate(customer), 0)

    def test_an_answer_that_can_be_asked_for_again_is_in_one_locked_place(self):
        for scheme in ("bearer", "ed25519"):
            customer = self.server.issue("memory-kept", scheme=scheme)
            kept = self.rotate(customer, "once")
            for place in self.assert_places(kept, 1):
                self.assertLessEqual({"lo", "dd"}, set(self.memory.flags(place)))
            self.assertEqual(self.rotate(customer, "once"), kept)
            self.assert_places(kept, 1)
            # Replaced, and revoked by the operator.
            again = self.rotate(customer, "twice")
            self.assert_places(kept, 0)
            self.assert_places(again, 1)
            self.assertEqual(self.server.admin("POST", f"/admin/keys/{again['key_id']}/revoke").status, 200)
            self.assert_places(again, 0)


class UpstreamKeyMemory(MemoryTest):
    KEY = "the-key-of-the-model-server-5d0c"

    @classmethod
    def setUpClass(cls):
        cls.stub = StubUpstream()
        cls.addClassCleanup(cls.stub.close)
        cls.config = (f'[inference]\nengine = "openai"\nurl = "http://127.0.0.1:{cls.stub.port}"\n'
                      'api_key_env = "MODEL_KEY"\n')
        cls.environment = {"COGOS_ADMIN_KEY": ADMIN_KEY, "MODEL_KEY": cls.KEY}
        super().setUpClass()

    def test_it_stays_in_its_one_place_whatever_is_asked_with_it(self):
        customer = self.server.issue("model-key")
        self.stub.answer = http({"choices": [{"index": 0, "finish_reason": "stop",
                                              "message": {"role": "assistant", "content": "Hello"}}]})
        for _ in range(5):
            self.assertEqual(self.server.chat(customer).status, 200)
        self.assertEqual(self.stub.last_call().headers["authorization"], "Bearer " + self.KEY)
        self.assertEqual(len(self.memory.places(self.KEY.encode())), 1)


if __name__ == "__main__":
    main()
