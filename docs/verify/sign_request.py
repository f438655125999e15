"""Prints the Authorization header's value for a request by a key of the scheme ed25519.

    sign_request.py --key PRIVATE_PEM --key-id ID --method POST --path /v1/… [--body FILE]"""

import argparse
import base64
import hashlib
import time

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from verify_receipt import run


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--key", "--key-id", "--method", "--path"):
        parser.add_argument(name, required=True)
    parser.add_argument("--body", default="/dev/null")
    options = parser.parse_args()
    with open(options.key, "rb") as file:
        key = load_pem_private_key(file.read(), None)
    with open(options.body, "rb") as file:
        body_hash = hashlib.sha256(file.read()).hexdigest()
    ts = str(int(time.time() * 1000))
    signature = key.sign("\n".join([options.method, options.path, ts, body_hash]).encode())
    print(f"CogOS-Ed25519 keyId={options.key_id},sig={base64.b64encode(signature).decode()},ts={ts}")


if __name__ == "__main__":
    run(main)
