"""Alerts: rules, the channels that receive them, incidents, silences, and what was sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from limiter.models.ids import UUIDv7Field


class AlertReceiver(models.Model):
    """A receiver of alerts."""

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Webhook"
        SLACK = "slack", "Slack-compatible webhook"
        PAGERDUTY = "pagerduty", "PagerDuty"

    # The receiver knows a second copy from a new alert by its key; other kinds are sent at most once.
    REPEATABLE = (Kind.WEBHOOK, Kind.PAGERDUTY)
    ACKNOWLEDGING = (Kind.WEBHOOK, Kind.PAGERDUTY)  # hear that somebody looks after it

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    address = models.CharField(
        max_length=500,
        blank=True,
        help_text="E-mail addresses with commas, or the webhook's URL. PagerDuty: empty for its own address.",
    )
    secret = models.CharField(
        max_length=200, blank=True, help_text="Signs a webhook's body; PagerDuty's routing key."
    )
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["email", "webhook", "slack", "pagerduty"]), name="receiver_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="pagerduty") | ~Q(address=""),
                name="receiver_has_an_address",
                violation_error_message="Say where it is: e-mail addresses, or a URL.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="pagerduty") | ~Q(secret=""),
                name="receiver_has_a_routing_key",
                violation_error_message="PagerDuty needs the routing key of a service.",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["webhook", "slack"]) | Q(address__regex=r"^https?://.+"),
                name="receiver_url_is_http",
                violation_error_message="A webhook's address begins with https:// or http://.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AlertRule(models.Model):
    """Fires while a signal's value is above the threshold, once it has been for so long."""

    class Signal(models.TextChoices):
        THROTTLE_RATE = "throttle_rate", "Throttled calls, % of the last 5 minutes"
        ERROR_RATE = "error_rate", "Failed calls, % of the last 5 minutes"
        IN_LINE = "in_line", "Jobs in line"
        BREAKER_OPEN = "breaker_open", "Breaker open (1)"
        UPSTREAM_HELD = "upstream_held", "Held, as the provider refuses the account (1)"
        GATE_AWAY = "gate_away", "Gate does not answer (1)"
        OLDEST_JOB = "oldest_job", "Oldest waiting job, seconds"
        NO_WORKER = "no_worker", "No worker listens (1)"
        BUDGET = "budget", "Budget used, %"
        FORECAST = "forecast", "Load forecast for a deadline, % of what can be done"
        DRIFT = "drift", "Provider's own count that is not ours, %"
        MODEL_END = "model_end", "Model ends within 90 days (1), or has ended (2)"

    class Severity(models.TextChoices):
        INFO = "info", "Information"
        WARNING = "warning", "Warning"
        CRITICAL = "critical", "Critical"

    name = models.SlugField(max_length=50, unique=True)
    signal = models.CharField(max_length=20, choices=Signal)
    threshold = models.FloatField(default=0, help_text="It fires above this.")
    for_seconds = models.PositiveIntegerField(default=0, help_text="How long it must last before it fires.")
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.WARNING)
    advice = models.CharField(max_length=300, blank=True, help_text="What to do, for whoever is told.")
    enabled = models.BooleanField(default=True)
    receivers = models.ManyToManyField(
        AlertReceiver, blank=True, related_name="rules", help_text="None chosen: all of them."
    )

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(threshold__gte=0, threshold__lte=1_000_000_000),  # neither NaN nor infinity
                name="alert_rule_threshold",
                violation_error_message="The threshold is a number from 0 on.",
            ),
            models.CheckConstraint(
                condition=Q(for_seconds__lte=86_400),
                name="alert_rule_for_time",
                violation_error_message="It may be asked to last a day at most.",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=["info", "warning", "critical"]), name="alert_rule_severity"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Incident(models.Model):
    """One thing that is wrong, from when it began until it was over. pending → firing → resolved."""

    class State(models.TextChoices):
        PENDING = "pending", "Pending"  # above the threshold, not yet for long enough
        FIRING = "firing", "Firing"
        RESOLVED = "resolved", "Resolved"

    OPEN = (State.PENDING, State.FIRING)

    id = UUIDv7Field()
    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="incidents")
    subject = models.CharField(max_length=100, blank=True, help_text="Upstream, queue, course ...")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    value = models.FloatField(help_text="The highest so far.")
    words = models.CharField(max_length=300)
    began_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "subject"],
                condition=Q(state__in=["pending", "firing"]),
                name="incident_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", fired_at__isnull=True)
                | Q(state__in=["firing", "resolved"], fired_at__isnull=False),
                name="incident_fired_when_it_did",
            ),
            models.CheckConstraint(
                condition=Q(state="resolved", resolved_at__isnull=False)
                | (~Q(state="resolved") & Q(resolved_at__isnull=True)),
                name="incident_resolved_when_it_was",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True) | ~Q(acknowledged_by=""),
                name="incident_acknowledged_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.words


class Silence(models.Model):
    """A time in which matching incidents are kept but not sent."""

    rule = models.ForeignKey(
        AlertRule, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: every rule."
    )
    subject = models.CharField(max_length=100, blank=True, help_text="Empty: every subject.")
    until = models.DateTimeField()
    who = models.CharField(max_length=150)
    why = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-until"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__gt=F("created_at")),
                name="silence_ends_later",
                violation_error_message="A silence ends in the future.",
            ),
            models.CheckConstraint(
                condition=~Q(who="") & ~Q(why=""),
                name="silence_says_who_and_why",
                violation_error_message="Say who silences this, and why.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule or 'everything'} until {self.until:%d %b %H:%M}"


class Delivery(models.Model):
    """The outbox: one message about one transition for one receiver, sent once.

    waiting → sending → sent, back to waiting after a definite failure, and to failed after too many.
    A process that died while sending leaves it unknown, unless the receiver knows repetitions (outbox.py).
    """

    class Transition(models.TextChoices):
        TRIGGER = "trigger", "Fired"
        ACKNOWLEDGE = "acknowledge", "Acknowledged"
        RESOLVE = "resolve", "Resolved"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        UNKNOWN = "unknown", "Unknown"  # it may have arrived, and is not sent again
        FAILED = "failed", "Failed"
        DROPPED = "dropped", "Dropped"  # over before it was sent

    HEARD = (State.SENDING, State.SENT, State.UNKNOWN)  # the receiver has it, or may have it

    id = UUIDv7Field()
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="deliveries")
    receiver = models.ForeignKey(AlertReceiver, on_delete=models.CASCADE, related_name="deliveries")
    transition = models.CharField(max_length=12, choices=Transition)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "receiver", "transition"], name="delivery_once_a_transition"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="delivery_sent_when_it_was",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(claimed_at__isnull=False),
                name="delivery_sending_is_claimed",
            ),
        ]
        indexes: ClassVar = [
            # alerts.outbox: what is due, and what somebody left in the middle.
            models.Index(
                fields=["next_try_at"], condition=Q(state__in=["waiting", "sending"]), name="delivery_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_transition_display()} to {self.receiver}"
