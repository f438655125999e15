"""Runs the commands of docs/runbook.md as printed, against servers that are started and stopped as the page says, and,
where a command is to find something wrong, with something wrong. Only paths, the server's address and ids are put in."""

import datetime
import json
import os
import re
import shutil
import sqlite3
import ssl
import subprocess
import sys
import textwrap
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests", "flow"), os.path.join(ROOT, "tests", "support")]

import cogos_client as client  # noqa: E402
from certificates import certificate  # noqa: E402
from fixture import (ADMIN_KEY, COGOS, DEADLINE_S, Customer, Server, clean_environment, cogos, free_port,  # noqa: E402
                     main, stored_rows, wait_for)

with open(os.path.join(ROOT, "docs", "runbook.md"), encoding="utf-8") as page:
    PAGE = page.read()
SECRET_DEK = "1f" * 32


def blocks_by_heading():
    found, heading = {}, ""
    for part in re.split(r"^(#{2,3} .*)$", PAGE, flags=re.M):
        if part.startswith("##"):
            heading = part.lstrip("# ")
        else:
            blocks = re.findall(r"^( *)```sh\n(.*?)^ *```$", part, re.S | re.M)
            if blocks:
                found[heading] = [textwrap.dedent(block) for _, block in blocks]
    return found


BLOCKS = blocks_by_heading()
# The one before the first heading, which the page asks to begin with.
SHELL = BLOCKS.pop("")[0]


class Host(Server):
    """A machine as the page supposes it."""

    def __init__(self, config=""):
        super().__init__(config, dev=False, environment={}, arguments=())
        for name in ("etc", "secrets", "backups"):
            os.mkdir(self.path(name))
        self.data_dir = self.path("data")
        self.config_file, self.ca_file = self.path("etc/cogos.toml"), self.path("etc/cert.pem")
        self.fixed_port = free_port()
        self.new_certificate(1)
        self.operator_pem, public_pem = client.new_x25519()
        self.write("operator.pem", self.operator_pem)
        self.write("etc/operator.pub.pem", public_pem)
        self.write("secrets/admin_key", ADMIN_KEY)
        self.write("secrets/dek", SECRET_DEK + "\n")
        self.settings(config)

    def settings(self, more="", sealing_key="etc/operator.pub.pem"):
        self.configure(f'''[server]
listen = "127.0.0.1:{self.fixed_port}"
origin = "https://localhost:{self.fixed_port}"
[tls]
cert_file = "{self.path("etc/cert.pem")}"
key_file = "{self.path("etc/key.pem")}"
[store]
data_dir = "{self.data_dir}"
[operator]
sealing_key_file = "{self.path(sealing_key)}"
[site]
security_contact = "mailto:security@example.com"
security_expires = "{(datetime.date.today() + datetime.timedelta(300)).isoformat()}T00:00:00Z"
[limits]
peer_rpm = 0
admin_peer_rpm = 0
{more}''')

    def new_certificate(self, serial):
        cert, key = certificate(serial, days=90)
        self.write("etc/cert.pem", cert)
        self.write("etc/key.pem", key)

    def put_in(self, block):
        for printed, here in (("/etc/cogos", self.path("etc")), ("/run/secrets", self.path("secrets")),
                              ("/var/lib/cogos", self.data_dir), ("/var/backups", self.path("backups")),
                              ("https://api.example.com", f"https://localhost:{self.fixed_port}")):
            block = block.replace(printed, here)
        return block

    def command(self):
        return ["bash", "-euo", "pipefail", "-c", self.put_in(BLOCKS["Start"][1])]

    def spawn(self):
        self.environment = self.shell_environment()
        super().spawn()

    def shell_environment(self, **variables):
        return {"PATH": os.path.dirname(COGOS) + os.pathsep + os.environ["PATH"], "SSL_CERT_FILE": self.ca_file,
                "CURL_CA_BUNDLE": self.ca_file, "PID": str(self.process.pid if self.process else ""), **variables}

    def shell(self, script, **variables):
        return subprocess.run(["bash", "-euo", "pipefail", "-c", self.put_in(SHELL + script)], cwd=self.directory,
                              env=clean_environment(**self.shell_environment(**variables)), capture_output=True,
                              text=True, check=False, timeout=DEADLINE_S)


