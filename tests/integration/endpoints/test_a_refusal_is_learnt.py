"""A model that refuses a setting is asked without it: once learnt, for all work, until it is undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from feedback.errors import JobFailed
from feedback.models import AuditEntry, Feedback, Job, LearntRefusal
from feedback.pipeline.run import run
from feedback.providers.base import FieldRefused
from feedback.selectors.upstreams.endpoints import forget, target_of
from feedback.services.upstreams import learning
from feedback.services.upstreams.endpoints import change_endpoint
from limiter.gate.model import Lease, Outcome
from limiter.jobs.execution import Execution
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.work import a_simulated_upstream, an_analysis

BY: dict[str, Any] = {"author": "operator", "reason": "a test"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def upstream(redis_client: object, transactional_db: None) -> None:
    a_simulated_upstream()
    change_endpoint(upstream="simulated", changes={"model": "claude-sonnet-4-5", "temperature": 0.4}, **BY)
    forget()


def a_job() -> Job:
    job = an_analysis(upstream="simulated").jobs.filter(kind=Job.Kind.ANALYSE).first()
    assert job is not None
    return job


def attempt(job: Job, number: int = 1) -> Execution:
    lease = Lease(
        id=f"lease-{number}", job=str(job.pk), upstream="simulated", flow=job.flow, group=job.group,
        tokens=job.tokens, generation=0, epoch="e", expires_at=0.0,
    )  # fmt: skip
    execution = Execution(id=lease.id, job=lease.job, lease=lease)
    execution.pause = run(lease.job, execution)  # type: ignore[attr-defined]
    return execution


def refusal(setting: str) -> FieldRefused:
    return FieldRefused(f"{setting} is not supported, account 123456789012", setting=setting)


def test_the_next_attempt_leaves_it_out_and_the_job_is_not_at_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    job = a_job()
    assert target_of("simulated").generation.temperature == 0.4
    with in_place_of("simulated", ScriptedProvider(errors=[refusal("temperature")]), monkeypatch):
        first = attempt(job, 1)
        job.refresh_from_db()
        assert (job.state, job.failures, first.outcome) == (Job.State.WAITING, 0, Outcome.REJECTED)
        attempt(job, 2)
    assert Feedback.objects.filter(section=job.section).exists()
    assert target_of("simulated").generation.temperature is None
    (kept,) = LearntRefusal.objects.all()
    assert (kept.setting, kept.model_id) == ("temperature", target_of("simulated").model_id)
    assert "123456789012" not in kept.error


def test_one_that_was_left_out_already_ends_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    job = a_job()
    learning.learn(job, refusal("temperature"))
    LearntRefusal.objects.update(learnt_at=timezone.now() - timedelta(hours=1))
    refusing = ScriptedProvider(errors=[refusal("temperature")])
    with in_place_of("simulated", refusing, monkeypatch), pytest.raises(JobFailed):
        attempt(job)


@pytest.mark.parametrize("setting", ["guardrail", "max_tokens", "region", "metadata"])
def test_a_decision_of_people_is_never_learnt_away(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job = a_job()
    refusing = ScriptedProvider(errors=[refusal(setting)])
    with in_place_of("simulated", refusing, monkeypatch), pytest.raises(JobFailed):
        attempt(job)
    assert not LearntRefusal.objects.exists()


def test_it_is_sent_again_once_it_is_undone_or_expired() -> None:
    job = a_job()
    assert learning.learn(job, refusal("temperature"))
    (kept,) = LearntRefusal.objects.all()
    assert learning.undo(kept, author="ada@example.org")
    assert not learning.undo(kept, author="ada@example.org")
    assert target_of("simulated").generation.temperature == 0.4
    assert AuditEntry.objects.filter(kind="learnt refusal", who="ada@example.org").count() == 1
    assert learning.learn(job, refusal("temperature"))
    LearntRefusal.objects.filter(undone_at=None).update(expires_at=timezone.now())
    forget()
    assert target_of("simulated").generation.temperature == 0.4


def test_what_one_model_refused_says_nothing_of_another() -> None:
    learning.learn(a_job(), refusal("temperature"))
    change_endpoint(upstream="simulated", changes={"model": "claude-sonnet-4-6", "temperature": 0.3}, **BY)
    forget()
    assert target_of("simulated").generation.temperature == 0.3
