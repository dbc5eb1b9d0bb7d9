"""The first call in a schema may wait while it is compiled: that is no slowness, and comes before people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import django_rq
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from feedback.dispatch import flows
from feedback.dispatch.reconcile import Reconciler
from feedback.dispatch.rq_dispatch import WARM
from feedback.models import Budget, Charge, SchemaWarmth
from feedback.pipeline.stages import warm
from feedback.providers.base import Call, Event, Request, Throttled, TimedOut, Truncated
from feedback.providers.bedrock import BedrockProvider, BedrockSettings
from feedback.providers.models.generation import Generation, Way
from feedback.services.upstreams import warmth
from limiter import services
from limiter.gate.model import BreakerMode, Lease, Outcome
from limiter.gates import get_gate, memory_gate, use_gate
from limiter.jobs.execution import Execution, running
from limiter.solo.process import shutdown
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.sharing import a_price, handed_in, run_once
from tests.running import wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]
BY: dict[str, Any] = {"author": "operator", "reason": "a test"}
DAY = timedelta(hours=24)


@dataclass
class Compiling(ScriptedProvider):
    compiled_schema: str = "a" * 64

    def stream(self, request: Request, call: Call) -> Iterator[Event]:
        self.tiers = [*getattr(self, "tiers", []), call.tier]
        return super().stream(request, call)


@pytest.fixture(autouse=True)
def provider(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Compiling]:
    settings.FEEDBACK_UPSTREAM = "offline"
    with in_place_of("offline", Compiling(), monkeypatch) as compiling:
        yield compiling


def warm_since(hours: float) -> None:
    SchemaWarmth.objects.update(warm_at=timezone.now() - timedelta(hours=hours))


def under_a_lease(upstream: str = "offline") -> Execution:
    lease = Lease("lease", f"warm-{upstream}", upstream, flows.SYSTEM, "", 116, 0, "e", 0.0)
    execution = Execution(id=lease.id, job=lease.job, lease=lease)
    with running(execution):
        warm.perform()
    return execution


# Not counted as slow ----------------------------------------------------------------------------


def test_the_first_call_in_a_schema_has_no_timing_and_the_next_one_has() -> None:
    _, first, _ = run_once(handed_in())
    _, second, _ = run_once(handed_in())
    assert first.timing is None
    assert second.timing is not None
    row = SchemaWarmth.objects.get()
    assert (row.upstream, row.model, row.schema) == ("offline", "scripted-1", "a" * 64)


@pytest.mark.parametrize(("hours", "timed"), [(23.5, True), (24.5, False)])
def test_after_a_day_the_service_has_forgotten_it(hours: float, timed: bool) -> None:
    run_once(handed_in())
    warm_since(hours)
    assert (run_once(handed_in())[1].timing is not None) is timed


def test_another_schema_is_cold_again(provider: Compiling) -> None:
    run_once(handed_in())
    provider.compiled_schema = "b" * 64
    assert run_once(handed_in())[1].timing is None


def test_a_way_that_enforces_nothing_is_never_cold(provider: Compiling) -> None:
    provider.compiled_schema = ""
    assert run_once(handed_in())[1].timing is not None
    assert not SchemaWarmth.objects.exists()


def test_the_first_call_that_takes_too_long_says_nothing_of_the_providers_health(provider: Compiling) -> None:
    provider.errors = [TimedOut()]
    job, execution, pause = run_once(handed_in())
    assert (job.state, job.failures, execution.outcome) == ("waiting", 1, Outcome.REJECTED)
    assert pause is not None


def test_and_a_later_one_does(provider: Compiling) -> None:
    run_once(handed_in())
    provider.errors = [TimedOut()]
    assert run_once(handed_in())[1].outcome == Outcome.FAILURE


@pytest.mark.parametrize(
    ("way", "compiles"),
    [(Way.STRICT_TOOL, True), (Way.JSON_SCHEMA, True), (Way.TOOL, False), (Way.TEXT, False)],
)
def test_what_bedrock_enforces_it_compiles(way: Way, compiles: bool) -> None:
    generation = Generation(way=way)
    provider = BedrockProvider(BedrockSettings(model="m", region="eu-west-1", generation=generation))
    assert bool(provider.compiled_schema) is compiles


# Warmed before people come ----------------------------------------------------------------------


def test_a_short_call_is_put_in_line_once() -> None:
    assert warmth.warm_due() == ["offline"]
    assert warmth.warm_due() == [], "it is on its way"
    job = django_rq.get_queue("offline").fetch_job("warm-offline")
    assert job is not None
    assert (job.func_name, job.meta["gate_flow"], job.meta["gate_output"]) == (
        WARM,
        "system",
        16,
    )


def test_one_that_still_waits_is_not_put_in_line_twice() -> None:
    assert warmth.warm_due() == ["offline"]
    SchemaWarmth.objects.update(asked_at=timezone.now() - timedelta(hours=1))
    warmth.warm_due()
    assert django_rq.get_queue("offline").get_job_ids().count("warm-offline") == 1


def test_it_passes_the_gate_and_is_paid() -> None:
    price = a_price()
    execution = under_a_lease()
    assert (execution.outcome, execution.timing, execution.was_accepted) == (Outcome.SUCCESS, None, True)
    assert execution.usage is not None
    charge = Charge.objects.get()
    assert (charge.flow, charge.upstream, charge.price) == ("system", "offline", price)
    assert charge.amount == Decimal("0.000540")
    assert warmth.warm_due() == []


def test_past_the_gate_nothing_is_called(provider: Compiling) -> None:
    with running(Execution(id="none", job="warm-offline")):
        warm.perform()
    warm.perform()
    assert provider.calls == 0


def test_an_answer_that_is_cut_off_has_warmed_it(provider: Compiling) -> None:
    provider.errors = [Truncated()]
    assert under_a_lease().outcome == Outcome.SUCCESS
    assert not warmth.is_cold("offline", provider)


def test_a_refused_call_is_reported_to_the_gate_and_asked_for_again_later(provider: Compiling) -> None:
    warmth.warm_due()
    provider.errors = [Throttled(retry_after=9)]
    execution = under_a_lease()
    assert (execution.outcome, execution.retry_after) == (Outcome.THROTTLED, 9)
    assert warmth.warm_due() == []
    SchemaWarmth.objects.update(asked_at=timezone.now() - timedelta(minutes=16))
    assert warmth.warm_due() == ["offline"]


@pytest.mark.parametrize(("hours", "asked"), [(22.5, []), (23.5, ["offline"])])
def test_it_is_warmed_again_before_its_day_ends(hours: float, asked: list[str]) -> None:
    under_a_lease()
    warm_since(hours)
    assert warmth.warm_due() == asked


def test_a_change_of_model_is_warmed(provider: Compiling) -> None:
    under_a_lease()
    provider.model = "scripted-2"
    assert warmth.warm_due() == ["offline"]


def test_nothing_is_warmed_where_nothing_is_compiled_or_nothing_may_go(
    provider: Compiling, settings: Any
) -> None:
    provider.compiled_schema = ""
    assert warmth.warm_due() == []
    provider.compiled_schema = "a" * 64
    services.change_upstream(upstream="offline", changes={"paused": True}, **BY)
    assert warmth.warm_due() == []
    services.change_upstream(upstream="offline", changes={"paused": False}, **BY)
    services.hold(upstream="offline", cause="expired", reason="a test", generation=0)
    assert warmth.warm_due() == []
    services.lift_hold(upstream="offline", **BY)
    budget = Budget.objects.create(upstream_id="offline", monthly=0)
    assert warmth.warm_due() == []
    budget.delete()
    settings.WARM_SCHEMAS = False
    assert warmth.warm_due() == []
    settings.WARM_SCHEMAS = True
    assert warmth.warm_due() == ["offline"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_warmed_behind_an_open_breaker() -> None:
    services.force_breaker(upstream="offline", mode=BreakerMode.FORCED_OPEN, **BY)
    assert warmth.warm_due() == []
    services.force_breaker(upstream="offline", mode=BreakerMode.AUTO, **BY)
    assert warmth.warm_due() == ["offline"]


def test_reconcile_does_it_and_the_command_says_what_it_did(settings: Any) -> None:
    reconciler = Reconciler(patience=45)
    assert (reconciler.run_once().warmed, reconciler.run_once().warmed) == (1, 0)
    SchemaWarmth.objects.all().delete()
    assert output() == "In line for offline.\n"
    assert output() == "Nothing to warm.\n"
    settings.WARM_SCHEMAS = False
    with pytest.raises(CommandError, match="WARM_SCHEMAS") as refused:
        output()
    assert refused.value.returncode == 2


def output() -> str:
    out = StringIO()
    call_command("warm", stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_in_one_process_the_call_passes_that_processs_gate(provider: Compiling, settings: Any) -> None:
    settings.LIMITER_BACKEND = "memory"
    with use_gate(memory_gate()):
        services.change_upstream(upstream="offline", changes={"max_in_flight": 1}, **BY)
        assert warmth.warm_due() == ["offline"]
        wait_until(lambda: provider.calls == 1, "the call has begun")  # what waits is dropped at the end
        shutdown(grace=60.0)
        assert get_gate().status("offline").counters["admitted"] == 1
    assert provider.calls == 1
    assert not warmth.is_cold("offline", provider)
