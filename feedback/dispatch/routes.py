"""Routes of work: the queue that a stage waits in, its upstream, and the tokens it reserves there."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.conf import settings
from redis.exceptions import RedisError

from feedback.dispatch import flows, requests
from feedback.dispatch.fingerprint import fingerprint
from feedback.dispatch.upstreams import FLEX, may_wait, provider_for
from feedback.models import Document, Job, Section, Urgency
from feedback.selectors.upstreams.spending import used_up_upstreams
from feedback.selectors.upstreams.tuning import longest_answer
from feedback.selectors.upstreams.upstreams import Allowed, allowed_upstreams
from limiter.configuration.pools import members_of, place
from limiter.gate.model import GateError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    queue: str
    upstream: str  # empty: the queue is not limited


CALLS = (Job.Kind.ANALYSE, Job.Kind.SUMMARISE, Job.Kind.PROVISIONAL)  # stages that call a provider
STAND_IN = "offline"  # the upstream with a provider that answers while another's is away


def route(kind: Job.Kind, document: Document) -> Route:
    if kind in CALLS:
        wanted = STAND_IN if kind == Job.Kind.PROVISIONAL else _place(document)
        return Route(queue=queue_of(wanted), upstream=wanted)
    return Route(queue=str(kind), upstream="")


def queue_of(upstream: str) -> str:
    queues: dict[str, str] = settings.LIMITER_QUEUES
    return next(queue for queue, behind in queues.items() if behind == upstream)


def _place(document: Document) -> str:
    """The first of its pool that can take it now; its own where the gate can't be asked."""
    try:
        return place(document.upstream, _within_money(document, allowed_upstreams(document)))
    except (RedisError, GateError) as error:
        logger.warning("document %s goes to %s unseen: %s", document.pk, document.upstream, error)
        return document.upstream


def _within_money(document: Document, allowed: Allowed) -> Allowed:
    """Its own upstream always, for what it costs there is set aside; another's money may be used up."""
    closed = used_up_upstreams() - {document.upstream}
    if not closed:
        return allowed
    return frozenset(members_of(document.upstream) if allowed is None else allowed) - closed


def _upstream_of(kind: Job.Kind, document: Document) -> str:
    return STAND_IN if kind == Job.Kind.PROVISIONAL else document.upstream


def tier_for(document: Document, upstream: str) -> str:
    """The service tier that its work asks for; empty: the upstream's own."""
    return FLEX if document.urgency == Urgency.TONIGHT and may_wait(upstream) else ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One provider call as it will be asked for; the fields of a job that say so."""

    tokens: int = 0  # what the provider will hold: input and the longest answer
    max_tokens: int = 0
    model: str = ""
    output_class: str = ""
    tier: str = ""  # empty: the upstream's own
    fingerprint: str = ""  # empty: this work is never shared
    scope: str = ""


def ask(kind: Job.Kind, document: Document, section: Section | None, *, upstream: str | None = None) -> Ask:
    """What the call of a stage will ask of an upstream; nothing, where the stage makes none."""
    if kind not in CALLS:
        return Ask()
    request = requests.for_section(section) if section else requests.for_summary(document)
    where = upstream or _upstream_of(kind, document)
    provider, tier = provider_for(where), tier_for(document, where)
    estimate = provider.estimate(request)
    if not estimate.max_tokens:  # it holds nothing and costs nothing: nothing is gained by sharing
        return Ask(tokens=estimate.input_tokens, model=provider.model)
    longest = longest_answer(provider.model, estimate)
    scope = "" if kind == Job.Kind.PROVISIONAL else flows.scope_of(document, tier=tier)
    return Ask(
        tokens=estimate.input_tokens + longest,
        max_tokens=longest,
        model=provider.model,
        output_class=estimate.output_class,
        tier=tier,
        fingerprint=fingerprint(request, provider) if scope else "",
        scope=scope,
    )
