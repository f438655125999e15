#!/usr/bin/env python3
"""An image's bill of materials: bom.py LAYOUT BUILD-INPUTS

Prints CycloneDX 1.6 in JSON. What is in the image is read from its own blobs: the program, each package's record with the
digests of its files, its licences. What the program was made from is read from the file that scripts/image.sh wrote
beside it. The same image and inputs give the same bytes.
"""

import gzip
import json
import re
import sys
import urllib.parse
import uuid

import layout
import proof

RECORDS = "/var/lib/dpkg/status.d/"
DISTRIBUTION = "debian-12"
# What an input is to the program: code of a header can be part of it, a tool only worked on it.
SCOPES = {"headers": "required", "tools": "excluded"}


def quoted(text):
    return urllib.parse.quote(text, safe=".-_~")


def package_url(name, version, architecture):
    return f"pkg:deb/debian/{quoted(name)}@{quoted(version)}?arch={architecture}&distro={DISTRIBUTION}"


def package(name, version, architecture, source, source_version, role, scope):
    """A Debian package as a component; `role` says what it is to the program."""
    return {"type": "library", "bom-ref": package_url(name, version, architecture), "supplier": {"name": "Debian"},
            "name": name, "version": version, "scope": scope, "purl": package_url(name, version, architecture),
            "properties": [{"name": "cogos:role", "value": role},
                           {"name": "cogos:debian-source", "value": f"{source} {source_version}"}]}


def file(image, path):
    return {"type": "file", "bom-ref": "file:" + path, "name": path,
            "hashes": [{"alg": "SHA-256", "content": layout.sha256(image.entries[path].content).removeprefix("sha256:")}]}


def licences(image, name):
    """The names that Debian's machine-readable copyright file gives, if the package has one."""
    entry = image.entries.get(f"/usr/share/doc/{name}/copyright.gz")
    text = gzip.decompress(entry.content).decode(errors="replace") if entry else ""
    if not text.startswith("Format:"):
        return []
    names = {match.strip() for match in re.findall(r"^License:[ \t]*(\S.*)$", text, re.M)}
    return [{"license": {"name": each}} for each in sorted(names)]


def records(image):
    """The packages on record in the image: fields by name, and the paths of the files that it has of each."""
    for path in sorted(image.entries):
        if path.startswith(RECORDS) and not path.endswith(".md5sums"):
            fields = dict(line.split(": ", 1) for line in image.entries[path].content.decode().splitlines())
            sums = image.entries.get(path + ".md5sums")
            listed = ["/" + line.split(None, 1)[1] for line in sums.content.decode().splitlines()] if sums else []
            yield fields, sorted(each for each in listed if each in image.entries)


def contents(image):
    for fields, paths in records(image):
        source, version = re.fullmatch(r"(\S+) \((\S+)\)", fields["Source"]).groups()
        made = package(fields["Package"], fields["Version"], fields["Architecture"], source, version, "content", "required")
        found = licences(image, fields["Package"])
        if found:
            made["licenses"] = found
        if paths:
            made["components"] = [file(image, path) for path in paths]
        yield made


def inputs(text):
    """The packages of the lines in the file of inputs; one that is there as headers and as a tool, as headers."""
    found = {}
    for line in text.splitlines():
        role, *fields = line.split("\t")
        made = package(*fields, role, SCOPES[role])
        if role == "headers" or made["bom-ref"] not in found:
            found[made["bom-ref"]] = made
    return list(found.values())


def bill(image, build_inputs):
    config = image.config["config"]
    revision = config["Labels"][proof.REVISION]
    name = image.digest.removeprefix("sha256:")
    program = {"type": "application", "bom-ref": "cogos", "name": "cogos", "version": revision, "scope": "required",
               "licenses": [{"license": {"id": "Apache-2.0"}}], **{"hashes": file(image, proof.ENTRY_POINT[0])["hashes"]}}
    inside, made_from = list(contents(image)), inputs(build_inputs)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_OID, image.digest).urn,
        "version": 1,
        "metadata": {
            "timestamp": image.config["created"],
            "component": {"type": "container", "bom-ref": "image", "name": "cogos", "version": revision,
                          "purl": f"pkg:oci/cogos@{quoted(image.digest)}",
                          "hashes": [{"alg": "SHA-256", "content": name}]},
        },
        "components": [program, *inside, *made_from],
        "dependencies": [
            {"ref": "image", "dependsOn": ["cogos", *(each["bom-ref"] for each in inside)]},
            {"ref": "cogos", "dependsOn": sorted(each["bom-ref"] for each in made_from if each["scope"] == "required")},
        ],
    }


def main():
    if len(sys.argv) != 3:
        print("usage: bom.py LAYOUT BUILD-INPUTS", file=sys.stderr)
        return 2
    try:
        with open(sys.argv[2], encoding="utf-8") as lines:
            made = bill(layout.read(sys.argv[1]), lines.read())
    except (layout.ImageError, OSError) as error:
        print(f"bom: {error}", file=sys.stderr)
        return 2
    except (KeyError, ValueError, TypeError, AttributeError, EOFError) as error:
        print(f"bom: the image or its inputs are not as scripts/image.sh makes them: {error!r}", file=sys.stderr)
        return 2
    json.dump(made, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
