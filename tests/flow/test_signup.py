"""Sign-up from the form to a call with the key that came of it, against a payment provider that speaks Stripe's shapes
(docs/signup.md): what is paid for is given once, what is forged or sent again gives nothing, and nothing is lost."""

import contextlib
import html
import http.client
import os
import random
import re
import tempfile
import threading
import time
import urllib.parse

import cogos_client as client
from fixture import ADMIN_KEY, Customer, FlowTest, Server, environment_of, free_port, main, stored_rows, wait_for
from process_memory import MemoryTest, secrets_of
from start_case import StartTest
from stub_stripe import SECRET_KEY, WEBHOOK_SECRET, StubStripe, nested, signature, signed_header

ENVIRONMENT = {"COGOS_ADMIN_KEY": ADMIN_KEY, "STRIPE_KEY": SECRET_KEY, "STRIPE_WEBHOOK": WEBHOOK_SECRET}
FORM = "application/x-www-form-urlencoded"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Dest": "document"}


def secrets_in(page):
    """The three secrets that a page shows, as a customer's."""
    def shown(name):
        found = re.search(rf'<code id="{name}">([^<]+)</code>', page)
        return found and html.unescape(found.group(1))
    return {"api_key": shown("key"), "hmac_secret": shown("hmac"), "x25519_private_pem": shown("pem"),
            "key_id": re.search(r"Key id</dt><dd><code>([^<]+)<", page).group(1),
            "tenant_id": re.search(r"Tenant</dt><dd><code>([^<]+)<", page).group(1), "app_id": "_default"}


class SignUpTest(FlowTest):
    """One server and one provider."""

    settings = ""
    signup = "free = true\nfree_per_peer_hour = 3\nfree_per_day = 1000\n"

    @classmethod
    def setUpClass(cls):
        cls.stripe = StubStripe()
        cls.addClassCleanup(cls.stripe.close)
        cls.port = free_port()
        cls.origin = f"https://localhost:{cls.port}"
        cls.server = Server(cls.config_for(), environment=dict(ENVIRONMENT),
                            arguments=("--listen", f"127.0.0.1:{cls.port}"))
        cls.addClassCleanup(cls.server.discard)
        cls.server.start()

    @classmethod
    def config_for(cls, signup=None):
        return (f'[server]\norigin = "{cls.origin}"\n[signup]\n{cls.signup if signup is None else signup}'
                '[stripe]\nsecret_key_env = "STRIPE_KEY"\nwebhook_secret_env = "STRIPE_WEBHOOK"\n'
                f'api_url = "{cls.stripe.origin}"\ncheckout_origin = "{cls.stripe.origin}"\n'
                'prices = ["team=price_team1", "developer=price_dev1", "gone=price_gone"]\n' + cls.settings)

    def setUp(self):
        self.stripe.down = False
        self.stripe.calls.clear()

    def post(self, target, body, checked=True, **headers):
        fields = {"Content-Type": FORM, "Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        for name, value in headers.items():
            name = name.replace("_", "-")
            fields.pop(name, None)
            if value is not None:
                fields[name] = value
        body = body if isinstance(body, bytes) else body.encode()
        return self.server.call("POST", target, body, fields, checked)

    def began(self, package="team"):
        """The id of a session that a visitor was sent to."""
        answer = self.post("/signup", "package=" + package)
        self.assertEqual(answer.status, 303, answer.body)
        self.assertEqual(answer.header("Cache-Control"), "no-store")
        place = answer.header("Location")
        self.assertTrue(place.startswith(self.stripe.origin + "/c/pay/cs_test_"), place)
        return place.rsplit("/", 1)[1]

    def webhook(self, body, header=None, **headers):
        fields = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header or signed_header(body)}
        return self.server.call("POST", "/stripe/webhook", body, {**fields, **headers})

    def reported(self, body):
        answer = self.webhook(body)
        self.assertEqual((answer.status, answer.body), (200, b'{"received":true}'))
        return answer

    def paid(self, package="team"):
        """A session that was paid and reported."""
        session = self.stripe.pay(self.began(package))
        self.reported(self.stripe.event("checkout.session.completed", session))
        return session

    def success(self, session_id, headers=None):
        target = "/success?session_id=" + urllib.parse.quote(session_id)
        return self.server.call("GET", target, headers=BROWSER if headers is None else headers)

    def key_of(self, answer):
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.header("Content-Type"), "text/html; charset=utf-8")
        self.assertEqual(answer.header("Cache-Control"), "no-store")
        self.assertIsNone(answer.header("ETag"))
        self.assertIsNone(answer.header("Content-Encoding"))
        return Customer(secrets_in(answer.body.decode()))

    def assert_state(self, answer, words, status=200):
        page = answer.body.decode()
        self.assertEqual((answer.status, answer.header("Cache-Control")), (status, "no-store"))
        self.assertIn(words, page)
        self.assertNotIn("sk-cogos-", page)

    def me(self, customer):
        return self.server.as_customer(customer, "GET", "/v1/me")

    def operator_events(self, name=None):
        rows = self.server.admin("GET", "/admin/usage?tenant_id=_operator&limit=1000").json()["rows"]
        return [row["detail"] for row in rows if row["detail"] and name in (None, row["detail"].get("event"))]

    def keys_of(self, tenant):
        return self.server.admin("GET", "/admin/keys?tenant_id=" + tenant).json()["keys"]


