"""A Container App by way of `az`: each call is printed, and in a dry run printed only. Answers are JSON, compared exactly."""

import json
import shlex
import signal
import subprocess
import time

CALL_S = 900  # az waits for the platform's own operations, which take minutes
# With one replica at most, running is running at the most.
RUNNING = ("Running", "RunningAtMaxScale")


class Stop(Exception):
    """What was asked for is not done; says why."""


class Unusable(Exception):
    """Wrong use, or something that is needed is not there."""


class Interruption:
    """From its making on SIGINT, SIGTERM and SIGHUP end nothing at once: what runs comes to its end, so that it is known
    what became of it, and the next check() stops."""

    def __init__(self):
        self._signal, self._over = None, False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, number, _):
        self._signal = number

    def over(self):
        """From here on nothing is interrupted: what was begun is taken back."""
        self._over = True

    def check(self):
        if self._signal and not self._over:
            raise Stop(f"interrupted by {signal.Signals(self._signal).name}")


def run(command, interruption):
    """Runs a program to its end, untouched by what interrupts this one."""
    interruption.check()
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=CALL_S,
                              start_new_session=True)
    except FileNotFoundError as error:
        raise Unusable(f"there is no {command[0]} here") from error
    except subprocess.TimeoutExpired as error:
        raise Stop(f"{command[0]} took longer than {CALL_S // 60} minutes") from error


class ContainerApp:
    """One app. `attempts` times it looks whether something has come true, `every` seconds apart."""

    def __init__(self, options, interruption):
        self.name, self._group, self.dry = options.app, options.resource_group, options.dry_run
        self._attempts, self._every, self.interruption = options.attempts, options.every, interruption

    def command(self, *words):
        return ["az", "containerapp", *words, "--resource-group", self._group, "--only-show-errors"]

    def _call(self, *words):
        command = self.command(*words)
        print(shlex.join(command), flush=True)
        if self.dry:
            return ""
        done = run(command, self.interruption)
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise Stop(f"`az containerapp {words[0]} …` failed with {done.returncode}: "
                       + (said[-1] if said else "without a word"))
        return done.stdout

    def _ask(self, kind, *words):
        """The answer, which is of that kind; nothing in a dry run alone."""
        text = self._call(*words, "--output", "json")
        if self.dry:
            return None
        try:
            answer = json.loads(text)
        except ValueError as error:
            raise Stop(f"`az containerapp {words[0]} …` did not answer in JSON") from error
        if not isinstance(answer, kind):
            raise Stop(f"`az containerapp {words[0]} …` answered with something else than was asked for")
        return answer

    # What is there

    def exists(self):
        """Whether the resource group has an app of that name; nothing in a dry run."""
        apps = self._ask(list, "list")
        return None if apps is None else any(at(app, "name") == self.name for app in apps)

    def show(self):
        return self._ask(dict, "show", "--name", self.name)

    def revisions(self):
        """All revisions by name, inactive ones among them."""
        found = self._ask(list, "revision", "list", "--name", self.name, "--all")
        return None if found is None else {at(revision, "name"): revision for revision in found}

    def revision(self, name):
        found = self._ask(dict, "revision", "show", "--name", self.name, "--revision", name)
        if found is not None and at(found, "name") != name:
            raise Stop(f"az was asked for the revision {name} and told of {at(found, 'name')}")
        return found

    # What changes something

    def create(self, file):
        self._call("create", "--name", self.name, "--yaml", file, "--output", "none")

    def update(self, file):
        self._call("update", "--name", self.name, "--yaml", file, "--output", "none")

    def activate(self, revision):
        self._call("revision", "activate", "--name", self.name, "--revision", revision, "--output", "none")

    def deactivate(self, revision):
        self._call("revision", "deactivate", "--name", self.name, "--revision", revision, "--output", "none")

    def send_traffic(self, to, away_from):
        """All of it to one revision, by name; and looks whether it goes there."""
        self._call("ingress", "traffic", "set", "--name", self.name, "--revision-weight", f"{to}=100", f"{away_from}=0",
                   "--output", "none")
        traffic = self._ask(list, "ingress", "traffic", "show", "--name", self.name)
        if not self.dry and pinned_to(traffic) != to:
            raise Stop(f"the traffic does not go to {to}, though az took it")

    # Until something has come true

    def _wait(self, name, what, holds):
        seen = None
        for attempt in range(self._attempts):
            if attempt:
                time.sleep(self._every)
            seen = self.revision(name)
            if self.dry or holds(seen):
                return seen
        raise Stop(f"the revision {name} did not become {what}; it is {state(seen)}")

    def wait_healthy(self, name, started_before=False):
        """One that was started before, and again while another had the store, may be said to have failed until it tries the
        next time."""
        def holds(revision):
            if at(revision, "properties", "provisioningState") == "Failed" and not started_before:
                reason = at(revision, "properties", "provisioningError") or state(revision)
                raise Stop(f"the revision {name} failed: {reason}")
            return is_healthy(revision)
        return self._wait(name, "healthy", holds)

    def wait_stopped(self, name):
        return self._wait(name, "stopped", lambda revision: at(revision, "properties", "active") is False
                          and not at(revision, "properties", "replicas"))


def at(value, *names):
    """The member of a member; nothing where there is no such."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def state(revision):
    shown = ("active", "provisioningState", "healthState", "runningState", "replicas")
    return ", ".join(f"{name} {json.dumps(at(revision, 'properties', name))}" for name in shown)


def is_active(revisions, name):
    """Nothing in a dry run, where it is not known."""
    return None if revisions is None else at(revisions, name, "properties", "active") is True


def is_healthy(revision):
    properties = at(revision, "properties") or {}
    return (properties.get("active") is True and properties.get("provisioningState") == "Provisioned"
            and properties.get("healthState") == "Healthy" and properties.get("runningState") in RUNNING)


def pinned_to(traffic):
    """The one revision that all traffic goes to by its name; nothing where it is split, or follows the latest revision."""
    if not isinstance(traffic, list) or any(at(each, "latestRevision") for each in traffic):
        return None
    bearing = [each for each in traffic if at(each, "weight")]
    return at(bearing[0], "revisionName") if len(bearing) == 1 and at(bearing[0], "weight") == 100 else None


def ingress_of(app):
    """The app's ingress, if the app is such that no traffic moves by itself."""
    configuration = at(app, "properties", "configuration")
    if at(configuration, "activeRevisionsMode") != "Multiple":
        raise Stop("the app is not in multiple-revision mode: there a new revision gets the traffic by itself. "
                   "`az containerapp revision set-mode --mode multiple` changes it")
    ingress = at(configuration, "ingress")
    if not pinned_to(at(ingress, "traffic")):
        raise Stop("the app's traffic is not pinned to one revision by its name. `az containerapp ingress traffic set "
                   "--revision-weight REVISION=100` pins it")
    return ingress
