"""The manifests in docker/: what each says is held against the program, its settings and its image, and the server is
started as each of them starts it."""

import glob
import http.client
import os
import re
import sys
import tempfile
import time
import unittest

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "flow"))

import cogos_client as client  # noqa: E402  its place is found above
from certificates import certificate  # noqa: E402
from fixture import ADMIN_KEY, COGOS, Server, cogos  # noqa: E402
from tls_front import TlsFront  # noqa: E402

UNPRIVILEGED = 65532
DIGEST = "sha256:" + "ab" * 32
PUBLIC_PEM = ("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8nXRh950IZbRj8Ra/N9sbqOPZrfM\n"
              "5/KAQN0/KjHcorm/J5yctVd7iEcnessRQjU917hmKO6JWVGHpDguIyakZA==\n-----END PUBLIC KEY-----\n")
# What an image may be called in a file: a digest, or what is filled in from one that was verified.
BY_DIGEST = re.compile(r"REGISTRY/cogos@sha256:DIGEST|COGOS_IMAGE|COSIGN_IMAGE"
                       r"|\$\{COGOS_REPOSITORY:\?[^}]*\}@\$\{COGOS_IMAGE_DIGEST:\?[^}]*\}")


def text_of(*names):
    with open(os.path.join(ROOT, *names), encoding="utf-8") as file:
        return file.read()


def documents(name):
    return [each for each in yaml.safe_load_all(text_of("docker", name)) if each]


def of_kind(name, kind):
    [found] = [each for each in documents(name) if each["kind"] == kind]
    return found


def every_manifest():
    return sorted(os.path.relpath(path, os.path.join(ROOT, "docker"))
                  for path in glob.glob(os.path.join(ROOT, "docker", "**", "*.yaml"), recursive=True))


def filled_in(settings):
    """Settings without the capitals that are an operator's to fill in."""
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 90 * 86400))
    return settings.replace("HOST", "api.example.com").replace("EXPIRES", until)


def values(value, key):
    """Whatever stands under a key of that name, at any depth."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name == key:
                yield each
            yield from values(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from values(each, key)


def image_environment():
    """ENV of the Dockerfile's last stage, which all start from."""
    stage = text_of("docker", "Dockerfile").rpartition("\nFROM ")[2]
    [line] = re.findall(r"^ENV (.*)$", stage, re.M)
    return dict(word.split("=", 1) for word in line.split())


class Platform:
    """How one of them starts the server: environment, arguments, settings, files, health checks, seconds of grace."""

    def __init__(self, environment, arguments, files, settings, checks, grace):
        self.environment, self.arguments = {**image_environment(), **environment}, arguments
        self.files, self.settings, self.checks, self.grace = files, settings, checks, grace


def compose():
    [service] = documents("compose/compose.yaml")[0]["services"].values()
    environment = {name: value.replace("${COGOS_IMAGE_DIGEST}", DIGEST) for name, value in service["environment"].items()}
    [settings] = [each["target"] for each in service["configs"]]
    return Platform(environment, service["command"], {"/run/secrets/" + name for name in service["secrets"]},
                    {settings: text_of("docker", "compose", "cogos.toml")}, [], int(service["stop_grace_period"].rstrip("s")))


def check_of(probe, ports):
    get = probe["httpGet"]
    headers = {each["name"]: each["value"] for each in get.get("httpHeaders", [])}
    return get["path"], headers, ports.get(get["port"], get["port"]), get.get("scheme", "HTTP")


def kubernetes():
    pod = of_kind("kubernetes/server.yaml", "StatefulSet")["spec"]["template"]["spec"]
    [container] = pod["containers"]
    places = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    # What is in each secret, by server.yaml's own words.
    listed = dict(re.findall(r"(cogos-\S+) \(([^)]*)\)", text_of("docker", "kubernetes", "server.yaml")))
    files, settings = set(), {}
    for volume in pod["volumes"]:
        if "secret" in volume:
            files |= {f"{places[volume['name']]}/{name}" for name in listed[volume["secret"]["secretName"]].split(", ")}
        else:
            data = of_kind("kubernetes/server.yaml", "ConfigMap")["data"]
            settings = {f"{places[volume['name']]}/{name}": text for name, text in data.items()}
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    checks = [check_of(container[kind], ports) for kind in ("startupProbe", "livenessProbe", "readinessProbe")]
    environment = {each["name"]: each["value"].replace("sha256:DIGEST", DIGEST) for each in container["env"]}
    return Platform(environment, container["args"], files, settings, checks, pod["terminationGracePeriodSeconds"])


