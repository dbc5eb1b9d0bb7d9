"""What sharing spares and what calls cost is counted, once it stands."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from prometheus_client import REGISTRY
from pytest_django import DjangoCaptureOnCommitCallbacks

from feedback.models import Job, Price
from feedback.services.work import job_creation
from feedback.services.work.job_creation import Work
from tests.factories.sharing import handed_in, run_once

pytestmark = pytest.mark.django_db


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def spent() -> float:
    return counted("marginalia_spend_total", upstream="offline", currency="CHF")


def spared(how: str) -> tuple[float, float]:
    return (
        counted("marginalia_coalesced_total", how=how),
        counted("marginalia_saved_tokens_total", how=how),
    )


def test_a_calls_cost_is_counted_in_its_currency(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    Price.objects.create(model="*", valid_from=date(2024, 1, 1), currency="CHF", input=3, output=15)
    document, before = handed_in(), spent()
    with django_capture_on_commit_callbacks(execute=True):
        job, _, _ = run_once(document)
    assert job.cost
    assert spent() - before == pytest.approx(float(job.cost))


def test_a_result_that_is_kept_counts_as_a_call_that_was_not_made(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    document, (calls, tokens) = handed_in(), spared("reused")
    with django_capture_on_commit_callbacks(execute=True):
        work = Work(Job.Kind.SUMMARISE, document, queue="offline", upstream="offline", flow="user:1")
        job_creation.create_done(work, shared=Job.Shared.REUSED, outcome="success", saved_tokens=70)
    assert spared("reused") == (calls + 1, tokens + 70)


def test_what_is_rolled_back_was_never_counted(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    document, before = handed_in(), spared("kept")
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        work = Work(Job.Kind.SUMMARISE, document, queue="offline", upstream="offline", flow="user:1")
        job_creation.create_done(work, saved_tokens=70)
        transaction.set_rollback(True)
    assert spared("kept") == before
