"""Which queue a stage's work waits in, which upstream it passes, and what it will hold there."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from feedback import requests
from feedback.models import Document, Job, Section
from feedback.upstreams import provider_for


@dataclass(frozen=True, slots=True)
class Route:
    queue: str
    upstream: str  # empty: the queue is not limited


CALLS = (Job.Kind.ANALYSE, Job.Kind.SUMMARISE)  # stages that call a provider


def route(kind: Job.Kind, document: Document) -> Route:
    if kind in CALLS:
        queue = next(q for q, upstream in settings.LIMITER_QUEUES.items() if upstream == document.upstream)
        return Route(queue=queue, upstream=document.upstream)
    return Route(queue=str(kind), upstream="")


def tokens(kind: Job.Kind, document: Document, section: Section | None) -> int:
    """What the provider will hold for the call: input and the longest answer allowed."""
    if kind == Job.Kind.ANALYSE and section is not None:
        estimate = provider_for(document.upstream).estimate(requests.for_section(section))
    elif kind == Job.Kind.SUMMARISE:
        estimate = provider_for(document.upstream).estimate(requests.for_summary(document))
    else:
        return 0
    return estimate.input_tokens + estimate.max_tokens
