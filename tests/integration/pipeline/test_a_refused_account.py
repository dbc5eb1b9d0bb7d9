"""A provider that refuses the account holds its upstream: work waits, nothing fails one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from django.utils import timezone

from feedback.dispatch.reconcile import Reconciler
from feedback.models import ErrorText, Job
from feedback.pipeline.run import MAX_ATTEMPTS, run
from feedback.providers.base import (
    Aborted,
    AccountRefused,
    ProviderError,
    Rejected,
    Reply,
    Throttled,
    Unavailable,
)
from feedback.services.upstreams import error_texts, holding
from feedback.services.work import provisional
from limiter import services
from limiter.gate.model import Lease, Outcome
from limiter.jobs.execution import Execution
from limiter.models import ConfigVersion, Upstream
from limiter.services import change_upstream, try_due
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.work import a_simulated_upstream, an_analysis

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def provider(redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedProvider]:
    a_simulated_upstream()
    error_texts.forget_classes()
    with in_place_of("simulated", ScriptedProvider(name="bedrock"), monkeypatch) as provider:
        yield provider
    error_texts.forget_classes()


def expired() -> AccountRefused:
    text = "The security token included in the request is expired"
    error = AccountRefused(f"An error occurred (ExpiredTokenException): {text}")
    error.cause = "credentials_expired"
    error.reply = Reply("bedrock", "ExpiredTokenException", 403, text)
    return error


def unknown(family: type[ProviderError] = Rejected, text: str = "Zebras are not served.") -> ProviderError:
    error = family(text)
    error.known, error.cause = False, "invalid_request"
    error.reply = Reply("bedrock", "ZebraException", 400, text)
    return error


def run_one(job: Job) -> tuple[Job, Execution]:
    lease = Lease(
        id=f"lease-{job.pk}-{job.attempt}", job=str(job.pk), upstream=job.upstream, flow=job.flow,
        group=job.group, tokens=1, generation=0, epoch="e", expires_at=0.0,
    )  # fmt: skip
    execution = Execution(id=lease.id, job=str(job.pk), lease=lease)
    run(str(job.pk), execution)
    job.refresh_from_db()
    return job, execution


def jobs_of_a_document() -> list[Job]:
    document = an_analysis(upstream="simulated")
    return list(document.jobs.filter(kind=Job.Kind.ANALYSE).order_by("pk"))


def upstream() -> Upstream:
    return Upstream.objects.get(name="simulated")


def make_it_due() -> None:
    past = timezone.now() - timedelta(seconds=1)
    Upstream.objects.filter(name="simulated").update(held_since=past - timedelta(hours=1), held_until=past)


def test_the_job_waits_uncounted_and_its_upstream_is_held(provider: ScriptedProvider) -> None:
    first, _ = jobs_of_a_document()
    provider.errors = [expired()]
    job, execution = run_one(first)
    assert (job.state, job.failures, execution.outcome) == ("waiting", 0, Outcome.RETURNED)
    assert "expired" in str(job.error)
    assert upstream().held_cause == "credentials_expired"
    assert upstream().is_shut


def test_the_history_says_the_system_the_cause_and_nothing_private(provider: ScriptedProvider) -> None:
    first, _ = jobs_of_a_document()
    error = expired()
    error.reply = Reply("bedrock", "ExpiredTokenException", 403, "arn:aws:iam::123456789012:role/ada expired")
    provider.errors = [error]
    run_one(first)
    entry = ConfigVersion.objects.filter(upstream="simulated").first()
    assert entry is not None
    assert entry.author == "system"
    assert "its credentials have expired" in entry.reason
    assert "123456789012" not in entry.reason


def test_credentials_from_before_another_workers_refusal_are_read_anew(provider: ScriptedProvider) -> None:
    first, second = jobs_of_a_document()
    assert run_one(first)[0].state == "done"
    before = provider.closed
    services.hold(
        upstream="simulated", cause="credentials_expired", reason="by another worker",
        generation=upstream().hold_generation,
    )  # fmt: skip
    make_it_due()
    try_due()
    services.end_hold(upstream="simulated", generation=upstream().hold_generation)
    assert run_one(second)[0].state == "done"
    assert provider.closed == before + 1


def test_students_get_provisional_feedback_the_moment_it_begins(provider: ScriptedProvider) -> None:
    first, second = jobs_of_a_document()
    provider.errors = [expired()]
    run_one(first)
    bridged = Job.objects.filter(kind=Job.Kind.PROVISIONAL).values_list("section", flat=True)
    assert second.section_id in list(bridged)
    provisional.bridge_all()
    assert Job.objects.filter(kind=Job.Kind.PROVISIONAL).count() == 2


def test_no_number_of_refusals_ends_a_job(provider: ScriptedProvider) -> None:
    first, _ = jobs_of_a_document()
    provider.errors = [expired() for _ in range(MAX_ATTEMPTS + 2)]
    for _ in range(MAX_ATTEMPTS + 2):
        job, _execution = run_one(first)
    assert (job.state, job.attempt) == ("waiting", MAX_ATTEMPTS + 2)
    provider.errors = [Throttled()]
    job, _execution = run_one(first)
    assert job.state == "waiting", "refused runs are no attempts"


def test_what_only_throttles_waits_however_many_attempts_it_made(provider: ScriptedProvider) -> None:
    first, _ = jobs_of_a_document()
    Job.objects.filter(pk=first.pk).update(attempt=MAX_ATTEMPTS - 1)
    provider.errors = [Throttled()]
    job, _ = run_one(first)
    assert job.state == "waiting"


def test_work_that_is_accepted_on_trial_lets_everything_through(provider: ScriptedProvider) -> None:
    first, second = jobs_of_a_document()
    provider.errors = [expired()]
    run_one(first)
    make_it_due()
    try_due()
    job, _ = run_one(second)
    assert job.state == "done"
    assert not upstream().is_held


def test_a_trial_that_is_refused_holds_for_longer(provider: ScriptedProvider) -> None:
    first, second = jobs_of_a_document()
    provider.errors = [expired(), expired()]
    run_one(first)
    make_it_due()
    try_due()
    run_one(second)
    assert (upstream().is_shut, upstream().holds) == (True, 2)


def test_where_nothing_waits_a_short_call_tries_it(provider: ScriptedProvider) -> None:
    first, _ = jobs_of_a_document()
    provider.errors = [expired()]
    run_one(first)
    assert holding.try_idle() == 0, "work waits, and tries it"
    make_it_due()
    assert holding.try_idle() == 0
    Job.objects.update(state="cancelled", finished_at=timezone.now(), settled_at=timezone.now())
    provider.errors = [expired(), Unavailable()]
    assert holding.try_idle() == 0
    assert (upstream().holds, upstream().is_shut) == (2, True)
    make_it_due()
    assert holding.try_idle() == 0
    assert upstream().holds == 2, "an outage says nothing of the account"
    assert provider.calls == 3
    make_it_due()
    assert Reconciler(patience=1).run_once().released == 1
    assert not upstream().is_held


def test_an_operators_pause_is_not_tried(provider: ScriptedProvider) -> None:
    first, _ = jobs_of_a_document()
    provider.errors = [expired()]
    run_one(first)
    Job.objects.update(state="cancelled", finished_at=timezone.now(), settled_at=timezone.now())
    change_upstream(upstream="simulated", changes={"paused": True}, author="ada", reason="maintenance")
    make_it_due()
    assert holding.try_idle() == 0
    assert provider.calls == 1


def test_a_text_that_no_rule_knows_is_kept_once_and_counted(provider: ScriptedProvider) -> None:
    first, second = jobs_of_a_document()
    provider.errors = [unknown(text=f"Zebra {name}@example.org") for name in ("17 of ada", "18 of bo")]
    for job in (first, second):
        with pytest.raises(Exception, match="refused"):
            run_one(job)
    (text,) = ErrorText.objects.all()
    assert (text.seen, text.concerns, text.code, text.status) == (2, "request", "ZebraException", 400)
    assert "example.org" not in text.text


def test_an_operators_class_goes_first_and_can_be_undone(provider: ScriptedProvider) -> None:
    first, second = jobs_of_a_document()
    provider.errors = [unknown()]
    with pytest.raises(Exception, match="refused"):
        run_one(first)
    text = ErrorText.objects.get()
    assert error_texts.class_as(ErrorText.Concerns.ACCOUNT)(text, author="ada")
    assert not error_texts.class_as(ErrorText.Concerns.ACCOUNT)(text, author="ada"), "it is so already"
    provider.errors = [unknown()]
    job, _ = run_one(second)
    assert (job.state, upstream().held_cause) == ("waiting", "classed")
    other = unknown(text="Gnus are not served.")
    assert isinstance(error_texts.as_classed(other), Rejected), "it is of that text alone"
    assert error_texts.class_as(ErrorText.Concerns.MOMENT)(text, author="ada")
    assert isinstance(error_texts.as_classed(unknown()), Unavailable)
    text.refresh_from_db()
    assert error_texts.undo(text, author="bo")
    assert isinstance(error_texts.as_classed(unknown()), Rejected)
    assert not error_texts.undo(text, author="bo")


def test_other_errors_keep_their_class_and_their_words(provider: ScriptedProvider) -> None:
    for error in (Throttled("slow"), Aborted(), Unavailable("away")):
        assert error_texts.as_classed(error) is error
    assert not ErrorText.objects.exists()
