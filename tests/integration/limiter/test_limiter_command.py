"""The limiter from a terminal: each verb, what it says, and what it refuses in one line with status 2."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from redis import Redis

from limiter import selectors, services
from limiter.functions import LIBRARY
from limiter.gate import BreakerState, Reason, Ticket
from limiter.gate.memory import MemoryGate
from limiter.models import ConfigVersion, GateEvent, Upstream

from .conftest import BY

WHY = ("--reason", "a test", "--author", "ada")


def limiter(*words: str) -> str:
    out = StringIO()
    call_command("limiter", *words, stdout=out)
    return out.getvalue()


def data(*words: str) -> Any:
    return json.loads(limiter(*words, "--json"))


def refused(*words: str) -> str:
    with pytest.raises(CommandError) as error:
        limiter(*words)
    assert error.value.returncode == 2
    assert "\n" not in str(error.value)
    return str(error.value)


def test_set_changes_all_of_it_and_says_what(upstream: Upstream, gate: MemoryGate) -> None:
    output = limiter("set", "tested", "requests_per_minute=120", "burst=7", "max_in_flight=", *WHY)
    assert "tested is at version 2." in output
    assert "requests per minute: none → 120" in output
    assert "max in flight: 2 → none" in output
    newest = ConfigVersion.objects.filter(upstream="tested").first()
    assert newest is not None
    assert (newest.author, newest.reason) == ("ada", "a test")
    assert gate.status("tested").version == 2


def test_set_changes_none_of_it_where_one_is_wrong(upstream: Upstream) -> None:
    assert "The burst must be at least 1" in refused("set", "tested", "lease_seconds=20", "burst=0.2", *WHY)
    assert Upstream.objects.get(name="tested").version == 1


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("set", "tested", "brust=3", *WHY), "brust is not a setting"),
        (("set", "tested", "burst", *WHY), "'burst' is no SETTING=VALUE"),
        (("set", "tested", "burst=many", *WHY), "burst: “many” value must be a float."),
        (("set", "nobody's", "burst=3", *WHY), "there is no upstream"),
        (("set", "tested", "burst=3", "--reason", " "), "Say why"),
        (("set", "tested", "burst=3"), "reason"),
        (("diff", "tested", "1", "99"), "There is no version 99 of tested."),
        (("rollback", "tested", "99", *WHY), "There is no version 99 of tested."),
        (("breaker", "ajar", "tested", *WHY), "expected open, close or auto"),
        (("explain", "nobody"), "No job nobody is known."),
        (("try", "tested", "burst=3", "--hours", "100"), "hours"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_what_cannot_be_is_one_line(upstream: Upstream, words: tuple[str, ...], part: str) -> None:
    assert part in refused(*words)


def test_history_and_diff_tell_what_was_changed_by_whom(upstream: Upstream) -> None:
    limiter("set", "tested", "burst=7", *WHY)
    limiter("set", "tested", "burst=9", "lease_seconds=20", *WHY)
    assert [each["version"] for each in data("history", "tested")["history"]] == [3, 2, 1]
    assert "ada" in limiter("history", "tested")
    assert data("diff", "tested", "2")["changes"] == [
        {"setting": "burst", "before": 7.0, "after": 9.0},
        {"setting": "lease_seconds", "before": 30.0, "after": 20.0},
    ]
    assert "Nothing differs" in limiter("diff", "tested", "2", "2")


def test_history_tells_the_gates_own_moves_too(upstream: Upstream) -> None:
    assert "Nothing is in this history" in limiter("history", "tested", "--events")
    GateEvent.objects.create(
        upstream=upstream, epoch="e", number=1, kind="requests", before="100", after="87.5",
        reason="The provider throttled a call.", at=timezone.now(),
    )  # fmt: skip
    (event,) = data("history", "tested", "--events")["history"]
    assert (event["kind"], event["after"], event["reason"]) == (
        "requests", "87.5", "The provider throttled a call.",
    )  # fmt: skip
    assert "Rate of requests" in limiter("history", "tested", "--events")


def test_rollback_goes_forward(upstream: Upstream) -> None:
    limiter("set", "tested", "burst=7", *WHY)
    assert "burst: 7 → 1" in limiter("rollback", "tested", "1", *WHY)
    assert Upstream.objects.get(name="tested").version == 3


def test_the_breaker_is_forced_and_let_go(upstream: Upstream, gate: MemoryGate) -> None:
    limiter("breaker", "open", "tested", *WHY)
    assert gate.status("tested").breaker is BreakerState.OPEN
    limiter("breaker", "auto", "tested", *WHY)
    assert gate.status("tested").breaker is BreakerState.CLOSED


def test_pause_resume_and_drain(upstream: Upstream, gate: MemoryGate) -> None:
    gate.offer("tested", Ticket("one", "ada"))
    gate.admit("tested")
    limiter("pause", "tested", *WHY)
    gate.offer("tested", Ticket("two", "ada"))
    assert gate.admit("tested").reason is Reason.PAUSED
    with pytest.raises(CommandError, match="1 calls are still in flight") as error:
        limiter("drain", "tested", "--patience", "0", *WHY)
    assert error.value.returncode == 1
    limiter("resume", "tested", *WHY)
    assert len(gate.admit("tested").leases) == 1


def test_an_idle_upstream_is_drained_at_once(upstream: Upstream) -> None:
    assert "Nothing is in flight." in limiter("drain", "tested", *WHY)
    assert Upstream.objects.get(name="tested").paused


def test_no_range_is_given_where_only_a_person_ends_the_wait(upstream: Upstream, gate: MemoryGate) -> None:
    services.change_upstream(upstream="tested", changes={"requests_per_minute": 60}, **BY)
    gate.offer("tested", Ticket("job", "ada"))
    assert selectors.explain(upstream="tested", job="job").latest is not None
    services.set_flow_policy(flow="ada", changes={"suspended": True}, **BY)
    found = selectors.explain(upstream="tested", job="job")
    assert (found.reason, found.earliest, found.latest) == (Reason.FLOW_SUSPENDED, None, None)


def test_explain_names_the_limit_in_force(upstream: Upstream, gate: MemoryGate) -> None:
    for number in range(4):
        gate.offer("tested", Ticket(f"job-{number}", "ada"))
    gate.admit("tested", 2)
    assert "It is running on tested." in limiter("explain", "job-0")
    output = limiter("explain", "job-3")
    assert "as many calls are in flight as may be" in output
    assert "1 jobs of its own flow" in output
    found = data("explain", "job-3")
    assert (found["upstream"], found["state"], found["reason"], found["ahead_in_flow"]) == (
        "tested", "waiting", "in_flight", 1,
    )  # fmt: skip


def test_reconcile_publishes_what_the_gate_lacks(upstream: Upstream, gate: MemoryGate) -> None:
    limiter("reconcile")
    Upstream.objects.filter(name="tested").update(version=5)
    assert "behind on 1 upstreams" in limiter("reconcile")
    assert "has it all" in limiter("reconcile")
    assert gate.status("tested").version == 5


def test_library_prints_what_any_client_can_load(redis_client: Redis) -> None:
    out = StringIO()
    call_command("limiter", "library", stdout=out)
    redis_client.function_load(out.getvalue(), replace=True)
    assert redis_client.fcall(f"{LIBRARY.name}_rights", 1, "limiter:rights") == []