def container_apps():
    template = documents("azure/app.yaml")[0]["properties"]["template"]
    [container] = template["containers"]
    places = {each["volumeName"]: each["mountPath"] for each in container["volumeMounts"]}
    files = {f"{places[volume['name']]}/{each['path']}" for volume in template["volumes"] if volume["name"] in places
             for each in volume.get("secrets", [])}
    settings = {path: text_of("docker", "azure", "cogos.toml") for path in files if path.endswith(".toml")}
    checks = [check_of(each, {}) for each in container["probes"]]
    environment = {each["name"]: each["value"].replace("COGOS_IMAGE_DIGEST", DIGEST) for each in container["env"]}
    return Platform(environment, container["args"], files - set(settings), settings, checks,
                    template["terminationGracePeriodSeconds"])


PLATFORMS = {"compose": compose, "kubernetes": kubernetes, "container apps": container_apps}


class AsOn(Server):
    """The server, started as a platform does: its paths below a directory of the test's, its ports free ones."""

    def __init__(self, platform, proxies="127.0.0.1/32"):
        super().__init__()
        self.platform, self.root = platform, os.path.join(self.directory, "root")
        self.data_dir = self.here(platform.environment["COGOS_DATA_DIR"])
        os.makedirs(os.path.dirname(self.data_dir), exist_ok=True)
        self.ca_file = self.path("ca.pem")
        cert, key = certificate(1, days=90)
        self.write("ca.pem", cert)
        contents = {"admin-key": ADMIN_KEY.encode() + b"\n", "dek": b"5a" * 32 + b"\n", "tls.crt": cert, "tls.key": key,
                    "cosign.pub": PUBLIC_PEM.encode()}
        for path in platform.files:
            self.put(path, contents[os.path.basename(path)])
        for path, text in platform.settings.items():
            text = filled_in(text).replace('"/run/', f'"{self.root}/run/')
            text = text.replace('"100.100.0.0/16"', f'"{proxies}"')
            self.put(path, re.sub(r'"0\.0\.0\.0:\d+"', '"127.0.0.1:0"', text).encode())
        self.environment = {name: re.sub(r"^0\.0\.0\.0:\d+$", "127.0.0.1:0", self.here(value))
                            for name, value in platform.environment.items() if name.startswith("COGOS_")}

    def here(self, path):
        return self.root + path if path.startswith(("/run/", "/data")) else path

    def put(self, path, data):
        os.makedirs(os.path.dirname(self.here(path)), exist_ok=True)
        with open(self.here(path), "wb") as file:
            file.write(data)

    def command(self):
        return [COGOS, *map(self.here, self.platform.arguments)]

    def get(self, path, headers=(), scheme="HTTPS"):
        if scheme == "HTTPS":
            return client.call(self.port, self.ca_file, "GET", path, b"", headers)
        with client.Wire(self.plaintext_port) as wire:
            wire.send(client.message("GET", path, headers))
            return wire.response("GET", path)


class Ingress(TlsFront):
    """Ends TLS before the plaintext listener, as a front door does."""

    def __init__(self, behind):
        self.behind = behind
        cert, key = certificate(2, days=90)
        self.ca_file = behind.write("ingress.pem", cert)
        super().__init__(self.ca_file, behind.write("ingress-key.pem", key))

    def pass_on(self, request, body):
        kept = {name: value for name, value in request.headers.items() if name.lower() != "connection"}
        added = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
        connection = http.client.HTTPConnection("127.0.0.1", self.behind.plaintext_port, timeout=client.DEADLINE_S)
        try:
            connection.request(request.command, request.path, body or None, {**kept, **added})
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


