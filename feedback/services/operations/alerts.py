"""An operator's acts on alerts: acknowledgements and silences."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from feedback.models import AlertReceiver, AlertRule, Incident, Silence
from feedback.operations.alerts import outbox
from feedback.operations.alerts.message import tests_of
from feedback.operations.alerts.senders import send

from . import audit


@transaction.atomic
def acknowledge(incident: Incident, *, author: str) -> bool:
    """Somebody looks after it. False: it is over, or somebody does already."""
    firing = Incident.objects.filter(
        pk=incident.pk, state=Incident.State.FIRING, acknowledged_at__isnull=True
    )
    if not firing.update(acknowledged_at=timezone.now(), acknowledged_by=author):
        return False
    outbox.announce_acknowledgement(incident)
    audit.record(author=author, what="acknowledged", kind="incident", subject=incident.pk)
    return True


def send_test(receiver: AlertReceiver, *, author: str) -> None:
    """Send what an alert would look like, now. Raises NotSent or Uncertain, as for any alert."""
    audit.record(author=author, what="tested", kind="alert receiver", subject=receiver.name)
    for message in tests_of(receiver, author=author):
        send(message, receiver)


def silence(*, rule: AlertRule | None, subject: str, until: datetime, author: str, why: str) -> Silence:
    """Send nothing that matches until then. Raises ValidationError with a sentence at the field."""
    made = Silence(rule=rule, subject=subject, until=until, who=author, why=why)
    made.full_clean()
    made.save()
    return made


@transaction.atomic
def end_silence(silence: Silence, *, author: str) -> bool:
    """End a silence: from now on matches are sent again, those that still go on too. False: it was over."""
    now = timezone.now()
    if not Silence.objects.filter(pk=silence.pk, until__gt=now).update(until=now):
        return False
    audit.record(
        author=author, what="ended", kind="silence", subject=silence.pk,
        before={"until": silence.until}, after={"until": now},
    )  # fmt: skip
    return True
