"""While the breaker is open, a section gets automatic feedback at once; the full one takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from feedback.dispatch.reconcile import Reconciler
from feedback.models import Document, Feedback, Job
from feedback.pipeline.run import run
from feedback.providers.offline import proven
from feedback.providers.offline.rules import RULES
from feedback.services.intake import documents
from feedback.services.work import provisional
from limiter.gate.model import BreakerMode, Lease, Outcome, Settlement
from limiter.gate.model import BreakerState as Breaker
from limiter.jobs.execution import Execution
from limiter.services import change_upstream, force_breaker, record_breaker
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.work import a_job, a_simulated_upstream, an_analysis

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def upstream(redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    a_simulated_upstream()
    with in_place_of("simulated", ScriptedProvider(name="bedrock"), monkeypatch):
        yield


def an_outage() -> None:
    force_breaker(upstream="simulated", mode=BreakerMode.FORCED_OPEN, author="test", reason="an outage")


def run_one(job: Job) -> Job:
    lease = Lease(
        id=f"lease-{job.pk}", job=str(job.pk), upstream=job.upstream, flow=job.flow, group=job.group,
        tokens=1, generation=0, epoch="e", expires_at=0.0,
    )  # fmt: skip
    run(str(job.pk), Execution(id=lease.id, job=str(job.pk), lease=lease))
    job.refresh_from_db()
    return job


def bridging(document: Document) -> list[Job]:
    return list(document.jobs.filter(kind=Job.Kind.PROVISIONAL).order_by("pk"))


def full(document: Document) -> list[Job]:
    return list(document.jobs.filter(kind=Job.Kind.ANALYSE).order_by("pk"))


def test_reconcile_bridges_what_waits_behind_an_open_breaker() -> None:
    document = an_analysis(upstream="simulated")
    an_outage()
    assert Reconciler(patience=1).run_once().bridged == 2
    assert [(job.upstream, job.queue, job.state) for job in bridging(document)] == [
        ("offline", "offline", "waiting")
    ] * 2
    assert {job.state for job in full(document)} == {"waiting"}


def test_a_section_is_bridged_once_however_often_anybody_looks() -> None:
    document = an_analysis(upstream="simulated")
    an_outage()
    assert [provisional.bridge_all() for _ in range(3)] == [2, 0, 0]
    assert len(bridging(document)) == 2


def test_while_the_provider_answers_nothing_is_bridged() -> None:
    document = an_analysis(upstream="simulated")
    assert provisional.bridge_all() == 0
    assert bridging(document) == []


def test_what_the_stand_in_itself_does_is_not_bridged() -> None:
    document = an_analysis(upstream="offline")
    force_breaker(upstream="offline", mode=BreakerMode.FORCED_OPEN, author="test", reason="an outage")
    assert provisional.bridge_all() == 0
    assert bridging(document) == []


def test_what_runs_or_has_feedback_is_not_bridged() -> None:
    document = an_analysis(upstream="simulated")
    run_one(full(document)[0])
    an_outage()
    assert provisional.bridge_all() == 1
    assert [job.section_id for job in bridging(document)] == [full(document)[1].section_id]


def test_a_breaker_that_is_seen_to_open_bridges_at_once() -> None:
    document = an_analysis(upstream="simulated")
    an_outage()
    lease = Lease("l", "j", "simulated", "f", "", 1, 0, "epoch", 0.0)
    record_breaker(lease=lease, outcome=Outcome.FAILURE, settlement=Settlement(True, Breaker.OPEN, True))
    assert len(bridging(document)) == 2


def test_a_document_that_is_split_during_an_outage_is_bridged_at_hand_in() -> None:
    an_outage()
    document = documents.submit(
        owner=an_analysis().owner,
        handed=documents.Handed("bees.md", b"# One\n\nBees matter. It is clear.\n"),
        submission_key="k",
        upstream="simulated",
    )
    for kind in ("parse", "split"):
        job = document.jobs.get(kind=kind)
        run(str(job.pk), Execution(id=f"run-{kind}", job=str(job.pk)))
    assert len(bridging(document)) == 1


def test_provisional_feedback_is_automatic_and_says_so() -> None:
    document = an_analysis(upstream="simulated")
    an_outage()
    provisional.bridge_all()
    run_one(bridging(document)[0])
    given = Feedback.objects.get(document=document)
    assert (given.provisional, given.provider, given.fingerprint) == (True, "offline", "")
    document.refresh_from_db()
    assert document.state == Document.State.ANALYSING


def test_the_full_feedback_takes_its_place() -> None:
    document = an_analysis(upstream="simulated")
    an_outage()
    provisional.bridge_all()
    run_one(bridging(document)[0])
    run_one(full(document)[0])
    given = Feedback.objects.get(document=document)
    assert (given.provisional, given.provider) == (False, "bedrock")


def test_provisional_feedback_that_comes_late_changes_nothing() -> None:
    document = an_analysis(upstream="simulated")
    an_outage()
    provisional.bridge_all()
    run_one(full(document)[0])
    late = run_one(bridging(document)[0])
    assert late.state == "done"
    assert not Feedback.objects.get(document=document).provisional


def test_the_summarys_prompt_leaves_out_what_was_provisional(monkeypatch: pytest.MonkeyPatch) -> None:
    from feedback.dispatch import requests

    # so that the short text gets comments at all
    monkeypatch.setattr(proven, "PROVEN", frozenset(RULES))
    document = an_analysis(upstream="simulated")
    an_outage()
    provisional.bridge_all()
    run_one(bridging(document)[0])
    assert Feedback.objects.get(document=document).comments.exists()
    assert requests.for_summary(document).findings == ()


def test_bridging_neither_holds_up_nor_completes_a_document() -> None:
    document = an_analysis(upstream="simulated")
    an_outage()
    provisional.bridge_all()
    for job in full(document):
        run_one(job)
    document.refresh_from_db()
    assert document.state == Document.State.SUMMARISING
    run_one(document.jobs.get(kind=Job.Kind.SUMMARISE))
    document.refresh_from_db()
    assert document.state == Document.State.COMPLETE


def test_cancelling_a_document_cancels_what_bridges_it_and_trying_again_leaves_it() -> None:
    document = an_analysis(upstream="simulated")
    an_outage()
    provisional.bridge_all()
    documents.cancel(document)
    assert {job.state for job in bridging(document)} == {"cancelled"}
    documents.retry_failed(document)
    assert {job.state for job in bridging(document)} == {"cancelled"}
    assert {job.state for job in full(document)} == {"waiting"}


def test_a_gate_that_cannot_be_asked_refuses_no_hand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    from limiter.gate.redis import RedisGate
    from limiter.gates import use_gate

    document = an_analysis(upstream="simulated")
    with use_gate(RedisGate(redis.Redis(host="127.0.0.1", port=1))):
        provisional.bridge_or_leave(document)
    assert bridging(document) == []


def test_an_observed_breaker_bridges_nothing(redis_client: redis.Redis) -> None:
    values: dict[str, Any] = {"breaker_mode": BreakerMode.OBSERVE.value}
    change_upstream(upstream="simulated", changes=values, author="test", reason="look only")
    an_analysis(upstream="simulated")
    assert provisional.bridge_all() == 0


def test_a_job_of_another_stage_is_about_no_section() -> None:
    from django.db import IntegrityError

    document = an_analysis()
    with pytest.raises(IntegrityError):
        a_job(document, kind=Job.Kind.PROVISIONAL)