class RunbookCommands(unittest.TestCase):
    ran = set()

    def setUp(self):
        self.host = Host()
        self.addCleanup(self.host.discard)

    @classmethod
    def tearDownClass(cls):
        if len(sys.argv) > 1:
            return
        missed = {(heading, n) for heading, blocks in BLOCKS.items() for n in range(len(blocks))} - cls.ran
        if missed:
            raise AssertionError(f"nothing runs these commands of the page: {sorted(missed)}")

    def run_block(self, heading, n=0, code=0, key_id=None, **variables):
        block = BLOCKS[heading][n]
        self.ran.add((heading, n))
        if key_id:
            self.assertIn("KEY_ID", block)
            block = block.replace("KEY_ID", key_id)
        done = self.host.shell(block, **variables)
        self.assertEqual(done.returncode, code, block + done.stdout + done.stderr)
        return done

    def start(self):
        self.ran.add(("Start", 1))
        return self.host.start()

    def customer(self, tenant="acme", **order):
        found = self.host.issue(tenant, **order)
        os.makedirs(self.host.path("key"), exist_ok=True)
        self.host.write("key/api_key", found.api_key)
        return found

    def back_up(self, name=None):
        self.run_block("Backup")
        [made] = [file for file in os.listdir(self.host.path("backups")) if file.startswith("cogos-")]
        kept = self.host.path(name or "kept.backup")
        shutil.move(os.path.join(self.host.path("backups"), made), kept)
        return kept

    # One a procedure

    def test_first_look(self):
        self.start()
        self.run_block("First look")
        self.host.stop()
        self.assertNotEqual(self.host.shell(BLOCKS["First look"][0]).returncode, 0)

    def test_start_and_stop(self):
        self.run_block("Start")
        self.host.settings("[nonsense]\n")
        self.run_block("Start", code=1)
        self.host.settings()
        self.start()
        self.run_block("Stop")
        self.host.ended()
        self.assertIn("stopped", self.host.log().splitlines()[-1])

    def test_tls_certificate(self):
        self.start()
        was = ssl.get_server_certificate(("localhost", self.host.fixed_port))
        self.host.new_certificate(2)
        self.run_block("TLS certificate")
        wait_for(lambda: self.host.event("settings reloaded"), "the reload")
        now = ssl.get_server_certificate(("localhost", self.host.fixed_port))
        with open(self.host.ca_file, encoding="utf-8") as file:
            self.assertEqual(now.strip(), file.read().strip())
        self.assertNotEqual(now, was)

    def test_admin_key(self):
        self.start()
        self.run_block("Admin key")
        self.host.ended()
        self.start()
        self.assertEqual(self.host.admin("GET", "/admin/keys").error_type, "invalid_admin_credentials")
        self.run_block("First look")

    def test_data_encryption_key(self):
        self.start()
        customer = self.customer()
        self.host.stop()
        done = self.run_block("Data encryption key")
        self.assertIn("start the server with it from now on", done.stdout)
        self.start()
        self.assertEqual(self.host.chat(customer).status, 200)
        self.host.stop()
        self.host.write("secrets/dek", SECRET_DEK)
        self.host.spawn()
        self.assertEqual(self.host.process.wait(DEADLINE_S), 2, "the former key")
        self.host.process = None

    def test_a_customers_key(self):
        self.start()
        customer = self.customer(package_id="team")
        self.run_block("A customer's key")
        with open(self.host.path("new-key.json"), encoding="utf-8") as file:
            new = Customer(json.load(file))
        self.assertEqual(self.host.chat(new).status, 200)
        self.assertIsNotNone(self.host.chat(customer).header("X-Cogos-Key-Deprecated"))
        self.assertIn(customer.key_id, self.run_block("A customer's key", 1, key_id=customer.key_id).stdout)
        self.assertEqual(self.host.chat(customer).error_type, "invalid_api_key")
        with open(self.host.path("acme-key/api_key"), encoding="utf-8") as file:
            answer = self.host.call("GET", "/v1/me", headers={"Authorization": "Bearer " + file.read().strip()})
        self.assertEqual(answer.json()["tenant_id"], "acme")

    def test_the_operators_sealing_key(self):
        self.start()
        self.host.stop()
        self.run_block("The operator's sealing key")
        self.host.settings(sealing_key="secrets/operator-2.pub.pem")
        self.start()
        self.host.stop()
        rows = stored_rows(self.host.data_dir, "_operator")
        kids = [row["sealed_content"]["kid"] for row in rows]
        self.assertEqual(len(set(kids)), 2)
        with open(self.host.path("secrets/operator-2.pem"), encoding="utf-8") as file:
            new = file.read()
        client.unseal(rows[-1], new)
        client.unseal(rows[0], self.host.operator_pem)
        self.host.write("operator.pem", new)
        self.host.write("dek", SECRET_DEK)
        self.run_block("A drill", BACKUP=self.back_up())

    def test_a_probes_key(self):
        self.start()
        done = self.run_block("A probe's key")
        self.assertNotIn("FAIL", done.stdout)
        self.host.stop()
        self.assertIn("probe.report", [row["route"] for row in stored_rows(self.host.data_dir, "_operator")])

    def test_backup_drill_and_restore(self):
        self.start()
        customer = self.customer()
        answer = self.host.chat(customer)
        backup = self.back_up()
        for dek, code in ((SECRET_DEK, 0), ("3c" * 32, 2)):
            self.host.write("dek", dek)
            self.run_block("A drill", code=code, BACKUP=backup)
            shutil.rmtree(self.host.path("scratch"), ignore_errors=True)
        damaged = self.host.path("damaged.backup")
        with open(backup, "rb") as file, open(damaged, "wb") as to:
            to.write(file.read()[:-1])
        self.run_block("A drill", code=1, BACKUP=damaged)
        self.host.chat(customer)
        self.host.stop()
        self.run_block("Restore", code=1, BACKUP=backup)
        done = self.run_block("Restore", 1, BACKUP=backup)
        self.assertIn("acme/_default: 1 row of the former store are not in the backup", done.stdout)
        [replaced] = [name for name in os.listdir(self.host.data_dir) if name.startswith("replaced-")]
        shutil.rmtree(self.host.data_dir)
        self.assertTrue(replaced)
        self.run_block("Restore", BACKUP=backup)
        self.start()
        self.assertEqual(self.host.rows(customer)[-1]["row_hash"], answer.claims["chain_head"])

    def test_quarantine(self):
        self.start()
        customer = self.customer()
        context = client.tls_context(self.host.ca_file)
        with client.Wire(self.host.port, context=context, source="127.9.9.9") as wire:
            for target, headers in (("/v1/me", {"Authorization": "Bearer " + customer.api_key}), ("/.env", {})):
                wire.send(client.message("GET", target, headers))
                self.assertEqual(wire.response("GET", target).status, 200)
        self.assertEqual(self.host.chat(customer).error_type, "key_quarantined_for_review")
        self.assertIn(customer.key_id, self.run_block("Quarantine").stdout)
        self.run_block("Quarantine", 1, key_id=customer.key_id)
        self.assertEqual(self.host.chat(customer).status, 200)
        self.run_block("Quarantine", 1, code=1, key_id=customer.key_id)

    def test_the_admin_key_leaked(self):
        self.start()
        customer = self.customer()
        done = self.run_block("The admin key leaked", SINCE="2026-01-01T00:00:00Z")
        for what in (customer.key_id, "/admin/keys", "team"):
            self.assertIn(what, done.stdout)

    def tampered(self, statement):
        with sqlite3.connect(os.path.join(self.host.data_dir, "cogos.db")) as db:
            db.execute(statement)

    def test_the_log_may_have_been_tampered_with(self):
        heading = "The log may have been tampered with"
        self.start()
        customer = self.customer()
        self.host.chat(customer)
        former = self.back_up("former.backup")
        head = self.host.chat(customer).claims["chain_head"]
        self.run_block(heading, 2, HEAD=head)
        self.run_block(heading, 2, code=1, HEAD="0" * 64)
        present = self.back_up("present.backup")
        lost = self.run_block(heading, 1, FORMER_BACKUP=former, BACKUP=present).stdout
        self.assertEqual(re.findall(r"^(\S+): (\d+) rows? of the former", lost, re.M), [("_operator/_default", "3")])
        self.host.stop()
        self.run_block(heading)
        # A store that was rewritten as a whole: as it was before, and other rows after it.
        shutil.rmtree(self.host.path("compare"))
        lost = self.run_block(heading, 1, FORMER_BACKUP=present, BACKUP=former).stdout
        self.assertIn("acme/_default: 1 row of the former", lost)
        self.tampered("UPDATE rows SET core = CAST(replace(CAST(core AS TEXT), '\"method\":\"POST\"', "
                      "'\"method\":\"GETS\"') AS BLOB) WHERE seq = 2")
        self.assertIn("broken", self.run_block(heading, code=1).stdout.lower())
        self.host.start()
        self.run_block("Backup", code=1)

    def test_upgrade(self):
        self.start()
        self.run_block("Upgrade", BACKUP=self.back_up())
        with open(self.host.path("backups/before-upgrade.txt"), encoding="utf-8") as file:
            self.assertIn("_operator/_default: holds", file.read())

    def test_retention(self):
        self.start()
        self.host.stop()
        self.run_block("Retention")

    def test_every_command_that_the_page_names_has_help(self):
        named = set(re.findall(r"`cogos ([a-z][a-z-]*(?: [a-z][a-z-]*)*)(?: --[^`]*| [A-Z_]+)?`", PAGE))
        self.assertIn("admin keys revoke", named)
        for command in sorted(named):
            self.assertEqual(cogos(*command.split(), "--help").returncode, 0, command)

    def test_links_lead_somewhere(self):
        def anchors(text):
            titles = re.findall(r"^#+ (.*)$", text, re.M)
            return {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}

        for target in re.findall(r"\]\(([^)]+)\)", PAGE):
            name, _, anchor = target.partition("#")
            with open(os.path.join(ROOT, "docs", name or "runbook.md"), encoding="utf-8") as file:
                if anchor:
                    self.assertIn(anchor, anchors(file.read()), target)


if __name__ == "__main__":
    main()
