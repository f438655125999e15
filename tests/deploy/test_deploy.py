"""scripts/deploy.sh on a stand-in for Azure: whatever is wrong, fails, lies or interrupts, traffic is not moved to what was
not verified and probed, and the app ends as it was."""

import itertools
import os
import re
import signal
import sys
import time
import unittest

import stand
from stand import COSIGN_IMAGE, NEW, OLD, PUBLIC, TRIAL, Stand, host, once, printed

CALLS = 12  # of a deployment in which each look suffices; TheWay counts them
CHANGING = (3, 5, 7, 9, 11)


class TheWay(Stand):
    def test_verified_tried_handed_over_probed_and_only_then_given_the_traffic(self):
        self.cloud()
        done = self.deploy()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.bearing(), [{"revisionName": NEW, "weight": 100}])
        self.assertEqual({name for name, one in self.app["revisions"].items() if one["active"]}, {NEW})
        self.assertEqual(self.app["holder"], NEW)
        calls = [" ".join(each[2:5]) if each[0] == "az" else each[3] for each in self.state["calls"]]
        self.assertEqual(sum(each[0] == "az" for each in self.state["calls"]), CALLS)
        order = [calls.index(f"https://{host(TRIAL)}"), calls.index(f"https://{host(NEW)}"),
                 calls.index("ingress traffic set"), calls.index(f"https://{PUBLIC}")]
        self.assertEqual(order, sorted(order))
        self.assertRegex(done.stdout, "# verified by OpenSSL and cosign: " + self.image)

    def test_what_runs_is_the_digest_that_was_verified_and_the_server_is_told_it(self):
        self.cloud()
        self.assertEqual(self.deploy().returncode, 0)
        digest = self.image.partition("@")[2]
        for name, storage in ((TRIAL, "EmptyDir"), (NEW, "NfsAzureFile")):
            template = self.app["revisions"][name]["template"]
            [server], [first] = template["containers"], template["initContainers"]
            self.assertEqual(server["image"], self.image)
            self.assertIn({"name": "COGOS_IMAGE_DIGEST", "value": digest}, server["env"])
            self.assertEqual((first["image"], first["args"][-1]), (COSIGN_IMAGE, self.image))
            store = next(volume for volume in template["volumes"] if volume["name"] == "store")
            self.assertEqual(store["storageType"], storage)
            self.assertNotIn("COGOS_IMAGE\"", str(template))

    def test_left_out_the_suffix_comes_from_the_digest(self):
        self.cloud()
        done = self.script("deploy.sh", self.image, "--key", self.key, "--app-file", self.app_file, "--cosign-image",
                           COSIGN_IMAGE, "--resource-group", "rg", "--app", "cogos", "--from", OLD, "--every", "0", "--work",
                           self.path("work"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.app["holder"], "cogos--d" + self.image.partition("@sha256:")[2][:12])

    def test_the_probes_key_is_for_what_has_the_store(self):
        self.cloud()
        self.assertEqual(self.deploy("--probe-key-file", "k", "--probe-hmac-secret-file", "h").returncode, 0)
        with_key = {each[3]: "--key-file" in each for each in self.calls("cogos")}
        self.assertEqual(with_key, {"https://" + host(TRIAL): False, "https://" + host(NEW): True, "https://" + PUBLIC: True})

    def test_a_dry_run_prints_the_calls_that_are_then_made_and_makes_none(self):
        self.cloud()
        dry = self.deploy("--dry-run")
        self.assertEqual((dry.returncode, self.state["calls"]), (0, []), dry.stderr)
        self.assertEqual(self.app, self.before)
        done = self.deploy()
        self.assertEqual(done.returncode, 0)
        self.assertEqual(printed(dry.stdout), once(self.calls("az")))
        self.assertEqual(printed(done.stdout), self.calls("az"))

    def test_an_old_revision_that_is_ill_does_not_keep_a_new_one_away(self):
        self.cloud(ill=[OLD], app={"holder": None})
        self.assertEqual(self.deploy().returncode, 0)
        self.assertEqual(self.app["holder"], NEW)
        self.cloud(ill=[OLD, NEW], app={"holder": None})
        self.assertEqual(self.deploy().returncode, 1)
        self.assert_as_before()


class NotVerified(Stand):
    def refuse(self, code, words, **arguments):
        self.cloud()
        done = self.deploy(**arguments)
        self.assert_untouched(done, code, words)
        self.assertEqual(self.state["calls"], [])
        return done

    def test_a_tag(self):
        for image in (stand.REPOSITORY + ":1.0", stand.REPOSITORY, self.image.replace("@", ":1.0@"), self.image[:-1],
                      self.image + "0", "docker://" + self.image, "--help" + self.image):
            self.refuse(2, "" if image.startswith("-") else "a tag can be moved", image=image)

    def test_unsigned(self):
        self.refuse(1, "manifest unknown", image=self.unsigned)

    def test_the_wrong_key(self):
        self.refuse(1, "the signature is not this key's", key=self.other_key)

    def test_no_key(self):
        self.refuse(1, "cannot be read", key="/nowhere")

    def test_a_signature_moved_from_another_image(self):
        theirs, ours = (self.path("registry", image.partition("@")[2].replace(":", "-") + ".sig")
                        for image in (self.image, self.unsigned))
        os.symlink(theirs, ours)
        self.addCleanup(os.unlink, ours)
        self.refuse(1, "of another image", image=self.unsigned)

    def test_the_registry_is_down(self):
        self.cloud()
        done = self.deploy(environment={"FAKE_REGISTRY": "/nowhere"})
        self.assert_untouched(done, 1, "the registry did not do as asked")

    def test_a_dry_run_verifies_too(self):
        self.cloud()
        done = self.deploy("--dry-run", image=self.unsigned)
        self.assertEqual((done.returncode, printed(done.stdout)), (1, []))

    def test_a_cosign_image_by_tag(self):
        self.cloud()
        done = self.deploy("--cosign-image", "registry.example.com/cosign:v2")
        self.assert_untouched(done, 2, "--cosign-image must be")


class AnAppThatMovesTrafficByItself(Stand):
    def refuse(self, words, code=1, **app):
        self.cloud(app=app)
        self.assert_untouched(self.deploy(), code, words)

    def test_single_revision_mode(self):
        self.refuse("multiple-revision mode", mode="Single")

    def test_traffic_that_follows_the_latest_revision(self):
        for traffic in ([{"latestRevision": True, "weight": 100}],
                        [{"latestRevision": True, "revisionName": OLD, "weight": 100}],
                        [{"revisionName": OLD, "weight": 100}, {"latestRevision": True, "weight": 0}], [], None):
            self.refuse("not pinned", traffic=traffic)

    def test_traffic_that_is_split_or_goes_elsewhere(self):
        self.refuse("not pinned", traffic=[{"revisionName": OLD, "weight": 90}, {"revisionName": "cogos--x", "weight": 10}])
        self.refuse("not to " + OLD, traffic=[{"revisionName": "cogos--x", "weight": 100}])

    def test_a_revision_that_is_there_already(self):
        for name in (NEW, TRIAL):
            self.refuse("choose another --suffix", 2, revisions={OLD: self.revision(), name: self.revision(active=False)})


class Faults(Stand):
    """Each call of az in turn."""

    def fail(self, n, fault):
        self.cloud(faults={str(n): fault})
        return self.deploy()

    def test_a_call_that_fails(self):
        for n in range(1, CALLS + 1):
            for fault in ("refused", "lost"):
                with self.subTest(call=n, fault=fault):
                    done = self.fail(n, fault)
                    self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                    self.assertIn("NOT DONE", done.stderr)
                    self.assert_as_before(done.stdout + done.stderr)

    def test_a_call_that_did_nothing_and_says_it_did(self):
        for n in CHANGING:
            with self.subTest(call=n):
                done = self.fail(n, "lie")
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assert_as_before(done.stdout)

    def test_an_answer_that_is_none(self):
        for n in set(range(1, CALLS + 1)) - set(CHANGING):
            for fault in ("garbage", "null", *(["odd"] if n in (4, 10) else [])):
                with self.subTest(call=n, fault=fault):
                    self.assertEqual(self.fail(n, fault).returncode, 1)
                    self.assert_as_before()

    def test_no_call_goes_through_from_some_moment_on(self):
        for n in range(1, CALLS + 1):
            with self.subTest(first=n):
                self.cloud(dead_from=n)
                done = self.deploy()
                self.assertEqual(done.returncode, 1 if n < 3 else 3, done.stderr)
                if n >= 3:
                    self.assertIn("NOT AS IT WAS", done.stderr)
                    self.assertIn(f"deactivate {TRIAL}", done.stderr)
                    self.assertEqual(f"activate {OLD}" in done.stderr, n >= 7)

    def test_one_failure_on_the_way_back_is_tried_again(self):
        for n in range(12, 20):
            with self.subTest(call=n):
                self.cloud(faults={str(n): "refused"}, probes={host(NEW): 1})
                self.assertEqual(self.deploy().returncode, 1)
                self.assert_as_before()


class RevisionsThatAreNotWell(Stand):
    def go_back(self, words, **state):
        self.cloud(**state)
        done = self.deploy()
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(words, done.stderr)
        self.assert_as_before(done.stdout)
        return done

    def test_never_healthy(self):
        for name in (TRIAL, NEW):
            self.go_back(f"{name} did not become healthy", ill=[name])
            self.assertEqual(self.calls("az", "containerapp", "ingress", "traffic", "set"), [])
        # What cannot even be tried costs the old one nothing.
        self.go_back("did not become healthy", ill=[TRIAL])
        self.assertFalse([each for each in self.calls("az") if "deactivate" in each and OLD in each])

    def test_another_image_than_was_asked_for(self):
        for name in (TRIAL, NEW):
            self.go_back("has another image", images={name: self.unsigned})
            self.assertEqual(self.calls("az", "containerapp", "ingress", "traffic", "set"), [])

    def test_a_probe_that_fails(self):
        for name in (TRIAL, NEW):
            for code in (1, 2):
                self.go_back(f"the probe of https://{host(name)} failed", probes={host(name): code})
                self.assertEqual(self.calls("az", "containerapp", "ingress", "traffic", "set"), [])

    def test_a_probe_that_fails_after_the_traffic_was_moved(self):
        self.go_back(f"the probe of https://{PUBLIC} failed", probes={PUBLIC: 1})
        moves = [each[each.index("--revision-weight") + 1] for each in self.calls("az") if "--revision-weight" in each]
        self.assertEqual(moves, [NEW + "=100", OLD + "=100"])

    def test_the_old_one_is_given_time_to_try_for_the_store_again_and_a_new_one_that_failed_is_not(self):
        self.cloud(probes={host(NEW): 1}, slow={OLD: 7})
        self.assertEqual(self.deploy("--attempts", "6").returncode, 1)
        self.assert_as_before()
        self.go_back(f"{NEW} failed", slow={NEW: 1})

    def test_no_name_to_probe(self):
        self.cloud(fqdn="")
        self.assertEqual(self.deploy().returncode, 1)
        self.assert_as_before()


class Interrupted(Stand):
    def test_at_each_call_and_probe(self):
        numbers = itertools.cycle((signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
        for place, number in zip([str(n) for n in range(1, CALLS + 1)] + [host(TRIAL), host(NEW)], numbers):
            with self.subTest(signal=number.name, place=place):
                self.cloud(signals={place: int(number)})
                done = self.deploy()
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertIn(f"interrupted by {number.name}", done.stderr)
                self.assert_as_before(done.stdout)

    def test_once_all_is_done_it_stays_done(self):
        self.cloud(signals={PUBLIC: int(signal.SIGTERM)})
        self.assertEqual(self.deploy().returncode, 0)
        self.assertEqual(self.app["holder"], NEW)

    def test_on_the_way_back_it_goes_on(self):
        self.cloud(probes={host(NEW): 1}, signals={str(n): int(signal.SIGTERM) for n in range(11, 20)})
        self.assertEqual(self.deploy().returncode, 1)
        self.assert_as_before()


class First(Stand):
    def cloud(self, app=None, **changes):
        super().cloud(app={"exists": False, "revisions": {}, "traffic": [], "holder": None, **(app or {})}, **changes)

    def deploy(self, *more, **arguments):
        return super().deploy(*more, origin=("--first",), **arguments)

    def test_it_is_created_with_its_traffic_pinned(self):
        self.cloud()
        dry = self.deploy("--dry-run")
        done = self.deploy()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.app["mode"], self.app["traffic"], self.app["holder"]),
                         ("Multiple", [{"revisionName": NEW, "weight": 100}], NEW))
        self.assertEqual(printed(dry.stdout), self.calls("az"))

    def test_an_app_that_is_there_is_not_created_anew(self):
        self.cloud(app={"exists": True})
        self.assert_untouched(self.deploy(), 2, "there is an app")

    def test_what_is_not_well_is_ended(self):
        for state in ({"ill": [NEW]}, {"images": {NEW: self.unsigned}}, {"probes": {host(NEW): 1}}, {"probes": {PUBLIC: 1}},
                      {"faults": {"2": "lost"}}, {"signals": {"3": int(signal.SIGTERM)}}):
            self.cloud(**state)
            done = self.deploy()
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertFalse(self.app["revisions"][NEW]["active"], state)

    def test_unsigned(self):
        self.cloud()
        self.assert_untouched(self.deploy(image=self.unsigned), 1, "manifest unknown")


class WrongUse(Stand):
    def test_an_app_file_in_which_something_else_could_run_is_refused(self):
        whole = stand.app_file_text()
        for old, new, words in (
                ("image: COGOS_IMAGE", "image: registry.example.com/cogos:latest", "image must be COGOS_IMAGE"),
                ("value: COGOS_IMAGE_DIGEST", "value: other", "environment must have"),
                ("image: COSIGN_IMAGE", "image: registry.example.com/true", "one init container must run"),
                ("true, COGOS_IMAGE]", "true, other]", "one init container must run"),
                ("storageType: NfsAzureFile", "storageType: AzureFile", "over SMB"),
                ("storageType: NfsAzureFile", "storageType: EmptyDir", "lost with the replica"),
                ("maxReplicas: 1", "maxReplicas: 2", "one replica"),
                ("    scale:", "    revisionSuffix: x\n    scale:", "revisionSuffix"),
                ("northeurope", "LOCATION", "yours to fill in: LOCATION"),
                ("      - name: cogos\n", "      - {name: other, image: x}\n      - name: cogos\n", "one container"),
                ("properties:", "properties: [", "cannot be read"), (whole, "", "no properties.template")):
            with self.subTest(words):
                self.assertIn(old, whole)
                self.cloud()
                file = self.write("wrong.yaml", whole.replace(old, new))
                self.assert_untouched(self.deploy("--app-file", file), 2, words)

    def test_options(self):
        for more in (["--app", "Cogos"], ["--app", "a--b"], ["--resource-group", "a b"], ["--suffix", "A"],
                     ["--suffix", "a--b"],
                     ["--suffix", "a" * 60], ["--from", "other--x"], ["--from", "latest"], ["--attempts", "-1"], ["--first"],
                     ["--public", "https://x"], ["--cogos", "/nowhere/cogos"], ["--app-file", "/nowhere"]):
            with self.subTest(more):
                self.cloud()
                self.assert_untouched(self.deploy(*more), 2, "")


class ARealServer(Stand):
    """The probes by the real program, of a real server in the place of each revision."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not os.environ.get("COGOS_BIN"):
            raise unittest.SkipTest("COGOS_BIN is not set")
        sys.path.insert(0, os.path.join(stand.ROOT, "tests", "flow"))
        import fixture
        os.unlink(cls.path("bin", "cogos"))
        os.symlink(fixture.COGOS, cls.path("bin", "cogos"))
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 90 * 86400))
        cls.server = fixture.Server(f'[site]\nsecurity_contact = "mailto:s@example.com"\nsecurity_expires = "{until}"\n')
        cls.addClassCleanup(cls.server.discard)
        cls.server.start()
        cls.here = f"localhost:{cls.server.port}"

    def check_record(self):
        pass  # of the real program's calls there is none

    def test_it_is_probed(self):
        probe = self.server.issue("watch", tenant_type="probe")
        keys = ["--probe-key-file", self.write("key", probe.api_key),
                "--probe-hmac-secret-file", self.write("hmac", probe.hmac_secret)]
        self.cloud(public=self.here, fqdn=self.here)
        done = self.deploy(*keys, environment={"SSL_CERT_FILE": self.server.ca_file})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.app["holder"], NEW)

    def test_one_that_is_not_trusted_gets_no_traffic(self):
        self.cloud(public=self.here, fqdn=self.here)
        done = self.deploy()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, re.compile("reach.*certificate", re.S))
        self.assert_as_before()


if __name__ == "__main__":
    unittest.main()
