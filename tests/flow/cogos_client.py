"""A customer's own implementation of the wire formats, written from the specification alone: canonical JSON, both
receipts, audit rows and chains, sealed envelopes, signed requests, and calls over TLS. Nothing here calls the server's
code, so that the two can only agree by both being right."""

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import re
import socket
import ssl
import time
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NO_HASH = "0" * 64
MAX_INTEGER = 2**53 - 1
DEADLINE_S = 60


class Mismatch(Exception):
    """Something does not hold: a receipt, a row, an envelope, or the form of a text."""


def sha256_hex(data):
    return hashlib.sha256(data).hexdigest()


# Canonical JSON, RFC 8785


def _pairs(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Mismatch("duplicate members")
    return members


def _refuse(text):
    raise Mismatch("not JSON: " + text)


def _double(text):
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Mismatch("a number beyond a double")
    return value


def load_json(text):
    """Parses strictly what `json` alone would let pass: duplicate members, NaN, lone surrogates, bytes that are no
    UTF-8, numbers beyond a double."""
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_refuse, parse_float=_double)
    except ValueError as error:
        raise Mismatch("not JSON: " + str(error)) from error
    canonical(value)  # raises at lone surrogates
    return value


def es6_number(value):
    """ECMAScript's Number::toString (ECMA-262 §6.1.6.1.20) of a double or an integer."""
    if isinstance(value, int) and abs(value) <= MAX_INTEGER:
        return str(value)
    value = float(value)
    if value != value or value in (float("inf"), float("-inf")):
        raise Mismatch("a number that JSON cannot carry")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    point = len(whole) - leading + int(exponent or 0)
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = point - 1
    rest = "." + digits[1:] if len(digits) > 1 else ""
    return sign + digits[0] + rest + "e" + ("+" if power > 0 else "-") + str(abs(power))


_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def _string(text):
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Mismatch("a lone surrogate") from error
    return '"' + "".join(_ESCAPES.get(c) or ("\\u%04x" % ord(c) if ord(c) < 0x20 else c) for c in text) + '"'


def _write(value):
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, (int, float)):
        return es6_number(value)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_write, value)) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(_string(name) + ":" + _write(value[name]) for name in names) + "}"


def canonical(value):
    return _write(value).encode("utf-8")


# Receipts


def b64url_decode(text):
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise Mismatch("not base64url without padding")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise Mismatch("not the one spelling of these bytes")
    return data


def b64_decode(text):
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise Mismatch("not base64") from error


def response_signature(hmac_secret, body):
    return hmac.new(hmac_secret.encode("ascii"), body, hashlib.sha256).hexdigest()


def request_text(method, path, ts, body):
    return f"{method}\n{path}\n{ts}\n{sha256_hex(body)}".encode()


def kid_of_pem(public_pem):
    return sha256_hex(public_pem.encode())[:16]


def read_attestation(token):
    """The payload without any trust in it."""
    parts = token.split(".")
    if len(parts) != 2:
        raise Mismatch("a token has two parts")
    payload, signature = map(b64url_decode, parts)
    claims = load_json(payload)
    wanted = ["v", "req_hash", "resp_hash", "rev", "chain_head", "signer", "signer_kid", "ts"]
    if list(claims) != wanted or claims["v"] != 1 or claims["signer"] != "cogos-api":
        raise Mismatch("not the members of an attestation, or not in their order")
    if json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode() != payload:
        raise Mismatch("the payload is not spelt as specified")
    for name in ("req_hash", "resp_hash", "chain_head"):
        if not re.fullmatch(r"[0-9a-f]{64}", claims[name]):
            raise Mismatch(name + " is no hash")
    return claims, payload, signature


