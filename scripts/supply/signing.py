"""Signatures of images as cosign makes and checks them, with OpenSSL and without cosign.

An image's signature is a *simple signing* payload, a few bytes of JSON that name the digest, and an ECDSA P-256 signature
with SHA-256 over those bytes. An attestation, such as a bill of materials, is an in-toto statement that names the digest,
within a DSSE envelope. Both are laid beside the image in its registry: docs/image.md shows the bytes.
"""

import base64
import binascii
import json
import os
import re
import subprocess
import tempfile

SIGNATURE_LAYER = "application/vnd.dev.cosign.simplesigning.v1+json"
SIGNATURE = "dev.cosignproject.cosign/signature"
SIGNATURE_TYPE = "cosign container image signature"
ATTESTATION_LAYER = "application/vnd.dsse.envelope.v1+json"
STATEMENT_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v0.1"
CYCLONEDX = "https://cyclonedx.org/bom"
MOST_SIGNATURE = 72  # bytes of a P-256 signature in DER
PASSWORD = "COSIGN_PASSWORD"
COSIGN_KEY = re.compile(r"-----BEGIN ENCRYPTED (SIGSTORE|COSIGN) PRIVATE KEY-----")
# The start of a P-256 public key in DER (RFC 5480): id-ecPublicKey, prime256v1.
_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


class NotVerified(Exception):
    """What was to be checked does not hold; says what."""


class Unusable(Exception):
    """It could not be checked or made: wrong use, a key that cannot be read, a tool or a registry that is not there."""


def tool(*command, data=None):
    """Runs a program to its end and gives the finished process; Unusable where there is no such program."""
    try:
        return subprocess.run(command, input=data, capture_output=True, check=False, timeout=600)
    except FileNotFoundError as error:
        raise Unusable(f"there is no {command[0]} here; Debian's package {command[0]} has it") from error
    except subprocess.TimeoutExpired as error:
        raise Unusable(f"{command[0]} took longer than ten minutes") from error


def check_public_key(path):
    """Unusable unless `path` holds a P-256 public key in PEM, and nothing else."""
    if not os.access(path, os.R_OK):
        raise Unusable(f"the public key {path} cannot be read")
    done = tool("openssl", "pkey", "-pubin", "-in", path, "-outform", "DER")
    if done.returncode or not done.stdout.startswith(_P256):
        raise Unusable(f"{path} is not a P-256 public key in PEM")


def signed_by(data, signature, public_key):
    """Whether `signature` (DER) is the key's over `data`."""
    if len(signature) > MOST_SIGNATURE:  # openssl would look at no more than that of it
        return False
    with tempfile.NamedTemporaryFile() as file:
        file.write(signature)
        file.flush()
        done = tool("openssl", "dgst", "-sha256", "-verify", public_key, "-signature", file.name, data=data)
    return done.returncode == 0 and done.stdout.strip() == b"Verified OK"


def sign(data, private_key):
    """The signature of a private key in PEM, whose password, if it has one, is in the environment, over `data`."""
    command = ["openssl", "dgst", "-sha256", "-sign", private_key]
    done = tool(*command, "-passin", "env:" + PASSWORD, data=data) if PASSWORD in os.environ else tool(*command, data=data)
    if done.returncode:
        raise Unusable(f"{private_key} did not sign; is it a private key in PEM, and its password in {PASSWORD}?")
    return done.stdout


def unbase64(text):
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise NotVerified("a signature is not base64") from error


def parsed(data):
    try:
        return json.loads(data)
    except ValueError as error:
        raise NotVerified("what is signed is not JSON") from error


# --- the image's own signature ------------------------------------------------------------------------------------


def payload(repository, digest):
    """The bytes that are signed: with no space, in the order of their names, as cosign writes them."""
    return json.dumps({"critical": {"identity": {"docker-reference": repository},
                                    "image": {"docker-manifest-digest": digest},
                                    "type": SIGNATURE_TYPE},
                       "optional": None}, separators=(",", ":")).encode()


def check_payload(data, signature, digest, public_key):
    """NotVerified unless the key signed `data`, and `data` names the digest. In this order: of what nobody signed nothing
    is read."""
    if not signed_by(data, signature, public_key):
        raise NotVerified("the signature is not this key's")
    critical = parsed(data).get("critical", {})
    if critical.get("type") != SIGNATURE_TYPE:
        raise NotVerified(f"what is signed is a {critical.get('type')!r}, not an image")
    named = critical.get("image", {}).get("docker-manifest-digest")
    if named != digest:
        raise NotVerified(f"the signature is of another image, {named}")


# --- an attestation -----------------------------------------------------------------------------------------------


def pre_authentication(kind, body):
    """The bytes that a DSSE envelope's signature is over (DSSE v1.0, PAE)."""
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(body), body)


def envelope(repository, digest, bill, private_key):
    """The signed statement that `bill`, a CycloneDX document, is the image's."""
    statement = json.dumps({"_type": STATEMENT, "predicateType": CYCLONEDX,
                            "subject": [{"name": repository, "digest": {"sha256": digest.removeprefix("sha256:")}}],
                            "predicate": bill}, separators=(",", ":")).encode()
    signature = sign(pre_authentication(STATEMENT_TYPE, statement), private_key)
    return json.dumps({"payloadType": STATEMENT_TYPE, "payload": base64.b64encode(statement).decode(),
                       "signatures": [{"keyid": "", "sig": base64.b64encode(signature).decode()}]},
                      separators=(",", ":")).encode()


def check_envelope(data, digest, public_key):
    """The bill in a DSSE envelope that the key signed for the digest; NotVerified otherwise."""
    outer = parsed(data)
    if outer.get("payloadType") != STATEMENT_TYPE:
        raise NotVerified(f"the attestation is a {outer.get('payloadType')!r}")
    body = unbase64(outer.get("payload"))
    signed = pre_authentication(STATEMENT_TYPE, body)
    if not any(signed_by(signed, unbase64(each.get("sig")), public_key) for each in outer.get("signatures", [])):
        raise NotVerified("the attestation's signature is not this key's")
    statement = parsed(body)
    if (statement.get("_type"), statement.get("predicateType")) != (STATEMENT, CYCLONEDX):
        raise NotVerified(f"the attestation is no bill of materials but {statement.get('predicateType')!r}")
    subjects = [subject.get("digest", {}).get("sha256") for subject in statement.get("subject", [])]
    if subjects != [digest.removeprefix("sha256:")]:
        raise NotVerified(f"the attestation is of another image, {subjects}")
    return statement["predicate"]
