"""The pages in a real browser, and by checkers that others wrote: Chromium with axe, html-validate, csp_evaluator and the
MDN HTTP Observatory. `--full` adds what takes minutes or measures: Lighthouse and testssl.sh."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
for room in ("flow", "support"):
    sys.path.insert(0, os.path.join(HERE, "..", room))

import npm
from fixture import ADMIN_KEY, FlowTest, free_port, main
from stub_stripe import SECRET_KEY, WEBHOOK_SECRET, StubStripe

FULL = "--full" in sys.argv
PROGRAMS = ("chromium.mjs", "look.mjs", "buy.mjs", "read.mjs", "policy.mjs", "observatory.mjs", "glance.mjs")
NO_SUCH_PAGE = "/no-such-page"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
INTO = os.environ.get("COGOS_BROWSER_DIR")
DEADLINE_S = 300
# What testssl.sh says of every server like this one.
EXPECTED = {
    "cert_revocation": "the certificate is its own",
    "DNS_CAArecord": "localhost has no DNS",
    "BREACH": "pages are compressed; they are the same for everybody, and what holds a secret is not",
    "engine_problem": "of the client's own OpenSSL",
}
SITE = """[site]
operator_name = "Example Operations Ltd"
contact = "office@example.com"
region = "European Union"
sub_processors = ["Example Hosting | machines and disks | European Union"]
security_contact = "mailto:security@example.com"
security_expires = "%s"
"""


class Checked(FlowTest):
    maxDiff = None

    def node(self, program, *arguments, text=None):
        environment = {**npm.ENVIRONMENT, "NODE_EXTRA_CA_CERTS": self.server.ca_file, "HOME": self.server.directory}
        done = subprocess.run(["node", os.path.join(INTO, program), *map(str, arguments)], input=text, cwd=INTO,
                              env=environment, capture_output=True, text=True, check=False, timeout=DEADLINE_S)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]


class PaidAtOnce(StubStripe):
    """A provider whose customers have paid by the time that anybody asks."""

    def answer(self, method, path, headers, body):
        if method == "GET" and path.rpartition("/")[2] in self.sessions:
            self.pay(path.rpartition("/")[2])
        return super().answer(method, path, headers, body)


class SignUp(Checked):
    environment = {"COGOS_ADMIN_KEY": ADMIN_KEY, "STRIPE_KEY": SECRET_KEY, "STRIPE_WEBHOOK": WEBHOOK_SECRET}

    @classmethod
    def setUpClass(cls):
        cls.stripe = PaidAtOnce()
        cls.addClassCleanup(cls.stripe.close)
        port = free_port()
        cls.origin, cls.listen = f"https://localhost:{port}", f"127.0.0.1:{port}"
        cls.config = (f'[server]\norigin = "{cls.origin}"\n[signup]\nfree = true\n[stripe]\nsecret_key_env = "STRIPE_KEY"\n'
                      f'webhook_secret_env = "STRIPE_WEBHOOK"\napi_url = "{cls.stripe.origin}"\n'
                      f'checkout_origin = "{cls.stripe.origin}"\nprices = ["team=price_team1"]\n')
        super().setUpClass()

    def test_a_visitor_signs_up_without_and_with_payment(self):
        self.assertEqual(self.node("buy.mjs", self.origin, self.stripe.origin), [])


class Browser(Checked):
    @classmethod
    def setUpClass(cls):
        port = free_port()
        cls.origin, cls.listen = f"https://localhost:{port}", f"127.0.0.1:{port}"
        cls.config = f'[server]\norigin = "{cls.origin}"\n' + SITE % (
            time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 90 * 86400)))
        super().setUpClass()
        cls.pages = cls.crawl()

    @classmethod
    def crawl(cls):
        """{path: HTML} of every page that can be reached from the front by links, and of an unknown one."""
        found, waiting = {}, ["/", NO_SUCH_PAGE]
        while waiting:
            path = waiting.pop()
            answer = cls.server.call("GET", path, headers=BROWSER, checked=False)
            if not (answer.header("Content-Type") or "").startswith("text/html"):
                continue
            found[path] = answer.body.decode()
            for link in re.findall(r'<a [^>]*href="([^"]*)"', found[path]):
                target = urllib.parse.urlsplit(link)
                if not target.scheme and not target.netloc and target.path and target.path not in (*found, *waiting):
                    waiting.append(target.path)
        return found

    def test_the_pages_that_there_should_be_are_linked(self):
        self.assertLessEqual({"/", "/security", "/whitepaper", "/cookbook", "/trust", "/sla", "/sub-processors", "/terms",
                              "/privacy", NO_SUCH_PAGE}, set(self.pages))

    def test_chromium_has_nothing_to_say(self):
        self.assertEqual(self.node("look.mjs", self.origin, *sorted(self.pages)), [])

    def test_the_html_is_valid(self):
        for path, html in self.pages.items():
            with self.subTest(path):
                self.assertEqual(self.node("read.mjs", text=html), [])

    def test_the_content_policy_has_no_finding(self):
        for path in ("/", "/v1/models", "/health", NO_SUCH_PAGE):
            with self.subTest(path):
                policy = self.server.call("GET", path, checked=False).header("Content-Security-Policy")
                self.assertEqual(self.node("policy.mjs", policy), [])

    def test_the_observatory_gives_its_best_grade(self):
        # It knows no other port for plain HTTP, so what is sent on to https is for flow.redirect to see.
        [result] = self.node("observatory.mjs", f"localhost:{self.server.port}")
        print(result)
        self.assertEqual(result["grade"], "A+", result)
        self.assertGreaterEqual(result["score"], 130, result)

    def test_the_checkers_find_what_is_wrong(self):
        """Else their silence would say nothing."""
        self.assertTrue(self.node("read.mjs", text="<!doctype html><html><p style='a'><div></p>"))
        self.assertTrue(self.node("policy.mjs", "default-src 'none'; script-src 'unsafe-inline'"))

    def test_lighthouse(self):
        if not FULL:
            self.skipTest("takes a minute a page and measures: scripts/audit.sh")
        for path in sorted(set(self.pages) - {NO_SUCH_PAGE}):
            with self.subTest(path):
                [scores] = self.node("glance.mjs", self.origin + path)
                print(path, scores)
                for category in ("performance", "accessibility", "best-practices"):
                    self.assertGreaterEqual(scores[category], 98, scores)

    def test_testssl(self):
        if not FULL:
            self.skipTest("takes minutes: scripts/audit.sh")
        report = self.server.path("testssl.json")
        subprocess.run(["testssl", "--quiet", "--color", "0", "--ip", "127.0.0.1", "--add-ca", self.server.ca_file,
                        "--jsonfile", report, f"localhost:{self.server.port}"], check=False, stdout=subprocess.DEVNULL,
                       timeout=1800)
        with open(report, encoding="utf-8") as file:
            findings = {finding["id"]: finding for finding in json.load(file)}
        # Debian 12's version gives no grade, but what later ones count against it is among its findings.
        bad = {name: finding["finding"] for name, finding in findings.items()
               if finding["severity"] not in ("OK", "INFO") and name not in EXPECTED}
        self.assertEqual(bad, {})
        self.assertEqual([findings[name]["finding"] for name in ("TLS1", "TLS1_1")], ["not offered"] * 2)
        self.assertEqual({findings[name]["severity"] for name in ("TLS1_2", "TLS1_3", "PFS", "HSTS_time")}, {"OK"})


if __name__ == "__main__":
    if FULL:
        sys.argv.remove("--full")
    if not shutil.which("chromium"):
        npm.skip("there is no chromium here; scripts/audit.sh installs it")
    npm.install(HERE, INTO, PROGRAMS)
    main()
