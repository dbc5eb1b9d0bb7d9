"""The outbox of alerts: messages to receivers, each sent once.

A delivery is claimed by a guarded UPDATE before it is sent and marked after. A process killed in between
leaves it `sending`. Receivers that can tell a repetition by its key (webhook, PagerDuty) get it again; to the
others (e-mail, Slack) it may have gone out, and telling people twice is worse than the remaining doubt: it
becomes `unknown`, which the admin shows. docs/decisions/0006-an-alert-is-sent-once.md says why.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from feedback.models import AlertReceiver, Delivery, Incident, Silence

from .message import message_of
from .senders import NotSent, Uncertain, send

logger = logging.getLogger(__name__)

PAUSES = (10, 30, 120, 600, 1800, 3600, 7200)  # seconds before the second, third ... attempt
ABANDONED = timedelta(minutes=3)  # longer than any sender takes
PASS_SECONDS = 30.0  # for one pass: a receiver that hangs must not keep rules from being looked at

State = Delivery.State
Transition = Delivery.Transition


# What there is to say -----------------------------------------------------------------------------


def announce(now: datetime) -> int:
    """Put in the outbox what receivers have not heard of yet. Doing it again adds nothing."""
    firing = Incident.objects.filter(state=Incident.State.FIRING).select_related("rule")
    silences = list(Silence.objects.filter(until__gt=now))
    new = [
        Delivery(incident=incident, receiver=receiver, transition=Transition.TRIGGER)
        for incident in firing
        if not any(_covers(silence, incident) for silence in silences)
        for receiver in receivers_of(incident)
    ]
    return len(Delivery.objects.bulk_create(new, ignore_conflicts=True))


@transaction.atomic
def announce_end(incident: Incident) -> None:
    """Write the end of an incident to the channels that had its beginning, and to no others."""
    triggers = Delivery.objects.select_for_update().filter(incident=incident, transition=Transition.TRIGGER)
    heard = [each for each in triggers.select_related("receiver") if _may_have_heard(each)]
    unheard = triggers.filter(state=State.WAITING).exclude(pk__in=[each.pk for each in heard])
    unheard.update(state=State.DROPPED)
    _add(incident, (trigger.receiver_id for trigger in heard), Transition.RESOLVE)


def announce_acknowledgement(incident: Incident) -> None:
    """Write the acknowledgement to the channels that had the incident and can make use of it."""
    heard = Delivery.objects.filter(
        incident=incident,
        transition=Transition.TRIGGER,
        state__in=Delivery.HEARD,
        receiver__kind__in=AlertReceiver.ACKNOWLEDGING,
    )
    _add(incident, heard.values_list("receiver_id", flat=True), Transition.ACKNOWLEDGE)


def receivers_of(incident: Incident) -> list[AlertReceiver]:
    """The rule's own, or all."""
    chosen = list(incident.rule.receivers.all())
    return [each for each in chosen or AlertReceiver.objects.all() if each.enabled]


def _may_have_heard(trigger: Delivery) -> bool:
    """One that waits for another attempt was not answered, where the receiver can tell a repetition."""
    in_doubt = trigger.attempts > 0 and trigger.receiver.kind in AlertReceiver.REPEATABLE
    return trigger.state in Delivery.HEARD or (trigger.state == State.WAITING and in_doubt)


def _covers(silence: Silence, incident: Incident) -> bool:
    return silence.rule_id in (None, incident.rule_id) and silence.subject in ("", incident.subject)


def _add(incident: Incident, receivers: Iterable[int], transition: Transition) -> None:
    Delivery.objects.bulk_create(
        (Delivery(incident=incident, receiver_id=pk, transition=transition) for pk in receivers),
        ignore_conflicts=True,
    )


# Sending ------------------------------------------------------------------------------------------


def deliver_due() -> int:
    """Send what is due; returns how many were sent."""
    _take_back_abandoned()
    ends = time.monotonic() + PASS_SECONDS
    sent = 0
    for delivery in _due():
        if time.monotonic() > ends:
            break
        if _claim(delivery):
            sent += _attempt(delivery)
    return sent


def _due() -> QuerySet[Delivery]:
    """Due ones, but no end before its beginning: that would leave an alert open for ever."""
    earlier = Delivery.objects.filter(
        incident=OuterRef("incident"),
        receiver=OuterRef("receiver"),
        pk__lt=OuterRef("pk"),
        state__in=[State.WAITING, State.SENDING],
    )
    due = Delivery.objects.filter(state=State.WAITING, next_try_at__lte=Now())
    return due.filter(~Exists(earlier)).select_related("incident__rule", "receiver")


def _claim(delivery: Delivery) -> bool:
    """Only one sender may have it."""
    return _move(delivery, State.WAITING, State.SENDING, attempts=F("attempts") + 1, claimed_at=Now())


def _attempt(delivery: Delivery) -> bool:
    delivery.refresh_from_db(fields=["attempts", "state"])
    try:
        send(message_of(delivery), delivery.receiver)
    except NotSent as error:
        _failed(delivery, error)
        return False
    except Uncertain as error:
        _doubtful(Delivery.objects.filter(pk=delivery.pk, state=State.SENDING), str(error))
        return False
    return _move(delivery, State.SENDING, State.SENT, sent_at=Now(), error="")


def _failed(delivery: Delivery, error: NotSent) -> None:
    """It has certainly not arrived."""
    logger.warning("alert to %s was not sent: %s", delivery.receiver, error)
    if error.permanent or delivery.attempts > len(PAUSES):
        _move(delivery, State.SENDING, State.FAILED, error=str(error)[:300])
        return
    again = Now() + timedelta(seconds=PAUSES[delivery.attempts - 1])
    _move(delivery, State.SENDING, State.WAITING, next_try_at=again, error=str(error)[:300])


def _take_back_abandoned() -> None:
    """Deliveries claimed by a process that did not come back."""
    left = Delivery.objects.filter(state=State.SENDING, claimed_at__lt=Now() - ABANDONED)
    if left.exists():
        _doubtful(left, "Its sender ended in the middle.")


def _doubtful(deliveries: QuerySet[Delivery], why: str) -> None:
    """They may have arrived."""
    repeatable = Q(receiver__kind__in=AlertReceiver.REPEATABLE, attempts__lte=len(PAUSES))
    again = Now() + timedelta(seconds=PAUSES[0])
    deliveries.filter(repeatable).update(state=State.WAITING, next_try_at=again, error=why[:300])
    deliveries.exclude(repeatable).update(state=State.UNKNOWN, error=why[:300])


def _move(delivery: Delivery, before: State, after: State, **fields: object) -> bool:
    return bool(Delivery.objects.filter(pk=delivery.pk, state=before).update(state=after, **fields))
