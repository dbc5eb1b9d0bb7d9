"""One run of one job: claimed, worked, recorded, and what follows from each way it can end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError

from feedback.errors import JobFailed
from feedback.models import Comment, Document, Feedback, Job
from feedback.operations.observe.metrics import counters
from feedback.pipeline.failure import REFUSED
from feedback.pipeline.run import LONGEST_PAUSE, run
from feedback.providers.base import (
    Aborted,
    Call,
    CommentKind,
    Exhausted,
    FeedbackOutput,
    MalformedAnswer,
    Rejected,
    Request,
    Throttled,
    TimedOut,
    Unavailable,
)
from feedback.providers.base import Comment as Remark
from feedback.selectors.work.explaining import explain_job
from feedback.selectors.work.waiting import WaitKind, wait_of
from feedback.services.intake import documents
from feedback.services.work import job_runs, jobs
from limiter.gate.model import Lease, Outcome, Reason
from limiter.jobs.execution import AbortReason, Execution
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.work import an_analysis, make_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedProvider]:
    with in_place_of("offline", ScriptedProvider(), monkeypatch) as scripted:
        yield scripted


def execution_of(job: Job, number: int = 1) -> Execution:
    lease = Lease(
        id=f"lease-{job.pk}-{number}", job=str(job.pk), upstream=job.upstream, flow=job.flow, group=job.group,
        tokens=1, generation=0, epoch="e", expires_at=0.0,
    )  # fmt: skip
    return Execution(id=lease.id, job=str(job.pk), lease=lease)


def next_job(document: Document) -> Job:
    """Its pause is over."""
    job = document.jobs.filter(state=Job.State.WAITING).order_by("pk").first()
    assert job is not None
    make_due(job)
    return job


def run_next(document: Document, number: int = 1) -> tuple[Job, Execution, float | None]:
    job = next_job(document)
    execution = execution_of(job, number)
    pause = run(str(job.pk), execution)
    job.refresh_from_db()
    return job, execution, pause


def test_a_section_gets_feedback_anchored_to_its_own_words(provider: ScriptedProvider) -> None:
    document = an_analysis()
    job, execution, pause = run_next(document)
    assert (job.state, job.outcome, pause) == ("done", "success", None)
    assert execution.outcome == Outcome.SUCCESS
    assert execution.usage is not None
    assert execution.usage.output_tokens == 20
    comment = Comment.objects.get(feedback__section=job.section)
    assert job.section is not None
    assert job.section.text[comment.start : comment.end] == comment.quote != ""


def test_a_run_that_never_got_its_row_says_nothing_of_the_provider() -> None:
    """Whatever was in the way of the claim: the breaker must not learn from it."""
    execution = execution_of(next_job(an_analysis()))
    with pytest.raises(ValidationError):
        run("no id at all", execution)
    assert execution.outcome == Outcome.RETURNED


def test_after_the_last_section_comes_the_summary_and_the_end(provider: ScriptedProvider) -> None:
    document = an_analysis()
    run_next(document)
    document.refresh_from_db()
    assert document.state == "analysing"
    run_next(document)
    document.refresh_from_db()
    assert document.state == "summarising"
    run_next(document)
    document.refresh_from_db()
    assert document.state == "complete"
    assert Feedback.objects.filter(document=document).count() == 3


def test_a_throttled_call_goes_back_in_line_and_does_not_count(provider: ScriptedProvider) -> None:
    provider.errors = [Throttled(retry_after=7)]
    job, execution, pause = run_next(an_analysis())
    assert (job.state, job.failures, pause) == ("waiting", 0, 7)
    assert (execution.outcome, execution.retry_after) == (Outcome.THROTTLED, 7)


def test_throttles_slow_a_job_down_and_never_end_it(provider: ScriptedProvider) -> None:
    document = an_analysis()
    pauses = []
    for number in range(60):
        provider.errors = [Throttled()]
        job, _, pause = run_next(document, number)
        assert (job.state, job.failures) == ("waiting", 0)
        pauses.append(pause or 0.0)
    assert 0.75 <= pauses[0] <= 1.25
    assert all(later > 1.1 * before for before, later in pairwise(pauses[:7]))
    assert all(90 <= pause <= 150 for pause in pauses[7:])
    assert len(set(pauses[7:])) > 10  # spread, so that jobs do not ask together
    _, _, pause = run_next(document, 60)
    assert pause is None


def test_a_job_between_two_attempts_waits_for_the_rate_limit(provider: ScriptedProvider) -> None:
    document = an_analysis()
    provider.errors = [Throttled(retry_after=300)]
    job, _, _ = run_next(document)
    assert job.not_before is not None
    waits = explain_job(job)
    assert waits is not None
    assert (waits.reason, waits.retry_at) == (Reason.REQUESTS_PER_MINUTE, job.not_before.timestamp())
    wait = wait_of(document, [job])
    assert wait is not None
    assert (wait.kind, wait.retry_at) == (WaitKind.RATE_LIMIT, job.not_before.timestamp())


def test_what_was_throttled_for_hours_is_given_up_in_words(
    provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = an_analysis()
    provider.errors = [Throttled(), Throttled()]
    run_next(document)
    monkeypatch.setattr("feedback.pipeline.run.THROTTLED_FOR", timedelta(0))
    job = next_job(document)
    with pytest.raises(JobFailed, match="busy"):
        run(str(job.pk), execution_of(job, 2))


def test_a_throttle_that_asks_for_a_day_is_asked_again_sooner(provider: ScriptedProvider) -> None:
    provider.errors = [Throttled(retry_after=86_400)]
    _, _, pause = run_next(an_analysis())
    assert pause == LONGEST_PAUSE


def test_a_quota_of_the_day_leaves_the_job_in_line_where_the_gate_holds_it(
    provider: ScriptedProvider,
) -> None:
    provider.errors = [Exhausted(retry_after=36_000)]
    job, execution, pause = run_next(an_analysis())
    assert (job.state, job.failures, pause) == ("waiting", 0, 0)
    assert (execution.outcome, execution.retry_after) == (Outcome.EXHAUSTED, 36_000)


def test_a_service_that_is_away_says_when_to_come_back(provider: ScriptedProvider) -> None:
    provider.errors = [Unavailable(retry_after=90)]
    job, execution, pause = run_next(an_analysis())
    assert (job.failures, execution.retry_after, pause) == (1, 90, 90)


def test_how_long_the_provider_took_to_begin_is_kept_with_the_run(provider: ScriptedProvider) -> None:
    counted = counters.first_token_seconds.labels("offline")
    before = counted._sum.get()
    _, execution, _ = run_next(an_analysis())
    assert execution.first_event is not None
    assert counted._sum.get() == pytest.approx(before + execution.first_event)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Unavailable(), Outcome.FAILURE),
        (TimedOut(), Outcome.FAILURE),
        (MalformedAnswer(), Outcome.SUCCESS),
        (KeyError("a bug"), Outcome.REJECTED),
    ],
)
def test_a_failed_call_is_tried_again_after_a_pause(
    provider: ScriptedProvider, error: Exception, outcome: Outcome
) -> None:
    provider.errors = [error]
    job, execution, pause = run_next(an_analysis())
    assert (job.state, job.failures, execution.outcome) == ("waiting", 1, outcome)
    assert pause is not None
    assert pause > 0


def test_the_failures_of_one_request_count_once_for_the_breaker(provider: ScriptedProvider) -> None:
    document = an_analysis()
    provider.errors = [Unavailable(), Unavailable(), Unavailable()]
    outcomes = [run_next(document, number)[1].outcome for number in range(2)]
    assert outcomes == [Outcome.FAILURE, Outcome.REJECTED]
    probe = execution_of(next_job(document), 3)
    assert probe.lease is not None
    probe.lease = replace(probe.lease, probe=True)
    run(probe.job, probe)
    assert probe.outcome is Outcome.FAILURE


def test_a_rejected_request_fails_at_once_in_words_for_the_student(provider: ScriptedProvider) -> None:
    provider.errors = [Rejected("ValidationException: secret detail")]
    document = an_analysis()
    job = next_job(document)
    with pytest.raises(JobFailed):
        run(str(job.pk), execution_of(job))
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.problem == REFUSED
    assert "secret detail" in str(job.error)


def test_a_section_that_keeps_failing_does_not_hold_up_the_rest(provider: ScriptedProvider) -> None:
    document = an_analysis()
    doomed = next_job(document)
    provider.errors = [Unavailable() for _ in range(job_runs.MAX_FAILURES)]
    for number in range(job_runs.MAX_FAILURES - 1):
        assert run(str(doomed.pk), execution_of(doomed, number)) is not None
        make_due(doomed)
    with pytest.raises(JobFailed):
        run(str(doomed.pk), execution_of(doomed, 99))
    run_next(document)
    run_next(document)
    document.refresh_from_db()
    assert document.state == "complete"
    assert document.jobs.get(pk=doomed.pk).state == "failed"


def test_a_document_without_one_good_section_fails_in_words(provider: ScriptedProvider) -> None:
    document = an_analysis()
    provider.errors = [Rejected(), Rejected()]
    for _ in range(2):
        job = next_job(document)
        with pytest.raises(JobFailed):
            run(str(job.pk), execution_of(job))
    document.refresh_from_db()
    assert document.state == "failed"
    assert document.problem


def test_what_failed_can_be_tried_again_and_completes(provider: ScriptedProvider) -> None:
    document = an_analysis()
    provider.errors = [Rejected()]
    job = next_job(document)
    with pytest.raises(JobFailed):
        run(str(job.pk), execution_of(job))
    run_next(document)
    run_next(document)
    document.refresh_from_db()
    assert documents.retry_failed(document) == 1
    run_next(document, 2)
    run_next(document, 2)
    document.refresh_from_db()
    assert document.state == "complete"
    assert not document.jobs.exclude(state="done").exists()


def test_a_document_cancelled_during_a_call_keeps_nothing_of_it(provider: ScriptedProvider) -> None:
    document = an_analysis()

    def cancel(request: Request, call: Call) -> None:
        documents.cancel(document)

    provider.before_the_end = cancel
    job, _, _ = run_next(document)
    assert job.state == "cancelled"
    assert not Feedback.objects.exists()


def test_a_document_deleted_during_a_call_does_not_come_back(provider: ScriptedProvider) -> None:
    document = an_analysis()
    job = next_job(document)

    def delete(request: Request, call: Call) -> None:
        Document.objects.filter(pk=document.pk).delete()

    provider.before_the_end = delete
    assert run(str(job.pk), execution_of(job)) is None
    assert not Document.objects.exists()
    assert not Feedback.objects.exists()


@pytest.mark.parametrize(
    ("reason", "outcome", "failures"),
    [
        (AbortReason.SHUTDOWN, Outcome.REJECTED, 0),
        (AbortReason.LEASE_LOST, Outcome.REJECTED, 0),
        (AbortReason.DEADLINE, Outcome.FAILURE, 1),
    ],
)
def test_a_call_that_is_cut_waits_for_another_attempt(
    provider: ScriptedProvider, reason: AbortReason, outcome: Outcome, failures: int
) -> None:
    document = an_analysis()
    job = next_job(document)
    execution = execution_of(job)

    def cut(request: Request, call: Call) -> None:
        execution.abort(reason)
        assert call.aborted
        raise Aborted

    provider.before_the_end = cut
    run(str(job.pk), execution)
    job.refresh_from_db()
    assert (job.state, job.failures, execution.outcome) == ("waiting", failures, outcome)


def test_a_void_lease_is_given_back_without_a_call(provider: ScriptedProvider) -> None:
    document = an_analysis()
    job = next_job(document)
    jobs.cancel(job)
    execution = execution_of(job)
    assert run(str(job.pk), execution) is None
    assert execution.outcome == Outcome.RETURNED
    assert provider.calls == 0


def test_what_a_model_writes_is_sanitised_and_what_has_no_place_says_so(provider: ScriptedProvider) -> None:
    provider.answer = lambda request: FeedbackOutput(
        summary="<script>alert(1)</script>Good <b>work</b>\u202e",
        comments=[
            Remark(kind=CommentKind.STYLE, quote="Words that nobody wrote here.", message="<i>Hm</i>, a<b")
        ],
    )
    job, _, _ = run_next(an_analysis())
    feedback = Feedback.objects.get(section=job.section)
    comment = feedback.comments.get()
    assert feedback.summary == "Good work"
    assert not comment.anchored
    assert comment.quote == "Words that nobody wrote here."
    assert "<i>" not in comment.message
