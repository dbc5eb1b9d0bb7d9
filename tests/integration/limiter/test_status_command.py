from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from redis import Redis

from limiter import services
from limiter.gate import Outcome, Ticket
from limiter.gate.memory import MemoryGate
from limiter.gate.redis import RedisGate
from limiter.gates import use_gate
from limiter.models import Upstream
from tests.commands import manage

from .conftest import BY

if TYPE_CHECKING:
    from pytest_django import Settings

MANAGE = Path(__file__).parents[3] / "manage.py"


def status(*options: str) -> str:
    out = StringIO()
    call_command("limiter", "status", *options, stdout=out)
    return out.getvalue()


def as_json() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(status("--json", "--upstream", "tested"))
    return found


@pytest.fixture
def busy(upstream: Upstream, gate: MemoryGate) -> None:
    for number in range(3):
        gate.offer("tested", Ticket(f"ada-{number}", "ada"))
    for number in range(2):
        gate.offer("tested", Ticket(f"bob-{number}", "bob[red]"))
    (lease, _) = gate.admit("tested", 2).leases
    gate.settle("tested", lease.id, Outcome.FAILURE)


@pytest.mark.usefixtures("busy")
def test_the_json_has_a_stable_schema() -> None:
    report = as_json()
    assert report["schema"] == 1
    (tested,) = report["upstreams"]
    assert set(tested) == {
        "name", "target", "condition", "paused", "held", "version", "published_version",
        "requests_per_minute",
        "multiplier", "bucket", "in_flight", "max_in_flight", "in_line", "line_bound", "breaker",
        "counters", "flows",
    }  # fmt: skip
    assert (tested["in_flight"], tested["in_line"], tested["max_in_flight"]) == (1, 3, 2)
    assert tested["breaker"] == {
        "state": "closed", "mode": "auto", "failures": 1, "since": None, "retry_at": None, "retry_in": None,
    }  # fmt: skip
    assert {flow["flow"]: flow["in_line"] for flow in tested["flows"]} == {"ada": 2, "bob[red]": 1}
    assert set(tested["flows"][0]) == {"flow", "in_flight", "in_line", "weight", "blocked", "parked"}


@pytest.mark.usefixtures("busy")
def test_the_table_shows_each_upstream_and_its_busiest_flows() -> None:
    table = status()
    for words in (
        "tested",
        "bedrock",
        "offline",
        "1 of 2",
        "3 of 10000",
        "closed, 1 of 5 failures",
        "bob[red]",
    ):
        assert words in table


def test_an_open_breaker_says_until_when(upstream: Upstream, gate: MemoryGate) -> None:
    services.change_upstream(
        upstream="tested",
        changes={"breaker_failures": 1, "breaker_open_seconds": 60, "breaker_jitter": 0},
        **BY,
    )
    gate.offer("tested", Ticket("job", "ada"))
    (lease,) = gate.admit("tested").leases
    settlement = gate.settle("tested", lease.id, Outcome.FAILURE)
    services.record_breaker(lease=lease, outcome=Outcome.FAILURE, settlement=settlement)
    breaker = as_json()["upstreams"][0]["breaker"]
    assert (breaker["state"], breaker["retry_in"]) == ("open", 60.0)
    assert breaker["since"]
    assert "probe in 60 s" in status("--upstream", "tested")


def test_solo_names_the_process_of_its_figures(
    upstream: Upstream, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.LIMITER_BACKEND = "memory"
    call_command("limiter", "status", "--json")
    output = capsys.readouterr()
    assert "this process's figures" in output.err
    assert json.loads(output.out)["schema"] == 1


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status", "--upstream", "nobody's"], "there is no upstream"),
        (["status", "--yaml"], "--yaml"),
        ([], "Missing command"),
        (["set", "bedrock", "burst=2"], "--reason"),
    ],
)
def test_a_wrong_question_is_exit_status_two(arguments: list[str], words: str) -> None:
    done = manage("limiter", *arguments)
    assert done.returncode == 2
    assert words in done.stderr


@pytest.mark.usefixtures("transactional_db")
def test_a_gate_out_of_reach_is_one_line_and_exit_status_one() -> None:
    with use_gate(RedisGate(Redis.from_url("redis://127.0.0.1:1/0"))):
        done = manage("limiter", "status")
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert "The gate cannot be reached" in line


@pytest.mark.usefixtures("no_session_left")
def test_a_script_reads_the_figures_of_a_real_process(child_environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, MANAGE, "limiter", "status", "--json"],
        env=child_environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = {upstream["name"] for upstream in json.loads(done.stdout)["upstreams"]}
    assert names >= {"bedrock", "offline"}
