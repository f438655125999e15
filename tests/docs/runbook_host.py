"""The commands of docs/runbook.md, and a machine as the page supposes it."""

import datetime
import os
import re
import subprocess
import sys
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests", "flow")]

import cogos_client as client  # noqa: E402
from certificates import certificate  # noqa: E402
from fixture import ADMIN_KEY, COGOS, DEADLINE_S, Server, clean_environment, free_port  # noqa: E402

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
