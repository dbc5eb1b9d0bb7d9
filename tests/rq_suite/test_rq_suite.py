"""rq's own suite in a process of its own, on our classes: swap.py says how, exclusions.toml what not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config.embedded.redis import binary
from config.supervisor.ports import free_port
from tests.rq_suite.source import source_folder

HERE = Path(__file__).parent
OURS = ("PYTEST", "DJANGO", "REDIS")  # beginnings of variables that rq's tests would read as theirs
OPTIONS = ("-q", "--tb=short", "-p", "no:cacheprovider", "-p", "no:django", "-p", "swap")
PASSED_TESTS, FAILED_TEST = re.compile(r"(\d+) passed"), re.compile(r"^FAILED (\S+)", re.MULTILINE)
TESTS_FAILED, TRIES = 1, 3
QUEUE = {"RQ_QUEUE_CLASS": "limiter.rq.queue.GatedQueue"}  # as rq's command line takes it
WORKER = {"RQ_WORKER_CLASS": "limiter.rq.worker.ConcurrentWorker"}
CLASSES: dict[str, dict[str, str]] = {
    "stock": {}, "unlimited": QUEUE, "gated": QUEUE, "worker": QUEUE | WORKER,
}  # fmt: skip
GROUPS = {  # of rq's test files, all of them
    "queues": ("dependencies", "executions", "queue", "rate_limit", "retry", "worker"),
    "jobs": (
        "callbacks", "group", "intermediate_queue", "job", "job_dependency", "job_lifecycle", "queue_unique",
        "registry", "repeat", "results", "webhooks",
    ),
    "programs": ("cli", "commands", "scheduler", "spawn_worker", "worker_pool", "worker_registration"),
    "rest": (
        "connection", "cron", "cron_job", "cron_job_registry", "cron_scheduler_registry", "decorator",
        "fixtures", "helpers", "key_prefix", "scripts", "serializers", "timeouts", "utils",
    ),
}  # fmt: skip
PASSED = {  # at least; the rest is in exclusions.toml, or skipped by rq itself
    "unlimited": {"queues": 255, "jobs": 250, "programs": 100, "rest": 130},
    "gated": {"queues": 252, "jobs": 250, "programs": 100, "rest": 130},
    "worker": {"queues": 243, "jobs": 245, "programs": 95, "rest": 130},
}


@pytest.fixture
def redis_port(tmp_path: Path) -> Iterator[int]:
    """A Redis of its own: rq's tests take whole databases and speak TCP."""
    port = free_port(0)
    command = [str(binary()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    server = subprocess.Popen(
        [*command, "--dir", str(tmp_path), "--databases", "32"], stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    client = redis.Redis(port=port)
    for _ in range(300):
        try:
            client.ping()
            client.close()
            return
        except redis.ConnectionError:
            time.sleep(0.1)
    raise RuntimeError("Redis did not start")


def run(mode: str, port: int, *files: str) -> int:
    """Run some of rq's test files; returns how many tests passed, and fails with their output otherwise.

    Many of them wait for fixed moments, which a busy machine misses: what failed is tried again by itself.
    """
    passed, left = 0, [f"tests/test_{name}.py" for name in files]
    for _ in range(TRIES):
        ended = _pytest(mode, port, *left)
        found = PASSED_TESTS.search(ended.stdout)
        passed += int(found[1]) if found else 0
        left = FAILED_TEST.findall(ended.stdout)
        if ended.returncode != TESTS_FAILED or not left:
            break
    assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr[-5_000:]
    return passed


def _pytest(mode: str, port: int, *tests: str) -> subprocess.CompletedProcess[str]:
    source = source_folder()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(OURS)},
        "RQ_SUITE_MODE": mode,
        "RQ_SUITE_PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "suite_settings",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),  # of `rq`
        "PYTHONPATH": os.pathsep.join([str(HERE / "child"), str(source), str(HERE.parents[1]), str(HERE)]),
        **CLASSES[mode],
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, *tests],
        cwd=source, env=environment, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("mode", PASSED)
def test_rqs_tests_hold(mode: str, group: str, redis_port: int) -> None:
    assert run(mode, redis_port, *GROUPS[group]) >= PASSED[mode][group]


def test_every_file_of_rqs_is_in_a_group() -> None:
    files = {file.stem.removeprefix("test_") for file in (source_folder() / "tests").glob("test_*.py")}
    assert sorted(files) == sorted(name for names in GROUPS.values() for name in names)


def test_each_exclusion_has_its_reason() -> None:
    groups = tomllib.loads((HERE / "exclusions.toml").read_text(encoding="utf-8"))["group"]
    for group in groups:
        assert len(group["reason"]) > 40
        for test in group["tests"]:
            file, _, name = test.partition("::")
            assert f"def {name.rpartition('::')[2]}(" in (source_folder() / file).read_text(encoding="utf-8")
