"""A payment provider that speaks Stripe's documented shapes: Checkout Sessions by form-encoded nested names, and signed
events."""

import hashlib
import hmac
import http.server
import json
import re
import secrets
import threading
import time
import urllib.parse

SECRET_KEY = "sk_test_9f8e7d6c5b4a39281706"
WEBHOOK_SECRET = "whsec_0a1b2c3d4e5f60718293"


def nested(form):
    """`a[b][0][c]=d` as the objects that it stands for."""
    tree = {}
    for name, value in urllib.parse.parse_qsl(form, keep_blank_values=True, strict_parsing=True):
        parts = re.findall(r"[^\[\]]+", name)
        place = tree
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        if parts[-1] in place:
            raise AssertionError("a name is given twice: " + name)
        place[parts[-1]] = value
    return tree


def signature(body, at=None, secret=WEBHOOK_SECRET):
    at = int(time.time()) if at is None else at
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def signed_header(body, at=None, secret=WEBHOOK_SECRET):
    at = int(time.time()) if at is None else at
    return f"t={at},v1={signature(body, at, secret)}"


class StubStripe:
    """Listens on a loopback port. `down` closes every connection without a word."""

    def __init__(self):
        self.sessions, self.calls, self.by_key, self.down = {}, [], {}, False
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_call(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                if stub.down:
                    self.close_connection = True
                    return
                page = self.command == "GET" and stub.hosted_page(self.path)
                if page:
                    status, kind, data = 200, "text/html", page.encode()
                else:
                    status, answer = stub.answer(self.command, self.path, self.headers, body)
                    kind, data = "application/json", json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = handle_call

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def hosted_page(self, path):
        """Where customers pay: a link that leads them back."""
        session = self.sessions.get(path.removeprefix("/c/pay/"))
        return session and f'<!doctype html><title>Checkout</title><a href="{session["success_url"]}">Pay</a>'

    def answer(self, method, path, headers, body):
        if headers["Authorization"] != "Bearer " + SECRET_KEY:
            return 401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}
        self.calls.append((method, path, dict(headers), body))
        if method == "POST" and path == "/v1/checkout/sessions":
            return self._create(headers, nested(body))
        found = re.fullmatch(r"/v1/checkout/sessions/(cs_[A-Za-z0-9_]+)", path)
        if method == "GET" and found and found.group(1) in self.sessions:
            return 200, self.sessions[found.group(1)]
        return 404, {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": f"No such {path}"}}

    def _create(self, headers, order):
        key = headers["Idempotency-Key"]
        if key not in self.by_key:
            session_id = "cs_test_" + secrets.token_hex(24)
            success = order["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id)
            self.sessions[session_id] = {
                "id": session_id, "object": "checkout.session", "created": int(time.time()), "livemode": False,
                "client_reference_id": order["client_reference_id"], "metadata": order["metadata"],
                "mode": order["mode"], "payment_status": "unpaid", "status": "open", "subscription": None,
                "success_url": success, "cancel_url": order["cancel_url"], "customer": None,
                "url": f"{self.origin}/c/pay/{session_id}",
            }
            self.by_key[key] = session_id
        return 200, self.sessions[self.by_key[key]]

    # What its customers do

    def pay(self, session_id, payment_status="paid"):
        """The session, complete."""
        session = self.sessions[session_id]
        session.update(status="complete", payment_status=payment_status, subscription="sub_" + session_id[-12:], url=None)
        return session

    # Events

    @staticmethod
    def event(kind, data, created=None, event_id=None):
        created = int(time.time()) if created is None else created
        return json.dumps({"id": event_id or "evt_" + secrets.token_hex(8), "object": "event", "created": created,
                           "livemode": False, "pending_webhooks": 1, "type": kind, "data": {"object": data}}).encode()

    def invoice(self, session, kind, created=None):
        data = {"id": "in_1", "object": "invoice", "subscription": session["subscription"],
                "subscription_details": {"metadata": {"cogos_tenant": session["client_reference_id"]}}}
        return self.event(kind, data, created)

    def subscription(self, session, status, kind="customer.subscription.updated", created=None):
        data = {"id": session["subscription"], "object": "subscription", "status": status,
                "metadata": {"cogos_tenant": session["client_reference_id"]}}
        return self.event(kind, data, created)
