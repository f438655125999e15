"""Runs the commands of docs/runbook.md as printed, against servers that are started and stopped as the page says, and,
where a command is to find something wrong, with something wrong. Only paths, the server's address and ids are put in."""

import contextlib
import json
import os
import re
import shutil
import sqlite3
import ssl
import sys
import unittest

from runbook_host import BLOCKS, PAGE, ROOT, SECRET_DEK, Host  # first, since it says where the others are

import cogos_client as client
from fixture import DEADLINE_S, Customer, cogos, main, stored_rows, wait_for


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
        with contextlib.closing(sqlite3.connect(os.path.join(self.host.data_dir, "cogos.db"))) as db:
            db.execute(statement)
            db.commit()

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

    def test_downgrade(self):
        """To this version, of a store that a later one took forward."""
        self.start()
        customer = self.customer()
        answer = self.host.chat(customer)
        backup = self.back_up()
        self.host.chat(customer)
        self.host.stop()
        with contextlib.closing(sqlite3.connect(os.path.join(self.host.data_dir, "cogos.db"))) as db:
            [known] = db.execute("PRAGMA user_version").fetchone()
            db.execute(f"PRAGMA user_version = {known + 1}")
        self.host.spawn()
        self.assertEqual(self.host.process.wait(DEADLINE_S), 2)
        self.host.process = None
        self.assertIn(f"the store has schema version {known + 1}", self.host.log())
        self.run_block("Restore", code=1, BACKUP=backup)
        self.run_block("Restore", 1, BACKUP=backup)
        self.start()
        self.assertEqual(self.host.rows(customer)[-1]["row_hash"], answer.claims["chain_head"])
        self.host.stop()
        rows = stored_rows(self.host.data_dir, "_operator")
        self.assertEqual([row["detail"]["rows_lost"] for row in rows if row["route"] == "store.restored"], ["unknown"])

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
