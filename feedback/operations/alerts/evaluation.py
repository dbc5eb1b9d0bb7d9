"""The evaluation of alert rules, a pass over all: incidents begin, fire and resolve.

Each change is a guarded UPDATE, or an INSERT that the one-open-incident constraint may refuse, so several
evaluators at once do no harm. A signal that can't be read changes nothing.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, transaction
from redis.exceptions import RedisError

from feedback.models import AlertRule, Incident
from limiter.base.database_time import database_now
from limiter.gate.model import GateError

from . import outbox
from .signals import Reading, readings

logger = logging.getLogger(__name__)

State = Incident.State


@dataclass(frozen=True, slots=True)
class Pass:
    """The changes that one pass made."""

    fired: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()  # rules without a signal that could be read

    def __bool__(self) -> bool:
        return bool(self.fired or self.resolved)


def evaluate(now: datetime | None = None) -> Pass:
    """Look at every rule, and put in the outbox what receivers have to hear."""
    now = now or database_now()
    fired: list[str] = []
    resolved: list[str] = []
    unread: list[str] = []
    open_now = _open_by_rule()
    for rule in AlertRule.objects.all():
        high = _too_high(rule)
        if high is None:
            unread.append(rule.name)
            continue
        incidents = open_now.get(rule.pk, {})
        for reading in high.values():
            if reading.subject not in incidents:
                _begin(rule, reading, now)
            fired += _goes_on(rule, reading, now)
        over = [incident for subject, incident in incidents.items() if subject not in high]
        resolved += _are_over(rule, over, now)
    outbox.announce(now)
    return Pass(tuple(fired), tuple(resolved), tuple(unread))


def _open_by_rule() -> dict[int, dict[str, Incident]]:
    """The open incidents of each rule by their subjects, read once for all rules."""
    found: defaultdict[int, dict[str, Incident]] = defaultdict(dict)
    for incident in Incident.objects.filter(state__in=Incident.OPEN):
        found[incident.rule_id][incident.subject] = incident
    return found


def _too_high(rule: AlertRule) -> dict[str, Reading] | None:
    """Subjects above the threshold. None: not known. A rule that is switched off finds none."""
    if not rule.enabled:
        return {}
    try:
        found = readings(rule.signal)
    except (GateError, RedisError, DatabaseError) as error:
        logger.warning("alert rule %s could not be looked at: %s", rule.name, type(error).__name__)
        return None
    return {reading.subject: reading for reading in found if reading.value > rule.threshold}


def _goes_on(rule: AlertRule, reading: Reading, now: datetime) -> list[str]:
    """The subject is above the threshold: wait, or fire. Returns what fired just now."""
    mine = Incident.objects.filter(rule=rule, subject=reading.subject)
    # The worst so far, its value and its words together.
    worse = mine.filter(state__in=Incident.OPEN, value__lte=reading.value)
    worse.update(value=reading.value, words=reading.words[:300])
    long_enough = now - timedelta(seconds=rule.for_seconds)
    ripe = mine.filter(state=State.PENDING, began_at__lte=long_enough)
    if not ripe.update(state=State.FIRING, fired_at=now):
        return []
    logger.warning("alert %s fires: %s", rule.name, reading.words)
    return [reading.words]


def _begin(rule: AlertRule, reading: Reading, now: datetime) -> None:
    try:
        with transaction.atomic():
            Incident.objects.create(
                rule=rule,
                subject=reading.subject,
                value=reading.value,
                words=reading.words[:300],
                began_at=now,
            )
    except IntegrityError:
        logger.debug("another evaluator was first with %s", rule.name)


def _are_over(rule: AlertRule, incidents: list[Incident], now: datetime) -> list[str]:
    """Subjects below the threshold again. What never fired leaves no trace; returns what resolved."""
    resolved = []
    for incident in incidents:
        pending = Incident.objects.filter(pk=incident.pk, state=State.PENDING)
        if pending.delete()[0] or not _resolve(incident, now):
            continue
        logger.warning("alert %s is over: %s", rule.name, incident.words)
        resolved.append(incident.words)
    return resolved


@transaction.atomic
def _resolve(incident: Incident, now: datetime) -> bool:
    firing = Incident.objects.filter(pk=incident.pk, state=State.FIRING)
    if not firing.update(state=State.RESOLVED, resolved_at=now):
        return False
    outbox.announce_end(incident)
    return True
