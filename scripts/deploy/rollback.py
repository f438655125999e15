"""Sends a Container App's traffic back to an earlier revision, then ends the bad one. See --help."""

import argparse

import azure
import checks


def rollback(options):
    to, bad = options.to, options.bad
    if to == bad or any(name.partition("--")[0] != options.app for name in (to, bad)):
        raise azure.Unusable(f"--to and --bad must be two revisions of {options.app}")
    checks.need_programs(options)
    interruption = azure.Interruption()
    app = azure.ContainerApp(options, interruption)
    shown, revisions = app.show(), app.revisions()
    public = options.public or "FQDN-OF-THE-APP"
    if shown is not None:
        configuration = azure.at(shown, "properties", "configuration")
        if azure.at(configuration, "activeRevisionsMode") != "Multiple":
            raise azure.Stop("the app is not in multiple-revision mode")
        for name in (to, bad):
            if name not in revisions:
                raise azure.Stop(f"the app has no revision {name}")
        checks.read_images(revisions[to], options.key, interruption)
        public = options.public or azure.at(configuration, "ingress", "fqdn")
    try:
        # One store: it does not become healthy before the other has let go of it, and is given the traffic all the same.
        if not azure.is_active(revisions, to):
            app.activate(to)
        app.send_traffic(to, bad)
        if azure.is_active(revisions, bad) is not False:
            app.deactivate(bad)
        app.wait_stopped(bad)
        app.wait_healthy(to, True)
        checks.Probe(options, interruption)(public, True)
    except azure.Stop as error:
        raise checks.NotAsBefore(f"{error}. What was done stands, and can be done again: the same command goes on from "
                                 "there") from error
    if not options.dry_run:
        print(f"# {to} has the traffic; {bad} is inactive")


def main():
    parser = argparse.ArgumentParser(
        prog="rollback.sh", description="Sends an Azure Container App's traffic back to an earlier revision whose image "
        "verifies, and deactivates the bad one. Nothing is deleted, restarted or made anew. An older program refuses a store "
        "that a newer one has migrated: then restore the backup from before.",
        epilog="Exit code 0: done, and the public name answers as it should; 1: nothing was changed; 2: wrong use, or "
        "something that is needed is not there; 3: begun and not brought to its end, as said.")
    parser.add_argument("--to", required=True, metavar="REVISION", type=checks.revision_name, help="the earlier revision")
    parser.add_argument("--bad", required=True, metavar="REVISION", type=checks.revision_name, help="the one to end")
    checks.add_options(parser)
    options = parser.parse_args()
    checks.end("rollback", lambda: rollback(options))


if __name__ == "__main__":
    main()
