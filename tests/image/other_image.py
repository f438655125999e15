"""Makes of one image another: other_image.py LAYOUT DIRECTORY [PATH]

The other differs in the revision that it names, so that its digest does; with a PATH it has an executable file of that
name, too. It runs as the first does: where it does not, somebody refused it."""

import json
import os
import shutil
import sys

import small_image
from small_image import archive, digest_of, member, put

import layout

NAMES = "f" * 40


def main():
    source, directory, *paths = sys.argv[1:]
    shutil.copytree(source, directory)
    descriptor, manifest = layout.manifest_of(directory)
    config = json.loads(layout.blob(directory, manifest["config"]))
    config["config"]["Labels"][small_image.REVISION] = NAMES
    if paths:
        layer = archive([member(path, b"#!/bin/true\n", 0o755) for path in paths])
        manifest["layers"].append(put(directory, layer, layout.LAYERS[0]))
        config["rootfs"]["diff_ids"].append(digest_of(layer))
    manifest["config"] = put(directory, json.dumps(config).encode(), manifest["config"]["mediaType"])
    made = put(directory, json.dumps(manifest).encode(), layout.MANIFEST)
    with open(os.path.join(directory, "index.json"), "w", encoding="utf-8") as file:
        json.dump({"schemaVersion": 2, "manifests": [{**descriptor, **made}]}, file)


if __name__ == "__main__":
    main()
