"""deploy/container and deploy/kubernetes: each file is valid for its own tool, and its names are ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from feedback.development.docs_site import settings
from tests.integration.deploy.test_units_and_environments import QUEUES, read_environment
from tests.running import ROOT

CONTAINER, KUBERNETES = ROOT / "deploy/container", ROOT / "deploy/kubernetes"
KUBERNETES_VERSION = "1.33"
SECRETS = ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "GRAFANA_PASSWORD")
IN_THE_SECRET = {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "METRICS_TOKEN"}
FOREIGN = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "DJANGO_SETTINGS_MODULE"}
GRACE = 30  # LIMITER_WORKER_GRACE_SECONDS where nothing sets it

# The container ---------------------------------------------------------------------------------------


def test_the_image_has_no_remark_of_hadolint() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([program, CONTAINER / "Containerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_in_particular_and_knows_our_settings() -> None:
    text = (CONTAINER / "Containerfile").read_text()
    last_stage = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d{3,}$", last_stage, re.MULTILINE)
    assert "/healthz" in last_stage
    assert "--only-binary :all:" in text
    set_there = set(re.findall(r"\b([A-Z][A-Z_]+)=", text.replace("--build-arg", ""))) - {"BASE"}
    assert set_there - FOREIGN <= set(settings.variables())


def test_what_the_image_copies_is_let_through() -> None:
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    copied = re.findall(r"^COPY (?!--from)(\S+)", (CONTAINER / "Containerfile").read_text(), re.MULTILINE)
    for path in copied:
        assert path.split("/")[0] in let_through
        assert (ROOT / path).exists()


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """compose.yaml as podman-compose reads it, in a copy where `up` has made its files."""
    folder = tmp_path_factory.mktemp("deploy")
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    there = folder / "deploy/container"
    tools = folder / "bin"
    tools.mkdir()
    _program(tools / "podman", "echo podman version 5.4.0")  # `config` asks for its version, and nothing else
    _program(tools / "compose", f'exec "{Path(sys.executable).with_name("podman-compose")}" config')
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", "COMPOSE": "compose", "HOME": str(folder)}
    done = subprocess.run(
        ["sh", there / "up"], env=environment, capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    for made in ("marginalia.env", ".env"):
        assert (there / made).stat().st_mode & 0o077 == 0
    variables = read_environment(there / "marginalia.env")
    assert len(variables["SECRET_KEY"]) == 60
    assert variables["METRICS_TOKEN"] == (there / "metrics-token").read_text()
    read: dict[str, Any] = yaml.safe_load(done.stdout[done.stdout.index("name:") :])
    return read


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def test_compose_has_a_campus(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {
        "web-1", "web-2", "worker-1", "worker-2", "housekeeper", "migrate", "postgres", "valkey-1",
        "valkey-2", "sentinel-1", "sentinel-2", "sentinel-3", "nginx", "prometheus", "grafana",
    }  # fmt: skip


def test_what_compose_mounts_is_there_or_made_by_up(compose: dict[str, Any]) -> None:
    made = {"certificates", "metrics-token"}
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith(".") and Path(source).name not in made:
                assert (CONTAINER / source).resolve().exists(), source


def test_our_services_have_a_root_that_is_read_only_and_a_probe(compose: dict[str, Any]) -> None:
    ours = {name: each for name, each in compose["services"].items() if each.get("image") == "marginalia"}
    assert len(ours) == 6
    for name, service in ours.items():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert set(service["environment"]) <= set(settings.variables()), name
        if name != "migrate":
            assert "/healthz" in " ".join(service["healthcheck"]["test"])
            assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert f"rqworker {QUEUES}" in " ".join(ours["worker-1"]["command"])
    assert int(ours["worker-1"]["stop_grace_period"].rstrip("s")) > GRACE


def test_compose_names_the_sentinels_as_a_setting_takes_them(compose: dict[str, Any]) -> None:
    """In a process of its own: settings are loaded once in one."""
    service = compose["services"]["web-1"]
    environment = {
        **read_environment(ROOT / "deploy/campus.env"), **service["environment"],
        "SECRET_KEY": "0123456789" * 6, "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "PATH": os.environ["PATH"],
    }  # fmt: skip
    program = "import django; django.setup(); from django.conf import settings as s; print(s.REDIS_URL)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("redis-sentinel://")
    named = re.findall(r"(sentinel-\d):26379", done.stdout)
    assert set(named) == {name for name in compose["services"] if name.startswith("sentinel")}


def test_nginx_finds_the_instances_by_their_names(compose: dict[str, Any]) -> None:
    script = compose["services"]["nginx"]["command"][-1]
    http = (ROOT / "deploy/nginx/marginalia-http.conf").read_text()
    for before, after in re.findall(r"s/([^/]+)/([^/]+)/", script):
        assert len(re.findall(before, http)) == 1
        assert after.split(":")[0] in compose["services"]
        http = re.sub(before, after, http)
    assert re.findall(r"^ +server (\S+)", http, re.MULTILINE) == ["web-1:8000", "web-2:8000"]


# Kubernetes --------------------------------------------------------------------------------------------

FILES = [path for path in sorted(KUBERNETES.glob("*.yaml")) if path.name != "kustomization.yaml"]


def objects() -> list[dict[str, Any]]:
    return [each for path in FILES for each in yaml.safe_load_all(path.read_text())]


def pods() -> dict[str, dict[str, Any]]:
    """The pod of each workload, by the workload's name."""
    kinds = {"Deployment", "Job"}
    return {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]
        for each in objects()
        if each["kind"] in kinds
    }


