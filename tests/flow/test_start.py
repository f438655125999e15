"""What a start needs and refuses, and what it leaves for the next one (wire formats §8)."""

import json
import os
import socket
import stat

import cogos_client as client
from fixture import ADMIN_KEY, DEADLINE_S, Server, environment_of, free_port, main, wait_for
from start_case import StartTest

GIVEN = {"COGOS_ADMIN_KEY": ADMIN_KEY, "COGOS_DEK_HEX": "1f" * 32}


class Needed(StartTest):
    def test_outside_development_mode_what_is_missing_is_named(self):
        server = self.new_server(dev=False)
        self.refused("tls.cert_file", server=server, environment=GIVEN)
        server.configure('[tls]\ncert_file = "c.pem"\nkey_file = "k.pem"\n')
        self.refused("COGOS_ADMIN_KEY", server=server, environment={"COGOS_DEK_HEX": GIVEN["COGOS_DEK_HEX"]})
        self.refused("COGOS_DEK_HEX", "COGOS_DEK_FILE", server=server, environment={"COGOS_ADMIN_KEY": ADMIN_KEY})
        self.refused("c.pem", "tls.cert_file", server=server, environment=GIVEN)
        server.arguments = ()
        self.refused("server.listen", "COGOS_LISTEN", server=server, environment=GIVEN)

    def test_secrets_that_are_not_fit_are_refused_and_not_repeated(self):
        for environment, word in (({**GIVEN, "COGOS_ADMIN_KEY": "short-7Jq"}, "admin key"),
                                  ({**GIVEN, "COGOS_DEK_HEX": "5e" * 31}, "64"),
                                  ({**GIVEN, "COGOS_DEK_HEX": "5E" * 32}, "64"),
                                  ({**GIVEN, "COGOS_DEK_HEX": "5e" * 33}, "64")):
            text = self.refused(word, environment=environment)
            for secret in environment.values():
                self.assertNotIn(secret, text)
        self.refused("COGOS_DEK_FILE", environment={"COGOS_ADMIN_KEY": ADMIN_KEY, "COGOS_DEK_FILE": "/nonexistent"})

    def test_another_data_encryption_key_than_the_stores_is_refused(self):
        self.server.environment = GIVEN
        self.server.start()
        customer = self.server.issue()
        self.server.stop()
        self.refused("DEK", "COGOS_DEK_HEX", environment={**GIVEN, "COGOS_DEK_HEX": "2e" * 32})
        self.server.start()
        self.assertEqual(self.server.as_customer(customer, "GET", "/v1/me").status, 200)
        self.server.stop()

    def test_a_data_encryption_key_may_lie_in_a_file(self):
        self.server.environment = {"COGOS_ADMIN_KEY": ADMIN_KEY,
                                   "COGOS_DEK_FILE": self.server.write("dek", "3d" * 32 + "\n")}
        self.server.start()
        self.server.stop()
        self.server.environment = {"COGOS_ADMIN_KEY": ADMIN_KEY, "COGOS_DEK_HEX": "3d" * 32}
        self.server.start()
        self.server.stop()

    def test_an_admin_key_may_lie_in_a_file(self):
        self.server.environment = {"COGOS_ADMIN_KEY_FILE": self.server.write("admin", ADMIN_KEY + "\n")}
        self.server.start()
        self.assertEqual(self.server.admin("GET", "/admin/keys").status, 200)
        self.server.stop()

    def test_a_directory_or_port_in_use_is_refused(self):
        self.server.start()
        rival = self.new_server()
        rival.data_dir = self.server.data_dir
        self.refused("in use", server=rival)
        rival = self.new_server(arguments=("--listen", f"127.0.0.1:{self.server.port}"))
        self.refused("cannot listen", str(self.server.port), server=rival)
        self.assertEqual(self.server.call("GET", "/health").status, 200)
        self.server.stop()

    def test_a_data_directory_that_cannot_be_made_is_refused(self):
        self.server.data_dir = self.server.path("no/such/parent")
        self.refused("no/such/parent")
        self.server.data_dir = self.server.write("file", "x")
        self.refused("data directory")

    def test_a_database_of_another_program_is_not_taken_for_a_store(self):
        os.mkdir(self.server.data_dir)
        self.server.write("data/cogos.db", b"not a database" * 100)
        self.refused("database")


