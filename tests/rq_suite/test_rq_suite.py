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
FILES = ("queue", "worker", "retry", "dependencies", "rate_limit", "executions")
LONGER = (
    *("callbacks", "group", "intermediate_queue", "job", "job_dependency", "queue_unique", "registry"),
    *("repeat", "results", "webhooks"),
)


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
    """Run some of rq's test files; returns how many tests passed, and fails with their output otherwise."""
    source = source_folder()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DJANGO"))},
        "RQ_SUITE_MODE": mode,
        "RQ_SUITE_PORT": str(port),
        "PYTHONPATH": os.pathsep.join([str(source), str(HERE.parents[1]), str(HERE)]),
    }
    ended = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "--tb=short",
                "-p",
                "no:cacheprovider",
                "-p",
                "no:django",
            ),
            *("-p", "swap", *(f"tests/test_{name}.py" for name in files)),
        ],
        cwd=source,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr[-5_000:]
    passed = re.search(r"(\d+) passed", ended.stdout)
    return int(passed[1]) if passed else 0


@pytest.mark.long
@pytest.mark.parametrize(("mode", "at_least"), [("unlimited", 255), ("gated", 252), ("worker", 243)])
def test_rqs_tests_hold(mode: str, at_least: int, redis_port: int) -> None:
    assert run(mode, redis_port, *FILES) >= at_least


@pytest.mark.long
def test_rqs_other_tests_hold_behind_generous_upstreams(redis_port: int) -> None:
    assert run("gated", redis_port, *LONGER) >= 250


def test_each_exclusion_has_its_reason() -> None:
    groups = tomllib.loads((HERE / "exclusions.toml").read_text(encoding="utf-8"))["group"]
    for group in groups:
        assert len(group["reason"]) > 40
        for test in group["tests"]:
            file, _, name = test.partition("::")
            assert f"def {name.rpartition('::')[2]}(" in (source_folder() / file).read_text(encoding="utf-8")
