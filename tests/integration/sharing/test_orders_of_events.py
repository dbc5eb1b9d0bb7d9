"""Any order of what can happen to equal and unequal work: no work is left behind, nothing crosses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.dispatch.reconcile import settle_left_followers
from feedback.errors import JobFailed
from feedback.models import Assignment, Document, Feedback, Job
from feedback.pipeline.recover import recover
from feedback.pipeline.run import run
from feedback.providers.base import (
    Call,
    FeedbackOutput,
    Rejected,
    Request,
    SectionRequest,
    Throttled,
    Unavailable,
)
from feedback.services.intake import documents
from feedback.services.work import job_runs, jobs
from tests.factories.providers import ScriptedProvider, an_answer
from tests.factories.sharing import TEXT, analysis_of, execution_of, handed_in
from tests.factories.work import deleted_by_its_owner

pytestmark = pytest.mark.django_db

TEXTS = tuple(f"{TEXT}{word}\n" for word in ("Bees.", "Wasps."))
EVENTS = (
    "hand_in", "hand_in", "hand_in", "run", "run", "throttle", "reject", "fail", "cancel", "delete",
    "erase", "retry", "die", "cancel_while_running", "delete_while_running", "interrupted", "reconcile",
)  # fmt: skip


def about_its_text(request: Request) -> FeedbackOutput:
    """An answer that says which text it is about."""
    assert isinstance(request, SectionRequest)
    return an_answer(request).model_copy(update={"summary": request.text})


@dataclass
class Class:
    """A course with students that hand in, and whatever else can happen to what they handed in."""

    provider: ScriptedProvider
    assignment: Assignment
    monkeypatch: pytest.MonkeyPatch
    handed: list[Document] = field(default_factory=list)

    def do(self, event: str, choice: int) -> None:
        if event == "hand_in":
            self.handed.append(handed_in(assignment=self.assignment, text=TEXTS[choice % len(TEXTS)]))
        elif event == "reconcile":
            settle_left_followers()
        elif self.handed:
            getattr(self, event)(self.handed[choice % len(self.handed)])

    def run(self, document: Document) -> None:
        job = self._job(document)
        if job is None or job.state != Job.State.WAITING:
            return
        execution = execution_of(job)
        try:
            run(str(job.pk), execution)
        except JobFailed:
            assert analysis_of(document).state == Job.State.FAILED

    def throttle(self, document: Document) -> None:
        self._run_with(document, Throttled())

    def reject(self, document: Document) -> None:
        self._run_with(document, Rejected())

    def fail(self, document: Document) -> None:
        self._run_with(document, Unavailable())

    def cancel(self, document: Document) -> None:
        if self._job(document):
            documents.cancel(document)

    def delete(self, document: Document) -> None:
        deleted_by_its_owner(document)

    def erase(self, document: Document) -> None:
        """Past every service, as the deletion of an account does it."""
        Document.objects.filter(pk=document.pk).delete()

    def retry(self, document: Document) -> None:
        if job := self._job(document):
            jobs.retry(job)

    def die(self, document: Document) -> None:
        """A worker takes the job and is never heard of again."""
        job = self._job(document)
        execution = execution_of(job) if job else None
        if job and execution and job_runs.claim(str(job.pk), execution):
            recover(job_id=str(job.pk), lease=execution.id)

    def cancel_while_running(self, document: Document) -> None:
        self._during_the_call(document, documents.cancel)

    def delete_while_running(self, document: Document) -> None:
        self._during_the_call(document, deleted_by_its_owner)

    def interrupted(self, document: Document) -> None:
        """A worker dies between its own result and its followers'."""
        with self.monkeypatch.context() as patch:
            patch.setattr("feedback.pipeline.run.deliver_to_followers", lambda leader, stage: 0)
            self.run(document)

    def _during_the_call(self, document: Document, act: Callable[[Document], object]) -> None:
        def during(request: Request, call: Call) -> None:
            act(document)

        self.provider.before_the_end = during
        try:
            self.run(document)
        finally:
            self.provider.before_the_end = lambda request, call: None

    def _run_with(self, document: Document, error: Exception) -> None:
        self.provider.errors = [error]
        try:
            self.run(document)
        finally:
            self.provider.errors = []

    def _job(self, document: Document) -> Job | None:
        return Job.objects.filter(document=document, kind=Job.Kind.ANALYSE).first()

    # What must hold -----------------------------------------------------------------------------

    def assert_nothing_crossed(self) -> None:
        for feedback in Feedback.objects.filter(section__isnull=False).select_related("document", "job"):
            assert feedback.summary == feedback.document.text.strip()
            assert feedback.job is not None
            assert feedback.job.fingerprint == feedback.fingerprint

    def assert_everybody_ends(self) -> None:
        """With a reconciler and a worker at work, no job rides or waits for ever."""
        for _ in range(3 * len(self.handed) + 1):
            settle_left_followers()
            for document in self.handed:
                self.run(document)
        analyses = Job.objects.filter(kind=Job.Kind.ANALYSE)
        assert not analyses.filter(state__in=Job.OPEN).exists()
        for job in analyses.filter(state=Job.State.DONE):
            assert Feedback.objects.filter(job=job).count() == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 7)), min_size=3, max_size=25))
def test_no_work_is_left_behind_and_nothing_crosses(
    events: list[tuple[str, int]], provider: ScriptedProvider, assignment: Assignment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    provider.answer, provider.errors = about_its_text, []
    with transaction.atomic():
        course = Class(provider, assignment, monkeypatch)
        for event, choice in events:
            course.do(event, choice)
            course.assert_nothing_crossed()
        course.assert_everybody_ends()
        course.assert_nothing_crossed()
        transaction.set_rollback(True)
