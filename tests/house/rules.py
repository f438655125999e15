"""The house's rules that neither a compiler nor a linker sees, each as a function from a file to its faults.

A rule takes the path below the project's top, as text with `/`, and the file's text, and yields (line, message).
"""

import re

# What each room may include directly; what those may include comes with them. The table of docs/architecture.md.
ROOMS = {
    "base": [],
    "crypto": ["base"],
    "proof": ["crypto"],
    "keys": ["proof"],
    "http": ["base"],
    "engine": ["http"],
    "store": ["proof", "keys"],
    "stages": ["http", "proof", "keys"],
    "checkout": ["http", "proof", "keys"],
    "api": ["http", "proof", "keys", "engine"],
    "site": ["http", "proof", "keys", "checkout"],
    "net": ["http"],
    "cli": ["proof"],
}
ROOMS["app"] = list(ROOMS)

# A library's headers, and the only rooms (or files) that may include them.
LIBRARIES = [
    (r"sodium(\.h|/(?!utils\.h))", ["src/crypto/"]),
    # Wiping memory is no primitive, and every room that holds a secret for a moment may do it.
    (r"sodium/utils\.h", ["src/"]),
    (r"openssl/crypto\.h", ["src/crypto/", "src/net/"]),
    # TLS is not a primitive of ours: net drives OpenSSL's own protocol code, with its errors, streams, certificates.
    (r"openssl/(ssl|err|bio|pem|x509\w*)\.h", ["src/crypto/", "src/net/"]),
    # The one place outside crypto that names a cipher: the interface of OpenSSL's ticket callback demands it.
    (r"openssl/(evp|core_names|rand)\.h", ["src/crypto/", "src/net/ticket_keys.cpp"]),
    (r"openssl/", ["src/crypto/"]),
    (r"sqlite3", ["src/store/"]),
    (r"spdlog/", ["src/app/"]),
    (r"toml\+\+/", ["src/app/"]),
    (r"prometheus/", ["src/app/"]),
    (r"CLI/", ["src/cli/", "src/app/"]),
    (r"valijson/", ["src/engine/"]),
    (r"kainjow/", ["src/site/renderer.cpp"]),
    (r"(zlib\.h|brotli/)", ["src/http/compress.cpp"]),
    (r"boost/beast", ["src/net/"]),
    (r"boost/asio", ["src/http/", "src/engine/", "src/stages/", "src/checkout/", "src/api/", "src/site/", "src/net/",
                     "src/app/"]),
]

# Files outside app that may ask the machine for time or randomness, each with its reason.
SOURCES_OF_CHANCE = {
    "src/crypto/system_random.cpp": "is the system's Random, which app hands out",
    "src/crypto/self_signed.cpp": "the development certificate: OpenSSL draws its key itself, and so its serial",
    "src/net/ticket_keys.cpp": "a C callback of OpenSSL that must draw an IV on whatever thread it is called",
}


def reach(room):
    """The rooms that `room` may include, itself among them."""
    found = {room}
    for lower in ROOMS[room]:
        found |= reach(lower)
    return found


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def without_comments(text, keep_strings=True):
    """The text with comments (and, if asked, what stands in quotes) blanked; offsets and lines stay."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^\s()\\]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|(?<![\w])\'(?:\\.|[^\'\\\n])+\'', re.S)

    def blank(match):
        found = match.group()
        if not found.startswith(("//", "/*")):
            if keep_strings:
                return found
            return '"' + re.sub(r"[^\n]", " ", found[1:-1]) + '"'
        return re.sub(r"[^\n]", " ", found)

    return pattern.sub(blank, text)


def includes(path, text):
    """Rooms include downwards only, and by one spelling: the path below src/ or include/."""
    code = without_comments(text)
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', code, re.M):
        line, header = line_of(code, match.start()), match.group(1)
        target = header.split("/")[0]
        if target == "cogos":
            continue
        if path.startswith("include/"):
            yield line, f'a public header includes "{header}"; it may include cogos/ and the standard library alone'
            continue
        room = path.split("/")[1]
        if target not in ROOMS:
            yield line, f'"{header}" is no path below src/ or include/'
        elif room not in ROOMS:
            yield line, f"src/{room} is no room of the table"
        elif target not in reach(room):
            yield line, f'src/{room} includes "{header}", and may include only {", ".join(sorted(reach(room)))}'


def libraries(path, text):
    """Each library is at home in a few rooms; the public headers know none but Boost's result."""
    code = without_comments(text)
    for match in re.finditer(r"^[ \t]*#[ \t]*include[ \t]*<([^>]+)>", code, re.M):
        line, header = line_of(code, match.start()), match.group(1)
        if path.startswith("include/"):
            if "/" in header and not header.startswith("boost/system/") or header.endswith(".h"):
                yield line, f"a public header includes <{header}>"
            continue
        for pattern, homes in LIBRARIES:
            if re.match(pattern, header):
                if not path.startswith(tuple(homes)):
                    yield line, f"<{header}> belongs to {', '.join(homes)}"
                break


