"""Checks both receipts of an answer, or of a captured stream, against the answer, the request and the public keys.

Needs Debian's python3-cryptography and the files that README.md tells how to get. Exit code 0: every receipt given
holds; 1: one does not; 2: wrong use."""

import argparse
import base64
import hashlib
import hmac
import json
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

RECEIPT = b"\n: cogos-receipt "
CLAIMS = ["v", "req_hash", "resp_hash", "rev", "chain_head", "signer", "signer_kid", "ts"]


class Failed(Exception):
    """Something does not hold; says what."""


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def unbase64url(text):
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=") != text.encode():
        raise ValueError("not base64url without padding")
    return data


def header(path, name):
    """A header's value in what `curl -D` wrote."""
    with open(path, encoding="latin-1") as file:
        found = re.findall(rf"^{name}: *(.*?)\r?$", file.read(), re.M | re.I)
    if len(set(found)) != 1:
        raise Failed(f"{path} holds {len(set(found))} different {name}")
    return found[0]


def split_stream(data):
    """The bytes that a stream's receipts cover, which end before the receipt's line, and the receipt."""
    before, mark, rest = (b"\n" + data).rpartition(RECEIPT)
    line, end, after = rest.partition(b"\n\n")
    if not mark or not end or after not in (b"", b"data: [DONE]\n\n"):
        raise Failed("the stream does not end with a receipt")
    return (before + b"\n")[1:], json.loads(line)


def read_token(token, keys_path):
    """The claims of a token whose signature holds under the one of the server's keys that it names."""
    try:
        payload, signature = map(unbase64url, token.split("."))
        claims = json.loads(payload)
        with open(keys_path, encoding="utf-8") as file:
            pem = {key["kid"]: key["public_pem"] for key in json.load(file)["keys"]}[claims["signer_kid"]]
        if list(claims) != CLAIMS or claims["v"] != 1 or claims["signer"] != "cogos-api":
            raise Failed("the token's claims are not those of an attestation")
        # A kid is derived from its key, so a list cannot give one key under another's name.
        if sha256(pem.encode())[:16] != claims["signer_kid"]:
            raise Failed("the public key is not the one its kid names")
        key = load_pem_public_key(pem.encode())
        if not isinstance(key, Ed25519PublicKey):
            raise Failed("the public key is not an Ed25519 key")
        key.verify(signature, payload)
    except InvalidSignature as error:
        raise Failed("the token's signature does not hold") from error
    except KeyError as error:
        raise Failed(f"no public key for the token: {error}") from error
    except (ValueError, TypeError) as error:
        raise Failed(f"not a token: {error}") from error
    return claims


def check(options):
    with open(options.body, "rb") as file:
        body = file.read()
    if options.stream:
        body, receipt = split_stream(body)
        token, signature = receipt["attestation"], receipt["signature"]
    else:
        token = header(options.headers, "X-Cogos-Attestation")
        signature = header(options.headers, "X-Cogos-Signature") if options.hmac_secret else None

    claims = read_token(token, options.keys)
    if claims["resp_hash"] != sha256(body):
        raise Failed("the token is of another response body")
    if options.method:
        with open(options.request or "/dev/null", "rb") as file:
            request = [options.method, options.path, str(claims["ts"]), sha256(file.read())]
        if claims["req_hash"] != sha256("\n".join(request).encode()):
            raise Failed("the token is of another request")
    if options.hmac_secret:
        with open(options.hmac_secret, "rb") as file:
            secret = file.read().strip()  # the 64 characters themselves are the key
        if not hmac.compare_digest(hmac.new(secret, body, "sha256").hexdigest(), signature):
            raise Failed("the HMAC signature does not hold")
    print(f"ok: attested by {claims['signer_kid']} ({claims['rev']}), chain head {claims['chain_head']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--body", required=True, help="the response body as received")
    parser.add_argument("--headers", help="the response's headers, as curl -D writes them")
    parser.add_argument("--stream", action="store_true", help="the body is an event stream that holds its receipt")
    parser.add_argument("--keys", required=True, help="the answer of GET /attestation/keys")
    parser.add_argument("--method", help="of the request")
    parser.add_argument("--path", help="of the request, with its query")
    parser.add_argument("--request", help="the request body; none: empty")
    parser.add_argument("--hmac-secret", help="the file of the key's HMAC secret")
    options = parser.parse_args()
    if not options.stream and not options.headers or bool(options.method) != bool(options.path):
        parser.error("give --headers or --stream, and --method with --path")
    check(options)


def run(program):
    """Turns how `program` ended into words and an exit code."""
    try:
        program()
    except Failed as error:
        sys.exit(f"FAILED: {error}")  # 1
    except (KeyError, ValueError, TypeError) as error:
        sys.exit(f"FAILED: the input is not of its form: {error!r}")
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    run(main)
