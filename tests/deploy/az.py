#!/usr/bin/python3 -IS
"""A stand-in for `az containerapp`: keeps one app in a file, answers in the documented shapes of JSON, notes each call, and
fails or lies where it is told to. What of the platform matters here it does too: of all active revisions that have the
store only the one that was there first gets it, since the server locks it; the others do not become healthy.

The file, AZ_STATE, is JSON. What a test puts there beside the app: `faults`, {number of the call: "refused" (fails, nothing
done), "lost" (done, and fails), "lie" (nothing done, and succeeds), "garbage" (done, and no JSON), "null"
(done, and JSON that says nothing), "odd" (what a revision runs is told in another shape)}, and `dead_from`, the number of
the first call from which on all are refused; `ill`, revisions that never become healthy; `slow`, {revision: for how many
looks after a start it is said to have failed though it has not}; `images`, what a revision runs in place of what was asked
for; `signals`, {number of the call: the signal that its caller gets meanwhile}.
"""

import json
import os
import sys


def at(words, name):
    return words[words.index(name) + 1] if name in words else None


class Cloud:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.state = json.load(file)
        self.path = path
        self.app = self.state["app"]

    def save(self):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.state, file)
        os.replace(self.path + ".new", self.path)

    # The platform

    @staticmethod
    def has_store(revision):
        return any(volume.get("storageType") == "NfsAzureFile" for volume in revision["template"].get("volumes") or [])

    def settle(self):
        """Who has the store keeps it; else the first that wants it."""
        wanting = [name for name, one in self.app["revisions"].items() if one["active"] and self.has_store(one)]
        holder = self.app.get("holder")
        # A revision that cannot start does not lock anything.
        wanting = [name for name in wanting if name not in self.state["ill"]]
        self.app["holder"] = holder if holder in wanting else next(iter(wanting), None)

    def described(self, name):
        revision = self.app["revisions"][name]
        late = revision["active"] and revision.get("late", 0)
        if late:
            revision["late"] -= 1
        starts = name not in self.state["ill"] and (not self.has_store(revision) or self.app["holder"] == name)
        template = json.loads(json.dumps(revision["template"]))
        if name in self.state["images"]:
            template["containers"][0]["image"] = self.state["images"][name]
        well = revision["active"] and starts
        return {"name": name, "type": "Microsoft.App/containerapps/revisions", "properties": {
            "active": revision["active"], "createdTime": "2026-01-02T03:04:05+00:00",
            "fqdn": self.state["fqdn"].replace("REVISION", name), "template": template,
            "replicas": 1 if revision["active"] else 0,
            "provisioningState": "Failed" if late else "Provisioned" if revision["active"] else "Deprovisioned",
            "healthState": "Healthy" if well else "Unhealthy" if revision["active"] else "None",
            "runningState": "RunningAtMaxScale" if well else "Degraded" if revision["active"] else "Stopped"}}

    def shown(self):
        return {"name": self.app["name"], "type": "Microsoft.App/containerApps", "properties": {
            "provisioningState": "Succeeded", "configuration": {
                "activeRevisionsMode": self.app["mode"],
                "ingress": {"external": True, "fqdn": self.state["public"], "traffic": self.app["traffic"]}}}}

    def make(self, template):
        name = f"{self.app['name']}--{template['revisionSuffix']}"
        if name in self.app["revisions"]:
            sys.exit(f"ERROR: a revision {name} exists")
        self.app["revisions"][name] = {"active": True, "template": template, "late": self.state["slow"].get(name, 0)}
        if self.app["mode"] == "Single" or any(each.get("latestRevision") for each in self.app["traffic"]):
            self.app["traffic"] = [{"latestRevision": True, "revisionName": name, "weight": 100}]

    # The calls

    def act(self, words):
        """What a call that changes something does; None if it changes nothing."""
        def read():
            with open(at(words, "--yaml"), encoding="utf-8") as file:
                return json.load(file)

        def create():
            whole = read()
            configuration = whole["properties"]["configuration"]
            self.app.update(exists=True, name=at(words, "--name"), mode=configuration["activeRevisionsMode"],
                            traffic=configuration["ingress"]["traffic"])
            self.make(whole["properties"]["template"])

        def switch(active):
            if at(words, "--revision") not in self.app["revisions"]:
                sys.exit("ERROR: (RevisionNotFound) there is no such revision")
            late = self.state["slow"].get(at(words, "--revision"), 0) if active else 0
            self.app["revisions"][at(words, "--revision")].update(active=active, late=late)

        def traffic():
            weights = words[words.index("--revision-weight") + 1:]
            weights = dict(each.split("=") for each in weights[:weights.index("--resource-group")] if "=" in each)
            for name, weight in weights.items():
                revision = self.app["revisions"].get(name)
                if revision is None or int(weight) and not revision["active"]:
                    sys.exit("ERROR: traffic goes to active revisions only")
            self.app["traffic"] = [{"revisionName": name, "weight": int(weight)} for name, weight in weights.items()]

        changes = {("create",): create, ("update",): lambda: self.make(read()["properties"]["template"]),
                   ("revision", "activate"): lambda: switch(True), ("revision", "deactivate"): lambda: switch(False),
                   ("ingress", "traffic", "set"): traffic}
        return next((change for start, change in changes.items() if tuple(words[:len(start)]) == start), None)

    def tell(self, words):
        if words[0] == "list":
            return [self.shown()] if self.app["exists"] else []
        if words[:3] == ["ingress", "traffic", "show"]:
            return self.app["traffic"]
        if words[0] == "show":
            return self.shown()
        if words[:2] == ["revision", "list"]:
            return [self.described(name) for name, one in self.app["revisions"].items() if one["active"] or "--all" in words]
        name = at(words, "--revision")
        if words[:2] != ["revision", "show"] or name not in self.app["revisions"]:
            sys.exit("ERROR: (ResourceNotFound) there is none: " + " ".join(words))
        return self.described(name)

    def call(self, words):
        self.state["calls"].append(["az", "containerapp", *words])
        number = str(sum(each[0] == "az" for each in self.state["calls"]))
        self.save()
        if number in self.state["signals"]:
            os.kill(os.getppid(), self.state["signals"][number])
        fault = "refused" if int(number) >= self.state["dead_from"] else self.state["faults"].get(number)
        if fault == "refused":
            sys.exit("ERROR: (TooManyRequests) not now")
        if at(words, "--resource-group") != self.state["group"] or words[0] not in ("list", "create") and not (
                self.app["exists"] and at(words, "--name") == self.app["name"]):
            sys.exit("ERROR: (ResourceNotFound) there is none")
        change = self.act(words)
        if change and fault != "lie":
            change()
        self.settle()
        self.save()
        if fault == "lost":
            sys.exit("ERROR: the connection was lost")
        if at(words, "--output") == "json":
            answer = json.dumps(self.tell(words))
            self.save()
            if fault == "odd":
                answer = answer.replace('"containers": [', '"containers": [7, ')
            print({"garbage": "no JSON", "null": "null"}.get(fault, answer))


def main():
    if sys.argv[2] in ("env", "job"):  # nothing that is kept here
        return
    if sys.argv[1] != "containerapp" or "--only-show-errors" not in sys.argv:
        sys.exit(f"ERROR: unexpected: {sys.argv[1:]}")
    Cloud(os.environ["AZ_STATE"]).call(sys.argv[2:])


if __name__ == "__main__":
    main()