class Settings(StartTest):
    def refused_by_both(self, config, *said):
        self.server.configure(config)
        self.refused(*said)
        done = self.assert_runs(1, "check-config", "--config", self.server.config_file)
        for words in said:
            self.assertIn(words, done.stdout)

    def test_an_unknown_setting_names_the_nearest(self):
        self.refused_by_both("[server]\nlistne = \"127.0.0.1:1\"\n", "server.listne", "server.listen")
        self.refused_by_both("[limits]\nmax_body_byte = 5\n", "limits.max_body_byte", "limits.max_body_bytes")
        self.refused_by_both("[inferense]\nengine = \"builtin\"\n", "inferense", "inference")
        self.refused_by_both("listen = 5\n", "listen")

    def test_a_value_of_another_kind_is_refused_with_its_place(self):
        for config, name in (("[server]\nthreads = \"two\"\n", "server.threads"),
                             ("[server]\nthreads = -1\n", "server.threads"),
                             ("[inference]\nengine = \"other\"\n", "inference.engine"),
                             ("[defence]\nhoneypots = 1\n", "defence.honeypots"),
                             ("[ingress]\ntrusted_proxies = \"10.0.0.0/8\"\n", "ingress.trusted_proxies"),
                             ("[limits]\nmax_body_bytes = 1.5\n", "limits.max_body_bytes"),
                             ("[tls]\ncert_file = \"c\"\n", "tls.key_file"),
                             ("[ingress]\nplaintext_listen = \"127.0.0.1:1\"\n", "ingress.trusted_proxies"),
                             ("[ingress]\ntrusted_proxies = [\"10.0.0.1/8\"]\n", "10.0.0.1/8"),
                             ("[server]\nlisten = \"localhost\"\n", "localhost"), ("[server\n", ":")):
            with self.subTest(config):
                self.server.arguments = ()
                self.refused_by_both(config, name)

    def test_a_file_that_cannot_be_read_is_refused(self):
        self.server.config_file = self.server.path("absent.toml")
        self.refused("absent.toml")
        self.assert_runs(2, "check-config", "--config", self.server.config_file)

    def test_a_good_file_is_found_good_and_shown(self):
        self.server.configure("")
        done = self.assert_runs(0, "check-config", "--config", self.server.config_file)
        self.assertIn("limits.max_body_bytes = 1048576", done.stdout)
        self.server.configure('[limits]\nmax_body_bytes = 77\n')
        report = json.loads(self.assert_runs(0, "check-config", "--json", "--config", self.server.config_file).stdout)
        self.assertTrue(report["ok"])
        self.assertIn("limits.max_body_bytes = 77", report["settings"])

    def test_the_documented_file_is_the_default(self):
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self.server.configure("")
        shown = [self.assert_runs(0, "check-config", "--json", "--config", file).stdout
                 for file in (self.server.config_file, os.path.join(root, "config", "cogos.toml"))]
        self.assertEqual(*shown)

    def test_flags_win_over_the_environment_and_that_over_the_file(self):
        self.server.configure('[store]\ndata_dir = "from-file"\n[server]\nlisten = "127.0.0.1:1"\n')
        environment = {"COGOS_ADMIN_KEY": ADMIN_KEY, "COGOS_DATA_DIR": self.server.path("from-environment"),
                       "COGOS_LISTEN": f"127.0.0.1:{free_port()}"}
        self.server.environment = environment
        self.server.start()
        self.assertNotEqual(f"127.0.0.1:{self.server.port}", environment["COGOS_LISTEN"])
        self.assertFalse(os.path.exists(self.server.path("from-environment")))
        self.server.stop()
        by_environment = EnvironmentOnly(environment)
        self.addCleanup(by_environment.discard)
        by_environment.configure('[store]\ndata_dir = "from-file"\n[server]\nlisten = "127.0.0.1:1"\n')
        environment["COGOS_DATA_DIR"] = by_environment.data_dir
        by_environment.start()
        self.assertEqual(f"127.0.0.1:{by_environment.port}", environment["COGOS_LISTEN"])
        by_environment.stop()


