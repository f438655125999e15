"""Signs an image by its digest. See --help."""

import argparse
import base64
import json

import registry
import signing
import verify


def with_cosign(image, options):
    if not registry.cosign():
        raise signing.Unusable(f"{options.key} is a key of cosign's, and there is no cosign here; "
                               "scripts/supply/cosign.sh fetches it")
    for command in (["sign"], ["attest", "--type", "cyclonedx", "--predicate", options.sbom]):
        if command == ["sign"] or options.sbom:
            done = signing.tool(registry.cosign(), *command, "--key", options.key, "--tlog-upload=false", "--yes",
                                f"{image.repository}@{image.digest}")
            if done.returncode:
                raise signing.Unusable("cosign: " + done.stderr.decode(errors="replace").strip().splitlines()[-1])


def with_openssl(image, options):
    data = signing.payload(image.repository, image.digest)
    registry.attach(image, "sig", signing.SIGNATURE_LAYER, data,
                    {signing.SIGNATURE: base64.b64encode(signing.sign(data, options.key)).decode()})
    if options.sbom:
        with open(options.sbom, encoding="utf-8") as file:
            sealed = signing.envelope(image.repository, image.digest, json.load(file), options.key)
        # Empty, as cosign leaves it: the signature is within the envelope.
        registry.attach(image, "att", signing.ATTESTATION_LAYER, sealed,
                        {signing.SIGNATURE: "", "predicateType": signing.CYCLONEDX})


def check(options):
    image = registry.reference(options.image)
    with open(options.key, encoding="utf-8") as file:
        cosigns = bool(signing.COSIGN_KEY.match(file.read(100)))
    registry.manifest(image)
    (with_cosign if cosigns else with_openssl)(image, options)
    print(f"signed: {image.repository}@{image.digest}")


def main():
    parser = argparse.ArgumentParser(
        prog="sign.sh", description="Signs an image in its registry, by its digest. The key's password, where it has one, "
        f"is in {signing.PASSWORD}. Exit code 0: signed; 1: the registry has no such image; 2: it could not be done.")
    parser.add_argument("image", help="REGISTRY/REPOSITORY@sha256:DIGEST")
    parser.add_argument("--key", required=True,
                        help="file of the private key: P-256, in PEM, or as `cosign generate-key-pair` makes it")
    parser.add_argument("--sbom", metavar="FILE", help="attest this bill of materials (scripts/sbom.sh), too")
    options = parser.parse_args()
    verify.run(lambda: check(options), "sign")


if __name__ == "__main__":
    main()
