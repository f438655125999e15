#!/usr/bin/env python3
"""Runs one of the house's rules over the project: house.py RULE. Prints file:line and the fault; exits 1 if any.

`house.py self-test` feeds each rule snippets that it must refuse and snippets that it must let through.
"""

import os
import sys

import rules
import snippets

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
CODE = (".cpp", ".hpp")
TEXT = CODE + (".py", ".sh", ".md", ".txt", ".toml", ".cmake", ".json", ".yml", ".yaml", ".js", ".html", ".sql",
                ".mustache", ".css", ".svg", "")
BUILT = (".git", ".cache", "__pycache__")


def files(tops, endings):
    """Paths below the project's top, without what was built there."""
    for top in tops:
        start = os.path.normpath(os.path.join(TOP, top))
        if os.path.isfile(start):
            yield top
        for folder, subfolders, names in os.walk(start):
            built = tuple(s for s in subfolders if folder == start == TOP and s.startswith("build"))
            subfolders[:] = sorted(s for s in subfolders if s not in BUILT + built)
            for name in sorted(set(names).difference(BUILT)):  # in a work tree .git is a file
                if os.path.splitext(name)[1] in endings:
                    yield os.path.relpath(os.path.join(folder, name), TOP).replace(os.sep, "/")


def code():
    return files(["include", "src"], CODE)


def everything():
    corpora = "tests/fuzz/corpus/"
    return (path for path in files(["."], TEXT) if not path.startswith(corpora))


SCANS = {
    "includes": (rules.includes, code),
    "libraries": (rules.libraries, code),
    "chance": (rules.chance, code),
    "range-for": (rules.range_for, lambda: files(["include", "src", "tests"], CODE)),
    "error-parts": (rules.error_parts, lambda: files(["include", "src", "tests"], CODE)),
    "coroutines": (rules.coroutines, lambda: files(["include", "src", "tests"], CODE)),
    "machine-paths": (rules.machine_paths, everything),
    "top-level": (rules.top_level, lambda: ["."]),
    "dockerfile": (rules.dockerfile, lambda: files(["docker/Dockerfile"], ())),
}


def read(path):
    """A file's text; of a directory its listing."""
    full = os.path.join(TOP, path)
    if os.path.isdir(full):
        return "\n".join(sorted(os.listdir(full)))
    with open(full, encoding="utf-8") as file:
        return file.read()


def scan(name):
    rule, choose = SCANS[name]
    count, faults = 0, 0
    for path in choose():
        count += 1
        for line, message in rule(path, read(path)):
            faults += 1
            print(f"{path}:{line}: {message}")
    # A scan that reads nothing finds nothing; it must not pass for that.
    if count == 0:
        print(f"{name}: no file to look at")
        return 1
    print(f"{name}: {count} files, {faults} faults")
    return 1 if faults else 0


def self_test():
    wrong = 0
    for name, (rule, _) in SCANS.items():
        cases = snippets.CASES[name]
        if not any(expected for _, _, expected in cases) or all(expected for _, _, expected in cases):
            print(f"{name}: needs a snippet that it refuses and one that it lets through")
            wrong += 1
        for path, text, expected in cases:
            found = list(rule(path, text))
            if len(found) != expected:
                wrong += 1
                print(f"{name}: {len(found)} faults where {expected} were due in {path}:\n{text}\n  {found}")
    print(f"self-test: {sum(len(cases) for cases in snippets.CASES.values())} snippets, {wrong} wrong")
    return 1 if wrong else 0


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in [*SCANS, "self-test"]:
        print(f"usage: house.py {'|'.join([*SCANS, 'self-test'])}")
        return 2
    return self_test() if sys.argv[1] == "self-test" else scan(sys.argv[1])


if __name__ == "__main__":
    sys.exit(main())
