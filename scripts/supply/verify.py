"""Checks who signed an image, by its digest. See --help."""

import argparse
import json
import sys

import registry
import signing


def by_openssl(image, public_key):
    """NotVerified unless one of the image's signatures is the key's; says of each other one why not."""
    found = registry.attached(image, "sig", signing.SIGNATURE_LAYER)
    reasons = []
    for data, annotations in found:
        try:
            signing.check_payload(data, signing.unbase64(annotations.get(signing.SIGNATURE)), image.digest, public_key)
            return
        except signing.NotVerified as error:
            reasons.append(str(error))
    raise signing.NotVerified("; ".join(reasons) or "the image has no signature")


def by_cosign(image, public_key, *what):
    done = signing.tool(registry.cosign(), *(what or ["verify"]), "--key", public_key, "--private-infrastructure",
                        f"{image.repository}@{image.digest}")
    if done.returncode:
        raise signing.NotVerified("cosign: " + done.stderr.decode(errors="replace").strip().splitlines()[-1])


def bill(image, public_key):
    """The bill of materials that the key attested for the image; the latest, where it did so again."""
    reasons = []
    for data, _ in reversed(registry.attached(image, "att", signing.ATTESTATION_LAYER)):
        try:
            return signing.check_envelope(data, image.digest, public_key)
        except signing.NotVerified as error:
            reasons.append(str(error))
    raise signing.NotVerified("; ".join(reasons) or "the image has no attestation")


def check(options):
    image = registry.reference(options.image)
    signing.check_public_key(options.key)
    registry.manifest(image)
    ways = []
    if options.by != "cosign":
        by_openssl(image, options.key)
        ways.append("OpenSSL")
    if options.by == "cosign" and not registry.cosign():
        raise signing.Unusable("there is no cosign here; scripts/supply/cosign.sh fetches it")
    if options.by != "openssl" and registry.cosign():
        by_cosign(image, options.key)
        ways.append("cosign")
    if options.sbom:
        found = bill(image, options.key)
        if "cosign" in ways:
            by_cosign(image, options.key, "verify-attestation", "--type", "cyclonedx")
        with open(options.sbom, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=1)
            file.write("\n")
    print(f"verified by {' and '.join(ways)}: {image.repository}@{image.digest}"
          + (f"; its bill of materials is in {options.sbom}" if options.sbom else ""))


def run(program, name):
    """Turns how `program` ended into words and an exit code."""
    try:
        program()
    except signing.NotVerified as error:
        sys.exit(f"{name}: NOT VERIFIED: {error}")  # 1
    except (signing.Unusable, OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        sys.exit(2)


def main():
    parser = argparse.ArgumentParser(
        prog="verify-image.sh", description="Checks that a key signed an image. Exit code 0: it did; 1: it did not; 2: that "
        "could not be found out, which is no better.")
    parser.add_argument("image", help="REGISTRY/REPOSITORY@sha256:DIGEST")
    parser.add_argument("--key", required=True, help="file of the public key: P-256, PEM")
    parser.add_argument("--sbom", metavar="FILE", help="demand a bill of materials signed for the image, and write it there")
    parser.add_argument("--by", choices=("openssl", "cosign"),
                        help="one way only; else OpenSSL and, where it is installed, cosign, and both must agree")
    options = parser.parse_args()
    run(lambda: check(options), "verify-image")


if __name__ == "__main__":
    main()
