#!/usr/bin/python3 -IS
"""A stand-in for a program that is only called: notes by what name, with what arguments, environment and input, in the file
RECORD, a line a call."""

import json
import os
import sys

with open(os.environ["RECORD"], "a", encoding="utf-8") as file:
    given = {name: value for name, value in os.environ.items() if name.startswith("COGOS_")}
    text = sys.stdin.read() if sys.argv[-2:] == ["--filename", "-"] else ""
    json.dump({"call": [os.path.basename(sys.argv[0]), *sys.argv[1:]], "environment": given, "input": text}, file)
    file.write("\n")
