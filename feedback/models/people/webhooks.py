"""Webhooks: addresses of programs that get events, and each message to them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from feedback.models.codes import codes
from limiter.models.ids import UUIDv7Field


class WebhookEvent(models.TextChoices):
    """What a webhook can get. Names are never changed, nor used anew."""

    COMPLETED = "document.completed", "Document completed"
    FAILED = "document.failed", "Document failed"
    CANCELLED = "document.cancelled", "Document cancelled"
    RELEASED = "document.released", "Feedback released by a teacher"
    UPDATED = "feedback.updated", "Feedback changed by a teacher"
    TEST = "webhook.test", "Test"  # asked for, not subscribed to


SUBSCRIBABLE = tuple(event for event in WebhookEvent if event is not WebhookEvent.TEST)


class Webhook(models.Model):
    """An address that gets events of the documents of its owner, or of a course that its owner teaches.

    It ends with the token that made it: a program that may no longer read gets no events either.
    """

    class Disabled(models.TextChoices):
        """Why it gets nothing now."""

        OWNER = "owner", "By its owner"
        OPERATOR = "operator", "By an operator"
        GONE = "gone", "The receiver answered 410"
        FAILING = "failing", "Nothing arrived for days"

    BY_ITSELF = (Disabled.GONE, Disabled.FAILING)  # its owner hears of it by mail

    id = UUIDv7Field()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    token = models.ForeignKey(
        "AccessToken", null=True, blank=True, on_delete=models.CASCADE, related_name="webhooks",
        help_text="That made it, and with which it ends. Empty: a page.",
    )  # fmt: skip
    course = models.ForeignKey(
        "Course", null=True, blank=True, on_delete=models.CASCADE, related_name="webhooks",
        help_text="Empty: the owner's own documents.",
    )  # fmt: skip
    name = models.CharField(max_length=100, blank=True, help_text="What it is for, in its owner's words.")
    url = models.CharField(max_length=500)
    events = codes()
    secret = models.CharField(max_length=300, help_text="Sealed.")
    previous_secret = models.CharField(max_length=300, blank=True, help_text="Sealed; still signs too.")
    previous_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    failing_since = models.DateTimeField(null=True, blank=True, help_text="Nothing has arrived since.")
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_because = models.CharField(max_length=10, choices=Disabled, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When its owner was told by mail.")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    events__contained_by=[
                        "document.completed",
                        "document.failed",
                        "document.cancelled",
                        "document.released",
                        "feedback.updated",
                    ]
                )
                & Q(events__len__gt=0),
                name="webhook_gets_something_known",
            ),
            models.CheckConstraint(
                condition=Q(url__regex=r"^https?://[^\s/@]+([/?#]\S*)?$"), name="webhook_url_is_http"
            ),
            models.CheckConstraint(condition=~Q(secret=""), name="webhook_signs"),
            models.CheckConstraint(
                condition=Q(previous_secret="", previous_until=None)
                | ~Q(previous_secret="") & Q(previous_until__isnull=False),
                name="webhook_previous_secret_ends",
            ),
            models.CheckConstraint(
                condition=Q(disabled_at=None, disabled_because="", told_at=None)
                | Q(disabled_at__isnull=False, disabled_because__in=["owner", "operator", "gone", "failing"]),
                name="webhook_disabled_for_a_reason",
            ),
        ]
        indexes: ClassVar = [
            # selectors.webhooks.subscribers: of a document that ended, mostly none.
            models.Index(fields=["owner"], condition=Q(disabled_at=None), name="webhook_in_force"),
            # webhooks.disabling: owners that are still to be told.
            models.Index(
                fields=["disabled_at"],
                condition=Q(disabled_because__in=["gone", "failing"], told_at=None),
                name="webhook_to_be_told",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.place

    @property
    def place(self) -> str:
        """Where it goes. A path may be a secret of its own: lists leave it out."""
        return "/".join(self.url.split("/")[:3])


class WebhookDelivery(models.Model):
    """One message to one webhook, written in the transaction of its event.

    waiting → sending → delivered; back to waiting after a failure, and to failed after too many. Its key is
    the `webhook-id` of each attempt: a receiver knows a repetition by it.
    dropped: it may not be sent any more.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"
        DROPPED = "dropped", "Dropped"

    class Problem(models.TextChoices):
        """Why the last attempt failed, or why there was none."""

        STATUS = "status", "The receiver answered with another status"
        NO_CONNECTION = "no_connection", "No connection"
        NO_ANSWER = "no_answer", "No answer in time"
        NOT_PUBLIC = "not_public", "The address is not a public one"
        NO_REQUEST = "no_request", "The request could not be made"
        UNREADABLE = "unreadable", "The secret was sealed with another key"
        DISABLED = "disabled", "The webhook is disabled"
        CLOSED = "account_closed", "The owner's account is closed"
        SUSPENDED = "suspended", "The owner is suspended"
        TOKEN = "token_ended", "The token that made it is over"
        COURSE = "not_teaching", "The owner does not teach the course any more"
        WITHDRAWN = "withdrawn", "A teacher reads the feedback first"

    OPEN = (State.WAITING, State.SENDING)

    id = UUIDv7Field()
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=20, choices=WebhookEvent)
    document = models.ForeignKey(
        "Document", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    data = models.JSONField(default=dict, help_text="Ids and codes: no word of anybody's.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Since it was written or replayed.")
    next_try_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP, of the last answer.")
    problem = models.CharField(max_length=20, choices=Problem, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name_plural = "webhook deliveries"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending"], ended_at=None)
                | Q(state__in=["delivered", "failed", "dropped"], ended_at__isnull=False),
                name="webhook_delivery_ended_when_it_did",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(claimed_at__isnull=False),
                name="webhook_delivery_sending_is_claimed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "dropped"]) | ~Q(problem=""),
                name="webhook_delivery_failed_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(event="webhook.test", document=None)
                | ~Q(event="webhook.test") & Q(document__isnull=False),
                name="webhook_delivery_is_of_a_document",
            ),
            # Edits come as they are typed: one message stands for all of them until it goes. Tests likewise.
            models.UniqueConstraint(
                fields=["webhook", "document"],
                condition=Q(event="feedback.updated", state="waiting", attempts=0),
                name="webhook_update_waits_once",
            ),
            models.UniqueConstraint(
                fields=["webhook"],
                condition=Q(event="webhook.test", state="waiting", attempts=0),
                name="webhook_test_waits_once",
            ),
        ]
        indexes: ClassVar = [
            # webhooks.sending: what is due, and what somebody left in the middle.
            models.Index(
                fields=["next_try_at"],
                condition=Q(state__in=["waiting", "sending"]),
                name="webhook_delivery_open",
            ),
            # The log of one webhook, newest first.
            models.Index(fields=["webhook", "-id"], name="webhook_delivery_log"),
            # retention: what ended long ago.
            models.Index(
                fields=["ended_at"], condition=Q(ended_at__isnull=False), name="webhook_delivery_over"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook}"
