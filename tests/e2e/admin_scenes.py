"""An evening before a deadline, as the admin shows it: work of hours, some of it throttled, some dead."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from feedback.messages.model import message
from feedback.models import Charge, Document, Job, JobEvent, Price, User
from limiter.services import change_upstream
from tests.factories.many import many_jobs


def an_evening(jobs: int = 1_500) -> Job:
    """Returns a job that failed."""
    many_jobs(jobs)
    ended = list(Job.objects.filter(upstream="bedrock", finished_at__isnull=False).order_by("-pk"))
    _charge(ended)
    _throttle(ended[:90:9] + ended[200:260:4])
    Job.objects.filter(state=Job.State.WAITING).update(waiting_since=timezone.now() - timedelta(minutes=2))
    dead = [job for job in ended if job.state == Job.State.FAILED]
    for job in dead[::2]:
        job.error = message("timed_out", text="no answer within 180 s")
        job.problem = message("service_slow")
        job.save(update_fields=["error", "problem"])
    failed = dead[0]
    error = failed.error.as_data() if failed.error else {}
    for kind, detail in (
        (JobEvent.Kind.CREATED, {}), (JobEvent.Kind.CLAIMED, {"lease": "9f2c"}),
        (JobEvent.Kind.AGAIN, {"outcome": "failure", "error": error}), (JobEvent.Kind.CLAIMED, {}),
        (JobEvent.Kind.FAILED, {"outcome": "failure", "error": error}),
    ):  # fmt: skip
        JobEvent.objects.create(job=failed, kind=kind, attempt=1, detail=detail)
    change_upstream(
        upstream="bedrock", changes={"requests_per_minute": 60, "max_in_flight": 120},
        author="ada@example.edu", reason="AWS granted the increase",
    )  # fmt: skip
    return failed


def a_busy_person() -> User:
    """With something to show on its page."""
    newest = Document.objects.filter(submission_key__startswith="many").order_by("-pk").first()
    assert newest is not None
    return newest.owner


def _charge(jobs: list[Job]) -> None:
    price = Price.objects.order_by("valid_from").first() or _a_price()
    charges = Charge.objects.bulk_create(
        Charge(
            month=timezone.localdate().replace(day=1), job=job.pk, flow=job.flow, group=job.group,
            upstream=job.upstream, price=price, amount=Decimal("0.0165"),
        )
        for job in jobs
    )  # fmt: skip
    for charge, job in zip(charges, jobs, strict=True):
        Charge.objects.filter(pk=charge.pk).update(at=job.finished_at)


def _a_price() -> Price:
    """As the migrations bring one: a test that empties the tables takes it along."""
    return Price.objects.create(
        model="*", valid_from=date(2024, 1, 1), currency=settings.CURRENCY, input=3, output=15
    )


def _throttle(jobs: list[Job]) -> None:
    """With events of their own time: those that exist are never rewritten."""
    moment = JobEvent._meta.get_field("at")
    moment.auto_now_add = False
    try:
        JobEvent.objects.bulk_create(
            JobEvent(
                job=job,
                at=job.finished_at or job.created_at,
                kind=JobEvent.Kind.AGAIN,
                detail={"outcome": "throttled"},
                attempt=1,
            )
            for job in jobs
        )
    finally:
        moment.auto_now_add = True
