"""SIGHUP: what of the settings a running server takes, and what it says about it."""

import os
import signal
import time

import cogos_client as client
from fixture import ADMIN_KEY, DEADLINE_S, FlowTest, main, wait_for

ENVIRONMENT = {"COGOS_ADMIN_KEY": ADMIN_KEY}


class Reload(FlowTest):
    def setUp(self):
        self.running = self.new_server("[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n").start()
        self.addCleanup(lambda: self.running.process and self.running.stop())

    def reload(self, config, end="settings reloaded"):
        """Gives the lines that this reload wrote, up to its last."""
        before = {name: len(self.running.events(name)) for name in (end, "setting changed", "setting waits for a restart")}
        if config is not None:
            self.running.configure(config)
        self.running.send_signal(signal.SIGHUP)
        wait_for(lambda: len(self.running.events(end)) > before[end], end)
        changed, waiting = (
            [(line["setting"], line["from"], line["to"]) for line in self.running.events(name)[before[name]:]]
            for name in ("setting changed", "setting waits for a restart"))
        return changed, waiting, self.running.events(end)[-1]

    def statuses(self, count, target="/health", headers=()):
        return [self.running.call("GET", target, headers=headers).status for _ in range(count)]

    def test_limits_change_at_once_either_way(self):
        self.assertEqual(set(self.statuses(5)), {200})
        changed, waiting, last = self.reload("[limits]\npeer_rpm = 3\nadmin_peer_rpm = 0\n")
        self.assertEqual(changed, [("limits.peer_rpm", "0", "3")])
        self.assertEqual((waiting, last["changed"], last["waiting"]), ([], 1, 0))
        self.assertIn(429, self.statuses(6))
        changed, _, _ = self.reload("[limits]\npeer_rpm = 0\nadmin_peer_rpm = 2\n")
        self.assertEqual(changed, [("limits.peer_rpm", "3", "0"), ("limits.admin_peer_rpm", "0", "2")])
        self.assertEqual(set(self.statuses(6)), {200})
        self.assertIn(429, self.statuses(5, "/admin/keys"))

    def test_who_may_operate_changes_at_once_on_open_connections_too(self):
        request = client.message("GET", "/admin/keys", {"X-Admin-Key": ADMIN_KEY})
        limits = "[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n"
        with self.running.wire() as wire:
            for networks, status in (('["10.0.0.0/8"]', 404), ('["127.0.0.0/8", "10.0.0.0/8"]', 200), ("[]", 200)):
                changed, waiting, _ = self.reload(limits + f"[admin]\nallow_from = {networks}\n")
                self.assertEqual([(name, to) for name, _, to in changed], [("admin.allow_from", networks)])
                self.assertEqual(waiting, [])
                wire.send(request)
                self.assertEqual(wire.response("GET", "/admin/keys").status, status, networks)

    def test_the_log_level_changes_at_once(self):
        limits = "[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n"
        # At `warn` the only line of it is the one of what waits, and that comes when the rest is in force.
        self.running.configure(limits + 'max_body_bytes = 9999\n[log]\nlevel = "warn"\n')
        self.running.send_signal(signal.SIGHUP)
        wait_for(lambda: self.running.event("setting waits for a restart"), "the reload")
        self.assertEqual(self.running.events("setting changed"), [])
        self.statuses(3, "/quiet")
        changed, _, _ = self.reload(limits + '[log]\nlevel = "info"\n')
        self.assertEqual(changed, [("log.level", '"warn"', '"info"')])
        self.statuses(1, "/quiet")
        self.running.stop()
        self.assertEqual([line["status"] for line in self.running.events("request")], [404])

    def test_what_needs_a_restart_is_named_and_not_taken(self):
        changed, waiting, last = self.reload(
            '[limits]\npeer_rpm = 5000\nadmin_peer_rpm = 0\nmax_body_bytes = 100\n[inference]\ntimeout_ms = 7\n')
        self.assertEqual(changed, [("limits.peer_rpm", "0", "5000")])
        self.assertEqual(waiting, [("inference.timeout_ms", "60000", "7"), ("limits.max_body_bytes", "1048576", "100")])
        self.assertEqual((last["changed"], last["waiting"]), (1, 2))
        self.assertEqual(self.running.chat(self.running.issue("long"), text="word " * 50).status, 200)
        # Until there is a restart it is said again, and what was taken is not.
        changed, waiting, _ = self.reload(None)
        self.assertEqual((changed, [name for name, _, _ in waiting]),
                         ([], ["inference.timeout_ms", "limits.max_body_bytes"]))

    def test_flags_win_over_the_file_as_they_did_at_the_start(self):
        changed, waiting, _ = self.reload('[server]\nlisten = "127.0.0.1:1"\n[store]\ndata_dir = "elsewhere"\n'
                                          "[limits]\npeer_rpm = 9000\nadmin_peer_rpm = 0\n")
        self.assertEqual((changed, waiting), ([("limits.peer_rpm", "0", "9000")], []))

    def test_of_a_bad_file_nothing_is_taken(self):
        end = "settings not reloaded; the old ones stay in force"
        for config, word in (("[limits]\npeer_rpm = 1\npeer_rmp = 2\n", "limits.peer_rmp"),
                             ("[limits]\npeer_rpm = 1\n[admin]\nallow_from = [\"10.0.0.1/8\"]\n", "admin.allow_from"),
                             ("[limits]\npeer_rpm = 1\n[ingress]\ntrusted_proxies = [\"me\"]\n", '"me"'),
                             ("[limits]\npeer_rpm = 1\n[server\n", "not TOML"),
                             ("[limits]\npeer_rpm = -1\n", "limits.peer_rpm")):
            with self.subTest(config):
                changed, waiting, last = self.reload(config, end)
                self.assertEqual((changed, waiting), ([], []))
                self.assertIn(word, last["reason"])
                self.assertEqual(set(self.statuses(4)), {200})
        os.remove(self.running.config_file)
        self.assertIn("cannot read", self.reload(None, end)[2]["reason"])
        self.assertEqual(set(self.statuses(4)), {200})
        changed, _, _ = self.reload("[limits]\npeer_rpm = 2\nadmin_peer_rpm = 0\n")
        self.assertEqual(changed, [("limits.peer_rpm", "0", "2")])

    def test_decoys_come_and_go_and_the_defence_is_told(self):
        limits = "[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n"
        self.assertEqual(self.statuses(1, "/.env"), [200])
        changed, waiting, _ = self.reload(
            limits + '[defence]\nhoneypots = false\nquarantine = "alert"\nexempt = ["192.0.2.0/24"]\n')
        self.assertEqual(([name for name, _, _ in changed], waiting),
                         (["defence.quarantine", "defence.honeypots", "defence.exempt"], []))
        self.assertEqual(self.statuses(1, "/.env"), [404])
        self.reload(limits)
        self.assertEqual(self.statuses(1, "/.env"), [200])

    def test_the_quarantine_follows_its_setting(self):
        limits = "[limits]\npeer_rpm = 0\nadmin_peer_rpm = 0\n"
        customer = self.running.issue("leaky")
        self.reload(limits + '[defence]\nquarantine = "alert"\n')
        self.assertEqual(self.running.as_customer(customer, "GET", "/v1/me").status, 200)
        self.assertEqual(self.statuses(1, "/.env"), [200])
        self.assertEqual(self.running.as_customer(customer, "GET", "/v1/me").status, 200)
        # Used again within the minute, when it is enforced.
        self.reload(limits + '[defence]\nquarantine = "enforce"\n')
        self.assert_error(self.running.as_customer(customer, "GET", "/v1/me"), 401, "key_quarantined_for_review")

    def test_the_certificate_is_read_again_as_well_and_no_secret_is_logged(self):
        self.reload("[limits]\npeer_rpm = 0\nadmin_peer_rpm = 30\n")
        self.assertEqual(len(self.running.events("certificate reloaded")), 1)
        self.assertNotIn(ADMIN_KEY, self.running.log())


class Environment(FlowTest):
    def test_the_environment_wins_over_the_file(self):
        server = self.new_server('[server]\nlisten = "127.0.0.1:1"\n', arguments=(),
                                 environment={**ENVIRONMENT, "COGOS_LISTEN": "127.0.0.1:0"}).start()
        server.configure('[server]\nlisten = "127.0.0.1:2"\n[limits]\npeer_rpm = 7000\nadmin_peer_rpm = 0\n')
        server.send_signal(signal.SIGHUP)
        wait_for(lambda: server.event("settings reloaded"), "the reload")
        self.assertEqual([line["setting"] for line in server.events("setting changed")], ["limits.peer_rpm"])
        self.assertEqual(server.events("setting waits for a restart"), [])
        server.stop()


class LateSignals(FlowTest):
    def test_signals_that_come_while_it_ends_do_not_end_it_otherwise(self):
        server = self.new_server()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            server.start()
            server.send_signal(signal.SIGTERM)
            end = time.monotonic() + DEADLINE_S
            while server.process.poll() is None and time.monotonic() < end:
                server.send_signal(number)
            server.ended()


if __name__ == "__main__":
    main()
