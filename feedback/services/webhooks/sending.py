"""The way of messages to the receivers of webhooks, from the rows alone: whatever dies, they are the truth.

A message is claimed by a guarded UPDATE before it is sent and marked after. One that a process left in the
middle is sent again under the same id, by which its receiver knows it.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import groupby

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Now

from feedback.base import posting
from feedback.base.connections import release_connection
from feedback.base.sealing import Unreadable
from feedback.base.sending import NotPublic, NotSent, Rejected, Uncertain
from feedback.models import Webhook, WebhookDelivery
from feedback.selectors.accounts.webhooks import why_not
from limiter.base.database_time import database_now

from . import signing
from .disabling import GIVEN_UP_AFTER
from .subscriptions import disable

logger = logging.getLogger(__name__)

# Seconds before the second, third ... attempt: four days in all, and what jitter adds.
PAUSES = (5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 86_400, 86_400, 86_400)
JITTER = 0.2  # of a pause that chance adds
LONGEST_WISH = 86_400.0  # seconds that a receiver's Retry-After can ask for
ABANDONED = timedelta(minutes=3)  # longer than any attempt takes
AT_ONCE = 8  # receivers; the messages of one go one after another
OF_ONE = 20  # messages that one round brings to a receiver
A_ROUND = 500  # messages that one round looks at
ROUND_SECONDS = 20.0  # in which a round begins attempts
GONE = 410
AGENT = "Marginalia webhooks"

State, Problem = WebhookDelivery.State, WebhookDelivery.Problem


def deliver_due() -> int:
    """One round; returns how many arrived. Several at once do no harm: each message is claimed by one."""
    due = _due()
    ends = time.monotonic() + ROUND_SECONDS
    if not due:
        return 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
        return sum(pool.map(lambda some: _deliver(some, ends), _by_receiver(due)))


def _due() -> list[WebhookDelivery]:
    """Those that work come first: receivers that hang must not keep the others waiting."""
    left = Q(state=State.SENDING, claimed_at__lt=Now() - ABANDONED)
    due = WebhookDelivery.objects.filter(Q(state=State.WAITING, next_try_at__lte=Now()) | left)
    oldest = due.order_by("next_try_at").select_related("webhook__owner", "webhook__token", "document")
    return sorted(
        oldest[:A_ROUND], key=lambda each: (each.webhook.failing_since is not None, each.webhook_id)
    )


def _by_receiver(due: Iterable[WebhookDelivery]) -> list[list[WebhookDelivery]]:
    grouped = groupby(due, key=lambda each: each.webhook_id)
    return [sorted(some, key=lambda each: each.pk)[:OF_ONE] for _key, some in grouped]


def _deliver(some: list[WebhookDelivery], ends: float) -> int:
    """To one receiver, until it fails: the rest waits for the next round."""
    arrived = 0
    try:
        for delivery in some:
            if time.monotonic() > ends or not _attempt(delivery):
                break
            arrived += 1
    except Exception:
        logger.exception("a message to webhook %s was left in the middle", some[0].webhook_id)
    finally:
        connection.close()  # a thread's own
    return arrived


def _attempt(delivery: WebhookDelivery) -> bool:
    if not _claim(delivery):
        return False
    if problem := why_not(delivery):
        _end(delivery, State.DROPPED, problem=problem)
        return True  # it says nothing of the receiver
    release_connection()  # for as long as the receiver takes
    try:
        status = _send(delivery)
    except Unreadable:
        _end(delivery, State.FAILED, problem=Problem.UNREADABLE)
        return False
    except (NotSent, Uncertain) as error:
        _failed(delivery, error)
        return False
    _end(delivery, State.DELIVERED, status=status, problem="")
    Webhook.objects.filter(pk=delivery.webhook_id, failing_since__isnull=False).update(failing_since=None)
    return True


def _claim(delivery: WebhookDelivery) -> bool:
    """Only one sender may have it, also of those that find it abandoned."""
    rows = WebhookDelivery.objects.filter(
        pk=delivery.pk, state=delivery.state, attempts=delivery.attempts, claimed_at=delivery.claimed_at
    )
    now = database_now()
    claimed = rows.update(state=State.SENDING, attempts=F("attempts") + 1, claimed_at=now)
    delivery.attempts, delivery.claimed_at = delivery.attempts + 1, now
    return bool(claimed)


def _send(delivery: WebhookDelivery) -> int:
    body = posting.encode(
        {"type": delivery.event, "timestamp": delivery.created_at.isoformat(), "data": delivery.data}
    )
    now = time.time()
    signed = signing.headers_of(str(delivery.pk), int(now), body, _signers(delivery.webhook, now))
    headers = {"User-Agent": AGENT, **signed}
    return posting.post(delivery.webhook.url, body, headers, allowed_by="WEBHOOKS_NETWORKS")


def _signers(webhook: Webhook, now: float) -> list[str]:
    until = webhook.previous_until
    before = [webhook.previous_secret] if until is not None and until.timestamp() > now else []
    return [signing.unseal(sealed) for sealed in (webhook.secret, *before)]


def _failed(delivery: WebhookDelivery, error: NotSent | Uncertain) -> None:
    webhook = delivery.webhook
    now = database_now()
    Webhook.objects.filter(pk=webhook.pk, failing_since=None).update(failing_since=now)
    status = error.status if isinstance(error, Rejected) else None
    fields = {"status": status, "problem": _problem(error)}
    again = delivery.attempts <= len(PAUSES) and not isinstance(error, NotPublic) and status != GONE
    if again:
        pause = _pause(delivery.attempts, error)
        _move(delivery, State.WAITING, next_try_at=now + timedelta(seconds=pause), **fields)
    else:
        _end(delivery, State.FAILED, **fields)
    logger.info("a message to webhook %s did not arrive: %s", webhook.pk, error)
    if status == GONE:
        disable(webhook, Webhook.Disabled.GONE, by=AGENT)
    elif (webhook.failing_since or now) < now - GIVEN_UP_AFTER:
        disable(webhook, Webhook.Disabled.FAILING, by=AGENT)


def _pause(attempts: int, error: NotSent | Uncertain) -> float:
    """Receivers that came back together are not asked together; what one wishes counts within a day."""
    planned = PAUSES[attempts - 1] * (1 + JITTER * secrets.randbelow(1000) / 1000)
    wish = error.again_in if isinstance(error, Rejected) else None
    return max(planned, min(wish or 0.0, LONGEST_WISH))


def _problem(error: NotSent | Uncertain) -> WebhookDelivery.Problem:
    match error:
        case Rejected():
            return Problem.STATUS
        case NotPublic():
            return Problem.NOT_PUBLIC
        case Uncertain():
            return Problem.NO_ANSWER
        case NotSent(permanent=True):
            return Problem.NO_REQUEST
    return Problem.NO_CONNECTION


def _end(delivery: WebhookDelivery, state: WebhookDelivery.State, **fields: object) -> bool:
    return _move(delivery, state, ended_at=Now(), **fields)


def _move(delivery: WebhookDelivery, after: WebhookDelivery.State, **fields: object) -> bool:
    """Only of the attempt that this process began."""
    mine = WebhookDelivery.objects.filter(
        pk=delivery.pk, state=State.SENDING, attempts=delivery.attempts, claimed_at=delivery.claimed_at
    )
    return bool(mine.update(state=after, **fields))
