"""The rules of docs/architecture.md that a compiler does not check. Run by ctest; each rule is also shown to fail."""

import os
import re
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# A room and what it may include besides itself; what those may include is allowed too.
ROOMS = {
    "include": [],
    "base": ["include"],
    "crypto": ["base"],
    "proof": ["crypto"],
    "keys": ["proof"],
    "http": ["base"],
    "engine": ["http"],
    "store": ["proof", "keys"],
    "stages": ["http", "proof", "keys"],
    "api": ["http", "proof", "keys", "engine"],
    "net": ["http"],
    "cli": ["proof"],
    "app": ["cli", "store", "stages", "api", "net", "engine"],
}

# OpenSSL's and libsodium's primitives are called in src/crypto alone. net speaks TLS and wipes what it sent;
# secrets are wiped and compared by libsodium wherever they lie.
CRYPTO_ALLOWED = {
    "crypto": re.compile(r"openssl/|sodium/"),
    "net": re.compile(r"openssl/(bio|core_names|crypto|err|evp|params|pem|rand|ssl|x509|x509_vfy|x509v3)\.h"),
    "app": re.compile(r"sodium/utils\.h"),
    "keys": re.compile(r"sodium/utils\.h"),
    "proof": re.compile(r"sodium/utils\.h"),
}

# Time and randomness come in through constructors; only app knows the machine's.
CLOCKS = re.compile(r"(system_clock|steady_clock|high_resolution_clock)::now\(|std::rand\(|random_device|\btime\(nullptr\)")

OFFLINE_BANNED = re.compile(r"asio|beast|sqlite|spdlog", re.I)


def allowed(room):
    seen = {room}
    todo = [room]
    while todo:
        for lower in ROOMS[todo.pop()]:
            if lower not in seen:
                seen.add(lower)
                todo.append(lower)
    return seen


def room_of(include):
    first = include.split("/")[0]
    return "include" if first == "cogos" else first


def problems_of(room, text):
    """What a source file in `room` does that it may not."""
    found = []
    for include in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.M):
        if room_of(include) not in ROOMS:
            found.append(f"includes {include}, which is in no room")
        elif room_of(include) not in allowed(room):
            found.append(f"includes {include}: {room} may not include {room_of(include)}")
    for include in re.findall(r"^\s*#\s*include\s+<([^>]+)>", text, re.M):
        if re.match(r"openssl/|sodium", include) and not CRYPTO_ALLOWED.get(room, re.compile(r"$^")).match(include):
            found.append(f"includes {include}: primitives are called in crypto alone")
        if room == "include" and OFFLINE_BANNED.search(include):
            found.append(f"includes {include}: the public headers are for an offline verifier")
    code = re.sub(r"//[^\n]*", "", text)
    if room != "app" and CLOCKS.search(code):
        found.append("asks a clock or a generator that was not handed in")
    for statement in re.findall(r"[^;{}]*\bco_await\b[^;]*;", code):
        # g++ 12 miscompiles temporaries in expressions with co_await (see the house's style).
        awaited = statement[statement.index("co_await"):]
        if re.search(r"\?[^?:]*:(?!:)", awaited):
            found.append("has ?: in an expression with co_await: " + awaited.strip()[:60])
        if re.search(r"\[[^\]\s][^\]]*\]\s*(\([^)]*\))?\s*(mutable)?\s*\{", awaited):
            found.append("has a capturing lambda in an expression with co_await: " + awaited.strip()[:60])
        if re.search(r"[(,]\s*[A-Za-z_:]*\{[^}]", awaited):
            found.append("has an aggregate temporary in an expression with co_await: " + awaited.strip()[:60])
    return found


def sources():
    for top, room_at in (("src", 1), ("include/cogos", None)):
        for directory, _, files in os.walk(os.path.join(ROOT, top)):
            for name in sorted(files):
                if name.endswith((".hpp", ".cpp")):
                    path = os.path.relpath(os.path.join(directory, name), ROOT)
                    yield path, path.split(os.sep)[room_at] if room_at else "include"


class House(unittest.TestCase):
    def test_every_source_keeps_the_rules(self):
        found = []
        count = 0
        for path, room in sources():
            count += 1
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                found += [f"{path} {problem}" for problem in problems_of(room, file.read())]
        self.assertGreater(count, 100)
        self.assertEqual(found, [])

    def test_the_top_level_holds_what_it_should_and_nothing_else(self):
        wanted = {"CMakeLists.txt", "src", "include", "tests", "config", "docker", "scripts", "docs", "README.md",
                  "LICENSE"}
        there = {name for name in os.listdir(ROOT) if not name.startswith(".") and not name.startswith("build")}
        self.assertEqual(there, wanted)

    def test_each_rule_can_fail(self):
        for room, text in [
            ("proof", '#include "store/store.hpp"\n'),
            ("base", '#include "crypto/hash.hpp"\n'),
            ("api", '#include "stages/record.hpp"\n'),
            ("cli", '#include "net/server.hpp"\n'),
            ("cli", '#include "nowhere/x.hpp"\n'),
            ("api", "#include <openssl/evp.h>\n"),
            ("net", "#include <sodium/crypto_sign.h>\n"),
            ("include", "#include <boost/asio.hpp>\n"),
            ("store", "auto x = std::chrono::system_clock::now();"),
            ("net", "co_await f(a ? b : c);"),
            ("net", "co_await f([this] { return 1; });"),
            ("net", "co_await f(Options{1, 2});"),
        ]:
            self.assertTrue(problems_of(room, text), text)
        for room, text in [
            ("store", '#include "proof/audit_row.hpp"\n#include "base/json.hpp"\n#include "cogos/result.hpp"\n'),
            ("app", "auto x = std::chrono::system_clock::now();"),
            ("net", "const Step step = co_await f(a, b);"),
        ]:
            self.assertEqual(problems_of(room, text), [], text)


if __name__ == "__main__":
    sys.exit(0 if unittest.main(verbosity=2, exit=False).result.wasSuccessful() else 1)