def verify_attestation(token, public_pem, response_body=None, request=None):
    """`request` is (method, path, body). Gives the claims."""
    claims, payload, signature = read_attestation(token)
    if claims["signer_kid"] != kid_of_pem(public_pem):
        raise Mismatch("signed by another key")
    ed25519_verify(public_pem, signature, payload)
    if response_body is not None and claims["resp_hash"] != sha256_hex(response_body):
        raise Mismatch("the attestation speaks of another response")
    if request is not None:
        method, path, body = request
        if claims["req_hash"] != sha256_hex(request_text(method, path, claims["ts"], body)):
            raise Mismatch("the attestation speaks of another request")
    return claims


def ed25519_verify(public_pem, signature, message):
    key = serialization.load_pem_public_key(public_pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise Mismatch("not an Ed25519 key")
    try:
        key.verify(signature, message)
    except InvalidSignature as error:
        raise Mismatch("the signature does not hold") from error


def verify_chain_head(answer, public_pem):
    if answer["attestation_kid"] != kid_of_pem(public_pem):
        raise Mismatch("signed by another key")
    text = "\n".join(["cogos/chain-head/v1", answer["tenant_id"], answer["app_id"], str(answer["height"]),
                      answer["head_hash"], answer["as_of"]])
    ed25519_verify(public_pem, b64_decode(answer["signature"]), text.encode())


# Requests


def new_ed25519():
    """(private PEM, public PEM) of a new pair."""
    return _pems(Ed25519PrivateKey.generate())


def new_x25519():
    return _pems(X25519PrivateKey.generate())


def _pems(private):
    return (private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                  serialization.NoEncryption()).decode(),
            private.public_key().public_bytes(serialization.Encoding.PEM,
                                              serialization.PublicFormat.SubjectPublicKeyInfo).decode())


def sign_request(private_pem, key_id, method, path, body=b"", ts=None, nonce=None, order="keyId sig ts nonce",
                 separator=","):
    """The Authorization header's value."""
    ts = int(time.time() * 1000) if ts is None else ts
    text = request_text(method, path, ts, body) + (b"\n" + nonce.encode() if nonce is not None else b"")
    key = serialization.load_pem_private_key(private_pem.encode(), None)
    values = {"keyId": key_id, "sig": base64.b64encode(key.sign(text)).decode(), "ts": str(ts), "nonce": nonce}
    return "CogOS-Ed25519 " + separator.join(f"{name}={values[name]}" for name in order.split()
                                             if values[name] is not None)


# Audit rows

