"""Images of a few files in the OCI layout, good and bad, made without any tool."""

import gzip
import hashlib
import io
import json
import os
import sys
import tarfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts", "supply"))

REVISION = "org.opencontainers.image.revision"


def elf(kind=3, interpreter=True):
    """The head of a 64-bit ELF file: `kind` 2 is linked to a fixed place, 3 is not; one program header."""
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + kind.to_bytes(2, "little") + (62).to_bytes(2, "little") + bytes(12)
    header += (64).to_bytes(8, "little") + bytes(14) + (56).to_bytes(2, "little") + (1).to_bytes(2, "little") + bytes(6)
    return header + (3 if interpreter else 1).to_bytes(4, "little") + bytes(52)


def member(path, content=None, mode=None, owner=0, **changes):
    """A member of a tar archive: a directory where there is no content."""
    info = tarfile.TarInfo(path.lstrip("/"))
    info.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
    info.size = len(content or b"")
    info.mode = mode if mode is not None else (0o755 if content is None else 0o644)
    info.uid = info.gid = owner
    for name, value in changes.items():
        setattr(info, name, value)
    return info, content


def good_members():
    """What an image must have, and a library with its package's record."""
    library, sums = "/usr/lib/x86_64-linux-gnu/libx.so.1.2", "/var/lib/dpkg/status.d/libx1"
    return [
        member("/data", owner=65532),
        member("/usr/bin/cogos", elf(), 0o755),
        member("/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", elf(interpreter=False), 0o755),
        member("/lib/x86_64-linux-gnu/libc.so.6", elf(), 0o755),
        member(library, elf(interpreter=False)),
        member("/usr/lib/x86_64-linux-gnu/libx.so.1", b"", type=tarfile.SYMTYPE, linkname="libx.so.1.2", mode=0o777),
        member(sums, b"Package: libx1\nStatus: install ok installed\nSource: x (1.2-3)\nVersion: 1.2-3+b1\n"
                     b"Architecture: amd64\nMaintainer: M <m@example.com>\nDescription: x\n"),
        member(sums + ".md5sums", b"0" * 32 + b"  " + library[1:].encode() + b"\n" + b"".join(
            b"0" * 32 + b"  lib/x86_64-linux-gnu/" + name + b"\n" for name in (b"ld-linux-x86-64.so.2", b"libc.so.6"))),
        member("/etc/cogos/cogos.toml", b"# settings\n"),
    ]


def good_config():
    return {"User": "65532:65532", "Entrypoint": ["/usr/bin/cogos"], "Cmd": ["serve"], "WorkingDir": "/data",
            "Env": ["COGOS_DATA_DIR=/data"], "Volumes": {"/data": {}}, "Labels": {REVISION: "0123456789" * 4}}


def archive(members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content or b""))
    return file.getvalue()


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def put(directory, data, kind):
    """Stores a blob and gives its descriptor."""
    blobs = os.path.join(directory, "blobs", "sha256")
    os.makedirs(blobs, exist_ok=True)
    with open(os.path.join(blobs, digest_of(data).removeprefix("sha256:")), "wb") as file:
        file.write(data)
    return {"mediaType": kind, "digest": digest_of(data), "size": len(data)}


def write(directory, layers=None, config=None, zipped=False):
    """Makes an image of the layers, each a list of members, and gives its digest."""
    plain = [archive(layer) for layer in (layers if layers is not None else [good_members()])]
    kind = "application/vnd.oci.image.layer.v1.tar" + ("+gzip" if zipped else "")
    stored = [put(directory, gzip.compress(data, mtime=0) if zipped else data, kind) for data in plain]
    settings = json.dumps({"architecture": "amd64", "os": "linux", "created": "2026-01-02T03:04:05Z",
                           "config": config or good_config(),
                           "rootfs": {"type": "layers", "diff_ids": [digest_of(data) for data in plain]}}).encode()
    manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                           "config": put(directory, settings, "application/vnd.oci.image.config.v1+json"),
                           "layers": stored}).encode()
    named = put(directory, manifest, "application/vnd.oci.image.manifest.v1+json")
    named["annotations"] = {"org.opencontainers.image.ref.name": "cogos"}
    for name, value in (("index.json", {"schemaVersion": 2, "manifests": [named]}),
                        ("oci-layout", {"imageLayoutVersion": "1.0.0"})):
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            json.dump(value, file)
    return named["digest"]
