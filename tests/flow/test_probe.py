"""`cogos probe` against the real server, and against the same server behind a proxy that spoils one thing; what becomes
of its reports; what a probe's key may do and what it may not."""

import json
import os
import re
import shlex
import ssl
import subprocess
import time
import warnings

import cogos_client as client
from fixture import ADMIN_KEY, COGOS, DEADLINE_S, JSON, FlowTest, clean_environment, cogos, free_port, main, question, wait_for
from tls_front import TlsFront

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REPORTS = "/v1/probe-reports"


def now(offset=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + offset))


def report(run="run-0001", **changes):
    return {"run_id": run, "target": "https://api.example", "started_at": now(),
            "checks": [{"check": "tls.1_2", "ok": True, "ms": 3, "detail": "accepted"},
                       {"check": "page.trust", "ok": False, "ms": 4, "detail": "status 404"}], **changes}


def results(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def failed(path):
    return {one["check"] for one in results(path) if not one["ok"]}


def speak_old_tls(context):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")


class Spoiler(TlsFront):
    """The server under test by way of somebody who spoils its answers: `spoil(request, headers, body)` gives what to send
    of status, headers and body in their place, or None for what was there."""

    def __init__(self, server, spoil=None, old_tls=False):
        self.real, self.spoil = server, spoil
        super().__init__(server.ca_file, os.path.join(server.data_dir, "dev-key.pem"), speak_old_tls if old_tls else None)

    def pass_on(self, request, body):
        kept = {name: value for name, value in request.headers.items() if name.lower() not in ("host", "content-length")}
        answer = client.call(self.real.port, self.real.ca_file, request.command, request.path, body, kept)
        given = (answer.status, list(answer.headers), answer.body)
        return self.spoil and self.spoil(request, *given[1:]) or given


class Probing(FlowTest):
    config = ("[probes]\ninterval_hours = 24\n[site]\nsecurity_contact = \"mailto:security@example.com\"\n"
              f"security_expires = \"{now(86400 * 90)}\"\n")

    def issue_probe(self, server=None, **order):
        return (server or self.server).issue("watch", tenant_type="probe", **order)

    def probe(self, port, key=None, *more, server=None):
        server = server or self.server
        out = server.path(f"out-{port}.jsonl")
        keys = []
        if key:
            keys = ["--key-file", server.write("key", key.api_key), "--hmac-secret-file",
                    server.write("secret", key.hmac_secret)]
        done = cogos("probe", "--target", f"https://localhost:{port}", "--ca", server.ca_file, "--out", out, *keys, *more)
        for secret in (key.api_key, key.hmac_secret) if key else ():
            self.assertNotIn(secret, done.stdout + done.stderr)
        return done, out

    def operator_rows(self, server=None):
        server = server or self.server
        rows = server.admin("GET", "/admin/usage?tenant_id=_operator&limit=1000").json()["rows"]
        return [row for row in rows if row["route"] == "probe.report"]


class Target(Probing):
    def test_a_server_as_it_is_passes(self):
        probe = self.issue_probe()
        done, out = self.probe(self.server.port, probe, "--report", f"https://localhost:{self.server.port}")
        self.assertEqual(done.stderr, "")
        self.assertEqual(failed(out), set(), done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout)
        names = {one["check"] for one in results(out)}
        for name in ("tls.1_0", "me.attestation", "me.signature", "decoy.cloud", "files.traversal", "attestation.keys"):
            self.assertIn(name, names)
        row = self.operator_rows()[-1]
        self.assertEqual(row["detail"]["run_id"], results(out)[0]["run_id"])
        self.assertEqual(row["detail"]["passed"], str(len(names)))
        # It looked at six decoys and used its key from the same address, and may go on.
        for _ in range(2):
            done, _ = self.probe(self.server.port, probe)
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_without_a_key_and_with_a_customers(self):
        done, out = self.probe(self.server.port)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertFalse({one["check"] for one in results(out)} & {"me", "decoy.env"})
        customer = self.server.issue("probed-by-a-customer")
        done, out = self.probe(self.server.port, customer)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("models", {one["check"] for one in results(out)})
        self.assertEqual(self.server.as_customer(customer, "GET", "/v1/me").status, 200, "and its key is no suspect")

    def test_plain_http_leads_to_tls(self):
        port = free_port()
        server = self.new_server(self.config + f'[server]\norigin = "https://localhost:{port}"\n'
                                 'redirect_listen = "127.0.0.1:0"\n', arguments=("--listen", f"127.0.0.1:{port}"))
        server.start()
        done, out = self.probe(port, None, "--plain", f"http://localhost:{server.redirect_port}", server=server)
        self.assertEqual(failed(out), set(), done.stdout)
        self.assertLessEqual({"headers.redirect", "plain.v1"}, {one["check"] for one in results(out)})
        # Where it is answered by something else, that is seen.
        done, out = self.probe(port, None, "--plain", f"http://localhost:{port}", server=server)
        self.assertEqual(failed(out), {"headers.redirect", "plain.v1"}, done.stdout)

    def test_nobody_there_and_somebody_else_there(self):
        gone = Spoiler(self.server)
        port = gone.server_address[1]
        gone.close()
        done, out = self.probe(port)
        self.assertEqual((done.returncode, failed(out)), (1, {"reach"}))
        # The system does not trust a certificate that this server made for itself.
        out = self.server.path("untrusted.jsonl")
        done = cogos("probe", "--target", f"https://localhost:{self.server.port}", "--out", out)
        self.assertEqual((done.returncode, failed(out)), (1, {"reach"}))
        self.assertIn("certificate", done.stdout)

    def test_its_own_server_is_asked_over_loopback(self):
        listen = f"127.0.0.1:{self.server.port}"
        done = cogos("probe", "--self", "--listen", listen)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        other = self.new_server().start()
        port = other.port
        other.stop()
        done = cogos("probe", "--self", environment=clean_environment(COGOS_LISTEN=f"127.0.0.1:{port}"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("/health", done.stderr)
        self.assertEqual(cogos("probe", "--self", "--listen", "192.0.2.1:443").returncode, 2)


class Spoilt(Probing):
    def test_what_is_spoilt_on_the_way_is_found(self):
        probe = self.issue_probe()

        def one_header(request, headers, body):
            return (200, [one for one in headers if one[0] != "X-Frame-Options"], body) if request.path == "/health" else None

        def dot_env(request, headers, _):
            return (200, headers, b"DB_PASSWORD=hunter2\n") if request.path == "/.env" else None

        def settings(request, headers, _):
            return (200, headers, b"[server]\n") if request.path == "/cogos.toml" else None

        def tampered(request, headers, body):
            keyed = request.path == "/v1/me" and request.headers.get("Authorization") == "Bearer " + probe.api_key
            return (200, headers, body.replace(b'"ok":true', b'"ok":false')) if keyed else None

        def other_receipt(request, headers, body):
            if request.path != "/v1/me" or b'"ok":true' not in body:
                return None
            return 200, [(name, "0" * 64 if name == "X-Cogos-Signature" else value) for name, value in headers], body

        for spoil, found in ((None, set()), (one_header, {"headers.json"}), (dot_env, {"decoy.env"}),
                             (settings, {"files.settings"}), (tampered, {"me.attestation", "me.signature"}),
                             (other_receipt, {"me.signature"})):
            with self.subTest(found):
                spoiler = Spoiler(self.server, spoil)
                done, out = self.probe(spoiler.server_address[1], probe)
                spoiler.close()
                self.assertEqual(failed(out), found, done.stdout)
                self.assertEqual(done.returncode, 1 if found else 0)

    def test_old_tls_is_found(self):
        spoiler = Spoiler(self.server, old_tls=True)
        done, out = self.probe(spoiler.server_address[1])
        spoiler.close()
        self.assertEqual(failed(out), {"tls.1_0", "tls.1_1"}, done.stdout)


class Reports(Probing):
    def post(self, key, body, server=None):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return (server or self.server).as_customer(key, "POST", REPORTS, data)

    def test_a_report_is_a_row_of_each_chain(self):
        probe = self.issue_probe()
        answer = self.post(probe, report("both-chains"))
        self.assertEqual(answer.status, 201)
        self.assertEqual((answer.json()["passed"], answer.json()["failed"]), (1, 1))
        row = next(row for row in self.operator_rows() if row["detail"]["run_id"] == "both-chains")
        canonical = client.canonical(json.loads(answer.request_body))
        self.assertEqual(row["detail"], {
            "run_id": "both-chains", "target": "https://api.example", "passed": "1", "failed": "1",
            "failed_checks": "page.trust", "key_id": probe.key_id, "report_sha256": client.sha256_hex(canonical),
            "started_at": json.loads(answer.request_body)["started_at"].replace("Z", ".000Z")})
        own = [one for one in self.server.admin("GET", "/admin/usage?tenant_id=watch&limit=1000").json()["rows"]
               if one["key_id"] == probe.key_id]
        self.assertEqual([(one["route"], one["status"]) for one in own], [(REPORTS, "success")])
        again = self.post(probe, report("both-chains", started_at=json.loads(answer.request_body)["started_at"]))
        self.assertEqual((again.status, again.json()["chain_head_after"]), (200, None))
        self.assertEqual(self.post(probe, report("both-chains", checks=report()["checks"][:1])).status, 409)
        self.assertEqual(sum(row["detail"]["run_id"] == "both-chains" for row in self.operator_rows()), 1)

    def test_what_is_no_report_is_refused_and_names_the_member(self):
        probe = self.issue_probe()
        before = len(self.operator_rows())
        for body, status, param in ((b"[]", 400, None), (b"{", 400, None), (report(run_id=7), 400, "run_id"),
                                    (report(target="https://a\"><script>"), 400, "target"),
                                    (report(started_at=now(-3700)), 400, "started_at"),
                                    (report(started_at=now(400)), 400, "started_at"),
                                    (report(checks=[{"check": "<b>", "ok": True, "ms": 1}]), 400, "checks[0].check"),
                                    (report(checks=[{"check": "a", "ok": 1, "ms": 1}]), 400, "checks[0].ok"),
                                    (report(more="x" * 65536), 413, None)):
            answer = self.post(probe, body)
            self.assertEqual(answer.status, status, answer.body)
            self.assertEqual(answer.json()["error"].get("param"), param)
        self.assertEqual(len(self.operator_rows()), before)

    def test_forged_and_foreign_reports_are_refused(self):
        probe = self.issue_probe()
        body = json.dumps(report("forged-run")).encode()
        wrong = self.server.call("POST", REPORTS, body, {**JSON, "Authorization": "Bearer sk-cogos-" + "0" * 32})
        self.assert_error(wrong, 401, "invalid_api_key")
        self.assert_error(self.server.call("POST", REPORTS, body, JSON), 401, "invalid_request_error")
        self.assert_error(self.post(self.server.issue("customer"), body), 403, "forbidden")
        revoked = self.issue_probe()
        self.server.admin("POST", f"/admin/keys/{revoked.key_id}/revoke")
        self.assert_error(self.post(revoked, body), 401, "invalid_api_key")
        self.assertNotIn("forged-run", [row["detail"]["run_id"] for row in self.operator_rows()])
        self.assertEqual(self.post(probe, body).status, 201)

    def test_a_probes_key_does_nothing_else(self):
        probe = self.issue_probe()
        self.assertEqual(self.server.get(probe, "/v1/me")["tenant_type"], "probe")
        for method, path, body in (("POST", "/v1/chat/completions", question()), ("POST", "/v1/keys/rotate", {}),
                                   ("POST", "/v1/search", {"query": "x"}), ("GET", "/v1/models", None),
                                   ("GET", "/v1/audit", None), ("GET", "/v1/audit/chain-head", None)):
            data = b"" if body is None else json.dumps(body).encode()
            self.assert_error(self.server.as_customer(probe, method, path, data), 403, "forbidden")
        self.assert_error(self.server.admin("POST", "/admin/keys", {"tenant_id": "x", "tenant_type": "root"}), 400,
                          "validation_failed")
        self.assert_error(self.server.admin("POST", "/admin/keys",
                                            {"tenant_id": "x", "tenant_type": "probe", "scheme": "ed25519"}), 400,
                          "validation_failed")

    def test_the_trust_page_shows_it_as_text_and_after_a_restart_too(self):
        server = self.new_server()
        server.start()
        self.assertIn(b"no probe has reported", server.call("GET", "/trust").body)
        self.assertEqual(self.post(self.issue_probe(server), report("seen-by-all"), server).status, 201)

        def shown():
            page = server.call("GET", "/trust").body.decode()
            return "https://api.example" in page and page

        page = wait_for(shown, "the report on /trust")
        self.assertIn("1: page.trust", page)
        self.assertNotIn("no probe has reported", page)
        server.stop()
        server.start()
        self.assertTrue(shown())

    def test_a_run_is_known_after_a_restart_and_a_crash(self):
        server = self.new_server()
        server.start()
        probe = self.issue_probe(server)
        first = report("before-the-end")
        self.assertEqual(self.post(probe, first, server).status, 201)
        server.stop()
        server.start()
        self.assertEqual(self.post(probe, first, server).status, 200)
        second = report("before-the-crash")
        self.assertEqual(self.post(probe, second, server).status, 201)
        server.kill()
        server.start()
        self.assertEqual(self.post(probe, first, server).status, 200)
        self.assertEqual(self.post(probe, second, server).status, 200)
        self.assertEqual(len(self.operator_rows(server)), 2)
        server.stop()
        self.assertEqual(server.fsck().returncode, 0)


class Documented(Probing):
    """The commands of docs/probes.md, as printed but for the host's name."""

    def test_the_commands_work(self):
        with open(os.path.join(ROOT, "docs", "probes.md"), encoding="utf-8") as file:
            text = file.read()
        here = f"localhost:{self.server.port}"
        environment = clean_environment(
            COGOS_ADMIN_KEY=ADMIN_KEY, COGOS_SERVER="https://" + here, COGOS_LISTEN=f"127.0.0.1:{self.server.port}",
            # In place of a certificate that everybody's system trusts.
            SSL_CERT_FILE=self.server.ca_file, PATH=os.path.dirname(COGOS) + os.pathsep + os.environ["PATH"])

        def run(command):
            done = subprocess.run(["bash", "-euc", command.replace("api.example.com", here)], capture_output=True, text=True,
                                  cwd=self.server.directory, env=environment, timeout=DEADLINE_S, check=False)
            self.assertEqual(done.returncode, 0, command + done.stdout + done.stderr)

        blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.S | re.M)
        self.assertEqual(len(blocks), 4)
        for block in blocks:
            run(block)
        # The same command in the forms that schedulers have.
        scheduled = re.findall(r"(cogos probe --target .*)$", text, re.M)
        for name in ("kubernetes/probe.yaml", "azure/probe-job.yaml"):
            with open(os.path.join(ROOT, "docker", name), encoding="utf-8") as file:
                array = re.search(r"args: \[(.*?)\]", file.read(), re.S).group(1)
            scheduled.append(shlex.join(["cogos", *(word.strip().strip('"') for word in array.split(","))]))
        scheduled = [line for line in scheduled if not line.endswith("\\")]
        self.assertEqual(len(scheduled), 4)
        for line in scheduled:
            for place, file in (("%d/key", "api_key"), ("%d/hmac", "hmac_secret"), ("/run/probe/api_key", "api_key"),
                                ("/run/probe/hmac_secret", "hmac_secret")):
                line = line.replace(place, "probe-key/" + file)
            run(line.replace("/results/probe.jsonl", "probe.jsonl"))


if __name__ == "__main__":
    main()
