"""A model server that answers what a test tells it to."""

import json
import socket
import threading
import time

import cogos_client as client


class Call:
    """One request as it arrived, and the connection that it came by."""

    def __init__(self, line, headers, body, connection):
        self.method, self.target, _ = line.split(" ")
        self.headers, self.body, self.connection = headers, body, connection

    def json(self):
        return json.loads(self.body)

    def left(self):
        """Waits until the caller has closed."""
        self.connection.settimeout(client.DEADLINE_S)
        try:
            return self.connection.recv(1) == b""
        except ConnectionResetError:
            return True


def http(body, status="200 OK", length=None, kind="application/json"):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    length = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n".encode() + body


class StubUpstream:
    """Listens on a loopback port. `answer` is the bytes that every call gets; None closes the connection without
    a word, HOLD leaves it open, and a function says it all itself and ends with the connection."""

    HOLD = object()

    def __init__(self):
        self.calls, self.answer, self._open = [], None, []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        # A thread that waits in accept() would keep the port open.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()

    def last_call(self):
        end = time.monotonic() + client.DEADLINE_S
        while not self.calls:
            if time.monotonic() > end:
                raise AssertionError("the upstream was not called")
            time.sleep(0.01)
        return self.calls[-1]

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection, ), daemon=True).start()

    def _serve(self, connection):
        self._open.append(connection)
        try:
            while self._serve_one(connection):
                pass
        except (OSError, EOFError):
            pass
        if self.answer is not self.HOLD:
            connection.close()

    def _serve_one(self, connection):
        """False where the connection is not to be used any further."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive(connection)
        head, data = data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        size = int(headers.get("content-length", 0))
        while len(data) < size:
            data += self._receive(connection)
        answer = self.answer
        self.calls.append(Call(lines[0], headers, data, connection))
        if answer is self.HOLD or answer is None:
            return False
        if callable(answer):
            answer(connection)
            return False
        connection.sendall(answer)
        return not self._is_cut(answer)

    @staticmethod
    def _receive(connection):
        data = connection.recv(65536)
        if not data:
            raise EOFError
        return data

    @staticmethod
    def _is_cut(answer):
        head, _, body = answer.partition(b"\r\n\r\n")
        length = head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
        return not length or int(length) > len(body)


class BeforeAStub:
    """To be put before FlowTest: one server in front of one stub. Subclasses say in which language the two speak, and
    what they wish beyond that in the section `[inference]`."""

    engine, path, inference = "openai", "", "timeout_ms = 1500\n"

    @classmethod
    def setUpClass(cls):
        cls.stub = StubUpstream()
        cls.addClassCleanup(cls.stub.close)
        cls.config = (f'[inference]\nengine = "{cls.engine}"\nurl = "http://127.0.0.1:{cls.stub.port}{cls.path}"\n'
                      + cls.inference)
        super().setUpClass()

    def setUp(self):
        self.stub.calls.clear()