class EnvironmentOnly(Server):
    """A server that is told its directory and address by the environment alone."""

    def __init__(self, environment):
        super().__init__(environment=environment, arguments=())

    def command(self):
        command = super().command()
        at = command.index("--data-dir")
        return command[:at] + command[at + 2:]


class Upstreams(StartTest):
    """Prompts go to first-party hosts only, and that is settled before anything is served."""

    PUBLIC = ("http://example.com/v1", "https://api.openai.com/v1", "http://8.8.8.8/", "http://169.254.169.254/",
              "http://0.0.0.0/", "http://[2001:db8::1]/", "http://[::ffff:8.8.8.8]/", "http://127.0.0.1.example.com/",
              "http://localhost.example.com/", "http://172.32.0.1/", "http://2130706433/", "http://0177.0.0.1/",
              "http://127.1/", "http://127.0.0.1@example.com/", "http://user:pass@127.0.0.1/", "ftp://127.0.0.1/",
              "http://192.169.0.1/", "127.0.0.1:8080", "http://")
    FIRST_PARTY = ("http://127.0.0.1:11434", "http://127.8.9.1", "http://localhost:8080/v1", "http://10.255.0.1/",
                   "http://172.16.0.1", "http://172.31.255.1", "http://192.168.1.1:80/v1/", "http://[::1]:8080/v1",
                   "http://[fd00::1]/v1", "https://10.0.0.1/v1")

    def config(self, url, hosts=()):
        self.server.configure(f'[inference]\nengine = "openai"\nurl = "{url}"\n'
                              f'first_party_hosts = {json.dumps(hosts)}\n')

    def test_hosts_that_are_not_ours_are_refused(self):
        for url in self.PUBLIC:
            with self.subTest(url):
                self.config(url)
                self.assert_runs(1, "check-config", "--config", self.server.config_file)
        for url in self.PUBLIC[:2]:
            self.config(url)
            self.refused("first_party_hosts")

    def test_loopback_and_private_addresses_are_taken(self):
        for url in self.FIRST_PARTY:
            with self.subTest(url):
                self.config(url)
                self.assert_runs(0, "check-config", "--config", self.server.config_file)

    def test_a_listed_host_is_taken_and_nothing_like_it(self):
        self.config("https://llm.example.com/v1", ["other.example", "LLM.example.com"])
        self.server.start()
        self.server.stop()
        for url in ("https://x.llm.example.com/v1", "https://example.com/v1", "https://llm.example.com.evil/v1"):
            self.config(url, ["llm.example.com"])
            self.assert_runs(1, "check-config", "--config", self.server.config_file)

    def test_an_engine_without_a_url_or_its_key_is_refused(self):
        self.server.configure('[inference]\nengine = "ollama"\n')
        self.refused("inference.url")
        self.server.configure('[inference]\nengine = "openai"\nurl = "http://127.0.0.1:1"\n'
                              'api_key_env = "NO_SUCH_KEY"\n')
        self.refused("NO_SUCH_KEY")


