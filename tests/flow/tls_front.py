"""What ends TLS before a server, for tests in which something stands between it and its clients."""

import http.server
import ssl
import threading


class TlsFront(http.server.ThreadingHTTPServer):
    """Passes every call on and the answer back. A class of this kind has `pass_on(request, body)`, `request` being the
    handler with its `command`, `path` and `headers`; it gives the status, a list of the headers, and the body."""

    daemon_threads = True

    def __init__(self, cert_file, key_file, old_tls=None):
        """`old_tls`, if given, loosens the context."""
        super().__init__(("127.0.0.1", 0), self.Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert_file, key_file)
        if old_tls:
            old_tls(context)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # handshakes that are meant to fail

    def close(self):
        self.shutdown()
        self.server_close()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, content = self.server.pass_on(self, body)
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = do_any
