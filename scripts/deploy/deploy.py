"""Brings a signed image to an Azure Container App. See --help, and docs/deployment.md for why in this order."""

import argparse
import json
import os
import re

import azure
import checks
import template

LONGEST = 54  # characters of a revision's name, APP--SUFFIX
TRIAL = "-try"


class Deployment:
    """From one revision to the next, with what was begun kept in mind: it is noted before it is tried, since a call that
    failed may have had its effect."""

    def __init__(self, options, app, interruption):
        self.options, self.app, self.interruption = options, app, interruption
        self.probe = checks.Probe(options, interruption)
        self.old, self.new = options.origin, f"{options.app}--{options.suffix}"
        self.trial = self.new + TRIAL
        self.file = template.read(options.app_file)
        self.public = options.public
        self.made, self.old_was_healthy, self.old_stopped, self.moved = [], False, False, False

    def template_file(self, name, contents):
        """JSON is YAML, too."""
        path = os.path.join(self.options.work, name)
        os.makedirs(self.options.work, exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(contents, file, indent=1)
            file.write("\n")
        return path

    def make(self, revision, build):
        """A revision of the verified image, healthy, shown to be what was asked for, and well from outside."""
        options = self.options
        wanted = build(self.file, options.image, options.cosign_image, revision.partition("--")[2])
        self.made.append(revision)
        if self.old:
            self.app.update(self.template_file(revision + ".json", {"properties": {"template": wanted}}))
        else:
            self.app.create(self.template_file(revision + ".json", template.whole(self.file, wanted, revision)))
        found = self.app.wait_healthy(revision)
        if found is not None:
            template.check_same(found, wanted)
        host = azure.at(found, "properties", "fqdn") if found is not None else f"FQDN-OF-{revision}"
        self.probe(host, build is template.live)

    def look(self):
        """Whether the app is such that only this script moves its traffic, and goes to where it is said to go."""
        app = self.app.show()
        if app is not None:
            ingress = azure.ingress_of(app)
            if azure.pinned_to(ingress["traffic"]) != self.old:
                raise azure.Stop(f"the traffic goes to {azure.pinned_to(ingress['traffic'])}, not to {self.old}")
            self.public = self.public or ingress.get("fqdn")
        found = self.app.revisions()
        if found is not None:
            for name in (self.new, self.trial):
                if name in found:
                    raise azure.Unusable(f"there is a revision {name} already; choose another --suffix")
            if self.old not in found:
                raise azure.Stop(f"the app has no revision {self.old}")
            self.old_was_healthy = azure.is_healthy(found[self.old])

    def forward(self):
        """With two revisions and one store the new one has to be tried without it, and shown again with it."""
        self.look()
        self.make(self.trial, template.candidate)
        self.app.deactivate(self.trial)
        self.app.wait_stopped(self.trial)
        self.old_stopped = True
        self.app.deactivate(self.old)
        self.app.wait_stopped(self.old)
        self.make(self.new, template.live)
        self.moved = True
        self.app.send_traffic(self.new, self.old)
        self.probe(self.public or "FQDN-OF-THE-APP", True)

    def first(self):
        """Nobody has any traffic yet."""
        if self.app.exists():
            raise azure.Unusable(f"there is an app {self.options.app} already; name with --from what has its traffic")
        self.make(self.new, template.live)
        app = self.app.show()
        if app is not None:
            self.public = self.public or azure.ingress_of(app).get("fqdn")
        self.probe(self.public or "FQDN-OF-THE-APP", True)

    def back(self):
        """The app as it was. What is in the way of the old revision, the new one with the store, goes after the traffic."""
        undo = checks.Undo()
        if self.old_stopped:
            undo.step(f"activate {self.old}", self.app.activate, self.old)
        if self.moved:
            undo.step(f"send the traffic to {self.old}", self.app.send_traffic, self.old, self.new)
        for revision in reversed(self.made):
            undo.step(f"deactivate {revision}", self.end, revision)
        if self.old_stopped and self.old_was_healthy:
            undo.step(f"wait for {self.old}", self.app.wait_healthy, self.old, True)
        return undo.failed

    def end(self, name):
        found = self.app.revisions()
        if azure.at(found, name, "properties", "active") is not False and name in found:
            self.app.deactivate(name)
            self.app.wait_stopped(name)


def deploy(options):
    if not template.BY_DIGEST.fullmatch(options.image):
        raise azure.Unusable(f"{options.image!r} is not REGISTRY/REPOSITORY@sha256:DIGEST; a tag can be moved after it was "
                             "checked, so an image is named by its digest")
    if not template.BY_DIGEST.fullmatch(options.cosign_image):
        raise azure.Unusable("--cosign-image must be REGISTRY/REPOSITORY@sha256:DIGEST, too")
    options.suffix = options.suffix or "d" + options.image.partition("@sha256:")[2][:12]
    if not re.fullmatch(r"[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*", options.suffix):
        raise azure.Unusable("--suffix must be small letters, digits and single hyphens, and begin with a letter")
    if len(options.app + "--" + options.suffix + TRIAL) > LONGEST:
        raise azure.Unusable(f"APP--SUFFIX{TRIAL} must not be longer than {LONGEST} characters")
    if options.origin and options.origin.partition("--")[0] != options.app:
        raise azure.Unusable(f"{options.origin} is no revision of {options.app}")
    checks.need_programs(options)
    interruption = azure.Interruption()
    deployment = Deployment(options, azure.ContainerApp(options, interruption), interruption)
    checks.verify(options.image, options.key, interruption)
    try:
        if options.origin:
            deployment.forward()
        else:
            deployment.first()
    except Exception as error:  # whatever it is, it must not leave the app half-way
        if not deployment.made:
            raise
        interruption.over()
        print(f"# {error or type(error).__name__}; going back", flush=True)
        failed = deployment.back()
        if failed:
            raise checks.NotAsBefore(f"{error}; and the app is NOT AS IT WAS: " + "; ".join(failed)) from error
        raise azure.Stop(f"{error}; " + (f"the traffic goes to {options.origin} as before" if options.origin
                                         else "the app is there, and its revision is inactive")) from error
    if not options.dry_run:
        print(f"# {options.image} has the traffic, as {deployment.new}"
              + (f"; {options.origin} is inactive, and scripts/rollback.sh goes back to it" if options.origin else ""))


def main():
    parser = argparse.ArgumentParser(
        prog="deploy.sh", description="Brings a signed image to an Azure Container App: verifies the signature of this "
        "digest, tries it in a revision without traffic and with an empty store, stops the old revision, gives the store to a "
        "new one, probes that, and only then moves the traffic. Whatever fails, the app is as it was before.",
        epilog="Exit code 0: the image has the traffic; 1: it has not, and the app is as before; 2: wrong use, or something "
        "that is needed is not there; 3: it has not, and the app is not as before, as said.")
    parser.add_argument("image", help="REGISTRY/REPOSITORY@sha256:DIGEST")
    parser.add_argument("--app-file", required=True, metavar="FILE", help="docker/azure/app.yaml, filled in")
    parser.add_argument("--cosign-image", required=True, metavar="IMAGE", help="cosign's, by digest, for the init container")
    origin = parser.add_mutually_exclusive_group(required=True)
    origin.add_argument("--from", dest="origin", metavar="REVISION", type=checks.revision_name,
                        help="the revision that has the traffic now")
    origin.add_argument("--first", action="store_true", help="there is no such app yet: create it")
    parser.add_argument("--suffix", help="of the new revision's name; left out, d and 12 characters of the digest")
    parser.add_argument("--work", default="build/deploy", metavar="DIR", help="where the files for az are put (build/deploy)")
    checks.add_options(parser)
    options = parser.parse_args()
    checks.end("deploy", lambda: deploy(options))


if __name__ == "__main__":
    main()
