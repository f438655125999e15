"""Images and what lies beside them in a registry, through skopeo: it knows credentials (`skopeo login`), proxies and TLS."""

import dataclasses
import json
import os
import re
import shutil
import tempfile

import layout
import signing

_REFERENCE = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+"
                        r"@(?P<digest>sha256:[0-9a-f]{64})")
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|\[::1\]")
# Whose signature counts is this project's to say, and not the machine's policy for its container tools.
_SKOPEO = ("skopeo", "--insecure-policy")
_NOT_THERE = re.compile(rb"manifest unknown|name unknown|repository name not known|not found")


class NotThere(signing.NotVerified):
    """The registry answers, and does not have it."""


@dataclasses.dataclass(frozen=True)
class Reference:
    """An image by what it is, never by a tag, which whoever may push can move."""
    repository: str  # host, port and path
    digest: str
    plain: bool  # on loopback, where a registry without TLS is taken, too

    def at_digest(self):
        return f"docker://{self.repository}@{self.digest}"

    def beside(self, suffix):
        """Where cosign lays what belongs to the image: a tag made of its digest."""
        return f"docker://{self.repository}:{self.digest.replace(':', '-')}.{suffix}"


def reference(text):
    match = _REFERENCE.fullmatch(text)
    if not match:
        raise signing.Unusable(f"{text!r} is not REGISTRY/REPOSITORY@sha256:DIGEST; a tag can be moved after it was checked, "
                               "so an image is named by its digest")
    return Reference(text.partition("@")[0], match["digest"], bool(_LOOPBACK.fullmatch(match["host"])))


def _run(*arguments):
    done = signing.tool(*_SKOPEO, *arguments)
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip().splitlines()
    words = said[-1] if said else "it said nothing"
    if _NOT_THERE.search(done.stderr):
        raise NotThere("the registry does not have it: " + words)
    raise signing.Unusable("the registry did not do as asked: " + words)


def manifest(image):
    """The image's manifest, as the registry has it and as its digest says."""
    data = _run("inspect", "--raw", *(["--tls-verify=false"] if image.plain else []), image.at_digest())
    if layout.sha256(data) != image.digest:
        raise signing.NotVerified("the registry answers with another manifest than the digest names")
    return json.loads(data)


def pull(image, directory):
    """Fetches the image as a layout, whose digest is checked to be the one asked for."""
    _run("copy", "--preserve-digests", *(["--src-tls-verify=false"] if image.plain else []), image.at_digest(),
         f"oci:{directory}:cogos")
    found = layout.read(directory).digest
    if found != image.digest:
        raise signing.NotVerified(f"the registry gave {found}")


def push(directory, repository, tag):
    """Stores the image of a layout under a tag, unchanged, and gives it by its digest."""
    image = reference(f"{repository}@{layout.read(directory).digest}")
    _run("copy", "--preserve-digests", *(["--dest-tls-verify=false"] if image.plain else []), f"oci:{directory}",
         f"docker://{repository}:{tag}")
    return image


def attached(image, suffix, kind):
    """What of the type `kind` lies beside the image: (bytes, annotations) each, their digests checked."""
    with tempfile.TemporaryDirectory() as directory:
        found = _attached(image, suffix, directory)
        return [(_read(directory, layer), layer.get("annotations") or {}) for layer in found.get("layers", [])
                if layer.get("mediaType") == kind]


def attach(image, suffix, kind, data, annotations):
    """Lays one more thing of the type `kind` beside the image; what lies there stays."""
    with tempfile.TemporaryDirectory() as directory:
        try:
            layers = _attached(image, suffix, directory)["layers"]
        except NotThere:
            layers = []
            _write(directory, "version", b"Directory Transport Version: 1.1\n")
        digest = layout.sha256(data)
        _write(directory, digest.removeprefix("sha256:"), data)
        layers.append({"mediaType": kind, "size": len(data), "digest": digest, "annotations": annotations})
        config = json.dumps({"architecture": "", "os": "", "config": {},
                             "rootfs": {"type": "layers", "diff_ids": [each["digest"] for each in layers]}}).encode()
        _write(directory, layout.sha256(config).removeprefix("sha256:"), config)
        _write(directory, "manifest.json", json.dumps({
            "schemaVersion": 2, "mediaType": layout.MANIFEST, "layers": layers,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": len(config),
                       "digest": layout.sha256(config)}}).encode())
        _run("copy", "--preserve-digests", *(["--dest-tls-verify=false"] if image.plain else []), f"dir:{directory}",
             image.beside(suffix))


def _attached(image, suffix, directory):
    _run("copy", *(["--src-tls-verify=false"] if image.plain else []), image.beside(suffix), f"dir:{directory}")
    with open(os.path.join(directory, "manifest.json"), encoding="utf-8") as file:
        return json.load(file)


def _read(directory, layer):
    with open(os.path.join(directory, layer["digest"].removeprefix("sha256:")), "rb") as file:
        data = file.read()
    if layout.sha256(data) != layer["digest"]:
        raise signing.NotVerified(f"the registry gave other bytes than {layer['digest']} names")
    return data


def _write(directory, name, data):
    with open(os.path.join(directory, name), "wb") as file:
        file.write(data)


def cosign():
    """The path of cosign, if it is installed or was fetched by scripts/supply/cosign.sh."""
    fetched = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "tools", "cosign")
    return shutil.which("cosign") or (os.path.realpath(fetched) if os.access(fetched, os.X_OK) else None)
