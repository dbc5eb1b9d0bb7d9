"""While a provider is away: automatic feedback at once, until the full feedback takes its place.

The section's own job stays in the queue. A second one, through the upstream that is always there, bridges the
outage; whichever ends last, the full feedback stands.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from redis.exceptions import RedisError

from feedback.dispatch.routes import STAND_IN
from feedback.models import Document, Feedback, Job
from feedback.services.work import stages
from limiter import selectors as limiter
from limiter.base.prepared import Prepared
from limiter.gate.model import BreakerState, GateError
from limiter.models import Upstream

logger = logging.getLogger(__name__)

IN_LINE = (Job.State.HELD, Job.State.WAITING)
A_PASS = 500  # sections that one pass of reconcile bridges
AT_ONCE = 50  # and the settlement that opened a breaker, which others wait behind


def bridge(upstream: str, *, document: Document | None = None, most: int = A_PASS) -> int:
    """Bridge what waits behind an open breaker or a hold, the longest waiting first; how many sections.

    Raises GateError where the gate can't be asked.
    """
    if upstream == STAND_IN:
        return 0
    waiting = unbridged(upstream)
    if document is not None:
        waiting = waiting.filter(document=document)
    # Postgres is asked first: most of the time nothing waits, and the gate is left in peace.
    sections = list(waiting[:most])
    return _start(sections) if sections and limiter.is_open(upstream) else 0


def bridge_all() -> int:
    """For every upstream. Raises GateError."""
    ours = set(settings.LIMITER_QUEUES.values())
    return sum(bridge(upstream) for upstream in UPSTREAMS_WITH_A_LINE.all() if upstream in ours)


# Most of the time nothing waits anywhere, and one short look is all.
UPSTREAMS_WITH_A_LINE = Prepared(
    lambda: Upstream.objects.filter(
        Exists(Job.objects.filter(kind=Job.Kind.ANALYSE, upstream=OuterRef("name"), state__in=IN_LINE))
    ).values_list("name", flat=True)
)


def bridge_or_leave(document: Document) -> None:
    """At hand-in; where the gate can't be asked, reconcile does it."""
    try:
        bridge(document.upstream, document=document)
    except (RedisError, GateError) as error:
        logger.warning("document %s is not bridged until the next reconcile: %s", document.pk, error)


def breaker_moved(upstream: str, state: BreakerState) -> None:
    """A limiter.operations.watch.Mover: waiting students hear of an outage when it is noticed."""
    if state == BreakerState.OPEN:
        bridge(upstream, most=AT_ONCE)


def hold_moved(upstream: str, is_held: bool) -> None:
    """A limiter.operations.watch.Holder: the same where the system holds an upstream."""
    if is_held:
        bridge(upstream, most=AT_ONCE)


def unbridged(upstream: str) -> QuerySet[Job]:
    """Sections in line that have no feedback, and no job that bridges."""
    given = Feedback.objects.filter(section=OuterRef("section"))
    begun = Job.objects.filter(
        kind=Job.Kind.PROVISIONAL, target=OuterRef("target"), generation=OuterRef("generation")
    )
    waiting = Job.objects.filter(kind=Job.Kind.ANALYSE, upstream=upstream, state__in=IN_LINE).exclude(
        Exists(begun) | Exists(given)
    )
    return waiting.select_related("document__assignment__course", "document__owner", "section").order_by("pk")


def _start(waiting: Iterable[Job]) -> int:
    started = 0
    for job in waiting:
        if job.section is None:
            continue
        job.section.document = job.document
        with transaction.atomic():
            started += stages.start(job.document, Job.Kind.PROVISIONAL, section=job.section) is not None
    return started
