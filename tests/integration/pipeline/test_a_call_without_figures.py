"""A stream that ends without usage: what was held stays held, and row and money carry a marked estimate.

The endpoint's place is taken by a client that answers as the service does, without its last event.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from feedback.dispatch.ledger import PostgresLedger, ticket_of
from feedback.dispatch.reconcile import settle_unsettled
from feedback.models import Charge, Document, Job, JobEvent
from feedback.pipeline.run import run
from feedback.providers.bedrock import BedrockProvider, BedrockSettings
from feedback.selectors.accounts.usage import usage_of
from limiter import services
from limiter.configuration.policies import ensure_policy
from limiter.gate.memory import MemoryGate
from limiter.gate.model import Lease, Outcome, Reason, Ticket
from limiter.gates import get_gate, use_gate
from limiter.jobs.execution import Execution, settle
from limiter.models import Upstream
from tests.factories.providers import in_place_of
from tests.factories.sharing import a_price, analysis_of, handed_in

from .endpoint import Endpoint

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]
MODEL = "anthropic.claude-sonnet-4-5"
QUOTA = {"tokens_per_minute": 100_000, "tokens_burst": 1_000_000, "refund": "always"}
PATIENCE = 120.0  # seconds, until the limit, which begins empty, has room for a call
BY: dict[str, Any] = {"author": "operator", "reason": "a test"}


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    provider = BedrockProvider(BedrockSettings(model=MODEL, region="eu-central-1"))
    endpoint = Endpoint(with_usage=False)
    monkeypatch.setattr(provider, "_connected", lambda: endpoint)
    if not Upstream.objects.filter(name="simulated").exists():
        services.create_upstream(name="simulated", values={}, **BY)
    services.change_upstream(upstream="simulated", changes=QUOTA, **BY)
    a_price(model=MODEL)
    with in_place_of("simulated", provider, monkeypatch):
        yield endpoint


def admitted(document: Document) -> tuple[Job, Lease]:
    job = analysis_of(document)
    ticket = Ticket(str(job.pk), job.flow, tokens=job.tokens - job.max_tokens, output=job.max_tokens)
    get_gate().offer("simulated", ticket)
    deadline = time.monotonic() + PATIENCE
    while not (leases := get_gate().admit("simulated").leases):
        assert time.monotonic() < deadline, "the call was never admitted"
        time.sleep(0.05)
    # From here on it hardly refills, so that what comes back can be read.
    services.change_upstream(upstream="simulated", changes={"tokens_per_minute": 6}, **BY)
    return job, leases[0]


def free() -> float:
    """Tokens that may be spent now."""
    return get_gate().status("simulated").levels[Reason.TOKENS_PER_MINUTE].free


def carried_out(job: Job, lease: Lease) -> Execution:
    def accepted(execution: Execution) -> None:
        get_gate().accepted("simulated", [execution.id])

    execution = Execution(
        id=lease.id, job=str(job.pk), lease=lease,
        on_accepted=accepted,
    )  # fmt: skip
    run(str(job.pk), execution)
    job.refresh_from_db()
    return execution


def test_the_gate_keeps_the_hold_and_the_row_an_estimate_that_says_so(endpoint: Endpoint) -> None:
    job, lease = admitted(handed_in(upstream="simulated"))
    execution = carried_out(job, lease)
    assert (job.state, execution.outcome, execution.usage) == ("done", Outcome.SUCCESS, None)
    assert not job.measured
    assert 0 < job.output_tokens < job.max_tokens
    assert job.input_tokens > 0
    charge = Charge.objects.get()
    assert (charge.measured, charge.amount) == (False, job.cost)
    assert job.events.get(kind=JobEvent.Kind.DONE).detail["measured"] is False


def test_with_figures_what_was_held_too_much_comes_back(endpoint: Endpoint) -> None:
    endpoint.with_usage = True
    job, lease = admitted(handed_in(upstream="simulated"))
    execution = carried_out(job, lease)
    assert (job.measured, job.input_tokens, Charge.objects.get().measured) == (True, 900, True)
    assert execution.usage is not None
    assert execution.usage.input_tokens == 900


@pytest.mark.parametrize("with_usage", [False, True])
def test_only_with_figures_does_the_settlement_give_tokens_back(endpoint: Endpoint, with_usage: bool) -> None:
    endpoint.with_usage = with_usage
    job, lease = admitted(handed_in(upstream="simulated"))
    before = free()
    settle(get_gate(), "simulated", carried_out(job, lease), Outcome.SUCCESS)
    assert (free() - before > 500) is with_usage


@pytest.mark.parametrize("with_usage", [False, True])
def test_a_worker_that_dies_before_it_settles_changes_nothing_of_it(
    endpoint: Endpoint, with_usage: bool
) -> None:
    endpoint.with_usage = with_usage
    job, lease = admitted(handed_in(upstream="simulated"))
    carried_out(job, lease)
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(minutes=1))
    before = free()
    assert settle_unsettled() == 1
    assert (free() - before > 500) is with_usage


def test_a_memory_that_was_lost_is_restored_with_what_was_held(endpoint: Endpoint) -> None:
    job, lease = admitted(handed_in(upstream="simulated"))
    carried_out(job, lease)
    (spent,) = PostgresLedger().spent("simulated")
    assert spent.tokens == job.tokens > job.input_tokens + job.output_tokens


@pytest.mark.parametrize("with_usage", [False, True])
@pytest.mark.parametrize("broken", [0, 1])
def test_a_person_is_told_what_the_gate_charged_for_each_run(
    endpoint: Endpoint, with_usage: bool, broken: int
) -> None:
    """A call that holds what is left by the page begins, and one of a token more waits for the next day."""
    endpoint.with_usage, endpoint.broken = with_usage, broken
    document = handed_in(upstream="simulated")
    job = analysis_of(document)
    with use_gate(MemoryGate()):  # it hears of these jobs alone
        changes = {
            "burndown": 5,
            **dict.fromkeys(("requests_per_minute", "tokens_per_minute", "tokens_burst")),
        }
        services.change_upstream(upstream="simulated", changes=changes, **BY)
        allow(job.flow, 1_000_000)
        for _ in range(broken + 1):
            get_gate().offer("simulated", ticket_of(job))
            (lease,) = get_gate().admit("simulated").leases
            execution = carried_out(job, lease)
            settle(get_gate(), "simulated", execution, execution.outcome or Outcome.REJECTED)
        assert job.state == "done"

        usage = usage_of(document.owner)
        if with_usage:
            assert usage.today.tokens == (broken + 1) * (900 + 5 * 100)
            assert usage.today.in_vain == broken * (900 + 5 * 100)
        assert sum(each.tokens for each in PostgresLedger().spent("simulated")) == usage.today.tokens
        allow(job.flow, usage.by_upstream["simulated"] + 50)
        assert fits(job.flow, 50)
        assert not fits(job.flow, 51)


def allow(flow: str, tokens_per_day: int) -> None:
    services.set_flow_policy(flow=flow, changes={"tokens_per_day": tokens_per_day}, **BY)
    ensure_policy("simulated", flow)


def fits(flow: str, tokens: int) -> bool:
    """Does the gate let a call begin that holds so many? It ends at once, and is given back."""
    gate = get_gate()
    gate.offer("simulated", Ticket("probe", flow, tokens=tokens))
    leases = gate.admit("simulated").leases
    for lease in leases:
        gate.settle("simulated", lease.id, Outcome.RETURNED)
    return bool(leases)
