"""Stores an image in a registry, unchanged, and says its name there: push.py LAYOUT REGISTRY/REPOSITORY TAG"""

import sys

import registry
import verify


def push():
    image = registry.push(*sys.argv[1:4])
    print(f"{image.repository}@{image.digest}")


if __name__ == "__main__":
    verify.run(push, "push")