class Started(unittest.TestCase):
    def test_it_starts_answers_the_platforms_checks_and_ends_within_its_grace(self):
        for name, read in PLATFORMS.items():
            with self.subTest(name):
                platform = read()
                server = AsOn(platform)
                self.addCleanup(server.discard)
                server.start()
                own = [(path, {}, 8443, "HTTPS") for path in ("/health", "/ready")]
                for path, headers, port, scheme in platform.checks or own:
                    answer = server.get(path, headers, scheme)
                    self.assertEqual((answer.status, answer.json()["ok"]), (200, True), (name, path))
                    self.assertIn(f":{port}\"", str([*platform.settings.values(), f'{platform.environment["COGOS_LISTEN"]}"']))
                    scheme_of_all, headers_of_all = scheme, headers
                trust = server.get("/trust", headers_of_all, scheme_of_all).body.decode()
                self.assertIn(DIGEST, trust, "the digest that runs is shown")
                self.assertEqual(server.get("/cosign.pub", headers_of_all, scheme_of_all).body.decode(), PUBLIC_PEM)
                security = server.get("/security", headers_of_all, scheme_of_all).body.decode()
                self.assertIn("https://api.example.com/", security)
                began = time.monotonic()
                server.stop()
                self.assertLess(time.monotonic() - began, platform.grace)

    def test_its_health_check_under_compose_is_the_images_and_says_what_is(self):
        [service] = documents("compose/compose.yaml")[0]["services"].values()
        server = AsOn(compose())
        self.addCleanup(server.discard)
        server.start()
        command = [server.here(word) for word in service["healthcheck"]["test"][2:]]
        environment = {**os.environ, **server.environment, "COGOS_LISTEN": f"127.0.0.1:{server.port}"}
        self.assertEqual(service["healthcheck"]["test"][:2], ["CMD", "/usr/bin/cogos"])
        self.assertEqual(cogos(*command, environment=environment).returncode, 0)
        server.stop()
        self.assertEqual(cogos(*command, environment=environment).returncode, 1)
        [image] = re.findall(r"^HEALTHCHECK .*CMD \[(.*)\]$", text_of("docker", "Dockerfile"), re.M)
        image = [word.strip().strip('"') for word in image.split(",")]
        self.assertEqual(image[:-1], service["healthcheck"]["test"][1:-1], "but for the settings' place the same")

    def test_plaintext_is_for_the_ingress_alone(self):
        server = AsOn(container_apps(), proxies="100.100.0.0/16")
        self.addCleanup(server.discard)
        server.start()
        with client.Wire(server.plaintext_port) as wire:
            try:
                wire.send(client.message("GET", "/health", {"X-Forwarded-Proto": "https"}))
            except OSError:
                pass
            self.assertTrue(wire.at_end())
        server.stop()

    def probed(self, url, ca_file, *more):
        with tempfile.TemporaryDirectory() as directory:
            return cogos("probe", "--target", url, "--ca", ca_file, "--out", os.path.join(directory, "results"), *more)

    def test_the_probe_on_which_traffic_depends_passes_by_way_of_an_ingress_and_without_one(self):
        server = AsOn(container_apps())
        self.addCleanup(server.discard)
        server.start()
        ingress = Ingress(server)
        self.addCleanup(ingress.close)
        here = f"https://localhost:{ingress.server_address[1]}"
        done = self.probed(here, ingress.ca_file, "--plain", "none")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        server.stop()
        self.assertEqual(self.probed(here, ingress.ca_file, "--plain", "none").returncode, 1)
        for read in (compose, kubernetes):
            server = AsOn(read())
            self.addCleanup(server.discard)
            server.start()
            done = self.probed(f"https://localhost:{server.port}", server.ca_file)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            server.stop()

    def test_it_starts_on_no_platform_without_one_of_its_secrets(self):
        for name, read in PLATFORMS.items():
            for path in read().files:
                with self.subTest(name, missing=path):
                    server = AsOn(read())
                    self.addCleanup(server.discard)
                    os.unlink(server.here(path))
                    server.spawn()
                    self.assertEqual(server.process.wait(client.DEADLINE_S), 2, server.log())
                    server.process = None
                    self.assertIn(os.path.basename(path), server.log())

    def test_the_settings_are_good_and_name_files_that_are_there(self):
        for name, read in PLATFORMS.items():
            platform = read()
            for text in platform.settings.values():
                with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
                    file.write(filled_in(text))
                    file.flush()
                    checked = cogos("check-config", "--config", file.name)
                self.assertEqual(checked.returncode, 0, name + checked.stdout + checked.stderr)
                self.assertLessEqual(set(re.findall(r'"(/run/[^"]*)"', text)), platform.files, name)


