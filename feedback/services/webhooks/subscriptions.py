"""Webhooks: made with their secret shown once, changed, given another secret, tested, replayed, deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback.dispatch import flows
from feedback.errors import Refused
from feedback.models import AccessToken, Course, User, Webhook, WebhookDelivery, WebhookEvent
from feedback.models.people.webhooks import SUBSCRIBABLE
from feedback.selectors.teaching.teaching import course_of_teacher
from feedback.services.operations import audit
from feedback.services.operations.audit import Values

from . import signing

MOST = 20  # of one person
LONGEST = 500  # characters of an address
BOTH_VALID = timedelta(hours=24)  # the secret before signs too for so long
State = WebhookDelivery.State


@transaction.atomic
def make(
    *,
    owner: User,
    token: AccessToken | None,
    url: str,
    events: Collection[str],
    name: str = "",
    course: UUID | None = None,
) -> tuple[Webhook, str]:
    """A webhook and its secret, which is shown this once. Raises Refused for what can't be made."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # two at once: the second counts the first
    if owner.webhooks.count() >= MOST:
        words = _("You have %(number)d webhooks. Delete one that you no longer need.")
        raise Refused(words % {"number": MOST}, field="url")
    secret = signing.new_secret()
    made = Webhook.objects.create(
        owner=owner, token=token, course=_taught(owner, course), name=name.strip(), url=checked(url),
        events=known(events), secret=signing.seal(secret),
    )  # fmt: skip
    _keep(made, "made", after=_shown(made))
    return made, secret


@transaction.atomic
def change(webhook: Webhook, *, url: str, events: Collection[str], name: str, enabled: bool) -> Webhook:
    """Switching it on again also forgets for how long nothing has arrived. Raises Refused."""
    held = Webhook.objects.select_for_update().get(pk=webhook.pk)
    before, was_on = _shown(held), held.disabled_at is None
    held.url, held.events, held.name = checked(url), known(events), name.strip()
    if enabled and not was_on:
        held.disabled_at, held.disabled_because, held.told_at, held.failing_since = None, "", None, None
    if not enabled and was_on:
        held.disabled_at, held.disabled_because = timezone.now(), Webhook.Disabled.OWNER
    held.save()
    changed = audit.difference(before, _shown(held))
    _keep(held, "changed", before=changed["before"], after=changed["after"])
    return held


@transaction.atomic
def rotate(webhook: Webhook) -> str:
    """Another secret, shown this once. For a day the one before signs too: receivers change over in it."""
    held = Webhook.objects.select_for_update().get(pk=webhook.pk)
    secret = signing.new_secret()
    held.previous_secret, held.previous_until = held.secret, timezone.now() + BOTH_VALID
    held.secret = signing.seal(secret)
    held.save(update_fields=["secret", "previous_secret", "previous_until"])
    _keep(held, "secret changed")
    return secret


@transaction.atomic
def delete(webhook: Webhook) -> None:
    """With its log. What is on its way arrives or not, and is not tried again."""
    _keep(webhook, "deleted", before=_shown(webhook))
    webhook.delete()


def test(webhook: Webhook) -> WebhookDelivery:
    """A message with nothing in it, on the way of all others. One that waits already does as well."""
    waiting = webhook.deliveries.filter(event=WebhookEvent.TEST, state=State.WAITING, attempts=0)
    made = WebhookDelivery(webhook=webhook, event=WebhookEvent.TEST)
    WebhookDelivery.objects.bulk_create([made], ignore_conflicts=True)
    return webhook.deliveries.filter(pk=made.pk).first() or waiting.first() or test(webhook)


@transaction.atomic
def replay(delivery: WebhookDelivery, *, by: str = "") -> bool:
    """Send it again, with the same id. `by`: an operator's name; empty: its owner.

    False: it is on its way, or one that says the same is.
    """
    again = {"state": State.WAITING, "attempts": 0, "next_try_at": Now(), "ended_at": None}
    ended = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(state__in=WebhookDelivery.OPEN)
    try:
        with transaction.atomic():
            replayed = ended.update(**again, problem="", status=None)
    except IntegrityError:
        return False
    if replayed:
        _keep(delivery.webhook, "replayed", by=by, after={"delivery": delivery.pk, "event": delivery.event})
    return bool(replayed)


def disable(webhook: Webhook, because: Webhook.Disabled, *, by: str = "") -> bool:
    """False: it was disabled before."""
    with transaction.atomic():
        rows = Webhook.objects.filter(pk=webhook.pk, disabled_at=None)
        if not rows.update(disabled_at=timezone.now(), disabled_because=because):
            return False
        _keep(webhook, "disabled", by=by, after={"because": because.value})
    return True


def checked(url: str) -> str:
    """An address that can be meant; whether it may be reached is seen when it is. Raises Refused."""
    given = url.strip()
    try:
        parts = urlsplit(given)
        is_whole = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        is_whole = False
    is_plain = given.isprintable() and " " not in given and len(given) <= LONGEST
    if not (is_whole and is_plain and given.startswith(("https://", "http://"))):
        words = _("The address begins with https:// or http:// and has no name or password in it.")
        raise Refused(words, field="url")
    return given


def known(events: Collection[str]) -> Sequence[str]:
    """In one order, each once. Raises Refused."""
    chosen = [event.value for event in SUBSCRIBABLE if event.value in events]
    if not chosen or set(events) - set(chosen):
        raise Refused(_("Choose the events that the webhook gets."), field="events")
    return chosen


def _taught(owner: User, course: UUID | None) -> Course | None:
    if course is None:
        return None
    try:
        return course_of_teacher(owner, course)
    except Course.DoesNotExist:
        raise Refused(_("There is no such course that you teach."), field="course") from None


def _shown(webhook: Webhook) -> dict[str, Any]:
    """As the audit log keeps it: a path may be a secret of its own."""
    return {
        "place": webhook.place, "events": list(webhook.events), "course": webhook.course_id,
        "disabled": webhook.disabled_because,
    }  # fmt: skip


def _keep(
    webhook: Webhook, what: str, *, by: str = "", before: Values | None = None, after: Values | None = None
) -> None:
    author = by or flows.flow_of(webhook.owner)
    audit.record(author=author, what=what, kind="webhook", subject=webhook.pk, before=before, after=after)