_TEXT = (str, )
_TEXT_OR_NULL = (str, type(None))
ROW_CORE = {
    "v": (int, ), "seq": (int, ), "ts": _TEXT, "tenant_id": _TEXT, "app_id": _TEXT, "key_id": _TEXT_OR_NULL,
    "method": _TEXT, "route": _TEXT, "http_status": (int, ), "status": _TEXT, "model": _TEXT_OR_NULL,
    "prompt_tokens": (int, ), "completion_tokens": (int, ), "total_tokens": (int, ), "latency_ms": (int, ),
    "schema_enforced": (bool, ), "live_search": _TEXT_OR_NULL, "package_id": _TEXT_OR_NULL,
    "detail": (dict, type(None)), "rev": _TEXT, "signer_kid": _TEXT, "sealed": (bool, ), "content_hash": _TEXT_OR_NULL,
    "prev_hash": _TEXT,
}
ROW_MEMBERS = set(ROW_CORE) | {"sealed_content", "row_hash"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Break(Mismatch):
    """Where a chain does not hold: the row at fault and a word for the reason."""

    def __init__(self, seq, reason):
        super().__init__(f"row {seq}: {reason}")
        self.seq, self.reason = seq, reason


def core_of(row):
    return {name: value for name, value in row.items() if name not in ("sealed_content", "row_hash")}


def row_fault(row):
    """A word for what is wrong with a row by itself, or None."""
    if not isinstance(row, dict) or "row_hash" not in row or "sealed_content" not in row:
        return "malformed_row"
    core = core_of(row)
    if sha256_hex(canonical(core)) != row["row_hash"]:
        return "row_hash_mismatch"
    if set(core) != set(ROW_CORE):
        return "malformed_row"
    for name, types in ROW_CORE.items():
        value = core[name]
        if type(value) not in types or (type(value) is int and not 0 <= value <= MAX_INTEGER):
            return "malformed_row"
    if core["v"] != 1 or not TIME.fullmatch(core["ts"]):
        return "malformed_row"
    if core["total_tokens"] != core["prompt_tokens"] + core["completion_tokens"]:
        return "malformed_row"
    if not core["sealed"]:
        if not core["tenant_id"].startswith("_"):
            return "unsealed_row"
        return None if core["content_hash"] is None and row["sealed_content"] is None else "content_hash_mismatch"
    if core["content_hash"] is None:
        return "content_hash_mismatch"
    if row["sealed_content"] is not None and sha256_hex(canonical(row["sealed_content"])) != core["content_hash"]:
        return "content_hash_mismatch"
    return None


def check_chain(rows, first=1, prev_hash=NO_HASH):
    """Raises Break at the first row that does not follow from those before it. Gives (head, pruned rows)."""
    seq, head, last, pruned = first - 1, prev_hash, None, 0
    for row in rows:
        fault = row_fault(row)
        if fault:
            raise Break(seq + 1, fault)
        if last and (row["tenant_id"], row["app_id"]) != (last["tenant_id"], last["app_id"]):
            raise Break(seq + 1, "wrong_chain")
        if row["seq"] != seq + 1:
            raise Break(row["seq"], "seq_gap")
        if row["prev_hash"] != head:
            raise Break(row["seq"], "prev_hash_mismatch")
        if last and row["ts"] < last["ts"]:
            raise Break(row["seq"], "ts_out_of_order")
        seq, head, last = row["seq"], row["row_hash"], row
        pruned += row["sealed"] and row["sealed_content"] is None
    return head, pruned


def open_envelope(envelope, private_pem, tenant_id, app_id, ts):
    """The sealed bytes; Mismatch where the envelope was altered, moved or sealed to another key."""
    members = {"v", "alg", "ciphertext_b64", "nonce_b64", "ephemeral_pub_b64", "tag_b64", "kid"}
    if set(envelope) != members or envelope["v"] != 1 or envelope["alg"] != "x25519-hkdf-aes-256-gcm":
        raise Mismatch("not an envelope of this version")
    key = serialization.load_pem_private_key(private_pem.encode(), None)
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    ciphertext, nonce, ephemeral, tag = (b64_decode(envelope[name + "_b64"])
                                         for name in ("ciphertext", "nonce", "ephemeral_pub", "tag"))
    if len(nonce) != 12 or len(ephemeral) != 32 or len(tag) != 16:
        raise Mismatch("a part of the envelope has another length")
    if envelope["kid"] != sha256_hex(raw)[:16]:
        raise Mismatch("sealed to another key")
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(ephemeral))  # refuses an all-zero secret
        derived = HKDF(hashes.SHA256(), 32, b"", b"cogos/seal/v1").derive(shared)
        return AESGCM(derived).decrypt(nonce, ciphertext + tag, f"{tenant_id}|{app_id}|{ts}".encode())
    except (ValueError, InvalidTag) as error:
        raise Mismatch("the envelope does not open") from error


def unseal(row, private_pem):
    """The content of a row, which is canonical JSON."""
    text = open_envelope(row["sealed_content"], private_pem, row["tenant_id"], row["app_id"], row["ts"])
    content = load_json(text)
    if canonical(content) != text:
        raise Mismatch("the sealed content is not canonical JSON")
    return content


def prompt_fingerprint(messages):
    lines = "\n".join(f"{message['role']}|{message['content']}" for message in messages)
    return "sha256:" + sha256_hex(lines.encode())


# Transport


