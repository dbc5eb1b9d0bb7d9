"""Statements about an upstream in each condition: no page, command or alert says another thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from feedback.dispatch.ledger import ticket_of
from feedback.models import Document, Job, User
from feedback.operations.doctor import gate as doctor
from feedback.operations.doctor.model import Finding
from feedback.portal.words.wait_text import start_of
from feedback.selectors.operations.figures import Operations, UpstreamFigures
from feedback.selectors.operations.health import health_of
from feedback.selectors.work.expected import expected_start
from feedback.selectors.work.waiting import WaitKind, wait_of
from feedback.templatetags.operations import breaker_words
from limiter import services
from limiter.gate import BreakerMode, Outcome, Ticket
from limiter.gate.memory import MemoryGate
from limiter.models import Upstream
from limiter.operations import signals
from limiter.operations.condition import STANDS_STILL, Condition
from limiter.selectors import UpstreamStatus, all_upstreams
from tests.factories.work import a_document, a_job
from tests.people import operator, owner, signed_in

from .conftest import BY, Clock

__all__ = ["operator", "owner"]
pytestmark = pytest.mark.django_db(transaction=True)
OPEN_SECONDS = 60


def ended(gate: MemoryGate, name: str, outcome: Outcome, retry_after: float = 0.0) -> None:
    """One call was made, and ended so."""
    gate.offer(name, Ticket("job", "ada"))
    (lease,) = gate.admit(name, 1).leases
    gate.settle(name, lease.id, outcome, retry_after=retry_after)


def held(gate: MemoryGate, name: str) -> None:
    services.hold(upstream=name, cause="clock", reason="a wrong clock", generation=0)


def on_trial(gate: MemoryGate, name: str) -> None:
    held(gate, name)
    past = timezone.now() - timedelta(seconds=1)
    Upstream.objects.filter(name=name).update(held_since=past - timedelta(hours=1), held_until=past)
    services.try_due()


def forced(mode: BreakerMode) -> Callable[[MemoryGate, str], None]:
    return lambda gate, name: void(services.force_breaker(upstream=name, mode=mode, **BY))


def void(result: object) -> None:
    """For a lambda that returns nothing."""


def observed(gate: MemoryGate, name: str) -> None:
    ended(gate, name, Outcome.FAILURE)
    forced(BreakerMode.OBSERVE)(gate, name)


# What is done to the upstream of that name; what it is then; the dashboard's words and tone; doctor's.
STATES: dict[str, tuple[Callable[[MemoryGate, str], None], Condition, str, str, str]] = {
    "usual": (lambda gate, name: None, Condition.ADMITS, "closed", "well", "ok"),
    "paused": (
        lambda gate, name: void(services.change_upstream(upstream=name, changes={"paused": True}, **BY)),
        Condition.PAUSED, "paused", "slow", "warn",
    ),
    "held": (held, Condition.HELD, "held: the clock of a machine is wrong", "down", "fail"),
    "tried": (on_trial, Condition.ON_TRIAL, "held: the clock of a machine is wrong", "down", "fail"),
    "forced-open": (forced(BreakerMode.FORCED_OPEN), Condition.FORCED_OPEN, "held open", "down", "warn"),
    "forced-closed": (forced(BreakerMode.FORCED_CLOSED), Condition.UNGUARDED, "held closed", "slow", "warn"),
    "observed": (observed, Condition.UNGUARDED, "it does not act", "slow", "warn"),
    "failing": (
        lambda gate, name: ended(gate, name, Outcome.FAILURE),
        Condition.OPEN, "open, probe in 60 s", "down", "warn",
    ),
    "used-up": (
        lambda gate, name: ended(gate, name, Outcome.EXHAUSTED, 3_600),
        Condition.EXHAUSTED, "the day's quota is used up", "down", "warn",
    ),
    "unknown": (
        lambda gate, name: void(gate._upstreams.pop(name)),
        Condition.UNCONFIGURED, "the gate has no rules of it yet", "down", "warn",
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def arranged(transactional_db: None, gate: MemoryGate) -> Iterator[None]:
    """One upstream in each state."""
    values = {"breaker_failures": 1, "breaker_open_seconds": OPEN_SECONDS, "breaker_jitter": 0}
    for name, (arrange, *_) in STATES.items():
        services.create_upstream(name=name, values=values, **BY)
        arrange(gate, name)
    yield


def arranged_now() -> list[UpstreamStatus]:
    """Without those that each database begins with."""
    return [each for each in all_upstreams() if each.upstream.name in STATES]


def command(*words: str) -> str:
    out = StringIO()
    call_command("limiter", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_condition_the_dashboard_and_doctor_agree() -> None:
    found: dict[str, list[Finding]] = {}
    for each in arranged_now():
        found[each.upstream.name] = list(doctor._upstream(each))
        _, condition, words, tone, level = STATES[each.upstream.name]
        shown = breaker_words(UpstreamFigures(each.upstream, each))
        assert (each.condition, shown.words, shown.tone) == (condition, words, tone), each.upstream.name
        levels = {finding.level.value for finding in found[each.upstream.name]}
        assert level in levels, each.upstream.name
        assert ("ok" in levels) == (condition in (Condition.ADMITS, Condition.UNGUARDED)), each.upstream.name
    assert set(found) == set(STATES)


def test_each_control_page_and_the_command_say_it(operator: User) -> None:
    office = signed_in(operator)
    rows = {row["name"]: row for row in json.loads(command("status", "--json"))["upstreams"]}
    for name, (_, condition, *_) in STATES.items():
        page = office.get(reverse("admin:limiter_upstream_control", args=[name])).content.decode()
        assert ("It admits calls." in page) == (condition is Condition.ADMITS), name
        assert ("It admits calls, and no failure" in page) == (condition is Condition.UNGUARDED), name
        assert rows[name]["condition"] == condition.value
    printed = command("status")
    assert "forced-open: its breaker is forced open by an operator: it admits nothing." in printed
    assert "tried is held by itself since" in printed
    assert "usual:" not in printed


def test_students_are_promised_no_start_where_it_stands_still(gate: MemoryGate, owner: User) -> None:
    """Before they hand in, and on the page of a document that waits."""
    for name, (_, condition, *_) in STATES.items():
        stands_still = condition in STANDS_STILL
        assert expected_start(owner, name).is_paused is stands_still, name
        if condition is Condition.UNCONFIGURED:
            continue  # the gate knows no line of it
        document = a_document(owner, state=Document.State.ANALYSING, upstream=name)
        job = a_job(document, kind=Job.Kind.SUMMARISE)
        gate.offer(name, ticket_of(job))
        wait = wait_of(document, [job])
        assert wait is not None
        assert (wait.kind is WaitKind.PAUSED) is stands_still, name
        assert bool(start_of(wait)) <= (not stands_still), name


def test_the_first_screen_says_that_students_are_not_served_where_it_stands_still() -> None:
    for each in arranged_now():
        name, condition = each.upstream.name, STATES[each.upstream.name][1]
        seen = Operations(
            at=timezone.now(), upstreams=[UpstreamFigures(each.upstream, each, in_line=1)], gate_error="",
            workers=[], solo=True,
        )  # fmt: skip
        health = health_of(seen)
        assert ("not being served" in health.sentence) is (condition in STANDS_STILL), name
        assert bool(health.advice) is (condition in STANDS_STILL), name


def test_an_alert_says_that_the_provider_failed_only_where_it_did() -> None:
    assert {name for name, value in signals.breaker_open().items() if value} == {"failing"}


def test_the_probe_of_an_open_breaker_is_mentioned(gate: MemoryGate, clock: Clock) -> None:
    clock.now += OPEN_SECONDS + 1
    (failing,) = [each for each in arranged_now() if each.upstream.name == "failing"]
    assert failing.condition is Condition.PROBING
    shown = breaker_words(UpstreamFigures(failing.upstream, failing))
    assert (shown.words, shown.tone) == ("half-open, probing", "slow")


def test_a_gate_that_does_not_answer_is_mentioned(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from limiter.gate import GateUnavailable

    def away(self: Any, upstream: str) -> Any:
        raise GateUnavailable("away")

    monkeypatch.setattr(MemoryGate, "status", away)
    office = signed_in(operator)
    page = office.get(reverse("admin:limiter_upstream_control", args=["usual"])).content.decode()
    assert "The gate does not answer: nothing new is admitted." in page
    assert "It admits calls" not in page
    figures = UpstreamFigures(Upstream.objects.get(name="usual"), None)
    assert (breaker_words(figures).words, figures.stands_still) == ("the gate does not answer", True)