class Checkout(SignUpTest):
    def test_from_the_form_to_a_call(self):
        front = self.server.call("GET", "/", headers=BROWSER).body.decode()
        self.assertIn('<form method="post" action="/signup">', front)
        session_id = self.began()
        method, path, headers, body = self.stripe.calls[-1]
        self.assertEqual((method, path), ("POST", "/v1/checkout/sessions"))
        self.assertEqual(headers["Content-Type"], FORM)
        order = nested(body)
        tenant = order["client_reference_id"]
        self.assertRegex(tenant, r"^signup-[0-9a-f]{32}$")
        self.assertEqual(order, {
            "mode": "subscription", "line_items": {"0": {"price": "price_team1", "quantity": "1"}},
            "client_reference_id": tenant, "metadata": {"cogos_tenant": tenant, "cogos_package": "team"},
            "subscription_data": {"metadata": {"cogos_tenant": tenant}},
            "success_url": self.origin + "/success?session_id={CHECKOUT_SESSION_ID}", "cancel_url": self.origin + "/"})
        self.assert_state(self.success(session_id), "on its way")
        session = self.stripe.pay(session_id)
        self.reported(self.stripe.event("checkout.session.completed", session))
        self.assertEqual(self.keys_of(tenant), [], "no key waits for its customer")
        self.assertEqual(session["success_url"], self.origin + "/success?session_id=" + session_id)
        customer = self.key_of(self.success(session_id))
        self.assertEqual(customer.tenant, tenant)
        me = self.server.get(customer, "/v1/me")
        self.assertEqual((me["package_id"], me["tenant_id"], me["expires_at"]), ("team", tenant, None))
        self.assertEqual(self.server.chat(customer).status, 200)
        client.unseal(self.server.rows(customer)[-1], customer.sealing_pem)
        self.assert_state(self.success(session_id), "shown already")
        self.assertEqual(len(self.keys_of(tenant)), 1)
        ours = [e for e in self.operator_events() if e.get("tenant_id") == tenant]
        self.assertEqual([e.get("event") for e in ours], ["signup.paid", "key.issued"])
        self.assertEqual(ours[0]["subscription_id"], session["subscription"])
        self.assertEqual((ours[1]["key_id"], ours[1]["by"]), (customer.key_id, "checkout"))

    def test_a_customer_who_is_faster_than_the_report(self):
        session = self.stripe.pay(self.began())
        customer = self.key_of(self.success(session["id"]))
        self.reported(self.stripe.event("checkout.session.completed", session))
        self.assert_state(self.success(session["id"]), "shown already")
        self.assertEqual(self.me(customer).status, 200)
        self.assertEqual(len(self.keys_of(customer.tenant)), 1)
        self.assertEqual(len([e for e in self.operator_events("signup.paid") if e["tenant_id"] == customer.tenant]), 1)

    def test_what_is_paid_later_waits(self):
        session = self.stripe.pay(self.began(), payment_status="unpaid")
        self.reported(self.stripe.event("checkout.session.completed", session))
        self.assert_state(self.success(session["id"]), "on its way")
        session["payment_status"] = "paid"
        self.reported(self.stripe.event("checkout.session.async_payment_succeeded", session))
        self.key_of(self.success(session["id"]))

    def test_many_windows_at_once_show_one_key(self):
        for reported_before in (True, False):
            session = self.paid() if reported_before else self.stripe.pay(self.began())
            answers = []
            threads = [threading.Thread(target=lambda: answers.append(self.success(session["id"]))) for _ in range(12)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual({answer.status for answer in answers}, {200})
            shown = [answer for answer in answers if b"sk-cogos-" in answer.body]
            self.assertEqual(len(shown), 1)
            customer = self.key_of(shown[0])
            self.assertEqual([key["key_id"] for key in self.keys_of(customer.tenant)], [customer.key_id])

    def test_a_session_that_is_nobodys_shows_nothing(self):
        other = self.stripe.pay(self.began())
        other["metadata"] = {}
        for session_id in ("cs_test_" + "0" * 48, "", "cs_", "../x", "cs_test_%00", "x" * 3000, other["id"],
                           "<script>alert(1)</script>"):
            answer = self.success(session_id)
            self.assertEqual(answer.status, 404, session_id)
            self.assertNotIn(b"<script>", answer.body)
        self.assertEqual(self.server.call("GET", "/success").status, 404)
        self.assertEqual(self.server.call("GET", "/success?session_id=a&session_id=b").status, 400)
        self.assertEqual(self.server.call("GET", "/success?session_id=%zz").status, 400)

    def test_only_a_person_uses_up_what_is_shown_once(self):
        session = self.paid()
        head = self.server.call("HEAD", "/success?session_id=" + session["id"], headers=BROWSER)
        self.assertEqual((head.status, head.body), (200, b""))
        for headers in ({"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"},
                        {"Sec-Fetch-Dest": "image"}, {"Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Dest": "empty"}):
            self.assertEqual(self.success(session["id"], headers).status, 403, headers)
        self.key_of(self.success(session["id"]))

    def test_while_the_provider_is_down_nothing_is_lost(self):
        session = self.stripe.pay(self.began())
        self.stripe.down = True
        self.assertEqual(self.post("/signup", "package=team").status, 502)
        self.assertEqual(self.success(session["id"]).status, 502)
        wait_for(lambda: [e for e in self.server.events("request") if e["route"] == "/success" and e["status"] == 502],
                 "the refusal in the log")
        self.assertNotIn(session["id"], self.server.log())
        self.stripe.down = False
        self.key_of(self.success(session["id"]))

    def test_a_package_that_is_not_for_sale(self):
        for body in ("package=free", "package=gone", "package=", "", "package=%3Cscript%3E", "other=team", "package=team%00",
                     "package=TEAM"):
            answer = self.post("/signup", body)
            self.assertEqual(answer.status, 400, body)
            self.assertNotIn(b"<script>", answer.body)
        self.assertEqual(self.stripe.calls, [])
        self.began("developer")


class Forms(SignUpTest):
    def test_from_elsewhere_are_refused(self):
        for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Origin": "https://evil.example"},
                        {"Sec_Fetch_Site": None, "Origin": None}, {"Sec_Fetch_Site": None, "Origin": "null"},
                        {"Sec_Fetch_Site": None, "Origin": None, "Referer": "https://evil.example/"},
                        {"Sec_Fetch_Site": "none", "Origin": None}):
            for target in ("/signup", "/signup/free"):
                self.assertEqual(self.post(target, "package=team", **headers).status, 403, headers)
        self.assertEqual(self.stripe.calls, [])
        for headers in ({"Sec_Fetch_Site": None}, {"Origin": "null"}, {"Origin": None},
                        {"Sec_Fetch_Site": None, "Origin": None, "Referer": self.origin + "/"}):
            self.assertEqual(self.post("/signup", "package=team", **headers).status, 303, headers)

    def test_that_are_malformed_are_refused(self):
        for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain", None):
            self.assertEqual(self.post("/signup", "package=team", Content_Type=kind or "").status, 415, kind)
        for body in (b"package=team&package=team", b"package=%", b"package=%zz", b"package=\xff", b"package=%ff%fe", b"=&=",
                     b"package=team\r\n", b"\x00"):
            self.assertEqual(self.post("/signup", body).status, 400, body)
        self.assertEqual(self.post("/signup", "package=" + "a" * 4096).status, 413)
        self.assertEqual(self.server.call("GET", "/signup").status, 405)
        self.assertEqual(self.stripe.calls, [])

    def test_without_payment_give_a_key_at_once(self):
        front = self.server.call("GET", "/", headers=BROWSER).body.decode()
        self.assertIn('<form method="post" action="/signup/free">', front)
        customer = self.key_of(self.post("/signup/free", ""))
        me = self.server.get(customer, "/v1/me")
        self.assertEqual(me["package_id"], "free")
        self.assertIsNotNone(me["expires_at"])
        self.assertEqual(self.server.chat(customer).status, 200)
        other = self.key_of(self.post("/signup/free", ""))
        self.assertNotEqual(customer.tenant, other.tenant)
        self.assertEqual(self.operator_events("key.issued")[-1]["by"], "free sign-up")