class NextStart(StartTest):
    def test_development_mode_makes_private_secrets_and_finds_them_again(self):
        self.server.environment = {}
        self.server.start()
        self.assertTrue([event for event in self.server.events("development mode")])
        self.assertTrue(any("DEVELOPMENT MODE" in line for line in self.server.log().splitlines()))
        self.assertEqual(stat.S_IMODE(os.stat(self.server.data_dir).st_mode), 0o700)
        for name in os.listdir(self.server.data_dir):
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.server.data_dir, name)).st_mode) & 0o077, 0, name)
        with open(os.path.join(self.server.data_dir, "admin-key"), encoding="ascii") as file:
            admin_key = file.read().strip()
        self.assertNotIn(admin_key, self.server.log())
        issued = self.server.admin("POST", "/admin/keys", {"tenant_id": "dev"}, key=admin_key)
        self.assertEqual(issued.status, 201)
        self.server.stop()
        self.server.start()
        self.assertEqual(self.server.admin("GET", "/admin/keys", key=admin_key).status, 200)
        self.server.stop()

    def test_secrets_given_in_the_environment_are_taken_out_of_it(self):
        self.server.environment = GIVEN
        self.server.start()
        for secret in GIVEN.values():
            self.assertNotIn(secret.encode(), environment_of(self.server.process) or b"")
        self.server.stop()

    def test_keys_and_chains_are_there_after_a_restart(self):
        self.server.start()
        bearer, signed = self.server.issue("kept", app_id="a"), self.server.issue("kept", app_id="b", scheme="ed25519")
        gone = self.server.issue("kept")
        self.server.admin("POST", f"/admin/keys/{gone.key_id}/revoke")
        for customer in (bearer, signed, bearer):
            self.server.chat(customer)
        before = {customer: self.server.rows(customer) for customer in (bearer, signed)}
        self.server.stop()
        self.server.start()
        self.assertEqual({customer: self.server.rows(customer) for customer in before}, before)
        self.assertEqual(self.server.as_customer(gone, "GET", "/v1/me").status, 401)
        self.server.chat(bearer)
        rows = self.server.rows(bearer)
        client.check_chain(rows)
        self.assertEqual([row["seq"] for row in rows], [1, 2, 3])
        self.server.stop()
        self.assert_runs(0, "fsck", "--data-dir", self.server.data_dir)

    def test_what_was_answered_before_a_crash_is_there_after_it(self):
        self.server.start()
        customer = self.server.issue("crash")
        heads = [self.server.chat(customer).claims["chain_head"] for _ in range(10)]
        self.server.kill()
        self.assert_runs(0, "fsck", "--data-dir", self.server.data_dir)
        self.server.start()
        rows = self.server.rows(customer)
        client.check_chain(rows)
        self.assertEqual([row["row_hash"] for row in rows], heads)
        self.server.stop()
        self.assert_runs(0, "fsck", "--data-dir", self.server.data_dir)


class Stop(StartTest):
    def test_a_request_in_flight_is_finished_and_nothing_new_is_taken(self):
        self.server.start()
        customer = self.server.issue("in-flight")
        body = json.dumps({"messages": [{"role": "user", "content": "x"}]}).encode()
        self.server.public_pem(self.server.ready["signer_kid"])
        headers = {"Authorization": "Bearer " + customer.api_key, "Content-Type": "application/json",
                   "Expect": "100-continue"}
        with self.server.wire() as busy, self.server.wire() as idle:
            idle.send(client.message("GET", "/health"))
            self.assertEqual(idle.response("GET", "/health").status, 200)
            busy.send(client.message("POST", "/v1/chat/completions", headers, length=len(body)))
            self.assertEqual(busy.response().status, 100)
            port = self.server.port
            self.server.send_signal(15)
            self.assertTrue(idle.at_end())
            wait_for(lambda: self.closed(port), "the listener's end")
            busy.send(body)
            answer = self.server.check(busy.response("POST", "/v1/chat/completions", body))
            self.assertEqual((answer.status, answer.header("Connection")), (200, "close"))
            self.server.check_signature(answer, customer)
        self.server.ended()
        self.assert_runs(0, "fsck", "--data-dir", self.server.data_dir)

    @staticmethod
    def closed(port):
        try:
            socket.create_connection(("127.0.0.1", port), DEADLINE_S).close()
        except ConnectionRefusedError:
            return True
        return False

    def test_a_client_that_never_finishes_does_not_hold_the_stop_up_for_ever(self):
        self.server.configure("[server]\ndrain_ms = 500\n")
        self.server.start()
        with self.server.wire() as wire:
            wire.send(b"GET /health HTTP/1.1\r\nHost: ")
            self.server.call("GET", "/health")
            self.server.stop()

    def test_an_interrupt_stops_as_a_termination_does(self):
        self.server.start()
        self.server.send_signal(2)
        self.server.ended()

    def test_a_stop_before_any_call_is_in_order(self):
        self.server.start()
        self.server.stop()
        self.assert_runs(0, "fsck", "--data-dir", self.server.data_dir)


if __name__ == "__main__":
    main()
