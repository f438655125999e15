"""The offline check of a store, and what the server itself says of rows that somebody changed on its disk."""

import contextlib
import json
import os
import shutil
import sqlite3

import cogos_client as client
from fixture import FlowTest, main, stored_rows


def flipped(data, at=-20):
    """The same bytes with one bit of one byte changed; in JSON text, a digit or letter becomes another."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


class Fsck(FlowTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = client.new_x25519()
        cls.server.stop()
        cls.server.configure(f'[operator]\nsealing_key_file = "{cls.server.write("operator.pem", cls.operator[1])}"\n')
        cls.server.start()
        cls.customer = cls.server.issue("fsck")
        other = cls.server.issue("fsck", app_id="other")
        for customer in (cls.customer, other) * 4:
            cls.server.chat(customer)
        cls.server.stop()

    def copy(self):
        """The data directory again, to be tampered with."""
        self.copies = getattr(self, "copies", 0) + 1
        target = self.server.path(f"{self.id().rsplit('.', 1)[1]}-{self.copies}")
        shutil.copytree(self.server.data_dir, target)
        return target

    @staticmethod
    def tamper(data_dir, change, *values):
        with contextlib.closing(sqlite3.connect(os.path.join(data_dir, "cogos.db"))) as db:
            done = db.execute(change, values)
            db.commit()
            return done.rowcount

    @staticmethod
    def read(data_dir, query, *values):
        with contextlib.closing(sqlite3.connect(os.path.join(data_dir, "cogos.db"))) as db:
            return db.execute(query, values).fetchone()

    def test_a_store_in_order_is_found_in_order(self):
        done = self.assert_runs(0, "fsck", "--json", "--data-dir", self.server.data_dir)
        report = json.loads(done.stdout)
        self.assertTrue(report["ok"])
        self.assertEqual({(chain["tenant_id"], chain["app_id"]) for chain in report["chains"]},
                         {("_operator", "_default"), ("fsck", "_default"), ("fsck", "other")})
        heads = {(chain["tenant_id"], chain["app_id"]): (chain["last_seq"],
                                                         chain["head_hash"]) for chain in report["chains"]}
        for (tenant, app), head in heads.items():
            rows = stored_rows(self.server.data_dir, tenant, app)
            client.check_chain(rows)
            self.assertEqual((rows[-1]["seq"], rows[-1]["row_hash"]), head)

    def test_one_changed_byte_anywhere_in_a_row_is_found(self):
        chain, = self.read(self.server.data_dir,
                           "SELECT id FROM chains WHERE tenant_id = 'fsck' AND app_id = '_default'")
        for column in ("core", "sealed", "row_hash"):
            for seq in (1, 3, 4):
                for at in (20, -20):
                    data_dir = self.copy()
                    value, = self.read(data_dir, f"SELECT {column} FROM rows WHERE chain = ? AND seq = ?", chain, seq)
                    self.assertEqual(1, self.tamper(
                        data_dir, f"UPDATE rows SET {column} = ? WHERE chain = ? AND seq = ?", flipped(value, at),
                        chain, seq))
                    with self.subTest(column=column, seq=seq, at=at):
                        done = self.assert_runs(1, "fsck", "--data-dir", data_dir)
                        self.assertIn("fsck/_default", done.stdout)

    def test_a_changed_row_of_the_operators_own_chain_is_found(self):
        data_dir = self.copy()
        value, = self.read(data_dir, "SELECT core FROM rows WHERE chain = (SELECT id FROM chains WHERE tenant_id = "
                           "'_operator') AND seq = 2")
        self.tamper(data_dir, "UPDATE rows SET core = ? WHERE core = ?", flipped(value, 40), value)
        self.assert_runs(1, "fsck", "--data-dir", data_dir)

    def test_every_other_change_is_found_too(self):
        mine = "chain = (SELECT id FROM chains WHERE tenant_id = 'fsck' AND app_id = '_default')"
        cut_tail = f"DELETE FROM rows WHERE {mine} AND seq = 4"
        previous = f"(SELECT row_hash FROM rows WHERE {mine} AND seq = 3)"
        for name, changes in {
                "the last row deleted": [cut_tail],
                "the last row deleted and the head set back": [
                    cut_tail, f"UPDATE chains SET height = 3, head_hash = {previous} WHERE tenant_id = 'fsck' AND "
                    "app_id = '_default'"],
                "a row in the middle deleted": [f"DELETE FROM rows WHERE {mine} AND seq = 2"],
                "the first row deleted": [f"DELETE FROM rows WHERE {mine} AND seq = 1"],
                "a chain deleted": [f"DELETE FROM rows WHERE {mine}",
                                    "DELETE FROM chains WHERE tenant_id = 'fsck' AND app_id = '_default'"],
                "a chain forgotten": ["DELETE FROM chains WHERE tenant_id = 'fsck' AND app_id = 'other'"],
                "an envelope erased without a record": [f"UPDATE rows SET sealed = NULL WHERE {mine} AND seq = 2"],
                "the envelopes of two rows exchanged": [
                    f"UPDATE rows SET sealed = (SELECT sealed FROM rows WHERE {mine} AND seq = 2) "
                    f"WHERE {mine} AND seq = 3"],
                "an index column changed": [f"UPDATE rows SET http_status = 201 WHERE {mine} AND seq = 2"],
                "a time in the index changed": [f"UPDATE rows SET ts_ms = ts_ms + 1 WHERE {mine} AND seq = 4"],
                "a published key exchanged": [
                    "UPDATE attestation_keys SET public_pem = '" + client.new_ed25519()[1] + "' WHERE id = 1"],
                "a published key deleted": ["DELETE FROM attestation_keys WHERE id = 1"],
        }.items():
            data_dir = self.copy()
            for change in changes:
                self.assertGreater(self.tamper(data_dir, change), 0, name)
            with self.subTest(name):
                self.assert_runs(1, "fsck", "--data-dir", data_dir)

    def test_a_damaged_file_is_no_clean_store(self):
        data_dir = self.copy()
        with open(os.path.join(data_dir, "cogos.db"), "r+b") as file:
            file.truncate(os.path.getsize(file.name) // 2)
        self.assertIn(self.server.fsck(data_dir).returncode, (1, 2))

    def test_what_is_no_store_cannot_be_read(self):
        self.assert_runs(2, "fsck", "--data-dir", self.server.path("nowhere"))
        self.assert_runs(2, "fsck", "--data-dir", self.server.directory)
        self.assert_runs(2, "fsck")

    def test_the_operators_rows_are_sealed_to_the_operators_key(self):
        rows = stored_rows(self.server.data_dir, "_operator")
        sealed = [row for row in rows if row["sealed"]]
        self.assertEqual([row["route"] for row in sealed],
                         ["attestation.key", "/admin/packages", "/admin/keys", "/admin/keys", "server.stop"])
        self.assertIn("request_id", client.unseal(sealed[1], self.operator[0]))
        file = self.server.write("rows.json", json.dumps(sealed))
        self.assert_runs(0, "unseal", "--rows", file, "--key", self.server.write("key.pem", self.operator[0]))


class Tampered(FlowTest):
    def test_a_page_with_a_changed_row_says_so_and_the_verifiers_agree(self):
        customer = self.server.issue("changed")
        for _ in range(5):
            self.server.chat(customer)
        self.server.stop()
        whole = shutil.copytree(self.server.data_dir, self.server.path("whole"))
        where = "WHERE seq = 3 AND chain = (SELECT id FROM chains WHERE tenant_id = 'changed')"
        core, = Fsck.read(self.server.data_dir, "SELECT core FROM rows " + where)
        Fsck.tamper(self.server.data_dir, "UPDATE rows SET core = ? " + where,
                    core.replace(b'"http_status":200', b'"http_status":201'))
        self.server.start()
        answer = self.server.as_customer(customer, "GET", "/v1/audit?since=0&limit=100")
        page = answer.json()
        self.assertEqual((page["chain_ok"], page["chain_ok_by_app"]), (False, {"_default": False}))
        self.assertEqual((page["chain_break"]["app_id"], page["chain_break"]["seq"]), ("_default", 3))
        with self.assertRaises(client.Break) as found:
            client.check_chain(page["rows"])
        self.assertEqual(found.exception.seq, 3)
        self.assert_runs(1, "verify", "audit", "--rows", self.server.write("page.json", answer.body))
        self.assertTrue(self.server.get(customer, "/v1/audit?app_id=_default&after_seq=3")["chain_ok"])
        self.server.stop()
        self.assert_runs(1, "fsck", "--data-dir", self.server.data_dir)
        shutil.rmtree(self.server.data_dir)
        shutil.move(whole, self.server.data_dir)


if __name__ == "__main__":
    main()
