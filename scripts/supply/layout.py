#!/usr/bin/env python3
"""Reads an image from a directory in the OCI layout without unpacking it.

Every blob is checked against the digest that names it, from the index down to each layer's uncompressed bytes, so that
what is said here of the image is said of what its manifest's digest stands for. Layers are plain tar or gzip.
"""

import dataclasses
import hashlib
import io
import json
import os
import re
import sys
import tarfile
import zlib

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYERS = ("application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar+gzip")
# Far above any image of ours; what is larger is not read into memory.
MOST_BYTES = 512 * 1024 * 1024
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_OPAQUE, _GONE = ".wh..wh..opq", ".wh."


class ImageError(Exception):
    """The directory holds no image that can be judged; says what is wrong with it."""


@dataclasses.dataclass
class Entry:
    """One path of the root file system, as the topmost layer that names it left it."""
    path: str
    kind: str  # "file", "directory", "symlink" or "special"
    mode: int  # permission bits with set-uid, set-gid and sticky
    uid: int
    gid: int
    target: str = ""  # of a symlink
    content: bytes = b""
    capabilities: bool = False  # the file grants some to whoever runs it


@dataclasses.dataclass
class Image:
    """An image: the digest that names it, its configuration, and its root file system by absolute path."""
    digest: str
    config: dict
    entries: dict

    def size(self):
        """Bytes of all files, unpacked."""
        return sum(len(entry.content) for entry in self.entries.values())


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def blob(directory, descriptor):
    """The bytes that a descriptor names."""
    digest = descriptor.get("digest", "") if isinstance(descriptor, dict) else ""
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise ImageError(f"not a sha256 digest: {digest!r}")
    path = os.path.join(directory, "blobs", "sha256", digest.removeprefix("sha256:"))
    try:
        if os.path.getsize(path) > MOST_BYTES:
            raise ImageError(f"the blob {digest} is larger than {MOST_BYTES} bytes")
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise ImageError(f"the blob {digest} cannot be read: {error.strerror}") from error
    if sha256(data) != digest:
        raise ImageError(f"the blob {digest} holds other bytes than its name says")
    return data


def parsed(data, what):
    try:
        value = json.loads(data)
    except ValueError as error:
        raise ImageError(f"{what} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ImageError(f"{what} is not a JSON object")
    return value


def manifest_of(directory):
    """The descriptor and the manifest of the one image in a layout."""
    try:
        with open(os.path.join(directory, "index.json"), "rb") as file:
            index = parsed(file.read(), "index.json")
    except OSError as error:
        raise ImageError(f"{directory} is not in the OCI layout: index.json: {error.strerror}") from error
    found = index.get("manifests", [])
    if len(found) != 1:
        raise ImageError(f"index.json names {len(found)} images; exactly one can be judged")
    if found[0].get("mediaType") != MANIFEST:
        raise ImageError(f"the image is of the type {found[0].get('mediaType')}, not {MANIFEST}")
    return found[0], parsed(blob(directory, found[0]), "the manifest")


def uncompressed(data):
    if data[:2] != b"\x1f\x8b":
        return data
    unzip = zlib.decompressobj(wbits=31)
    try:
        plain = unzip.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise ImageError(f"a layer does not unpack: {error}") from error
    if not unzip.eof or unzip.unused_data:
        raise ImageError("a layer is cut off, larger than allowed, or followed by something")
    return plain


def normal(name):
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ImageError(f"a layer's path leaves the root: {name!r}")
    return "/" + "/".join(parts)


def read_entry(member, archive, lower, own):
    path = normal(member.name)
    made = Entry(path, "special", member.mode & 0o7777, member.uid, member.gid,
                 capabilities="SCHILY.xattr.security.capability" in member.pax_headers)
    if member.isdir():
        made.kind = "directory"
    elif member.issym():
        made.kind, made.target = "symlink", member.linkname
    elif member.isreg():
        made.kind, made.content = "file", archive.extractfile(member).read()
    elif member.islnk():
        source = own.get(normal(member.linkname)) or lower.get(normal(member.linkname))
        if source is None or source.kind != "file":
            raise ImageError(f"{path} is a second name of {member.linkname!r}, which is not there")
        made = dataclasses.replace(source, path=path)
    return made


def apply_layer(data, entries):
    """Changes `entries` as one layer, an uncompressed tar archive, says."""
    own = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for member in archive:
                entry = read_entry(member, archive, entries, own)
                if entry.path in own:
                    raise ImageError(f"a layer names {entry.path} twice")
                own[entry.path] = entry
    except tarfile.TarError as error:
        raise ImageError(f"a layer is not a tar archive: {error}") from error
    for path in own:
        folder, _, name = path.rpartition("/")
        if name == _OPAQUE:
            remove(entries, folder + "/", "")
        elif name.startswith(_GONE):
            gone = f"{folder}/{name.removeprefix(_GONE)}"
            remove(entries, gone + "/", gone)
    for path, entry in own.items():
        if not path.rpartition("/")[2].startswith(_GONE):
            if entry.kind != "directory":
                remove(entries, path + "/", path)
            entries[path] = entry


def remove(entries, below, itself):
    for path in [path for path in entries if path == itself or path.startswith(below)]:
        del entries[path]


def read(directory):
    """The image in `directory`; ImageError where there is none, more than one, or one that is not whole."""
    descriptor, manifest = manifest_of(directory)
    config = parsed(blob(directory, manifest.get("config")), "the image's configuration")
    layers, diff_ids = manifest.get("layers", []), config.get("rootfs", {}).get("diff_ids", [])
    if not layers or len(layers) != len(diff_ids):
        raise ImageError(f"{len(layers)} layers in the manifest, {len(diff_ids)} in the configuration")
    entries = {}
    for layer, diff_id in zip(layers, diff_ids):
        if layer.get("mediaType") not in LAYERS:
            raise ImageError(f"a layer of the type {layer.get('mediaType')}; known are {', '.join(LAYERS)}")
        data = uncompressed(blob(directory, layer))
        if sha256(data) != diff_id:
            raise ImageError(f"a layer unpacks to {sha256(data)}, where the configuration says {diff_id}")
        apply_layer(data, entries)
    return Image(descriptor["digest"], config, entries)


def main():
    what = sys.argv[2:] or ["--digest"]
    if len(sys.argv) < 2 or what not in (["--digest"], ["--revision"], ["--layers"]):
        print("usage: layout.py LAYOUT [--digest|--revision|--layers]", file=sys.stderr)
        return 2
    try:
        image = read(sys.argv[1])
    except ImageError as error:
        print(f"layout: {error}", file=sys.stderr)
        return 2
    if what == ["--revision"]:
        print(image.config["config"]["Labels"]["org.opencontainers.image.revision"])
    elif what == ["--layers"]:
        print("\n".join(layer["digest"] for layer in manifest_of(sys.argv[1])[1]["layers"]))
    else:
        print(f"layout: {len(image.entries)} paths, {image.size() / 1e6:.1f} MB unpacked", file=sys.stderr)
        print(image.digest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
