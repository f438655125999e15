"""Clients that others wrote, as they are, against a real server: what they expect of such an API, they find. Skipped, in
words, where there is no Node that they run on, or no registry to fetch them from."""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "flow"), os.path.join(HERE, "..", "support")]

from fixture import FlowTest, main, wait_for  # noqa: E402
from stub_upstream import StubUpstream, http  # noqa: E402

import npm  # noqa: E402

DEADLINE_S = 240
INTO = os.environ.get("COGOS_CLIENTS_DIR") or sys.exit("COGOS_CLIENTS_DIR must name a directory of the build's")


class Clients(FlowTest):
    def run_in_node(self, name, customer, **more):
        """The tests in that file, with the server's address and key in the environment."""
        environment = {**npm.ENVIRONMENT, "NODE_EXTRA_CA_CERTS": self.server.ca_file,
                       "COGOS_URL": f"https://localhost:{self.server.port}/v1", "COGOS_KEY": customer.api_key, **more}
        done = subprocess.run(["node", "--test", os.path.join(INTO, name)], cwd=INTO, env=environment, check=False,
                              capture_output=True, text=True, timeout=DEADLINE_S)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^# pass [1-9]|^. pass [1-9]")


class BuiltIn(Clients):
    def test_openai(self):
        package = self.server.package("sixty", rpm_limit=60)
        limited = self.server.issue("limited", package_id=package)
        self.run_in_node("openai.test.mjs", self.server.issue("openai"), COGOS_LIMITED_KEY=limited.api_key)

    def test_ai(self):
        self.run_in_node("ai.test.mjs", self.server.issue("ai"))

    def test_langchain(self):
        self.run_in_node("langchain.test.mjs", self.server.issue("langchain"))


def event(delta, reason=None):
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}).encode() + b"\n\n"


class BeforeAModelServer(Clients):
    CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"place":"Lisbon"}'}}

    @classmethod
    def setUpClass(cls):
        cls.stub = StubUpstream()
        cls.addClassCleanup(cls.stub.close)
        cls.stub.answer = lambda connection: cls.reply(connection, cls.stub.calls[-1])
        cls.config = (f'[inference]\nengine = "openai"\nurl = "http://127.0.0.1:{cls.stub.port}/v1"\n'
                      'model_tier_a = "big"\nmodel_tier_b = "small"\n[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n')
        super().setUpClass()

    @classmethod
    def reply(cls, connection, call):
        asked = call.json()
        if call.target.endswith("/embeddings"):
            vectors = ([0.5, -0.25], [1, 0])
            data = [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)]
            connection.sendall(http({"object": "list", "data": data, "usage": {"prompt_tokens": 4, "total_tokens": 4}}))
        elif asked["messages"][-1]["content"] == "Never stop.":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + event({"content": "and so on "}))
            call.left()
        elif asked["messages"][-1]["role"] == "tool":
            cls.say(connection, {"role": "assistant", "content": "It has 21 degrees."}, "stop")
        elif asked["stream"]:
            parts = ({**cls.CALL, "index": 0, "function": {"name": "weather", "arguments": ""}},
                     {"index": 0, "function": {"arguments": '{"place":'}}, {"index": 0, "function": {"arguments": '"Lisbon"}'}})
            events = b"".join(event({"tool_calls": [part]}) for part in parts) + event({}, "tool_calls") + b"data: [DONE]\n\n"
            connection.sendall(http(events, kind="text/event-stream"))
        else:
            cls.say(connection, {"role": "assistant", "content": None, "tool_calls": [cls.CALL]}, "tool_calls")

    @staticmethod
    def say(connection, message, reason):
        connection.sendall(http({"choices": [{"index": 0, "finish_reason": reason, "message": message}],
                                 "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}}))

    def test_openai(self):
        customer = self.server.issue("openai-upstream")
        self.run_in_node("openai_upstream.test.mjs", customer)
        wait_for(lambda: self.server.rows(customer)[-1]["status"] == "client_closed", "the row of the stream that was given up")


if __name__ == "__main__":
    npm.install(HERE, INTO, [name for name in os.listdir(HERE) if name.endswith(".mjs")])
    main()
