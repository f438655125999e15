"""Audit rows, pages and sealed content, as the customer sees them (wire formats §4 to §6)."""

import calendar
import json
import threading
import time

import cogos_client as client
from fixture import EXTRACTION, FlowTest, JSON, REPORT, main, question, wait_for

CHAT = "/v1/chat/completions"
BAD = b"{}"  # the cheapest call that has a row


def moment(ts):
    """Unix milliseconds of a row's ts."""
    return calendar.timegm(time.strptime(ts[:19], "%Y-%m-%dT%H:%M:%S")) * 1000 + int(ts[20:23])


class Audit(FlowTest):
    config = "[limits]\nmax_body_bytes = 20000\n"

    def rows(self, customer, **options):
        rows = self.server.rows(customer, **options)
        client.check_chain(rows)
        return rows

    def lines(self, name, pages):
        """A file of answers as received, one JSON a line."""
        return self.server.write(name, b"".join(page.body + b"\n" for page in pages))

    def page(self, customer, query):
        answer = self.server.as_customer(customer, "GET", "/v1/audit?" + query)
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def burst(self, customers, calls=15):
        """Calls at once, so that rows share milliseconds."""
        failures = []

        def work(customer):
            try:
                for _ in range(calls):
                    self.server.chat(customer, BAD)
            except Exception as error:  # pylint: disable=broad-except
                failures.append(error)

        threads = [threading.Thread(target=work, args=(customer, )) for customer in customers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


class Rows(Audit):
    def test_each_authenticated_post_appends_exactly_one_row_whatever_comes_of_it(self):
        customer = self.server.issue("one-row")
        bearer = {"Authorization": "Bearer " + customer.api_key}
        denied = json.dumps(question(model="cogos-tier-a")).encode()
        outcomes = [
            (200, "success", lambda: self.server.chat(customer)),
            (400, "client_error", lambda: self.server.chat(customer, b"{")),
            (400, "client_error", lambda: self.server.chat(customer, question(stream=1))),
            (403, "client_error", lambda: self.server.chat(customer, denied)),
            (415, "client_error", lambda: self.server.as_customer(customer, "POST", CHAT, b"x",
                                                                  {"Content-Type": "a/b"})),
            (413, "client_error", lambda: self.server.exchange(
                client.message("POST", CHAT, {**bearer, **JSON}, length=20001), "POST", CHAT)),
        ]
        for expected, (http_status, status, action) in enumerate(outcomes, 1):
            answer = action()
            rows = self.rows(customer)
            self.assertEqual((answer.status, len(rows)), (http_status, expected), answer.body)
            self.assertEqual((rows[-1]["http_status"], rows[-1]["status"]), (http_status, status))
            self.assertEqual(answer.claims["chain_head"], rows[-1]["row_hash"])

    def test_a_call_whose_query_is_not_expected_is_recorded_without_it(self):
        customer = self.server.issue("query-row")
        self.assertEqual(self.server.as_customer(customer, "POST", CHAT + "?a=b", BAD).status, 400)
        self.assertEqual(self.rows(customer)[-1]["route"], CHAT)

    def test_reads_and_calls_that_prove_no_key_append_none(self):
        customer = self.server.issue("no-row")
        self.server.chat(customer, BAD)
        for target in ("/v1/me", "/v1/models", "/v1/audit", "/v1/audit/chain-head", "/v1/audit?limit=x", "/v1/nothing"):
            self.server.as_customer(customer, "GET", target)
        self.server.as_customer(customer, "POST", "/v1/nothing", b"{}")
        self.server.call("POST", CHAT, BAD, JSON)
        self.server.call("POST", CHAT, BAD, {**JSON, "Authorization": "Bearer sk-cogos-" + "1" * 32})
        self.server.admin("POST", f"/admin/keys/{customer.key_id}/revoke")
        self.server.chat(customer, BAD)
        witness = self.server.issue("no-row")
        self.assertEqual(len(self.rows(witness)), 1)

    def test_a_row_has_every_member_and_says_what_happened(self):
        customer = self.server.issue("members", app_id="billing", package_id="team")
        answer = self.server.chat(customer, question(schema=EXTRACTION, name="results", model="cogos-tier-a"))
        self.assertEqual(answer.status, 200, answer.body)
        usage = answer.json()["usage"]
        row = self.rows(customer)[0]
        self.assertEqual(set(row), client.ROW_MEMBERS)
        said = {"v": 1, "seq": 1, "tenant_id": "members", "app_id": "billing", "key_id": customer.key_id,
                "method": "POST",
                "route": CHAT, "http_status": 200, "status": "success", "model": "cogos-tier-a",
                "prompt_tokens": usage["prompt_tokens"], "completion_tokens": usage["completion_tokens"],
                "total_tokens": usage["total_tokens"], "latency_ms": int(answer.header("X-Cogos-Latency-Ms")),
                "schema_enforced": True, "live_search": None, "package_id": "team", "detail": None,
                "rev": self.server.ready["rev"], "signer_kid": self.server.ready["signer_kid"], "sealed": True,
                "prev_hash": client.NO_HASH}
        self.assertEqual({name: row[name] for name in said}, said)
        self.server.chat(customer, BAD)
        bad = self.rows(customer)[1]
        self.assertEqual((bad["model"], bad["prompt_tokens"], bad["total_tokens"], bad["schema_enforced"]),
                         (None, 0, 0, False))
        self.assertEqual(bad["prev_hash"], row["row_hash"])

    def test_every_member_of_a_row_is_covered_by_its_hash(self):
        customer = self.server.issue("covered")
        for _ in range(3):
            self.server.chat(customer)
        rows = self.rows(customer)
        self.assert_runs(0, "verify", "audit", "--rows", self.server.write("rows.json", json.dumps(rows)))
        for name in sorted(client.ROW_CORE):
            value = rows[1][name]
            changed = {bool: lambda v: not v, int: lambda v: v + 1,
                       str: lambda v: v[:-1] + ("0" if v[-1] != "0" else "1"),
                       type(None): lambda v: "x"}[type(value)](value)
            altered = [rows[0], {**rows[1], name: changed}, rows[2]]
            with self.subTest(name):
                with self.assertRaises(client.Break):
                    client.check_chain(altered)
                file = self.server.write("altered.json", json.dumps(altered))
                self.assert_runs(1, "verify", "audit", "--rows", file)

    def test_every_member_of_an_envelope_is_covered_by_the_content_hash(self):
        customer = self.server.issue("envelope-covered")
        self.server.chat(customer)
        row = self.rows(customer)[0]
        for name, value in row["sealed_content"].items():
            envelope = {**row["sealed_content"], name: value + 1 if isinstance(value, int) else "A" + value[1:] + "A"}
            with self.subTest(name):
                altered = [{**row, "sealed_content": envelope}]
                with self.assertRaises(client.Break):
                    client.check_chain(altered)
                self.assert_runs(1, "verify", "audit", "--rows", self.server.write("altered.json", json.dumps(altered)))

    def test_rows_taken_out_exchanged_or_put_in_are_found_by_both_verifiers(self):
        customer, other = self.server.issue("order"), self.server.issue("order-other")
        for _ in range(5):
            self.server.chat(customer, BAD)
        self.server.chat(other, BAD)
        rows, stranger = self.rows(customer), self.rows(other)[0]
        for name, altered in (("removed", rows[:2] + rows[3:]), ("exchanged", [rows[0], rows[2], rows[1]]),
                              ("forged", [rows[0], {**stranger, "tenant_id": "order"}] + rows[2:])):
            with self.subTest(name):
                with self.assertRaises(client.Break):
                    client.check_chain(altered)
                self.assert_runs(1, "verify", "audit", "--rows", self.server.write("altered.json", json.dumps(altered)))
        file = self.server.write("cut.json", json.dumps(rows[:-1]))
        self.assert_runs(1, "verify", "audit", "--rows", file, "--expect-head", rows[-1]["row_hash"])
        self.assert_runs(0, "verify", "audit", "--rows", file, "--expect-head", rows[-2]["row_hash"])

    def test_an_erased_envelope_is_a_pruned_row_and_no_break(self):
        customer = self.server.issue("pruned")
        for _ in range(3):
            self.server.chat(customer, BAD)
        rows = self.rows(customer)
        rows[1] = {**rows[1], "sealed_content": None}
        self.assertEqual(client.check_chain(rows)[1], 1)
        done = self.assert_runs(0, "verify", "audit", "--json", "--rows", self.server.write("p.json", json.dumps(rows)))
        self.assertEqual(json.loads(done.stdout)["chains"][0]["pruned"], 1)
        rows[1] = {**rows[1], "sealed": False, "content_hash": None}
        rows[1]["row_hash"] = client.sha256_hex(client.canonical(client.core_of(rows[1])))
        self.assert_runs(1, "verify", "audit", "--rows", self.server.write("p.json", json.dumps(rows[:2])))


class SealedContent(Audit):
    def unsealed_by_the_program(self, customer, rows, code=0):
        files = self.server.write("rows.json", json.dumps(rows)), self.server.write("key.pem", customer.sealing_pem)
        done = self.assert_runs(code, "unseal", "--rows", files[0], "--key", files[1])
        return [client.load_json(line) for line in done.stdout.splitlines()]

    def test_a_digest_opens_to_what_identifies_the_call_and_no_more(self):
        customer = self.server.issue("digest")
        body = json.dumps(question(schema=EXTRACTION, name="results")).encode()
        answer = self.server.chat(customer, body)
        row = self.rows(customer)[0]
        content = client.unseal(row, customer.sealing_pem)
        self.assertEqual(content, {
            "request_id": answer.header("X-Cogos-Request-Id"),
            "prompt_fingerprint": client.prompt_fingerprint(question()["messages"]),
            "schema_name": "results",
            "req_hash": answer.claims["req_hash"],
            "resp_hash": client.sha256_hex(answer.body),
        })
        self.assertEqual(self.unsealed_by_the_program(customer, [row]),
                         [{"app_id": "_default", "content": content, "seq": 1, "tenant_id": "digest"}])

    def test_a_full_record_opens_to_the_bodies_as_sent(self):
        private_pem, public_pem = client.new_x25519()
        customer = self.server.issue("full", sealing_pem=private_pem, audit_content="full",
                                     x25519_pubkey_pem=public_pem)
        body = json.dumps(question("Grüße, 東京 \U0001f600 \x7f"), ensure_ascii=False, indent=1).encode()
        answers = [self.server.chat(customer, body), self.server.chat(customer, b'{"messages":')]
        self.assertEqual([answer.status for answer in answers], [200, 400])
        rows = self.rows(customer)
        contents = [client.unseal(row, private_pem) for row in rows]
        for content, sent, answer in zip(contents, (body, b'{"messages":'), answers):
            self.assertEqual(content["request"].encode(), sent)
            self.assertEqual(content["response"].encode(), answer.body)
            self.assertEqual(content["resp_hash"], client.sha256_hex(answer.body))
            self.assertEqual(content["req_hash"], answer.claims["req_hash"])
        self.assertEqual([line["content"] for line in self.unsealed_by_the_program(customer, rows)], contents)

    def test_a_fingerprint_covers_all_messages_in_order(self):
        customer = self.server.issue("fingerprint")
        messages = [{"role": "system", "content": "Be\nbrief|"}, {"role": "user", "content": "a"},
                    {"role": "assistant", "content": ""}, {"role": "user", "content": REPORT}]
        self.server.chat(customer, {"messages": messages})
        content = client.unseal(self.rows(customer)[0], customer.sealing_pem)
        self.assertEqual(content["prompt_fingerprint"], client.prompt_fingerprint(messages))

    def test_nobody_else_opens_a_row_and_no_envelope_opens_in_another(self):
        customer, other = self.server.issue("sealed"), self.server.issue("sealed-other")
        for _ in range(2):
            self.server.chat(customer, BAD)
        rows = self.rows(customer)
        with self.assertRaises(client.Mismatch):
            client.unseal(rows[0], other.sealing_pem)
        self.assertEqual(self.unsealed_by_the_program(other, rows, code=1), [])
        moved = {**rows[0], "sealed_content": rows[1]["sealed_content"], "ts": "2026-01-01T00:00:00.000Z"}
        with self.assertRaises(client.Mismatch):
            client.unseal(moved, customer.sealing_pem)
        self.assertEqual(self.unsealed_by_the_program(customer, [moved], code=1), [])

    def test_every_envelope_is_sealed_anew(self):
        customer = self.server.issue("fresh-seals")
        for _ in range(4):
            self.server.chat(customer, BAD)
        envelopes = [row["sealed_content"] for row in self.rows(customer)]
        for name in ("nonce_b64", "ephemeral_pub_b64", "tag_b64"):
            self.assertEqual(len({envelope[name] for envelope in envelopes}), 4, name)
        self.assertEqual(len({envelope["kid"] for envelope in envelopes}), 1)


class Pages(Audit):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.two = [cls.server.issue("pages", app_id="one"), cls.server.issue("pages", app_id="two")]
        case = cls("burst")

        def a_millisecond_is_shared():
            case.burst([cls.two[0]] * 4 + [cls.two[1]] * 3, calls=8)
            times = [row["ts"] for customer in cls.two for row in case.rows(customer)]
            return len(set(times)) < len(times)

        wait_for(a_millisecond_is_shared, "a millisecond with several rows")
        cls.stranger = cls.server.issue("pages-stranger", app_id="one")
        cls.server.chat(cls.stranger, BAD)
        cls.first = case.rows(cls.two[0])
        cls.second = case.rows(cls.two[1])

    def test_a_page_has_its_members_and_nothing_else(self):
        members = {"rows", "next_cursor", "next_seq", "chain_ok", "chain_break", "chain_ok_by_app", "heads", "app_id",
                   "server_time_ms"}
        for query in ("limit=3", "app_id=one&limit=2", "app_id=one&after_seq=5", "app_id=none", "limit=0"):
            page = self.page(self.two[0], query).json()
            self.assertEqual(set(page), members)
            self.assertIs(page["chain_ok"], True)
            self.assertIsNone(page["chain_break"])
            self.assertLess(abs(page["server_time_ms"] - time.time() * 1000), 60_000)

    def test_all_apps_of_the_tenant_come_in_time_order_and_nobody_elses(self):
        page = self.page(self.two[0], "since=0&limit=1000").json()
        expected = sorted(self.first + self.second, key=lambda row: (row["ts"], row["app_id"], row["seq"]))
        self.assertEqual([row["ts"] for row in page["rows"]], [row["ts"] for row in expected])
        self.assertCountEqual([row["row_hash"] for row in page["rows"]], [row["row_hash"] for row in expected])
        self.assertEqual(page["chain_ok_by_app"], {"one": True, "two": True})
        heads = {app: {"seq": rows[-1]["seq"], "row_hash": rows[-1]["row_hash"]}
                 for app, rows in (("one", self.first), ("two", self.second))}
        self.assertEqual(page["heads"], heads)
        self.assertIsNone(page["app_id"])
        for app, rows in (("one", self.first), ("two", self.second)):
            self.assertEqual([row for row in page["rows"] if row["app_id"] == app], rows)

    def test_one_app_is_given_alone(self):
        page = self.page(self.two[0], "app_id=two&limit=1000").json()
        self.assertEqual(page["rows"], self.second)
        self.assertEqual((page["app_id"], list(page["heads"]), page["next_seq"]), ("two", ["two"], len(self.second)))
        self.assertEqual(self.page(self.stranger, "app_id=two").json()["rows"], [])
        self.assertEqual(self.page(self.stranger, "app_id=two").json()["heads"], {})
        self.assertEqual(len(self.page(self.stranger, "").json()["rows"]), 1)

    def test_pages_after_a_seq_are_contiguous_whatever_their_size(self):
        for limit in (1, 2, 7, 1000):
            pages, rows, after = [], [], 0
            while True:
                pages.append(self.page(self.two[0], f"app_id=one&after_seq={after}&limit={limit}"))
                page = pages[-1].json()
                self.assertLessEqual(len(page["rows"]), limit)
                self.assertTrue(page["chain_ok"])
                rows += page["rows"]
                if not page["rows"]:
                    self.assertEqual(page["next_seq"], after)
                    break
                client.check_chain(page["rows"], after + 1,
                                   self.first[after - 1]["row_hash"] if after else client.NO_HASH)
                after = page["next_seq"]
            self.assertEqual(rows, self.first)
            self.assert_runs(0, "verify", "audit", "--rows", self.lines("pages.jsonl", pages), "--expect-head",
                             self.first[-1]["row_hash"])

    def follow(self, query, limit):
        """Pages by time from the beginning until nothing new comes."""
        pages, since = [], 0
        while True:
            pages.append(self.page(self.two[0], f"since={since}&limit={limit}{query}"))
            cursor = pages[-1].json()["next_cursor"]
            self.assertGreaterEqual(cursor, since)
            if not pages[-1].json()["rows"] or cursor == since:
                return pages
            since = cursor

    def test_pages_by_time_never_lose_or_split_the_rows_of_a_millisecond(self):
        for query, expected in (("", self.first + self.second), ("&app_id=one", self.first)):
            for limit in (1, 3, 10):
                pages = self.follow(query, limit)
                seen = {row["row_hash"]: row for page in pages for row in page.json()["rows"]}
                self.assertCountEqual(seen, [row["row_hash"] for row in expected])
                for page in pages:
                    rows = page.json()["rows"]
                    for ts in {row["ts"] for row in rows}:
                        self.assertEqual(sum(row["ts"] == ts for row in rows), sum(row["ts"] == ts for row in expected))
                    self.assertTrue(page.json()["chain_ok"])
                done = self.assert_runs(0, "verify", "audit", "--json", "--rows", self.lines("pages.jsonl", pages))
                self.assertTrue(json.loads(done.stdout)["holds"])

    def test_a_page_is_checked_against_the_row_before_it(self):
        middle = self.first[len(self.first) // 2]
        since = moment(middle["ts"])
        page = self.page(self.two[0], f"since={since}&app_id=one&limit=1000").json()
        self.assertEqual(page["rows"], [row for row in self.first if row["ts"] >= middle["ts"]])
        self.assertGreater(page["rows"][0]["seq"], 1)
        self.assertEqual((page["chain_ok"], page["chain_ok_by_app"]), (True, {"one": True}))
        before = self.first[page["rows"][0]["seq"] - 2]
        client.check_chain(page["rows"], page["rows"][0]["seq"], before["row_hash"])
        file = self.server.write("slice.json", json.dumps(page["rows"]))
        done = self.assert_runs(0, "verify", "audit", "--rows", file, "--json")
        report = json.loads(done.stdout)["chains"][0]
        self.assertEqual((report["first_seq"], report["first_prev_hash"]), (before["seq"] + 1, before["row_hash"]))

    def test_since_and_after_seq_narrow_together(self):
        middle = self.first[10]
        page = self.page(self.two[0], f"app_id=one&after_seq=2&since={moment(middle['ts'])}&limit=1000").json()
        self.assertEqual(page["rows"], [row for row in self.first if row["ts"] >= middle["ts"]])
        page = self.page(self.two[0], f"app_id=one&after_seq={middle['seq']}&since=0&limit=1000").json()
        self.assertEqual(page["rows"], self.first[middle["seq"]:])

    def test_an_empty_page_keeps_the_readers_place(self):
        later = moment(self.first[-1]["ts"]) + 100_000_000
        page = self.page(self.two[0], f"since={later}").json()
        self.assertEqual((page["rows"], page["next_cursor"], page["chain_ok"]), ([], later, True))
        page = self.page(self.two[0], "limit=0&since=5").json()
        self.assertEqual((page["rows"], page["next_cursor"]), ([], 5))
        page = self.page(self.two[0], "app_id=one&after_seq=9007199254740991").json()
        self.assertEqual((page["rows"], page["next_seq"]), ([], 9007199254740991))

    def test_questions_that_cannot_be_answered_are_refused(self):
        for query, param in (("limit=1001", "limit"), ("limit=-1", "limit"), ("since=x", "since"),
                             ("since=-1", "since"),
                             ("after_seq=1", "app_id"), ("app_id=_operator", "app_id"), ("app_id=A", "app_id"),
                             ("app_id=one&after_seq=1e3", "after_seq"), ("since=99999999999999999999", "since")):
            with self.subTest(query):
                answer = self.server.as_customer(self.two[0], "GET", "/v1/audit?" + query)
                self.assert_error(answer, 400, "invalid_request_error")
                self.assertEqual(answer.json()["error"]["param"], param)

    def test_the_operators_chain_is_not_a_customers_to_read(self):
        with_name = self.server.admin("POST", "/admin/keys", {"tenant_id": "_operator"})
        self.assert_error(with_name, 400, "validation_failed")

    def test_the_head_of_a_chain_is_signed(self):
        pem = self.server.public_pem(self.server.ready["signer_kid"])
        for query, rows, app in (("", self.first, "one"), ("?app_id=two", self.second, "two"),
                                 ("?app_id=none", [], "none")):
            head = self.server.get(self.two[0], "/v1/audit/chain-head" + query)
            self.assertEqual(set(head), {"tenant_id", "app_id", "head_hash", "height", "as_of", "attestation_kid",
                                         "signature"})
            client.verify_chain_head(head, pem)
            self.assertEqual((head["tenant_id"], head["app_id"], head["height"], head["head_hash"]),
                             ("pages", app, len(rows), rows[-1]["row_hash"] if rows else client.NO_HASH))
            self.assertRegex(head["as_of"], client.TIME)
            for name, value in (("height", head["height"] + 1), ("as_of", "2026-01-01T00:00:00.000Z"), ("app_id", "x")):
                with self.assertRaises(client.Mismatch):
                    client.verify_chain_head({**head, name: value}, pem)
        answer = self.server.as_customer(self.two[0], "GET", "/v1/audit/chain-head?app_id=NO")
        self.assert_error(answer, 400, "invalid_request_error")

    def test_times_of_a_chain_never_go_back(self):
        for rows in (self.first, self.second):
            times = [row["ts"] for row in rows]
            self.assertEqual(times, sorted(times))

    def test_a_reader_who_follows_the_cursor_while_rows_come_in_misses_none(self):
        customer = self.server.issue("follower")
        writer = threading.Thread(target=self.burst, args=([customer] * 3, ))
        writer.start()
        seen, since = {}, 0

        def all_seen():
            nonlocal since
            page = self.page(customer, f"since={since}&limit=2").json()
            for row in page["rows"]:
                seen[row["seq"]] = row["row_hash"]
            since = page["next_cursor"]
            return len(seen) == 45

        wait_for(all_seen, "the arrival of every row")
        writer.join()
        self.assertEqual(seen, {row["seq"]: row["row_hash"] for row in self.rows(customer)})


if __name__ == "__main__":
    main()
