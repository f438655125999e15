"""What an app file (docker/azure/app.yaml) becomes with an image that was verified, and whether a revision is that."""

import copy
import re

import azure

try:
    import yaml
except ImportError as missing:
    raise SystemExit("there is no YAML for Python here; Debian's package python3-yaml has it") from missing

IMAGE, DIGEST, COSIGN = "COGOS_IMAGE", "COGOS_IMAGE_DIGEST", "COSIGN_IMAGE"
CONTAINER, STORE_PATH = "cogos", "/data"
BY_DIGEST = re.compile(r"[a-z0-9][a-z0-9.:-]*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+@sha256:[0-9a-f]{64}")
_UNFILLED = re.compile(r"\b(?:LOCATION|IDENTITY|ENVIRONMENT|REGISTRY|VAULT|HOST)\b")


def _need(holds, words):
    if not holds:
        raise azure.Unusable("the app file: " + words)


def by_name(containers):
    return {each.get("name"): each for each in containers or []}


def store_volume(template):
    """The volume that the server's container has at /data."""
    mounts = by_name(template.get("containers")).get(CONTAINER, {}).get("volumeMounts") or []
    names = [mount.get("volumeName") for mount in mounts if mount.get("mountPath") == STORE_PATH]
    found = [volume for volume in template.get("volumes") or [] if [volume.get("name")] == names]
    return found[0] if len(found) == 1 else {}


def keeps_store(template):
    """Whether what the server writes outlives its replica, on a file system that it may lie on."""
    return store_volume(template).get("storageType") == "NfsAzureFile"


def _texts(value):
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def read(path):
    """The app file, if it is one in which nothing but a verified image can run. Unusable otherwise."""
    try:
        with open(path, encoding="utf-8") as file:
            app = yaml.safe_load(file)
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise azure.Unusable(f"the app file {path} cannot be read: {error}") from error
    template = (app.get("properties") or {}).get("template") if isinstance(app, dict) else None
    _need(isinstance(template, dict), f"{path} has no properties.template")
    unfilled = sorted({match for text in _texts(app) for match in _UNFILLED.findall(text)})
    _need(not unfilled, f"what stands in capitals is yours to fill in: {', '.join(unfilled)}")
    containers, first = template.get("containers") or [], template.get("initContainers") or []
    _need([each.get("name") for each in containers] == [CONTAINER], f"it must have one container, {CONTAINER}")
    _need(containers[0].get("image") == IMAGE,
          f"the container's image must be {IMAGE}, in whose place the verified one is put")
    _need({"name": DIGEST, "value": DIGEST} in (containers[0].get("env") or []),
          f"the container's environment must have {DIGEST} with the value {DIGEST}")
    _need(len(first) == 1 and first[0].get("image") == COSIGN and (first[0].get("args") or []).count(IMAGE) == 1,
          f"one init container must run {COSIGN} with {IMAGE} among its arguments")
    _need(keeps_store(template), f"the volume at {STORE_PATH} must be of the type NfsAzureFile: EmptyDir is lost with the "
          "replica, and keys and log with it; over SMB (AzureFile) a log in WAL mode is not safe")
    scale = template.get("scale") or {}
    _need(scale.get("minReplicas") == scale.get("maxReplicas") == 1,
          "scale must be one replica, since one process has the store")
    _need("revisionSuffix" not in template, "revisionSuffix is given by the script")
    return app


def _put_in(value, image, cosign):
    replaced = {IMAGE: image, DIGEST: image.partition("@")[2], COSIGN: cosign}
    if isinstance(value, dict):
        # The variable's name is the placeholder of its value, too.
        return {key: each if key == "name" else _put_in(each, image, cosign) for key, each in value.items()}
    if isinstance(value, list):
        return [_put_in(each, image, cosign) for each in value]
    return replaced.get(value, value) if isinstance(value, str) else value


def live(app, image, cosign, suffix):
    """The template of the revision that is to have the store."""
    return {**_put_in(app["properties"]["template"], image, cosign), "revisionSuffix": suffix}


def candidate(app, image, cosign, suffix):
    """The same with an empty store of its own, which nobody else has and which goes with the revision."""
    template = copy.deepcopy(live(app, image, cosign, suffix))
    store_volume(template).update(storageType="EmptyDir")
    for name in ("storageName", "mountOptions"):
        store_volume(template).pop(name, None)
    return template


def whole(app, template, revision):
    """The app as it is created: multiple revisions, its traffic pinned to its first."""
    made = copy.deepcopy(app)
    made["properties"]["template"] = template
    configuration = made["properties"].setdefault("configuration", {})
    configuration["activeRevisionsMode"] = "Multiple"
    configuration.setdefault("ingress", {})["traffic"] = [{"revisionName": revision, "weight": 100}]
    return made


def check_same(revision, template):
    """Stop unless the revision runs what the template says: the very images, their arguments, the store's place."""
    found = (revision.get("properties") or {}).get("template") or {}
    for kind in ("initContainers", "containers"):
        theirs, ours = by_name(found.get(kind)), by_name(template.get(kind))
        if set(theirs) != set(ours):
            raise azure.Stop(f"the revision's {kind} are {sorted(theirs)}, not {sorted(ours)}")
        for name, wanted in ours.items():
            for member in ("image", "command", "args"):
                if (theirs[name].get(member) or None) != (wanted.get(member) or None):
                    raise azure.Stop(f"the revision's container {name} has another {member} than was asked for: "
                                     f"{theirs[name].get(member)}")
    server, wanted = (by_name(each["containers"])[CONTAINER] for each in (found, template))
    if by_name(server.get("env")).get(DIGEST, {}).get("value") != wanted["image"].partition("@")[2]:
        raise azure.Stop("the revision's server is told another digest than its own")
    if store_volume(found).get("storageType") != store_volume(template).get("storageType"):
        raise azure.Stop("the revision's store is not where it was asked for")