class Response:
    """An answer with the request that it answers."""

    def __init__(self, status, headers, body, method=None, target=None, request_body=b""):
        self.status, self.headers, self.body = status, headers, body
        self.trailers = []
        self.method, self.target, self.request_body = method, target, request_body

    def header(self, name):
        values = self.all(name)
        if len(values) > 1:
            raise Mismatch(f"{name} is there {len(values)} times")
        return values[0] if values else None

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def json(self):
        return load_json(self.body)

    @property
    def error_type(self):
        return self.json()["error"]["type"]

    @property
    def token(self):
        return self.header("X-Cogos-Attestation")

    @property
    def claims(self):
        return read_attestation(self.token)[0]


def tls_context(ca_file):
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def call(port, ca_file, method, target, body=b"", headers=(), source=None):
    """One call by the standard library's own HTTP client, on a connection of its own, from the address `source`."""
    connection = http.client.HTTPSConnection("localhost", port, timeout=DEADLINE_S, context=tls_context(ca_file),
                                             source_address=source and (source, 0))
    try:
        connection.request(method, target, body if body or method == "POST" else None, dict(headers))
        answer = connection.getresponse()
        return Response(answer.status, answer.getheaders(), answer.read(), method, target, body)
    finally:
        connection.close()


class Wire:
    """A connection on which the test says every byte itself."""

    def __init__(self, port, ca_file=None, context=None, host="localhost", source=None):
        self.socket = socket.create_connection(("127.0.0.1", port), DEADLINE_S, source and (source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if ca_file or context:
            self.socket = (context or tls_context(ca_file)).wrap_socket(self.socket, server_hostname=host)
        self.input = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            data = b""
        self.input += data
        return bool(data)

    def _until(self, mark):
        while mark not in self.input:
            if not self._more():
                raise EOFError(f"closed after {self.input[:200]!r}")
        data, self.input = self.input.split(mark, 1)
        return data

    def _exactly(self, size):
        while len(self.input) < size:
            if not self._more():
                raise EOFError("closed within a body")
        data, self.input = self.input[:size], self.input[size:]
        return data

    def head(self, method=None, target=None, request_body=b""):
        """An answer before its body."""
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status = head[0].split(" ")[:2]
        if version != "HTTP/1.1":
            raise Mismatch("an answer in " + version)
        headers = [tuple(line.split(": ", 1)) for line in head[1:]]
        return Response(int(status), headers, b"", method, target, request_body)

    def response(self, method=None, target=None, request_body=b""):
        answer = self.head(method, target, request_body)
        if answer.header("Transfer-Encoding") == "chunked":
            while piece := self.chunk():
                answer.body += piece
            answer.trailers = self.trailers()
        elif answer.status >= 200 and method != "HEAD":
            answer.body = self._exactly(int(answer.header("Content-Length") or 0))
        return answer

    def chunk(self):
        """The next piece of a chunked body; empty at its end."""
        size = int(self._until(b"\r\n"), 16)
        piece = self._exactly(size)
        if size and self._exactly(2) != b"\r\n":
            raise Mismatch("a chunk without its end")
        return piece

    def trailers(self):
        """What follows the last chunk."""
        lines = iter(lambda: self._until(b"\r\n").decode("latin-1"), "")
        return [tuple(line.split(": ", 1)) for line in lines]

    def rest(self):
        """All that comes until the other side closes."""
        while self._more():
            pass
        data, self.input = self.input, b""
        return data

    def at_end(self):
        """Waits for the other side to close; True where nothing came before that."""
        return not self.input and not self._more()


def message(method, target, headers=(), body=b"", host="localhost", length=None):
    """The bytes of a request."""
    lines = [f"{method} {target} HTTP/1.1", "Host: " + host]
    lines += [f"{name}: {value}" for name, value in dict(headers).items()]
    chunked = "Transfer-Encoding" in dict(headers)
    if not chunked and (body or length is not None or method == "POST"):
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def host_and_port(url):
    parts = urlsplit(url)
    return parts.hostname, parts.port
