"""Old envelopes erased: every reader of such rows says so, and receipts, chains and the store hold as before."""

import contextlib
import json
import os
import shutil
import sqlite3

import cogos_client as client
from fixture import FlowTest, cogos, main, stored_rows


class Prune(FlowTest):
    """One customer with rows 1..3 in a first life of the server and 4..5 in a second, pruned up to row 3."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = client.new_x25519()
        cls.server.configure(f'[operator]\nsealing_key_file = "{cls.server.write("operator.pem", cls.operator[1])}"\n')
        cls.customer = cls.server.issue("old", audit_content="full")
        cls.other = cls.server.issue("other")
        cls.answers = [cls.server.chat(cls.customer) for _ in range(3)]
        cls.server.chat(cls.other)
        cls.server.stop()
        cls.server.start()
        cls.answers += [cls.server.chat(cls.customer) for _ in range(2)]
        cls.whole = cls.server.rows(cls.customer)
        cls.before = cls.whole[3]["ts"]
        cls.refused_while_running = cls.prune("--before", cls.before)
        cls.server.stop()
        cls.unpruned = cls.server.path("unpruned")
        shutil.copytree(cls.server.data_dir, cls.unpruned)
        cls.pruned = cls.prune("--before", cls.before, "--tenant", "old", "--config", cls.server.config_file, "--json")
        cls.fsck_after = cls.server.fsck()
        cls.operator_rows = stored_rows(cls.server.data_dir, "_operator")
        cls.server.start()
        cls.page = cls.server.as_customer(cls.customer, "GET", "/v1/audit?since=0&limit=1000")
        cls.rows_file = cls.server.write("rows.json", cls.page.body)

    @classmethod
    def prune(cls, *arguments, data_dir=None):
        return cogos("prune", "--data-dir", data_dir or cls.server.data_dir, *arguments)

    def test_it_is_refused_while_the_server_runs(self):
        self.assertEqual(self.refused_while_running.returncode, 2)
        self.assertIn("in use", self.refused_while_running.stderr)

    def test_it_reports_what_it_erased(self):
        self.assertEqual(self.pruned.returncode, 0, self.pruned.stderr)
        report = json.loads(self.pruned.stdout)
        erased = sum(len(client.canonical(row["sealed_content"])) for row in self.whole[:3])
        self.assertEqual(report["chains"], [
            {"tenant_id": "old", "app_id": "_default", "up_to_seq": 3, "rows": 3, "bytes": erased}])
        self.assertEqual((report["rows"], report["bytes"], report["before"]), (3, erased, self.before))
        self.assertEqual(self.fsck_after.returncode, 0, self.fsck_after.stdout)
        self.assertIn("the content of 3 rows was pruned", self.fsck_after.stdout)

    def test_the_operators_chain_records_it_under_a_key_of_its_own(self):
        client.check_chain(self.operator_rows)
        key, prune, end = self.operator_rows[-3:]
        self.assertEqual([row["route"] for row in (key, prune, end)], ["attestation.key", "prune", "prune.end"])
        self.assertEqual({name: prune["detail"][name] for name in ("event", "tenant_id", "app_id", "up_to_seq", "before")},
                         {"event": "prune", "tenant_id": "old", "app_id": "_default", "up_to_seq": "3",
                          "before": self.before})
        self.assertEqual(len({row["signer_kid"] for row in (key, prune, end)}), 1)
        listed = {key["kid"]: key for key in self.server.call("GET", "/attestation/keys").json()["keys"]}
        self.assertRegex(listed[prune["signer_kid"]]["ended_at"], client.TIME)
        self.assertEqual(client.unseal(prune, self.operator[0]), {})

    def test_the_rows_keep_their_cores_and_the_page_verifies(self):
        page = self.page.json()
        self.assertTrue(page["chain_ok"])
        self.assertEqual([row["sealed_content"] is None for row in page["rows"]], [True] * 3 + [False] * 2)
        self.assertEqual([{**row, "sealed_content": None} for row in page["rows"]],
                         [{**row, "sealed_content": None} for row in self.whole])
        client.check_chain(page["rows"])
        self.assertEqual(self.server.get(self.customer, "/v1/audit?app_id=_default&after_seq=2")["chain_ok"], True)

    def test_verify_audit_counts_them(self):
        done = self.assert_runs(0, "verify", "audit", "--json", "--rows", self.rows_file)
        self.assertEqual([(chain["rows"], chain["pruned"]) for chain in json.loads(done.stdout)["chains"]], [(5, 3)])
        done = self.assert_runs(0, "verify", "audit", "--rows", self.rows_file, "--expect-head",
                                self.whole[-1]["row_hash"])
        self.assertIn("the content of 3 rows was pruned", done.stdout)

    def test_old_receipts_still_verify_and_span_the_erased_rows(self):
        keys = self.server.write("keys.json", self.server.call("GET", "/attestation/keys").body)
        for answer in self.answers:
            self.server.check_attestation(answer)
        heads = [answer.claims["chain_head"] for answer in self.answers]
        self.assertEqual(heads, [row["row_hash"] for row in self.page.json()["rows"]])
        done = self.assert_runs(0, "verify", "span", "--json", "--from", self.server.write("from", self.answers[0].token),
                                "--to", self.server.write("to", self.answers[4].token), "--public-keys", keys,
                                "--rows", self.rows_file)
        report = json.loads(done.stdout)
        self.assertEqual((report["rows_between"], report["chain"]["pruned"]), (4, 3))

    def test_unseal_opens_the_others_and_names_these(self):
        key = self.server.write("key.pem", self.customer.sealing_pem)
        done = self.assert_runs(0, "unseal", "--rows", self.rows_file, "--key", key)
        self.assertEqual([json.loads(line)["seq"] for line in done.stdout.splitlines()], [4, 5])
        self.assertEqual([line.rsplit(" ", 3)[1:] for line in done.stderr.splitlines()],
                         [["seq", f"{seq}:", "pruned"] for seq in (1, 2, 3)])

    def test_other_tenants_rows_are_untouched(self):
        self.assertIsNotNone(self.server.rows(self.other)[0]["sealed_content"])

    def test_new_rows_follow(self):
        self.assertEqual(self.server.chat(self.customer).status, 200)
        rows = self.server.rows(self.customer)
        client.check_chain(rows)
        self.assertEqual(rows[5]["seq"], 6)

    def copy(self, name):
        target = self.server.path(name)
        shutil.copytree(self.unpruned, target)
        return target

    def test_an_envelope_erased_beyond_the_record_is_found(self):
        data_dir = self.copy("beyond")
        self.assertEqual(self.prune("--before", self.before, data_dir=data_dir).returncode, 0)
        self.assert_runs(0, "fsck", "--data-dir", data_dir)
        with contextlib.closing(sqlite3.connect(os.path.join(data_dir, "cogos.db"))) as db:
            db.execute("UPDATE rows SET sealed = NULL WHERE seq = 4 AND chain = "
                       "(SELECT id FROM chains WHERE tenant_id = 'old')")
            db.commit()
        self.assertIn("missing_envelope", self.assert_runs(1, "fsck", "--data-dir", data_dir).stdout)

    def test_a_record_that_was_changed_covers_nothing(self):
        data_dir = self.copy("record")
        self.assertEqual(self.prune("--before", self.before, data_dir=data_dir).returncode, 0)
        with contextlib.closing(sqlite3.connect(os.path.join(data_dir, "cogos.db"))) as db:
            done = db.execute("UPDATE rows SET core = CAST(replace(CAST(core AS TEXT), '\"up_to_seq\":\"3\"', "
                              "'\"up_to_seq\":\"5\"') AS BLOB) WHERE CAST(core AS TEXT) LIKE '%\"up_to_seq\":\"3\"%'")
            self.assertEqual(done.rowcount, 1)
            db.commit()
        self.assert_runs(1, "fsck", "--data-dir", data_dir)

    def test_with_nothing_to_erase_nothing_is_recorded(self):
        data_dir = self.copy("nothing")
        before = len(stored_rows(data_dir, "_operator"))
        done = self.prune("--before", "2020-01-01", data_dir=data_dir)
        self.assertEqual((done.returncode, done.stdout.splitlines()[0]),
                         (0, "nothing to erase before 2020-01-01T00:00:00.000Z"))
        self.assertEqual(len(stored_rows(data_dir, "_operator")), before)

    def test_an_order_that_cannot_be_is_refused(self):
        data_dir = self.copy("refused")
        for why, arguments in {
                "in the future": ["--before", "2999-01-01"],
                "the system's own": ["--before", self.before, "--tenant", "_operator"],
                "sealing_key_file": ["--before", self.before, "--config",
                                     self.server.write("bad.toml", '[operator]\nsealing_key_file = "/nowhere"\n')],
        }.items():
            done = self.prune(*arguments, data_dir=data_dir)
            self.assertEqual(done.returncode, 2, why)
            self.assertIn(why, done.stderr)
        done = self.prune("--before", self.before, data_dir=self.server.path("nowhere"))
        self.assertEqual(done.returncode, 2)
        self.assertFalse(os.path.exists(self.server.path("nowhere")), "and nothing is made")


if __name__ == "__main__":
    main()
