"""scripts/rollback.sh on a stand-in for Azure: traffic first, then the end of the bad revision, and nothing made anew."""

import signal
import unittest

from stand import NEW, OLD, PUBLIC, Stand, host, once, printed

CALLS = 8


class Rollback(Stand):
    def cloud(self, app=None, **changes):
        traffic = [{"revisionName": NEW, "weight": 100}, {"revisionName": OLD, "weight": 0}]
        revisions = {OLD: self.revision(active=False), NEW: self.revision(self.unsigned)}
        super().cloud(app={"holder": NEW, "traffic": traffic, "revisions": revisions, **(app or {})}, **changes)

    def assert_back(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.bearing(), [{"revisionName": OLD, "weight": 100}])
        self.assertEqual(self.app["holder"], OLD)
        self.assertFalse(self.app["revisions"][NEW]["active"])

    def test_traffic_goes_back_first_and_then_the_bad_one_ends(self):
        self.cloud()
        dry = self.rollback("--dry-run")
        self.assertEqual((dry.returncode, self.state["calls"]), (0, []))
        self.assert_back(self.rollback())
        calls = self.calls("az")
        self.assertEqual(len(calls), CALLS)
        self.assertEqual(printed(dry.stdout), once(calls))
        verbs = [next((verb for verb in ("activate", "set", "deactivate") if verb in each), None) for each in calls]
        self.assertEqual([verb for verb in verbs if verb], ["activate", "set", "deactivate"])
        self.assertEqual(self.state["calls"][-1][:4], ["cogos", "probe", "--target", f"https://{PUBLIC}"])

    def test_from_traffic_that_follows_the_latest_revision_and_from_a_bad_one_that_is_gone(self):
        self.cloud(app={"traffic": [{"latestRevision": True, "weight": 100}]})
        self.assert_back(self.rollback())
        self.cloud(app={"revisions": {OLD: self.revision(), NEW: self.revision(active=False)}})
        self.assert_back(self.rollback())
        self.assertFalse({"activate", "deactivate"} & {word for each in self.calls("az") for word in each})

    def test_the_earlier_one_is_given_time_to_try_for_the_store_again(self):
        self.cloud(slow={OLD: 2})
        self.assert_back(self.rollback())

    def refuse(self, code, words, *more, app=None, **arguments):
        self.cloud(app=app)
        self.assert_untouched(self.rollback(*more, **arguments), code, words)

    def test_to_what_does_not_verify_it_does_not_go(self):
        def old(**revision):
            return {"revisions": {OLD: self.revision(active=False, **revision), NEW: self.revision()}}
        self.refuse(1, "is not verified", app=old(image=self.unsigned))
        self.refuse(1, "is not verified", key=self.other_key)
        self.refuse(1, "not by digest", app=old(image="registry.example.com/team/cogos:1.0"))
        self.refuse(1, "no store that is kept", app=old(store="EmptyDir"))
        self.refuse(1, "multiple-revision mode", app={"mode": "Single"})
        self.refuse(1, "no revision cogos--old2", to="cogos--old2")
        self.refuse(1, "no revision cogos--new2", bad="cogos--new2")
        self.refuse(2, "two revisions", bad=OLD)
        self.refuse(2, "two revisions", to="other--old1")
        self.refuse(2, "is not the name of a revision", to="latest")
        self.refuse(2, "there is no /nowhere/cogos", "--cogos", "/nowhere/cogos")

    def test_a_fault_before_the_first_change_changes_nothing(self):
        for n in (1, 2):
            for fault in ("refused", "garbage"):
                self.cloud(faults={str(n): fault})
                self.assert_untouched(self.rollback(), 1, "NOT DONE")

    def test_what_was_begun_is_said_and_can_be_brought_to_its_end(self):
        for n in range(3, CALLS + 1):
            for state in ({"faults": {str(n): "refused"}}, {"faults": {str(n): "lost"}}, {"dead_from": n},
                          {"signals": {str(n): int(signal.SIGTERM)}}):
                with self.subTest(call=n, state=state):
                    self.cloud(**state)
                    done = self.rollback()
                    if done.returncode == 0:  # a signal while the last call was made
                        self.assertIn("signals", state)
                    else:
                        self.assertEqual(done.returncode, 3, done.stderr)
                        self.assertIn("LEFT HALF-WAY", done.stderr)
                    # The bad one never ends before the traffic is gone from it.
                    if not self.app["revisions"][NEW]["active"]:
                        self.assertEqual([each["revisionName"] for each in self.bearing()], [OLD])
                    self.continue_well()
                    self.assert_back(self.rollback())

    def continue_well(self):
        Stand.cloud(self, app=self.app)

    def test_an_old_one_that_does_not_get_well_and_a_probe_that_fails_are_said(self):
        for state, words in (({"ill": [OLD]}, "did not become healthy"), ({"probes": {PUBLIC: 1}}, "the probe of")):
            self.cloud(**state)
            done = self.rollback()
            self.assertEqual(done.returncode, 3)
            self.assertIn(words, done.stderr)

    def test_a_deployment_is_taken_back(self):
        Stand.cloud(self)
        self.assertEqual(self.deploy().returncode, 0)
        self.assert_back(self.rollback())
        self.assertNotIn(host(NEW), self.state["probes"])


if __name__ == "__main__":
    unittest.main()
