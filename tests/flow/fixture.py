"""A server to test: starts the program, waits until it says that it is ready, calls it, checks on every answer what
holds for every answer, and stops it in order."""

import contextlib
import functools
import itertools
import json
import mmap
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

import cogos_client as client

COGOS = os.environ.get("COGOS_BIN", "")
DEADLINE_S = client.DEADLINE_S
ADMIN_KEY = "an-admin-key-for-tests-0123456789"
SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' "
                               "https://checkout.stripe.com; base-uri 'none'; frame-ancestors 'none'; "
                               "require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
                          "microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
COMPLAINTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer", "runtime error:")
JSON = {"Content-Type": "application/json"}
HTML = "text/html; charset=utf-8"


def wait_for(condition, what):
    """Until `condition` gives something true, which is the result."""
    end = time.monotonic() + DEADLINE_S
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {DEADLINE_S} s")
        time.sleep(0.02)


def clean_environment(**extra):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COGOS_")}
    return {**kept, **extra}


@functools.cache
def is_sanitized():
    """Whether the program under test was built with a sanitizer."""
    with open(COGOS, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as program:
        return any(program.find(library) >= 0 for library in (b"libasan.so", b"libtsan.so"))


def environment_of(process):
    """What is left of the environment that a server was started with, or None: it is root's alone to see."""
    try:
        with open(f"/proc/{process.pid}/environ", "rb") as file:
            return file.read()
    except PermissionError:
        return None


def cogos(*arguments, stdin=None, environment=None, cwd=None, timeout=DEADLINE_S):
    """Runs a command of the program to its end."""
    done = subprocess.run([COGOS, *map(str, arguments)], input=stdin, capture_output=True, text=True, check=False,
                          env=environment or clean_environment(), cwd=cwd, timeout=timeout)
    for complaint in COMPLAINTS:
        if complaint in done.stderr:
            raise AssertionError(done.stderr)
    return done


class Customer:
    """A key and its secrets, as they were issued."""

    def __init__(self, issued, signing_pem=None, sealing_pem=None):
        self.issued = issued
        self.key_id, self.tenant, self.app = issued["key_id"], issued["tenant_id"], issued["app_id"]
        self.hmac_secret = issued["hmac_secret"]
        self.api_key = issued.get("api_key")
        self.signing_pem = signing_pem or issued.get("private_pem")
        self.sealing_pem = sealing_pem or issued.get("x25519_private_pem")

    def authorization(self, method, target, body=b"", **signing):
        if self.api_key:
            return "Bearer " + self.api_key
        return client.sign_request(self.signing_pem, self.key_id, method, target, body, **signing)


def without_peer_limits(config):
    """The tests come from one address and at once; what tests the limits sets its own."""
    if "peer_rpm" in config:
        return config
    limits = "[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n"
    return config.replace("[limits]\n", limits) if "[limits]\n" in config else config + "\n" + limits


def loopback_addresses(config):
    """Where the calls of a test come from, one after another: each from an address of its own, since what one test
    does wrong must not ban the next. What tests that an address is one sets it itself."""
    if any(name in config for name in ("peer_rpm", "trusted_proxies", "allow_from")):
        return itertools.repeat(None)
    # Not a generator: several threads may ask at once.
    return map(lambda n: f"127.{1 + n // 62500 % 250}.{n // 250 % 250}.{1 + n % 250}", itertools.count())


class Server:
    """One data directory and the processes that serve it, one after another."""

    def __init__(self, config="", dev=True, environment=None, arguments=("--listen", "127.0.0.1:0")):
        self.directory = tempfile.mkdtemp(prefix="cogos-flow-")
        self.data_dir = os.path.join(self.directory, "data")
        self.config_file = self.path("cogos.toml")
        self.ca_file = os.path.join(self.data_dir, "dev-cert.pem")
        self.dev = dev
        self.environment = {"COGOS_ADMIN_KEY": ADMIN_KEY} if environment is None else environment
        self.arguments = arguments
        self.sources = loopback_addresses(config)
        self.configure(without_peer_limits(config))
        self.process = None
        self.starts = 0
        self.ready = {}
        self.keys = {}  # public PEMs of attestation keys by kid
        self.has_unlimited = False

    def path(self, name):
        return os.path.join(self.directory, name)

    def configure(self, config):
        named = re.search(r'^checkout_origin = "(.*)"', config, re.M)
        self.checkout_origin = named[1] if named else "https://checkout.stripe.com"
        with open(self.config_file, "w", encoding="utf-8") as file:
            file.write(config)

    def write(self, name, contents):
        with open(self.path(name), "wb") as file:
            file.write(contents if isinstance(contents, bytes) else contents.encode())
        return self.path(name)

    # The process

    def command(self):
        return [COGOS, "serve", "--config", self.config_file, "--data-dir", self.data_dir, *self.arguments,
                *(["--dev"] if self.dev else [])]

    def spawn(self):
        """Starts the process and does not wait for it."""
        self.starts += 1
        self.log_file = self.path(f"log-{self.starts}")
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            env=clean_environment(**self.environment), cwd=self.directory)

    def start(self):
        self.spawn()
        self.ready = wait_for(lambda: self.event("ready") or self._fail_if_ended(), "the line `ready` in the log")
        return self

    def _fail_if_ended(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}: {self.log()}")

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as file:
            return file.read()

    def events(self, name):
        found = []
        for line in self.log().splitlines(keepends=True):
            if line.startswith("{") and line.endswith("\n") and json.loads(line)["event"] == name:
                found.append(json.loads(line))
        return found

    def event(self, name):
        return next(iter(self.events(name)), None)

    @property
    def port(self):
        return self.ready["tls_port"]

    @property
    def plaintext_port(self):
        return self.ready["plaintext_port"]

    @property
    def redirect_port(self):
        return self.ready["redirect_port"]

    def send_signal(self, number):
        self.process.send_signal(number)

    def ended(self):
        """Waits for the process's own end and requires that it was an orderly one."""
        code = self.process.wait(DEADLINE_S)
        self.process = None
        log = self.log()
        for complaint in COMPLAINTS:
            if complaint in log:
                raise AssertionError(log)
        if code != 0:
            raise AssertionError(f"the server ended with {code}: {log}")

    def stop(self):
        self.send_signal(signal.SIGTERM)
        self.ended()

    def kill(self):
        self.process.kill()
        self.process.wait(DEADLINE_S)
        self.process = None

    def discard(self):
        if self.process:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def fsck(self, data_dir=None, timeout=DEADLINE_S):
        return cogos("fsck", "--data-dir", data_dir or self.data_dir, timeout=timeout)

    # Calls

    def call(self, method, target, body=b"", headers=(), checked=True):
        answer = client.call(self.port, self.ca_file, method, target, body, headers, next(self.sources))
        return self.check(answer) if checked else answer

    def wire(self, **options):
        return client.Wire(self.port, self.ca_file, source=next(self.sources), **options)

    def exchange(self, data, method=None, target=None, request_body=b""):
        """Sends these bytes on a new connection and reads one answer."""
        with self.wire() as wire:
            wire.send(data)
            return self.check(wire.response(method, target, request_body))

    def as_customer(self, customer, method, target, body=b"", headers=None, **signing):
        """A call with the customer's credentials; the answer must carry both receipts."""
        headers = {**(JSON if method == "POST" and headers is None else headers or {})}
        headers["Authorization"] = customer.authorization(method, target, body, **signing)
        answer = self.call(method, target, body, headers)
        self.check_signature(answer, customer)
        return answer

    def get(self, customer, target):
        answer = self.as_customer(customer, "GET", target)
        if answer.status != 200:
            raise AssertionError(f"GET {target}: {answer.status} {answer.body}")
        return answer.json()

    def chat(self, customer, body=None, **more):
        body = body if isinstance(body, bytes) else json.dumps(body or question(**more)).encode()
        return self.as_customer(customer, "POST", "/v1/chat/completions", body)

    def admin(self, method, target, body=None, key=ADMIN_KEY):
        data = b"" if body is None else json.dumps(body).encode()
        headers = {**(JSON if body is not None else {}), **({"X-Admin-Key": key} if key else {})}
        return self.call(method, target, data, headers)

    def unlimited(self):
        """A package without limits: the tests come at once. What tests the limits names a package of its own."""
        if not self.has_unlimited:
            self.package("unlimited")
            self.has_unlimited = True
        return "unlimited"

    def package(self, name, **members):
        """A new package; without limits but for those that are given."""
        answer = self.admin("POST", "/admin/packages", {"id": name, "allowed_model_tiers": ["cogos-tier-b"], **members})
        if answer.status != 201:
            raise AssertionError(f"{answer.status} {answer.body}")
        return name

    def issue(self, tenant="acme", signing_pem=None, sealing_pem=None, **order):
        order.setdefault("package_id", "unlimited")
        if order["package_id"] == "unlimited":
            self.unlimited()
        answer = self.admin("POST", "/admin/keys", {"tenant_id": tenant, **order})
        if answer.status != 201:
            raise AssertionError(f"{answer.status} {answer.body}")
        return Customer(answer.json(), signing_pem, sealing_pem)

    def rows(self, customer, app=None, after_seq=0):
        """Every row of one chain, by pages."""
        rows = []
        while True:
            page = self.get(customer, f"/v1/audit?app_id={app or customer.app}&after_seq={after_seq}&limit=1000")
            if not page["rows"]:
                return rows
            rows += page["rows"]
            after_seq = page["next_seq"]

    # What holds for every answer

    def public_pem(self, kid):
        if kid not in self.keys:
            answer = client.call(self.port, self.ca_file, "GET", "/attestation.pub?kid=" + kid)
            if answer.status != 200:
                raise AssertionError(f"no attestation key {kid}: {answer.body}")
            self.keys[kid] = answer.body.decode()
        return self.keys[kid]

    def check_headers(self, answer, by_tls=True):
        for name, value in SECURITY_HEADERS.items():
            if name == "Strict-Transport-Security" and not by_tls:
                value = None
            elif name == "Content-Security-Policy":
                value = value.replace("https://checkout.stripe.com", self.checkout_origin)
            if answer.header(name) != value:
                raise AssertionError(f"{name}: {answer.header(name)} on {answer.status} {answer.target}")
        for name in ("Server", "X-Powered-By", "Via"):
            if answer.header(name) is not None:
                raise AssertionError(f"the answer names its software: {name}: {answer.header(name)}")

    def check(self, answer, by_tls=True):
        self.check_headers(answer, by_tls)
        path = (answer.target or "/v1").partition("?")[0]
        under = path.split("/")[1] if path.startswith("/") else path
        # Browsers get a page for an unknown path, whichever it is, and from sign-up; calls below /v1 never do.
        page = under != "v1" and answer.header("Content-Type") == HTML
        if (under in ("v1", "admin") or answer.status >= 400) and not page:
            self._check_json(answer)
        if under == "v1":
            self.check_attestation(answer)
        elif answer.token is not None:
            raise AssertionError("a receipt on " + answer.target)
        return answer

    @staticmethod
    def _check_json(answer):
        if answer.method == "HEAD":
            return
        if answer.header("Content-Type") != "application/json":
            raise AssertionError(f"Content-Type: {answer.header('Content-Type')}")
        if client.canonical(answer.json()) != answer.body:
            raise AssertionError(f"not canonical: {answer.body}")
        if answer.status >= 400 and not {"message", "type"} <= set(answer.json()["error"]):
            raise AssertionError(f"not the form of an error: {answer.body}")

    def check_attestation(self, answer):
        if answer.header("X-Cogos-Attestation-Algo") != "ed25519" or not answer.token:
            raise AssertionError(f"no attestation on {answer.status} {answer.target}: {answer.headers}")
        kid = answer.header("X-Cogos-Attestation-Kid")
        # A body that was not read to its end counts as the empty one.
        unread = answer.status in (408, 414, 431) or answer.status == 413 and answer.error_type == "body_too_large"
        body = b"" if unread else answer.request_body
        request = (answer.method, answer.target, body) if answer.target else None
        claims = client.verify_attestation(answer.token, self.public_pem(kid), answer.body, request)
        if claims["signer_kid"] != kid or claims["rev"] != self.ready["rev"]:
            raise AssertionError(f"claims {claims} under kid {kid}")
        if abs(claims["ts"] - time.time() * 1000) > DEADLINE_S * 1000:
            raise AssertionError("the attestation is of another time")

    @staticmethod
    def check_signature(answer, customer):
        if answer.header("X-Cogos-Signature-Algo") != "hmac-sha256":
            raise AssertionError(f"no signature on {answer.status} {answer.target}: {answer.headers} {answer.body}")
        if answer.header("X-Cogos-Signature") != client.response_signature(customer.hmac_secret, answer.body):
            raise AssertionError("the signature does not hold")