OF_KUBERNETES = [
    each for each in objects() if each["kind"] != "ScaledObject"
]  # KEDA's own has no schema here


@pytest.mark.parametrize(
    "manifest", OF_KUBERNETES, ids=lambda each: f"{each['kind']} {each['metadata']['name']}"
)
def test_a_manifest_is_valid(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, KUBERNETES_VERSION, strict=True)


def test_the_kustomization_names_each_file_and_settings_that_there_are() -> None:
    read = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
    assert sorted(read["resources"]) == [path.name for path in FILES]
    plain = read_environment(KUBERNETES / "marginalia.env")
    assert set(plain) <= set(settings.variables())
    # As a host's file has them, whatever stands in the Secret.
    assert set(read_environment(ROOT / "deploy/campus.env")) <= set(plain) | IN_THE_SECRET


@pytest.mark.parametrize(
    "name", ["marginalia-migrate", "marginalia-web", "marginalia-worker", "marginalia-housekeeper"]
)
def test_each_container_is_shut_in(name: str) -> None:
    pod = pods()[name]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108
        assert {each["name"] for each in container.get("env", [])} <= set(settings.variables())
    if name != "marginalia-migrate":
        (main,), (first,) = pod["containers"], pod["initContainers"]
        assert first["command"] == ["python", "manage.py", "migrate", "--check"]
        assert main["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert main["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_a_disruption_leaves_one_of_each() -> None:
    budgets = [each["spec"] for each in objects() if each["kind"] == "PodDisruptionBudget"]
    kept = {budget["selector"]["matchLabels"]["app"] for budget in budgets if budget["minAvailable"] >= 1}
    assert kept == set(pods()) - {"marginalia-migrate"}


def test_workers_end_their_calls_and_listen_to_every_queue() -> None:
    pod = pods()["marginalia-worker"]
    grace = int(read_environment(KUBERNETES / "marginalia.env")["LIMITER_WORKER_GRACE_SECONDS"])
    assert pod["terminationGracePeriodSeconds"] > grace
    assert f"rqworker {QUEUES}" in pod["containers"][0]["args"][0]


def test_workers_are_scaled_by_what_the_rules_record() -> None:
    (scaled,) = [each for each in objects() if each["kind"] == "ScaledObject"]
    spec = scaled["spec"]
    (trigger,) = spec["triggers"]
    rules = yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text())["groups"]
    recorded = {rule["record"] for group in rules for rule in group["rules"] if "record" in rule}
    assert set(re.findall(r"[a-z]+:\w+", trigger["metadata"]["query"])) <= recorded
    slots = read_environment(KUBERNETES / "marginalia.env")["LIMITER_WORKER_SLOTS"]
    assert trigger["metadata"]["threshold"] == slots
    assert spec["scaleTargetRef"]["name"] in pods()
    assert 0 < spec["minReplicaCount"] <= spec["fallback"]["replicas"] <= spec["maxReplicaCount"]
    deployment = next(each for each in objects() if each["metadata"]["name"] == "marginalia-worker")
    assert "replicas" not in deployment["spec"]  # or each `apply` would undo what KEDA decided
