"""Opens the sealed contents of audit rows with the customer's X25519 key, one line of JSON a row.

    unseal.py --key PRIVATE_PEM PAGE...

PAGE: answers of GET /v1/audit as received. Exit code 0: every row opened; 1: one did not; 2: wrong use."""

import argparse
import base64
import hashlib
import json

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from verify_chain import canonical, read_page
from verify_receipt import Failed, run


def unseal(row, key):
    envelope = row["sealed_content"]
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    if envelope["v"] != 1 or envelope["alg"] != "x25519-hkdf-aes-256-gcm":
        raise Failed("is sealed in a way that this program does not know")
    if envelope["kid"] != hashlib.sha256(public).hexdigest()[:16]:
        raise Failed(f"is sealed to another key, {envelope['kid']}")
    ciphertext, nonce, ephemeral, tag = (base64.b64decode(envelope[name], validate=True) for name in (
        "ciphertext_b64", "nonce_b64", "ephemeral_pub_b64", "tag_b64"))
    # The lengths are fixed; a shorter tag would be a weaker one.
    if (len(nonce), len(ephemeral), len(tag)) != (12, 32, 16):
        raise Failed("has an envelope of wrong lengths")
    associated = f"{row['tenant_id']}|{row['app_id']}|{row['ts']}".encode()
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(ephemeral))  # refuses an all-zero secret itself
        derived = HKDF(SHA256(), 32, salt=b"", info=b"cogos/seal/v1").derive(shared)
        return json.loads(AESGCM(derived).decrypt(nonce, ciphertext + tag, associated))
    except (InvalidTag, ValueError) as error:
        raise Failed("does not open") from error


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--key", required=True)
    parser.add_argument("pages", nargs="+")
    options = parser.parse_args()
    with open(options.key, "rb") as file:
        key = load_pem_private_key(file.read(), None)
    if not isinstance(key, X25519PrivateKey):
        raise Failed(f"{options.key} is not an X25519 key")
    for row in (row for path in options.pages for row in read_page(path)):
        if row["sealed_content"] is None:
            continue  # pruned
        try:
            content = unseal(row, key)
        except Failed as error:
            raise Failed(f"row {row['seq']} {error}") from error
        print(json.dumps({"seq": row["seq"], "content": content}, ensure_ascii=False))


if __name__ == "__main__":
    run(main)
