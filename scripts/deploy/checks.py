"""What deploy.py and rollback.py have in common: their options, and the two questions on which all depends, whose image it
is and whether a server is well."""

import argparse
import os
import re
import shutil
import sys
import tempfile

import azure
import template

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAME = re.compile(r"[a-z](?:[a-z0-9]|-(?!-)){0,30}[a-z0-9]")
GROUP = re.compile(r"[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]")
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")


def matching(pattern, what):
    def checked(text):
        if not pattern.fullmatch(text):
            raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
        return text
    return checked


def _number(most):
    def checked(text):
        if not text.isdecimal() or int(text) > most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number up to {most}")
        return int(text)
    return checked


def revision_name(text):
    app, _, suffix = text.partition("--")
    if not NAME.fullmatch(app) or not suffix:
        raise argparse.ArgumentTypeError(f"{text!r} is not the name of a revision, APP--SUFFIX")
    return text


def add_options(parser):
    parser.add_argument("--key", required=True, metavar="FILE", help="the public key that images are signed with")
    parser.add_argument("--resource-group", required=True, metavar="NAME", type=matching(GROUP, "a resource group's name"))
    parser.add_argument("--app", required=True, metavar="NAME", type=matching(NAME, "an app's name"))
    parser.add_argument("--public", metavar="HOST", type=matching(HOST, "a host's name"),
                        help="the name that clients know the app by; left out, the app's own")
    parser.add_argument("--probe-key-file", metavar="FILE", help="a probe's key, for the probes of what has the store")
    parser.add_argument("--probe-hmac-secret-file", metavar="FILE", help="and its HMAC secret")
    parser.add_argument("--cogos", default="cogos", metavar="FILE", help="the program that probes; left out, cogos")
    parser.add_argument("--attempts", type=_number(10_000), default=60, metavar="N",
                        help="how often to look whether a revision has become what it should be (60)")
    parser.add_argument("--every", type=_number(600), default=5, metavar="S", help="seconds between two looks (5)")
    parser.add_argument("--dry-run", action="store_true", help="print the calls of az and make none")


def need_programs(options):
    """Unusable unless they are here; better now than half-way."""
    for program in () if options.dry_run else ("az", options.cogos):
        if not shutil.which(program):
            raise azure.Unusable(f"there is no {program} here")


def verify(image, key, interruption):
    """Stop unless the key signed this very digest."""
    done = azure.run([os.path.join(_ROOT, "scripts", "verify-image.sh"), image, "--key", key], interruption)
    sys.stderr.write(done.stderr)
    if done.returncode:
        raise azure.Stop(f"{image} is not verified")
    print("# " + done.stdout.strip(), flush=True)


class Probe:
    """`cogos probe` from here; with the probe's key where the server has the store that knows it."""

    def __init__(self, options, interruption):
        self._options, self._interruption = options, interruption

    def __call__(self, host, has_store):
        options = self._options
        keys = []
        if has_store and options.probe_key_file:
            keys = ["--key-file", options.probe_key_file]
            if options.probe_hmac_secret_file:
                keys += ["--hmac-secret-file", options.probe_hmac_secret_file]
        print(f"# probe: https://{host}", flush=True)
        if options.dry_run:
            return
        if not HOST.fullmatch(host or ""):
            raise azure.Stop(f"az names no host to probe: {host!r}")
        with tempfile.TemporaryDirectory() as directory:
            # Plain HTTP is answered by the ingress, by rules of its own.
            done = azure.run([options.cogos, "probe", "--target", "https://" + host, "--plain", "none", "--out",
                              os.path.join(directory, "results.jsonl"), *keys], self._interruption)
        if done.returncode:
            sys.stderr.write(done.stdout + done.stderr)
            raise azure.Stop(f"the probe of https://{host} failed with {done.returncode}")


def read_images(revision, key, interruption):
    """Verifies the image of a revision that is there, which must keep its store and name its images by digest."""
    found = (revision.get("properties") or {}).get("template") or {}
    containers = template.by_name(found.get("containers"))
    images = [each.get("image") for each in [*containers.values(), *template.by_name(found.get("initContainers")).values()]]
    if template.CONTAINER not in containers or any(not template.BY_DIGEST.fullmatch(image or "") for image in images):
        raise azure.Stop(f"the revision {revision.get('name')} names an image that is not by digest: {images}")
    if not template.keeps_store(found):
        raise azure.Stop(f"the revision {revision.get('name')} has no store that is kept; it was one to try an image")
    verify(containers[template.CONTAINER]["image"], key, interruption)


class NotAsBefore(Exception):
    """Begun, and neither done nor taken back; says what is left to do."""


class Undo:
    """Steps back, each tried three times and none left out because another failed."""

    def __init__(self):
        self.failed = []

    def step(self, words, function, *arguments):
        for _ in range(3):
            try:
                function(*arguments)
                return
            except Exception as error:  # whatever it is, the other steps are still to be taken
                reason = str(error) or type(error).__name__
        self.failed.append(f"{words}: {reason}")


def end(name, program):
    """Turns how `program` ended into words and an exit code."""
    try:
        program()
    except azure.Stop as error:
        sys.exit(f"{name}: NOT DONE: {error}")  # 1
    except azure.Unusable as error:
        print(f"{name}: {error}", file=sys.stderr)
        sys.exit(2)
    except NotAsBefore as error:
        print(f"{name}: LEFT HALF-WAY: {error}", file=sys.stderr)
        sys.exit(3)
