"""A real Prometheus reads the running system; promtool reads the rules and every dashboard's questions."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from config.supervisor.ports import free_port
from feedback.models import Document, User
from feedback.services.intake import documents
from tests.e2e.site import Site
from tests.integration.deploy.test_units_and_environments import read_environment
from tests.integration.observe.conftest import QUEUES
from tests.running import ROOT, Running, wait_until

DEPLOY = ROOT / "deploy"
DASHBOARDS = sorted((DEPLOY / "grafana").glob("*.json"))


@pytest.fixture(scope="module", autouse=True)
def programs() -> None:
    """Debian's package: `make system` installs it."""
    if shutil.which("prometheus") and shutil.which("promtool"):
        return
    words = "prometheus and promtool are missing: run `make system`"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def questions() -> list[str]:
    """Every PromQL expression of the dashboards, with Grafana's variables filled in."""
    found = []
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            found += [target["expr"] for target in panel["targets"]]
    return [each.replace("$__rate_interval", "5m").replace("$upstream", ".*") for each in found]


def documented() -> set[str]:
    return set(re.findall(r"`((?:marginalia|limiter)_\w+)`", (ROOT / "docs" / "metrics.md").read_text()))


def run_promtool(*words: str, cwd: Path = DEPLOY / "prometheus") -> None:
    done = subprocess.run(["promtool", *words], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_hold_in_promtools_own_tests() -> None:
    run_promtool("check", "config", "--syntax-only", "prometheus.yml")
    run_promtool("test", "rules", "rules.test.yml")


def test_every_alert_has_a_case_in_which_it_fires() -> None:
    alerts = set(re.findall(r"- alert: (\w+)", (DEPLOY / "prometheus" / "rules.yml").read_text()))
    cases = (DEPLOY / "prometheus" / "rules.test.yml").read_text()
    fired = set(re.findall(r"- alertname: (\w+)\n\s+eval_time: \w+\n\s+exp_alerts:\n", cases))
    assert alerts == fired


def test_the_dashboards_ask_what_promql_understands(tmp_path: Path) -> None:
    rules = [{"record": f"panel_{n}", "expr": expr} for n, expr in enumerate(questions())]
    (tmp_path / "rules.json").write_text(json.dumps({"groups": [{"name": "dashboards", "rules": rules}]}))
    run_promtool("check", "rules", str(tmp_path / "rules.json"))


def test_they_and_the_rules_name_only_metrics_that_are_documented() -> None:
    rules = (DEPLOY / "prometheus" / "rules.yml").read_text()
    asked = set(re.findall(r"\b(?:marginalia|limiter)_\w+", " ".join([rules, *questions()])))
    names = documented()
    unknown = {
        name for name in asked if re.sub(r"_(bucket|count|sum)$", "", name) not in names | asked & names
    }
    assert unknown == set()


class Prometheus:
    """A real one, for as long as the context lasts."""

    def __init__(self, target: str, token: str, folder: Path) -> None:
        """With the configuration that is shipped, in which only what an operator sets is set."""
        self.port = free_port(0)
        (folder / "token").write_text(token)
        config = (DEPLOY / "prometheus" / "prometheus.yml").read_text()
        for shipped, ours in {
            "15s": "1s",
            "rules.yml": str(DEPLOY / "prometheus" / "rules.yml"),
            "/etc/prometheus/marginalia-token": str(folder / "token"),
            "127.0.0.1:8000": target,
        }.items():
            assert shipped in config
            config = config.replace(shipped, ours)
        (folder / "prometheus.yml").write_text(config)
        self._log = (folder / "prometheus.log").open("wb")
        self._process = subprocess.Popen(
            ["prometheus", f"--config.file={folder / 'prometheus.yml'}",
             f"--storage.tsdb.path={folder / 'tsdb'}", f"--web.listen-address=127.0.0.1:{self.port}"],
            stdout=self._log, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """An instant query's samples. Raises urllib.error.HTTPError for what it does not understand."""
        query = urllib.parse.urlencode({"query": expression})
        url = f"http://127.0.0.1:{self.port}/api/v1/query?{query}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return list(json.load(answer)["data"]["result"])

    def answers(self) -> bool:
        try:
            return bool(self.ask("up == 1"))
        except OSError:
            return False

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()


@pytest.fixture
def prometheus(site: Site, environment: dict[str, str], tmp_path: Path) -> Iterator[Prometheus]:
    started = Prometheus(f"127.0.0.1:{site.port}", environment["METRICS_TOKEN"], tmp_path)
    yield started
    started.stop()


@pytest.mark.django_db(transaction=True)
def test_it_finds_the_work_of_web_worker_and_gate(
    prometheus: Prometheus, running: Running, owner: User
) -> None:
    running.worker(*QUEUES)
    documents.submit(
        owner=owner,
        handed=documents.Handed.pasted("# Bees\n\nBees matter. They pollinate crops.\n"),
        submission_key="k1",
        upstream="simulated",
    )
    wait_until(lambda: Document.objects.filter(state="complete").exists(), "the feedback is there")
    wait_until(prometheus.answers, "Prometheus has read the site")

    wanted = {
        'marginalia_runs_total{stage="analyse", outcome="success"} == 1': 1,
        'marginalia_service_seconds_count{stage="summarise"} == 1': 1,
        'marginalia_feedback_seconds_count{upstream="simulated"} == 1': 1,
        'marginalia_tokens_total{upstream="simulated", kind="output"} > 0': 1,
        'marginalia_workers{queue="simulated"} == 1': 1,
        'limiter_admitted_total{upstream="simulated"} == 2': 1,
        'limiter_settled_total{upstream="simulated", outcome="success"} == 2': 1,
        'limiter_breaker_state{upstream="simulated", state="closed"} == 1': 1,
        'limiter_gate_seconds_count{operation="admit"} > 0': 1,
        'marginalia_http_requests_total{view="metrics", status="200"} > 0': 1,
        'ALERTS{alertname="MarginaliaBreakerOpen"}': 0,
    }
    for expression, count in wanted.items():
        wait_until(lambda e=expression, n=count: len(prometheus.ask(e)) == n, expression)  # type: ignore[misc]
    for expression in questions():
        prometheus.ask(expression)  # an error is an HTTPError

    served = {
        re.sub(r"_(total|bucket|count|sum|created)$", "", sample["metric"]["__name__"])
        for sample in prometheus.ask('{__name__=~"(marginalia|limiter)_.+"}')
    }
    assert served <= {re.sub(r"_total$", "", name) for name in documented()}


@pytest.fixture
def production(
    child_environment: dict[str, str], redis_client: redis.Redis, tmp_path: Path
) -> Iterator[Site]:
    """The web server with the environment that is shipped, in which only secrets and stores are ours."""
    shipped = read_environment(DEPLOY / "campus.env")
    secrets = {name: "0123456789" * 6 for name, value in shipped.items() if not value}
    stores = {name: child_environment[name] for name in ("DATABASE_URL", "REDIS_URL")}
    environment = {
        **child_environment, **shipped, **secrets, **stores,
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
        "STATIC_ROOT": str(tmp_path),
    }  # fmt: skip
    with Site(environment, tmp_path / "web.log", probe="healthz") as site:
        yield site


@pytest.mark.django_db(transaction=True)
def test_what_is_shipped_for_prometheus_scrapes_what_is_shipped_for_production(
    production: Site, tmp_path: Path
) -> None:
    token = "0123456789" * 6  # of the campus's environment, filled in above
    prometheus = Prometheus(f"127.0.0.1:{production.port}", token, tmp_path)
    try:
        wait_until(lambda: bool(prometheus.answers()), "Prometheus has read the site")
        wait_until(lambda: bool(prometheus.ask("limiter_up")), "the figures are there")
        assert prometheus.ask('ALERTS{alertname="MarginaliaDown"}') == []
    finally:
        prometheus.stop()
