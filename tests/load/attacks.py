"""What a hostile client does, a process each, until it is ended.

    attacks.py NAME KEY_FILE

Prints a line once it is in full swing. All of it goes to a loopback port; counts are bounded below.
"""

import ctypes
import json
import selectors
import socket
import ssl
import struct
import sys
import time

import probe

IDLE = 10_000
HALF_OPEN = 3_000
PIPELINES = 4
SENT_AHEAD = 500


class Target:
    def __init__(self, key_file):
        with open(key_file, encoding="utf-8") as file:
            key = json.load(file)
        self.port, self.api_key, self.ca_file = key["port"], key["api_key"], key["ca_file"]
        self.context = ssl.create_default_context(cafile=self.ca_file)

    def plain(self):
        return socket.create_connection(("127.0.0.1", self.port), probe.TIMEOUT_S)

    def secure(self):
        return probe.connect(self.port, self.context)


def ready(what):
    print(what, flush=True)


def idle(target):
    """Connections with a finished handshake and a call behind them, on which nothing more is said."""
    held = []
    for _ in range(IDLE):
        wire = target.secure()
        probe.ask(wire, probe.models(target.api_key))
        held.append(wire)
    ready(f"{len(held):,} connections")
    replace_closed(held, target.secure)


def replace_closed(held, opened, hello=b""):
    """For ever: what the server closes is opened again."""
    with selectors.DefaultSelector() as selector:
        for wire in held:
            wire.setblocking(False)
            selector.register(wire, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                wire = key.fileobj
                try:
                    if wire.recv(65536):
                        continue
                except (BlockingIOError, ssl.SSLWantReadError):
                    continue
                except OSError:
                    pass
                selector.unregister(wire)
                wire.close()
                wire = opened()
                if hello:
                    wire.sendall(hello)
                wire.setblocking(False)
                selector.register(wire, selectors.EVENT_READ)


def silent(target):
    """TCP connections on which no handshake begins."""
    held = [target.plain() for _ in range(HALF_OPEN)]
    ready(f"{HALF_OPEN:,} connections")
    replace_closed(held, target.plain)


def half_hello(target):
    """The first record of a ClientHello that says it is as long as is believed, and nothing after that."""
    length = 16_000
    hello = struct.pack(">BBH", 1, length >> 16, length & 0xFFFF) + b"\x03\x03" + bytes(64)
    hello = struct.pack(">BHH", 22, 0x0301, len(hello)) + hello
    held = []
    for _ in range(HALF_OPEN):
        wire = target.plain()
        wire.sendall(hello)
        held.append(wire)
    ready(f"{HALF_OPEN:,} connections")
    replace_closed(held, target.plain, hello)


def churn(target):
    """A new connection for every call."""
    ready("one after the other")
    while True:
        with target.secure() as wire:
            probe.ask(wire, probe.models(target.api_key))


def pipelines(target):
    """Hundreds of requests ahead on each of a few connections, answers read as they come."""
    ahead = probe.models(target.api_key) * SENT_AHEAD
    wires = [target.secure() for _ in range(PIPELINES)]
    pending = {}
    ready(f"{PIPELINES} connections, {SENT_AHEAD} requests ahead on each")
    with selectors.DefaultSelector() as selector:
        for wire in wires:
            wire.setblocking(False)
            selector.register(wire, selectors.EVENT_READ | selectors.EVENT_WRITE)
            pending[wire] = ahead
        while True:
            for key, events in selector.select():
                wire = key.fileobj
                try:
                    if events & selectors.EVENT_READ and not wire.recv(1 << 18):
                        raise EOFError("the server closed a pipeline")
                    if events & selectors.EVENT_WRITE:
                        sent = wire.send(pending[wire])
                        pending[wire] = pending[wire][sent:] or ahead
                except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    pass


class OpenSsl:
    """What Python's own module does not offer, straight from the library. No certificate is checked."""

    def __init__(self, version):
        self.lib = ctypes.CDLL("libssl.so.3")
        for name in ("TLS_client_method", "SSL_CTX_new", "SSL_new"):
            getattr(self.lib, name).restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.lib.SSL_CTX_new(ctypes.c_void_p(self.lib.TLS_client_method())))
        for control in (123, 124):  # the lowest and the highest version
            self.lib.SSL_CTX_ctrl(self.context, control, ctypes.c_long(version), None)

    def connect(self, plain):
        ssl_object = ctypes.c_void_p(self.lib.SSL_new(self.context))
        self.lib.SSL_set_fd(ssl_object, plain.fileno())
        if self.lib.SSL_connect(ssl_object) != 1:
            raise OSError("the handshake failed")
        return ssl_object

    def write(self, ssl_object, data):
        return self.lib.SSL_write(ssl_object, data, len(data))


def renegotiation(target):
    """TLS 1.2 connections that ask for another handshake, again and again."""
    library = OpenSsl(0x0303)
    refused = 0
    ready("one after the other")
    while True:
        with target.plain() as plain:
            plain.settimeout(None)
            wire = library.connect(plain)
            library.lib.SSL_renegotiate(wire)
            if library.lib.SSL_do_handshake(wire) == 1 and library.lib.SSL_renegotiate_pending(wire) == 0:
                raise RuntimeError("the server took part in a renegotiation")
            refused += 1
            library.lib.SSL_free(wire)


def key_updates(target):
    """TLS 1.3 connections that ask the server for new keys as often as the protocol's implementation bears."""
    library = OpenSsl(0x0304)
    hello = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    ready("one after the other, 600 updates on each")
    buffer = ctypes.create_string_buffer(65536)
    while True:
        with target.plain() as plain:
            plain.settimeout(None)
            wire = library.connect(plain)
            for _ in range(20):
                for _ in range(30):
                    library.lib.SSL_key_update(wire, 1)
                    library.lib.SSL_do_handshake(wire)
                library.write(wire, hello)
                library.lib.SSL_read(wire, buffer, len(buffer))
            library.lib.SSL_free(wire)


ATTACKS = {one.__name__: one for one in (idle, silent, half_hello, churn, pipelines, renegotiation, key_updates)}

if __name__ == "__main__":
    try:
        ATTACKS[sys.argv[1]](Target(sys.argv[2]))
    except KeyboardInterrupt:
        time.sleep(0)