EXTRACTION = {
    "type": "object",
    "properties": {"company": {"type": "string"}, "fiscal_year": {"type": "integer"}, "revenue": {"type": "number"}},
    "required": ["company", "fiscal_year", "revenue"],
    "additionalProperties": False,
}
REPORT = "Acme Corp reported revenue of $4.2 billion for fiscal year 2024, up 12% from the year before."


def question(text=REPORT, schema=None, name=None, **members):
    body = {"messages": [{"role": "user", "content": text}], **members}
    if schema is not None:
        wrapper = {"schema": schema, **({"name": name} if name else {})}
        body["response_format"] = {"type": "json_schema", "json_schema": wrapper}
    return body


class FlowTest(unittest.TestCase):
    """Tests that share one server, whose store must be whole after them."""

    config = ""
    environment = None
    listen = "127.0.0.1:0"
    server = None

    @classmethod
    def make_server(cls):
        """The server of a class's tests, not yet started."""
        return Server(cls.config, environment=cls.environment, arguments=("--listen", cls.listen))

    @classmethod
    def setUpClass(cls):
        cls.server = cls.make_server()
        cls.addClassCleanup(cls.server.discard)
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        if cls.server.process:
            cls.server.stop()
        done = cls.server.fsck()
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)

    def new_server(self, *arguments, **options):
        """A server for one test, not yet started."""
        server = Server(*arguments, **options)
        self.addCleanup(server.discard)
        return server

    def assert_error(self, answer, status, error_type):
        self.assertEqual((answer.status, answer.error_type), (status, error_type), answer.body)

    def assert_runs(self, code, *arguments, **options):
        done = cogos(*arguments, **options)
        self.assertEqual(done.returncode, code, f"cogos {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
        return done


def stored_rows(data_dir, tenant, app="_default"):
    """The rows of one chain of a stopped server's store, as they would be given out."""
    path = os.path.join(data_dir, "cogos.db")
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        found = db.execute(
            "SELECT core, sealed, row_hash FROM rows WHERE chain = "
            "(SELECT id FROM chains WHERE tenant_id = ? AND app_id = ?) ORDER BY seq", (tenant, app)).fetchall()
    return [{**client.load_json(core), "sealed_content": client.load_json(sealed) if sealed else None,
             "row_hash": row_hash.hex()} for core, sealed, row_hash in found]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    if not COGOS:
        sys.exit("COGOS_BIN must name the program under test")
    unittest.main(module="__main__", verbosity=2)
