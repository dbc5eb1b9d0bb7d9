"""The dashboard in five states: no workers, all well, throttled, a failing provider, an open breaker.

`SCREENSHOTS=folder pytest tests/e2e/dashboard_states.py` takes pictures, wide and narrow, light and dark.
Run by hand, as screenshots.py is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import django_rq
import pytest
import redis
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from feedback.development import demo
from feedback.messages.model import message
from feedback.models import Job, JobEvent, User
from limiter.configuration.publication import reconcile_configuration
from limiter.gate import BreakerMode, Outcome
from limiter.rq.worker import ConcurrentWorker
from limiter.services import force_breaker
from tests.e2e.screenshots import FOLDER, looks, take
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.factories.many import many_jobs

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

CALLS = 40  # that ended lately
UPSTREAM = "bedrock"


def no_workers(connection: redis.Redis) -> None:
    """Work waits, and nothing takes it."""


def well(connection: redis.Redis) -> None:
    queues = [django_rq.get_queue(name, connection=connection) for name in settings.RQ_QUEUES]
    ConcurrentWorker(queues, connection=connection).register_birth()  # type: ignore[no-untyped-call]
    for job in Job.objects.filter(state=Job.State.WAITING, upstream=UPSTREAM).order_by("pk")[:12]:
        running = {"state": Job.State.RUNNING, "lease": str(job.pk), "started_at": timezone.now()}
        Job.objects.filter(pk=job.pk).update(**running)
    _ended(CALLS, JobEvent.Kind.DONE, {})


def throttled(connection: redis.Redis) -> None:
    _ended(CALLS // 4, JobEvent.Kind.AGAIN, {"outcome": Outcome.THROTTLED.value})


def provider_down(connection: redis.Redis) -> None:
    error = message("unavailable", text="HTTP 503 from the provider").as_data()
    _ended(2 * CALLS, JobEvent.Kind.AGAIN, {"outcome": Outcome.FAILURE.value, "error": error})


def breaker_open(connection: redis.Redis) -> None:
    """By hand: the gate knows no job that is not in RQ's list, so that none can fail here."""
    force_breaker(upstream=UPSTREAM, mode=BreakerMode.FORCED_OPEN, author="test", reason="for the picture")


# In this order: each state is made of the one before it.
STATES: dict[str, tuple[Callable[[redis.Redis], None], str]] = {
    "no-workers": (no_workers, "no worker runs"),
    "well": (well, "Students are being served: 12 calls"),
    "throttled": (throttled, "throttles"),
    "provider-down": (provider_down, "more than half of the calls"),
    "breaker-open": (breaker_open, "the breaker of bedrock is held open"),
}


def test_pictures_of_the_dashboard(
    browser: Browser, redis_client: redis.Redis, transactional_db: None, site: Site
) -> None:
    demo.load()
    reconcile_configuration()
    many_jobs(1_500)
    Job.objects.filter(state=Job.State.WAITING).update(waiting_since=timezone.now() - timedelta(minutes=2))
    for name, (make, words) in STATES.items():
        make(redis_client)
        for scheme, size, page in looks(browser):
            sign_in(page.context, site, User.objects.get(email=demo.ADMIN.email))
            page.goto(site / reverse("admin:index").removeprefix("/"))
            expect(page.locator("#health")).to_contain_text(words)
            expect(page.get_by_role("heading", name="Over time")).to_be_visible()
            take(page, FOLDER / f"dashboard-{name}-{size}-{scheme}.png")


def _ended(number: int, kind: JobEvent.Kind, detail: dict[str, object]) -> None:
    jobs = Job.objects.filter(upstream=UPSTREAM, state=Job.State.DONE).order_by("-pk")[:number]
    JobEvent.objects.bulk_create(JobEvent(job=job, kind=kind, detail=detail, attempt=1) for job in jobs)
