"""nginx beside the server under test: the same certificate, TLS 1.3, and a fixed answer of the same number of bytes."""

import os
import signal
import subprocess
import time

import machine

CONFIG = """
daemon off; worker_processes {workers}; pid {directory}/nginx.pid; error_log {directory}/nginx.log warn;
worker_rlimit_nofile 4096;
events {{ worker_connections 2048; }}
http {{
  access_log off; server_tokens off; keepalive_requests 1000000000; keepalive_timeout 300s; tcp_nodelay on;
  client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl backlog=1024 reuseport;
    ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.3; ssl_ecdh_curve X25519:P-256;
    {locations}
  }}
  server {{
    listen 127.0.0.1:{plain_port};
    default_type application/json;
    location / {{ return 200 '{upstream_answer}'; }}
  }}
}}
"""

LOCATION = "location = {path} {{ default_type application/json; add_header X-Padding '{padding}'; return 200 '{body}'; }}\n"


def location(path, answer_bytes):
    """An answer of that many bytes, head and body together, most of it in the head as with the server's receipts."""
    body = "b" * 300
    # What nginx writes beside the padding itself, counted once and checked by the caller.
    padding = answer_bytes - len(body) - 156
    if padding < 1:
        raise ValueError(f"an answer of {answer_bytes} bytes is too small to be imitated")
    return LOCATION.format(path=path, padding="p" * padding, body=body)


class Nginx:
    def __init__(self, directory, port, plain_port, certificate, key, locations, upstream_answer, workers=2):
        self.port, self.plain_port = port, plain_port
        config = os.path.join(directory, "nginx.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(directory=directory, port=port, plain_port=plain_port, certificate=certificate,
                                     key=key, locations=locations, upstream_answer=upstream_answer, workers=workers))
        self.process = subprocess.Popen(["nginx", "-e", os.path.join(directory, "nginx.log"), "-c", config],
                                        stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while len(machine.children(self.process.pid)) < workers:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("nginx did not start; see " + os.path.join(directory, "nginx.log"))
            time.sleep(0.02)

    @property
    def pids(self):
        return machine.children(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