class Facts(unittest.TestCase):
    def test_every_manifest_is_looked_at(self):
        self.assertEqual(every_manifest(), [
            "azure/app.yaml", "azure/probe-job.yaml", "compose/compose.yaml", "kubernetes/admission-kyverno.yaml",
            "kubernetes/admission-policy-controller.yaml", "kubernetes/namespace.yaml", "kubernetes/probe.yaml",
            "kubernetes/server.yaml"])

    def test_no_image_is_named_by_a_tag(self):
        for name in every_manifest():
            for document in documents(name):
                for image in values(document, "image"):
                    self.assertTrue(BY_DIGEST.fullmatch(image), f"{name}: {image}")
        # Neither in a script nor on a page; a tag made of a digest names what lies beside an image.
        named = re.compile(r"(?:\b(?:REGISTRY|registry\.example\.com)(?::\d+)?/[a-z/]+|(?<![\w\"])cogos)"
                           r":(?!//|sha256-)[\w.-]+")
        places = ["README.md", *(name for folder in ("docs/*.md", "scripts/**/*.*", "docker/**/*.*")
                                 for name in glob.glob(folder, root_dir=ROOT, recursive=True))]
        self.assertGreater(len(places), 50)
        for name in places:
            if os.path.isfile(os.path.join(ROOT, name)):
                self.assertEqual(named.findall(text_of(name)), [], name)
        for wrong in ("image: REGISTRY/cogos:latest", "docker run registry.example.com/team/cogos:1.0"):
            self.assertTrue(named.search(wrong))
            self.assertFalse(BY_DIGEST.fullmatch(wrong.split()[-1]))

    def test_the_environment_is_what_the_program_reads(self):
        known = set(re.findall(r"COGOS_[A-Z_]+", text_of("config", "cogos.toml")))
        for name, read in PLATFORMS.items():
            given = {each for each in read().environment if each.startswith("COGOS_")}
            self.assertLessEqual(given, known, name)
            self.assertLessEqual({"COGOS_ADMIN_KEY_FILE", "COGOS_DEK_FILE", "COGOS_IMAGE_DIGEST"}, given, name)
            # Secrets are files: nothing that lists an environment shows one.
            self.assertFalse(given & {"COGOS_ADMIN_KEY", "COGOS_DEK_HEX"}, name)

    def test_there_is_time_to_drain(self):
        [drain_ms] = re.findall(r"^#drain_ms = (\d+)$", text_of("config", "cogos.toml"), re.M)
        for name, read in PLATFORMS.items():
            platform = read()
            for text in platform.settings.values():
                for own in re.findall(r"^\s*drain_ms = (\d+)", text, re.M):
                    drain_ms = own
            self.assertGreaterEqual(platform.grace, int(drain_ms) / 1000 + 10, name)

    def test_the_store_has_one_process_and_a_file_system_that_it_may_lie_on(self):
        stateful = of_kind("kubernetes/server.yaml", "StatefulSet")["spec"]
        self.assertEqual(stateful["replicas"], 1)
        self.assertEqual([each["spec"]["accessModes"] for each in stateful["volumeClaimTemplates"]], [["ReadWriteOncePod"]])
        template = documents("azure/app.yaml")[0]["properties"]["template"]
        self.assertEqual(template["scale"], {"minReplicas": 1, "maxReplicas": 1})
        self.assertEqual([each["storageType"] for each in template["volumes"] if each["name"] == "store"], ["NfsAzureFile"])
        [service] = documents("compose/compose.yaml")[0]["services"].values()
        self.assertNotIn("deploy", service)
        self.assertIn("/data", [each["target"] for each in service["volumes"]])

    def test_pods_are_restricted(self):
        pods = [of_kind("kubernetes/server.yaml", "StatefulSet")["spec"]["template"]["spec"],
                of_kind("kubernetes/probe.yaml", "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]]
        for pod in pods:
            self.assertIs(pod["automountServiceAccountToken"], False)
            self.assertIs(pod["securityContext"]["runAsNonRoot"], True)
            self.assertEqual(pod["securityContext"]["runAsUser"], UNPRIVILEGED)
            self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
            self.assertFalse({"hostNetwork", "hostPID", "hostIPC"} & set(pod))
            self.assertFalse([volume for volume in pod["volumes"] if "hostPath" in volume])
            for container in pod["containers"]:
                self.assertEqual(container["securityContext"], {
                    "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}})
                self.assertIn("memory", container["resources"]["limits"])
                for mount in container["volumeMounts"]:
                    self.assertTrue(mount.get("readOnly") or mount["mountPath"] in ("/data", "/results"), mount)
        self.assertEqual(of_kind("kubernetes/namespace.yaml", "Namespace")["metadata"]["labels"], {
            "pod-security.kubernetes.io/enforce": "restricted", "policy.sigstore.dev/include": "true"})
        policy = of_kind("kubernetes/server.yaml", "NetworkPolicy")["spec"]
        self.assertEqual((policy["egress"], policy["policyTypes"]), ([], ["Ingress", "Egress"]))
        selected = of_kind("kubernetes/server.yaml", "StatefulSet")["spec"]["template"]["metadata"]["labels"]
        self.assertEqual(policy["podSelector"]["matchLabels"], selected)
        self.assertEqual(of_kind("kubernetes/server.yaml", "Service")["spec"]["selector"], selected)

    def test_compose_gives_no_right_that_is_not_needed(self):
        [service] = documents("compose/compose.yaml")[0]["services"].values()
        self.assertEqual((service["user"], service["read_only"], service["cap_drop"], service["security_opt"]),
                         (f"{UNPRIVILEGED}:{UNPRIVILEGED}", True, ["ALL"], ["no-new-privileges:true"]))
        self.assertFalse({"privileged", "cap_add", "network_mode", "pid", "ipc", "devices"} & set(service))
        self.assertIn(f"USER {UNPRIVILEGED}:{UNPRIVILEGED}\n", text_of("docker", "Dockerfile"))
        exposed = re.findall(r"^EXPOSE (\d+)$", text_of("docker", "Dockerfile"), re.M)
        self.assertEqual(service["ports"][0].split(":")[1], exposed[0])

    def test_admission_fails_closed(self):
        spec = of_kind("kubernetes/admission-kyverno.yaml", "ClusterPolicy")["spec"]
        self.assertEqual((spec["validationFailureAction"], spec["failurePolicy"]), ("Enforce", "Fail"))
        [rule] = spec["rules"]
        [images] = rule["verifyImages"]
        self.assertEqual((images["imageReferences"], images["required"], images["verifyDigest"], images["mutateDigest"]),
                         (["*"], True, True, True))
        [attestor] = images["attestors"]
        self.assertEqual((attestor["count"], len(attestor["entries"])), (1, 1))
        namespace = of_kind("kubernetes/namespace.yaml", "Namespace")["metadata"]["name"]
        self.assertEqual(rule["match"], {"any": [{"resources": {"kinds": ["Pod"], "namespaces": [namespace]}}]})
        self.assertNotIn("exclude", rule)
        for name in ("server.yaml", "probe.yaml"):
            for document in documents("kubernetes/" + name):
                self.assertEqual(document["metadata"]["namespace"], namespace, "nothing is outside of what is policed")
        spec = of_kind("kubernetes/admission-policy-controller.yaml", "ClusterImagePolicy")["spec"]
        self.assertEqual((spec["mode"], spec["images"], len(spec["authorities"])), ("enforce", [{"glob": "**"}], 1))
        self.assertIn("key", spec["authorities"][0])

    def test_container_apps_take_secrets_by_reference_and_pin_what_moves_traffic(self):
        for name in ("azure/app.yaml", "azure/probe-job.yaml"):
            properties = documents(name)[0]["properties"]
            for secret in properties["configuration"]["secrets"]:
                self.assertEqual(set(secret), {"name", "keyVaultUrl", "identity"}, "no value stands in the file")
            self.assertEqual([each["lifecycle"] for each in properties["configuration"]["identitySettings"]], ["None"])
            defined = {each["name"] for each in properties["configuration"]["secrets"]}
            used = {each["secretRef"] for volume in properties["template"]["volumes"] for each in volume.get("secrets", [])}
            self.assertEqual(used, defined, "each secret is mounted, and none that is not there")
            volumes = {each["name"] for each in properties["template"]["volumes"]}
            self.assertEqual(set(values(properties["template"], "volumeName")), volumes)
        configuration = documents("azure/app.yaml")[0]["properties"]["configuration"]
        self.assertEqual(configuration["activeRevisionsMode"], "Multiple")
        self.assertIs(configuration["ingress"]["allowInsecure"], False)
        [first] = documents("azure/app.yaml")[0]["properties"]["template"]["initContainers"]
        self.assertEqual(first["args"][0], "verify")
        self.assertIn("--key", first["args"])
        self.assertFalse([word for word in first["args"] if "insecure" in word or "skip" in word])

    def test_probes_are_daily_once_from_elsewhere_and_not_repeated_until_they_pass(self):
        job = documents("azure/probe-job.yaml")[0]
        self.assertNotEqual(job["location"], documents("azure/app.yaml")[0]["location"])
        self.assertEqual(job["properties"]["configuration"]["replicaRetryLimit"], 0)
        cron = of_kind("kubernetes/probe.yaml", "CronJob")["spec"]
        self.assertEqual((cron["jobTemplate"]["spec"]["backoffLimit"], cron["concurrencyPolicy"]), (0, "Forbid"))
        for schedule in (cron["schedule"], job["properties"]["configuration"]["scheduleTriggerConfig"]["cronExpression"]):
            self.assertRegex(schedule, r"^\d+ \d+ \* \* \*$")


if __name__ == "__main__":
    unittest.main()
