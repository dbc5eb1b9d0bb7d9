"""Schemas that a service has compiled: which are warm, and calls that keep them so.

A service that enforces the answer's schema compiles it before the first answer, which may take minutes, and
keeps it for 24 hours (AWS user guide, "Structured outputs"). The first call of a schema is therefore not
counted as slow, and one short call of our own, through the gate and paid, comes before people's work.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q
from django.db.models.functions import Now

from feedback.dispatch import flows, job_queue
from feedback.dispatch.protocol import Warming
from feedback.dispatch.routes import queue_of
from feedback.dispatch.upstreams import default_upstream, provider_for
from feedback.models import SchemaWarmth
from feedback.providers.base import CompilesSchemas, Provider, SectionRequest
from feedback.selectors.upstreams.spending import used_up_upstreams
from limiter import selectors as limiter
from limiter.configuration.pools import members_of
from limiter.models import Upstream

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(hours=24)
WARM_AGAIN_AFTER = timedelta(hours=23)
ASK_AGAIN_AFTER = timedelta(minutes=15)  # where nothing came of it
NOTED_EVERY = timedelta(hours=1)  # each call refreshes it: a row need not say so each time
FORGOTTEN_AFTER = timedelta(days=7)
REQUEST = SectionRequest(text="Ready.")
LONGEST_ANSWER = 16  # tokens: what counts is that it begins


def is_cold(upstream: str, provider: Provider) -> bool:
    """Whether a call has to wait for its schema to be compiled."""
    schema = _schema_of(provider)
    if not schema:
        return False
    return not _row(upstream, provider, schema).filter(warm_at__gt=Now() - KEPT_FOR).exists()


def note_warm(upstream: str, provider: Provider) -> None:
    """A call was answered. An answer is not lost because this could not be written."""
    schema = _schema_of(provider)
    if not schema:
        return
    try:
        row = _row(upstream, provider, schema)
        if not row.filter(warm_at__gt=Now() - NOTED_EVERY).exists():
            SchemaWarmth.objects.update_or_create(
                upstream=upstream, model=provider.model, schema=schema, defaults={"warm_at": Now()}
            )
    except DatabaseError as error:
        logger.warning("that %s has answered in its schema is not noted: %s", upstream, error)


def warm_due() -> list[str]:
    """Queue a call for each upstream with a schema that is cold or soon will be; returns their names.

    Raises GateError where the gate can't be asked. Several at once ask for one call.
    """
    if not settings.WARM_SCHEMAS:
        return []
    asked = [name for name in _reached() if _is_due(name) and not limiter.is_open(name) and _take(name)]
    for name in asked:
        _put_in_line(name)
    SchemaWarmth.objects.filter(
        Q(warm_at=None) | Q(warm_at__lt=Now() - FORGOTTEN_AFTER),
        asked_at__lt=Now() - FORGOTTEN_AFTER,
    ).delete()
    return asked


def _reached() -> Iterable[str]:
    """Where people's work may go now: not where it is paused or held, or where its money is used up."""
    names = [each for each in members_of(default_upstream()) if each in settings.LIMITER_QUEUES.values()]
    going = Upstream.objects.filter(name__in=names, paused=False, held_cause="")
    paying = set(going.values_list("name", flat=True)) - used_up_upstreams()
    return [each for each in names if each in paying]


def _is_due(upstream: str) -> bool:
    provider = provider_for(upstream)
    schema = _schema_of(provider)
    fresh = _row(upstream, provider, schema).filter(warm_at__gt=Now() - WARM_AGAIN_AFTER)
    return bool(schema) and not fresh.exists()


def _take(upstream: str) -> bool:
    """False: another process has just asked for it."""
    provider = provider_for(upstream)
    schema = _schema_of(provider)
    SchemaWarmth.objects.get_or_create(upstream=upstream, model=provider.model, schema=schema)
    free = Q(asked_at=None) | Q(asked_at__lt=Now() - ASK_AGAIN_AFTER)
    return bool(_row(upstream, provider, schema).filter(free).update(asked_at=Now()))


def _put_in_line(upstream: str) -> None:
    provider = provider_for(upstream)
    warming = Warming(
        upstream=upstream,
        queue=queue_of(upstream),
        flow=flows.SYSTEM,
        tokens=provider.estimate(REQUEST).input_tokens,
        output=LONGEST_ANSWER,
    )
    job_queue.enqueue_warming(warming)


def _schema_of(provider: Provider) -> str:
    return provider.compiled_schema if isinstance(provider, CompilesSchemas) else ""


def _row(upstream: str, provider: Provider, schema: str) -> QuerySet[SchemaWarmth]:
    return SchemaWarmth.objects.filter(upstream=upstream, model=provider.model, schema=schema)