class FreeKeys(SignUpTest):
    signup = "free = true\nfree_per_peer_hour = 2\nfree_per_day = 3\nper_peer_hour = 2\n"

    def test_are_bounded_by_address_and_day(self):
        source = "127.9.9.9"
        fields = {"Content-Type": FORM, "Origin": self.origin}

        def ask(address, target="/signup/free"):
            return client.call(self.server.port, self.server.ca_file, "POST", target, b"package=team", fields, address)
        self.assertEqual([ask(source).status for _ in range(3)], [200, 200, 429])
        self.assertEqual([ask(source, "/signup").status for _ in range(3)], [303, 303, 429], "counted by itself")
        self.assertEqual(int(ask(source).header("Retry-After")) // 60, 30)
        self.assertEqual([ask("127.9.9.8").status for _ in range(2)], [200, 429])
        self.server.kill()
        self.server.start()
        answer = ask("127.9.9.7")
        self.assertEqual(answer.status, 429, "the day's bound outlives the process")
        self.assertGreater(int(answer.header("Retry-After")), 86000)
        self.assertEqual(len(self.operator_events("key.issued")), 3)


class Webhook(SignUpTest):
    def setUp(self):
        super().setUp()
        self.session = self.stripe.pay(self.began())
        self.event = self.stripe.event("checkout.session.completed", self.session)
        self.session["payment_status"] = "unpaid"  # what the provider says when it is asked: only events count here

    def paid_events(self):
        tenant = self.session["client_reference_id"]
        return [e for e in self.operator_events("signup.paid") if e["tenant_id"] == tenant]

    def test_forged_and_stale_reports_change_nothing(self):
        now, event = int(time.time()), self.event
        good = signature(event, now)
        headers = [
            f"t={now},v1={signature(event, now, 'whsec_another')}", f"t={now},v1={signature(event + b' ', now)}",
            f"t={now + 1},v1={good}", f"t={now},v0={good}", f"t={now},v1={good.upper()}", f"t={now}", f"v1={good}", "x",
            f"t={now},v1={good[:-1]}", signed_header(event, now - 302), signed_header(event, now + 310),
        ]
        for header in headers:
            answer = self.webhook(event, header)
            self.assert_error(answer, 400, "invalid_request_error")
            self.assertNotIn(WEBHOOK_SECRET.encode(), answer.body)
        self.assertEqual(self.server.call("POST", "/stripe/webhook", event).status, 400)
        self.assertEqual(self.webhook(event[:-1] + b" }", signed_header(event)).status, 400)
        self.assertEqual(self.paid_events(), [])
        self.assert_state(self.success(self.session["id"]), "on its way")
        self.reported(event)
        self.assertEqual(len(self.paid_events()), 1)

    def test_bodies_that_are_no_events(self):
        for body in (b"", b"[]", b"null", b"{}", b'{"id":"evt_1"}', b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 5000,
                     self.stripe.event("invoice.paid", {}, event_id="<script>"),
                     self.stripe.event("checkout.session.completed", {"object": "checkout.session"})):
            answer = self.webhook(body)
            self.assert_error(answer, 400, "invalid_request_error")
        large = self.stripe.event("invoice.paid", {"padding": "x" * (256 << 10)})
        self.assert_error(self.webhook(large), 413, "body_too_large")
        self.assertEqual(self.server.call("GET", "/stripe/webhook").status, 405)

    def test_one_of_several_signatures_is_enough(self):
        now = int(time.time())
        old, new = signature(self.event, now, "whsec_old"), signature(self.event, now)
        self.assertEqual(self.webhook(self.event, f"t={now},v1={old},v1={new},v0=abc").status, 200)
        self.assertEqual(len(self.paid_events()), 1)

    def test_a_report_counts_once_however_often_it_comes(self):
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.webhook(self.event).status)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(answers), {200})
        self.reported(self.event)
        self.reported(self.stripe.event("checkout.session.completed", {**self.session, "payment_status": "paid"}))
        self.assertEqual(len(self.paid_events()), 1)

    def test_one_subscription_is_good_for_one_checkout(self):
        self.reported(self.event)
        other = self.stripe.pay(self.began())
        other["subscription"] = self.session["subscription"]
        self.assert_error(self.webhook(self.stripe.event("checkout.session.completed", other)), 409, "conflict")
        self.assertEqual(self.success(other["id"]).status, 409)
        self.assertEqual(self.keys_of(other["client_reference_id"]), [])

    def test_what_is_not_ours_or_not_known_is_taken_and_ignored(self):
        before = len(self.operator_events())
        self.reported(self.stripe.event("charge.refunded", {"id": "ch_1"}))
        self.reported(self.stripe.event("customer.subscription.deleted", {"id": "sub_foreign", "metadata": {}}))
        self.reported(self.stripe.event("invoice.paid", {"id": "in_1", "subscription": None}))
        foreign = {**self.session, "id": "cs_test_foreign", "metadata": {}, "payment_status": "paid"}
        self.reported(self.stripe.event("checkout.session.completed", foreign))
        self.assertEqual(len(self.operator_events()), before)