CHANCE = re.compile(
    r"\b(?:system_clock|steady_clock|high_resolution_clock|utc_clock|file_clock)\s*::\s*now\b"
    r"|(?<![\w.>:])(?:std\s*::\s*|::\s*)?(?:time|rand|srand|random|drand48|clock|gettimeofday|clock_gettime|getrandom"
    r"|getentropy|arc4random\w*)\s*\(\s*(?:nullptr|NULL|0|&|\)|[A-Z])"
    r"|\b(?:random_device|mt19937(?:_64)?|default_random_engine|minstd_rand0?|random_shuffle)\b"
    r"|\b(?:randombytes\w*|RAND_(?:priv_)?bytes)\s*\(")


def chance(path, text):
    """Time and randomness come in through Clock and Random; only app reaches for the real ones."""
    if path.startswith("src/app/") or path in SOURCES_OF_CHANCE:
        return
    code = without_comments(text, keep_strings=False)
    for match in CHANCE.finditer(code):
        yield line_of(code, match.start()), f"`{match.group().strip()}` outside app; take a Clock& or a Random&"


RANGE_FOR = re.compile(r"\bfor\s*\(([^;{}]*?)\s:\s([^;{}]*?)\)\s*(?:\{|\n|[A-Za-z_(*])")
THROUGH_TEMPORARY = re.compile(r"\)\s*->|\)\s*\.\s*value\(\)\s*\.")


def range_for(path, text):
    """What a range-for reaches through a temporary is gone before the first round (C++20): name the owner first."""
    code = without_comments(text, keep_strings=False)
    for match in RANGE_FOR.finditer(code):
        if THROUGH_TEMPORARY.search(match.group(2)):
            yield line_of(code, match.start()), "a range-for over what a temporary owns; name the owner on the line above"


# The type of what is kept, its name, and an expression that ends with a part of a result's error.
KEPT_OF_ERROR = re.compile(r"(?:&|\bstring_view|\bspan<[^;=]*>)\s*\w+\s*=[^;{}]*\berror\(\)\s*\.\s*\w+\(\)\s*;")


def error_parts(path, text):
    """A result gives its error as a copy, so that a reference to a part of it refers to nothing on the next line."""
    code = without_comments(text, keep_strings=False)
    for match in KEPT_OF_ERROR.finditer(code):
        yield line_of(code, match.start()), "a reference to a part of an error that is gone; keep a value, or the error"


def machine_paths(path, text):
    """Nothing names a directory of the machine it was written on."""
    # Built from pieces, so that the rule does not find itself.
    roots = "|".join(["work", "root", "farm", "home"])
    for match in re.finditer(rf"(?<![\w.:/}}-])/(?:{roots})/[a-z.]", text):
        yield line_of(text, match.start()), "a path of one machine"


# What the top of the project holds, beside what starts with a dot, build trees, and the link that editors look for.
TOP_LEVEL = {"CMakeLists.txt", "LICENSE", "README.md", "config", "docker", "docs", "include", "scripts", "src", "tests"}


def top_level(_, text):
    """`text` is the listing, a name a line."""
    there = {name for name in text.split() if not name.startswith((".", "build"))} - {"compile_commands.json"}
    for name in sorted(there ^ TOP_LEVEL):
        yield 1, f"{name} is missing" if name in TOP_LEVEL else f"{name} has no place at the top level"


# --- co_await on g++ 12 -------------------------------------------------------------------------------------------

LAMBDA = re.compile(
    r"(?:^|[^\w)\]\s])\s*(\[[^\[\]]*\])\s*(?:<[^<>]*>\s*)?(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?"
    r"\s*(?:mutable\b|noexcept\b|constexpr\b|\s)*(?:->\s*[\w:<>,\s&*]+)?\s*$")
DEFINES = re.compile(r"^\s*(?:template\b|struct\b|class\b|union\b|enum\b|namespace\b|extern\b|inline namespace\b)")
HEADS = re.compile(r"(?:\b(?:else|do|try|const|noexcept|override|final|mutable)|[)};:])\s*$")


