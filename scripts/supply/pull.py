"""Fetches an image by its digest: pull.py REGISTRY/REPOSITORY@sha256:DIGEST DIRECTORY"""

import sys

import registry
import verify

if __name__ == "__main__":
    verify.run(lambda: registry.pull(registry.reference(sys.argv[1]), sys.argv[2]), "pull")
