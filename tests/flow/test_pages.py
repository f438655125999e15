"""The public pages as browsers, caches and crawlers meet them, and the commands that they print, run as printed."""

import gzip
import html
import html.parser
import http.server
import itertools
import os
import re
import ssl
import subprocess
import threading
import time
import urllib.parse
import warnings

import cogos_client as client
from certificates import certificate
from fixture import ADMIN_KEY, COGOS, FlowTest, HTML, Server, clean_environment, cogos, free_port, main, wait_for

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
STATIC = ("/", "/security", "/whitepaper", "/cookbook", "/sla", "/sub-processors", "/terms", "/privacy")
PAGES = (*STATIC, "/trust")
VOID = {"meta", "link", "br", "hr", "img", "input"}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{rev}}{{{rev}}}&lt;"
PUBLIC_PEM = ("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8nXRh950IZbRj8Ra/N9sbqOPZrfM\n"
              "5/KAQN0/KjHcorm/J5yctVd7iEcnessRQjU917hmKO6JWVGHpDguIyakZA==\n-----END PUBLIC KEY-----\n")


def toml(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def in_days(days):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 86400))


class Page(html.parser.HTMLParser):
    """What a page has: its elements in order, its ids, its links, its commands; and whether it is well nested."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.links, self.faults = [], [], [], []
        self.ids, self.text, self.commands = [], [], []
        self.feed(text)
        self.close()
        if self.open:
            self.faults.append(f"not closed: {self.open}")

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.elements.append((tag, attrs))
        if tag not in VOID:
            self.open.append(tag)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        self.links += [attrs[name] for name in ("href", "src", "action") if name in attrs]
        self.faults += [f"<{tag} {name}>" for name in attrs if name == "style" or name.startswith("on")]
        if tag == "style" or tag == "script" and "src" not in attrs:
            self.faults.append(f"inline <{tag}>")
        if attrs.get("class") == "command":
            self.commands.append("")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1] == "code" and self.commands and self._in_command():
            self.commands[-1] += data

    def _in_command(self):
        return next(a for t, a in reversed(self.elements) if t == "code").get("class") == "command"

    def named(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


class Pages(FlowTest):
    config = ('[server]\norigin = "https://api.example"\n[site]\noperator_name = "Example Operations"\n'
              'contact = "hello@example.com"\nregion = "Iceland"\n'
              'sub_processors = ["Host Ltd | machines | Iceland"]\n'
              f'security_contact = "mailto:security@example.com"\nsecurity_expires = "{in_days(200)}"\n')

    def get(self, target, status=200, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.server.call("GET", target, headers=headers)
        self.assertEqual(answer.status, status, (target, headers, answer.body[:200]))
        return answer

    def page(self, target, server=None):
        answer = (server or self.server).call("GET", target)
        self.assertEqual((answer.status, answer.header("Content-Type")), (200, HTML), target)
        return Page(answer.body.decode())

    def resources(self):
        """Everything that is served in several codings: pages, what they load, and the API's description."""
        found = dict.fromkeys((*STATIC, "/openapi.json"))
        found.update(dict.fromkeys(link["href"] for link in self.page("/").named("link")))
        return list(found)

    def test_pages_are_whole_and_can_be_read_by_everybody(self):
        for target in PAGES:
            page = self.page(target)
            self.assertEqual(page.faults, [], target)
            self.assertEqual(page.named("html"), [{"lang": "en"}])
            self.assertIn({"name": "viewport", "content": "width=device-width, initial-scale=1"}, page.named("meta"))
            self.assertEqual(len(page.ids), len(set(page.ids)), target)
            for landmark, count in (("main", 1), ("header", 1), ("footer", 1), ("h1", 1), ("title", 1)):
                self.assertEqual(len(page.named(landmark)), count, (target, landmark))
            self.assertEqual(page.named("a")[0], {"class": "skip", "href": "#main"})
            levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
            self.assertEqual(levels[0], 1)
            for above, below in itertools.pairwise(levels):
                self.assertLessEqual(below - above, 1, (target, levels))
            for header in page.named("th"):
                self.assertIn(header.get("scope"), ("col", "row"), target)
            for nav in page.named("nav"):
                self.assertTrue(nav.get("aria-label"), target)
            for label in (attrs["aria-labelledby"] for _, attrs in page.elements if "aria-labelledby" in attrs):
                self.assertIn(label, page.ids, target)
            current = [attrs for attrs in page.named("a") if attrs.get("aria-current") == "page"]
            self.assertEqual([attrs["href"] for attrs in current], [] if target == "/" else [target])

    def test_no_page_reaches_elsewhere_and_no_link_is_dead(self):
        pages = {target: self.page(target) for target in PAGES}
        for target, page in pages.items():
            for link in page.links:
                if link.startswith("mailto:"):
                    continue
                where = urllib.parse.urlsplit(urllib.parse.urljoin("https://here" + target, link))
                self.assertEqual((where.scheme, where.netloc), ("https", "here"), f"{target} leads to {link}")
                answer = self.get(where.path)
                if where.fragment:
                    ids = pages[where.path].ids if where.path in pages else Page(answer.body.decode()).ids
                    self.assertIn(where.fragment, ids, f"{target} leads to {link}")

    def test_each_form_has_a_tag_and_is_sent_once(self):
        for target in self.resources():
            plain = self.get(target)
            self.assertIsNone(plain.header("Content-Encoding"))
            self.assertEqual(plain.header("Accept-Ranges"), "none")
            forms = {"identity": (plain, plain.body)}
            for coding, undo in (("gzip", gzip.decompress), ("br", self.unbrotli)):
                answer = self.get(target, Accept_Encoding=coding)
                self.assertEqual((answer.header("Content-Encoding"), undo(answer.body)), (coding, plain.body), target)
                self.assertLess(len(answer.body), len(plain.body) * 3 // 4 + 100)
                forms[coding] = (answer, None)
            tags = {answer.header("ETag") for answer, _ in forms.values()}
            self.assertEqual(len(tags), 3, target)
            for coding, (answer, _) in forms.items():
                self.assertRegex(answer.header("ETag"), r'^"[0-9a-f]+(-gz|-br)?"$')
                self.assertEqual(answer.header("Vary"), "Accept-Encoding")
                self.assertRegex(answer.header("Cache-Control"), r"^public, max-age=\d+(, immutable)?$")
                for tag, status in ((answer.header("ETag"), 304), ("W/" + answer.header("ETag"), 304), ("*", 304),
                                    (f'"no", {answer.header("ETag")}', 304), ('"no"', 200)):
                    again = self.get(target, status, Accept_Encoding=coding, If_None_Match=tag)
                    self.assertEqual(again.header("ETag"), answer.header("ETag"))
                    self.assertEqual(again.body, b"" if status == 304 else answer.body)
                self.get(target, 412, Accept_Encoding=coding, If_Match='"no"')
                head = self.server.call("HEAD", target, headers={"Accept-Encoding": coding})
                self.assertEqual((head.status, head.body), (200, b""))
                for name in ("ETag", "Content-Type", "Content-Encoding", "Cache-Control", "Vary"):
                    self.assertEqual(head.header(name), answer.header(name), (target, name))

    @staticmethod
    def unbrotli(data):
        done = subprocess.run(["brotli", "--decompress", "--stdout"], input=data, check=True, capture_output=True)
        return done.stdout

    def test_the_coding_is_the_one_that_the_client_prefers(self):
        for wanted, coding in (("gzip, deflate, br, zstd", "br"), ("gzip;q=1.0, br;q=0.5", "gzip"), ("identity", None),
                               ("br;q=0, gzip;q=0", None), ("*", "br"), ("deflate", None), ("gzip;q=0, *", "br"),
                               ("identity;q=0, gzip;q=0.1", "gzip"), ("gzip;q=nonsense", None)):
            self.assertEqual(self.get("/", Accept_Encoding=wanted).header("Content-Encoding"), coding, wanted)
        for nothing in ("identity;q=0", "*;q=0", "identity;q=0, br;q=0, gzip;q=0"):
            refused = self.get("/", 406, Accept_Encoding=nothing)
            self.assertIn("Accept-Encoding", refused.json()["error"]["message"])
        # What is under /v1 is signed as it is sent, and never compressed.
        self.assertIsNone(self.get("/v1/models", 401, Accept_Encoding="gzip, br").header("Content-Encoding"))

    def test_parts_of_a_page_are_not_to_be_had(self):
        whole = self.get("/security")
        for wanted in ("bytes=0-9", "bytes=-5", "bytes=5-1", "nonsense"):
            answer = self.get("/security", Range=wanted)
            self.assertEqual((answer.body, answer.header("Content-Range")), (whole.body, None))

    def test_an_unknown_path_looks_the_same_whichever_it_is(self):
        changing = ("date", "x-request-id", "x-cogos-request-id")
        unknown = ("/nosuch", "/security/", "/assets/x", "/Security", "/admin", "/admin/", "/admin/x",
                   "/admin/keys/x/y", "/administrator")
        for accept, kind in ((BROWSER, HTML), ("text/html", HTML), ("*/*", "application/json"),
                             ("application/json", "application/json"), ("text/html;q=0.1, */*", "application/json"),
                             ("", "application/json")):
            for method in ("GET", "HEAD"):
                shapes = []
                for path in unknown:
                    for key in ({}, {"X-Admin-Key": ADMIN_KEY}):
                        answer = self.server.call(method, path, headers={"Accept": accept, **key})
                        self.assertEqual((answer.status, answer.header("Content-Type")), (404, kind), (path, accept))
                        self.assertEqual(answer.header("Vary"), "Accept")
                        shapes.append((answer.body, sorted(h for h in answer.headers if h[0].lower() not in changing)))
                self.assertTrue(all(shape == shapes[0] for shape in shapes), (accept, method))
        page = Page(self.get("/nosuch", 404, Accept=BROWSER).body.decode())
        self.assertEqual(page.faults, [])
        self.assertIn("/security", page.links)
        below = self.get("/v1/nosuch", 404, Accept=BROWSER)
        self.assertEqual(below.json()["error"]["type"], "not_found")

    def test_for_others_than_operators_their_paths_are_the_same_page_too(self):
        server = self.new_server('[admin]\nallow_from = ["10.0.0.0/8"]\n').start()
        pages = {server.call("GET", path, headers={"Accept": BROWSER}).body
                 for path in ("/admin/keys", "/metrics", "/admin/packages", "/nosuch")}
        self.assertEqual(len(pages), 1)
        self.assertIn(b"<h1>", pages.pop())

    def test_health_is_a_page_for_browsers_only(self):
        for accept in ("*/*", "application/json", ""):
            answer = self.get("/health", Accept=accept)
            self.assertEqual((answer.body, answer.header("Vary")), (b'{"ok":true}', "Accept"))
        answer = self.get("/health", Accept=BROWSER)
        self.assertEqual((answer.header("Content-Type"), answer.header("Vary")), (HTML, "Accept"))
        self.assertEqual(Page(answer.body.decode()).faults, [])
        self.assertEqual(self.get("/ready", Accept=BROWSER).json()["ok"], True)

    def test_files_at_fixed_places(self):
        text = self.get("/.well-known/security.txt")
        self.assertEqual(text.header("Content-Type"), "text/plain; charset=utf-8")
        fields = dict(line.split(": ", 1) for line in text.body.decode().splitlines())
        self.assertEqual(fields["Contact"], "mailto:security@example.com")
        self.assertEqual(fields["Canonical"], "https://api.example/.well-known/security.txt")
        self.assertRegex(fields["Expires"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$")
        self.assertEqual(self.get("/robots.txt").body, b"User-agent: *\nDisallow: /v1/\n")
        missing = self.get("/cosign.pub", 404, Accept=BROWSER)
        self.assertIn("has configured none", missing.json()["error"]["message"])
        bare = self.new_server().start()
        answer = bare.call("GET", "/.well-known/security.txt")
        self.assert_error(answer, 404, "not_found")
        self.assertNotIn("security.txt", bare.call("GET", "/security").body.decode())

    def test_what_the_operator_gave_is_on_the_pages(self):
        for target, told in (("/", "hello@example.com"), ("/sub-processors", "Host Ltd"), ("/privacy", "Iceland"),
                             ("/terms", "Example Operations"), ("/security", "mailto:security@example.com")):
            self.assertIn(told, self.get(target).body.decode())
        bare = self.new_server().start()
        for target in PAGES:
            page = self.page(target, bare)
            self.assertEqual(page.faults, [], target)
            self.assertNotIn("example", "".join(page.text))
        self.assertIn("https://HOST/", self.page("/security", bare).commands[-1])

    def test_the_host_that_a_client_names_is_nowhere(self):
        bare = self.new_server().start()
        for target in PAGES:
            with bare.wire() as wire:
                wire.send(client.message("GET", target, {"X-Forwarded-Host": "evil.example"}).replace(
                    b"Host: localhost", b"Host: evil.example"))
                self.assertNotIn(b"evil", bare.check(wire.response("GET", target)).body)

    def test_packages_appear_as_they_are_and_only_if_they_are_public(self):
        before = self.page("/")
        self.assertIn("$199 a month", before.text)
        self.server.package("hidden-deal", display_name="A hidden deal")
        self.assertEqual(self.get("/").header("ETag"), self.get("/").header("ETag"))
        tag = self.get("/").header("ETag")
        self.assertEqual(self.server.admin("PUT", "/admin/packages/team", {"monthly_usd": 1299}).status, 200)
        after = self.get("/", If_None_Match=tag)
        self.assertIn(b"$1,299 a month", after.body)
        self.assertNotIn(b"A hidden deal", after.body)
        self.assertEqual(self.server.admin("PUT", "/admin/packages/team", {"rpm_limit": 1234}).status, 200)
        self.assertIn(b"<td>1,234</td>", self.get("/sla").body)
        self.assertEqual(self.server.admin("DELETE", "/admin/packages/team").status, 200)
        self.assertNotIn(b"$1,299", self.get("/").body)


class Hostile(FlowTest):
    """Names that would be markup, templates or header fields if they could."""

    def test_whatever_stands_in_configuration_packages_and_advisories_is_text(self):
        server = self.new_server()
        hostile = "".join(f"{name} = {toml(HOSTILE)}\n" for name in ("id", "summary", "credit"))
        advisories = server.write("advisories.toml",
                                  f'[[advisory]]\npublished = "2026-02-03"\nseverity = "high"\n{hostile}')
        server.configure(
            f"[site]\noperator_name = {toml(HOSTILE)}\nregion = {toml(HOSTILE)}\n"
            f"sub_processors = [{toml(' | '.join([HOSTILE] * 3))}]\nadvisories_file = {toml(advisories)}\n"
            f"contact = \"https://example.com/?a=1&b='\"\n[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n")
        server.start()
        names = {"display_name": HOSTILE, "description": HOSTILE}
        self.assertEqual(server.admin("PUT", "/admin/packages/team", names).status, 200)
        heads = ("link", "meta", "title", "h1", "nav")
        plain = {target: Page(self.server.call("GET", target).body.decode()) for target in PAGES}
        for target in PAGES:
            page = Page(server.call("GET", target).body.decode())
            self.assertEqual(page.faults, [], target)
            self.assertEqual(page.named("script"), [], target)
            self.assertEqual(page.named("img"), [], target)
            # Its own braces mean nothing, wherever it stands.
            self.assertIn(HOSTILE, "".join(page.text), target)
            self.assertEqual([tag for tag, _ in page.elements if tag in heads],
                             [tag for tag, _ in plain[target].elements if tag in heads])
        trust = Page(server.call("GET", "/trust").body.decode())
        self.assertIn("2026-02-03", trust.text)

    def test_settings_that_are_no_good_are_refused_with_the_remedy(self):
        private = self.server.write("private.pem", PUBLIC_PEM.replace("PUBLIC", "PRIVATE"))
        wrong = self.server.write("wrong.toml", '[[advisory]]\nid = "A"\nseverity = "awful"\n')
        for line, told in (
                ('contact = "nobody"', "site.contact must be an e-mail address"),
                ('contact = "javascript:alert(1)"', "site.contact must be"),
                ('contact = "http://example.com"', "site.contact must be"),
                ('operator_name = "a\\nb"', "site.operator_name must be one line"),
                ('sub_processors = ["a | b"]', "name | purpose | region"),
                ('sub_processors = ["a | | c"]', "name | purpose | region"),
                ('sub_processors = ["a | b | c | d"]', "name | purpose | region"),
                ('security_contact = "mailto:a@b"', "go together"),
                (f'security_expires = "{in_days(9)}"', "go together"),
                (f'security_contact = "a@b"\nsecurity_expires = "{in_days(9)}"', "must be a URI"),
                (f'security_contact = "mailto:a@b\\nExpires: x"\nsecurity_expires = "{in_days(9)}"', "must be a URI"),
                ('security_contact = "mailto:a@b"\nsecurity_expires = "soon"', "must be a time such as"),
                (f'security_contact = "mailto:a@b"\nsecurity_expires = "{in_days(-1)}"', "has passed"),
                (f'security_contact = "mailto:a@b"\nsecurity_expires = "{in_days(400)}"', "more than a year ahead"),
                ('packages = ["Free"]', "cannot be the id of a package"),
                ('packages = ["free", "free"]', 'names "free" twice'),
                ('packages = "free"', "array of strings")):
            server = self.new_server(f"[site]\n{line}\n")
            checked = cogos("check-config", "--config", server.config_file)
            self.assertEqual(checked.returncode, 1, line)
            self.assertIn(told, checked.stdout + checked.stderr, line)
            self.assertIn(told, self.refused(server), line)
        for line, told in ((f'cosign_pub_file = "{private}"', "one PEM block PUBLIC KEY"),
                           ('cosign_pub_file = "no-such-file"', "cannot read"),
                           (f'advisories_file = "{wrong}"', "an advisory needs its published"),
                           (f'advisories_file = "{private}"', "not TOML")):
            self.assertIn(told, self.refused(self.new_server(f"[site]\n{line}\n")), line)
        server = self.new_server(environment={"COGOS_ADMIN_KEY": ADMIN_KEY, "COGOS_IMAGE_DIGEST": "latest"})
        self.assertIn("COGOS_IMAGE_DIGEST must be sha256:", self.refused(server))
        server = self.new_server('[server]\norigin = "https://api.example/path"\n')
        self.assertIn("server.origin must be https://host", self.refused(server))

    def refused(self, server):
        server.spawn()
        self.assertEqual(server.process.wait(client.DEADLINE_S), 2)
        server.process = None
        return server.log()


class Documented(FlowTest):
    def test_the_settings_and_advisories_that_the_documentation_shows_are_good(self):
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "site.md"),
                  encoding="utf-8") as file:
            settings, advisories = re.findall(r"^```toml\n(.*?)^```$", file.read(), re.S | re.M)
        server = self.new_server()
        server.write("cosign.pub", PUBLIC_PEM)
        server.write("advisories.toml", advisories)
        # Its files are elsewhere, and the day that it names will have passed.
        settings = settings.replace("/etc/cogos", server.directory)
        server.configure(re.sub(r"(security_expires = )\S+", rf'\1"{in_days(200)}"', settings))
        server.start()
        for target, told in (("/trust", "COGOS-2026-1"), ("/trust", "Robin Finder"), ("/sub-processors", "Mail Ltd"),
                             ("/cosign.pub", PUBLIC_PEM), ("/security", "curl -sfI https://api.example.com/"),
                             ("/.well-known/security.txt", "Contact: mailto:security@example.com\n")):
            self.assertIn(told, server.call("GET", target).body.decode(), target)
        server.stop()


class Trust(FlowTest):
    def readings(self, server):
        page = Page(server.call("GET", "/trust").body.decode())
        return re.sub(r"\s+", " ", " ".join(page.text))

    def test_it_is_live(self):
        digest = "sha256:" + "ab" * 32
        server = self.new_server(environment={"COGOS_ADMIN_KEY": ADMIN_KEY, "COGOS_IMAGE_DIGEST": digest})
        server.configure(f'[site]\ncosign_pub_file = {toml(server.write("cosign.pub", PUBLIC_PEM))}\n'
                         "[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n")
        server.start()
        self.assertEqual(server.call("GET", "/cosign.pub").body.decode(), PUBLIC_PEM)
        first = self.readings(server)
        kid = server.ready["signer_kid"]
        for told in (server.ready["rev"], kid, digest, "no probe has reported", "published none"):
            self.assertIn(told, first)
        customer = server.issue("trusting")
        for _ in range(3):
            self.assertEqual(server.chat(customer).status, 200)
        # Start, the package, the key; three calls. It is made anew once a second.
        wait_for(lambda: re.search(r"Chains 2 Rows 6 ", self.readings(server)), "six rows in two chains on /trust")
        answer = server.call("GET", "/trust")
        self.assertEqual(answer.header("Cache-Control"), "no-store")
        server.stop()
        server.start()
        later = self.readings(server)
        self.assertIn(kid, later)
        self.assertIn(server.ready["signer_kid"], later)
        self.assertEqual(later.count("in use"), 1)
        old = server.ready["signer_kid"]
        server.kill()
        server.start()
        self.assertRegex(self.readings(server), old + r".*not recorded: its process did not end in order")
        server.stop()


class Meddler:
    """A server between the client and `server` that passes everything on, but for what `change` does to it."""

    def __init__(self, server, port, version=None):
        self.change = lambda target, headers, body: (headers, body)
        meddler = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = client.call(port, server.ca_file, self.command, self.path, body, dict(self.headers.items()))
                headers, body = meddler.change(self.path, answer.headers, answer.body)
                self.send_response_only(answer.status)
                for name, value in headers:
                    if name.lower() not in ("content-length", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_HEAD = do_POST = do

            def log_message(self, *_):
                pass

        cert, key = certificate(77)
        self.ca_file = server.write("meddler.pem", cert)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file, server.write("meddler-key.pem", key))
        if version:
            warnings.simplefilter("ignore", DeprecationWarning)  # an old version is the point
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            context.minimum_version = version
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.origin = f"https://localhost:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Commands(FlowTest):
    """What the pages print is what they say: each command holds here, and fails where the thing is broken."""

    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        cls.server = Server(f'[server]\norigin = "https://localhost:{cls.port}"\n',
                            arguments=("--listen", f"127.0.0.1:{cls.port}"))
        cls.addClassCleanup(cls.server.discard)
        cls.server.start()

    tenants = map("commands-{}".format, itertools.count())
    addresses = map("127.251.0.{}".format, range(1, 255))

    def setUp(self):
        self.customer = self.server.issue(next(self.tenants), package_id="team")
        self.signing = self.server.issue("commands-signing", scheme="ed25519", package_id="team")
        self.assertEqual(self.server.chat(self.customer).status, 200)
        self.folder(self.customer, "key")
        self.folder(self.signing, "signing")

    def folder(self, customer, name):
        os.makedirs(self.server.path(name), exist_ok=True)
        for file in ("api_key", "hmac_secret", "x25519_private_pem", "private_pem", "key_id"):
            value = {**customer.issued, "private_pem": customer.signing_pem}.get(file)
            if value is not None:
                self.server.write(f"{name}/{file}", value)

    def run_command(self, command, meddler=None):
        """As printed, from an address of its own, since one of them acts a scanner; by way of `meddler` where there is
        one."""
        self.server.write(".curlrc", f"interface = {next(self.addresses)}\n")
        self.folder(self.server.issue("commands-spare", package_id="team"), "spare")
        if meddler:
            command = command.replace(f"https://localhost:{self.port}", meddler.origin)
        path = os.path.dirname(os.path.abspath(COGOS)) + ":" + os.environ["PATH"]
        trusted = meddler.ca_file if meddler else self.server.ca_file
        environment = clean_environment(CURL_CA_BUNDLE=trusted, CURL_HOME=self.server.directory, PATH=path,
                                        DATA_DIR=self.server.data_dir)
        return subprocess.run(["bash", "-c", command], cwd=self.server.directory, capture_output=True, text=True,
                              check=False, timeout=120, env=environment)

    def claims(self):
        """Of /security by id: the tag and the command, if it has one."""
        text = self.server.call("GET", "/security").body.decode()
        found = {}
        for part in re.split(r'<div class="claim" id="', text)[1:]:
            name, rest = part.split('"', 1)
            tags = re.findall(r'class="tag (\w+)">(\w+)<', rest.split("</h3>")[0])
            self.assertEqual(len(tags), 1, name)
            self.assertEqual(tags[0][0], tags[0][1])
            command = re.search(r'<code class="command">(.*?)</code>', rest, re.S)
            found[name] = (tags[0][0], html.unescape(command.group(1)) if command else None)
        return found

    def test_every_shipped_claim_has_a_command_and_it_holds(self):
        claims = self.claims()
        self.assertGreaterEqual(len(claims), 25)
        self.assertEqual({tag for tag, _ in claims.values()}, {"shipped", "partial", "roadmap"})
        for name, (tag, command) in claims.items():
            if tag != "shipped":
                self.assertIsNone(command, name)
                continue
            self.assertIsNotNone(command, f"{name} is said to be shipped, and nothing checks it")
            done = self.run_command(command)
            self.assertEqual(done.returncode, 0, f"{name}: {command}\n{done.stdout}{done.stderr}")

    def test_the_commands_fail_where_the_claim_does_not_hold(self):
        commands = {name: command for name, (_, command) in self.claims().items() if command}
        meddler = Meddler(self.server, self.port)
        self.addCleanup(meddler.close)

        def without(name):
            return lambda target, headers, body: ([one for one in headers if one[0].lower() != name], body)

        def replaced(name, value):
            others = without(name.lower())
            return lambda target, headers, body: (others(target, headers, body)[0] + [(name, value)], body)

        def edited(old, new):
            return lambda target, headers, body: (headers, body.replace(old, new))

        broken = (
            ("hsts", without("strict-transport-security")),
            ("hsts", replaced("Strict-Transport-Security", "max-age=1")),
            ("csp", replaced("Content-Security-Policy",
                             "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")),
            ("csp", without("content-security-policy")),
            ("first-party", edited(b"</head>", b'<script src="https://cdn.example/x.js"></script></head>')),
            ("first-party", edited(b"</head>", b'<link rel=stylesheet href=//cdn.example/x.css></head>')),
            ("hmac", edited(b'"object":"list"', b'"object":"lost"')),
            ("hmac", without("x-cogos-signature")),
            ("attestation", edited(b'"error"', b'"errer"')),
            ("attestation", without("x-cogos-attestation")),
            ("chain", edited(b'"http_status":200', b'"http_status":201')),
            ("anchors", edited(b'"seq":2,', b'"seq":3,')),
            ("sealed-rows", edited(b'"ciphertext_b64":"', b'"ciphertext_b64":"AAAA')),
            ("no-hosted-llm", edited(b'"live_search":', b'"live_surch":')),
            ("rotation", without("x-cogos-key-deprecated")),
            ("surface", edited(b'"/v1/me":', b'"/adm" :')),
            ("rates", without("x-ratelimit-limit-requests")),
            ("prompt-size", edited(b"prompt_too_large", b"fine")),
            ("server-keys", edited(b'"ended_at":null', b'"ended_at":"2026-01-01T00:00:00.000Z"')),
            ("quarantine", edited(b"key_quarantined_for_review", b"fine")),
        )
        for name, change in broken:
            meddler.change = lambda target, headers, body: (headers, body)
            if name not in ("rotation", "quarantine"):
                whole = self.run_command(commands[name], meddler)
                self.assertEqual(whole.returncode, 0, f"{name}\n{whole.stdout}{whole.stderr}")
            meddler.change = change
            done = self.run_command(commands[name], meddler)
            self.assertNotEqual(done.returncode, 0, f"{name}: {done.stdout}{done.stderr}")
        for name, secret in (("dek", self.customer.hmac_secret), ("bearer-hash", self.customer.api_key)):
            leak = self.server.write("data/leak", "x" * 100 + secret)
            self.assertNotEqual(self.run_command(commands[name]).returncode, 0, name)
            os.unlink(leak)
            self.assertEqual(self.run_command(commands[name]).returncode, 0, name)

    def test_the_command_for_tls_finds_an_old_version(self):
        command = self.claims()["tls"][1]
        for version, holds in ((ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)):
            meddler = Meddler(self.server, self.port, version)
            self.addCleanup(meddler.close)
            self.assertEqual(self.run_command(command, meddler).returncode == 0, holds, version)

    def test_the_front_pages_minute_holds(self):
        command = Page(self.server.call("GET", "/").body.decode()).commands[0]
        done = self.run_command(command)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Signature Verified Successfully", done.stdout)
        self.assertIn('"signer":"cogos-api"', done.stdout)


if __name__ == "__main__":
    main()