class Statements:
    """Cuts code into full expressions. A lambda's body is code of its own, not part of the expression around it."""

    def __init__(self, code):
        self.code = code
        self.found = []

    def all(self):
        self.block(0)
        return self.found

    def block(self, i):
        """From `i` to the brace that closes this block; gives the place behind it."""
        start, text, depth = i, [], 0
        while i < len(self.code):
            c = self.code[i]
            if c == "{":
                before = "".join(text)
                if LAMBDA.search(before):
                    i = self.block(i + 1)
                    text.append("{LAMBDA}")
                    continue
                if depth == 0 and self.opens_block(before):
                    self.keep(start, before)
                    i = self.block(i + 1)
                    start, text = i, []
                    continue
                i, inner = self.braced(i + 1)
                text.append("{" + inner + "}")
                continue
            if c == "}":
                self.keep(start, "".join(text))
                return i + 1
            depth += (c in "([") - (c in ")]")
            if c == ";" and depth <= 0:
                self.keep(start, "".join(text))
                start, text, depth = i + 1, [], 0
            else:
                text.append(c)
            i += 1
        self.keep(start, "".join(text))
        return i

    def braced(self, i):
        """The inside of a braced list, lambdas taken out; gives the place behind it and the text."""
        text = []
        while i < len(self.code) and self.code[i] != "}":
            if self.code[i] == "{":
                if LAMBDA.search("".join(text)):
                    i = self.block(i + 1)
                    text.append("{LAMBDA}")
                else:
                    i, inner = self.braced(i + 1)
                    text.append("{" + inner + "}")
                continue
            text.append(self.code[i])
            i += 1
        return i + 1, "".join(text)

    @staticmethod
    def opens_block(before):
        if not before.strip() or DEFINES.match(before) or HEADS.search(before):
            return True
        # `auto f() -> Task<int> {` and friends; a braced initialiser has no trailing return type before it.
        return re.search(r"\)\s*(?:const\s*|noexcept\s*)*->\s*[\w:<>,\s&*]+$", before) is not None

    def keep(self, start, text):
        if re.search(r"\bco_(?:await|yield)\b", text):
            self.found.append((start + len(text) - len(text.lstrip()), text))


def coroutines(path, text):
    """g++ 12 miscompiles some temporaries in an expression that has co_await: they must have names of their own."""
    code = without_comments(text, keep_strings=False)
    code = re.sub(r"^[ \t]*#[^\n]*(?:\\\n[^\n]*)*", lambda m: re.sub(r"[^\n]", " ", m.group()), code, flags=re.M)
    for offset, statement in Statements(code).all():
        line = line_of(code, offset)
        if "?" in statement:
            yield line, "`?:` in an expression with co_await; choose on the line above"
        if re.search(r"(?:^|[^\w)\]\s])\s*\[\s*[^\]\s][^\]]*\]\s*(?:\([^{}]*\)[^{}]*)?\{LAMBDA\}", statement):
            yield line, "a capturing lambda in an expression with co_await; name it on the line above"
        if re.search(r"\{(?!LAMBDA\})", statement):
            yield line, "a braced temporary in an expression with co_await; name it on the line above"


# --- the image ----------------------------------------------------------------------------------------------------


def dockerfile(path, text):
    """The image's last stage: distroless, an ordinary user, exec form, and nothing that needs a shell."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^[ \t]*#[^\n]*\n", "\n", text, flags=re.M))
    stages, names = [], {}
    for number, line in enumerate(joined.splitlines(), 1):
        words = line.split(None, 1)
        if len(words) < 2:
            continue
        word, rest = words[0].upper(), words[1].strip()
        if word == "FROM":
            parts = rest.split()
            base = next(part for part in parts if not part.startswith("--"))
            if len(parts) >= 3 and parts[-2].upper() == "AS":
                names[parts[-1]] = len(stages)
            stages.append((number, base, []))
        elif stages:
            stages[-1][2].append((number, word, rest))
    if len(stages) < 2:
        yield 1, "one stage only: the compiler would be part of the image"
        return
    number, base, steps = stages[-1]
    if not re.match(r"gcr\.io/distroless/cc-debian12:nonroot\b", base):
        yield number, f"the last stage stands on {base}, not on distroless"
    seen = {}
    for number, word, rest in steps:
        seen[word] = (number, rest)
        if word in ("RUN", "SHELL", "ADD"):
            yield number, f"{word} in the last stage, where there is no shell and nothing to fetch"
        if word in ("ENTRYPOINT", "CMD") and not re.match(r'^\["[^"]*"(\s*,\s*"[^"]*")*\]$', rest):
            yield number, f"{word} is not in exec form"
    if seen.get("USER", (0, ""))[1] != "65532:65532":
        yield seen.get("USER", (number, ""))[0], "the image does not run as 65532:65532"
    for word in ("ENTRYPOINT", "CMD", "EXPOSE", "VOLUME", "WORKDIR"):
        if word not in seen:
            yield number, f"no {word} in the last stage"