class Subscriptions(SignUpTest):
    def setUp(self):
        super().setUp()
        self.session = self.paid()
        self.tenant = self.session["client_reference_id"]
        self.now = int(time.time())

    def assert_suspended(self, customer):
        answer = self.me(customer)  # with the key's own receipt: who holds it is known
        self.assert_error(answer, 401, "expired_api_key")
        self.assertIn("not paid", answer.json()["error"]["message"])

    def events(self):
        return [e.get("event") for e in self.operator_events() if e.get("tenant_id") == self.tenant]

    def test_suspend_and_restore_every_key_of_their_tenant(self):
        customer = self.key_of(self.success(self.session["id"]))
        rotated = self.server.as_customer(customer, "POST", "/v1/keys/rotate", b"", {})
        second = Customer(rotated.json(), sealing_pem=customer.sealing_pem)
        bystander = self.server.issue("bystander")
        self.assertEqual(self.me(second).status, 200)
        self.reported(self.stripe.invoice(self.session, "invoice.payment_failed", self.now + 10))
        self.assert_suspended(customer)
        self.assert_suspended(second)
        self.assertEqual(self.me(bystander).status, 200)
        self.assertEqual([key["active"] for key in self.keys_of(self.tenant)], [False, False])
        self.assertIsNotNone(self.keys_of(self.tenant)[0]["suspended_at"])
        self.assert_error(self.server.as_customer(second, "POST", "/v1/keys/rotate", b"", {}), 401, "expired_api_key")
        self.reported(self.stripe.invoice(self.session, "invoice.paid", self.now + 20))
        self.assertEqual((self.me(customer).status, self.me(second).status), (200, 200))
        self.reported(self.stripe.subscription(self.session, "past_due", created=self.now + 30))
        self.assert_suspended(second)
        self.server.kill()
        self.server.start()
        self.assert_suspended(second)
        self.reported(self.stripe.subscription(self.session, "active", created=self.now + 40))
        self.assertEqual(self.me(second).status, 200)
        self.reported(self.stripe.subscription(self.session, "canceled", "customer.subscription.deleted", self.now + 50))
        self.assert_suspended(second)
        self.reported(self.stripe.subscription(self.session, "active", created=self.now + 60))
        self.assert_suspended(second)
        self.assertEqual(self.events(), [
            "signup.paid", "key.issued", "key.rotated", "subscription.suspended", "subscription.restored",
            "subscription.suspended", "subscription.restored", "subscription.ended"])

    def test_an_older_report_undoes_no_newer_one(self):
        customer = self.key_of(self.success(self.session["id"]))
        failed = self.stripe.invoice(self.session, "invoice.payment_failed", self.now + 10)
        self.reported(self.stripe.invoice(self.session, "invoice.paid", self.now + 20))
        self.reported(failed)
        self.assertEqual(self.me(customer).status, 200)
        self.reported(self.stripe.subscription(self.session, "unpaid", created=self.now + 40))
        self.reported(self.stripe.subscription(self.session, "active", created=self.now + 30))
        self.assert_suspended(customer)
        self.assertEqual(self.events(), ["signup.paid", "key.issued", "subscription.suspended"])

    def test_reports_that_come_at_once_end_as_the_newest_says(self):
        customer = self.key_of(self.success(self.session["id"]))
        kinds = ["invoice.payment_failed", "invoice.paid"]
        bodies = [self.stripe.invoice(self.session, kinds[i % 2], self.now + i) for i in range(12)]
        statuses = []
        threads = [threading.Thread(target=lambda body=body: statuses.append(self.webhook(body).status)) for body in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for body, status in zip(bodies, statuses):
            self.assertIn(status, (200, 503))
        for body in bodies:  # as the provider does until it has its 200
            self.reported(body)
        self.assertEqual(self.me(customer).status, 200)

    def test_one_that_is_not_paid_shows_no_key(self):
        self.reported(self.stripe.invoice(self.session, "invoice.payment_failed", self.now + 10))
        self.assert_state(self.success(self.session["id"]), "not paid")
        self.reported(self.stripe.invoice(self.session, "invoice.paid", self.now + 20))
        self.key_of(self.success(self.session["id"]))

    def test_reports_may_come_before_their_checkout(self):
        session = self.stripe.pay(self.began())
        self.reported(self.stripe.invoice(session, "invoice.paid", self.now))
        self.reported(self.stripe.invoice(session, "invoice.payment_failed", self.now + 100))
        self.reported(self.stripe.event("checkout.session.completed", session, self.now + 1))
        self.assert_state(self.success(session["id"]), "not paid")


class Restarts(SignUpTest):
    def test_between_the_report_and_the_customer(self):
        for end in (self.server.stop, self.server.kill):
            session = self.paid()
            end()
            self.server.start()
            self.stripe.down = True  # what was reported is known without asking
            customer = self.key_of(self.success(session["id"]))
            self.server.kill()
            self.server.start()
            self.assertEqual(self.me(customer).status, 200)
            self.assert_state(self.success(session["id"]), "shown already")
            self.stripe.down = False

    def customer(self, session, event, taken, shown):
        """Reports the payment and comes for the key, as far as the server lets them."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            if self.webhook(event).status == 200:
                taken.add(session["id"])
            answer = self.success(session["id"])
            if b"sk-cogos-" in answer.body:
                shown[session["id"]] = self.key_of(answer)

    def test_killed_at_any_moment(self):
        moments = random.Random(7)
        for _ in range(8):
            sessions = [self.stripe.pay(self.began()) for _ in range(6)]
            events = [self.stripe.event("checkout.session.completed", session) for session in sessions]
            taken, shown = set(), {}
            threads = [threading.Thread(target=self.customer, args=(session, event, taken, shown))
                       for session, event in zip(sessions, events)]
            for thread in threads:
                thread.start()
            time.sleep(moments.uniform(0, 0.06))
            self.server.kill()
            for thread in threads:
                thread.join()
            self.server.start()
            self.stripe.down = True  # what was taken is here, and asked for nowhere else
            for session in sessions:
                if session["id"] in taken:
                    self.assertEqual(self.success(session["id"]).status, 200)
            self.stripe.down = False
            paid = self.operator_events("signup.paid")
            for session, event in zip(sessions, events):
                self.reported(event)
                answer = self.success(session["id"])
                tenant = session["client_reference_id"]
                keys = self.keys_of(tenant)
                self.assertEqual(len(keys), 1)
                if session["id"] in shown:
                    self.assert_state(answer, "shown already")
                    self.assertEqual(shown[session["id"]].key_id, keys[0]["key_id"])
                    self.assertEqual(self.me(shown[session["id"]]).status, 200)
                self.assertLessEqual(len([e for e in paid if e["tenant_id"] == tenant]), 1)
        found = [e["tenant_id"] for e in self.operator_events("signup.paid")]
        self.assertEqual(len(found), len(set(found)))

    def test_no_credential_is_on_disk_or_in_the_log(self):
        session = self.paid()
        customer = self.key_of(self.success(session["id"]))
        free = self.key_of(self.post("/signup/free", ""))
        waiting = self.paid()
        self.success("cs_test_" + "1" * 48)
        pem = [key.sealing_pem.split("\n")[1] for key in (customer, free)]
        needles = [SECRET_KEY, WEBHOOK_SECRET, session["id"], waiting["id"], "cs_test_" + "1" * 48, customer.api_key,
                   free.api_key, customer.hmac_secret, free.hmac_secret, *pem]
        self.server.stop()
        try:
            for folder, _, names in os.walk(self.server.directory):
                for name in names:
                    with open(os.path.join(folder, name), "rb") as file:
                        data = file.read()
                    for needle in needles:
                        self.assertNotIn(needle.encode(), data, name)
            details = [row["detail"] for row in stored_rows(self.server.data_dir, "_operator")]
            self.assertTrue([d for d in details if d and d.get("event") == "signup.paid"])
        finally:
            self.server.start()

    def test_the_secrets_leave_the_environment(self):
        environment = environment_of(self.server.process) or b""
        self.assertNotIn(SECRET_KEY.encode(), environment)
        self.assertNotIn(WEBHOOK_SECRET.encode(), environment)


class InMemory(MemoryTest, SignUpTest):
    def assert_places(self, secret, count):
        """Soon: the client may have its answer a moment before the server has wiped it."""
        wait_for(lambda: len(self.memory.places(secret)) == count, f"{count} copies of a secret in memory")

    def test_what_was_shown_is_gone_and_the_providers_key_is_in_its_one_place(self):
        for answer in (self.success(self.paid()["id"]), self.post("/signup/free", "")):
            issued = secrets_in(answer.body.decode())
            self.assertEqual(len(secrets_of(issued)), 3)
            for secret in secrets_of(issued).values():
                self.assert_places(secret, 0)
        self.assertGreater(len(self.stripe.calls), 0)
        self.assert_places(SECRET_KEY.encode(), 1)
        self.assert_places(WEBHOOK_SECRET.encode(), 1)


class HostilePackages(SignUpTest):
    settings = '[site]\npackages = ["team"]\n'

    def test_names_are_text_wherever_they_are_shown(self):
        hostile = "<script>alert(1)</script>{{api_key}}\"'&"
        changed = self.server.admin("PUT", "/admin/packages/team", {"display_name": hostile, "description": hostile})
        self.assertEqual(changed.status, 200, changed.body)
        front = self.server.call("GET", "/", headers=BROWSER).body.decode()
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;{{api_key}}", front)
        self.assertNotIn("<script>", front)
        page = self.success(self.paid()["id"]).body.decode()
        self.assertNotIn("<script>", page)
        self.assertEqual(page.count("sk-cogos-"), 1)


class Unconfigured(FlowTest):
    def test_there_is_nothing_to_sign_up_to(self):
        nowhere = self.server.call("POST", "/nosuch", b"a=1", {"Content-Type": FORM})
        for method, target in (("POST", "/signup"), ("POST", "/signup/free"), ("POST", "/stripe/webhook"),
                               ("GET", "/success?session_id=cs_test_1"), ("GET", "/signup")):
            answer = self.server.call(method, target, b"a=1" if method == "POST" else b"", {"Content-Type": FORM})
            self.assert_error(answer, 404, "not_found")
            if method == "POST":
                self.assertEqual(answer.body, nowhere.body)
        self.assertNotIn("<form", self.server.call("GET", "/", headers=BROWSER).body.decode())


class HalfConfigured(StartTest):
    def test_does_not_start_and_says_what_is_missing(self):
        origin = '[server]\norigin = "https://localhost:1"\n'
        whole = ('[stripe]\nsecret_key_env = "STRIPE_KEY"\nwebhook_secret_env = "STRIPE_WEBHOOK"\n'
                 'prices = ["team=price_1"]\n')
        for config, words in (
                (origin + '[stripe]\nsecret_key_env = "STRIPE_KEY"\n', "set stripe.webhook_secret_env, stripe.prices"),
                (origin + '[stripe]\nprices = ["team=price_1"]\n', "set stripe.secret_key_env, stripe.webhook_secret_env"),
                (whole, "set server.origin"),
                ("[signup]\nfree = true\n", "set server.origin"),
                ('[server]\norigin = "https://LOCALHOST:1"\n[signup]\nfree = true\n', "server.origin must be https://host"),
                ('[server]\norigin = "https://localhost:443"\n[signup]\nfree = true\n', "server.origin must be https://host"),
                (origin + whole + 'api_url = "http://api.stripe.com"\n', "stripe.api_url must be"),
                (origin + whole + 'checkout_origin = "https://a.example/x"\n', "stripe.checkout_origin must be"),
                ('[stripe]\ncheckout_origin = "https://a.example; script-src *"\n', "stripe.checkout_origin must be"),
                (origin + whole.replace("team=price_1", "team"), "stripe.prices must hold"),
                (origin + whole.replace("team=price_1", "team=price 1"), "stripe.prices must hold"),
                (origin + whole.replace('"team=price_1"', '"team=price_1", "team=price_2"'), "names team twice"),
                (origin + whole.replace("STRIPE_KEY", "NOT_THERE"), "names NOT_THERE, which is not set")):
            log = self.refused(words, server=self.new_server(config, environment=ENVIRONMENT))
            if "NOT_THERE" not in words:  # what is in the environment is looked at by a start alone
                with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
                    file.write(config)
                    file.flush()
                    self.assertIn(words, self.assert_runs(1, "check-config", "--config", file.name).stdout)
            self.assertNotIn(SECRET_KEY, log)
        server = self.new_server(origin + whole, environment={**ENVIRONMENT, "STRIPE_KEY": "sk test"})
        self.refused("STRIPE_KEY holds a byte that is not visible ASCII", server=server)


if __name__ == "__main__":
    main()
