"""Receipts outlive the process that signed them: former attestation keys stay published, each with the operator's row
that recorded it, and what lies between two receipts can be verified across starts (wire formats §3)."""

import base64
import hashlib
import json

import cogos_client as client
from fixture import FlowTest, main, stored_rows


class Restart(FlowTest):
    """Three lives of one server: the first ends in order, the second in a crash."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.server.issue("restart")
        cls.kids, cls.answers = [], []
        for life in range(3):
            if life == 1:
                cls.server.stop()
            elif life == 2:
                cls.server.kill()
            if life:
                cls.server.start()
            cls.kids.append(cls.server.ready["signer_kid"])
            cls.answers.append([cls.server.chat(cls.customer) for _ in range(3)])
        cls.published = cls.server.call("GET", "/attestation/keys")
        cls.listed = {key["kid"]: key for key in cls.published.json()["keys"]}
        cls.page = cls.server.as_customer(cls.customer, "GET", "/v1/audit?since=0&limit=1000")

    def file(self, name, contents):
        return self.server.write(name, contents)

    def test_each_life_has_a_key_of_its_own_and_all_are_listed(self):
        self.assertEqual(len(set(self.kids)), 3)
        self.assertEqual(set(self.listed), set(self.kids))
        for key in self.listed.values():
            self.assertEqual(set(key) - {"recorded_in"}, {"kid", "public_pem", "rev", "started_at", "ended_at"})
            self.assertEqual(client.kid_of_pem(key["public_pem"]), key["kid"])
            self.assertEqual(key["rev"], self.server.ready["rev"])
            self.assertRegex(key["started_at"], client.TIME)
        ends = [self.listed[kid]["ended_at"] for kid in self.kids]
        self.assertRegex(ends[0], client.TIME)
        self.assertIsNone(ends[2])

    def test_a_former_key_is_given_by_its_kid_and_the_current_one_without(self):
        for kid in self.kids:
            answer = self.server.call("GET", "/attestation.pub?kid=" + kid)
            self.assertEqual((answer.status, answer.header("X-Cogos-Attestation-Kid")), (200, kid))
            self.assertEqual(answer.body.decode(), self.listed[kid]["public_pem"])
        self.assertEqual(self.server.call("GET", "/attestation.pub").header("X-Cogos-Attestation-Kid"), self.kids[2])

    def test_receipts_of_every_life_still_verify(self):
        for kid, answers in zip(self.kids, self.answers):
            pem = self.server.call("GET", "/attestation.pub?kid=" + kid).body.decode()
            for answer in answers:
                claims = client.verify_attestation(answer.token, pem, answer.body,
                                                   (answer.method, answer.target, answer.request_body))
                self.assertEqual(claims["signer_kid"], kid)
            self.assert_runs(0, "verify", "receipt", "--response-body", self.file("body", answers[0].body), "--token",
                             answers[0].token, "--public-key", self.file("pem", pem))

    def test_a_receipt_of_one_life_does_not_verify_under_anothers_key(self):
        wrong = self.file("pem", self.listed[self.kids[1]]["public_pem"])
        self.assert_runs(1, "verify", "receipt", "--response-body", self.file("body", self.answers[0][0].body),
                         "--token",
                         self.answers[0][0].token, "--public-key", wrong)

    def test_the_chain_goes_on_and_each_row_names_the_key_of_its_life(self):
        rows = self.page.json()["rows"]
        client.check_chain(rows)
        self.assertEqual([row["signer_kid"] for row in rows], [kid for kid in self.kids for _ in range(3)])

    def span(self, code, first, last, rows=None, keys=None):
        return self.assert_runs(code, "verify", "span", "--json", "--from", self.file("from", first.token), "--to",
                                self.file("to", last.token), "--public-keys",
                                self.file("keys.json", keys or self.published.body), "--rows",
                                self.file("rows.json", rows or self.page.body))

    def test_what_lies_between_two_receipts_verifies_across_the_lives(self):
        first, last = self.answers[0][0], self.answers[2][2]
        report = json.loads(self.span(0, first, last).stdout)
        self.assertEqual((report["holds"], report["rows_between"]), (True, 8))
        self.assertEqual((report["from_head"], report["to_head"]),
                         (first.claims["chain_head"], last.claims["chain_head"]))
        self.assertEqual(json.loads(self.span(0, self.answers[0][2], self.answers[1][0]).stdout)["rows_between"], 1)

    def test_a_span_with_a_row_missing_changed_or_unknown_does_not_verify(self):
        first, last = self.answers[0][0], self.answers[2][2]
        rows = self.page.json()["rows"]
        for altered in (rows[:4] + rows[5:], rows[:-1], rows[:4] + [{**rows[4], "latency_ms": 10**6}] + rows[5:],
                        rows[3:]):
            self.span(1, first, last, rows=json.dumps(altered))
        self.span(1, last, first)
        other_keys = json.dumps({"keys": [self.listed[self.kids[1]]]})
        self.span(1, first, last, keys=other_keys)

    def test_the_operators_chain_recorded_every_key(self):
        self.server.stop()
        try:
            rows = stored_rows(self.server.data_dir, "_operator")
            client.check_chain(rows)
            by_seq = {row["seq"]: row for row in rows}
            for kid in self.kids:
                place = self.listed[kid]["recorded_in"]
                row = by_seq[place["seq"]]
                self.assertEqual((row["row_hash"], row["tenant_id"], row["app_id"], row["signer_kid"]),
                                 (place["row_hash"], "_operator", "_default", kid))
                der = base64.b64decode("".join(self.listed[kid]["public_pem"].split("\n")[1:-2]))
                self.assertEqual(row["detail"]["public_key_sha256"], hashlib.sha256(der).hexdigest())
            stops = [row for row in rows if row["route"] == "server.stop"]
            self.assertEqual([row["signer_kid"] for row in stops], [self.kids[0], self.kids[2]])
        finally:
            self.server.start()


if __name__ == "__main__":
    main()
